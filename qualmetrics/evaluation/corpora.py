"""What can be asked of a labelled corpus: which measures its pairs, ratings or levels allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Index, Values, numbered
from qualmetrics.evaluation.correlation import KINDS, correlation
from qualmetrics.evaluation.length import accuracy, by_longer_side
from qualmetrics.evaluation.ranks import by_group
from qualmetrics.training.data import Examples, Fields, read_examples

MAX_PAIRS = 200_000
"""Pairs of different groups that are looked at; of more, so many are drawn."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Labelled texts under a name."""

    name: str
    examples: Examples


def read_corpus(
    path: str | Path,
    *,
    name: str | None = None,
    fields: Fields | None = None,
    levels: Sequence[str] = (),
    descending: bool = False,
) -> Corpus:
    """Read a corpus from a file of rows; ``training.data.read_examples`` says what they hold.

    Parameters
    ----------
    path : path
    name : str, optional
        By default the file's, up to the first dot.
    fields, levels, descending
        As for ``read_examples``.

    Raises
    ------
    InputError
        When the file is missing or holds nothing that orders texts.
    """
    file = Path(path)
    examples = read_examples(file, fields=fields, levels=levels, descending=descending)
    return Corpus(name or file.name.split(".")[0], examples)


def measures(
    corpus: Corpus, values: Values, lengths: Values, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Estimate]:
    """Measure how values agree with a corpus.

    Parameters
    ----------
    corpus : Corpus
    values, lengths : array (n,)
        One a text: what a scorer says, turned so that it should rise with the labels, and words.

    Returns
    -------
    dict of measure -> Estimate
        Of levels in groups: order within groups (``ranks.MEASURES``), pairs within groups by which
        text is the longer, and pairs of different groups. Of ratings: correlations. Of pairs: the
        share in the right order, and the same by which text is the longer.
    """
    examples = corpus.examples
    rated = np.isfinite(examples.values[:, 0])
    found: dict[str, Estimate] = {}
    if rated.any() and examples.within_groups:
        found |= _of_levels(examples, values, lengths, draws, seed)
    elif rated.any():
        units = [group or i for i, group in enumerate(examples.groups)]
        target = examples.values[:, 0]
        for kind in KINDS:
            found[kind] = correlation(values, target, units, kind=kind, draws=draws, seed=seed)
    if examples.n_pairs:
        found |= _of_pairs(examples, values, lengths, draws, seed)
    return found


def _of_levels(
    examples: Examples, values: Values, lengths: Values, draws: int, seed: int
) -> dict[str, Estimate]:
    levels, groups = examples.values[:, 0], examples.groups
    means = by_group(values, levels, groups).means(draws=draws, seed=seed)
    inside = pairs_of_levels(levels, groups, seed=seed)
    units = [groups[i] for i in inside[:, 0]]
    sides = by_longer_side(values, lengths, inside, units, draws=draws, seed=seed)
    across = pairs_of_levels(levels, groups, across=True, seed=seed)
    first, second = ([groups[i] for i in across[:, side]] for side in (0, 1))
    return {
        **means,
        "pairs, lower longer": sides["lower_longer"],
        "pairs, the rest": sides["rest"],
        "pairs of groups": accuracy(values, across, first, second, draws=draws, seed=seed),
    }


def pairs_of_levels(
    levels: Values, groups: Sequence[Any], *, across: bool = False, seed: int = 0
) -> Index:
    """Return the pairs of different level within groups, or of different groups; higher first.

    All of them, or ``MAX_PAIRS`` at random where there are more.

    Examples
    --------
    >>> pairs_of_levels(np.array([0.0, 1.0, 1.0]), ["a", "a", "b"]).tolist()
    [[1, 0]]
    >>> pairs_of_levels(np.array([0.0, 1.0, 1.0]), ["a", "a", "b"], across=True).tolist()
    [[2, 0]]
    """
    codes, n = numbered(groups), len(levels)
    rng = np.random.default_rng(seed)
    if not across:
        order = np.argsort(codes, kind="stable")
        blocks = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
        grids = [np.stack(np.meshgrid(b, b, indexing="ij"), axis=-1).reshape(-1, 2) for b in blocks]
        pairs = np.concatenate(grids) if n else np.zeros((0, 2), np.intp)
    elif n * (n - 1) <= 20 * MAX_PAIRS:
        pairs = np.stack(np.triu_indices(n, 1), axis=1)
        pairs = np.concatenate([pairs, pairs[:, ::-1]])
    else:
        pairs = np.unique(rng.integers(n, size=(5 * MAX_PAIRS, 2)), axis=0)
    apart = codes[pairs[:, 0]] != codes[pairs[:, 1]]
    pairs = pairs[(levels[pairs[:, 0]] > levels[pairs[:, 1]]) & (apart == across)]
    if len(pairs) > MAX_PAIRS:
        pairs = pairs[np.sort(rng.choice(len(pairs), MAX_PAIRS, replace=False))]
    found: Index = pairs.astype(np.intp)
    return found


def _of_pairs(
    examples: Examples, values: Values, lengths: Values, draws: int, seed: int
) -> dict[str, Estimate]:
    p = examples.p[:, 0]
    told = np.flatnonzero(np.isfinite(p) & (p != 0.5))
    pairs = np.where((p > 0.5)[:, None], examples.pairs, examples.pairs[:, ::-1])[told]
    units = [
        examples.pair_groups[i] or examples.groups[a] or examples.texts[a]
        for i, (a, _) in zip(told, pairs, strict=True)
    ]
    sides = by_longer_side(values, lengths, pairs, units, draws=draws, seed=seed)
    return {
        "pairs": accuracy(values, pairs, units, draws=draws, seed=seed),
        "pairs, lower longer": sides["lower_longer"],
        "pairs, the rest": sides["rest"],
    }
