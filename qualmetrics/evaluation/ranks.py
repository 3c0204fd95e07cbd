"""How well values order the texts of a group: NDCG, Spearman, Kendall, exact order, pairs.

Everything is taken per group and then averaged over groups. ``values`` must rise with ``levels``:
negate a scorer that rises with ease. A text without a value or level is left out of its group; a
group with fewer than two different levels left has no order, and is undefined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Values, mean_over_units, numbered
from qualmetrics.evaluation.correlation import aligned, kendall, spearman


def ndcg(values: Any, levels: Any) -> float:
    """Return the normalised discounted cumulative gain of one group.

    The gain is the level itself and the discount 1 / log2(1 + position), over all positions; texts
    of equal value share the mean of their discounts. **Read it beside another measure**: three
    texts in exactly the wrong order still get .79 (levels 1, 2, 3). Undefined where a level is
    negative or all are 0.

    Examples
    --------
    >>> round(ndcg([1, 2, 3], levels=[3, 2, 1]), 2)
    0.79
    """
    (v, gain), _ = aligned(values, levels)
    if not len(v) or gain.min() < 0 or gain.max() == 0:
        return math.nan
    discount = 1 / np.log2(np.arange(len(v)) + 2)
    order = np.argsort(-v, kind="stable")
    ends = np.flatnonzero(np.diff(v[order], append=np.nan) != 0) + 1
    shared = np.empty(len(v))
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        shared[start:end] = discount[start:end].mean()
    ideal = float(np.sort(gain)[::-1] @ discount)
    return float(gain[order] @ shared) / ideal


def ranking_accuracy(values: Any, levels: Any, *, strict: bool = True) -> float:
    """Return 1 where every text of a higher level has a higher value than those below, else 0.

    The order inside one level is ignored. With ``strict`` a tie between levels is wrong; without,
    it passes, so that a scorer that says the same of every text gets 1.

    Examples
    --------
    >>> ranking_accuracy([5, 5, 5], [1, 2, 3]), ranking_accuracy([5, 5, 5], [1, 2, 3], strict=False)
    (0.0, 1.0)
    """
    (v, steps), _ = aligned(values, levels)
    bands = [v[steps == step] for step in np.unique(steps)]
    if len(bands) < 2:
        return math.nan
    gaps = [above.min() - below.max() for below, above in pairwise(bands)]
    return float(min(gaps) > 0 if strict else min(gaps) >= 0)


def pair_accuracy(values: Any, levels: Any, *, ties: float = 0.5) -> float:
    """Return the share of pairs of different level that are in the right order.

    A pair of equal values counts ``ties``: .5, or 0 where a tie is an error.

    Examples
    --------
    >>> pair_accuracy([1, 2, 2], [1, 2, 3]), pair_accuracy([1, 2, 2], [1, 2, 3], ties=0)
    (0.8333333333333334, 0.6666666666666666)
    """
    (v, steps), _ = aligned(values, levels)
    above = steps[:, None] > steps[None, :]
    gap = (v[:, None] - v[None, :])[above]
    return float(credit(gap, ties).mean()) if len(gap) else math.nan


def credit(gap: Values, ties: float = 0.5) -> Values:
    """Return 1 for each positive gap, ``ties`` for 0, 0 for a negative one, NaN for NaN."""
    if not 0 <= ties <= 1:
        raise InputError(f"ties counts between 0 and 1; got {ties}")
    found: Values = np.where(gap > 0, 1.0, np.where(gap == 0, ties, 0.0))
    return np.where(np.isnan(gap), np.nan, found)


def _strictly(values: Values, levels: Values) -> float:
    return ranking_accuracy(values, levels, strict=True)


def _leniently(values: Values, levels: Values) -> float:
    return ranking_accuracy(values, levels, strict=False)


MEASURES: Mapping[str, Callable[[Values, Values], float]] = {
    "ndcg": ndcg,
    "spearman": spearman,
    "kendall": kendall,
    "ra_strict": _strictly,
    "ra_lenient": _leniently,
    "pair_accuracy": pair_accuracy,
}
"""Measures of one group, by the names that tables use; ``ra`` is ranking accuracy."""


@dataclass(frozen=True)
class ByGroup:
    """Measures of every group: what is averaged, resampled and compared.

    ``table[measure]`` is ``(n_groups,)``, NaN where a group is undefined.
    """

    groups: tuple[Any, ...]
    table: Mapping[str, Values]
    n_left_out: int
    """Texts without a value or level."""

    def means(self, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Estimate]:
        """Return each measure's mean over groups; its interval is of redrawn groups."""
        return {
            name: mean_over_units(values, draws=draws, seed=seed)
            for name, values in self.table.items()
        }


def by_group(
    values: Any,
    levels: Any,
    groups: Sequence[Any],
    *,
    ties: float = 0.5,
    constant_as_zero: bool = False,
) -> ByGroup:
    """Measure how values order the texts inside each group.

    Parameters
    ----------
    values, levels : array (n,)
        Values rise with levels where all is well.
    groups : sequence of length n
        What belongs together: the story that was rewritten at several levels.
    ties : float
        What a pair of equal values counts in ``pair_accuracy``.
    constant_as_zero : bool
        Spearman and Kendall of values that are all equal are undefined; with this they count 0,
        so that a scorer cannot gain by saying nothing.

    Examples
    --------
    >>> found = by_group([1, 2, 3, 2, 1, 3], [0, 1, 2, 0, 1, 2], "aaabbb")
    >>> found.table["ra_strict"].tolist(), found.table["kendall"].round(2).tolist()
    ([1.0, 0.0], [1.0, 0.33])
    """
    (v, steps), there = aligned(values, levels)
    if len(groups) != len(v):
        raise InputError(f"{len(v)} values but {len(groups)} groups")
    codes = numbered(groups)
    names = tuple(dict.fromkeys(groups))
    table = {name: np.full(len(names), np.nan) for name in MEASURES}
    order = np.argsort(codes, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if len(order) else []
    for g, block in enumerate(blocks):
        inside = block[there[block]]
        mine, theirs = v[inside], steps[inside]
        if len(np.unique(theirs)) < 2:
            continue
        for name, measure in MEASURES.items():
            table[name][g] = measure(mine, theirs)
        table["pair_accuracy"][g] = pair_accuracy(mine, theirs, ties=ties)
        if constant_as_zero and np.ptp(mine) == 0:
            table["spearman"][g] = table["kendall"][g] = 0.0
    return ByGroup(names, table, int((~there).sum()))
