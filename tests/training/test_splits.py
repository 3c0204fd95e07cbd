"""Splits keep groups together, and what is on both sides is refused by name."""

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.training.data import Examples
from qualmetrics.training.splits import check_disjoint, folds, join, split_by_group


def made(texts, pairs=(), groups=None, ids=(), values=None):
    n = len(texts)
    return Examples(
        texts=tuple(texts),
        pairs=np.array(pairs, np.int64).reshape(-1, 2),
        p=np.ones((len(pairs), 1)),
        margin=np.zeros(len(pairs)),
        pair_groups=("",) * len(pairs),
        values=np.full((n, 1), np.nan) if values is None else np.array(values, float)[:, None],
        groups=tuple(groups or [""] * n),
        ids=tuple(ids),
    )


def test_a_group_is_never_cut():
    groups = [f"g{i // 3}" for i in range(30)]
    train, dev = split_by_group(made([f"t{i}" for i in range(30)], groups=groups), 0.3, seed=1)
    assert set(train.groups).isdisjoint(dev.groups)
    assert len(train.texts) + len(dev.texts) == 30
    assert len(dev.texts) == 9


def test_the_two_texts_of_a_pair_stay_together():
    texts = [f"t{i}" for i in range(20)]
    examples = made(texts, [(i, i + 1) for i in range(0, 20, 2)])
    train, dev = split_by_group(examples, 0.2)
    assert train.n_pairs + dev.n_pairs == 10
    assert train.report["pairs_across_the_split"] == 0


def test_a_tournament_is_split_by_text_and_counts_the_pairs_across():
    texts = [f"t{i}" for i in range(10)]
    every = [(i, j) for i in range(10) for j in range(i)]
    train, dev = split_by_group(made(texts, every), 0.3)
    across = train.report["pairs_across_the_split"]
    assert train.n_pairs + dev.n_pairs + across == len(every)
    assert across == 7 * 3


def test_one_group_only_cannot_be_split():
    with pytest.raises(InputError, match="nothing can be held out"):
        split_by_group(made(["a", "b"], groups=["g", "g"]), 0.5)


def test_each_text_is_held_out_in_one_fold():
    parts = folds(made([f"t{i}" for i in range(10)], groups=list("aabbccddee")), 5)
    assert sorted(text for _, held in parts for text in held.texts) == [f"t{i}" for i in range(10)]
    assert all(set(train.groups).isdisjoint(held.groups) for train, held in parts)


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (made(["A text."]), made(["a  TEXT."]), "1 text in two parts: 'a text.' .train and dev."),
        (made(["a"], ids=["x1"]), made(["b"], ids=["x1"]), "1 id in two parts: 'x1'"),
        (made(["a"], groups=["g"]), made(["b"], groups=["g"]), "1 group in two parts: 'g'"),
    ],
)
def test_what_is_on_both_sides_is_an_error_that_names_it(left, right, told):
    with pytest.raises(InputError, match=told):
        check_disjoint({"train": left, "dev": right})


def test_parts_that_share_nothing_pass():
    check_disjoint({"train": made(["a"], ids=["1"]), "dev": made(["b"], ids=["2"])})


def test_joined_corpora_keep_a_shared_text_once():
    joined = join(made(["a", "b"], [(0, 1)]), made(["c", "a"], [(0, 1)]))
    assert joined.texts == ("a", "b", "c")
    assert joined.pairs.tolist() == [[0, 1], [2, 0]]
