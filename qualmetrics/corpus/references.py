"""Reads lists of texts that belong to other texts, such as references, and lays them beside those.

A ``.txt`` holds one text a line; a row of ``.jsonl`` is a string, an array of strings, or an object
with a field; a row of ``.csv`` has a field. ``.gz`` of all of these.
"""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from qualmetrics.corpus.readers import REFERENCE_FIELDS, Document, kind_of, opened
from qualmetrics.errors import InputError

Several = tuple[str, ...]


def read_lists(path: str, fields: Sequence[str] = ()) -> list[Several]:
    """Return what each line or row of a file holds: one text, or several.

    Parameters
    ----------
    path : str
        A file, or ``-`` for standard input (one text a line).
    fields : sequence of str
        Of rows: the first of these that is there; by default ``reference`` or ``references``.

    Raises
    ------
    InputError
        For a file that cannot be read or holds nothing, and for a row without the field.
    """
    form = kind_of(path) or "text"
    try:
        with opened(path) as stream:
            found = list(_READERS[form](stream, path, tuple(fields) or REFERENCE_FIELDS))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"cannot read {path!r}: {getattr(error, 'strerror', 0) or error}"
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} holds no text that can be read: {error}") from None
    if not found:
        raise InputError(f"{path} is empty; expected one text a line, or rows")
    return found


def aligned(
    documents: Iterable[Document], references: Sequence[Several], source: str
) -> Iterator[Document]:
    """Yield documents with their references: the first with the first, or one for all.

    Raises
    ------
    InputError
        When there are more of one than of the other.
    """
    n, texts = len(references), 0
    for texts, document in enumerate(documents, 1):
        if n > 1 and texts > n:
            raise InputError(_uneven(source, n, f"more texts (the next is {document.place})"))
        yield replace(document, references=references[0 if n == 1 else texts - 1])
    if n > 1 and texts < n:
        raise InputError(_uneven(source, n, f"only {texts} texts" if texts > 1 else "one text"))


def _uneven(source: str, n: int, texts: str) -> str:
    return (
        f"{source} holds {n} references, and there are {texts}. A line belongs to the text at the "
        "same place, one line alone to all texts; several references of a text go into an array "
        "of a .jsonl"
    )


def _lines(stream: BinaryIO, path: str, fields: Sequence[str]) -> Iterator[Several]:
    text = stream.read().decode("utf-8-sig")
    for line in text.removesuffix("\n").split("\n") if text else ():
        yield (line.removesuffix("\r"),)


def _jsonl(stream: BinaryIO, path: str, fields: Sequence[str]) -> Iterator[Several]:
    for number, line in enumerate(stream.read().decode("utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: no JSON: {error}") from None
        yield _several(row, f"{path}:{number}", fields)


def _csv(stream: BinaryIO, path: str, fields: Sequence[str]) -> Iterator[Several]:
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    rows = csv.DictReader(lines, strict=True)
    try:
        for row in rows:
            yield _several(row, f"{path}:{rows.line_num}", fields)
    finally:
        lines.detach()  # whoever opened the stream closes it


def _several(row: Any, place: str, fields: Sequence[str]) -> Several:
    if isinstance(row, dict):
        names = [name for name in fields if name in row]
        if not names:
            raise InputError(
                f"{place}: no field {' or '.join(map(repr, fields))}; fields: "
                f"{', '.join(map(repr, row)) or 'none'}"
            )
        row = row[names[0]]
    several = [row] if isinstance(row, str) else row
    strings = isinstance(several, list) and all(isinstance(item, str) for item in several)
    if not strings or not several:
        raise InputError(f"{place}: expected a string or an array of strings, got {row!r:.60}")
    return tuple(several)


_READERS = {"text": _lines, "jsonl": _jsonl, "csv": _csv}

__all__ = ["aligned", "read_lists"]
