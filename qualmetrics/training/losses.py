"""The pairwise logistic objective in numpy: what a wrong order costs, and its slope.

``-log sigmoid(s_first - s_second)``, the Bradley-Terry likelihood; with a margin that the
difference must exceed, and with soft labels, probabilities in place of 1. The trainers on torch
minimise the same numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def softplus(x: Any) -> Floats:
    """Return ``log(1 + exp(x))`` without overflow."""
    return np.logaddexp(0.0, np.asarray(x, dtype=np.float64))


def sigmoid(x: Any) -> Floats:
    """Return ``1 / (1 + exp(-x))`` without overflow."""
    return np.exp(-softplus(-np.asarray(x, dtype=np.float64)))


def pairwise_logistic(difference: Any, p: Any = 1.0, margin: Any = 0.0) -> Floats:
    """Return the loss of each pair.

    Parameters
    ----------
    difference : array
        Score of the first text less that of the second.
    p : array
        Probability that the first stands higher (QuRating's soft labels); NaN, where nobody
        judged, costs nothing.
    margin : array
        By how much the higher one should lead (Beyond the Binary).

    Examples
    --------
    >>> pairwise_logistic([0.0, 1.0, 2.0]).round(6)
    array([0.693147, 0.313262, 0.126928])
    """
    d, sure, by = _aligned(difference, p, margin)
    judged = ~np.isnan(sure)
    q = np.where(judged, sure, 0.0)
    loss = q * softplus(by - d) + (1 - q) * softplus(by + d)
    return np.where(judged, loss, 0.0)


def pairwise_logistic_slope(difference: Any, p: Any = 1.0, margin: Any = 0.0) -> Floats:
    """Return the derivative of ``pairwise_logistic`` by the difference."""
    d, sure, by = _aligned(difference, p, margin)
    judged = ~np.isnan(sure)
    q = np.where(judged, sure, 0.0)
    return np.where(judged, (1 - q) * sigmoid(by + d) - q * sigmoid(by - d), 0.0)


def sums(index: Any, values: Floats, n: int) -> Floats:
    """Return the sum of the values at each position, ``(n,)``: what pairs do to their texts."""
    return np.bincount(index, values, n).astype(np.float64)


def _aligned(difference: Any, p: Any, margin: Any) -> tuple[Floats, Floats, Floats]:
    arrays = (np.asarray(item, dtype=np.float64) for item in (difference, p, margin))
    d, sure, by = np.broadcast_arrays(*arrays)
    return d, sure, by


__all__ = ["pairwise_logistic", "pairwise_logistic_slope", "sigmoid", "softplus", "sums"]
