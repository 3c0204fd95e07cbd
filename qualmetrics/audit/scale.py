"""What can be done with the numbers themselves: their ends, their spread, and what they promise.

A scorer can order pairs well and still teach nothing: most values at the end of the scale, none of
a prompt's answers apart from the others, a certainty that is not earned (Accuracy Paradox).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.audit.basics import pair_gaps
from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Finding, missing, verdict_of
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import (
    DRAWS,
    Estimate,
    Index,
    bootstrap,
    estimate,
    mean_over_units,
    numbered,
)
from qualmetrics.evaluation.correlation import aligned
from qualmetrics.reward.watch import NEAR
from qualmetrics.training.losses import sigmoid

EQUAL = 1e-9
"""Values nearer to each other than this part of their range are the same."""
BINS = 10
LOG_ODDS = "log-odds"
"""The unit of scorers whose differences promise how often the higher text is the better one."""


@dataclass(frozen=True)
class Saturation:
    """Shares of values at the two ends."""

    low: Estimate
    high: Estimate
    ends: tuple[float, float]
    """Where they are: a bound where one was reached, else the least and the greatest value."""
    distinct: int
    """How many different values there are."""


def saturation(
    values: Any,
    units: Sequence[Any] | None = None,
    *,
    bounds: tuple[float | None, float | None] = (None, None),
    draws: int = DRAWS,
    seed: int = 0,
) -> Saturation:
    """Return how many values stand at an end of the scale, where better is not told from best.

    Parameters
    ----------
    values : array (n,)
        NaN is left out, and counted.
    units : sequence of length n, optional
        What is redrawn for the intervals; by default each value.
    bounds : (low, high)
        Limits of the scale; where both are given, their outermost hundredth counts as the end, as
        in ``reward.watch``. Without one, or where no value comes near it, the end is the least
        (greatest) value, which counts only where two share it: one value has to be the greatest.

    Examples
    --------
    >>> found = saturation([0, 0.5, 1, 1, 1], bounds=(0, 1), draws=10)
    >>> found.low.value, found.high.value
    (0.2, 0.6)
    """
    (v,), there = aligned(values)
    known = v[there]
    if not len(known):
        nothing = mean_over_units(v, units, draws=draws, seed=seed)
        return Saturation(nothing, nothing, (math.nan, math.nan), 0)
    same = EQUAL * float(np.ptp(known))
    low, high = bounds
    edge = EQUAL if low is None or high is None else NEAR * (high - low)
    shares, ends = [], []
    for bound, extreme in zip(bounds, (known.min(), known.max()), strict=True):
        reached = bound is not None and abs(float(extreme) - bound) <= edge
        end, near = (
            (float(bound), edge) if bound is not None and reached else (float(extreme), same)
        )
        at = np.abs(v - end) <= near
        if not reached and at.sum() < 2:
            at[:] = False
        shares.append(mean_over_units(np.where(there, at, np.nan), units, draws=draws, seed=seed))
        ends.append(end)
    return Saturation(shares[0], shares[1], (ends[0], ends[1]), len(np.unique(known)))


@dataclass(frozen=True)
class GroupSpread:
    """How far the values of one group lie apart."""

    within: Estimate
    """Mean over groups of the standard deviation (n - 1) inside; ``n`` counts groups."""
    share: Estimate
    """The same as a part of the standard deviation of all values: 1 where groups do not differ."""
    flat: Estimate
    """Share of groups in which all values are the same."""
    n_single: int
    """Groups with fewer than two values: they have no spread."""


def group_spread(
    values: Any, groups: Sequence[Any], *, draws: int = DRAWS, seed: int = 0
) -> GroupSpread:
    """Return how far values differ inside groups: what a learner that compares answers gets.

    Parameters
    ----------
    values : array (n,)
        NaN is left out.
    groups : sequence of length n

    Examples
    --------
    >>> found = group_spread([1, 3, 5, 5, 9], "aabbc", draws=10)
    >>> round(found.within.value, 3), found.flat.value, found.n_single
    (0.707, 0.5, 1)
    """
    (v,), there = aligned(values)
    if len(groups) != len(v):
        raise InputError(f"{len(v)} values but {len(groups)} groups")
    codes = numbered(groups)
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    spreads, flat = np.full(n_groups, np.nan), np.full(n_groups, np.nan)
    whole = float(v[there].std(ddof=1)) if there.sum() > 1 else 0.0
    near = EQUAL * (float(np.ptp(v[there])) if there.any() else 0.0)
    for group in range(n_groups):
        inside = v[there & (codes == group)]
        if len(inside) > 1:
            spreads[group] = inside.std(ddof=1)
            flat[group] = np.ptp(inside) <= near
    within = mean_over_units(spreads, draws=draws, seed=seed)
    scale = whole if whole > near else math.nan
    return GroupSpread(
        within=within,
        share=estimate(
            within.value / scale, within.resamples / scale, within.n, within.n_undefined
        ),
        flat=mean_over_units(flat, draws=draws, seed=seed),
        n_single=int(np.isnan(spreads).sum()),
    )


@dataclass(frozen=True)
class Bin:
    """Pairs of nearly one certainty."""

    low: float
    high: float
    n: int
    certainty: float
    """Mean probability of what was called better."""
    right: float
    """How often it was."""


@dataclass(frozen=True)
class Calibration:
    """Whether a scorer that says 80 % is right in 80 %."""

    error: Estimate
    """Expected calibration error: mean distance of right from certainty over bins, by their n. It
    is above 0 by chance alone, the more so the fewer pairs there are."""
    bins: tuple[Bin, ...]
    """Reliability, from .5 to 1; bins without pairs are left out."""
    certainty: float
    right: float


def calibration(
    probability: Any,
    outcome: Any,
    units: Sequence[Any] | None = None,
    *,
    bins: int = BINS,
    draws: int = DRAWS,
    seed: int = 0,
) -> Calibration:
    """Compare win probabilities with who won.

    A pair has no first side by nature, so each is turned until its probability is at least one
    half: the certainty, from .5 to 1, in bins of equal width. A pair at exactly .5 is half right.

    Parameters
    ----------
    probability : array (m,)
        That the first text of a pair is the better one, such as the sigmoid of a difference of
        log-odds. NaN is left out, and counted.
    outcome : array (m,)
        1 where it was, 0 where the second was, or the share of votes.
    units : sequence of length m, optional
        What is redrawn for the interval.
    bins : int

    Raises
    ------
    InputError
        For numbers outside of 0 to 1, or no bins.

    Examples
    --------
    >>> found = calibration([0.9, 0.9, 0.1, 0.6], [1, 0, 0, 0], draws=10)
    >>> round(found.error.value, 3)  # (3 x |2/3 - .9| + 1 x |0 - .6|) / 4
    0.325
    """
    (p, won), there = aligned(probability, outcome)
    if isinstance(bins, bool) or bins < 1:
        raise InputError(f"bins must be a whole number from 1; got {bins}")
    for name, side in (("probability", p), ("outcome", won)):
        if ((side[there] < -EQUAL) | (side[there] > 1 + EQUAL)).any():
            span = f"{side[there].min():g} to {side[there].max():g}"
            raise InputError(f"{name} must lie in 0 to 1; got {span}")
    sure = np.minimum(np.where(p < 0.5, 1 - p, p), 1.0)
    right = np.where(p == 0.5, 0.5, np.where(p < 0.5, 1 - won, won))
    cell = np.zeros(len(p), dtype=np.intp)
    # .95 x 2 - 1 is just below .9: without rounding it would fall into the bin below its own.
    steps = np.round((sure[there] - 0.5) * 2 * bins, 9)
    cell[there] = np.minimum(steps.astype(np.intp), bins - 1)
    excess = right - sure

    def error(index: Index) -> float:
        kept = index[there[index]]
        sums = np.bincount(cell[kept], excess[kept], bins)
        return float(np.abs(sums).sum() / len(kept)) if len(kept) else math.nan

    whole = range(len(p)) if units is None else units
    if len(whole) != len(p):
        raise InputError(f"{len(p)} pairs but {len(whole)} units")
    n = int(there.sum())
    found = bootstrap(error, whole, n=n, n_undefined=len(p) - n, draws=draws, seed=seed)
    table = []
    for k in range(bins):
        inside = there & (cell == k)
        if inside.any():
            low, high = 0.5 + k / (2 * bins), 0.5 + (k + 1) / (2 * bins)
            means = float(sure[inside].mean()), float(right[inside].mean())
            table.append(Bin(low, high, int(inside.sum()), *means))
    ends = (float(side[there].mean()) if n else math.nan for side in (sure, right))
    return Calibration(found, tuple(table), *ends)


# -- as checks ----------------------------------------------------------------------------------


def _first_of(keys: Iterable[Any]) -> Index:
    """Return the first place of each key: a repeated row says nothing new."""
    seen: dict[Any, int] = {}
    for i, key in enumerate(keys):
        seen.setdefault(key, i)
    return np.array(list(seen.values()), dtype=np.intp)


def check_saturation(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Count the values at both ends."""
    values = subject.score(material.rows()).values
    index = _first_of(zip(material.texts, values.tolist(), strict=True))
    low, high = (None, None) if subject.scorer is None else subject.scorer.spec.bounds
    if subject.better == "lower":
        low, high = (None if high is None else -high), (None if low is None else -low)
    found = saturation(
        values[index],
        [material.groups[i] for i in index],
        bounds=(low, high),
        draws=settings.draws,
        seed=settings.seed,
    )
    details = {"distinct_values": found.distinct, "ends": list(found.ends), "bounds": [low, high]}
    return [
        Finding(
            "saturation",
            name,
            share,
            verdict_of(share, warn=0.05, fail=0.25),
            "below 5 %; a quarter fails",
            f"Share of texts {where}: among them nothing is told apart, and a learner that is "
            "there gets no further signal.",
            "lower",
            details,
        )
        for name, share, where in (
            ("at_best_end", found.high, "at the best value that occurs"),
            ("at_worst_end", found.low, "at the worst value that occurs"),
        )
    ]


def check_spread(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Look at how far the answers to one prompt lie apart."""
    index = _first_of(zip(material.groups, material.texts, strict=True))
    values = subject.score(material.rows()).values[index]
    groups = [material.groups[i] for i in index]
    found = group_spread(values, groups, draws=settings.draws, seed=settings.seed)
    details = {
        "groups_without_two_different_texts_with_a_value": found.n_single,
        "repeated_texts": len(material) - len(index),
    }
    return [
        Finding(
            "spread",
            "flat_groups",
            found.flat,
            verdict_of(found.flat, warn=0.05, fail=0.25),
            "below 5 %; a quarter fails",
            "Groups of different texts that all get one value: a learner that compares the "
            "answers to a prompt learns nothing there.",
            "lower",
            details,
        ),
        Finding(
            "spread",
            "within_groups",
            found.share,
            verdict_of(found.share, warn=0.2, fail=0.05),
            "at least a fifth of the spread of all texts; under a twentieth fails",
            "Standard deviation inside groups as a part of that of all texts: where it is small, "
            "the value is about the prompt and not about the answer.",
            "higher",
            details,
        ),
    ]


def check_calibration(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Take a scorer at its word that its differences are log-odds, or its values probabilities."""
    promised = subject.pairwise or (
        subject.scorer is not None and subject.scorer.spec.unit == LOG_ODDS
    )
    if not promised:
        told = "It does not say that its differences are log-odds (unit of its spec): a win "
        return [missing("calibration", f"{told}probability cannot be made of them.")]
    gaps = pair_gaps(subject, material)
    with np.errstate(invalid="ignore"):  # NaN is left out below, and counted
        probability = gaps + 0.5 if subject.pairwise else sigmoid(gaps)
    found = calibration(
        probability,
        np.ones(len(gaps)),
        material.pair_groups,
        draws=settings.draws,
        seed=settings.seed,
    )
    return [
        Finding(
            "calibration",
            "expected_error",
            found.error,
            verdict_of(found.error, warn=0.05, fail=0.15),
            "below .05; .15 fails",
            "Mean distance between how sure it is and how often the pairs of this material agree: "
            "margins, soft labels and thresholds on differences rest on it. Above 0 by chance, "
            "with few pairs; and no fault where its odds are of something else.",
            "lower",
            {
                "bins": [vars(one) for one in found.bins],
                "mean_certainty": found.certainty,
                "right": found.right,
            },
        )
    ]


CHECKS = (
    Check("saturation", "Do values pile up at an end?", ("single",), check_saturation),
    Check("spread", "Do the answers to one prompt differ?", ("single", "groups"), check_spread),
    Check("calibration", "Is it as often right as it is sure?", ("pairs",), check_calibration),
)

__all__ = [
    "CHECKS",
    "Bin",
    "Calibration",
    "GroupSpread",
    "Saturation",
    "calibration",
    "group_spread",
    "saturation",
]
