"""Correlation with what people said, and tests of which of two scorers correlates better."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.evaluation.bootstrap import (
    DRAWS,
    Estimate,
    Values,
    bootstrap,
    numbered,
)


@dataclass(frozen=True)
class Test:
    """Outcome of a test between two scorers on the same items; ``p`` is two-sided."""

    name: str
    difference: float
    """First less second: of the correlations, or the mean of the per-group values."""
    statistic: float
    p: float
    n: int


def stats() -> Any:
    """Return ``scipy.stats``.

    Raises
    ------
    MissingExtraError
        Without the extra ``evaluation``.
    """
    try:
        import scipy.stats
    except ImportError:
        raise MissingExtraError("scipy", "evaluation", "evaluating scorers") from None
    return scipy.stats


def ranks(values: Values) -> Values:
    """Return average ranks from 1: equal values share theirs."""
    found: Values = stats().rankdata(values)
    return found


def pearson(a: Values, b: Values) -> float:
    """Return Pearson's r; NaN for fewer than two items or a constant side."""
    if len(a) < 2:
        return math.nan
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    flat = np.ptp(a) == 0 or np.ptp(b) == 0  # rounding may leave a constant off 0
    return math.nan if flat or scale == 0 else max(-1.0, min(1.0, float(a @ b) / scale))


def spearman(a: Values, b: Values) -> float:
    """Return Spearman's rho, ties sharing their ranks; NaN as for ``pearson``."""
    return pearson(ranks(a), ranks(b)) if len(a) > 1 else math.nan


def kendall(a: Values, b: Values) -> float:
    """Return Kendall's tau-b; NaN as for ``pearson``."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return math.nan
    return float(stats().kendalltau(a, b).statistic)


KINDS: Mapping[str, Callable[[Values, Values], float]] = {
    "pearson": pearson,
    "spearman": spearman,
    "kendall": kendall,
}
"""Correlations by name."""


def aligned(*arrays: Any) -> tuple[list[Values], Any]:
    """Return arrays of equal length as float64, and where all of them are defined."""
    made = [np.asarray(array, dtype=np.float64) for array in arrays]
    shapes = [array.shape for array in made]
    if any(len(shape) != 1 for shape in shapes) or len(set(shapes)) != 1:
        raise InputError(f"expected arrays of one length, one number an item; got {shapes}")
    return made, np.logical_and.reduce([np.isfinite(array) for array in made])


def correlation(
    values: Any,
    targets: Any,
    units: Sequence[Any] | None = None,
    *,
    kind: str = "pearson",
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Correlate a scorer's values with what they should follow.

    Parameters
    ----------
    values, targets : array (n,)
        An item with NaN on either side is left out, and counted.
    units : sequence of length n, optional
        What is drawn as a whole for the interval: the author, the source. By default each item.
    kind : {"pearson", "spearman", "kendall"}

    Returns
    -------
    Estimate
        NaN where fewer than two items are left, or one side is constant.

    Examples
    --------
    >>> correlation([1, 2, 3, 4], [10, 30, 20, 40], kind="spearman", draws=10).value
    0.8
    """
    if kind not in KINDS:
        raise InputError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    (a, b), there = aligned(values, targets)
    if units is not None and len(units) != len(a):
        raise InputError(f"{len(a)} values but {len(units)} units")
    n = int(there.sum())

    def statistic(index: Any) -> float:
        kept = index[there[index]]
        return KINDS[kind](a[kept], b[kept])

    whole = range(len(a)) if units is None else units
    return bootstrap(statistic, whole, n=n, n_undefined=len(a) - n, draws=draws, seed=seed)


# -- which of two is better ---------------------------------------------------------------------


def williams_t(r12: float, r13: float, r23: float, n: int) -> tuple[float, float]:
    """Return t and two-sided p of Williams' test that ``r12`` and ``r13`` differ.

    1 is what both are compared with; ``r23`` is how the two agree with each other. Williams 1959 in
    the form of Steiger 1980, equation 7, with n - 3 degrees of freedom.

    Raises
    ------
    InputError
        For fewer than four items, or numbers that are no correlations.
    """
    if n < 4 or not all(-1 <= r <= 1 for r in (r12, r13, r23)):
        raise InputError(
            f"expected three correlations and at least 4 items; got {r12}, {r13}, {r23} and {n}"
        )
    determinant = 1 - r12**2 - r13**2 - r23**2 + 2 * r12 * r13 * r23
    spread = 2 * determinant * (n - 1) / (n - 3) + ((r12 + r13) / 2) ** 2 * (1 - r23) ** 3
    if r12 == r13:
        return 0.0, 1.0
    if spread <= 0:
        return math.copysign(math.inf, r12 - r13), 0.0
    t = (r12 - r13) * math.sqrt((n - 1) * (1 + r23) / spread)
    return t, float(2 * stats().t.sf(abs(t), n - 3))


def williams(first: Any, second: Any, targets: Any) -> Test:
    """Test whether two scorers correlate differently (Pearson) with the targets, on the same items.

    Assumes items that are independent; for texts in groups take ``permutation``. Items that miss a
    value on any side are left out.
    """
    (a, b, human), there = aligned(first, second, targets)
    a, b, human = a[there], b[there], human[there]
    r12, r13, r23 = pearson(human, a), pearson(human, b), pearson(a, b)
    if not all(map(math.isfinite, (r12, r13, r23))):
        return Test("williams", math.nan, math.nan, math.nan, len(a))
    t, p = williams_t(r12, r13, r23, len(a))
    return Test("williams", r12 - r13, t, p, len(a))


def permutation(
    first: Any,
    second: Any,
    targets: Any,
    units: Sequence[Any] | None = None,
    *,
    kind: str = "pearson",
    draws: int = DRAWS,
    seed: int = 0,
) -> Test:
    """Test the same by swapping the two scorers' values, whole units at a time.

    The values are standardised first (ranks for ``spearman`` and ``kendall``), since the scorers
    have different scales. ``p`` is (1 + swaps at least as far apart) / (1 + draws), so never 0.
    """
    if kind not in KINDS:
        raise InputError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    (a, b, human), there = aligned(first, second, targets)
    whole = numbered(range(len(a)) if units is None else units)
    if len(whole) != len(a):
        raise InputError(f"{len(a)} values but {len(whole)} units")
    a, b, human, whole = a[there], b[there], human[there], whole[there]
    statistic = KINDS[kind]
    a, b = (_standard(side, by_rank=kind != "pearson") for side in (a, b))
    seen = statistic(a, human) - statistic(b, human)
    if not math.isfinite(seen):
        return Test("permutation", math.nan, math.nan, math.nan, len(a))
    rng = np.random.default_rng(seed)
    n_units = int(whole.max()) + 1
    as_far = 0
    for _ in range(draws):
        swap = rng.integers(2, size=n_units).astype(bool)[whole]
        one, other = np.where(swap, b, a), np.where(swap, a, b)
        gap = statistic(one, human) - statistic(other, human)
        as_far += not abs(gap) < abs(seen) - 1e-12
    return Test("permutation", seen, seen, (1 + as_far) / (1 + draws), len(a))


def _standard(values: Values, *, by_rank: bool) -> Values:
    if by_rank:
        return ranks(values)
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread else values


def wilcoxon(first: Any, second: Any) -> Test:
    """Test whether two scorers' values of the same groups differ (signed ranks, two-sided).

    Groups that are undefined for either are left out; equal values carry no sign, and where all
    are equal p is 1.

    Examples
    --------
    >>> wilcoxon([1.0, 1.0, 0.5, 1.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.0, 0.5, 0.2]).p
    0.0625
    """
    (a, b), there = aligned(first, second)
    a, b = a[there], b[there]
    if not len(a):
        return Test("wilcoxon", math.nan, math.nan, math.nan, 0)
    gap = float((a - b).mean())
    if not (a != b).any():
        return Test("wilcoxon", gap, 0.0, 1.0, len(a))
    # Differences such as .8 - .3 and .6 - .1 are one size: without rounding their ranks would not
    # be tied.
    difference = np.round(a - b, 12)
    found = stats().wilcoxon(difference, zero_method="wilcox")
    return Test("wilcoxon", gap, float(found.statistic), float(found.pvalue), len(a))
