"""Rows of labelled files: JSON lines, a JSON array, CSV, TSV, ``.gz``; a broken one says why."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from qualmetrics.errors import InputError

SUFFIXES = {".jsonl": "json", ".ndjson": "json", ".json": "array", ".csv": ",", ".tsv": "\t"}
"""Suffix -> how it is read: JSON a line, one array, or cells parted by this character."""

CELL_LIMIT = 256_000_000
ARRAY_LIMIT = 512_000_000
"""Bytes of a JSON array, unpacked: it is read as a whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, and where it stands; ``problem`` says why it could not be read."""

    place: str
    cells: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_rows(path: str | Path) -> Iterator[Row]:
    """Yield the rows of a file; a row that cannot be read is yielded with its problem.

    Raises
    ------
    InputError
        When the file is missing, cannot be opened, or has another suffix.
    """
    file = Path(path)
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    kind = SUFFIXES.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise InputError(f"{file}: expected rows in a file {' '.join(SUFFIXES)}, or .gz of these")
    try:
        with _opened(file) as stream:
            if kind == "array":
                yield from _array(stream, file)
            else:
                yield from _json(stream, file) if kind == "json" else _cells(stream, file, kind)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{file} cannot be read: {reason}") from error


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    with file.open("rb") as plain:
        if file.suffix.lower() == ".gz":
            with gzip.open(plain) as unpacked:
                yield unpacked  # type: ignore[misc]  # a GzipFile reads like a BinaryIO
        else:
            yield plain


def _json(stream: BinaryIO, file: Path) -> Iterator[Row]:
    for number, data in enumerate(stream, 1):
        place = f"{file}:{number}"
        line = data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data
        if not line.strip():
            continue
        try:
            cells = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            yield Row(place, problem=f"no JSON: {error}")
            continue
        if isinstance(cells, dict):
            yield Row(place, cells)
        else:
            yield Row(place, problem=f"expected a JSON object, got {type(cells).__name__}")


def _array(stream: BinaryIO, file: Path) -> Iterator[Row]:
    """Yield the objects of one JSON array; a file that is none is no file of rows at all."""
    data = stream.read(ARRAY_LIMIT + 1)
    if len(data) > ARRAY_LIMIT:
        raise InputError(
            f"{file} is a JSON array of more than {ARRAY_LIMIT:,} bytes; write an object a line "
            "(.jsonl), which is read line by line"
        )
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is no JSON: {error}. One object a line is .jsonl") from None
    if not isinstance(found, list):
        raise InputError(
            f"{file} holds a JSON {type(found).__name__}; expected an array of objects, [{{...}}]"
        )
    for number, cells in enumerate(found):
        place = f"{file}[{number}]"
        if isinstance(cells, dict):
            yield Row(place, cells)
        else:
            yield Row(place, problem=f"expected a JSON object, got {type(cells).__name__}")


def _cells(stream: BinaryIO, file: Path, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(CELL_LIMIT)
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        header = next(rows, [])
        while True:
            place = f"{file}:{rows.line_num + 1}"
            cells = next(rows, None)
            if cells is None:
                return
            if len(cells) == len(header):
                yield Row(place, dict(zip(header, cells, strict=True)))
            elif cells:
                yield Row(place, problem=f"{len(cells)} cells under a header of {len(header)}")
    except csv.Error as error:
        yield Row(f"{file}:{rows.line_num}", problem=f"no CSV: {error}")
    finally:
        lines.detach()  # whoever opened the stream closes it


__all__ = ["SUFFIXES", "Row", "read_rows"]
