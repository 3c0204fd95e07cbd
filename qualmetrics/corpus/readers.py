"""Finds and reads documents: files, folders, globs, standard input; text, Markdown, HTML, rows.

Nothing here raises for what a file holds. A file or a row that cannot be read becomes a
``Document`` without a text that says why, at its place, so that no row is ever lost.
"""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import io
import json
import os
import re
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from qualmetrics.corpus import places
from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.text.reading import (
    AUTO,
    GUESS,
    GUESS_BYTES,
    binary_kind,
    check_encoding,
    decode,
    encoding_of,
    wide_encoding,
)

if TYPE_CHECKING:
    from qualmetrics.text.markup import Prose

STDIN = "-"
"""The path that means standard input."""

TEXT_SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm")
"""Files of one document each."""

ROW_SUFFIXES: Mapping[str, str] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
"""Files of one document a row."""

PACKED_SUFFIXES = (".gz", ".zst")
"""Compression that is looked through."""

FORMATS = ("auto", "text", "jsonl", "csv", "parquet", "arrow")
"""How bytes are cut into documents; ``auto`` goes by the suffix."""

MARKUPS = ("auto", "none", "markdown", "html")
"""How a text is read; ``auto`` goes by the suffix, and rows and standard input are plain."""

REFERENCE_FIELDS = ("reference", "references")
"""Where the references of a row stand, unless told."""

LANGUAGE = "lang"
"""The column that names the language of a row: a code such as ``de`` or ``en-US``."""

MAX_DOCUMENT_BYTES = 256_000_000
"""A larger document, decompressed, is not read: it would not fit beside its own counts."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text and where it came from.

    ``line`` is the line, or the row of Parquet, counted from 1; where a part of a file was read,
    and nobody counted the lines before it, ``offset`` is where the row begins. ``text`` is
    None where ``problem`` says why there is none. ``warning`` is what was put right on
    the way, such as bytes that are no UTF-8. ``references`` and ``columns`` are what else scorers
    read of this row.
    """

    id: str
    path: str
    line: int | None = None
    offset: int | None = None
    text: str | None = None
    problem: str = ""
    warning: str = ""
    references: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """True for a file of one document, or what stands for a whole file."""
        return self.line is None and self.offset is None

    @property
    def default_ids(self) -> tuple[str, ...]:
        """What a row is called that has no id of its own."""
        return self.path, f"{self.path}:{self.line}", f"{self.path}@{self.offset}"

    @property
    def place(self) -> str:
        """Path, and line or byte where the file holds rows: what a message names."""
        if self.line is not None:
            return f"{self.path}:{self.line}"
        return self.path if self.offset is None else f"{self.path}@{self.offset}"


class At(NamedTuple):
    """Where the bytes that a reader gets begin in their file; what is None is not counted."""

    line: int | None = 1
    offset: int | None = None


BEGINNING = At()
"""Of a file."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the paths of a call stand for: files in order, and what was wrong with the others."""

    files: tuple[str, ...]
    problems: tuple[tuple[str, str], ...] = ()
    """Path and what is wrong with it."""
    repeated: tuple[str, ...] = ()
    """Files that were named again, as they were spelled then; they are in ``files`` once."""


# -- finding ------------------------------------------------------------------------------------


def find(paths: Sequence[str]) -> Found:
    """Return the files that paths, folders and globs stand for, each once, in order.

    ``a.txt``, ``./a.txt`` and its whole path are one file, called as it was first; a link to a file
    is another.

    A folder is searched for files of the known suffixes (``.gz`` of them too), sorted; hidden
    files and folders, links to folders, and folders of runs (``score -o``), are passed over. A path
    with ``*``, ``?`` or ``[`` that is no file is a glob. ``-`` is standard input.
    """
    files: dict[str, str] = {}
    problems: dict[str, str] = {}
    repeated: list[str] = []
    for path in map(places.plain, paths):
        matches = _matches(path)
        if not matches:
            problems[path] = _missing(path)
        for match, place in zip(matches, places.whole(matches), strict=True):
            if place in files:
                repeated.append(match)
            else:
                files[place] = match
    return Found(tuple(files.values()), tuple(problems.items()), tuple(repeated))


def _matches(path: str) -> list[str]:
    if path == STDIN:
        return [path]
    if places.is_remote(path):
        found = places.walk(path)
        return found if found == [path] else _of_no_run(_of_data_sets(filter(kind_of, found)), path)
    if os.path.isdir(path):  # noqa: PTH112 - a path may hold NUL, which Path refuses
        return _of_data_sets(_walk(path))
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
    return _of_no_run(_of_data_sets(files), path)


def _of_data_sets(files: Iterable[str]) -> list[str]:
    from qualmetrics.corpus.arrow_files import of_data_sets

    return of_data_sets(files)


def _walk(folder: str) -> list[str]:
    found: list[str] = []
    for parent, folders, names in os.walk(folder):
        if "run.json" in names and _is_run(parent):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            os.path.join(parent, name)  # noqa: PTH118 - keeps the path as typed
            for name in names
            if not name.startswith(".") and kind_of(name)
        ]
    return sorted(found, key=lambda path: PurePath(path).parts)


def _is_run(folder: str) -> bool:
    """Tell whether a folder is what ``score -o`` made: its parts are no input."""
    path = places.join(folder, "run.json")
    try:
        if not places.exists(path):
            return False
        with places.open_read(path) as stream:
            return b'"qualmetrics-run/' in stream.read(200)
    except (OSError, ValueError):
        return False


def _of_no_run(files: Iterable[str], typed: str) -> list[str]:
    """Leave out files in folders of runs, but for those that were ``typed`` as far as there."""
    certain = len(re.split(r"[*?\[]", typed)[0].rstrip("/")) - 1
    known: dict[str, bool] = {}
    kept: list[str] = []
    for path in files:
        inside, folder = False, path
        while not inside and (cut := max(folder.rfind("/"), folder.rfind(os.sep))) > certain:
            folder = folder[:cut]
            if folder not in known:
                known[folder] = _is_run(folder)
            inside = known[folder]
        kept += [] if inside else [path]
    return kept


def _missing(path: str) -> str:
    if os.path.isdir(path) and _is_run(path):  # noqa: PTH112
        return f"{path!r} is the folder of a run, which is no input; name what it was made from"
    if os.path.isdir(path):  # noqa: PTH112
        kinds = " ".join((*TEXT_SUFFIXES, *ROW_SUFFIXES))
        return (
            f"the folder {path!r} holds no file that can be read ({kinds}, or .gz or .zst of these)"
        )
    if glob.has_magic(path):
        return f"no file matches {path!r}"
    shown = path if len(path) <= 60 else path[:57] + "..."
    return (
        f"no file or folder is called {shown!r}. To score that text itself, type "
        "--text '...'; to score what is piped in, type -"
    )


def kind_of(path: str) -> str:
    """Return ``text``, ``jsonl``, ``csv``, ``parquet`` or ``arrow`` by the suffix; else ``""``.

    It looks through ``.gz`` and ``.zst``.
    """
    suffix = suffix_of(path)
    return "text" if suffix in TEXT_SUFFIXES else ROW_SUFFIXES.get(suffix, "")


def suffix_of(path: str) -> str:
    """Return the suffix in lower case, looking through ``.gz`` and ``.zst``."""
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    if suffixes and suffixes[-1] in PACKED_SUFFIXES:
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
    encoding: str = AUTO

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", check_encoding(self.encoding))
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
    input_format : {"auto", "text", "jsonl", "csv", "parquet", "arrow"}
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
            with opened(path) as plain:
                stream, note = (plain, "") if form not in RECODED else as_utf8(plain, reading)
                for document in noted(READERS[form](stream, path, reading), note):
                    yield as_prose(document, markup)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            yield Document(path, path, problem=reason(error))


def literal(texts: Sequence[str], *, markup: str = "none") -> Iterator[Document]:
    """Yield texts given as they are, called ``text:1`` and so on."""
    reading = Reading(markup=markup)
    for i, text in enumerate(texts, 1):
        yield as_prose(Document(f"text:{i}", "", text=text), reading.markup_of(STDIN, "text"))


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
    """Open a file, or standard input for ``-``; ``.gz`` and ``.zst`` are unpacked on the way."""
    if path == STDIN:
        yield sys.stdin.buffer
        return
    with places.open_read(path) as plain, unpacked(plain, path) as stream:
        yield stream


@contextmanager
def unpacked(plain: BinaryIO, path: str) -> Iterator[BinaryIO]:
    """Unpack a stream where the name of its file says that it is packed."""
    name = path.lower()
    if name.endswith(".gz"):
        with gzip.open(plain) as stream:
            yield stream  # type: ignore[misc]  # a GzipFile reads like a BinaryIO
    elif name.endswith(".zst"):
        with _unzst(plain) as stream:
            yield stream
    else:
        yield plain


def _unzst(plain: BinaryIO) -> BinaryIO:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError("zstandard", "corpus", "reading .zst") from None
    raw = _Zst(plain, zstandard.ZstdDecompressor().decompressobj, zstandard.ZstdError)
    return io.BufferedReader(raw, buffer_size=1 << 18)


class _Zst(io.RawIOBase):
    """Frames of zstandard as one stream; one that ends early is an error, as it is with gzip.

    Little is fed at a time: 4 KB can unpack to 128 MB, and more should never be held.
    """

    def __init__(self, plain: BinaryIO, frame: Callable[[], Any], error: type[Exception]) -> None:
        self.plain, self.frame, self.error = plain, frame, error
        self.open: Any = None
        self.fed, self.held = b"", memoryview(b"")

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill what fits."""
        while not self.held:
            self.fed = self.fed or self.plain.read(4096)
            if not self.fed:
                if self.open is not None:
                    raise EOFError("compressed file ended before the end of a frame")
                return 0
            self.open = self.open or self.frame()
            try:
                self.held = memoryview(self.open.decompress(self.fed))
            except self.error as error:
                raise OSError(f"no zstandard file: {error}") from None
            self.fed = self.open.unused_data if self.open.eof else b""
            self.open = None if self.open.eof else self.open
        n = min(len(buffer), len(self.held))
        buffer[:n], self.held = self.held[:n], self.held[n:]
        return n


RECODED = ("jsonl", "csv")
"""Formats whose bytes are read as UTF-8, whatever they were in the file."""


def as_utf8(stream: BinaryIO, reading: Reading) -> tuple[BinaryIO, str]:
    """Return the rows of a file in UTF-8, and what is to be said of how they were read.

    What was no text in its own encoding is no UTF-8 either: it is replaced, and told, by the row.
    """
    if reading.encoding == "utf-8":
        return stream, ""
    head = stream.read(GUESS_BYTES if reading.encoding == GUESS else 4)
    whole = io.BufferedReader(_Chained(head, stream), buffer_size=1 << 18)
    encoding = encoding_of(head, reading.encoding)
    if encoding.startswith("utf-8"):
        return whole, ""
    recoded = io.BufferedReader(_Recoded(whole, encoding), buffer_size=1 << 18)
    guessed = reading.encoding == GUESS and not wide_encoding(head)
    return recoded, _guessed(encoding) if guessed else ""


def noted(documents: Iterator[Document], note: str) -> Iterator[Document]:
    """Return documents, the first with a warning that holds for all."""
    return _noted(documents, note) if note else documents


def _noted(documents: Iterator[Document], note: str) -> Iterator[Document]:
    for document in documents:
        yield replace(document, warning=document.warning or note) if note else document
        note = ""


class _Chained(io.RawIOBase):
    """A stream of which the head has been read."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest = head, rest
        self.read_rest = getattr(rest, "read1", rest.read)  # of a stream that breaks off, what came

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill what fits."""
        size = len(buffer)
        data = self.head[:size] or self.read_rest(size)
        self.head = self.head[size:]
        buffer[: len(data)] = data
        return len(data)


BROKEN = "qualmetrics-broken"
"""Error handler: what cannot be decoded becomes a byte that no UTF-8 has."""
codecs.register_error(BROKEN, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]


class _Recoded(io.RawIOBase):
    """A stream in another encoding as UTF-8, without its mark."""

    def __init__(self, plain: BinaryIO, encoding: str) -> None:
        self.plain = plain
        self.decoder = codecs.getincrementaldecoder(encoding)(BROKEN)
        self.held, self.begun, self.ended = b"", False, False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill what fits."""
        while not self.held and not self.ended:
            data = self.plain.read(1 << 16)
            self.ended = not data
            text = self.decoder.decode(data, final=self.ended)
            if text and not self.begun:
                text, self.begun = text.removeprefix("\ufeff"), True
            self.held = text.encode("utf-8", "surrogateescape")
        n = min(len(buffer), len(self.held))
        buffer[:n], self.held = self.held[:n], self.held[n:]
        return n


def reason(error: Exception) -> str:
    """Say why bytes could not be read."""
    if isinstance(error, gzip.BadGzipFile):
        return f"no gzip file: {error}"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    return f"cannot be read: {error}"


def _text(stream: BinaryIO, path: str, reading: Reading, at: At = BEGINNING) -> Iterator[Document]:
    place, data = Document(path, path), stream.read(MAX_DOCUMENT_BYTES + 1)
    kind = None if reading.encoding not in (AUTO, GUESS) else binary_kind(data)
    if kind or len(data) > MAX_DOCUMENT_BYTES:
        yield replace(place, problem=_not_text(kind) if kind else _TOO_LARGE)
        return
    found = decode(data, reading.encoding)
    warning = _REPLACED if found.replaced else ""
    if reading.encoding == GUESS and not found.encoding.startswith("utf-8"):
        warning = warning or _guessed(found.encoding)
    yield replace(place, text=found.text, warning=warning)


def _jsonl(stream: BinaryIO, path: str, reading: Reading, at: At = BEGINNING) -> Iterator[Document]:
    line, offset = at
    first = line == 1
    while data := stream.readline(MAX_DOCUMENT_BYTES + 1):
        place = _place(path, line, offset)
        begins, size = data, len(data)
        if first:
            data = data.removeprefix(b"\xef\xbb\xbf")
            plain = data.lstrip().startswith(b"{") and b"\0" not in data[:4]
            kind = None if plain else binary_kind(data)
            if kind:
                yield place.document(problem=_not_text(kind))
                return
        if len(data) > MAX_DOCUMENT_BYTES:
            size += _skip_line(stream, begins)
            yield place.document(problem=_TOO_LARGE)
        elif not data.isspace():
            yield _json_row(place, data, reading)
        first = False
        line = None if line is None else line + 1
        offset = None if offset is None else offset + size


class Place(NamedTuple):
    """Where a row is, before it is read: a document is made of each row once, which counts."""

    id: str
    path: str
    line: int | None
    offset: int | None = None
    warning: str = ""

    def document(self, *, problem: str) -> Document:
        """Return the document of a row that cannot be read."""
        return Document(
            self.id, self.path, self.line, self.offset, problem=problem, warning=self.warning
        )


def _place(path: str, line: int | None, offset: int | None) -> Place:
    """Name a row after its byte where that is known: no number depends on where a part begins."""
    if offset is None:
        return Place(f"{path}:{line}", path, line)
    return Place(f"{path}@{offset}", path, line, offset)


def _skip_line(stream: BinaryIO, begun: bytes) -> int:
    """Read on to the end of a line that is too long to keep; return how many bytes that took."""
    size, last = 0, begun
    while last and not last.endswith(b"\n"):
        last = stream.readline(1 << 20)
        size += len(last)
    return size


def _json_row(place: Place, data: bytes, reading: Reading) -> Document:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text, place = decode(data, "utf-8").text, place._replace(warning=_REPLACED)
    try:
        row = json.loads(text)
    except ValueError as error:
        return place.document(problem=f"no JSON: {error}")
    except RecursionError:
        return place.document(problem="no JSON: nested too deeply")
    if not isinstance(row, dict):
        return place.document(problem=f"expected a JSON object, got {_type(row)}")
    return row_of(place, row, reading)


def _csv(stream: BinaryIO, path: str, reading: Reading, at: At = BEGINNING) -> Iterator[Document]:
    """Read rows; ``at`` is the line of the first row where bytes of a header alone go before it."""
    records = csv_records(stream)
    header = next(records, None)
    if header is None:
        return
    names = header.cells or []
    lacking = header.problem or _lacking(names, reading)
    if lacking:
        kind = binary_kind("".join(names).encode("utf-8", "surrogateescape"))
        yield Document(path, path, 1, problem=_not_text(kind) if kind else lacking)
        return
    before = 0 if at.line in (None, 1) else at.line - 1 - len(header.lines)
    for record in records:
        line = before + record.line
        place = Place(f"{path}:{line}", path, line)
        if record.cells is None:
            yield place.document(problem=record.problem)
        elif record.cells:
            yield _csv_row(place, names, record.cells, reading)


class Record(NamedTuple):
    """Some lines of CSV that make a row, or one that makes none."""

    line: int
    lines: list[str]
    cells: list[str] | None
    problem: str = ""


def csv_records(stream: BinaryIO) -> Iterator[Record]:
    """Yield the records of a CSV file, whose quotes may hold line ends.

    Where a quote is not closed, or closed in the middle of a cell, the line that it is opened in is
    a record without cells, and the next is read as if nothing had been: one row is lost, and told,
    not all up to the next quote. Where the stream breaks off, what came is yielded first.
    """
    csv.field_size_limit(MAX_DOCUMENT_BYTES)
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    source = _Lines(lines)
    rows, line = csv.reader(source, strict=True), 1
    try:
        while True:
            problem, cells = "", None
            try:
                cells = next(rows, None)
            except csv.Error as error:
                too_long = "larger than" in str(error)
                problem = f"no CSV: {error}" if too_long else _QUOTE
            kept = source.take()
            if problem:
                source.back.extendleft(reversed(kept[1:]))
                kept = kept[:1]
                rows = csv.reader(source, strict=True)
            elif cells is None:
                break
            yield Record(line, kept, cells, problem)
            line += len(kept)
        if source.broken is not None:
            raise source.broken
    finally:
        lines.detach()  # whoever opened the stream closes it


_QUOTE = "no CSV: a quote in this line is not closed, or one inside a cell not doubled"
"""Which of the two depends on what follows, and that on where the file is cut."""


class _Lines:
    """Passes lines on and keeps them until they are taken; some may be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.kept: list[str] = []
        self.back: deque[str] = deque()
        self.broken: Exception | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self.back.popleft() if self.back else next(self.lines)
        except (OSError, EOFError, zlib.error) as error:
            self.broken = error
            raise StopIteration from None
        self.kept.append(line)
        return line

    def take(self) -> list[str]:
        """Return what was kept."""
        kept, self.kept = self.kept, []
        return kept


def _csv_row(
    place: Place, header: Sequence[str], cells: Sequence[str], reading: Reading
) -> Document:
    if any(cells[len(header) :]):
        more = f"{len(cells)} cells, and the header has {len(header)}"
        return place.document(problem=f"{more}; a comma inside a cell needs quotes around the cell")
    row, replaced = {}, False
    for name, cell in zip(header, cells, strict=False):
        clean = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        replaced = replaced or clean != cell
        row[name] = clean
    return row_of(place._replace(warning=_REPLACED) if replaced else place, row, reading)


def row_of(place: Place, row: Mapping[str, Any], reading: Reading) -> Document:
    """Return a row as a document: text, id, references and columns, or what is wrong with it."""
    name = row.get(reading.id_field)
    if isinstance(name, (str, int, float)) and name != "":
        place = place._replace(id=str(name))
    problem = _lacking(row, reading)
    text = None if problem else row[reading.text_field]
    if not problem and not isinstance(text, str):
        problem = _no_string(reading.text_field, text)
    if problem:
        return place.document(problem=problem)
    references, problem = _references(row, reading)
    if problem:
        return place.document(problem=problem)
    columns = {name: row[where] for name, where in reading.columns}
    return Document(
        place.id,
        place.path,
        place.line,
        place.offset,
        text,
        warning=place.warning,
        references=tuple(references),
        columns=columns,
    )


def _references(row: Mapping[str, Any], reading: Reading) -> tuple[list[str], str]:
    """Return the references of a row, or what is wrong with them."""
    references: list[str] = []
    for name in _reference_fields(row, reading):
        cell = row[name]
        several = [cell] if isinstance(cell, str) else cell
        if not (isinstance(several, list) and all(isinstance(item, str) for item in several)):
            return [], _no_string(name, cell, " or an array of strings")
        references += several
    if reading.referenced and not references:
        return [], "an empty array of references; give one at least"
    return references, ""


def _lacking(row: Iterable[str], reading: Reading) -> str:
    """Say which field a row, or a header, does not have; "" where all are there."""
    there = row if isinstance(row, Mapping) else set(row)
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
            flag = "--lang-field" if name == LANGUAGE else f"--column {name}=FIELD"
            return _no_field(repr(place), row, f"the one of this column: {flag}")
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


_REPLACED = (
    "not all bytes are of the encoding that was expected; those that are not were replaced. Name "
    "the encoding: --encoding cp1252, or --encoding guess"
)
_TOO_LARGE = f"larger than {MAX_DOCUMENT_BYTES:,} bytes; cut it into documents"


def _guessed(encoding: str) -> str:
    return f"read as {encoding}, which was guessed; name it for certain: --encoding {encoding}"


def _not_text(kind: str) -> str:
    hint = ". If it is UTF-16 without a mark: --encoding utf-16-le" if "NUL" in kind else ""
    return f"expected text, got {kind}{hint}"


def as_prose(document: Document, markup: str) -> Document:
    """Return a document with the prose of its text, read as markup."""
    if markup == "none" or document.text is None:
        return document
    from qualmetrics.text.markup import read

    return replace(document, text=read(document.text, markup).text)


def _parquet(
    stream: BinaryIO, path: str, reading: Reading, at: At = BEGINNING
) -> Iterator[Document]:
    from qualmetrics.corpus.parquet import read_parquet

    return read_parquet(stream, path, reading, at)


def _arrow(stream: BinaryIO, path: str, reading: Reading, at: At = BEGINNING) -> Iterator[Document]:
    from qualmetrics.corpus.arrow_files import read_arrow

    return read_arrow(stream, path, reading, at)


Reader = Callable[..., Iterator[Document]]
READERS: Mapping[str, Reader] = {
    "text": _text,
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "arrow": _arrow,
}
"""Bytes, path, ``Reading`` and ``At`` -> documents, by format."""

__all__ = [
    "READERS",
    "RECODED",
    "At",
    "Document",
    "Found",
    "Place",
    "Reading",
    "as_prose",
    "as_utf8",
    "csv_records",
    "find",
    "literal",
    "noted",
    "opened",
    "read_documents",
    "read_found",
    "read_source",
    "reason",
    "row_of",
    "unpacked",
]
