"""Gradient boosting of the pairwise logistic loss: trees over counts, fitted with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.ranker import Ratio
from qualmetrics.ranker_trees import TreesForward
from qualmetrics.training.losses import (
    pairwise_logistic,
    pairwise_logistic_slope,
    sigmoid,
    sums,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoostingConfig:
    """Settings of boosted trees.

    ``trees`` of ``depth`` are fitted one after the other, each counting ``rate``, with at least
    ``min_leaf`` texts a leaf. With a development part, as many are kept as do best on it.
    """

    trees: int = 200
    depth: int = 3
    rate: float = 0.1
    min_leaf: int = 10

    def __post_init__(self) -> None:
        if self.trees < 1 or not 1 <= self.depth <= 6 or self.rate <= 0 or self.min_leaf < 1:
            raise InputError(f"trees, rate and min_leaf must be positive, depth 1 to 6; got {self}")


@dataclass(frozen=True, eq=False)
class Judged:
    """Texts as features ``(n, f)``, and pairs of them: positions, label, margin and weight."""

    table: Floats
    pairs: NDArray[np.int64]
    p: Floats
    margin: Floats
    weights: Floats


def boost(
    judged: Judged,
    features: tuple[Ratio, ...],
    config: BoostingConfig,
    *,
    dev: Judged | None = None,
    seed: int = 0,
) -> tuple[TreesForward, list[dict[str, Any]]]:
    """Return boosted trees, and the loss after each.

    Raises
    ------
    MissingExtraError
        Without scikit-learn.
    """
    tree_class = _trees()
    table = np.nan_to_num(judged.table).astype(np.float32)
    scores = np.zeros(len(table))
    dev_table = None if dev is None else np.nan_to_num(dev.table).astype(np.float32)
    dev_scores = np.zeros(0 if dev is None else len(dev.table))
    fitted: list[Any] = []
    history: list[dict[str, Any]] = []
    for number in range(config.trees):
        target, weight = _step(judged, scores)
        tree = tree_class(
            max_depth=config.depth, min_samples_leaf=config.min_leaf, random_state=seed + number
        )
        tree.fit(table, target, sample_weight=weight)
        fitted.append(tree.tree_)
        scores = scores + config.rate * tree.predict(table)
        entry: dict[str, Any] = {"trees": number + 1, "loss": _loss(judged, scores)}
        if dev is not None:
            dev_scores = dev_scores + config.rate * tree.predict(dev_table)
            entry["dev_loss"] = _loss(dev, dev_scores)
        history.append(entry)
    losses = [entry.get("dev_loss", -entry["trees"]) for entry in history]
    kept = int(np.argmin(losses)) + 1
    return _complete(fitted[:kept], features, config), history


def _step(judged: Judged, scores: Floats) -> tuple[Floats, Floats]:
    """Return Newton's step of each text, and how much it counts."""
    first, second = judged.pairs.T
    gap = scores[first] - scores[second]
    slope = judged.weights * pairwise_logistic_slope(gap, judged.p, judged.margin)
    bend = judged.weights * sigmoid(gap) * sigmoid(-gap)
    n = len(scores)
    pull = sums(first, slope, n) - sums(second, slope, n)
    weight = sums(first, bend, n) + sums(second, bend, n)
    weight = weight + SMALLEST * max(float(weight.mean()), 1e-300)
    return np.clip(-pull / weight, -LARGEST_STEP, LARGEST_STEP), weight


SMALLEST = 0.05
"""Of the mean weight, added to each: where all pairs are certain, a step would be endless."""

LARGEST_STEP = 4.0


def _loss(judged: Judged, scores: Floats) -> float:
    first, second = judged.pairs.T
    losses = pairwise_logistic(scores[first] - scores[second], judged.p, judged.margin)
    return float(judged.weights @ losses)


def _complete(
    fitted: list[Any], features: tuple[Ratio, ...], config: BoostingConfig
) -> TreesForward:
    """Return trees of one depth: a leaf that comes early is repeated below."""
    n_splits = 2**config.depth - 1
    chosen = np.zeros((n_splits, len(fitted)), dtype=np.int64)
    thresholds = np.full((n_splits, len(fitted)), np.inf)
    leaves = np.zeros((n_splits + 1, len(fitted)))
    for column, tree in enumerate(fitted):
        stack = [(0, 0)]
        while stack:
            node, position = stack.pop()
            left, right = int(tree.children_left[node]), int(tree.children_right[node])
            if position >= n_splits:
                leaves[position - n_splits, column] = config.rate * float(tree.value[node].item())
            elif left < 0:
                stack += [(node, 2 * position + 1), (node, 2 * position + 2)]
            else:
                chosen[position, column] = int(tree.feature[node])
                thresholds[position, column] = float(tree.threshold[node])
                stack += [(left, 2 * position + 1), (right, 2 * position + 2)]
    thresholds[~np.isfinite(thresholds)] = NO_SPLIT
    return TreesForward(
        features,
        tuple(map(tuple, chosen.tolist())),
        tuple(map(tuple, thresholds.tolist())),
        tuple(map(tuple, leaves.tolist())),
        (0.0,),
    )


NO_SPLIT = 1e300
"""A threshold that nothing exceeds: JSON knows no infinity."""


def _trees() -> Any:
    try:
        from sklearn.tree import DecisionTreeRegressor
    except ImportError:
        raise MissingExtraError("scikit-learn", "fit", "training boosted trees") from None
    return DecisionTreeRegressor


__all__ = ["BoostingConfig", "Judged", "boost"]
