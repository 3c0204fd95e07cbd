"""Is it only length? Pair accuracy where length misleads, and pairs among which it says nothing.

A pair is two positions, the one that should stand higher first. What holds for length holds for any
confounder that is one number a text: time, popularity, markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Index, Values, bootstrap
from qualmetrics.evaluation.ranks import credit


def pair_credit(values: Any, pairs: Any, *, ties: float = 0.5) -> Values:
    """Return 1 for each pair in the right order, ``ties`` for equal values, else 0; NaN for NaN."""
    made, index = _checked(values, pairs)
    return credit(made[index[:, 0]] - made[index[:, 1]], ties)


def accuracy(
    values: Any,
    pairs: Any,
    units: Sequence[Any] | None = None,
    *,
    ties: float = 0.5,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Return the share of pairs in the right order.

    ``units`` is what each pair belongs to and is drawn with; by default each pair by itself. Pairs
    with an undefined side are left out, and counted.

    Examples
    --------
    >>> accuracy([3.0, 1.0, 2.0], [(0, 1), (1, 2)], draws=10).value
    0.5
    """
    found = pair_credit(values, pairs, ties=ties)
    return _mean(found, range(len(found)) if units is None else units, draws, seed)


def _mean(found: Values, units: Sequence[Any], draws: int, seed: int) -> Estimate:
    if len(units) != len(found):
        raise InputError(f"{len(found)} pairs but {len(units)} units")
    there = np.isfinite(found)

    def statistic(index: Index) -> float:
        kept = index[there[index]]
        return float(found[kept].mean()) if len(kept) else float("nan")

    n = int(there.sum())
    return bootstrap(statistic, units, n=n, n_undefined=len(found) - n, draws=draws, seed=seed)


def by_longer_side(
    values: Any,
    lengths: Any,
    pairs: Any,
    units: Sequence[Any] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return pair accuracy where the lower text is the longer one, and on the rest.

    A scorer that reads content is about as good on both; one that reads length is wrong on the
    first. ``lower_longer`` and ``rest``, each with its n.
    """
    sizes, index = _checked(lengths, pairs)
    longer = sizes[index[:, 1]] > sizes[index[:, 0]]
    whole = list(range(len(index)) if units is None else units)
    found = {}
    for name, wanted in (("lower_longer", longer), ("rest", ~longer)):
        chosen = np.flatnonzero(wanted)
        found[name] = accuracy(
            values, index[chosen], [whole[i] for i in chosen], draws=draws, seed=seed
        )
    return found


def accuracy_by_ratio(
    values: Any,
    lengths: Any,
    pairs: Any,
    *,
    edges: Sequence[float] = (1.1, 1.5, 2.0),
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return pair accuracy inside bins of how far the lengths of a pair differ (longer / shorter).

    ``edges`` rise and are above 1; in the first bin both texts are nearly of one length.
    """
    if list(edges) != sorted(set(edges)) or not edges or edges[0] <= 1:
        raise InputError(f"edges must rise and be above 1; got {tuple(edges)}")
    sizes, index = _checked(lengths, pairs)
    if (sizes[index] <= 0).any():
        raise InputError("a ratio needs lengths above 0; leave empty texts out")
    ratio = sizes[index].max(axis=1) / sizes[index].min(axis=1)
    bins = np.searchsorted(np.asarray(edges), ratio, side="right")
    names = [
        f"<{edges[0]:g}",
        *(f"{a:g}-{b:g}" for a, b in pairwise(edges)),
        f">={edges[-1]:g}",
    ]
    return {
        name: accuracy(values, index[bins == k], draws=draws, seed=seed)
        for k, name in enumerate(names)
    }


def debias_pairs(confounder: Any, pairs: Any, *, seed: int = 0) -> Index:
    """Choose pairs among which a confounder is right as often as wrong.

    Of the side that is in the majority (pairs whose higher text has the larger value, or the
    smaller one) as many are drawn as the other side has; pairs of equal value are all kept.

    Returns
    -------
    Index
        Positions of the pairs that are kept, rising.

    Examples
    --------
    >>> debias_pairs([5, 1, 2, 9], [(0, 1), (0, 2), (1, 3)]).tolist()
    [0, 2]
    """
    sizes, index = _checked(confounder, pairs)
    gap = sizes[index[:, 0]] - sizes[index[:, 1]]
    rng = np.random.default_rng(seed)
    sides = [np.flatnonzero(gap > 0), np.flatnonzero(gap < 0)]
    n = min(map(len, sides))
    kept = [rng.choice(side, n, replace=False) for side in sides]
    return np.sort(np.concatenate([*kept, np.flatnonzero(gap == 0)])).astype(np.intp)


def _checked(values: Any, pairs: Any) -> tuple[Values, Index]:
    made = np.asarray(values, dtype=np.float64)
    index = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    if made.ndim != 1:
        raise InputError(f"expected one number a text; got the shape {made.shape}")
    if len(index) and not (index.min() >= 0 and index.max() < len(made)):
        raise InputError(f"pairs name positions outside of the {len(made)} texts")
    return made, index
