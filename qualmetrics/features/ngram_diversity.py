"""Different n-grams as a share of all, on windows of one length."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.feature import Flagged, feature
from qualmetrics.text.plain import PART, plain_words


def ngram_diversity(*, n: int = 5, window: int = 1000) -> Scorer:
    """Different word n-grams as a share of all, n by n, in windows of so many words.

    The share falls with length, so it is taken in windows that follow each other, and is their
    mean; the rest behind the last is left out. Outputs ``distinct_1`` to ``distinct_n``, the
    profile, and ``ngram_diversity``, its mean and the primary one. A text shorter than a window is
    one window, and flagged ``too_short``; not applicable where it holds fewer than ``n`` words.

    Parameters
    ----------
    n : int
        The longest n-gram.
    window : int
        Words, at least ``n``; values of different windows do not compare.

    Raises
    ------
    InputError
    """
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in (n, window))
    if not whole or not 1 <= n <= window:
        raise InputError(f"n and window must be whole numbers, 1 <= n <= window; got {n}, {window}")
    given = {"n": n, "window": window}
    spec = Spec(
        name="ngram_diversity",
        description=ngram_diversity.__doc__ or "",
        tier="secondary",
        outputs=(*(f"distinct_{k}" for k in range(1, n + 1)), "ngram_diversity"),
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="share of n-grams",
        parameters=given,
        source="distinct-n of Li et al. 2016; own windows",
    )
    return feature(spec, _measure, options=given, uses=(PART,), arguments=given)


def _measure(text: str, *, n: int, window: int) -> Sequence[float] | Flagged | None:
    words = plain_words(text)
    if len(words) < n:
        return None
    ends = range(window, len(words) + 1, window)
    parts = [words[end - window : end] for end in ends] or [words]
    profile = [sum(_distinct(part, k) for part in parts) / len(parts) for k in range(1, n + 1)]
    values = (*profile, sum(profile) / n)
    return Flagged(values) if len(words) < window else values


def _distinct(words: Sequence[str], n: int) -> float:
    grams = set(zip(*(words[i:] for i in range(n)), strict=False))
    return len(grams) / (len(words) - n + 1)
