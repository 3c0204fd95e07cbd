"""Where sentences end: boolean logic on the bits of a chunk and of its neighbours.

Everything here works on positions in one sequence of chunks that holds many texts, without its
line breaks; texts are told apart by ``offsets``. Only chunks that may end a sentence are looked
at, so the cost grows with the number of stops, not of words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.text import marks as m
from qualmetrics.text.language import Language

Positions = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stream:
    """The chunks of many texts one after the other, line breaks taken out."""

    rows: NDArray[np.intp]
    hot: NDArray[np.uint8]
    offsets: Positions
    """Where each text begins, and the end: ``(n + 1,)``."""
    broken: Positions
    """Chunks that follow a line break, in order."""
    n_breaks: Positions
    """How many line breaks precede each of these."""

    def texts_of(self, positions: Positions) -> Positions:
        """Return the text that each position belongs to."""
        found: Positions = np.searchsorted(self.offsets, positions, side="right") - 1
        return found

    def per_text(self, positions: Positions) -> NDArray[np.float64]:
        """Return how many of these sorted positions each text holds."""
        return np.diff(np.searchsorted(positions, self.offsets)).astype(np.float64)


def stream(rows: NDArray[np.intp], hot: NDArray[np.uint8], offsets: Positions) -> Stream:
    """Take the line breaks out of a sequence of chunks."""
    is_break = (hot & m.BREAK) != 0
    breaks = np.flatnonzero(is_break)
    if not len(breaks):
        return Stream(rows, hot, offsets, breaks, breaks)
    followers = breaks - np.arange(len(breaks))
    broken, n_breaks = runs(followers)
    # A break at the very end of a text "precedes" the first chunk of the next: harmless, since
    # a text ends there anyway; one at the end of all precedes nothing.
    inside = broken < len(rows) - len(breaks)
    kept = ~is_break
    moved = offsets - np.searchsorted(breaks, offsets)
    return Stream(rows[kept], hot[kept], moved, broken[inside], n_breaks[inside])


def runs(positions: Positions) -> tuple[Positions, Positions]:
    """Return the distinct values of a sorted array, and how often each occurs."""
    if not len(positions):
        return positions, positions
    heads = np.flatnonzero(np.concatenate(([True], positions[1:] != positions[:-1])))
    return positions[heads], np.diff(heads, append=len(positions))


def paragraph_ends(s: Stream) -> Mask:
    """Mark the chunks that end a paragraph: a blank line or the end of the text follows."""
    ends = np.zeros(len(s.rows), np.bool_)
    blank = s.broken[s.n_breaks >= 2]
    ends[blank[blank > 0] - 1] = True
    last = s.offsets[1:][s.offsets[1:] > s.offsets[:-1]] - 1
    ends[last] = True
    return ends


def sentence_ends(
    s: Stream, cold: NDArray[np.uint32], paragraphs: Mask, language: Language
) -> Mask:
    """Mark the chunks after which a sentence ends."""
    ends = paragraphs.copy()
    block = s.broken[(cold[s.rows[s.broken]] & (m.BULLET | m.ENUMERATOR)) != 0]
    ends[block[block > 0] - 1] = True
    stops = np.flatnonzero(s.hot & m.STOPS)
    this = cold[s.rows[stops]]
    following = cold[s.rows[np.minimum(stops + 1, len(s.rows) - 1)]]
    ending = stops[_ends(this, following, language)]
    by_layout = ends.copy()
    ends[ending] = True
    # "1." at the start of a block or sentence is its number, not a sentence.
    numbered = stops[(this & m.ENUMERATOR) != 0]
    numbered = numbered[~by_layout[numbered]]
    if len(numbered):
        begins = np.zeros(len(ends) + 1, np.bool_)
        begins[1:] = ends
        begins[s.offsets] = True
        begins[s.broken] = True
        ends[numbered[begins[numbered]]] = False
    return ends


def _ends(this: NDArray[Any], following: NDArray[Any], language: Language) -> Mask:
    """Decide for each stop whether a sentence ends there, by its kind and the next chunk."""

    def is_(bits: NDArray[Any], wanted: int) -> Mask:
        return np.asarray((bits & wanted) != 0)

    lower = is_(following, m.LOWER)
    upper = is_(following, m.UPPER)
    starter = is_(following, m.STARTER)
    closed = is_(this, m.CLOSED)
    figure = is_(following, m.FIGURE)
    dot = is_(this, m.DOT) & ~is_(this, m.TITLE)
    dot &= ~is_(this, m.MAYBE) | starter
    dot &= ~is_(this, m.NUMBERED) | ~figure
    if language.ordinal_dot:
        dot &= ~is_(this, m.PLAIN_NUMBER) | starter
    dot &= ~(lower & (closed | is_(this, m.NUMBERED | m.BARE_STOP)))
    bang = is_(this, m.BANG) & ~(lower & (closed | ~is_(this, m.ASKS)))
    dots = is_(this, m.DOTS) & ~lower & (upper | closed)
    ends: Mask = dot | bang | dots | is_(this, m.HARD)
    return np.asarray(ends & ~is_(following, m.BARE_STOP))


def firsts(ends: Mask, hot: NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Return, of each stretch that holds a word, the position of the first word and of the end."""
    last = np.flatnonzero(ends)
    first = np.concatenate((np.zeros(min(len(last), 1), np.intp), last[:-1] + 1))
    wordless = np.flatnonzero((hot[first] & m.HAS_WORD) == 0)
    if len(wordless):
        holders = np.flatnonzero(hot & m.HAS_WORD)
        following = np.searchsorted(holders, first[wordless])
        beyond = len(hot)
        first[wordless] = np.append(holders, beyond)[following]
    kept = first <= last
    return first[kept], last[kept]


def names(s: Stream, cold: NDArray[np.uint32], first: Positions) -> Positions:
    """Return the chunks whose first word is a name: capitalised, and nothing else explains it."""
    capital = np.flatnonzero(s.hot & m.CAPITAL)
    is_first = np.zeros(len(s.rows), np.bool_)
    is_first[first] = True
    capital = capital[~is_first[capital]]
    before = s.hot[capital - 1]
    shouted = (before & s.hot[capital] & m.CAPITALS) != 0
    quoted = (cold[s.rows[capital]] & m.OPENED) != 0
    found: Positions = capital[~(shouted | quoted | ((before & m.COLON) != 0))]
    return found
