"""The rules of C4, as the Dolma toolkit counts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature

LEAST_WORDS: Final = 3


def c4__dolma() -> Scorer:
    """Values of C4's rules, as Dolma's tagger ``c4_v1`` counts them.

    Outputs ``lines``; ``few_words`` (under three) and ``unpunctuated`` as shares of the lines,
    blank ones included; ``javascript`` (as a word of its own), ``lorem_ipsum`` and
    ``curly_bracket``, 1 where the text holds one. The primary one is ``unpunctuated``. Naughty
    words are not counted: that list is no part of this package. Dolma drops nothing by itself, so
    there are no thresholds.
    """
    spec = Spec(
        name="c4@dolma",
        description=c4__dolma.__doc__ or "",
        tier="secondary",
        outputs=(
            *("lines", "few_words", "javascript", "lorem_ipsum", "curly_bracket"),
            "unpunctuated",
        ),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of lines",
        source="Raffel et al. 2020, C4, section 2.2; Dolma toolkit, taggers/c4.py",
    )
    return feature(spec, _measure)


def _measure(text: str) -> Sequence[float]:
    lines = [line.strip() for line in text.lower().split("\n")]
    words = [line.split() for line in lines]
    return (
        float(len(lines)),
        sum(len(line) < LEAST_WORDS for line in words) / len(lines),
        float(any("javascript" in line for line in words)),
        float(any("lorem ipsum" in line for line in lines)),
        float("{" in text),
        sum(not line.endswith((".", "?", "!", '"')) for line in lines) / len(lines),
    )
