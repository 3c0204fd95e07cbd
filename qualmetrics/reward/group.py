"""Machinery: operators over the completions of one prompt: no scorers, for rows see each other.

Each is a function of values and ``group_ids``, one per row, equal for completions of one prompt;
rows may come in any order. NaN is *no value*: such a row has no part in what others get, and stays
NaN. Trainers that score one completion at a time (verl, OpenRLHF) cannot offer a group, so no
configuration can hold one of these; call them where the groups are, in a training loop or a TRL
reward function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualmetrics.errors import InputError

Values = NDArray[np.float64]
Prefer = Callable[[int, int], float]
"""``prefer(i, j)``: how likely row i is better than row j, in [0, 1]."""

EPSILON = 1e-4
"""Added to a standard deviation before it divides, as TRL does."""


# -- sums of z-scores -----------------------------------------------------------------------------


def group_zscores(values: ArrayLike, group_ids: Sequence[Hashable]) -> Values:
    """Return (value - mean) / (sample standard deviation + 1e-4) of each group, ``(n,)``.

    0 in a group of one, and where all values are the same.
    """
    rows = _column(values, group_ids)
    found = np.full(len(rows), np.nan)
    for index in _groups(group_ids):
        found[index] = _standardised(rows[index])
    return found


def sum_then_zscore(
    values: ArrayLike, group_ids: Sequence[Hashable], *, weights: Sequence[float] | None = None
) -> Values:
    """Return the z-scores, in each group, of the weighted sum of several rewards.

    What trainers do by default. The reward with the widest spread drives the result.

    Parameters
    ----------
    values : (n, k)
        NaN drops out of the sum; a row without any value stays NaN.
    group_ids : sequence of length n
    weights : sequence of length k, optional
    """
    table = _table(values, group_ids)
    return group_zscores(_weighted(table, weights), group_ids)


def zscore_then_sum(
    values: ArrayLike,
    group_ids: Sequence[Hashable],
    *,
    weights: Sequence[float] | None = None,
    over_batch: bool = True,
) -> Values:
    """Return the weighted sum of each reward's z-scores in its group, as GDPO does.

    Every reward has a say by its weight, whatever its spread. ``over_batch`` standardises the sums
    of all rows once more (without regard to groups).
    """
    table = _table(values, group_ids)
    scored = np.stack([group_zscores(column, group_ids) for column in table.T], axis=1)
    total = _weighted(scored, weights)
    return _standardised(total) if over_batch else total


def _weighted(table: Values, weights: Sequence[float] | None) -> Values:
    sizes = np.ones(table.shape[1]) if weights is None else np.asarray(weights, dtype=np.float64)
    if sizes.shape != (table.shape[1],) or not np.isfinite(sizes).all():
        raise InputError(f"{table.shape[1]} rewards need as many finite weights; got {weights!r}")
    total: Values = np.nansum(table * sizes, axis=1)
    total[np.isnan(table).all(axis=1)] = np.nan
    return total


def _standardised(values: Values) -> Values:
    there = values[~np.isnan(values)]
    if not len(there):
        return values * np.nan
    spread = there.std(ddof=1) if len(there) > 1 else 0.0
    result: Values = (values - there.mean()) / (spread + EPSILON)
    return result


# -- contrast -------------------------------------------------------------------------------------


def contrast_baseline(
    values: ArrayLike,
    group_ids: Sequence[Hashable],
    *,
    baseline: ArrayLike,
    baseline_ids: Sequence[Hashable],
    aggregate: str | float = "mean",
) -> Values:
    """Return each value less what baseline answers to the same prompt score.

    Parameters
    ----------
    values : (n,)
    group_ids : sequence of length n
    baseline : (m,)
        Scores, by the same reward, of answers sampled beforehand.
    baseline_ids : sequence of length m
        Their prompts.
    aggregate : "mean", or a quantile in [0, 1]
        Of a prompt's baseline answers.

    Returns
    -------
    (n,), NaN for a prompt without a baseline.
    """
    rows, others = _column(values, group_ids), _column(baseline, baseline_ids)
    if aggregate != "mean" and not (
        isinstance(aggregate, (int, float)) and 0.0 <= aggregate <= 1.0
    ):
        raise InputError(f"aggregate must be 'mean' or a quantile in [0, 1]; got {aggregate!r}")
    level: dict[Hashable, float] = {}
    for index in _groups(baseline_ids):
        there = others[index][~np.isnan(others[index])]
        if len(there):
            worth = there.mean() if aggregate == "mean" else np.quantile(there, float(aggregate))
            level[baseline_ids[index[0]]] = float(worth)
    return rows - np.array([level.get(group, np.nan) for group in group_ids], dtype=np.float64)


def contrast_negatives(
    values: ArrayLike, negatives: ArrayLike, *, temperature: float = 1.0
) -> Values:
    """Return the share of a value in the softmax of it and what the wrong references give.

    An answer that scores as high against the references of other prompts as against its own gets
    1 / (m + 1): it says nothing about this prompt.

    Parameters
    ----------
    values : (n,)
        Scores of each text against its own reference.
    negatives : (n, m)
        Scores of the same texts against m references of other prompts; NaN where there is none.
    temperature : float
        The scale on which a difference counts.
    """
    rows, wrong = np.asarray(values, dtype=np.float64), np.asarray(negatives, dtype=np.float64)
    if rows.ndim != 1 or wrong.ndim != 2 or len(rows) != len(wrong):
        raise InputError(
            f"negatives must be one row of scores per value; got {wrong.shape} for {rows.shape}"
        )
    if not temperature > 0:
        raise InputError(f"temperature must be above 0; got {temperature!r}")
    with np.errstate(over="ignore"):
        total = np.nansum(np.exp((wrong - rows[:, None]) / temperature), axis=1)
    share: Values = np.where(np.isnan(rows), np.nan, 1.0 / (1.0 + total))
    return share


# -- Pareto ---------------------------------------------------------------------------------------


def pareto_mask(values: ArrayLike, group_ids: Sequence[Hashable]) -> NDArray[np.bool_]:
    """Return which rows no other row of their group dominates, ``(n,)``.

    A row dominates another that it equals or exceeds in every reward and exceeds in one. A row
    with a NaN is never kept and dominates nothing.
    """
    table = _table(values, group_ids)
    kept: NDArray[np.bool_] = np.asarray(~np.isnan(table).any(axis=1))
    for index in _groups(group_ids):
        rows = [i for i in index.tolist() if kept[i]]
        for i in rows:
            at_least = (table[rows] >= table[i]).all(axis=1)
            above = (table[rows] > table[i]).any(axis=1)
            kept[i] = not (at_least & above).any()
        # Rows struck out above still dominate: what dominates them dominates their victims, too.
    return kept


def pareto_rewards(
    values: ArrayLike, group_ids: Sequence[Hashable], *, weights: Sequence[float] | None = None
) -> Values:
    """Return the weighted sum of rewards for rows on the Pareto front of their group, else 0.

    Each is divided by how many rows its group keeps, as Parrot does.
    """
    table = _table(values, group_ids)
    kept = pareto_mask(table, group_ids)
    total = _weighted(table, weights)
    found = np.where(np.isnan(total), np.nan, 0.0)
    for index in _groups(group_ids):
        front = index[kept[index]]
        found[front] = total[front] / max(len(front), 1)
    return found


# -- length ---------------------------------------------------------------------------------------


def relative_length_penalty(
    lengths: ArrayLike,
    group_ids: Sequence[Hashable],
    *,
    values: ArrayLike,
    good: float,
    tolerance: float = 0.5,
    maximum: float = 1.0,
) -> Values:
    """Return a penalty, 0 or below, on what is longer than the good answers of its group.

    -maximum x clip((length - L) / (tolerance x L), 0, 1), with L the median length of the rows
    whose value is at least ``good``; 0 where a group has none, so that nothing is said of length
    before something is good.

    Parameters
    ----------
    lengths, values : (n,)
    group_ids : sequence of length n
    good : float
        From which value on an answer is good.
    tolerance : float
        At L x (1 + tolerance) the penalty is complete.
    maximum : float
    """
    sizes, rows = _column(lengths, group_ids), _column(values, group_ids)
    if not tolerance > 0 or not maximum > 0:
        raise InputError("tolerance and maximum must be above 0")
    penalty = np.where(np.isnan(sizes), np.nan, 0.0)
    for index in _groups(group_ids):
        chosen = index[(rows[index] >= good) & ~np.isnan(sizes[index])]
        if not len(chosen):
            continue
        usual = float(np.median(sizes[chosen]))
        if usual > 0:
            beyond = np.clip((sizes[index] - usual) / (tolerance * usual), 0.0, 1.0)
            penalty[index] = -maximum * beyond
    return penalty + 0.0  # no minus zero


# -- pairwise -------------------------------------------------------------------------------------


def bootstrapped_pairwise(
    prefer: Prefer | ArrayLike,
    group_ids: Sequence[Hashable],
    *,
    seed: int,
    drop_beyond: float = 0.6,
) -> Values:
    """Return +1 or -1 for each row against one of its group, drawn at random: an advantage.

    Parameters
    ----------
    prefer : function of two row numbers, or values ``(n,)``
        A function is asked in both orders; where the two answers disagree the row gets 0, as it
        does on a tie.
    group_ids : sequence of length n
    seed : int
        With the group's id it decides which row is the yardstick; the batch has no say.
    drop_beyond : float
        A group whose mean lies farther from 0 is NaN: an unusual yardstick taught nothing.

    Returns
    -------
    (n,); the yardstick itself gets 0.
    """
    rows = None if callable(prefer) else _column(prefer, group_ids)
    n = len(group_ids)
    found = np.zeros(n)
    for index in _groups(group_ids):
        members = [i for i in index.tolist() if rows is None or not np.isnan(rows[i])]
        found[[i for i in index.tolist() if i not in members]] = np.nan
        if len(members) < 2:
            continue
        yardstick = members[_draw(seed, group_ids[index[0]], len(members))]
        others = [i for i in members if i != yardstick]
        for i in others:
            found[i] = _better(prefer, rows, i, yardstick)
        if abs(found[others].mean()) > drop_beyond:
            found[members] = np.nan
    return found


def _better(prefer: Any, rows: Values | None, i: int, j: int) -> float:
    if rows is not None:
        return float(np.sign(rows[i] - rows[j]))
    forth, back = float(prefer(i, j)), float(prefer(j, i))
    if forth > 0.5 and back < 0.5:
        return 1.0
    return -1.0 if forth < 0.5 and back > 0.5 else 0.0


def _draw(seed: int, group: Hashable, n: int) -> int:
    text = f"{seed}|{group!r}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % n


# -- checks ---------------------------------------------------------------------------------------


def _groups(group_ids: Sequence[Hashable]) -> Iterator[NDArray[np.intp]]:
    members: dict[Hashable, list[int]] = {}
    for i, group in enumerate(group_ids):
        members.setdefault(group, []).append(i)
    for rows in members.values():
        yield np.array(rows, dtype=np.intp)


def _column(values: ArrayLike, group_ids: Sequence[Hashable]) -> Values:
    rows = np.asarray(_no_none(values), dtype=np.float64)
    if isinstance(group_ids, str) or rows.shape != (len(group_ids),):
        raise InputError(
            f"expected one value per group id; got values {rows.shape} and {len(group_ids)} ids"
        )
    return rows


def _table(values: ArrayLike, group_ids: Sequence[Hashable]) -> Values:
    rows = np.asarray(_no_none(values), dtype=np.float64)
    if isinstance(group_ids, str) or rows.ndim != 2 or len(rows) != len(group_ids):
        raise InputError(
            f"expected values (n, rewards) and n group ids; got {rows.shape} and "
            f"{len(group_ids)} ids"
        )
    return rows


def _no_none(values: Any) -> Any:
    """Return values with NaN for None, which is how trainers write a missing reward."""
    if isinstance(values, np.ndarray):
        return values
    return [
        [np.nan if cell is None else cell for cell in row]
        if isinstance(row, (list, tuple))
        else (np.nan if row is None else row)
        for row in values
    ]


OPERATORS = (
    "group_zscores",
    "sum_then_zscore",
    "zscore_then_sum",
    "contrast_baseline",
    "contrast_negatives",
    "pareto_mask",
    "pareto_rewards",
    "relative_length_penalty",
    "bootstrapped_pairwise",
)
"""Their names: what a configuration is told that it cannot hold."""
