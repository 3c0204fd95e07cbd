"""Several corpora as one set of weighted pairs, each with its share of the objective."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualmetrics.training.data import Examples
from qualmetrics.training.splits import join
from qualmetrics_models.corpora import train_part


@dataclass(frozen=True)
class Share:
    """What a corpus counts.

    ``within`` True takes the pairs inside a group only, False those between groups, None all;
    ``most`` is how many are drawn.
    """

    corpus: str
    weight: float
    within: bool | None = None
    most: int = 20_000


def mixed(
    corpora: Mapping[str, Examples],
    shares: Sequence[Share],
    test: Iterable[str],
    *,
    seed: int,
) -> tuple[Examples, NDArray[np.float64]]:
    """Return the training parts of corpora as one, and what each pair counts.

    Of ``words`` nothing is held out.
    """
    held = tuple(test)
    names = {share.corpus for share in shares}
    clean = {n: corpora[n] if n == "words" else train_part(corpora[n], held) for n in names}
    return blended([(clean[share.corpus], share) for share in shares], seed=seed)


def blended(
    parts: Sequence[tuple[Examples, Share]], *, seed: int
) -> tuple[Examples, NDArray[np.float64]]:
    """Return examples as one, and what each pair counts: each share adds up to its weight."""
    rng = np.random.default_rng(seed)
    chosen, weights = [], []
    for examples, share in parts:
        index = np.flatnonzero(_wanted(examples, share))
        if len(index) > share.most:
            index = np.sort(rng.choice(index, share.most, replace=False))
        chosen.append(examples.with_pairs(index))
        weights.append(np.full(len(index), share.weight / max(len(index), 1)))
    return join(*chosen), np.concatenate(weights)


def _wanted(examples: Examples, share: Share) -> NDArray[np.bool_]:
    inside = np.array([bool(group) for group in examples.pair_groups], dtype=bool)
    if share.within is None:
        return np.ones(examples.n_pairs, dtype=bool)
    return inside if share.within else ~inside
