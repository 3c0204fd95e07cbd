"""Which pairs are learned from: made of ratings and levels, or chosen among those given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError
from qualmetrics.training.data import Examples

STRATEGIES = ("all", "adjacent", "nprm")
MAX_PAIRS = 200_000
"""More pairs than this are drawn at random: a thousand ratings make half a million."""


@dataclass(frozen=True)
class PairConfig:
    """How pairs are made of ratings and levels, and which of all are used.

    ``strategy``: ``all`` pairs of different value; ``adjacent`` values only; ``nprm``, of each
    group its highest, its lowest and one at random between them. ``min_gap`` is the least
    difference of two ratings. ``confidence`` keeps pairs with ``|2p - 1|`` of at least this
    (QuRating: .5). ``margin_scale`` asks for a margin of this times the difference of the ratings.
    ``max_pairs`` is how many are drawn at most, at random with ``seed``.
    """

    strategy: str = "all"
    min_gap: float = 0.0
    confidence: float = 0.0
    margin_scale: float = 0.0
    max_pairs: int = MAX_PAIRS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise InputError(f"strategy {self.strategy!r} is not one of {', '.join(STRATEGIES)}")
        if self.min_gap < 0 or self.max_pairs < 1 or not 0 <= self.confidence <= 1:
            raise InputError(
                "min_gap must be at least 0, max_pairs at least 1, confidence in 0 to 1; got "
                f"{self.min_gap:g}, {self.max_pairs}, {self.confidence:g}"
            )


def sample(examples: Examples, config: PairConfig | None = None) -> Examples:
    """Return the examples with the pairs to learn from.

    Pairs that were given are kept where they are sure enough; where there are none, they are made
    of the values, the higher text first.

    Raises
    ------
    InputError
        When no pair is left.
    """
    chosen = config or PairConfig()
    made = examples if examples.n_pairs else _of_values(examples, chosen)
    sure = np.nanmax(np.abs(2 * made.p - 1), axis=1, initial=-1.0) >= chosen.confidence
    rng = np.random.default_rng(chosen.seed)
    index = np.flatnonzero(sure)
    if len(index) > chosen.max_pairs:
        index = np.sort(rng.choice(index, chosen.max_pairs, replace=False))
    if not len(index):
        raise InputError(
            f"no pair is left of {made.n_pairs}: none has a confidence of {chosen.confidence:g}, "
            f"or no two values differ by {chosen.min_gap:g}"
        )
    report = {
        **made.report,
        "pairs_unsure": int((~sure).sum()),
        "pairs_not_drawn": int(sure.sum()) - len(index),
        "pairs": len(index),
    }
    return replace(made.with_pairs(index), report=report)


def both_orders(examples: Examples) -> Examples:
    """Return each pair twice, the second time turned: what a reader of two texts at once needs."""
    return replace(
        examples,
        pairs=np.concatenate([examples.pairs, examples.pairs[:, ::-1]]),
        p=np.concatenate([examples.p, 1 - examples.p]),
        margin=np.concatenate([examples.margin, examples.margin]),
        pair_groups=(*examples.pair_groups, *examples.pair_groups),
    )


def _of_values(examples: Examples, config: PairConfig) -> Examples:
    rng = np.random.default_rng(config.seed)
    k = len(examples.criteria)
    table: dict[tuple[int, int], NDArray[np.float64]] = {}
    for criterion in range(k):
        column = examples.values[:, criterion]
        for index in _scopes(examples):
            rated = index[~np.isnan(column[index])]
            for a, b in _pairs(rated, column, config, rng):
                key, p = ((a, b), 1.0) if (b, a) not in table else ((b, a), 0.0)
                table.setdefault(key, np.full(k, np.nan))[criterion] = p
    pairs = np.array(list(table), dtype=np.int64).reshape(-1, 2)
    gaps = np.abs(examples.values[pairs[:, 0]] - examples.values[pairs[:, 1]])
    gap = np.nanmax(gaps, axis=1, initial=0.0) if len(pairs) else np.zeros(0)
    groups = [(examples.groups[a], examples.groups[b]) for a, b in pairs.tolist()]
    return replace(
        examples,
        pairs=pairs,
        p=np.array(list(table.values())).reshape(-1, k),
        margin=config.margin_scale * gap,
        pair_groups=tuple(a if a == b else "" for a, b in groups),
    )


def _scopes(examples: Examples) -> Iterator[NDArray[np.intp]]:
    """Yield the texts that may be compared with each other."""
    if not examples.within_groups:
        yield np.arange(len(examples.texts))
        return
    members: dict[str, list[int]] = {}
    for i, group in enumerate(examples.groups):
        members.setdefault(group, []).append(i)
    for group, index in members.items():
        if group:
            yield np.array(index, dtype=np.intp)


def _pairs(
    index: NDArray[np.intp],
    values: NDArray[np.float64],
    config: PairConfig,
    rng: np.random.Generator,
) -> list[tuple[int, int]]:
    """Return pairs of positions, the higher first."""
    if config.strategy == "nprm" and len(index) > 2:
        order = index[np.argsort(-values[index], kind="stable")]
        index = np.array([order[0], rng.choice(order[1:-1]), order[-1]])
    found = values[index]
    if config.strategy == "adjacent":
        steps = np.unique(found)
        rank = np.searchsorted(steps, found)
        wanted = rank[:, None] - rank[None, :] == 1
    else:
        wanted = found[:, None] > found[None, :]
    wanted &= found[:, None] - found[None, :] >= config.min_gap
    first, second = np.nonzero(wanted)
    if len(first) > config.max_pairs:
        drawn = np.sort(rng.choice(len(first), config.max_pairs, replace=False))
        first, second = first[drawn], second[drawn]
    return list(zip(index[first].tolist(), index[second].tolist(), strict=True))


__all__ = ["PairConfig", "both_orders", "sample"]
