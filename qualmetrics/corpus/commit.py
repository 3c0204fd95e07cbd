"""Parts: what a split becomes on the disk, one Parquet file whose name says which split it is.

A split is done if and only if its file is there. The name follows from the split and the signature
of the run, so that doing a split twice writes the same file twice, and no row is lost or doubled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from qualmetrics.core import Scores, Status
from qualmetrics.corpus import places
from qualmetrics.corpus.parquet import pyarrow
from qualmetrics.corpus.scoring import ScoredBatch, output_keys, plain_status
from qualmetrics.corpus.splits import Split
from qualmetrics.errors import InputError

SCHEMA = "qualmetrics-part/1"
FOOTER = b"qualmetrics"
"""Key of the metadata in the footer of a part."""

FIXED = ("id", "path", "line", "row", "n_chars", "status", "message")
"""Columns before those of the metrics; ``text`` is after them where it was asked for."""


def part_name(split: Split, signature: str) -> str:
    """Return the file name of a split's part."""
    return f"part-{split.key}-{signature[:8]}.parquet"


@dataclass
class Part:
    """Collects the rows of one split; keeps numbers, and of the texts nothing unless told."""

    with_text: bool = False
    float32: bool = False
    ids: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    n_chars: list[int | None] = field(default_factory=list)
    messages: list[str | None] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    scores: list[Mapping[str, Scores]] = field(default_factory=list)

    def add(self, batch: ScoredBatch) -> None:
        """Take the rows of a batch."""
        rows = batch.documents
        self.ids += [encodable(d.id) for d in rows]
        self.paths += [d.path for d in rows]
        self.lines += [d.line for d in rows]
        self.n_chars += [None if d.text is None else len(d.text) for d in rows]
        self.messages += [encodable(d.problem or d.warning) or None for d in rows]
        if self.with_text:
            self.texts += [None if d.text is None else encodable(d.text) for d in rows]
        self.scores.append(batch.scores)

    def table(self, empty: Mapping[str, Scores]) -> Any:
        """Return the rows as a ``pyarrow.Table``; ``empty`` stands for the scores of no rows."""
        arrow = pyarrow("writing .parquet", "")
        joined = {
            name: Scores.join([scores[name] for scores in self.scores]) if self.scores else one
            for name, one in empty.items()
        }
        columns = self._fixed(arrow, joined) | score_columns(joined, float32=self.float32)
        return arrow.table(columns)

    def _fixed(self, arrow: Any, joined: Mapping[str, Scores]) -> dict[str, Any]:
        status = np.zeros(len(self.ids), dtype=np.uint16)
        for scores in joined.values():
            status |= plain_status(scores.status)
        columns = {
            "id": arrow.array(self.ids, arrow.string()),
            "path": _dictionary(arrow, self.paths),
            "line": arrow.array(self.lines, arrow.int64()),
            "row": arrow.array(np.arange(len(self.ids), dtype=np.int64)),
            "n_chars": arrow.array(self.n_chars, arrow.int64()),
            "status": _statuses(arrow, status),
            "message": arrow.array(self.messages, arrow.string()),
        }
        if self.with_text:
            columns["text"] = arrow.array(self.texts, arrow.large_string())
        return columns


def score_columns(scores: Mapping[str, Scores], *, float32: bool = False) -> dict[str, Any]:
    """Return values and statuses as Arrow arrays: ``name`` or ``name.output``, ``name.status``."""
    arrow = pyarrow("writing .parquet", "")
    kind = arrow.float32() if float32 else arrow.float64()
    columns: dict[str, Any] = {}
    for name, one in scores.items():
        for k, (key, _) in enumerate(output_keys(name, one.spec.outputs)):
            values = one.values[:, k]
            columns[key] = arrow.array(values, kind, mask=np.isnan(values))
    for name, one in scores.items():
        columns[f"{name}.status"] = _statuses(arrow, one.status)
    return columns


def encodable(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 file can hold."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _statuses(arrow: Any, codes: np.ndarray[Any, Any]) -> Any:
    found, index = np.unique(plain_status(codes), return_inverse=True)
    names = [str(Status(int(code))) for code in found]
    return arrow.DictionaryArray.from_arrays(
        arrow.array(index.astype(np.int32)), arrow.array(names, arrow.string())
    )


def _dictionary(arrow: Any, values: Sequence[str]) -> Any:
    names: dict[str, int] = {}
    index = np.array([names.setdefault(value, len(names)) for value in values], dtype=np.int32)
    return arrow.DictionaryArray.from_arrays(
        arrow.array(index), arrow.array([encodable(name) for name in names], arrow.string())
    )


def write_part(path: str, table: Any, footer: Mapping[str, Any], *, owner: str) -> None:
    """Write a part so that it is there whole or not at all.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    text = json.dumps({"schema": SCHEMA, **footer}, ensure_ascii=False, sort_keys=True)
    table = table.replace_schema_metadata({FOOTER: text.encode("utf-8", "replace")})

    def write(stream: BinaryIO) -> None:
        pyarrow("writing .parquet").write_table(table, stream, compression="zstd")

    places.write_atomically(path, write, owner=owner)


def read_footer(path: str) -> dict[str, Any]:
    """Return what a part says of itself, with the number of its rows.

    Raises
    ------
    InputError
        Where it is broken.
    """
    with _part(path) as file:
        data: dict[str, Any] = json.loads((file.metadata.metadata or {})[FOOTER])
    return data


def read_part(path: str, columns: Sequence[str] | None = None) -> Any:
    """Return the rows of a part as a ``pyarrow.Table``.

    Raises
    ------
    InputError
        Where it is broken.
    """
    with _part(path) as file:
        return file.read(columns=columns)


@contextmanager
def _part(path: str) -> Iterator[Any]:
    parquet, lib = pyarrow("reading .parquet"), pyarrow("reading .parquet", "lib")
    try:
        with places.open_read(path) as stream:
            yield parquet.ParquetFile(stream)
    except (OSError, KeyError, ValueError, lib.ArrowException) as error:
        raise InputError(
            f"{path} cannot be read as a part of a run ({error}); delete it and type the command "
            "that made the run again: that part alone is scored anew"
        ) from None
