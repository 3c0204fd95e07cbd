"""Reads rows of Arrow files: the shards of a data set that Hugging Face ``datasets`` saved.

Both forms of Arrow's IPC are read, the stream (what ``save_to_disk`` writes) and the file. A local
one is mapped into memory, so that a split in its middle costs nothing to reach.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from qualmetrics.corpus import places
from qualmetrics.corpus.parquet import columns_of, pyarrow, rows_of
from qualmetrics.corpus.readers import PACKED_SUFFIXES, At, Document, Reading, opened

STATE = "state.json"
"""Names the shards of a saved data set; other Arrow files beside it are what ``map`` left."""


@contextmanager
def opened_arrow(where: str) -> Iterator[Any]:
    """Open a file for ``batches``: mapped where that can be, else a stream, unpacked on the way."""
    if not is_mapped(where):
        with opened(where) as stream:
            yield stream
        return
    with pyarrow("reading .arrow", "").memory_map(where) as mapped:
        yield mapped


def is_mapped(where: str) -> bool:
    """Tell whether a file's middle can be reached without reading all before it."""
    return not places.is_remote(where) and not where.lower().endswith(PACKED_SUFFIXES)


def batches(source: Any) -> Iterator[Any]:
    """Yield the record batches of a stream or file of Arrow's IPC.

    Raises
    ------
    pyarrow.lib.ArrowException, OSError
        Where it is neither, or is cut off.
    """
    ipc, errors = pyarrow("reading .arrow", "ipc"), pyarrow("reading .arrow", "lib")
    if source.seekable():
        with suppress(errors.ArrowInvalid):
            reader = ipc.open_file(source)
            yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
            return
        source.seek(0)
    yield from ipc.open_stream(source)


def counts_of(where: str) -> list[tuple[int, int]]:
    """Return rows and bytes of each record batch.

    Raises
    ------
    pyarrow.lib.ArrowException, OSError
        As ``batches``.
    """
    with opened_arrow(where) as source:
        return [(batch.num_rows, batch.nbytes) for batch in batches(source)]


def read_arrow(
    source: BinaryIO,
    path: str,
    reading: Reading,
    at: At = At(),  # noqa: B008 - a frozen value
    *,
    groups: range | None = None,
) -> Iterator[Document]:
    """Yield the rows of some record batches, by default of all; a row is called ``path:row``."""
    errors = pyarrow("reading .arrow", "lib").ArrowException
    row = at.line or 1
    try:
        for i, batch in enumerate(batches(source)):
            if groups is not None and i >= groups.stop:
                return
            if groups is None or i in groups:
                chosen = batch.select(columns_of(batch.schema.names, reading))
                yield from rows_of(chosen, path, row, reading)
                row += batch.num_rows
    except (errors, OSError) as error:
        yield Document(f"{path}:{row}", path, row, problem=f"no Arrow file: {error}")


def of_data_sets(files: Iterable[str]) -> list[str]:
    """Leave out Arrow files that lie in the folder of a saved data set and are none of its shards.

    ``map`` keeps what it made there, and saving again with fewer shards leaves the old ones.
    """
    shards: dict[str, set[str] | None] = {}
    kept: list[str] = []
    for path in files:
        cut = max(path.rfind("/"), path.rfind(os.sep)) + 1
        folder, name = path[:cut], path[cut:]
        if not name.lower().endswith(".arrow"):
            kept.append(path)
            continue
        if folder not in shards:
            shards[folder] = _shards(folder)
        known = shards[folder]
        kept += [path] if known is None or name in known else []
    return kept


def _shards(folder: str) -> set[str] | None:
    """Return the names of a data set's shards, or None where no data set was saved."""
    try:
        with places.open_read(folder + STATE) as stream:
            return {one["filename"] for one in json.load(stream)["_data_files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None
