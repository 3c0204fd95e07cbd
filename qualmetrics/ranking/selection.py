"""Choose texts by score under a budget: the best, or at random in proportion to quality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError


def select(
    scores: Any,
    budget: float,
    *,
    temperature: float = 0.0,
    sizes: Any = None,
    domains: Sequence[Any] | None = None,
    standardise: bool = True,
    seed: int = 0,
) -> NDArray[np.intp]:
    """Choose items without replacement, with probability in proportion to exp(score / temperature).

    Parameters
    ----------
    scores : array (n,)
        Higher is better; an item without a score (NaN) is never chosen.
    budget : float
        How many items; with ``sizes``, how much they may add up to. In whole: the first item that
        does not fit ends the choice.
    temperature : float
        0 takes the best. QuRating found 2 the best for training data, and that taking only the best
        costs diversity.
    sizes : array (n,), optional
        Such as tokens.
    domains : sequence of length n, optional
        Each gets its share of the budget in proportion to its number of items (its size).
    standardise : bool
        Divide by the standard deviation first, so that a temperature means the same for any scorer.
    seed : int

    Returns
    -------
    index : array
        Positions of what was chosen, best (or first drawn) first; domain after domain.

    Notes
    -----
    Adding Gumbel noise and taking the top is sampling without replacement (Vieira 2014; used so by
    QuRating, Wettig et al. 2024).

    Examples
    --------
    >>> select([0.1, 2.0, 1.0, float("nan")], budget=2).tolist()
    [1, 2]
    """
    values = np.asarray(scores, dtype=np.float64)
    weights = np.ones(len(values)) if sizes is None else np.asarray(sizes, dtype=np.float64)
    if values.ndim != 1 or weights.shape != values.shape:
        raise InputError(
            f"expected one score and one size an item; got shapes {values.shape}, {weights.shape}"
        )
    if not (weights > 0).all() or not np.isfinite(weights).all():
        raise InputError("sizes must be above 0")
    if not budget > 0 or not temperature >= 0:
        raise InputError(
            f"budget must be above 0 and temperature at least 0; got {budget}, {temperature}"
        )
    if domains is not None and len(domains) != len(values):
        raise InputError(f"{len(values)} scores but {len(domains)} domains")
    order = _order(values, temperature, standardise=standardise, seed=seed)
    if domains is None:
        return _fill(order, weights, budget)
    names = list(domains)
    total = weights[order].sum()
    parts = []
    for name in dict.fromkeys(names):
        mine = np.array([i for i in order if names[i] == name], dtype=np.intp)
        parts.append(_fill(mine, weights, budget * weights[mine].sum() / total))
    return np.concatenate(parts) if parts else order


def _order(
    values: NDArray[np.float64], temperature: float, *, standardise: bool, seed: int
) -> NDArray[np.intp]:
    """Return the items that have a score, as they would be drawn."""
    there = np.flatnonzero(np.isfinite(values))
    kept = values[there]
    if not temperature:
        return there[np.argsort(-kept, kind="stable")]
    spread = float(kept.std()) if standardise and len(kept) else 1.0
    noise = np.random.default_rng(seed).gumbel(size=len(kept))
    drawn = kept / ((spread or 1.0) * temperature) + noise
    return there[np.argsort(-drawn, kind="stable")]


def _fill(order: NDArray[np.intp], weights: NDArray[np.float64], budget: float) -> NDArray[np.intp]:
    # A share such as 3 x 2 / 3 may come out a rounding error below a whole number.
    n = int(np.searchsorted(np.cumsum(weights[order]), budget * (1 + 1e-12), side="right"))
    return order[:n]
