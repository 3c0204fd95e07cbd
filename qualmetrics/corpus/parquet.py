"""Reads rows of Parquet files, by row group, and only the columns that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from qualmetrics.corpus.readers import REFERENCE_FIELDS, At, Document, Place, Reading, row_of
from qualmetrics.errors import MissingExtraError

ROWS = 1024
"""So many rows are held at a time."""


def pyarrow(purpose: str, part: str = "parquet") -> Any:
    """Return ``pyarrow.parquet``, or another part of it.

    Raises
    ------
    MissingExtraError
        With the command that installs it.
    """
    import importlib

    try:
        return importlib.import_module(f"pyarrow.{part}" if part else "pyarrow")
    except ImportError:
        raise MissingExtraError("pyarrow", "corpus", purpose) from None


def read_parquet(
    stream: BinaryIO,
    path: str,
    reading: Reading,
    at: At = At(),  # noqa: B008 - a frozen value
    *,
    groups: Sequence[int] | None = None,
) -> Iterator[Document]:
    """Yield the rows of some row groups, by default of all; a row is called ``path:row`` from 1.

    ``at.line`` is the number of the first row of the first group.
    """
    parquet = pyarrow("reading .parquet")
    errors = pyarrow("reading .parquet", "lib").ArrowException
    row = at.line or 1
    try:
        file = parquet.ParquetFile(stream)
        columns = columns_of(file.schema_arrow.names, reading)
        batches = file.iter_batches(
            batch_size=ROWS,
            row_groups=list(range(file.num_row_groups) if groups is None else groups),
            columns=columns,
        )
        for batch in batches:
            yield from rows_of(batch, path, row, reading)
            row += batch.num_rows
    except (errors, OSError) as error:
        yield Document(f"{path}:{row}", path, row, problem=f"no Parquet file: {error}")


def rows_of(batch: Any, path: str, row: int, reading: Reading) -> Iterator[Document]:
    """Yield the rows of a record batch, the first of which has the number ``row``."""
    names = batch.schema.names
    cells = [column.to_pylist() for column in batch.columns]
    for i in range(batch.num_rows):
        there = {name: column[i] for name, column in zip(names, cells, strict=True)}
        yield row_of(Place(f"{path}:{row + i}", path, row + i), there, reading)


def columns_of(there: Sequence[str], reading: Reading) -> list[str]:
    """Return what is read: what is asked for and there; where none is, all, to be named."""
    wanted = {reading.text_field, reading.id_field, *(where for _, where in reading.columns)}
    wanted |= set(reading.reference_fields or (REFERENCE_FIELDS if reading.referenced else ()))
    chosen = [name for name in there if name in wanted]
    return chosen if reading.text_field in chosen else list(there)
