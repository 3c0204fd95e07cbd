"""Finds and reads documents: files, folders, globs, standard input; text, Markdown, HTML, rows.

Nothing here raises for what a file holds. A file or a row that cannot be read becomes a
``Document`` without a text that says why, at its place, so that no row is ever lost.
"""

from __future__ import annotations

import csv
import glob
import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from qualmetrics.errors import InputError

if TYPE_CHECKING:
    from qualmetrics.text.markup import Prose

STDIN = "-"
"""The path that means standard input."""

TEXT_SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm")
"""Files of one document each."""

ROW_SUFFIXES: Mapping[str, str] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
"""Files of one document a row."""

FORMATS = ("auto", "text", "jsonl", "csv")
"""How bytes are cut into documents; ``auto`` goes by the suffix."""

MARKUPS = ("auto", "none", "markdown", "html")
"""How a text is read; ``auto`` goes by the suffix, and rows and standard input are plain."""

REFERENCE_FIELDS = ("reference", "references")
"""Where the references of a row stand, unless told."""

MAX_DOCUMENT_BYTES = 256_000_000
"""A larger document, decompressed, is not read: it would not fit beside its own counts."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text and where it came from.

    ``text`` is None where ``problem`` says why there is none. ``warning`` is what was put right on
    the way, such as bytes that are no UTF-8. ``references`` and ``columns`` are what else scorers
    read of this row.
    """

    id: str
    path: str
    line: int | None = None
    text: str | None = None
    problem: str = ""
    warning: str = ""
    references: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Path, and line where the file holds rows: what a message names."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Found:
    """What the paths of a call stand for: files in order, and what was wrong with the others."""

    files: tuple[str, ...]
    problems: tuple[tuple[str, str], ...] = ()
    """Path and what is wrong with it."""


# -- finding ------------------------------------------------------------------------------------


def find(paths: Sequence[str]) -> Found:
    """Return the files that paths, folders and globs stand for, each once, in order.

    A folder is searched for files of the known suffixes (``.gz`` of them too), sorted; hidden
    files and folders, and links to folders, are passed over. A path with ``*``, ``?`` or ``[``
    that is no file is a glob. ``-`` is standard input.
    """
    files: dict[str, None] = {}
    problems: list[tuple[str, str]] = []
    for path in paths:
        matches = _matches(path)
        if not matches:
            problems.append((path, _missing(path)))
        files.update(dict.fromkeys(matches))
    return Found(tuple(files), tuple(problems))


def _matches(path: str) -> list[str]:
    if path == STDIN:
        return [path]
    if os.path.isdir(path):  # noqa: PTH112 - a path may hold NUL, which Path refuses
        return _walk(path)
    if os.path.lexists(path):
        return [path]
    if not glob.has_magic(path):
        return []
    matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - keeps paths as typed
    chosen = any(not glob.has_magic(s) for s in PurePath(path).suffixes)
    files: list[str] = []
    for match in matches:
        if not os.path.isdir(match):  # noqa: PTH112
            files += [match] if chosen or kind_of(match) else []
    return files


def _walk(folder: str) -> list[str]:
    found: list[str] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            os.path.join(parent, name)  # noqa: PTH118 - keeps the path as typed
            for name in names
            if not name.startswith(".") and kind_of(name)
        ]
    return sorted(found, key=lambda path: PurePath(path).parts)


def _missing(path: str) -> str:
    if os.path.isdir(path):  # noqa: PTH112
        kinds = " ".join((*TEXT_SUFFIXES, *ROW_SUFFIXES))
        return f"the folder {path!r} holds no file that can be read ({kinds}, or .gz of these)"
    if glob.has_magic(path):
        return f"no file matches {path!r}"
    shown = path if len(path) <= 60 else path[:57] + "..."
    return (
        f"no file or folder is called {shown!r}. To score that text itself, type "
        "--text '...'; to score what is piped in, type -"
    )


def kind_of(path: str) -> str:
    """Return ``text``, ``jsonl`` or ``csv`` by the suffix, looking through ``.gz``; else ``""``."""
    suffix = suffix_of(path)
    return "text" if suffix in TEXT_SUFFIXES else ROW_SUFFIXES.get(suffix, "")


def suffix_of(path: str) -> str:
    """Return the suffix in lower case, looking through ``.gz``."""
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


# -- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read: what ``read_documents`` was told.

    With ``referenced`` each row must hold references: in all of ``reference_fields``, or where
    none is named in the first of ``REFERENCE_FIELDS`` that is there. ``columns`` pairs the name of
    a column with the field that holds its cells.
    """

    text_field: str = "text"
    id_field: str = "id"
    markup: str = "auto"
    input_format: str = "auto"
    referenced: bool = False
    reference_fields: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.markup, MARKUPS, "markup"),
            (self.input_format, FORMATS, "input format"),
        ):
            if value not in known:
                raise InputError(f"{what} {value!r} is not one of {', '.join(known)}")

    def format_of(self, path: str) -> str:
        """Return how a file is cut into documents; an unknown suffix is one text."""
        return (kind_of(path) or "text") if self.input_format == "auto" else self.input_format

    def markup_of(self, path: str, form: str) -> str:
        """Return how the texts of a file are read."""
        if self.markup != "auto":
            return self.markup
        if form != "text" or path == STDIN:
            return "none"
        from qualmetrics.text.markup import markup_of

        return markup_of(path)


def read_documents(
    paths: Sequence[str],
    *,
    text_field: str = "text",
    id_field: str = "id",
    markup: str = "auto",
    input_format: str = "auto",
    reference_fields: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
) -> Iterator[Document]:
    """Yield the documents of files, folders and globs, one after the other, as a stream.

    Parameters
    ----------
    paths : sequence of str
        Files, folders (searched), globs, or ``-`` for standard input.
    text_field, id_field : str
        Which field of a JSON line or CSV row is the text, and which names it.
    markup : {"auto", "none", "markdown", "html"}
    input_format : {"auto", "text", "jsonl", "csv"}
    reference_fields : sequence of str
        Which fields of a row are its references, each a string or several; by default none.
    columns : mapping of str to str
        Which columns to read of a row, and from which fields.

    Raises
    ------
    InputError
        For an unknown markup or format. A path that is missing is a document with a ``problem``.
    """
    reading = Reading(
        text_field=text_field,
        id_field=id_field,
        markup=markup,
        input_format=input_format,
        referenced=bool(reference_fields),
        reference_fields=tuple(reference_fields),
        columns=tuple((columns or {}).items()),
    )
    found = find(paths)
    for path, problem in found.problems:
        yield Document(path, path, problem=problem)
    yield from read_found(found.files, reading)


def read_found(files: Iterable[str], reading: Reading) -> Iterator[Document]:
    """Yield the documents of files that ``find`` returned."""
    for path in files:
        form = reading.format_of(path)
        markup = reading.markup_of(path, form)
        try:
            with opened(path) as stream:
                for document in _READERS[form](stream, path, reading):
                    yield _as_prose(document, markup)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            yield Document(path, path, problem=_reason(error))


def literal(texts: Sequence[str], *, markup: str = "none") -> Iterator[Document]:
    """Yield texts given as they are, called ``text:1`` and so on."""
    reading = Reading(markup=markup)
    for i, text in enumerate(texts, 1):
        yield _as_prose(Document(f"text:{i}", "", text=text), reading.markup_of(STDIN, "text"))


def read_source(path: str, *, markup: str = "auto") -> tuple[str, Prose]:
    """Return the text of one file as it stands, and the prose in it.

    Raises
    ------
    InputError
        When the file is missing, or holds no text, or rows of several.
    """
    from qualmetrics.text.markup import read

    found, reading = find([path]), Reading(markup=markup)
    if found.problems:
        raise InputError(found.problems[0][1])
    if len(found.files) != 1 or reading.format_of(found.files[0]) != "text":
        raise InputError(f"{path!r} holds several texts; name a file of one")
    file = found.files[0]
    (document,) = read_found(found.files, Reading(markup="none", input_format="text"))
    if document.text is None:
        raise InputError(f"{path}: {document.problem}")
    return document.text, read(document.text, reading.markup_of(file, "text"))


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for ``-``; a ``.gz`` is unpacked on the way."""
    if path == STDIN:
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as plain:
        if path.lower().endswith(".gz"):
            with gzip.open(plain) as unpacked:
                yield unpacked  # type: ignore[misc]  # a GzipFile reads like a BinaryIO
        else:
            yield plain


def _reason(error: Exception) -> str:
    if isinstance(error, gzip.BadGzipFile):
        return f"no gzip file: {error}"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    return f"cannot be read: {error}"


def _text(stream: BinaryIO, path: str, reading: Reading) -> Iterator[Document]:
    from qualmetrics.text.reading import binary_kind, decode

    place, data = Document(path, path), stream.read(MAX_DOCUMENT_BYTES + 1)
    kind = binary_kind(data)
    if kind or len(data) > MAX_DOCUMENT_BYTES:
        yield replace(place, problem=_not_text(kind) if kind else _TOO_LARGE)
        return
    found = decode(data)
    yield replace(place, text=found.text, warning=_REPLACED if found.replaced else "")


def _jsonl(stream: BinaryIO, path: str, reading: Reading) -> Iterator[Document]:
    from qualmetrics.text.reading import binary_kind

    line = 0
    while data := stream.readline(MAX_DOCUMENT_BYTES + 1):
        line += 1
        place = Document(f"{path}:{line}", path, line)
        if line == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
        kind = binary_kind(data) if line == 1 and not data.lstrip().startswith(b"{") else None
        if kind or len(data) > MAX_DOCUMENT_BYTES:
            yield replace(place, problem=_not_text(kind) if kind else _TOO_LARGE)
            return
        if data.strip():
            yield _json_row(place, data, reading)


def _json_row(place: Document, data: bytes, reading: Reading) -> Document:
    from qualmetrics.text.reading import decode

    decoded = decode(data.rstrip(b"\r\n"))
    try:
        row = json.loads(decoded.text)
    except ValueError as error:
        return replace(place, problem=f"no JSON: {error}")
    except RecursionError:
        return replace(place, problem="no JSON: nested too deeply")
    if not isinstance(row, dict):
        return replace(place, problem=f"expected a JSON object, got {_type(row)}")
    return _row(replace(place, warning=_REPLACED if decoded.replaced else ""), row, reading)


def _csv(stream: BinaryIO, path: str, reading: Reading) -> Iterator[Document]:
    from qualmetrics.text.reading import binary_kind

    csv.field_size_limit(MAX_DOCUMENT_BYTES)
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    rows = csv.reader(lines)
    try:
        header = next(rows, [])
        lacking = _lacking(header, reading)
        if lacking:
            kind = binary_kind("".join(header).encode("utf-8", "surrogateescape"))
            yield Document(path, path, 1, problem=_not_text(kind) if kind else lacking)
            return
        while True:
            line = rows.line_num + 1
            cells = next(rows, None)
            if cells is None:
                return
            if cells:
                yield _csv_row(Document(f"{path}:{line}", path, line), header, cells, reading)
    except csv.Error as error:
        yield Document(path, path, rows.line_num, problem=f"no CSV: {error}")
    finally:
        lines.detach()  # whoever opened the stream closes it


def _csv_row(
    place: Document, header: Sequence[str], cells: Sequence[str], reading: Reading
) -> Document:
    row, replaced = {}, False
    for name, cell in zip(header, cells, strict=False):
        clean = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        replaced = replaced or clean != cell
        row[name] = clean
    return _row(replace(place, warning=_REPLACED if replaced else ""), row, reading)


def _row(place: Document, row: Mapping[str, Any], reading: Reading) -> Document:
    name = row.get(reading.id_field)
    if isinstance(name, (str, int, float)) and name != "":
        place = replace(place, id=str(name))
    lacking = _lacking(row, reading)
    if lacking:
        return replace(place, problem=lacking)
    text = row[reading.text_field]
    if not isinstance(text, str):
        return replace(place, problem=_no_string(reading.text_field, text))
    references: list[str] = []
    for name in _reference_fields(row, reading):
        cell = row[name]
        several = [cell] if isinstance(cell, str) else cell
        if not (isinstance(several, list) and all(isinstance(item, str) for item in several)):
            return replace(place, problem=_no_string(name, cell, " or an array of strings"))
        references += several
    if reading.referenced and not references:
        return replace(place, problem="an empty array of references; give one at least")
    columns = {name: row[where] for name, where in reading.columns}
    return replace(place, text=text, references=tuple(references), columns=columns)


def _lacking(row: Iterable[str], reading: Reading) -> str:
    """Say which field a row, or a header, does not have; "" where all are there."""
    there = set(row)
    if reading.text_field not in there:
        return _no_field(repr(reading.text_field), row, "the one that holds the text: --text-field")
    if reading.referenced:
        wanted = _reference_fields(there, reading)
        missing = [repr(name) for name in wanted if name not in there]
        if missing or not wanted:
            shown = missing[0] if missing else " or ".join(map(repr, REFERENCE_FIELDS))
            return _no_field(shown, row, "the one that holds the references: --reference-field")
    for name, place in reading.columns:
        if place not in there:
            return _no_field(repr(place), row, f"the one of this column: --column {name}=FIELD")
    return ""


def _reference_fields(there: Iterable[str], reading: Reading) -> tuple[str, ...]:
    if reading.reference_fields or not reading.referenced:
        return reading.reference_fields
    known = set(there)
    return tuple(name for name in REFERENCE_FIELDS if name in known)[:1]


def _no_field(field: str, there: Iterable[str], which: str) -> str:
    shown = ", ".join(map(repr, there)) or "none"
    shown = shown if len(shown) <= 200 else shown[:197] + "..."
    return f"no field {field}; fields: {shown}. Name {which}"


def _no_string(field: str, value: Any, also: str = "") -> str:
    found = (
        "an array that holds something else" if also and isinstance(value, list) else _type(value)
    )
    return f"field {field!r} is {found}, expected a string{also}"


def _type(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "an array", bool: "a boolean"}
    return kinds.get(type(value), "a number" if isinstance(value, (int, float)) else "a string")


_REPLACED = "not all bytes are UTF-8; those that are not were replaced"
_TOO_LARGE = f"larger than {MAX_DOCUMENT_BYTES:,} bytes; cut it into documents"


def _not_text(kind: str) -> str:
    return f"expected text, got {kind}"


def _as_prose(document: Document, markup: str) -> Document:
    if markup == "none" or document.text is None:
        return document
    from qualmetrics.text.markup import read

    return replace(document, text=read(document.text, markup).text)


_READERS = {"text": _text, "jsonl": _jsonl, "csv": _csv}

__all__ = [
    "Document",
    "Found",
    "Reading",
    "find",
    "literal",
    "opened",
    "read_documents",
    "read_found",
    "read_source",
]
