"""What occurs again in a text: lines, paragraphs and n-grams, in characters, as datatrove counts.

Facts of ``gopher_repetition_filter.py`` of datatrove 0.10.1: an extra copy counts, the first does
not; a most common n-gram counts with the spaces between its words, a repeated one without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


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
    if len(pieces) < n:
        return 0
    grams = Counter(zip(*(pieces[i:] for i in range(n)), strict=False))
    gram, count = grams.most_common(1)[0]
    return (sum(map(len, gram)) + n - 1) * count


def repeated(pieces: Sequence[str], n: int) -> int:
    """Return the characters, without spaces, of n-grams that have occurred before.

    After one of them the search goes on behind it, so no character counts twice.

    Examples
    --------
    >>> repeated(["a", "b", "a", "b", "a", "b"], 2)
    4
    """
    seen: set[str] = set()
    characters = i = 0
    while i < len(pieces) - n + 1:
        gram = "".join(pieces[i : i + n])
        if gram in seen:
            characters += len(gram)
            i += n
        else:
            seen.add(gram)
            i += 1
    return characters
