"""The process-wide memory of chunks: each distinct chunk is understood once, then looked up.

A *generation* maps a chunk to a row number; rows hold its boundary bits, its words and its counts
packed several to an integer. Threads: rows are written under a lock and published (table first,
chunk name last) so that whoever finds a chunk finds its whole row. When a generation is full the
next call starts a new one; calls that still use the old one keep it alive.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from functools import cache
from itertools import compress, repeat
from operator import not_
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qualmetrics.text import lookup
from qualmetrics.text.chunks import NEWLINE
from qualmetrics.text.columns import NAME, PLAIN, Column, columns
from qualmetrics.text.language import Language
from qualmetrics.text.lexemes import (
    MAX_WEIGHTS,
    WordTable,
    WordView,
    classes,
    count_in,
    segment_sums,
)
from qualmetrics.text.marks import WIDE, parse, parse_common
from qualmetrics.text.skeleton import ENDER, PUNCTUATION, UNCOUNTED
from qualmetrics.text.weights import WordWeights

MAX_ROWS: Final = 15 << 14
"""A little under a power of two: tables double, and should not once more for their last rows."""
MAX_CHARACTERS: Final = 1 << 24
MAX_KEY: Final = 64
NARROW: Final = 31
"""A chunk longer than this is *wide*: its counts may not fit a packed field."""
BLOCK: Final = 1024
"""Rows that can be summed packed: fields hold at most ``2 ** bits / BLOCK - 1`` a row."""

Array = NDArray[Any]


class Growing:
    """A one-dimensional array that grows at its end; readers keep whatever they took."""

    def __init__(self, dtype: Any) -> None:
        self._store: Array = np.zeros(1024, dtype)
        self.size = 0

    def extend(self, values: Array) -> None:
        """Append values; the doubled copy is published in one assignment."""
        end = self.size + len(values)
        if end > len(self._store):
            larger = np.zeros(max(end, 2 * len(self._store)), self._store.dtype)
            larger[: self.size] = self._store[: self.size]
            self._store = larger
        self._store[self.size : end] = values
        self.size = end

    @property
    def data(self) -> Array:
        """The store; only rows below the size at the time of a look-up mean anything."""
        return self._store


class Lane:
    """Some columns packed side by side into one unsigned integer a row."""

    def __init__(self, members: list[tuple[Column, int]]) -> None:
        self.members = members  # (column, shift)
        self.packed = Growing(np.uint64)
        self.wide: dict[int, list[int]] = {}


@cache
def lanes(*, named: bool) -> list[list[tuple[Column, int]]]:
    """Return the columns of each lane with their shifts: those that ask for names, or the rest."""
    found: list[list[tuple[Column, int]]] = []
    used = 64
    for column in columns().values():
        if column.kind == "text" or (column.kind == "named") != named:
            continue
        if used + column.bits > 64:
            found.append([])
            used = 0
        found[-1].append((column, used))
        used += column.bits
    return found


class WeightLane:
    """The sums of a table's weights over the words of each row, one integer for each channel."""

    def __init__(self, table: WordWeights) -> None:
        self.table = table
        self.sums = [Growing(np.int64) for _ in table.channels]


class Generation:
    """Rows of the chunks met since the memory was last emptied."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.lock = threading.Lock()
        self.rows: dict[str, int] = {}
        self.keys = lookup.KeyTable()
        self.characters = 0
        self.hot = Growing(np.uint8)
        self.cold = Growing(np.uint32)
        self.inner = Growing(np.int32)  # sentences that begin inside the chunk
        self.first_word = Growing(np.int32)
        self.word_start = Growing(np.int64)
        self.word = Growing(np.int32)
        self.word_type = Growing(np.int32)
        self.word_is_name = Growing(np.bool_)
        self.total = {name: Growing(np.int32) for name in ("characters", "punctuation", "enders")}
        self.table = WordTable(language)
        self.lanes: dict[tuple[int, bool], Lane] = {}
        self.weight_lanes: dict[WordWeights, WeightLane] = {}
        self.add([NEWLINE])

    @property
    def is_full(self) -> bool:
        """Whether the next call should start anew."""
        return self.hot.size >= MAX_ROWS or self.characters >= MAX_CHARACTERS

    # --- rows ---------------------------------------------------------------------------------

    def look_up(self, chunks: list[str]) -> NDArray[np.intp]:
        """Return the row of each chunk, understanding those not met before."""
        try:
            return np.fromiter(map(self.rows.__getitem__, chunks), np.intp, len(chunks))
        except KeyError:
            pass
        with self.lock:
            known = self.rows
            missing = [chunk for chunk in dict.fromkeys(chunks) if chunk not in known]
            passing = self.add(missing) if missing else {}
        if not passing:
            return np.fromiter(map(known.__getitem__, chunks), np.intp, len(chunks))
        found = (passing[c] if len(c) > MAX_KEY else known[c] for c in chunks)
        return np.fromiter(found, np.intp, len(chunks))

    def look_up_bytes(self, found: lookup.Layout) -> NDArray[np.intp]:
        """Return the row of each chunk of a laid-out text."""
        rows, fresh = lookup.rows(found, self.keys, self.look_up)
        if fresh is not None:
            with self.lock:
                low, high, row = fresh
                new = self.keys.find(low, high) < 0  # another call may have brought them in
                self.keys = self.keys.with_new(low[new], high[new], row[new])
        return rows

    def add(self, chunks: list[str]) -> dict[str, int]:
        """Write the rows of new chunks; the caller holds the lock.

        Returns the rows of chunks too long to be remembered, which only the caller will know.
        """
        language = self.language
        read = list(map(parse_common, chunks, repeat(language)))
        common = [found for found in read if found is not None]
        ordered = [*compress(chunks, read)]
        keys = [found[0] for found in common]
        hot = [found[1] for found in common]
        cold = [found[2] for found in common]
        counts = [1] * len(common)
        inner = [0] * len(common)
        names = [False] * len(common)
        for chunk in compress(chunks, map(not_, read)):
            parsed = parse(chunk, language)
            ordered.append(chunk)
            keys += [word.spelled for word in parsed.words]
            counts.append(len(parsed.words))
            names += [False, *parsed.names[1:]] if parsed.words else []
            hot.append(parsed.hot)
            cold.append(parsed.cold)
            inner.append(len(parsed.inner))
        return self._publish(ordered, keys, counts, names, (hot, cold, inner))

    def _publish(
        self,
        chunks: list[str],
        keys: list[str],
        counts: list[int],
        names: list[bool],
        bits: tuple[list[int], list[int], list[int]],
    ) -> dict[str, int]:
        first_row = self.hot.size
        words = self.table.indices(keys)
        ends = np.cumsum(counts, dtype=np.int64)
        starts = ends - counts
        if first_row == 0:
            self.word_start.extend(np.zeros(1, np.int64))
        first_word = np.full(len(chunks), -1, np.int32)
        some = np.asarray(counts) > 0
        types = self.table.type_of(words)
        first_word[some] = types[starts[some]]
        self.first_word.extend(first_word)
        self.word_start.extend(ends + self.word.size)
        self.word.extend(words)
        self.word_type.extend(types)
        self.word_is_name.extend(np.array(names, np.bool_))
        self._publish_characters(chunks, words, np.concatenate(([0], ends)))
        lengths = np.fromiter(map(len, chunks), np.int64, len(chunks))
        self.inner.extend(np.array(bits[2], np.int32))
        self.cold.extend(np.array(bits[1], np.uint32))
        self.hot.extend(np.array(bits[0], np.uint8) | np.where(lengths > NARROW, WIDE, 0))
        self.rows.update(zip(chunks, range(first_row, first_row + len(chunks)), strict=True))
        # Long chunks are known to this caller alone: a memory of addresses would only grow.
        passing = {}
        for index in np.flatnonzero(lengths > MAX_KEY).tolist():
            passing[chunks[index]] = self.rows.pop(chunks[index])
        self.characters += int(lengths.sum())
        return passing

    def _publish_characters(
        self, chunks: list[str], words: NDArray[np.int32], bounds: NDArray[np.int64]
    ) -> None:
        found, starts = classes(chunks)
        view = WordView(self.table, words)
        for name, bit in (("punctuation", PUNCTUATION), ("enders", ENDER)):
            inside = segment_sums(getattr(view, name), bounds)
            self.total[name].extend(count_in(found & bit, starts) - inside)
        uncounted = count_in(found & UNCOUNTED, starts)
        self.total["characters"].extend(np.diff(starts) - uncounted)

    # --- packed counts ------------------------------------------------------------------------

    def lane(self, number: int, *, named: bool) -> Lane:
        """Return a lane filled for all rows; in a named one no first word is taken for a name."""
        key = (number, named)
        lane = self.lanes.get(key)
        if lane is not None and lane.packed.size >= self.hot.size:
            return lane
        with self.lock:
            lane = self.lanes.setdefault(key, Lane(lanes(named=named)[number]))
            if lane.packed.size < self.hot.size:
                self._fill(lane)
        return lane

    def _fill(self, lane: Lane) -> None:
        first, last = lane.packed.size, self.hot.size
        bounds = self.word_start.data[first : last + 1]
        span = slice(int(bounds[0]), int(bounds[-1]))
        view = WordView(self.table, self.word.data[span])
        cases = np.where(self.word_is_name.data[span], np.int8(NAME), np.int8(PLAIN))
        wide = np.flatnonzero(self.hot.data[first:last] & WIDE)
        totals = _Totals(self.total, slice(first, last))
        packed = np.zeros(last - first, np.uint64)
        kept = []
        for column, shift in lane.members:
            assert column.compute is not None  # noqa: S101 - text columns are in no lane
            if column.kind == "character":
                values = column.compute(totals).astype(np.int64)
            else:
                arguments = (view, cases) if column.kind == "named" else (view,)
                values = segment_sums(column.compute(*arguments), bounds - bounds[0])
            kept.append(values[wide])
            values[wide] = 0
            packed |= values.astype(np.uint64) << np.uint64(shift)
        for position, row in enumerate((wide + first).tolist()):
            lane.wide[row] = [int(values[position]) for values in kept]
        lane.packed.extend(packed)

    # --- weights ------------------------------------------------------------------------------

    def weight_lane(self, table: WordWeights) -> WeightLane:
        """Return the sums of a table filled for all rows; no first word is taken for a name."""
        lane = self.weight_lanes.get(table)
        if lane is not None and lane.sums[0].size >= self.hot.size:
            return lane
        with self.lock:
            lane = self.weight_lanes.get(table)
            if lane is None:
                while len(self.weight_lanes) >= MAX_WEIGHTS:
                    self.weight_lanes.pop(next(iter(self.weight_lanes)))
                lane = self.weight_lanes[table] = WeightLane(table)
            if lane.sums[0].size < self.hot.size:
                self._weigh(lane)
        return lane

    def _weigh(self, lane: WeightLane) -> None:
        first, last = lane.sums[0].size, self.hot.size
        bounds = self.word_start.data[first : last + 1]
        span = slice(int(bounds[0]), int(bounds[-1]))
        weights = self.table.weights(lane.table)[self.word.data[span]]
        if lane.table.proper is not None:
            weights[self.word_is_name.data[span]] = lane.table.proper
        # The first channel tells how far the lane is filled, so it is written last.
        for channel in reversed(range(len(lane.sums))):
            lane.sums[channel].extend(segment_sums(weights[:, channel], bounds - bounds[0]))


class _Totals:
    """Character totals of a stretch of rows, as ``columns.Characters``."""

    def __init__(self, totals: dict[str, Growing], span: slice) -> None:
        self.characters: Array = totals["characters"].data[span]
        self.punctuation: Array = totals["punctuation"].data[span]
        self.enders: Array = totals["enders"].data[span]


# --- the process's memory ------------------------------------------------------------------------

_CURRENT: dict[Language, Generation] = {}
_SWITCH = threading.Lock()


def generation(language: Language) -> Generation:
    """Return the memory to be used by one call; the caller keeps it until it is done."""
    current = _CURRENT.get(language)
    if current is not None and not current.is_full:
        return current
    with _SWITCH:
        current = _CURRENT.get(language)
        if current is None or current.is_full:
            current = _CURRENT[language] = Generation(language)
        return current


def forget(languages: Iterable[Language] = ()) -> None:
    """Empty the memory, of some languages or of all; for benchmarks and forked processes."""
    for language in list(languages) or list(_CURRENT):
        _CURRENT.pop(language, None)


def _after_fork() -> None:
    """Start afresh in a child: a lock may have been held, and a row half written, at the fork."""
    global _SWITCH  # noqa: PLW0603 - a lock held by a thread that is gone can only be replaced
    _SWITCH = threading.Lock()
    _CURRENT.clear()


os.register_at_fork(after_in_child=_after_fork) if hasattr(os, "register_at_fork") else None
