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
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Index, Values, mean_over_units
from qualmetrics.evaluation.ranks import credit


def pair_credit(values: Any, pairs: Any, *, ties: float = 0.5) -> Values:
    """Return 1 for each pair in the right order, ``ties`` for equal values, else 0; NaN for NaN."""
    made, index = _checked(values, pairs)
    return credit(made[index[:, 0]] - made[index[:, 1]], ties)


def accuracy(
    values: Any,
    pairs: Any,
    units: Sequence[Any] | None = None,
    others: Sequence[Any] | None = None,
    *,
    ties: float = 0.5,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Return the share of pairs in the right order; of a confounder such as length, the baseline.

    Parameters
    ----------
    values : array (n,)
        One number a text.
    pairs : array (m, 2)
        Positions, the text that should stand higher first. A pair with an undefined side is left
        out, and counted.
    units, others : sequence of length m, optional
        What each pair belongs to, and the group of its second text where that is another: what is
        redrawn for the interval. By default each pair by itself.
    ties : float
        What a pair of equal values counts.

    Examples
    --------
    >>> accuracy([3.0, 1.0, 2.0], [(0, 1), (1, 2)], draws=10).value
    0.5
    """
    return mean_over_units(
        pair_credit(values, pairs, ties=ties), units, others, draws=draws, seed=seed
    )


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


def debias_pairs(confounders: Any, pairs: Any, *, seed: int = 0) -> Index:
    """Choose pairs among which each confounder is right as often as wrong.

    Parameters
    ----------
    confounders : array (n,) or (n, k)
        One number a text, or several: length, time, popularity.
    pairs : array (m, 2)
        Positions, the text that stands higher first.
    seed : int

    Returns
    -------
    index : array
        Positions of the pairs that are kept, rising. Pairs in which the higher text is longer and
        older are drawn, as many as there are of those in which it is shorter and newer, and so for
        every such combination; pairs that are equal in all are kept.

    Examples
    --------
    >>> debias_pairs([5, 1, 9, 5], [(0, 1), (1, 2), (0, 3)]).tolist()  # longer, shorter, equal
    [0, 1, 2]
    """
    signs = _signs(confounders, pairs)
    rng = np.random.default_rng(seed)
    kept = [np.flatnonzero((signs == 0).all(axis=1))]
    for cell in _cells(signs):
        both = [np.flatnonzero((signs == way).all(axis=1)) for way in (cell, -cell)]
        n = min(map(len, both))
        kept += [rng.choice(side, n, replace=False) for side in both]
    return np.sort(np.concatenate(kept)).astype(np.intp)


def debias_weights(confounders: Any, pairs: Any) -> Values:
    """Weigh all pairs so that each confounder is right as often as wrong, ``(m,)``, mean 1.

    The same combinations as in ``debias_pairs``; one that nothing stands against has weight 0.

    Examples
    --------
    >>> debias_weights([5, 1, 2, 9], [(0, 1), (0, 2), (1, 3)]).tolist()
    [0.75, 0.75, 1.5]
    """
    signs = _signs(confounders, pairs)
    weights = np.ones(len(signs))
    for cell in _cells(signs):
        both = [(signs == way).all(axis=1) for way in (cell, -cell)]
        sizes = [int(side.sum()) for side in both]
        for side, size in zip(both, sizes, strict=True):
            weights[side] = 0.0 if 0 in sizes else sum(sizes) / (2 * size)
    total = weights.sum()
    return weights * (len(weights) / total) if total else weights


def _signs(confounders: Any, pairs: Any) -> Values:
    table = np.asarray(confounders, dtype=np.float64)
    columns = [table] if table.ndim == 1 else list(table.T)
    checked = [_checked(column, pairs) for column in columns]
    signs: Values = np.stack([np.sign(v[i[:, 0]] - v[i[:, 1]]) for v, i in checked], axis=1)
    if np.isnan(signs).any():
        raise InputError("a confounder is undefined for some text; leave its pairs out")
    return signs


def _cells(signs: Values) -> list[Values]:
    """Return one of each two opposite combinations that occur, but for that of equals."""
    found = {tuple(row) for row in np.unique(signs, axis=0).tolist()}
    zero = (0.0,) * signs.shape[1]
    half = {max(cell, tuple(-sign for sign in cell)) for cell in found} - {zero}
    return [np.array(cell) for cell in sorted(half)]


def _checked(values: Any, pairs: Any) -> tuple[Values, Index]:
    made = np.asarray(values, dtype=np.float64)
    index = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    if made.ndim != 1:
        raise InputError(f"expected one number a text; got the shape {made.shape}")
    if len(index) and not (index.min() >= 0 and index.max() < len(made)):
        raise InputError(f"pairs name positions outside of the {len(made)} texts")
    return made, index
