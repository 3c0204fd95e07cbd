"""Graphs that read strings, as an input: they count or tokenise inside, and say what went wrong.

A graph of this form gives ``values`` ``(n, k)`` and ``status`` ``(n,)`` of its own, so what a
loaded bundle does in Python is to pass strings in and to hand the results on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from qualmetrics.core import Arrays, Batch, Cost, Layout, Rows, Scorer
from qualmetrics.errors import ExportError
from qualmetrics.onnx.runtime import CPU, Graph, session

SIDES: Final = ("text", "reference")
PART: Final = "graph:text"
"""What the signature of such a scorer says: its tokenizer is another than Python's."""

BUDGET: Final = 1 << 20
"""Characters of a batch, rows times the longest row: strings are padded to each other."""
TOKEN_BUDGET: Final = 1 << 13
"""The same where an encoder follows, which is quicker on small batches."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Strings:
    """Texts, and references where the graph reads them, run through a graph of strings.

    Yields ``values`` ``(n, width)`` and the ``columns`` ``(n,)`` that the graph gives beside them.
    ``of`` are the pieces of the signature of the scorer that was exported.
    """

    path: str
    sha256: str
    reads: tuple[str, ...]
    columns: tuple[str, ...]
    width: int
    of: tuple[str, ...]
    budget: int = BUDGET
    providers: tuple[str, ...] = CPU
    threads: int = 1

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The values, and the columns."""
        return {"values": Layout(("n", self.width)), **dict.fromkeys(self.columns, Layout())}

    @property
    def needs(self) -> frozenset[str]:
        """References, where the graph reads them."""
        return frozenset({"references"} & {f"{side}s" for side in self.reads})

    @property
    def parts(self) -> tuple[str, ...]:
        """Pieces of the signature: those of the scorer, and that strings are read inside."""
        return (*self.of, PART)

    def cost(self, rows: Rows) -> Cost | None:
        """Characters, as rows are padded to each other."""
        lengths = [len(text) for text in rows.texts]
        if rows.references is not None and "reference" in self.reads:
            several = rows.references.rows
            lengths = [n + sum(map(len, r)) for n, r in zip(lengths, several, strict=True)]
        return Cost(np.array(lengths, np.int64) + 16, self.budget)

    def read(self, rows: Rows) -> Batch:
        """Run the graph."""
        feeds = {"text": np.array([_clean(text) for text in rows.texts], dtype=object)}
        if "reference" in self.reads:
            several = rows.references.rows if rows.references is not None else ()
            wide = max(map(len, several), default=1)
            cells = np.full((len(rows), wide), "", dtype=object)
            for i, row in enumerate(several):
                cells[i, : len(row)] = [_clean(text) for text in row]
            feeds["reference"] = cells
        names = ["values", "status", *self.columns]
        graph = Graph(self.path, self.sha256, providers=self.providers, threads=self.threads)
        found = dict(zip(names, session(graph).run(names, feeds), strict=True))
        status = found.pop("status").astype(np.uint16)
        return Batch({name: value.astype(np.float64) for name, value in found.items()}, status)

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Return what ``from_bundle`` needs; the graph is the bundle's own."""
        del folder
        names = ("sha256", "reads", "columns", "width", "of", "budget")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> Strings:
        """Return the input that reads a bundle's graph."""
        return cls(path=str(folder / "model.onnx"), **settings)


@dataclass(frozen=True)
class Given:
    """The forward of such a scorer: what the graph gave."""

    def __call__(self, arrays: Arrays) -> Any:
        """Return the values."""
        return arrays["values"]


def _clean(text: str) -> str:
    """Replace lone surrogates, which are no characters of UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def with_strings(scorer: Scorer, path: Path, sha256: str, model: Any) -> Scorer:
    """Return the scorer that reads strings through a graph that was made of it."""
    initial = {item.name for item in model.graph.initializer}
    reads = tuple(item.name for item in model.graph.input if item.name not in initial)
    gives = [item.name for item in model.graph.output]
    if not set(reads) <= set(SIDES) or not {"values", "status"} <= set(gives):
        raise ExportError(
            f"the text graph of {scorer.spec.name} reads {reads} and gives {gives}; expected "
            f"inputs among {SIDES} and the outputs 'values' and 'status'"
        )
    sources = (*scorer.inputs, scorer.forward)
    encodes = any(hasattr(item, "encoder") for item in scorer.inputs)
    item = Strings(
        path=str(path),
        sha256=sha256,
        reads=reads,
        columns=tuple(name for name in gives if name not in ("values", "status")),
        width=len(scorer.spec.outputs),
        of=tuple(dict.fromkeys(part for s in sources for part in getattr(s, "parts", ()))),
        budget=TOKEN_BUDGET if encodes else BUDGET,
    )
    return Scorer(scorer.spec, (item,), Given())
