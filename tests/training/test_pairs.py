"""Pairs are made of levels and ratings as the strategy says."""

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.training.data import Examples
from qualmetrics.training.pairs import PairConfig, both_orders, sample


def rated(values, groups=None, *, within=False):
    n = len(values)
    return Examples(
        texts=tuple(f"t{i}" for i in range(n)),
        pairs=np.zeros((0, 2), np.int64),
        p=np.zeros((0, 1)),
        margin=np.zeros(0),
        pair_groups=(),
        values=np.array(values, float)[:, None],
        groups=tuple(groups or [""] * n),
        within_groups=within,
    )


def judged(p):
    m = len(p)
    return Examples(
        texts=("a", "b"),
        pairs=np.array([[0, 1]] * m),
        p=np.array(p, float)[:, None],
        margin=np.zeros(m),
        pair_groups=("",) * m,
        values=np.full((2, 1), np.nan),
        groups=("", ""),
    )


def found(examples, **settings):
    return {tuple(pair) for pair in sample(examples, PairConfig(**settings)).pairs.tolist()}


def test_all_pairs_of_different_value_have_the_higher_first():
    assert found(rated([1, 3, 2, 3])) == {(1, 0), (2, 0), (3, 0), (1, 2), (3, 2)}


def test_levels_are_compared_inside_a_group_only():
    examples = rated([1, 2, 1, 2], ["g", "g", "h", "h"], within=True)
    assert found(examples) == {(1, 0), (3, 2)}


def test_adjacent_values_only():
    assert found(rated([1, 2, 5]), strategy="adjacent") == {(1, 0), (2, 1)}


def test_nprm_keeps_the_ends_and_one_between():
    pairs = found(rated([5, 1, 2, 3, 4], ["g"] * 5, within=True), strategy="nprm")
    assert len(pairs) == 3
    assert (0, 1) in pairs


def test_a_minimum_gap_leaves_close_ratings_out():
    assert found(rated([0, 0.2, 1]), min_gap=0.5) == {(2, 0), (2, 1)}


def test_unsure_judgements_are_left_out_and_counted():
    made = sample(judged([0.6, 0.75, 0.1]), PairConfig(confidence=0.5))
    assert made.p[:, 0].tolist() == [0.75, 0.1]
    assert made.report["pairs_unsure"] == 1


def test_no_pair_left_is_an_error():
    with pytest.raises(InputError, match="no pair is left of 1"):
        sample(judged([0.6]), PairConfig(confidence=0.5))


def test_a_margin_follows_the_difference_of_the_ratings():
    made = sample(rated([0, 2]), PairConfig(margin_scale=0.25))
    assert made.margin.tolist() == [0.5]


def test_more_pairs_than_asked_are_drawn_at_random_and_counted():
    made = sample(rated(range(50)), PairConfig(max_pairs=100))
    assert made.n_pairs == 100
    assert len({tuple(pair) for pair in made.pairs.tolist()}) == 100


def test_both_orders_turn_the_probability():
    turned = both_orders(judged([0.75]))
    assert turned.pairs.tolist() == [[0, 1], [1, 0]]
    assert turned.p[:, 0].tolist() == [0.75, 0.25]


def test_an_unknown_strategy_is_refused():
    with pytest.raises(InputError, match="strategy 'some' is not one of"):
        PairConfig(strategy="some")
