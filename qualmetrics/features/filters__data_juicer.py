"""Ratios of the filters of data-juicer that need no model and no list."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Threshold, check_count, feature

THRESHOLDS: Final = (
    Threshold("characters", "<", 10, "text_length_filter"),
    Threshold("alphanumeric", "<", 0.25, "alphanumeric_filter"),
    Threshold("average_line", "<", 10, "average_line_length_filter"),
    Threshold("longest_line", "<", 10, "maximum_line_length_filter"),
    Threshold("character_repetition", ">", 0.5, "character_repetition_filter"),
)


def filters__data_juicer(*, n: int = 10) -> Scorer:
    """Statistics of data-juicer's filters for length, letters, lines and repeated characters.

    Outputs ``characters``; ``alphanumeric``, the share of them that are letters or digits;
    ``average_line``, the characters of the text, line breaks included, per line, and
    ``longest_line``; and ``character_repetition``, the primary one: of all runs of ``n``
    characters, those of the most frequent kinds, as many kinds as the root of the number of
    different ones, where they occur twice or more. Its filters for words, stop words, special
    characters and flagged words read lists that are no part of this package.

    Parameters
    ----------
    n : int
        Characters of a run.

    Raises
    ------
    InputError
    """
    check_count("n", n)
    given = {"n": n}
    spec = Spec(
        name="filters@data_juicer",
        description=filters__data_juicer.__doc__ or "",
        tier="secondary",
        outputs=(
            *("characters", "alphanumeric", "average_line", "longest_line"),
            "character_repetition",
        ),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of runs",
        parameters=given,
        source="data-juicer, ops/filter/*.py",
    )
    return feature(spec, _measure, options=given, arguments=given, thresholds=THRESHOLDS)


def _measure(text: str, *, n: int) -> Sequence[float]:
    lines = text.splitlines()
    return (
        float(len(text)),
        sum(map(str.isalnum, text)) / len(text),
        len(text) / len(lines),
        float(max(map(len, lines))),
        _repetition(text, n),
    )


def _repetition(text: str, n: int) -> float:
    counts = Counter(text[i : i + n] for i in range(len(text) - n + 1))
    several = [count for count in counts.values() if count > 1]
    if not several:
        return 0.0
    kinds = min(math.isqrt(len(counts)), len(several))
    return sum(sorted(several, reverse=True)[:kinds]) / (len(text) - n + 1)
