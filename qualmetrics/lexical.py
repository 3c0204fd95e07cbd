"""Machinery: scorers that a well-kept library works out from a text and its references.

An instance in ``similarities/`` says which library, under which settings, and how one row is asked
for; this room gives it statuses, a signature and the laws. The libraries come with the extra
``lexical`` and are imported with the first row that is scored, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np

from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Layout,
    Rows,
    Scorer,
    Spec,
    Status,
    status_array,
)
from qualmetrics.errors import ExportError, MissingExtraError

EXTRA = "lexical"
ABSENT = "absent"
"""What a signature says in place of a version where the library is not installed."""

Row = tuple[Sequence[float], Status]
"""The outputs of one text, and what is to be known about it; undefined ones hold anything."""

Measure = Callable[[str, tuple[str, ...]], Row]
"""A text and those of its references that are not blank -> its row."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a library says of each text beside its references.

    Blank references are left out: a library would take one for a reference of length 0. A blank
    text, or one whose references are all blank, is *empty*. A row that occurs twice is worked out
    once.
    """

    name: str
    outputs: int
    libraries: tuple[str, ...]
    """Distributions that the numbers depend on; their versions are in the signature."""
    settings: tuple[str, ...]
    """What else the library's own signature names, such as ``case:mixed``."""
    opens: Callable[..., Measure]
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The outputs side by side, under the scorer's name."""
        return {self.name: Layout(("n", self.outputs))}

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def parts(self) -> tuple[str, ...]:
        """The library's settings and version."""
        return (*self.settings, *(f"{name}:{installed(name)}" for name in self.libraries))

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Ask the library about every row.

        Raises
        ------
        MissingExtraError
            When the library is not installed.
        """
        measure = _opened(self)
        values = np.zeros((len(rows), self.outputs))
        status = status_array(len(rows))
        several = rows.references.rows if rows.references else ((),) * len(rows)
        known: dict[tuple[str, tuple[str, ...]], Row] = {}
        for i, (text, references) in enumerate(zip(rows.texts, several, strict=True)):
            sides = text, tuple(item for item in references if item.strip())
            if not text.strip() or not sides[1]:
                status[i] = Status.EMPTY
                continue
            if sides not in known:
                known[sides] = measure(*sides)
            values[i], status[i] = known[sides]
        return Batch({self.name: values}, status)


@lru_cache(maxsize=64)
def _opened(overlap: Overlap) -> Measure:
    try:
        return overlap.opens(**dict(overlap.options))
    except ImportError as error:
        missing = (error.name or overlap.libraries[0]).partition(".")[0]
        raise MissingExtraError(missing, EXTRA, overlap.name) from error


@lru_cache(maxsize=64)
def installed(distribution: str) -> str:
    """Return the version of an installed distribution, or ``ABSENT``; nothing is imported."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ABSENT


@dataclass(frozen=True, slots=True)
class AsRead:
    """The forward of such a scorer: what the library said, as it is."""

    name: str

    def __call__(self, arrays: Arrays) -> Any:
        """Return the one array."""
        return arrays[self.name]


def lexical(
    spec: Spec,
    opens: Callable[..., Measure],
    *,
    libraries: Sequence[str],
    settings: Sequence[str] = (),
) -> Scorer:
    """Make a scorer of a library's measure.

    Parameters
    ----------
    spec : Spec
        Its ``parameters`` are what ``opens`` takes and what ``registry.get`` makes it again from.
    opens : function of the parameters -> ``Measure``
        Imports the library; runs once per process. A function of a module, so that equal scorers
        are equal.
    libraries : names of distributions, the one that measures first
    settings : pieces of the library's own signature that are no parameters

    Returns
    -------
    Scorer
        Needs references; refuses to be exported, with the reason.
    """
    overlap = Overlap(
        name=spec.name,
        outputs=len(spec.outputs),
        libraries=tuple(libraries),
        settings=tuple(settings),
        opens=opens,
        options=tuple(spec.parameters.items()),
    )

    def form(graph: str) -> NoReturn:
        raise ExportError(
            f"{spec.name} has no {graph!r} graph: its number comes from Python code of "
            f"{libraries[0]}, which no ONNX operator stands for. Ship its recipe instead "
            "(scorer.recipe, or its name), and score with the extra 'lexical' installed"
        )

    spec = replace(spec, family="similarity", increases_with="similarity", needs_references=True)
    made = Scorer(spec, (overlap,), AsRead(spec.name), abilities={"form": form})
    return made.with_recipe("qualmetrics.registry:get", name=spec.name, **spec.parameters)


__all__ = ["ABSENT", "EXTRA", "AsRead", "Measure", "Overlap", "Row", "installed", "lexical"]
