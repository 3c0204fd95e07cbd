"""Yule's characteristic, and its kin: how words repeat, by the spectrum of their frequencies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature
from qualmetrics.text.plain import PART, plain_words


def yule() -> Scorer:
    """Chance that two words of a text are the same, after Yule: low for a rich vocabulary.

    With N plain words, V different ones, and M the sum of their squared frequencies, outputs
    ``yule_i`` V² / (M - V), NaN where no word occurs twice; ``simpson_d``, the chance that two
    words drawn without replacement are the same, NaN for a single word; ``herdan_vm``
    √(M/N² - 1/V); and ``yule_k`` 10,000 (M - N) / N², the primary one. Not applicable without a
    word.
    """
    spec = Spec(
        name="yule",
        description=yule.__doc__ or "",
        tier="secondary",
        outputs=("yule_i", "simpson_d", "herdan_vm", "yule_k"),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="10,000 times a chance",
        source="Yule 1944; Simpson 1949; Herdan 1955",
    )
    return feature(spec, _measure, uses=(PART,))


def _measure(text: str) -> Sequence[float] | None:
    counts = Counter(plain_words(text))
    if not counts:
        return None
    n, v = counts.total(), len(counts)
    squares = sum(count * count for count in counts.values())
    return (
        v * v / (squares - v) if squares > v else math.nan,
        (squares - n) / (n * (n - 1)) if n > 1 else math.nan,
        math.sqrt(max(0.0, squares / n**2 - 1 / v)),
        10_000 * (squares - n) / n**2,
    )
