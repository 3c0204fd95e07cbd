"""Writes the documents of a run that fulfil conditions on their scores, as they stood in the input.

Lines of JSONL are kept byte for byte (in UTF-8 where they were in another encoding), rows of
Parquet and Arrow with all their columns, records of CSV with their header, files as copies. Each
split becomes one file, whole or not at all.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from qualmetrics.corpus import places
from qualmetrics.corpus.arrow_files import batches, opened_arrow
from qualmetrics.corpus.parquet import pyarrow
from qualmetrics.corpus.readers import STDIN, csv_records
from qualmetrics.corpus.runs import Run, input_of
from qualmetrics.corpus.splits import Split, chunks, range_bytes
from qualmetrics.corpus.states import read_rows, state
from qualmetrics.errors import InputError
from qualmetrics.gates import OPERATORS, Gate

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """How much of a split was kept."""

    path: str
    rows: int
    kept: int


def keep(run: Run, conditions: Sequence[Gate], folder: str) -> Iterator[Kept]:
    """Write what fulfils all conditions into a folder, and yield each split.

    A document without a value is not kept.

    Parameters
    ----------
    run : Run
        Finished, of whole documents.
    conditions : sequence of Gate
        A name is that of a metric or of a column, such as ``bertscore.f1``.
    folder : str
        New or empty.

    Raises
    ------
    InputError
        Where the run is not finished, its rows are no documents, its input has changed, or a name
        is not in it; where the folder holds anything.
    """
    _check(run, folder)
    for split in input_of(run):
        for piece in (
            chunks(split, run.split_bytes, run.settings.reading) if split.stream else [split]
        ):
            table = read_rows(run, piece)
            mask = np.ones(table.num_rows, dtype=bool)
            for condition in conditions:
                mask &= _holds(run, table, condition)
            path = places.join(folder, f"kept-{piece.key}.{_SUFFIXES.get(piece.form, '')}")
            yield Kept(path, len(mask), _write(run, piece, mask, path, folder))


def _check(run: Run, folder: str) -> None:
    settings = run.settings
    if settings.level != "document" or settings.sample < 1 or settings.limit is not None:
        raise InputError(
            "only a run of all documents can be filtered: no --level, --sample, --limit"
        )
    if STDIN in run.files:
        raise InputError(f"the run in {run.folder} was piped in, and cannot be read again")
    if not state(run).complete:
        raise InputError(f"the run in {run.folder} is not complete; score it to the end first")
    _targets(run)
    if places.listed(folder):
        raise InputError(f"{folder} is not empty; name a new folder")


def _holds(run: Run, table: Any, condition: Gate) -> Mask:
    name = _column(run, table.column_names, condition.name)
    values = table.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(OPERATORS[condition.comparison](values, condition.limit), dtype=bool)


def _column(run: Run, there: Sequence[str], name: str) -> str:
    from qualmetrics.registry import ALIASES

    for column in there:
        if ALIASES.get(column, column) == ALIASES.get(name, name):
            return column
    hidden = {"id", "path", "line", "row", "status", "message", "text"}
    shown = (c for c in there if c not in hidden and not c.endswith(".status"))
    raise InputError(
        f"the run in {run.folder} has no {name!r}; it has {', '.join(shown)}. To add a metric: "
        f"qualmetrics score --add {name} {run.folder}"
    )


_SUFFIXES = {"jsonl": "jsonl", "csv": "csv", "parquet": "parquet", "arrow": "arrow"}


def _write(run: Run, split: Split, mask: Mask, path: str, folder: str) -> int:
    if split.form == "text":
        return _copy(run, split, mask, folder)
    n = int(mask.sum())
    if n:
        data = _WRITERS[split.form](split, mask)

        def write(stream: BinaryIO) -> None:
            stream.write(data)

        places.write_atomically(path, write)
    return n


def _jsonl(split: Split, mask: Mask) -> bytes:
    data = split.data if split.data is not None else range_bytes(split)[0]
    lines = [line for line in io.BytesIO(data) if line.strip()]
    picked = (line for line, keep_it in zip(lines, mask, strict=False) if keep_it)
    return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in picked)


def _csv(split: Split, mask: Mask) -> bytes:
    records = csv_records(io.BytesIO(split.data or b""))
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(next(records).cells or ())
    there = (record for record in records if record.cells or record.problem)
    kept = (record for record, keep_it in zip(there, mask, strict=False) if keep_it)
    writer.writerows(record.cells or () for record in kept)
    return made.getvalue().encode("utf-8", "surrogateescape")


def _parquet(split: Split, mask: Mask) -> bytes:
    parquet, arrow = pyarrow("filtering .parquet"), pyarrow("filtering .parquet", "")
    with places.open_read(split.where(split.paths[0])) as stream:
        file = parquet.ParquetFile(stream)
        groups = range(split.start, split.stop) if split.stop else range(file.num_row_groups)
        table = file.read_row_groups(list(groups))
    sink = arrow.BufferOutputStream()
    parquet.write_table(table.filter(arrow.array(mask)), sink)
    return bytes(sink.getvalue())


def _arrow(split: Split, mask: Mask) -> bytes:
    arrow = pyarrow("filtering .arrow", "")
    with opened_arrow(split.where(split.paths[0])) as source:
        found = islice(batches(source), split.start, split.stop or None)
        table = arrow.Table.from_batches(list(found)).filter(arrow.array(mask))
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


_WRITERS = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet, "arrow": _arrow}


def _copy(run: Run, split: Split, mask: Mask, folder: str) -> int:
    """Copy files, under the folder that all files of the run share."""
    targets = _targets(run)
    for path, keep_it in zip(split.paths, mask, strict=True):
        if keep_it:
            data = places.read_bytes(split.where(path))

            def write(stream: BinaryIO, data: bytes = data) -> None:
                stream.write(data)

            places.write_atomically(places.join(folder, *targets[path]), write)
    return int(mask.sum())


def _targets(run: Run) -> dict[str, tuple[str, ...]]:
    """Return where each file of one text goes; no two may go to one place."""
    shared = os.path.dirname(os.path.commonprefix(list(run.files)))  # noqa: PTH120, RUF071 - URLs
    targets: dict[str, tuple[str, ...]] = {}
    taken: dict[tuple[str, ...], str] = {}
    for path in (path for split in run.splits if split.form == "text" for path in split.paths):
        inner = PurePath(path[len(shared) :].lstrip("/\\"))
        parts = tuple(part for part in inner.parts if part not in ("..", "/", "."))
        if parts in taken:
            raise InputError(
                f"{taken[parts]} and {path} would both be written to {'/'.join(parts)}; score "
                "them in two runs, or from a folder that holds both"
            )
        targets[path] = parts
        taken[parts] = path
    return targets
