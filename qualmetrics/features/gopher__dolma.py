"""The rules of Gopher, as the Dolma toolkit counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature

STOP_WORDS: Final = frozenset("the be to of and that have with".split())
TOP: Final = (2, 3, 4)
REPEATED: Final = (5, 6, 7, 8, 9, 10)


def gopher__dolma() -> Scorer:
    """Values of Gopher's rules for quality and repetition, as Dolma's tagger ``gopher_v1`` counts.

    Words are what stands between white space. Outputs ``characters``, ``words``, the *median*
    ``median_word_length``, ``symbol_words`` (with # or …) and ``alphabetic_words`` as shares of
    the words, ``stop_words``, how many *occurrences* of eight there are; ``bullet_lines`` (* or -)
    and ``ellipsis_lines`` (… only) as shares of the lines; ``duplicate_lines``, the share of lines
    that occur more than once, *every* copy counted, and ``duplicate_line_characters`` against the
    characters of the words, so that it may pass 1; ``top_2`` to ``top_4`` and ``duplicate_5`` to
    ``duplicate_10``, characters without spaces in the most common n-gram and in those that occur
    more than once. The primary one is ``duplicate_5``. Dolma drops nothing by itself, so there are
    no thresholds. An n-gram that a text is too short for is 0, where Dolma leaves it out.
    """
    spec = Spec(
        name="gopher@dolma",
        description=gopher__dolma.__doc__ or "",
        tier="secondary",
        outputs=(
            *("characters", "words", "median_word_length", "symbol_words", "alphabetic_words"),
            *("stop_words", "bullet_lines", "ellipsis_lines", "duplicate_lines"),
            *("duplicate_line_characters", *(f"top_{n}" for n in TOP)),
            *(f"duplicate_{n}" for n in REPEATED),
        ),
        primary="duplicate_5",
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of characters",
        languages=("en",),
        source="Rae et al. 2021, Gopher, appendix A.1; Dolma toolkit, taggers/gopher.py",
    )
    return feature(spec, _measure)


def _measure(text: str) -> Sequence[float]:
    words, lines = text.split(), text.split("\n")
    size = sum(map(len, words))
    counts = Counter(lines)
    several = {line: count for line, count in counts.items() if count > 1}
    return (
        float(len(text)),
        float(len(words)),
        float(median(map(len, words))),
        sum("#" in word or "…" in word for word in words) / len(words),
        sum(word.isalpha() or any(map(str.isalpha, word)) for word in words) / len(words),
        float(sum(word in STOP_WORDS for word in words)),
        sum(line.startswith(("*", "-")) for line in lines) / len(lines),
        sum(line.endswith("…") for line in lines) / len(lines),
        sum(several.values()) / len(lines),
        sum(len(line) * count for line, count in several.items()) / size,
        *(_top(words, n, size) for n in TOP),
        *(_duplicate(words, n) for n in REPEATED),
    )


def _grams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))


def _top(words: Sequence[str], n: int, size: int) -> float:
    for gram, count in _grams(words, n).most_common(1):
        return count * sum(map(len, gram)) / size
    return 0.0


def _duplicate(words: Sequence[str], n: int) -> float:
    """Characters of n-grams that occur twice or more, of those of all n-grams."""
    grams = _grams(words, n)
    if grams.total() == len(grams):  # none occurs twice, as in most texts
        return 0.0
    sizes = {gram: count * sum(map(len, gram)) for gram, count in grams.items()}
    return sum(sizes[gram] for gram, count in grams.items() if count > 1) / sum(sizes.values())
