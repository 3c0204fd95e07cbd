"""Repetition of word n-grams."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.feature import check_count, feature
from qualmetrics.text.plain import PART, plain_words

AGGREGATES = ("max", "mean", "product")


def repetition(
    *, n: Sequence[int] = (2, 3, 4), aggregate: str = "max", window: int | None = None
) -> Scorer:
    """Share of word n-grams that have occurred before: 0 for none, near 1 for a loop.

    Outputs ``rep_2``, ``rep_3`` ...: 1 - distinct / all n-grams of that length, 0 for a text too
    short to have one; ``diversity``, the product of 1 - rep; and ``repetition``, the primary one.
    Undefined for a blank text only; a text without a word repeats nothing.

    Parameters
    ----------
    n : sequence of int
        Lengths.
    aggregate : {"max", "mean", "product"}
        ``repetition`` is the greatest, the mean, or 1 - diversity.
    window : int, optional
        An n-gram is repeated only where it occurred within so many words before. Without one a
        long text repeats more than a short one of the same style.

    Raises
    ------
    InputError
    """
    sizes = (n,) if isinstance(n, int) else tuple(n)
    if (
        not sizes
        or any(not isinstance(k, int) or k < 1 for k in sizes)
        or len({*sizes}) < len(sizes)
    ):
        raise InputError(f"n must hold different whole numbers from 1; got {n!r}")
    if aggregate not in AGGREGATES:
        raise InputError(f"aggregate {aggregate!r} is not one of {', '.join(AGGREGATES)}")
    if window is not None:
        check_count("window", window)
    given = {"n": sizes, "aggregate": aggregate, "window": window}
    spec = Spec(
        name="repetition",
        description=repetition.__doc__ or "",
        tier="verified",
        outputs=(*(f"rep_{k}" for k in sizes), "diversity", "repetition"),
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="share",
        parameters={key: value for key, value in given.items() if value is not None},
        source="rep-n and diversity of Su et al. 2022, SimCTG; window after Penalty Decoding",
    )
    return feature(spec, _measure, options=given, uses=(PART,), arguments=given)


def _measure(
    text: str, *, n: tuple[int, ...], aggregate: str, window: int | None
) -> Sequence[float]:
    words = plain_words(text)
    shares = [_repeated(words, k, window) for k in n]
    diversity = math.prod(1.0 - share for share in shares)
    whole = {"max": max(shares), "mean": sum(shares) / len(shares), "product": 1.0 - diversity}
    return (*shares, diversity, whole[aggregate])


def _repeated(words: tuple[str, ...], n: int, window: int | None) -> float:
    total = len(words) - n + 1
    if total < 1:
        return 0.0
    grams = zip(*(words[i:] for i in range(n)), strict=False)
    if window is None:
        return 1.0 - len(set(grams)) / total
    last: dict[tuple[str, ...], int] = {}
    again = 0
    for i, gram in enumerate(grams):
        again += i - last.get(gram, -window - 1) <= window
        last[gram] = i
    return again / total
