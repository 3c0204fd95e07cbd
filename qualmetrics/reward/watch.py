"""Machinery: what to watch while a model learns from a reward, computed from rows it was given.

Three ways in which a reward stops teaching: it pays for length, the completions of a prompt no
longer differ, or most of them are at the end of the scale.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from qualmetrics.errors import InputError

NEAR = 0.01
"""Part of the scale that counts as its end."""


def watched(
    values: ArrayLike,
    lengths: ArrayLike,
    group_ids: Sequence[Hashable],
    limits: tuple[float, float] | None = None,
) -> dict[str, float]:
    """Return what there is to watch, by name; what cannot be said of these rows is left out.

    Parameters
    ----------
    values : (n,)
        Rewards; NaN is *no value*.
    lengths : (n,)
        Of the completions, in any unit.
    group_ids : sequence of length n
        Equal for completions of one prompt.
    limits : (low, high), optional
        The ends of the reward's scale.

    Returns
    -------
    dict
        ``length_correlation``: Pearson's r of reward and length inside groups, in [-1, 1].
        ``group_spread``: mean over groups of the standard deviation (n - 1) inside.
        ``flat_groups``: share of groups in which all values are the same, which teach nothing.
        ``at_top``, ``at_bottom``: share of values in the outermost hundredth of the scale.
        ``without_value``: share of NaN.

    Raises
    ------
    InputError
        For unequal lengths.

    Examples
    --------
    >>> watched([0.0, 1.0, 0.5, 0.5], [10, 30, 20, 20], "aabb", (0, 1))["length_correlation"]
    1.0
    """
    rewards = np.asarray(values, dtype=np.float64)
    sizes = np.asarray(lengths, dtype=np.float64)
    if not len(rewards) == len(sizes) == len(group_ids):
        raise InputError(
            f"{len(rewards)} values, {len(sizes)} lengths and {len(group_ids)} group ids"
        )
    found: dict[str, float] = {}
    there = np.isfinite(rewards)
    if len(rewards):
        found["without_value"] = float(1 - there.mean())
    if limits is not None and there.any():
        low, high = limits
        edge = NEAR * (high - low)
        found["at_top"] = float((rewards[there] >= high - edge).mean())
        found["at_bottom"] = float((rewards[there] <= low + edge).mean())
    members: dict[Hashable, list[int]] = {}
    for i in np.flatnonzero(there).tolist():
        members.setdefault(group_ids[i], []).append(i)
    groups = [rows for rows in members.values() if len(rows) > 1]
    if not groups:
        return found
    spreads = np.array([rewards[rows].std(ddof=1) for rows in groups])
    found["group_spread"] = float(spreads.mean())
    found["flat_groups"] = float(np.mean([np.ptp(rewards[rows]) < 1e-12 for rows in groups]))
    mine = np.concatenate([rewards[rows] - rewards[rows].mean() for rows in groups])
    theirs = np.concatenate([sizes[rows] - sizes[rows].mean() for rows in groups])
    scale = math.sqrt(float(mine @ mine) * float(theirs @ theirs))
    if scale > 1e-12:
        found["length_correlation"] = min(1.0, max(-1.0, float(mine @ theirs) / scale))
    return found
