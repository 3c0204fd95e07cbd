"""Chunks to rows without making strings: bytes in, row numbers out, by whole-array operations.

A chunk of at most sixteen UTF-8 bytes is two unsigned integers, which say all there is to say
about it. An open-addressing table of such keys lives beside the dictionary of a generation; what
it does not hold, and longer chunks, go to the dictionary as strings. Only plain layouts are read
this way (spaces, tabs and line feeds); others are left to ``chunks.split``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
Positions = NDArray[np.intp]
Resolve = Callable[[list[str]], NDArray[np.intp]]

LONGEST: Final = 16
_ONE: Final = np.uint64(1)
_HIGH: Final = np.uint64(63)
_MASKS: Final = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)
_LOW_MASK: Final = _MASKS[np.minimum(np.arange(LONGEST + 1), 8)]
_HIGH_MASK: Final = _MASKS[np.maximum(np.arange(LONGEST + 1) - 8, 0)]
_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_ROUNDS: Final = 32
"""Steps that a search goes from its first slot; what lies further is asked of the dictionary."""


def mixed(low: U64, high: U64) -> U64:
    """Mix both halves of each key into one number whose high bits are well spread."""
    number = low * _MIX[0]
    number ^= (high + (number >> np.uint64(29))) * _MIX[1]
    number ^= number >> np.uint64(32)
    number *= _MIX[0]
    return number


class KeyTable:
    """Open addressing over keys of sixteen bytes. A slot is written once and never changed."""

    def __init__(self, bits: int = 14) -> None:
        self._bits = bits
        size = (1 << bits) + _ROUNDS
        self._low = np.zeros(size, np.uint64)
        self._high = np.zeros(size, np.uint64)
        self._row = np.full(size, -1, np.int32)
        self._used = 0

    def _slots(self, low: U64, high: U64) -> Positions:
        return (mixed(low, high) >> np.uint64(64 - self._bits)).astype(np.intp)

    def find(self, low: U64, high: U64) -> NDArray[np.intp]:
        """Return the row of each key, -1 where it is not found."""
        slots = self._slots(low, high)
        found_low = self._low.take(slots)
        hit = found_low == low
        hit &= self._high.take(slots) == high
        rows = self._row.take(slots).astype(np.intp)
        rows[~hit] = -1
        asked = np.flatnonzero(~hit & (found_low != 0))
        for _ in range(1, _ROUNDS):
            if not len(asked):
                break
            slots[asked] += 1
            at = slots[asked]
            found_low = self._low[at]
            hit = (found_low == low[asked]) & (self._high[at] == high[asked])
            rows[asked[hit]] = self._row[at[hit]]
            asked = asked[~hit & (found_low != 0)]
        return rows

    def with_new(self, low: U64, high: U64, rows: NDArray[np.intp]) -> KeyTable:
        """Take in distinct new keys; returns the table to use from now on (larger when needed)."""
        if 4 * (self._used + len(rows)) < 1 << self._bits:
            self._put(low, high, rows)
            return self
        bits = self._bits
        while 4 * (self._used + len(rows)) >= 1 << bits:
            bits += 2
        larger = KeyTable(bits)
        held = np.flatnonzero(self._low)
        larger._put(self._low[held], self._high[held], self._row[held].astype(np.intp))
        larger._put(low, high, rows)
        return larger

    def _put(self, low: U64, high: U64, rows: NDArray[np.intp]) -> None:
        slots = self._slots(low, high)
        left = np.arange(len(rows))
        for _ in range(_ROUNDS):
            free = left[self._low[slots[left]] == 0]
            slot, which = np.unique(slots[free], return_index=True)
            placed = free[which]
            # A reader that meets a slot half written sees no row or another key, and asks the
            # dictionary: the low half, by which a slot counts as taken, is written last.
            self._row[slot] = rows[placed]
            self._high[slot] = high[placed]
            self._low[slot] = low[placed]
            self._used += len(placed)
            left = np.setdiff1d(left, placed, assume_unique=True)
            if not len(left):
                return
            slots[left] += 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the chunks and line breaks of a joined text lie, in bytes."""

    data: bytes
    starts: Positions
    lengths: Positions
    breaks: Positions

    def texts(self, which: Positions) -> list[str]:
        """Return some chunks as strings."""
        starts = self.starts[which]
        spans = zip(starts.tolist(), (starts + self.lengths[which]).tolist(), strict=True)
        data = self.data
        if data.isascii():
            text = data.decode("ascii")
            return [text[start:end] for start, end in spans]
        return [str(data[start:end], "utf-8", "surrogatepass") for start, end in spans]


def layout(data: bytes) -> Layout | None:
    """Find the chunks of a text that is padded with a space and 24 more; None if irregular."""
    codes = np.frombuffer(data, np.uint8)
    is_space = codes <= 32
    breaks = np.flatnonzero(codes == 10) if b"\n" in data else np.zeros(0, np.intp)
    n_plain = data.count(b" ") + len(breaks) + data.count(b"\t")
    if np.count_nonzero(is_space) != n_plain or _has_wide_space(codes, data):
        return None
    edges = np.flatnonzero(is_space[1:] != is_space[:-1]) + 1
    starts = edges[::2]
    return Layout(data, starts, edges[1::2] - starts, breaks)


def _has_wide_space(codes: NDArray[np.uint8], data: bytes) -> bool:
    """Say whether a space or line separator beyond ASCII occurs."""
    if data.isascii():
        return False
    lead = np.flatnonzero(codes >= 0xC2)
    first, second, third = codes[lead], codes[lead + 1], codes[lead + 2]
    two = (first == 0xC2) & ((second == 0x85) | (second == 0xA0))
    general = (first == 0xE2) & (
        ((second == 0x80) & ((third <= 0x8A) | (third == 0xA8) | (third == 0xA9) | (third == 0xAF)))
        | ((second == 0x81) & (third == 0x9F))
    )
    other = ((first == 0xE3) & (second == 0x80) & (third == 0x80)) | (
        (first == 0xE1) & (second == 0x9A) & (third == 0x80)
    )
    return bool((two | general | other).any())


def keys(found: Layout) -> tuple[U64, U64, NDArray[np.bool_]]:
    """Return both halves of the key of each chunk, and which chunks are too long for one."""
    words = np.frombuffer(found.data, "<u8", len(found.data) // 8)
    at = found.starts >> 3
    shift = ((found.starts & 7) << 3).astype(np.uint64)
    back = _HIGH - shift
    first, second, third = words.take(at), words.take(at + 1), words.take(at + 2)
    low = (first >> shift) | ((second << back) << _ONE)
    high = (second >> shift) | ((third << back) << _ONE)
    size = np.minimum(found.lengths, LONGEST)
    low &= _LOW_MASK.take(size)
    high &= _HIGH_MASK.take(size)
    return low, high, found.lengths > LONGEST


def rows(found: Layout, table: KeyTable, resolve: Resolve) -> tuple[NDArray[np.intp], Any]:
    """Return the row of each chunk, and the keys that the table should take in (or None)."""
    low, high, is_long = keys(found)
    result = table.find(low, high)
    result[is_long] = -1
    missing = np.flatnonzero(result < 0)
    if not len(missing):
        return result, None
    # A short chunk is made a string once, by its first occurrence among equal keys; should two
    # keys be mixed into the same number, the second is asked for by itself.
    short, long = missing[~is_long[missing]], missing[is_long[missing]]
    first, group = _representatives(mixed(low[short], high[short]))
    first = short[first]
    odd = short[(low[short] != low[first[group]]) | (high[short] != high[first[group]])]
    row = resolve(found.texts(np.concatenate((first, odd, long))))
    result[short] = row[group]
    result[odd] = row[len(first) : len(first) + len(odd)]
    result[long] = row[len(first) + len(odd) :]
    return result, (low[first], high[first], row[: len(first)])


def _representatives(keys: U64) -> tuple[Positions, Positions]:
    """Return one position of each distinct key, and for every key which of them is its own."""
    order = np.argsort(keys)
    ordered = keys[order]
    is_head = np.ones(len(keys), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_head[1:])
    group = np.empty(len(keys), np.intp)
    group[order] = np.cumsum(is_head) - 1
    return order[is_head], group
