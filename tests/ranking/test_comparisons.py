"""Strengths from comparisons: recovery, order bias, sums of probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.ranking import aggregate, compare, debias_order, fit_bradley_terry, fit_scale
from qualmetrics.text.inputs import Counts


def test_strengths_are_recovered_from_simulated_comparisons() -> None:
    """50 items with 200 comparisons each: Pearson above .98 (QuRating's setting)."""
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 1.5, 50)
    wins = np.zeros((50, 50))
    for i in range(50):
        for j in rng.choice(np.delete(np.arange(50), i), 100):  # each is also drawn by others
            if rng.random() < 1 / (1 + np.exp(truth[j] - truth[i])):
                wins[i, j] += 1
            else:
                wins[j, i] += 1
    found = fit_bradley_terry(wins)
    assert np.corrcoef(found, truth)[0, 1] > 0.98


def test_two_items_differ_by_the_log_of_their_odds() -> None:
    found = fit_bradley_terry([[0, 3], [1, 0]])
    assert found[0] - found[1] == pytest.approx(np.log(3), abs=1e-8)


def test_at_the_maximum_expected_wins_are_the_wins() -> None:
    """The score equations of the likelihood, which no implementation chooses."""
    rng = np.random.default_rng(2)
    wins = rng.integers(1, 9, (6, 6)).astype(float)
    np.fill_diagonal(wins, 0)
    s = fit_bradley_terry(wins)
    p = 1 / (1 + np.exp(s[None, :] - s[:, None]))
    np.fill_diagonal(p, 0)
    assert ((wins + wins.T) * p).sum(axis=1) == pytest.approx(wins.sum(axis=1), abs=1e-6)


def test_an_unbeaten_item_is_refused_and_named() -> None:
    with pytest.raises(InputError, match=r"\[0\]; \[1, 2\]"):
        fit_bradley_terry([[0, 2, 2], [0, 0, 1], [0, 1, 0]])


def test_an_unbeaten_item_is_finite_with_regularisation() -> None:
    found = fit_bradley_terry([[0, 2, 2], [0, 0, 1], [0, 1, 0]], regularisation=1.0)
    assert np.isfinite(found).all()
    assert found.argmax() == 0


def test_a_bias_for_the_first_place_cancels_exactly() -> None:
    truth = np.array([0.9, 0.5, 0.2])
    bias = 0.07
    np.testing.assert_allclose(debias_order(truth + bias, 1 - truth + bias), truth, atol=1e-15)


def test_the_softmax_sum_adds_up_rows() -> None:
    table = [[0, 0.9, 0.8], [0.2, 0, 0.6], [0.1, 0.3, 0]]
    np.testing.assert_allclose(aggregate(table), [1.7, 0.8, 0.4])


@pytest.mark.parametrize("method", ["softmax_sum", "vote", "copeland", "bt_mle"])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_the_order_of_the_items_does_not_matter(method: str, data: st.DataObject) -> None:
    n = 5
    cells = data.draw(st.lists(st.floats(0.05, 0.95), min_size=n * n, max_size=n * n))
    table = np.array(cells).reshape(n, n)
    order = np.array(data.draw(st.permutations(range(n))))
    plain = aggregate(table, method=method)
    turned = aggregate(table[np.ix_(order, order)], method=method)
    np.testing.assert_allclose(turned, plain[order], atol=1e-6)


def ranker(unit: str) -> Scorer:
    spec = Spec(name="letters_per_text", family="ranker", unit=unit)
    return Scorer(spec, (Counts("en/1", ("letters",)),), _letters)


def _letters(arrays: dict[str, np.ndarray]) -> np.ndarray:
    return arrays["letters"][:, None]


def test_a_comparison_is_the_sigmoid_of_the_difference() -> None:
    found = compare(ranker("log-odds"), ["abc", "a", "!"], ["a", "abc", "a"])
    np.testing.assert_allclose(found, [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2)), np.nan])


def test_a_formula_gives_no_probability() -> None:
    with pytest.raises(InputError, match="no log-odds"):
        compare(ranker("US grade"), ["a"], ["b"])


def test_a_formula_gives_a_probability_on_a_fitted_scale() -> None:
    found = compare(ranker("letters"), ["abc"], ["a"], scale=0.5)
    np.testing.assert_allclose(found, [1 / (1 + np.exp(-1))])


def test_the_scale_is_where_the_likelihood_is_highest() -> None:
    rng = np.random.default_rng(3)
    gap = rng.normal(0, 2, 400)
    p = (rng.random(400) < 1 / (1 + np.exp(-0.7 * gap))).astype(float)
    scale = fit_scale(gap, p)

    def likelihood(s: float) -> float:
        return float(np.log(np.where(p > 0, 1, -1) * (1 / (1 + np.exp(-s * gap)) - (p == 0))).sum())

    assert likelihood(scale) > max(likelihood(scale - 1e-3), likelihood(scale + 1e-3))
    assert scale == pytest.approx(0.7, abs=0.15)


def test_pairs_that_are_all_right_fit_no_scale() -> None:
    with pytest.raises(InputError, match="any steepness fits"):
        fit_scale([1.0, 2.0])
