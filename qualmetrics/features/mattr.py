"""Type-token ratio in windows of one length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Flagged, check_count, feature
from qualmetrics.text.plain import PART, plain_words


def mattr(*, window: int = 50) -> Scorer:
    """Type-token ratio in windows of so many words: it does not fall with length.

    Outputs ``msttr``, the mean over windows that follow each other (the rest is left out), and
    ``mattr``, the primary one, over windows that move by one word. A text shorter than a window is
    one window, and flagged ``too_short``. Not applicable without a word.

    Parameters
    ----------
    window : int
        Words; values of different windows do not compare.

    Raises
    ------
    InputError
    """
    check_count("window", window)
    given = {"window": window}
    spec = Spec(
        name="mattr",
        description=mattr.__doc__ or "",
        tier="secondary",
        outputs=("msttr", "mattr"),
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="share of words",
        parameters=given,
        source="Covington & McFall 2010, MATTR; Johnson 1944, MSTTR",
    )
    return feature(spec, _measure, options=given, uses=(PART,), arguments=given)


def _measure(text: str, *, window: int) -> Sequence[float] | Flagged | None:
    words = plain_words(text)
    if not words:
        return None
    if len(words) < window:
        share = len(set(words)) / len(words)
        return Flagged((share, share))
    ends = range(window, len(words) + 1, window)
    segments = [len(set(words[end - window : end])) / window for end in ends]
    return sum(segments) / len(segments), _moving(words, window)


def _moving(words: Sequence[str], window: int) -> float:
    counts = Counter(words[:window])
    total = types = len(counts)
    for old, new in zip(words, words[window:], strict=False):
        counts[old] -= 1
        types -= not counts[old]
        types += not counts[new]
        counts[new] += 1
        total += types
    return total / window / (len(words) - window + 1)
