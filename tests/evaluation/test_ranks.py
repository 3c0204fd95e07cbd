"""Order inside groups: definitions by hand, ties, undefined groups."""

import math

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.evaluation import by_group, ndcg, pair_accuracy, ranking_accuracy
from qualmetrics.evaluation.bootstrap import bootstrap, mean_over_units


def test_ndcg_of_the_reversed_order_is_still_high() -> None:
    # By hand: (1/1 + 2/1.585 + 3/2) / (3/1 + 2/1.585 + 1/2) = 3.7619 / 4.7619.
    by_hand = (1 + 2 / math.log2(3) + 3 / 2) / (3 + 2 / math.log2(3) + 1 / 2)
    assert ndcg([3, 2, 1], [1, 2, 3]) == pytest.approx(by_hand, abs=1e-12)
    assert round(by_hand, 2) == 0.79


def test_ndcg_equals_scikit_learn_with_ties() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    for _ in range(50):
        levels = rng.integers(0, 4, 6).astype(float) + np.array([1, 0, 0, 0, 0, 0])
        values = rng.integers(0, 3, 6).astype(float)
        expected = metrics.ndcg_score([levels], [values])
        assert ndcg(values, levels) == pytest.approx(expected, abs=1e-12)


def test_a_scorer_that_says_the_same_of_all_is_strictly_wrong_and_leniently_right() -> None:
    assert ranking_accuracy([2, 2, 2], [1, 2, 3]) == 0
    assert ranking_accuracy([2, 2, 2], [1, 2, 3], strict=False) == 1


def test_order_inside_a_level_does_not_matter() -> None:
    assert ranking_accuracy([1, 3, 2, 4], [0, 1, 1, 2]) == 1


def test_a_tied_pair_counts_as_told() -> None:
    assert pair_accuracy([1, 2, 2], [1, 2, 3]) == pytest.approx(2.5 / 3)
    assert pair_accuracy([1, 2, 2], [1, 2, 3], ties=0) == pytest.approx(2 / 3)


def test_groups_of_one_level_are_undefined_and_counted() -> None:
    found = by_group([1, 2, 5, 6], [0, 1, 1, 1], ["a", "a", "b", "b"]).means(draws=20)
    assert (found["ra_strict"].value, found["ra_strict"].n) == (1.0, 1)
    assert found["ra_strict"].n_undefined == 1


def test_a_text_without_a_value_leaves_its_group_and_is_counted() -> None:
    found = by_group([1, math.nan, 3], [0, 1, 2], "aaa")
    assert found.n_left_out == 1
    assert found.table["ra_strict"].tolist() == [1.0]


def test_kendall_of_one_swapped_pair_in_three_is_a_third() -> None:
    found = by_group([2, 1, 3], [0, 1, 2], "aaa")
    assert found.table["kendall"][0] == pytest.approx(1 / 3)
    assert found.table["spearman"][0] == pytest.approx(0.5)


def test_one_group_has_no_interval() -> None:
    values = np.array([0.0, 1.0] * 2)
    for found in (
        bootstrap(lambda index: float(values[index].mean()), ["a"] * 4, draws=5),
        mean_over_units(values, ["a"] * 4, draws=5),
    ):
        assert found.value == 0.5
        assert np.isnan([found.low, found.high]).all()


def test_intervals_redraw_whole_groups() -> None:
    # Copies inside two equal groups say no more than the groups.
    values = np.array([0.0, 1.0] * 2)
    same = bootstrap(lambda index: float(values[index].mean()), list("aabb"), draws=50)
    assert (same.low, same.high) == (0.5, 0.5)


def test_mean_over_units_leaves_undefined_units_out() -> None:
    found = mean_over_units(np.array([1.0, math.nan, 0.0]), draws=50)
    assert (found.value, found.n, found.n_undefined) == (0.5, 2, 1)


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="2 values but 1 groups"):
        by_group([1, 2], [0, 1], "a")
