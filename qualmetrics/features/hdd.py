"""HD-D: lexical diversity by the hypergeometric distribution."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Flagged, check_count, feature
from qualmetrics.text.plain import PART, plain_words


def hdd(*, sample: int = 42) -> Scorer:
    """Type-token ratio to expect of so many words drawn from the text without replacement.

    The sum over different words of the chance that a draw holds them, by the number of words drawn:
    what voc-D estimates by drawing. A text of fewer words is drawn whole, and flagged
    ``too_short``. Not applicable without a word.

    Parameters
    ----------
    sample : int
        Words drawn.

    Raises
    ------
    InputError
    """
    check_count("sample", sample)
    given = {"sample": sample}
    spec = Spec(
        name="hdd",
        description=hdd.__doc__ or "",
        tier="secondary",
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="share of words",
        parameters=given,
        source="McCarthy & Jarvis 2007, HD-D",
    )
    return feature(spec, _measure, options=given, uses=(PART,), arguments=given)


def _measure(text: str, *, sample: int) -> Sequence[float] | Flagged | None:
    words = plain_words(text)
    if not words:
        return None
    drawn = min(sample, len(words))
    share = _expected(words, drawn) / drawn
    return Flagged((share,)) if len(words) < sample else (share,)


def _expected(words: Sequence[str], drawn: int) -> float:
    """Return how many different words a draw is expected to hold."""
    n = len(words)
    kinds = Counter(Counter(words).values())
    return math.fsum(many * (1.0 - _absent(n, count, drawn)) for count, many in kinds.items())


def _absent(n: int, count: int, drawn: int) -> float:
    """Return the chance that a draw misses a word that occurs so often."""
    if count > n - drawn:
        return 0.0
    few, most = sorted((count, drawn))
    return math.prod(1.0 - most / (n - i) for i in range(few))
