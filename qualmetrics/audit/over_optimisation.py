"""Over-optimisation: what a better and better proxy buys of what was meant, and where it stops.

The best of n samples by a proxy is the simplest way to optimise it. Its mean gold value over n is
what a learner would get who pushes just as hard, and needs no learner: some dozens of samples a
prompt, each with both values. All is done prompt by prompt, then averaged over prompts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from qualmetrics.audit.check import NEEDS, Check, Settings
from qualmetrics.audit.finding import Finding, missing
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject, subject_of
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import (
    DRAWS,
    LEVEL,
    Estimate,
    Index,
    Values,
    estimate,
    mean_over_units,
    numbered,
)
from qualmetrics.evaluation.correlation import aligned
from qualmetrics.evaluation.ranks import credit

DEFAULT_N = (1, 2, 4, 8, 16, 32, 64)
"""How many samples are chosen from, unless told."""

MIN_PROMPTS = 10
"""From fewer, nobody can say whether gold turns: resampling them shows too little of the chance."""

ROUNDING = 1e-9
"""Differences smaller than this part of the spread of gold are rounding."""

MAX_UNGROUPED = 2000
"""Items of which all pairs are compared at most, where there are no groups."""


def kl_of_best_of_n(n: int) -> float:
    """Return how far the best of n lies from one sample, in nats: ln n - (n - 1) / n.

    The Kullback-Leibler divergence where no two samples are alike; an upper bound where some are
    (Beirami et al. 2024).

    Examples
    --------
    >>> round(kl_of_best_of_n(1), 3), round(kl_of_best_of_n(4), 3)
    (0.0, 0.636)
    """
    return math.log(n) - (n - 1) / n


def best_of_n(proxy: Any, gold: Any, n: int) -> float:
    """Return the mean gold value of the best of n by proxy, over all subsets of n samples.

    Unbiased for n fresh samples (Stiennon et al. 2020; Nakano et al. 2021): with the proxies
    sorted, the k-th lowest of N is the best of ``C(k - 1, n - 1)`` of the ``C(N, n)`` subsets.
    Samples of equal proxy share what the places they hold would get, as if one were drawn.

    Parameters
    ----------
    proxy, gold : array (N,)
        Values of the samples of one prompt; both rise with what is better.
    n : int

    Returns
    -------
    float
        NaN where there are fewer than n samples: nothing is extrapolated.

    Raises
    ------
    InputError
        For unequal lengths, NaN, or an n below 1.

    Examples
    --------
    >>> round(best_of_n([1, 2, 3], [10, 30, 20], n=2), 2)  # the pairs choose 30, 20 and 20
    23.33
    """
    (p, g), there = aligned(proxy, gold)
    if not there.all():
        raise InputError(f"{int((~there).sum())} samples have no value; leave them out")
    return float(_chances(p, _rising((n,)))[0] @ g)


def _chances(proxy: Values, steps: Sequence[int]) -> Values:
    """Return how likely each sample is the best of n, ``(steps, N)``; NaN where n is above N."""
    order = np.argsort(proxy, kind="stable")
    ends = np.flatnonzero(np.diff(proxy[order], append=np.nan) != 0) + 1
    sizes = np.diff(ends, prepend=0)
    found = np.full((len(steps), len(proxy)), np.nan)
    for row, n in zip(found, steps, strict=True):
        if n <= len(proxy):
            of_run = np.diff(_share_below(len(proxy), n)[ends], prepend=0.0)
            row[order] = np.repeat(of_run / sizes, sizes)
    return found


@lru_cache(maxsize=4096)
def _share_below(size: int, n: int) -> Values:
    """Return, for k = 0 to size, the share of subsets of n that lie among the k lowest."""
    whole = math.comb(size, n)
    return np.array([math.comb(k, n) / whole for k in range(size + 1)])


@dataclass(frozen=True)
class BonCurve:
    """What the best of n by a proxy is worth, for rising n.

    ``proxy`` and ``gold`` are mean values of the sample that is chosen, a mean over prompts with
    an interval over redrawn prompts; ``gain`` is gold less that of one sample **of the same
    prompts**: where prompts have unequal numbers of samples, read this one. Each takes the prompts
    with at least n samples; ``Estimate.n`` counts them, ``n_undefined`` the others.
    """

    n: tuple[int, ...]
    kl: tuple[float, ...]
    """``ln n - (n - 1) / n``, in nats."""
    proxy: tuple[Estimate, ...]
    gold: tuple[Estimate, ...]
    gain: tuple[Estimate, ...]
    reach: int | None
    """The greatest n that ``MIN_PROMPTS`` prompts have, or any prompt where none is so common;
    None where there is no usable sample. ``peak`` and ``fall`` look no further."""
    peak: int | None
    """The n of the highest mean gain: a description, and no test."""
    fall: Estimate
    """Gold at ``reach`` less gold at ``peak``, over the prompts that reach so far."""
    turns_at: int | None
    """The first n whose gold is surely below that of a smaller one; None where there is none.

    *Surely*: all pairs of n are tested at once against gold that was shuffled inside its prompts
    (greatest standardised drop), so that a proxy which says nothing is flagged in 5 % of cases,
    however many n there are.
    """
    judged: bool
    """False where fewer than ``MIN_PROMPTS`` prompts have two n to compare."""
    n_prompts: int
    n_single: int
    """Prompts of one usable sample: they count at n = 1 only."""
    n_empty: int
    """Prompts without a usable sample."""
    n_samples: int
    n_undefined: int
    """Samples without a proxy or gold value; left out of their prompt."""
    n_tied: int
    """Samples whose proxy another of their prompt has as well."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data: a row per n, and what holds for all."""
        rows = [
            {"n": n, "kl": kl, "proxy": p.to_dict(), "gold": g.to_dict(), "gain": more.to_dict()}
            for n, kl, p, g, more in zip(
                self.n, self.kl, self.proxy, self.gold, self.gain, strict=True
            )
        ]
        names = (
            *("turns_at", "peak", "reach", "judged", "n_prompts", "n_single", "n_empty"),
            *("n_samples", "n_undefined", "n_tied"),
        )
        counts = {name: getattr(self, name) for name in names}
        return {"curve": rows, "fall": self.fall.to_dict(), **counts}


def bon_curve(
    proxy: Any,
    gold: Any,
    groups: Sequence[Any],
    *,
    n: Sequence[int] = DEFAULT_N,
    draws: int = DRAWS,
    seed: int = 0,
) -> BonCurve:
    """Follow gold while the best of more and more samples is chosen by proxy.

    Parameters
    ----------
    proxy, gold : array (m,)
        Values of the samples; both rise with what is better. A sample with NaN on either side is
        left out, and counted.
    groups : sequence of length m
        The prompt of each sample. Prompts may have unequal numbers.
    n : sequence of int
        Rising, from 1. Where no prompt has so many samples, the row is NaN.
    draws, seed : int
        Of the bootstrap over prompts.

    Raises
    ------
    InputError
        For unequal lengths, or an n that is not as above.

    Examples
    --------
    >>> found = bon_curve([1, 2, 3, 1, 2, 3], [10, 30, 20, 1, 3, 2], "aaabbb", n=(1, 2, 3))
    >>> [round(row.value, 2) for row in found.gold], found.peak
    ([11.0, 12.83, 11.0], 2)
    """
    steps = _rising(n)
    (p, g), there = aligned(proxy, gold)
    if len(groups) != len(p):
        raise InputError(f"{len(p)} values but {len(groups)} groups")
    blocks = _blocks(groups)
    tables = np.full((3, len(blocks), len(steps)), np.nan)
    kept: list[tuple[Values, Values]] = []
    n_tied = 0
    for row, block in enumerate(blocks):
        inside = block[there[block]]
        chances = _chances(p[inside], steps)
        kept.append((chances, g[inside]))
        if len(inside):
            best = chances @ g[inside]
            tables[:, row] = chances @ p[inside], best, best - g[inside].mean()
        counts = np.unique(p[inside], return_counts=True)[1]
        n_tied += int(counts[counts > 1].sum())
    sizes = [len(gold_values) for _, gold_values in kept]
    rows = [
        tuple(mean_over_units(table[:, k], draws=draws, seed=seed) for k in range(len(steps)))
        for table in tables
    ]
    spread = float(np.ptp(g[there])) if there.any() else 0.0
    last, peak = _reach(rows[2])
    rest = tables[1][:, last] - tables[1][:, peak]
    comparable = np.isfinite(tables[1]).sum(axis=1) > 1
    judged = int(comparable.sum()) >= MIN_PROMPTS
    turns = _first_fall(tables[1], kept, spread * ROUNDING, draws, seed) if judged else None
    return BonCurve(
        n=steps,
        kl=tuple(map(kl_of_best_of_n, steps)),
        proxy=rows[0],
        gold=rows[1],
        gain=rows[2],
        reach=steps[last] if rows[2][last].n else None,
        peak=steps[peak] if rows[2][peak].n else None,
        fall=mean_over_units(rest, draws=draws, seed=seed),
        turns_at=None if turns is None else steps[turns],
        judged=judged,
        n_prompts=len(blocks),
        n_single=sizes.count(1),
        n_empty=sizes.count(0),
        n_samples=len(p),
        n_undefined=len(p) - int(there.sum()),
        n_tied=n_tied,
    )


def _reach(gains: Sequence[Estimate]) -> tuple[int, int]:
    """Return the places of the last n that is common enough, and of the best one up to there."""
    many = [k for k, gain in enumerate(gains) if gain.n >= MIN_PROMPTS]
    some = many or [k for k, gain in enumerate(gains) if gain.n] or [0]
    return some[-1], max(range(some[-1] + 1), key=lambda k: (gains[k].value, -k))


def _rising(n: Sequence[int]) -> tuple[int, ...]:
    steps = tuple(n)
    whole = all(isinstance(k, (int, np.integer)) and not isinstance(k, bool) for k in steps)
    if not steps or not whole or steps[0] < 1 or list(steps) != sorted(set(steps)):
        raise InputError(f"n must be rising whole numbers from 1, such as (1, 2, 4); got {n!r}")
    return tuple(map(int, steps))


def _blocks(groups: Sequence[Any]) -> list[Index]:
    """Return the positions of each group, in the order of first sight."""
    codes = numbered(groups)
    order = np.argsort(codes, kind="stable")
    if not len(order):
        return []
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)


def _first_fall(
    table: Values, kept: Sequence[tuple[Values, Values]], rounding: float, draws: int, seed: int
) -> int | None:
    """Return the first column of ``(prompts, n)`` that is surely below an earlier one.

    What chance does is seen by shuffling gold inside each prompt, which leaves every curve flat.
    """
    pairs = [
        (i, j)
        for i, j in combinations(range(table.shape[1]), 2)
        if np.isfinite(table[:, j]).sum() >= MIN_PROMPTS
    ]
    first, second = np.array(pairs).T
    drops = table[:, first] - table[:, second]
    if not (np.nanmean(drops, axis=0) > rounding).any():
        return None
    by_chance = _shuffled(kept, first, second, draws, seed)
    scale = by_chance.std(axis=0)
    there = scale > rounding
    worst = (by_chance[:, there] / scale[there]).max(axis=1, initial=0.0)
    critical = float(np.quantile(worst, LEVEL))
    # Where gold varies more among what is chosen than on the whole, its own error is the larger.
    error = np.nanstd(drops, axis=0, ddof=1) / np.sqrt(np.isfinite(drops).sum(axis=0))
    sure = np.flatnonzero(there & (np.nanmean(drops, axis=0) > critical * np.maximum(scale, error)))
    return int(second[sure].min()) if len(sure) else None


def _shuffled(
    kept: Sequence[tuple[Values, Values]], first: Index, second: Index, draws: int, seed: int
) -> Values:
    """Return the mean drops from each first n to each second of shuffled gold: ``(draws, m)``."""
    rng = np.random.default_rng(seed)
    total, n_prompts = np.zeros((draws, len(first))), np.zeros(len(first))
    for chances, gold in kept:
        change = chances[first] - chances[second]
        reached = np.asarray(np.isfinite(change).all(axis=1), dtype=bool)
        if reached.any():
            mixed = rng.permuted(np.tile(gold, (draws, 1)), axis=1)
            total += mixed @ np.where(reached[:, None], change, 0.0).T
            n_prompts += reached
    return total / n_prompts


# -- the upper end ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TopAccuracy:
    """Pair accuracy among the best, beside that of all pairs; both over redrawn groups."""

    top: Estimate
    """Over pairs whose both texts are at or above ``threshold``; ``n`` counts pairs."""
    whole: Estimate
    threshold: float
    n_top: int
    """Texts at or above the threshold."""
    n_equal: int
    """Pairs among them of equal gold: they have no order and count nowhere."""
    n_undefined: int
    """Texts without a proxy or gold value."""

    @property
    def loss(self) -> Estimate:
        """How much of the accuracy is lost among the best: that of all less that of the top."""
        return self.whole.minus(self.top)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        found = {name: getattr(self, name).to_dict() for name in ("top", "whole", "loss")}
        threshold = self.threshold if math.isfinite(self.threshold) else None
        counts = {name: getattr(self, name) for name in ("n_top", "n_equal", "n_undefined")}
        return {**found, "threshold": threshold, **counts}


def top_accuracy(
    proxy: Any,
    gold: Any,
    groups: Sequence[Any] | None = None,
    *,
    above: float = 80.0,
    by: str = "gold",
    draws: int = DRAWS,
    seed: int = 0,
) -> TopAccuracy:
    """Say whether a proxy still tells the great from the good (Chasing the Tail).

    Learning drives texts into the upper end, where a proxy that is right on the whole may be at
    chance. Ties of the proxy count half.

    Parameters
    ----------
    proxy, gold : array (m,)
        Both rise with what is better; NaN is left out, and counted.
    groups : sequence of length m, optional
        The prompt of each text: only texts of one prompt are compared. Without, all are, of
        ``MAX_UNGROUPED`` texts at most.
    above : float
        The percentile of all values, at or above which both texts of a pair must lie.
    by : {"gold", "proxy"}
        Whose percentile: the texts that are best, or those that the proxy calls so.

    Returns
    -------
    TopAccuracy
        ``top`` is NaN where no pair of different gold lies so high, as with ratings of few steps.

    Examples
    --------
    >>> gold = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    >>> found = top_accuracy([1, 2, 3, 4, 5, 6, 7, 10, 9, 8], gold, above=70, draws=10)
    >>> found.top.value, round(found.whole.value, 2)
    (0.0, 0.93)
    """
    (p, g), there = aligned(proxy, gold)
    _check_top(len(p), groups, above, by)
    blocks = [np.arange(len(p))] if groups is None else _blocks(groups)
    ruler = (g if by == "gold" else p)[there]
    threshold = float(np.percentile(ruler, above, method="higher")) if len(ruler) else math.nan
    high = there & ((g if by == "gold" else p) >= threshold)
    pairs = [_ordered_pairs(block[there[block]], g) for block in blocks]
    first, second = np.concatenate([np.zeros((0, 2), np.intp), *pairs]).T
    right = credit(p[first] - p[second])
    within = high[first] & high[second]
    units = numbered(range(len(p)) if groups is None else groups)
    one, other = units[first].tolist(), units[second].tolist()
    whole = mean_over_units(right, one, other, draws=draws, seed=seed)
    top = mean_over_units(np.where(within, right, np.nan), one, other, draws=draws, seed=seed)
    several = [int(high[block].sum()) for block in blocks]
    n_high_pairs = sum(k * (k - 1) // 2 for k in several)
    return TopAccuracy(
        top=Estimate(top.value, top.low, top.high, top.n, 0, top.resamples),
        whole=whole,
        threshold=threshold,
        n_top=int(high.sum()),
        n_equal=n_high_pairs - int(within.sum()),
        n_undefined=len(p) - int(there.sum()),
    )


def _check_top(size: int, groups: Sequence[Any] | None, above: float, by: str) -> None:
    if by not in ("gold", "proxy"):
        raise InputError(f"by={by!r} is not one of gold, proxy")
    if not 0 <= above < 100:
        raise InputError(f"above is a percentile from 0 to below 100; got {above}")
    if groups is not None and len(groups) != size:
        raise InputError(f"{size} values but {len(groups)} groups")
    if groups is None and size > MAX_UNGROUPED:
        raise InputError(
            f"all pairs of {size} texts are too many; give groups, or at most {MAX_UNGROUPED}"
        )


def _ordered_pairs(index: Index, gold: Values) -> Index:
    """Return the pairs of different gold among these positions, the higher first: ``(k, 2)``."""
    higher, lower = np.nonzero(gold[index][:, None] > gold[index][None, :])
    return np.stack([index[higher], index[lower]], axis=1)


# -- as checks ----------------------------------------------------------------------------------


def _share(part: Estimate, of: Estimate) -> Estimate:
    """Return one mean as a part of another of the same resamples; NaN where that is not above 0."""
    resamples = np.full(part.resamples.shape, np.nan)
    np.divide(part.resamples, of.resamples, out=resamples, where=of.resamples > 0)
    value = part.value / of.value if of.value > 0 else math.nan
    return estimate(value, resamples, part.n, part.n_undefined)


def shared_labels(material: Material) -> Values:
    """Return the labels, ``(n,)``; equal texts of a group share the mean of theirs.

    Nobody can tell them apart: without this, choosing by label would gain by what is noise.
    """
    sums: dict[tuple[str, str], list[float]] = {}
    keys = list(zip(material.groups, material.texts, strict=True))
    for key, label in zip(keys, material.labels.tolist(), strict=True):
        if math.isfinite(label):
            sums.setdefault(key, []).append(label)
    means = {key: sum(several) / len(several) for key, several in sums.items()}
    return np.array(
        [
            means[key] if math.isfinite(label) else math.nan
            for key, label in zip(keys, material.labels.tolist(), strict=True)
        ]
    )


def gold_of(material: Material, settings: Settings) -> tuple[Values, str] | None:
    """Return what is meant, ``(n,)``, and its name: the labels, or the values of a gold scorer.

    ``settings.options["gold"]`` is what ``subject_of`` takes: a scorer that nobody trains on. None
    where there is neither that nor a label.

    Raises
    ------
    InputError
        Where the gold scorer lacks something.
    """
    gold = settings.options.get("gold")
    if gold is None:
        labelled = np.isfinite(material.labels).any()
        return (shared_labels(material), "label") if labelled else None
    subject = subject_of(gold)
    lacking = subject.lacks(material.rows())
    if lacking or subject.pairwise:
        what = f"reads {', '.join(lacking)}, which no row has" if lacking else "compares two texts"
        raise InputError(f"{subject.name} cannot be gold: it {what}")
    return subject.score(material.rows()).values, subject.name


NO_GOLD = f"It needs {NEEDS['labels']}; or a gold scorer in the options of the settings."


def check_best_of_n(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Choose the best of n by the scorer, and ask labels, or a gold scorer, what that was worth."""
    meant = gold_of(material, settings)
    if meant is None:
        return [missing("best_of_n", NO_GOLD)]
    labels, gold = meant
    given = {
        "n": settings.options.get("n", DEFAULT_N),
        "draws": settings.draws,
        "seed": settings.seed,
    }
    values = subject.score(material.rows()).values
    curve = bon_curve(values, labels, material.groups, **given)
    labelled = np.where(np.isnan(values), np.nan, labels)
    most = bon_curve(labelled, labels, material.groups, **given)
    details = curve.to_dict()
    if not curve.judged:
        reason = f"Fewer than {MIN_PROMPTS} groups hold two texts with a {gold} and a value."
        note = missing("best_of_n", reason, "gain", curve.n_undefined)
        return [replace(note, details=details)]
    last = curve.n.index(curve.reach or 1)
    gained = _share(curve.gain[last], most.gain[last])
    verdict = "note"
    why = (
        f"What the best of {curve.reach} by this scorer gains in {gold} over one text, as a part "
        f"of what choosing by {gold} itself gains."
    )
    if math.isfinite(gained.value):
        verdict = "pass" if gained.low > 0 else "fail" if gained.high < 0 else "warn"
    else:
        why = f"There is nothing to gain: the texts of each group are all of one {gold}."
    return [
        Finding(
            "best_of_n",
            "gain",
            gained,
            verdict,
            "above 0, with its whole interval",
            why,
            "higher",
            details,
        ),
        Finding(
            "best_of_n",
            "fall",
            curve.fall,
            "pass" if curve.turns_at is None else "fail",
            "no n is surely below a smaller one",
            f"By {gold}: n = {curve.reach} less the peak, n = {curve.peak}. "
            + (
                f"From n = {curve.turns_at} on, pushing harder makes texts worse."
                if curve.turns_at is not None
                else "No n is surely worse than a smaller one, as far as these groups reach."
            ),
            "higher",
            {"turns_at": curve.turns_at, "peak": curve.peak, "reach": curve.reach},
        ),
    ]


def check_top(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Ask whether the scorer tells the best texts apart."""
    meant = gold_of(material, settings)
    if meant is None:
        return [missing("top", NO_GOLD)]
    labels, gold = meant
    values = subject.score(material.rows()).values
    found = top_accuracy(values, labels, material.groups, draws=settings.draws, seed=settings.seed)
    verdict = "note"
    if found.top.n:
        verdict = "pass" if found.top.low > 0.5 else "fail" if found.top.high < 0.5 else "warn"
    reason = (
        f"Pair accuracy (ties half) where both texts are in the best fifth by {gold}: learning "
        "drives texts there, and a scorer at one half there cannot lead any further."
    )
    if not found.top.n:
        reason = f"No two texts of a group that differ in {gold} are both in the best fifth by it."
    return [
        Finding(
            "top",
            "accuracy",
            replace(found.top, n_undefined=found.n_undefined),
            verdict,
            "above one half, with its whole interval",
            reason,
            "higher",
            found.to_dict(),
        )
    ]


CHECKS = (
    Check(
        "best_of_n",
        "Does choosing by it from more and more texts keep paying?",
        ("single", "groups"),
        check_best_of_n,
    ),
    Check("top", "Does it tell the best from the good?", ("single", "groups"), check_top),
)

__all__ = [
    "CHECKS",
    "DEFAULT_N",
    "BonCurve",
    "TopAccuracy",
    "best_of_n",
    "bon_curve",
    "kl_of_best_of_n",
    "top_accuracy",
]
