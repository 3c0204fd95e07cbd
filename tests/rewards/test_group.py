"""Operators over groups: the goldens, what rows may not change, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qualmetrics.errors import InputError
from qualmetrics.reward import group as g
from qualmetrics.reward.config import load_reward

NAN = float("nan")
# G12 of the specification (sample standard deviation, + 1e-4 as in TRL).
FOUR = [(1, 0.2), (0, 0.4), (1, 0.1), (0, 0.9)]
WEIGHTS = (1, 0.5)
TABLES = arrays(np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.floats(-9, 9))


def ids(n):
    return [i % 3 for i in range(n)]


def test_sum_then_normalise_has_the_advantages_that_trl_computes():
    expected = [0.897976, -1.122470, 0.785729, -0.561235]
    assert g.sum_then_zscore(FOUR, ["p"] * 4, weights=WEIGHTS) == pytest.approx(expected, abs=5e-7)


def test_normalise_then_sum_has_the_advantages_of_gdpo():
    expected = [0.882986, -1.306981, 0.670988, -0.246994]
    assert g.zscore_then_sum(FOUR, ["p"] * 4, weights=WEIGHTS) == pytest.approx(expected, abs=5e-7)


def test_a_missing_reward_drops_out_of_the_sum_and_a_row_without_any_stays_nan():
    rows = [(1, 0.2), (0, None), (None, None), (0, 0.9)]
    total = g._weighted(g._table(rows, range(4)), WEIGHTS)
    assert total == pytest.approx([1.1, 0, NAN, 0.45], nan_ok=True)
    assert np.isnan(g.sum_then_zscore(rows, ["p"] * 4)).tolist() == [False, False, True, False]


@given(TABLES)
def test_z_scores_of_a_group_add_up_to_nothing_and_ignore_its_level(table):
    groups = ids(len(table))
    scored = g.group_zscores(table[:, 0], groups)
    shifted = g.group_zscores(table[:, 0] + 7, groups)
    for group in set(groups):
        rows = [i for i, other in enumerate(groups) if other == group]
        assert scored[rows].sum() == pytest.approx(0, abs=1e-6)
    assert shifted == pytest.approx(scored, abs=1e-6)


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(table, random):
    groups = ids(len(table))
    order = list(range(len(table)))
    random.shuffle(order)
    moved = [groups[i] for i in order]
    for operator in (g.sum_then_zscore, g.zscore_then_sum, g.pareto_mask, g.pareto_rewards):
        there = operator(table, groups)[order]
        assert operator(table[order], moved) == pytest.approx(there, abs=1e-9)
    pairwise = g.bootstrapped_pairwise(table[:, 0], groups, seed=1)
    assert len(pairwise) == len(table)


@given(TABLES)
def test_another_group_in_the_batch_changes_nothing(table):
    groups, more = ids(len(table)), [*ids(len(table)), "other", "other"]
    wide = np.vstack([table, [[100, -100], [-100, 100]]])
    n = len(table)
    assert g.sum_then_zscore(wide, more)[:n] == pytest.approx(g.sum_then_zscore(table, groups))
    assert g.pareto_mask(wide, more)[:n].tolist() == g.pareto_mask(table, groups).tolist()
    one = g.bootstrapped_pairwise(table[:, 0], groups, seed=3)
    two = g.bootstrapped_pairwise(wide[:, 0], more, seed=3)[:n]
    assert np.array_equal(one, two, equal_nan=True)


# G19 of the specification.
def test_the_pareto_set_is_what_nothing_dominates():
    rows = [(1, 5), (2, 4), (2, 2), (3, 3), (0, 6), (3, 1)]
    assert np.flatnonzero(g.pareto_mask(rows, [0] * 6)).tolist() == [0, 1, 3, 4]


@given(TABLES)
def test_every_row_off_the_front_is_dominated_by_one_on_it(table):
    groups = ids(len(table))
    kept = g.pareto_mask(table, groups)
    for i in range(len(table)):
        rivals = [j for j in range(len(table)) if groups[j] == groups[i] and kept[j]]
        beaten = any((table[j] >= table[i]).all() and (table[j] > table[i]).any() for j in rivals)
        assert beaten != kept[i]


def test_pareto_rewards_are_shared_among_the_kept_and_zero_for_the_rest():
    rewards = g.pareto_rewards([(1, 5), (2, 4), (1, 1), (NAN, 1)], [0] * 4)
    assert rewards.tolist()[:3] == [3.0, 3.0, 0.0]
    assert rewards[3] == 0.0


def test_a_contrast_subtracts_what_baseline_answers_of_the_same_prompt_score():
    found = g.contrast_baseline(
        [0.9, 0.5, 0.7], ["p", "p", "q"], baseline=[0.2, 0.4, 0.9], baseline_ids=["p", "p", "r"]
    )
    assert found == pytest.approx([0.6, 0.2, NAN], nan_ok=True)
    top = g.contrast_baseline(
        [0.9], ["p"], baseline=[0.2, 0.4], baseline_ids=["p", "p"], aggregate=1.0
    )
    assert top == pytest.approx([0.5])


def test_an_answer_that_fits_every_prompt_gets_an_even_share():
    found = g.contrast_negatives([0.8, 0.8], [[0.8, 0.8, 0.8], [0.1, 0.2, NAN]], temperature=0.1)
    assert found[0] == pytest.approx(0.25)
    assert found[1] > 0.99


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 5))
def test_a_contrast_rises_with_the_value_and_stays_between_zero_and_one(value, wrong, more):
    low, high = g.contrast_negatives([value, value + more], [[wrong], [wrong]])
    assert 0 <= low <= high <= 1


def test_length_costs_nothing_before_something_is_good():
    lengths, groups = [10, 20, 40], ["p"] * 3
    none = g.relative_length_penalty(lengths, groups, values=[0, 0, 0], good=0.5)
    some = g.relative_length_penalty(lengths, groups, values=[1, 1, 0], good=0.5)
    assert none.tolist() == [0, 0, 0]
    # The median of the good is 15, so 20 is 5 of 7.5 beyond it, and 40 all of it.
    assert some == pytest.approx([0, -2 / 3, -1])


@given(st.lists(st.floats(1, 500), min_size=2, max_size=10), st.floats(0.1, 3), st.floats(0.1, 3))
def test_the_length_penalty_falls_with_length_inside_its_bounds(lengths, tolerance, maximum):
    values = [float(i % 2) for i in range(len(lengths))]
    found = g.relative_length_penalty(
        lengths, [0] * len(lengths), values=values, good=0.5, tolerance=tolerance, maximum=maximum
    )
    order = np.argsort(lengths)
    assert (np.diff(found[order]) <= 1e-12).all()
    assert found.min() >= -maximum - 1e-12
    assert found.max() <= 0


def test_each_row_wins_or_loses_against_one_of_its_group():
    found = g.bootstrapped_pairwise([1.0, 2.0, 3.0, 4.0], ["p"] * 4, seed=0, drop_beyond=1.0)
    yardstick = int(np.flatnonzero(found == 0)[0])
    assert found.tolist() == [float(np.sign(i - yardstick)) for i in range(4)]


def test_a_judge_who_changes_his_mind_with_the_order_says_nothing():
    first_wins = g.bootstrapped_pairwise(lambda i, j: 0.9, ["p"] * 4, seed=0)
    assert first_wins.tolist() == [0, 0, 0, 0]
    fair = g.bootstrapped_pairwise(lambda i, j: float(i > j), ["p"] * 5, seed=0, drop_beyond=1)
    assert set(fair.tolist()) <= {-1.0, 0.0, 1.0}
    assert np.count_nonzero(fair) == 4


def test_a_group_with_an_unusual_yardstick_is_dropped():
    assert np.isnan(g.bootstrapped_pairwise([0.0, 1.0], ["p"] * 2, seed=0)).all()


def test_a_group_of_one_learns_nothing():
    assert g.group_zscores([3.0], ["p"]).tolist() == [0.0]
    assert g.bootstrapped_pairwise([3.0], ["p"], seed=0).tolist() == [0.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: g.group_zscores([1, 2], ["p"]),
        lambda: g.sum_then_zscore([1, 2], ["p", "p"]),
        lambda: g.sum_then_zscore(FOUR, ["p"] * 4, weights=[1]),
        lambda: g.contrast_baseline([1], ["p"], baseline=[1], baseline_ids=["p"], aggregate=2),
        lambda: g.contrast_negatives([1, 2], [[1]]),
        lambda: g.contrast_negatives([1], [[1]], temperature=0),
        lambda: g.relative_length_penalty([1], ["p"], values=[1], good=0, tolerance=0),
    ],
)
def test_a_wrong_call_is_refused(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize("name", g.OPERATORS)
def test_a_configuration_is_told_that_it_cannot_hold_a_group_operator(name):
    with pytest.raises(InputError, match=r"all completions of a prompt.*reward\.group"):
        load_reward({"name": "r", "undefined": 0, "reward": {"use": name}})
