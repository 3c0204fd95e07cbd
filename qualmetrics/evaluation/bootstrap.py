"""How sure a number is: percentile intervals from resampling whole units (groups, authors, titles).

Texts of one group resemble each other, so groups are drawn, never texts. The same seed draws the
same groups for every scorer: differences between two scorers are then paired.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError

Values = NDArray[np.float64]
Index = NDArray[np.intp]

DRAWS = 1000
"""Resamples unless told."""
LEVEL = 0.95
"""Share of the resamples that an interval holds."""
CELLS = 4_000_000
"""Numbers drawn at a time."""


@dataclass(frozen=True)
class Estimate:
    """A statistic, its interval, and what it was taken over.

    A single unit, drawn again and again, would give an interval of no width: it has none, NaN.

    ``n`` counts the items behind it (texts, pairs or groups, as the measure says) and
    ``n_undefined`` those that had no value and were left out; NaN where nothing is left.
    ``resamples`` are the bootstrap values, aligned for all scorers under the same seed.
    """

    value: float
    low: float
    high: float
    n: int
    n_undefined: int = 0
    resamples: Values = field(default_factory=lambda: np.empty(0), repr=False, compare=False)

    def minus(self, other: Estimate) -> Estimate:
        """Return the paired difference, with its own interval.

        Raises
        ------
        InputError
            When the two were not resampled alike.
        """
        if self.resamples.shape != other.resamples.shape or not self.resamples.size:
            raise InputError(
                f"estimates of {self.resamples.size} and {other.resamples.size} resamples are not "
                "paired; make both with the same units, draws and seed"
            )
        return estimate(
            self.value - other.value, self.resamples - other.resamples, min(self.n, other.n)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; undefined numbers are None."""
        plain = {"value": self.value, "low": self.low, "high": self.high}
        shown: dict[str, Any] = {k: v if math.isfinite(v) else None for k, v in plain.items()}
        return {**shown, "n": self.n, "n_undefined": self.n_undefined}


def estimate(value: float, resamples: Values, n: int, n_undefined: int = 0) -> Estimate:
    """Return a statistic with the percentile interval of its resamples.

    A resample on which the statistic is undefined is left out of the interval.
    """
    kept = resamples[np.isfinite(resamples)]
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(kept, [tail, 100 - tail]) if len(kept) else (math.nan, math.nan)
    return Estimate(float(value), float(low), float(high), n, n_undefined, resamples)


def numbered(units: Sequence[Any]) -> Index:
    """Number units in the order of first sight: ``["b", "a", "b"]`` -> ``[0, 1, 0]``."""
    seen: dict[Any, int] = {}
    return np.array([seen.setdefault(unit, len(seen)) for unit in units], dtype=np.intp)


def drawn_units(n_units: int, draws: int, seed: int) -> Index:
    """Draw units with replacement: ``(draws, n_units)``."""
    if draws < 1:
        raise InputError(f"draws must be at least 1; got {draws}")
    return np.random.default_rng(seed).integers(n_units, size=(draws, n_units))


def unit_weights(n_units: int, draws: int, seed: int) -> Iterator[Values]:
    """Yield how often each unit is drawn, a few resamples at a time: ``(some, n_units)``."""
    if draws < 1:
        raise InputError(f"draws must be at least 1; got {draws}")
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // max(n_units, 1))
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = rng.integers(n_units, size=(rows, n_units)) + np.arange(rows)[:, None] * n_units
        counts = np.bincount(drawn.ravel(), minlength=rows * n_units)
        yield counts.reshape(rows, n_units).astype(np.float64)


def bootstrap(
    statistic: Callable[[Index], float],
    units: Sequence[Any],
    *,
    n: int | None = None,
    n_undefined: int = 0,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Resample a statistic of positions.

    Parameters
    ----------
    statistic : positions -> float
        Called with ``arange(len(units))`` for the value itself, then with the positions of each
        resample; a position may repeat.
    units : sequence
        The unit of each position: what is drawn as a whole.
    n, n_undefined : int
        What the estimate reports; by default all positions, and none.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 3.0, 6.0])
    >>> found = bootstrap(lambda index: float(values[index].mean()), "aabb", draws=50)
    >>> found.value, found.low, found.high
    (3.0, 1.5, 4.5)
    """
    codes = numbered(units)
    if not len(codes):
        return estimate(math.nan, np.full(draws, np.nan), 0, n_undefined)
    order = np.argsort(codes, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    drawn = drawn_units(len(blocks), draws, seed)
    if len(blocks) == len(codes):  # every position is its own unit
        resamples = [statistic(row) for row in drawn]
    else:
        resamples = [statistic(np.concatenate([blocks[i] for i in row])) for row in drawn]
    point = statistic(np.arange(len(codes)))
    drawn_values = np.full(draws, np.nan) if len(blocks) == 1 else np.array(resamples)
    return estimate(point, drawn_values, len(codes) if n is None else n, n_undefined)


def mean_over_units(
    values: Values,
    units: Sequence[Any] | None = None,
    others: Sequence[Any] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Return the mean of values, NaN left out and counted.

    Parameters
    ----------
    values : array (n,)
    units : sequence of length n, optional
        What each belongs to; by default each is its own unit.
    others : sequence of length n, optional
        The second unit of each value, where it is about two: a pair of texts of different groups
        counts as often as its first group was drawn, times its second.

    Examples
    --------
    >>> found = mean_over_units(np.array([0.0, 1.0, 1.0]), "aab", "bcc", draws=100)
    >>> round(found.value, 3), found.n
    (0.667, 3)
    """
    whole = range(len(values)) if units is None else units
    if len(whole) != len(values) or (others is not None and len(others) != len(values)):
        raise InputError(f"{len(values)} values need as many units, got {len(whole)}")
    there = np.isfinite(values)
    n = int(there.sum())
    if not n:
        return estimate(math.nan, np.full(draws, np.nan), 0, len(values))
    codes = numbered([*whole, *(others or ())])
    n_units, first = int(codes.max()) + 1, codes[: len(values)]
    second = first if others is None else codes[len(values) :]
    two_sided = bool((first != second).any())
    sums, counts = (
        _tables(first, second, n_units, what, two_sided=two_sided)
        for what in (np.where(there, values, 0.0), there.astype(np.float64))
    )
    parts = [
        _share(_total(drawn, *sums), _total(drawn, *counts))
        for drawn in unit_weights(n_units, draws, seed)
    ]
    resamples = np.concatenate(parts)
    if first[there].min() == first[there].max() == second[there].min() == second[there].max():
        resamples[:] = np.nan
    return estimate(float(values[there].mean()), resamples, n, len(values) - n)


def _tables(
    first: Index, second: Index, n_units: int, what: Values, *, two_sided: bool
) -> tuple[Values, Values | None]:
    """Add up what lies inside each unit, ``(n,)``, and between each two, ``(n, n)``."""
    inside = first == second
    own: Values = np.bincount(first[inside], what[inside], n_units).astype(np.float64)
    if not two_sided:
        return own, None
    flat = first[~inside] * n_units + second[~inside]
    between: Values = np.bincount(flat, what[~inside], n_units**2).astype(np.float64)
    return own, between.reshape(n_units, n_units)


def _total(drawn: Values, own: Values, between: Values | None) -> Values:
    found: Values = drawn @ own
    if between is not None:
        found = found + ((drawn @ between) * drawn).sum(axis=1)
    return found


def _share(total: Values, of: Values) -> Values:
    """Divide; a resample may hold undefined units only, and is undefined then."""
    found: Values = np.full(len(total), np.nan)
    np.divide(total, of, out=found, where=of > 0)
    return found
