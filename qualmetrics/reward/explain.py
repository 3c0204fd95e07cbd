"""Machinery: which term of a reward drives what a trainer learns from.

A trainer that subtracts the mean of a group learns from what differs inside it, so the question is
which share of that variance each term brings. For a sum that is cov(term, total) / var(total); for
any other arithmetic it is the same covariance, averaged over the orders in which the terms may be
let vary (Shapley), and the shares always add up to 1.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Lenient, Scorer, Scores
from qualmetrics.errors import InputError

MAX_TERMS = 12
"""2 to the power of this many evaluations of plain arithmetic."""


@dataclass(frozen=True)
class GroupExplanation:
    """What drives a reward inside the groups.

    ``shares`` maps each term to its share of the variance inside groups, and they add up to 1; a
    negative one works against the others. ``correlations`` are of the term with the total, inside
    groups; ``spread`` is the total's standard deviation there. ``used`` rows had a value, in
    ``groups`` groups of two or more.
    """

    reward: str
    signature: str
    shares: Mapping[str, float]
    correlations: Mapping[str, float]
    spread: float
    used: int
    total: int
    groups: int

    def __str__(self) -> str:
        """As a table."""
        width = max(map(len, (*self.shares, "term")))
        lines = [f"{'term':<{width}}  share    r"]
        lines += [
            f"{name:<{width}}  {share:5.1%}  {self.correlations[name]:5.2f}"
            for name, share in sorted(self.shares.items(), key=lambda item: -item[1])
        ]
        lines.append(
            f"{self.reward}: standard deviation {self.spread:.4g} inside {self.groups} groups, "
            f"{self.used} of {self.total} rows"
        )
        return "\n".join(lines)


def explain_groups(
    reward: Scorer, scores: Scores, group_ids: Sequence[Hashable]
) -> GroupExplanation:
    """Say which share of the variance inside groups each term of a composition brings.

    Parameters
    ----------
    reward : Scorer
        A composition; what its terms are made of is asked of them in turn.
    scores : Scores
        What it returned for some completions.
    group_ids : sequence of length n
        Equal for completions of one prompt.

    Raises
    ------
    InputError
        For a scorer without terms, and where no two rows of a group differ.

    Examples
    --------
    >>> import qualmetrics as qm
    >>> from qualmetrics.reward.composition import weighted_sum
    >>> from qualmetrics.reward.shaping import column
    >>> reward = weighted_sum({"a": column("a"), "b": column("b")}, undefined=None)
    >>> scores = reward(["x", "x"], columns={"a": [0, 3], "b": [0, 1]})
    >>> dict(explain_groups(reward, scores, [0, 0]).shares)
    {'a': 0.75, 'b': 0.25}
    """
    names = [key for item in reward.inputs for key in _child(item)]
    if not names or set(names) != set(scores.children):
        raise InputError(f"{reward.spec.name} is no composition, or the scores are another's")
    if any(key not in scores.children for item in reward.inputs for key in item.layout):
        raise InputError(
            f"{reward.spec.name} reads a column beside its terms; explain the composition above it"
        )
    if len(names) > MAX_TERMS:
        raise InputError(f"{len(names)} terms are more than {MAX_TERMS}; explain parts of it")
    if len(group_ids) != len(scores):
        raise InputError(f"{len(scores)} scores but {len(group_ids)} group ids")
    rows, means, groups = _usable(scores, group_ids)
    arrays = {name: scores.children[name].values[rows] for name in names}
    total = scores.primary[rows]
    centred = _centre(total, means)
    variance = float(centred @ centred)
    if variance <= 1e-24 * max(1.0, float(total @ total)):
        raise InputError("no two completions of one prompt differ, so nothing drives the reward")
    fixed = {name: _group_means(array, means) for name, array in arrays.items()}
    worth: dict[frozenset[str], float] = {}
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            varied = {n: arrays[n] if n in chosen else fixed[n] for n in names}
            with np.errstate(all="ignore"):
                value = np.asarray(reward.forward(varied))[:, 0]
            value = np.where(np.isfinite(value), value, total)
            worth[frozenset(chosen)] = float(_centre(value, means) @ centred) / variance
    return GroupExplanation(
        reward=reward.spec.name,
        signature=reward.signature,
        shares={name: _shapley(name, names, worth) for name in names},
        correlations={
            name: _correlation(scores.children[name].primary[rows], centred, means)
            for name in names
        },
        spread=math.sqrt(variance / len(rows)),
        used=len(rows),
        total=len(scores),
        groups=groups,
    )


def _child(item: object) -> tuple[str, ...]:
    inner = item.input if isinstance(item, Lenient) else item
    return (inner.spec.name,) if isinstance(inner, Scorer) else ()


def _shapley(name: str, names: Sequence[str], worth: Mapping[frozenset[str], float]) -> float:
    others = [other for other in names if other != name]
    n, share = len(names), 0.0
    for size in range(n):
        weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
        for chosen in combinations(others, size):
            share += weight * (worth[frozenset((*chosen, name))] - worth[frozenset(chosen)])
    return share


def _usable(
    scores: Scores, group_ids: Sequence[Hashable]
) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
    """Return rows with a value in groups of two or more, and the group number of each."""
    members: dict[Hashable, list[int]] = {}
    for i, group in enumerate(group_ids):
        if np.isfinite(scores.primary[i]):
            members.setdefault(group, []).append(i)
    kept = [rows for rows in members.values() if len(rows) > 1]
    rows = np.array([i for group in kept for i in group], dtype=np.intp)
    numbers = np.array([k for k, group in enumerate(kept) for _ in group], dtype=np.intp)
    return rows, numbers, len(kept)


def _group_means(values: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return each row's group mean over what is defined; a term nobody has stays NaN."""
    flat = values.reshape(len(values), -1)
    there = np.isfinite(flat)
    n = int(numbers.max(initial=-1)) + 1
    total, count = np.zeros((n, flat.shape[1])), np.zeros((n, flat.shape[1]))
    np.add.at(total, numbers, np.where(there, flat, 0.0))
    np.add.at(count, numbers, there)
    with np.errstate(all="ignore"):
        means: NDArray[np.float64] = (total / count)[numbers].reshape(values.shape)
    return means


def _centre(values: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = values - _group_means(values, numbers)
    return np.nan_to_num(centred, nan=0.0)


def _correlation(
    values: NDArray[np.float64], total: NDArray[np.float64], numbers: NDArray[np.intp]
) -> float:
    mine = _centre(values, numbers)
    size = math.sqrt(float(mine @ mine) * float(total @ total))
    return float(mine @ total) / size if size else math.nan
