"""Strengths from comparisons of two: Bradley-Terry, order bias, sums of pair probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError

Floats = NDArray[np.float64]

METHODS = ("softmax_sum", "vote", "copeland", "bt_mle")
STEPS = 20_000
PRECISION = 1e-10


def fit_bradley_terry(wins: Any, *, regularisation: float = 0.0) -> Floats:
    """Estimate the strength of each item from how often it beat each other one.

    Parameters
    ----------
    wins : array (n, n)
        ``wins[i, j]``: how often i beat j. Count a tie as half a win for each. Fractions are fine,
        the diagonal is ignored.
    regularisation : float
        Half wins and half losses against an item of strength 0 that are added for everyone: how
        sure one is beforehand that all are alike. Above 0, every table has an answer.

    Returns
    -------
    strengths : array (n,)
        On the log scale with mean 0: i beats j with probability 1 / (1 + exp(s_j - s_i)).

    Raises
    ------
    InputError
        Without regularisation, when not everyone can be compared with everyone: the items fall
        apart into sets of which one never beat another. The message names them.

    Notes
    -----
    Maximum likelihood by minorisation and maximisation: Hunter 2004, MM algorithms for generalized
    Bradley-Terry models, Annals of Statistics 32, equation 3.

    Examples
    --------
    >>> fit_bradley_terry([[0, 3], [1, 0]]).round(3).tolist()  # log 3 apart
    [0.549, -0.549]
    """
    table = _square("wins", wins)
    if (table < 0).any():
        raise InputError("wins must be at least 0")
    if regularisation < 0:
        raise InputError(f"regularisation must be at least 0; got {regularisation:g}")
    n = len(table)
    if n < 2:
        return np.zeros(n)
    np.fill_diagonal(table, 0.0)
    if regularisation:
        table = np.pad(table, (0, 1), constant_values=regularisation / 2)
        table[-1, -1] = 0.0
    else:
        _check_connected(table)
    strengths = _maximise(table)
    # The scale has no zero of its own: the added item's, or the mean.
    found: Floats = strengths[:n] - strengths[:n].mean()
    return found


def _maximise(wins: Floats) -> Floats:
    games, won = wins + wins.T, wins.sum(axis=1)
    worth = np.ones(len(wins))
    for _ in range(STEPS):
        expected = (games / (worth[:, None] + worth[None, :])).sum(axis=1)
        new = won / expected
        new /= np.exp(np.log(new).mean())
        moved = float(np.abs(np.log(new) - np.log(worth)).max())
        worth = new
        if moved < PRECISION:
            found: Floats = np.log(worth)
            return found
    raise InputError(
        f"the strengths still moved by {moved:.1g} after {STEPS:,} steps: some items hang together "
        "by very few comparisons. Add comparisons, or pass regularisation=1.0"
    )


def _check_connected(wins: Floats) -> None:
    """Refuse a table in which some set of items never beat the rest: its strength is infinite."""
    reaches = (wins > 0) | np.eye(len(wins), dtype=bool)
    for _ in range(int(np.ceil(np.log2(len(wins)))) + 1):
        reaches = (reaches.astype(np.float64) @ reaches.astype(np.float64)) > 0
    mutual = reaches & reaches.T
    _, label = np.unique(mutual, axis=0, return_inverse=True)
    sets = [np.flatnonzero(label.ravel() == k).tolist() for k in range(int(label.max()) + 1)]
    if len(sets) > 1:
        sets.sort(key=lambda items: items[0])
        shown = "; ".join(str(items[:10])[:-1] + (", ...]" if len(items) > 10 else "]")
                          for items in sets[:5])  # fmt: skip
        more = f" and {len(sets) - 5} more" if len(sets) > 5 else ""
        raise InputError(
            f"the comparisons fall apart into {len(sets)} sets that are not linked by wins both "
            f"ways: {shown}{more}. Add comparisons, or pass regularisation=1.0"
        )


def debias_order(first: Any, second: Any) -> Floats:
    """Take the average over both orders of presentation.

    Parameters
    ----------
    first : array
        Probability that i is preferred to j when i is shown first.
    second : array
        Probability that j is preferred to i when j is shown first.

    Returns
    -------
    p : array
        Probability that i is preferred, (first + 1 - second) / 2: what speaks for the first place
        alone cancels (QuRating, Wettig et al. 2024).

    Examples
    --------
    >>> round(float(debias_order(0.9, 0.3)), 2)
    0.8
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise InputError(f"both orders must have one shape; got {a.shape} and {b.shape}")
    found: Floats = (a + 1 - b) / 2
    return found


def aggregate(
    probabilities: Any, *, method: str = "softmax_sum", regularisation: float = 0.0
) -> Floats:
    """Turn a table of pair probabilities into one score an item, higher first.

    Parameters
    ----------
    probabilities : array (n, n)
        ``[i, j]``: probability that i stands above j, as judged with i first. The two orders need
        not agree. NaN is a pair that was not judged; the diagonal is ignored.
    method : {"softmax_sum", "vote", "copeland", "bt_mle"}
        Sum of the probabilities over the others, as NPRM ranks; number of judgements won; pairs won
        less pairs lost, both orders averaged; Bradley-Terry strengths of the probabilities as wins.
    regularisation : float
        For ``bt_mle``, as in ``fit_bradley_terry``.

    Returns
    -------
    scores : array (n,)

    Examples
    --------
    >>> table = [[0, 0.9, 0.8], [0.2, 0, 0.6], [0.1, 0.3, 0]]
    >>> aggregate(table).round(2).tolist(), aggregate(table, method="copeland").tolist()
    ([1.7, 0.8, 0.4], [2.0, 0.0, -2.0])
    """
    if method not in METHODS:
        raise InputError(f"method {method!r} is not one of {', '.join(METHODS)}")
    table = _square("probabilities", probabilities)
    np.fill_diagonal(table, np.nan)
    judged = ~np.isnan(table)
    if ((table[judged] < 0) | (table[judged] > 1)).any():
        raise InputError("probabilities must lie in 0 to 1")
    if method == "softmax_sum":
        found: Floats = np.where(judged, table, 0.0).sum(axis=1)
        return found
    if method == "vote":
        votes: Floats = np.where(judged, (table > 0.5) + 0.5 * (table == 0.5), 0.0).sum(axis=1)
        return votes
    both = debias_order(table, table.T)
    both = np.where(np.isnan(both), np.where(judged, table, 1 - table.T), both)
    if method == "copeland":
        won: Floats = np.where(np.isnan(both), 0.0, np.sign(both - 0.5)).sum(axis=1)
        return won
    return fit_bradley_terry(np.nan_to_num(both), regularisation=regularisation)


def compare(
    ranker: Scorer,
    first: Sequence[str | None],
    second: Sequence[str | None],
    *,
    scale: float | None = None,
) -> Floats:
    """Return the probability that each first text stands above the second, ``(n,)``.

    The scores of a ranker that was trained on pairs are log-odds: the probability is the sigmoid
    of their difference. NaN where either text has no score.

    Parameters
    ----------
    ranker : Scorer
    first, second : sequence of str, length n
    scale : float, optional
        For a scorer whose differences are no log-odds, such as a formula: log-odds per unit, fitted
        to labelled pairs with ``fit_scale``.

    Raises
    ------
    InputError
        For such a scorer without ``scale``, or sequences of unequal length.
    """
    if scale is None and not has_log_odds(ranker):
        raise InputError(
            f"differences of {ranker.spec.name} ({ranker.spec.unit or 'no unit'}) are no log-odds. "
            "Train a ranker on pairs (qualmetrics train), or pass scale=fit_scale(...)"
        )
    if isinstance(first, str) or isinstance(second, str) or len(first) != len(second):
        raise InputError(
            "expected two sequences of as many texts; for one pair pass [first], [second]"
        )
    values = ranker([*first, *second]).primary
    return sigmoid(
        (values[: len(first)] - values[len(first) :]) * (1.0 if scale is None else scale)
    )


def has_log_odds(ranker: Scorer) -> bool:
    """Tell whether differences of a scorer's values are log-odds that the first stands higher."""
    return ranker.spec.unit == LOG_ODDS


def sigmoid(gap: Any) -> Floats:
    """Return 1 / (1 + exp(-gap)), without overflow."""
    z = np.asarray(gap, dtype=np.float64)
    small = np.exp(-np.abs(z))
    found: Floats = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    return found


def fit_scale(differences: Any, p: Any = 1.0) -> float:
    """Fit log-odds per unit of a score: what turns differences into probabilities.

    Parameters
    ----------
    differences : array (m,)
        Of each labelled pair, the first text's value less the second's.
    p : array (m,), or one number
        How likely it is that the first stands higher; 1 where that is known.

    Returns
    -------
    scale : float
        The maximum of the likelihood of logistic regression without an intercept; negative where
        the score falls.

    Raises
    ------
    InputError
        When all pairs are in the right order (or all in the wrong one): no scale is steep enough.

    Examples
    --------
    >>> round(fit_scale([1.0, 1.0, 1.0, -1.0]), 3)  # 3 of 4 right at one unit: log 3
    1.099
    """
    gap, wanted = np.broadcast_arrays(
        np.asarray(differences, dtype=np.float64), np.asarray(p, dtype=np.float64)
    )
    there = np.isfinite(gap) & np.isfinite(wanted) & (gap != 0)
    gap, wanted = gap[there], wanted[there]
    if ((wanted < 0) | (wanted > 1)).any():
        raise InputError("p must lie in 0 to 1")
    for_more, for_less = (
        np.where(gap > 0, wanted, 1 - wanted),
        np.where(gap > 0, 1 - wanted, wanted),
    )
    if not len(gap) or not for_more.any() or not for_less.any():
        raise InputError(
            f"{len(gap)} pairs are all in one order by this score, so any steepness fits; add pairs"
        )
    low, high = -1.0, 1.0  # the gradient falls in the scale: widen, then halve
    while _gradient(low, gap, wanted) < 0:
        low *= 2
    while _gradient(high, gap, wanted) > 0:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _gradient(middle, gap, wanted) > 0 else (low, middle)
    return (low + high) / 2


def _gradient(scale: float, gap: Floats, wanted: Floats) -> float:
    return float(((wanted - sigmoid(scale * gap)) * gap).sum())


LOG_ODDS = "log-odds"
"""Unit of scores whose differences are log-odds of a comparison."""


def _square(name: str, given: Any) -> Floats:
    table = np.array(given, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise InputError(f"{name} must be a square table; got the shape {table.shape}")
    return table
