"""Cuts an input into splits: the unit of scheduling, retry, commit and resume.

A plan depends on nothing but the files and the size asked for, so that every shard, and every later
run, makes the same one. A file of rows that must be read from its beginning (packed, CSV, standard
input) is one **stream** in the plan; whoever reads it cuts it into chunks, each a split of its own.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, BinaryIO

from qualmetrics.corpus import places
from qualmetrics.corpus.arrow_files import counts_of, is_mapped, opened_arrow, read_arrow
from qualmetrics.corpus.parquet import pyarrow, read_parquet
from qualmetrics.corpus.readers import (
    MAX_DOCUMENT_BYTES,
    PACKED_SUFFIXES,
    READERS,
    RECODED,
    STDIN,
    At,
    Document,
    Reading,
    as_utf8,
    csv_records,
    noted,
    opened,
    reason,
    unpacked,
)
from qualmetrics.text.reading import AUTO, wide_encoding

SPLIT_BYTES = 4 << 20
"""Bytes of input in a split, before unpacking for Parquet, after it for streams."""

MOST_BYTES = 64 << 20
"""The size grows with the input up to this, so that a run does not end in a million files."""

MANY_SPLITS = 4096
GROUP_FILES = 512
GROUP_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Split:
    """Some consecutive documents of the input: plain data, JSON-able.

    ``start`` and ``stop`` are bytes of a JSONL file or row groups of a Parquet file; ``line`` is
    the number of the first row where it is known. ``data`` is what was read already, for a chunk
    of a stream, and ``problem`` what went wrong after it.
    """

    unit: int
    """Position in the plan."""
    chunk: int
    """Position in the file: units of one file share nothing else."""
    form: str
    paths: tuple[str, ...]
    fingerprint: str
    size: int
    start: int = 0
    stop: int = 0
    line: int | None = 1
    stream: bool = False
    last: bool = True
    file: int = 0
    data: bytes | None = None
    problem: str = ""
    root: str = ""
    """Folder in which relative paths were typed; the input is the same wherever that is."""
    note: str = ""
    """What is to be said of how the bytes were read."""

    def where(self, path: str) -> str:
        """Return a path that can be opened from any folder."""
        return places.absolute(path, self.root)

    @property
    def key(self) -> str:
        """Name of its part, without the signature: sorts in the order of the input."""
        return f"{self.file:06d}-{self.chunk:06d}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, without what was read."""
        names = ("unit", "chunk", "form", "paths", "fingerprint", "size", "start", "stop", "line")
        data = {name: getattr(self, name) for name in (*names, "stream", "last", "file")}
        return {**data, "paths": list(self.paths)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Split:
        """Read back what ``to_dict`` returned."""
        return cls(**{**data, "paths": tuple(data["paths"])})


# -- the plan -------------------------------------------------------------------------------------


def plan(
    files: Sequence[str], reading: Reading, *, split_bytes: int | None = None, root: str = ""
) -> list[Split]:
    """Return the splits of some files, in order; a file that cannot be read has one all the same.

    Parameters
    ----------
    files : from ``find``
    reading : Reading
    split_bytes : int, optional
        By default 4 MB, and more where the input is above 16 GB.
    root : str, optional
        The folder that relative paths are in; by default the working directory.
    """
    known = [_stat(places.absolute(path, root)) for path in files]
    total = sum(stat.size for stat in known if stat)
    size = split_bytes or min(MOST_BYTES, max(SPLIT_BYTES, total // MANY_SPLITS))
    splits: list[Split] = []
    group: list[tuple[str, places.Stat | None]] = []
    n_files = 0
    for path, stat in zip(files, known, strict=True):
        form = reading.format_of(path)
        if form == "text" and path != STDIN:
            if group and _is_full(group, stat, size):
                splits.append(_group(group, n_files))
                n_files, group = n_files + 1, []
            group.append((path, stat))
            continue
        if group:
            splits.append(_group(group, n_files))
            n_files, group = n_files + 1, []
        empty = Split(0, 0, form, (path,), "unreadable", 0, root=root)
        splits += [replace(s, file=n_files) for s in _of_rows(empty, stat, size, reading.encoding)]
        n_files += 1
    if group:
        splits.append(_group(group, n_files))
    return [replace(split, unit=i, root=root) for i, split in enumerate(splits)]


def _stat(path: str) -> places.Stat | None:
    if path == STDIN:
        return places.Stat(0, "stdin")
    try:
        return places.stat(path)
    except (OSError, ValueError):
        return None


def _is_full(group: Sequence[Any], stat: places.Stat | None, size: int) -> bool:
    held = sum(known.size for _, known in group if known)
    return len(group) >= GROUP_FILES or held + (stat.size if stat else 0) > size


def _group(group: Sequence[tuple[str, places.Stat | None]], file: int) -> Split:
    prints = [f"{s.size}:{s.changed}" if s else "unreadable" for _, s in group]
    return Split(
        0,
        0,
        "text",
        tuple(path for path, _ in group),
        sha256("\n".join(prints).encode()).hexdigest()[:32],
        sum(stat.size for _, stat in group if stat),
        file=file,
    )


def _of_rows(empty: Split, stat: places.Stat | None, size: int, encoding: str) -> list[Split]:
    if stat is None:
        return [empty]
    path, form = empty.paths[0], empty.form
    if path == STDIN:
        return [replace(empty, fingerprint="stdin", stream=True)]
    try:
        mark, head = places.fingerprint(empty.where(path), stat)
    except OSError:
        return [replace(empty, size=stat.size)]
    whole = replace(empty, fingerprint=mark, size=stat.size)
    if form in _COUNTS:
        # They pack themselves; what is packed once more is read as one, like any unseekable thing.
        packed = path.lower().endswith(PACKED_SUFFIXES)
        return [whole] if packed else _row_groups(whole, size)
    # What is not UTF-8 has line ends that are found by decoding from the beginning only.
    recoded = encoding not in (AUTO, "utf-8") or wide_encoding(head)
    if recoded or form == "csv" or path.lower().endswith(PACKED_SUFFIXES):
        return [replace(whole, stream=True)]
    return _ranges(whole, size)


def _ranges(whole: Split, size: int) -> list[Split]:
    n = max(1, -(-whole.size // size))
    edges = [whole.size * i // n for i in range(n + 1)]
    return [
        replace(
            whole,
            chunk=i,
            start=edges[i],
            stop=edges[i + 1],
            size=edges[i + 1] - edges[i],
            line=1 if i == 0 else None,
            last=i == n - 1,
        )
        for i in range(n)
    ]


def _row_groups(whole: Split, size: int) -> list[Split]:
    """Put row groups, or record batches, together until they reach the size, or 4,096 rows."""
    errors = pyarrow(f"reading .{whole.form}", "lib").ArrowException
    try:
        counts = _COUNTS[whole.form](whole.where(whole.paths[0]))
    except (OSError, errors):
        return [whole]
    if not counts:
        return [whole]
    splits: list[Split] = []
    start, rows, held, row = 0, 0, 0, 1
    for i, (n, n_bytes) in enumerate(counts):
        if i > start and (rows + n > GROUP_ROWS or held + n_bytes > size):
            splits.append(replace(whole, start=start, stop=i, size=held, line=row))
            start, row, rows, held = i, row + rows, 0, 0
        rows, held = rows + n, held + n_bytes
    splits.append(replace(whole, start=start, stop=len(counts), size=held, line=row))
    last = len(splits) - 1
    return [replace(split, chunk=i, last=i == last) for i, split in enumerate(splits)]


def _parquet_counts(where: str) -> list[tuple[int, int]]:
    with places.open_read(where) as stream:
        metadata = pyarrow("reading .parquet").ParquetFile(stream).metadata
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        return [(group.num_rows, group.total_byte_size) for group in groups]


def _arrow_counts(where: str) -> list[tuple[int, int]]:
    """Return nothing for what cannot be mapped: to reach its middle is to read all before it."""
    return counts_of(where) if is_mapped(where) else []


_COUNTS = {"parquet": _parquet_counts, "arrow": _arrow_counts}
"""Path -> rows and bytes of each group, for files that are made of groups."""


# -- the bytes of a split -------------------------------------------------------------------------


def range_bytes(split: Split) -> tuple[bytes, int]:
    """Return the lines of a JSONL file that begin in a range, and the byte of the first.

    A line belongs to the range in which it begins, wherever it ends; of one that is too long to be
    a document, one byte too many is kept, so that the reader says so.
    """
    with places.open_read(split.where(split.paths[0])) as stream:
        start = split.start
        if start:
            stream.seek(start - 1)
            start = _line_start(stream, start - 1, split.stop)
        if start >= split.stop:
            return b"", start
        stream.seek(start)
        data = stream.read(split.stop - start)
        if not data.endswith(b"\n"):
            begun = len(data) - (data.rfind(b"\n") + 1)
            data += stream.readline(max(1, MAX_DOCUMENT_BYTES + 2 - begun))
        return data, start


def _line_start(stream: BinaryIO, at: int, stop: int) -> int:
    """Return where the first line after ``at`` begins, or ``stop`` where that is not before it."""
    while at < stop:
        piece = stream.readline(1 << 20)
        at += len(piece)
        if not piece or piece.endswith(b"\n"):
            return at
    return stop


def chunks(split: Split, size: int, reading: Reading) -> Iterator[Split]:
    """Cut a stream into splits that carry their bytes, rows in UTF-8, in order.

    The last one is marked; a stream that breaks off ends in a chunk with the ``problem``.
    """
    held: Split | None = None
    for part in _cut(split, size, reading):
        if held is not None:
            yield replace(held, last=False)
        held = part
    if held is not None:
        yield replace(held, last=True)


def _cut(split: Split, size: int, reading: Reading) -> Iterator[Split]:
    cutter = _CUTTERS.get(split.form, _whole)
    number, line, first = 0, 1, True
    try:
        with _stream(split) as plain:
            stream, note = as_utf8(plain, reading) if split.form in RECODED else (plain, "")
            for data, lines in cutter(stream, size):
                yield replace(_chunk(split, number, line, data), note="" if number else note)
                number, line, first = number + 1, line + lines, False
    except (OSError, EOFError, zlib.error, ValueError, csv.Error) as error:
        yield replace(_chunk(split, number, line, b""), problem=reason(error))
        return
    if first:
        yield _chunk(split, 0, 1, b"")


def _chunk(split: Split, number: int, line: int, data: bytes) -> Split:
    mark = split.fingerprint
    if split.paths == (STDIN,):  # what was piped in can only be known by what it held
        mark = f"stdin:{sha256(data).hexdigest()[:32]}"
    return replace(split, chunk=number, line=line, data=data, size=len(data), fingerprint=mark)


@contextmanager
def _stream(split: Split) -> Iterator[BinaryIO]:
    path = split.where(split.paths[0])
    if path == STDIN:
        with opened(path) as stream:
            yield stream
    else:
        with places.open_read(path) as plain, unpacked(plain, path) as stream:
            yield stream


def _whole(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Cut nothing: a text is one document, and Parquet and Arrow are no lines.

    Of what is too large, enough to say so is read.
    """
    data = stream.read(MAX_DOCUMENT_BYTES + 1)
    if data:
        yield data, data.count(b"\n")


def _line_pieces(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Cut at the last line end; a piece may be longer by one line, up to the longest document."""
    pieces: list[bytes] = []
    held = 0
    read = getattr(stream, "read1", stream.read)  # of a stream that breaks off, what came
    broken: Exception | None = None
    while True:
        try:
            data = read(min(size - held, 1 << 18))
        except (OSError, EOFError, zlib.error) as error:
            data, broken = b"", error
        pieces.append(data)
        held += len(data)
        if data and held < size:
            continue
        whole = b"".join(pieces)
        if data and not whole.endswith(b"\n"):
            whole, broken = _to_line_end(stream, whole)
        if whole:
            yield whole, whole.count(b"\n")
        if broken is not None:
            raise broken
        if not data:
            return
        pieces, held = [], 0


def _to_line_end(stream: BinaryIO, whole: bytes) -> tuple[bytes, Exception | None]:
    begun = len(whole) - (whole.rfind(b"\n") + 1)
    try:
        rest = stream.readline(max(1, MAX_DOCUMENT_BYTES + 2 - begun))
        last = rest
        while last and not last.endswith(b"\n"):
            last = stream.readline(1 << 20)
        too_long = rest and not rest.endswith(b"\n") and bool(last)
    except (OSError, EOFError, zlib.error) as error:
        return whole, error
    return whole + rest + (b"\n" if too_long else b""), None


def _csv_pieces(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Cut between records; each piece begins with the header."""
    records = csv_records(stream)
    header = next(records, None)
    if header is None:
        return
    first = "".join(header.lines)
    kept: list[str] = []
    held, n_lines = 0, len(header.lines)
    broken: Exception | None = None
    while True:
        try:
            record = next(records, None)
        except (OSError, EOFError, zlib.error) as error:
            record, broken = None, error
        if record is not None:
            kept += record.lines
            held += sum(map(len, record.lines))
            if held < size:
                continue
        text = first + "".join(kept)
        yield text.encode("utf-8", "surrogateescape"), n_lines + len(kept)
        if broken is not None:
            raise broken
        if record is None:
            return
        kept, held, n_lines = [], 0, 0


_CUTTERS = {"csv": _csv_pieces, "jsonl": _line_pieces}
"""How a stream is cut, where it can be."""


# -- the documents of a split ---------------------------------------------------------------------


def documents(split: Split, reading: Reading) -> Iterator[Document]:
    """Yield the documents of a split, their markup not yet read; what is broken is one of them."""
    if split.form == "text" and split.paths != (STDIN,):
        for path in split.paths:
            yield from _guarded(_text_file(path, split.where(path), reading), path)
        return
    path = split.paths[0]
    yield from _guarded(noted(_rows(split, reading), split.note), path)
    if split.problem:
        yield Document(path, path, split.line, problem=split.problem)


def _guarded(found: Iterator[Document], path: str) -> Iterator[Document]:
    try:
        yield from found
    except (OSError, EOFError, zlib.error, ValueError) as error:
        yield Document(path, path, problem=reason(error))


def _text_file(path: str, where: str, reading: Reading) -> Iterator[Document]:
    with opened(where) as stream:
        yield from READERS["text"](stream, path, reading)


_GROUPED: dict[str, tuple[Any, Any]] = {
    "parquet": (read_parquet, opened),
    "arrow": (read_arrow, opened_arrow),
}


def _rows(split: Split, reading: Reading) -> Iterator[Document]:
    path, read = split.paths[0], READERS[split.form]
    if split.stream:
        assert split.data is not None  # noqa: S101 - whoever cuts a stream hands the bytes on
        if split.data or not split.problem:
            yield from read(io.BytesIO(split.data), path, reading, At(split.line))
    elif split.form in _COUNTS:
        groups = range(split.start, split.stop) if split.stop else None
        grouped, opener = _GROUPED[split.form]
        with opener(split.where(path)) as source:
            yield from grouped(source, path, reading, At(split.line), groups=groups)
    else:
        data, begins = range_bytes(split)
        yield from read(io.BytesIO(data), path, reading, At(split.line, begins))
