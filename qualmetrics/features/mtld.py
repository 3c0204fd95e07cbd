"""Measure of textual lexical diversity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.feature import Flagged, feature
from qualmetrics.text.plain import PART, plain_words

LEAST_WORDS = 100
"""What its authors hold to be the shortest text that it measures well."""


def mtld(*, threshold: float = 0.72) -> Scorer:
    """Mean number of words over which the type-token ratio stays above a threshold.

    A stretch ends where its ratio has come down to the threshold; what is left at the end counts
    as the part of a stretch that its ratio has come down by. Outputs ``forward``, ``backward``, and
    ``mtld``, their mean and the primary one. Under 100 words flagged ``too_short``; not applicable
    where no word occurs twice, or without a word.

    Parameters
    ----------
    threshold : float
        Between 0 and 1.

    Raises
    ------
    InputError
    """
    if not isinstance(threshold, float) or not 0 < threshold < 1:
        raise InputError(f"threshold must lie between 0 and 1; got {threshold!r}")
    given = {"threshold": threshold}
    spec = Spec(
        name="mtld",
        description=mtld.__doc__ or "",
        tier="secondary",
        outputs=("forward", "backward", "mtld"),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="words",
        parameters=given,
        source="McCarthy & Jarvis 2010, MTLD",
    )
    return feature(spec, _measure, options=given, uses=(PART,), arguments=given)


def _measure(text: str, *, threshold: float) -> Sequence[float] | Flagged | None:
    words = plain_words(text)
    if len(set(words)) == len(words):
        return None
    forward = len(words) / _stretches(words, threshold)
    backward = len(words) / _stretches(reversed(words), threshold)
    values = forward, backward, (forward + backward) / 2
    return Flagged(values) if len(words) < LEAST_WORDS else values


def _stretches(words: Iterable[str], threshold: float) -> float:
    count, size, seen = 0.0, 0, set[str]()
    for word in words:
        size += 1
        seen.add(word)
        if len(seen) <= threshold * size:
            count, size, seen = count + 1, 0, set()
    return count + (1 - len(seen) / size) / (1 - threshold) if size else count
