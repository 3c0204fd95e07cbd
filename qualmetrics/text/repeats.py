"""What occurs again in a text: lines, paragraphs and n-grams, in characters, as datatrove counts.

Facts of ``gopher_repetition_filter.py`` of datatrove 0.10.1: an extra copy counts, the first does
not; a most common n-gram counts with the spaces between its words, a repeated one without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate


def extra_copies(parts: Iterable[str]) -> tuple[int, int]:
    """Return how many parts have occurred before, and their characters.

    Examples
    --------
    >>> extra_copies(["ab", "c", "ab", "ab"])
    (2, 4)
    """
    seen: set[str] = set()
    count = characters = 0
    for part in parts:
        if part in seen:
            count += 1
            characters += len(part)
        else:
            seen.add(part)
    return count, characters


def most_common(pieces: Sequence[str], n: int) -> int:
    """Return the characters of all occurrences of the most common n-gram, spaces included.

    Of several that are as common the first to occur counts; 0 where there is no n-gram.

    Examples
    --------
    >>> most_common(["a", "b", "a", "b"], 2)
    6
    """
    grams = _joined(pieces, n, " ")
    if not grams:
        return 0
    gram, count = Counter(grams).most_common(1)[0]
    return len(gram) * count


def repeated(pieces: Sequence[str], n: int) -> int:
    """Return the characters, without spaces, of n-grams that have occurred before.

    After one of them the search goes on behind it, so no character counts twice.

    Examples
    --------
    >>> repeated(["a", "b", "a", "b", "a", "b"], 2)
    4
    """
    grams = _joined(pieces, n, "")
    if len(set(grams)) == len(grams):  # as in most texts
        return 0
    seen: set[str] = set()
    characters = i = 0
    while i < len(grams):
        gram = grams[i]
        if gram in seen:
            characters += len(gram)
            i += n
        else:
            seen.add(gram)
            i += 1
    return characters


def _joined(pieces: Sequence[str], n: int, between: str) -> list[str]:
    """Return the n-grams as strings, cut from one string of all pieces."""
    text, gap = between.join(pieces), len(between)
    starts = [0, *accumulate(len(piece) + gap for piece in pieces)]
    return [text[a : b - gap] for a, b in zip(starts, starts[n:], strict=False)]
