"""Which term drives a reward: shares that add up, and the formula they equal for sums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualmetrics.errors import InputError
from qualmetrics.reward.composition import gate, harmonic, product, weighted_mean, weighted_sum
from qualmetrics.reward.explain import explain_groups
from qualmetrics.reward.shaping import clip, column, target_band

A, B = column("a"), column("b")
UNIT = {name: clip(column(name), low=0, high=1, undefined=None) for name in "ab"}
VALUES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=12)


def explained(reward, a, b, groups):
    scores = reward(["x"] * len(a), columns={"a": a, "b": b})
    return explain_groups(reward, scores, groups)


@given(VALUES, st.floats(-2, 2), st.floats(0.1, 2))
def test_the_share_of_a_sum_is_covariance_over_variance(rows, u, w):
    a, b = (np.array(column) for column in zip(*rows, strict=True))
    groups = np.arange(len(rows)) % 2
    total = u * a + w * b
    inside = {g: np.flatnonzero(groups == g) for g in (0, 1)}

    def covariance(x, y):
        return sum(((x[i] - x[i].mean()) * (y[i] - y[i].mean())).sum() for i in inside.values())

    if covariance(total, total) < 1e-6:
        return
    reward = weighted_sum({"a": A, "b": B}, weights={"a": u, "b": w}, undefined=None)
    shares = explained(reward, a, b, groups.tolist()).shares
    expected = [covariance(u * a, total), covariance(w * b, total)]
    assert list(shares.values()) == pytest.approx(
        np.array(expected) / covariance(total, total), abs=1e-6
    )


@pytest.mark.parametrize("operator", [harmonic, product, weighted_mean])
@given(VALUES)
def test_the_shares_of_any_composition_add_up_to_one(operator, rows):
    a, b = zip(*rows, strict=True)
    try:
        found = explained(operator(UNIT, undefined=None), a, b, [0] * len(rows))
    except InputError:  # no two differ
        return
    assert sum(found.shares.values()) == pytest.approx(1, abs=1e-6)


def test_what_does_not_differ_inside_a_group_drives_nothing():
    reward = weighted_sum({"a": A, "b": B}, undefined=None)
    found = explained(reward, [0, 0, 9, 9], [1, 2, 5, 7], [0, 0, 1, 1])
    assert found.shares == pytest.approx({"a": 0, "b": 1})


def test_a_gate_shows_up_as_a_term_of_its_own():
    reward = gate(A, when=B, at_least=1, floor=0.0, undefined=None)
    found = explained(reward, [0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], [0] * 4)
    assert found.shares == pytest.approx({"a": 0, "b": 1})


def test_it_prints_a_table_with_the_largest_share_first():
    reward = weighted_sum({"a": A, "b": B}, undefined=None)
    lines = str(explained(reward, [0, 1], [0, 3], ["p", "p"])).splitlines()
    assert lines[0].split() == ["term", "share", "r"]
    assert [line.split()[:2] for line in lines[1:3]] == [["b", "75.0%"], ["a", "25.0%"]]
    assert "1 groups, 2 of 2 rows" in lines[3]


def test_undefined_rows_and_groups_of_one_are_left_out_and_counted():
    reward = weighted_sum({"a": A, "b": B}, undefined=None)
    found = explained(reward, [0, 1, None, 5], [0, 1, 1, 5], ["p", "p", "p", "q"])
    assert (found.used, found.total, found.groups) == (2, 4, 1)


def test_a_skipped_term_has_a_share_all_the_same():
    reward = weighted_mean({"a": A, "b": B}, missing="skip", undefined=None)
    found = explained(reward, [0, 1, 0.5], [0.3, None, 0.9], [0] * 3)
    assert sum(found.shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("a", "groups", "match"),
    [([1, 1], [0, 0], "no two completions"), ([1, 2], [0], "group ids")],
)
def test_where_there_is_nothing_to_explain_it_says_so(a, groups, match):
    reward = weighted_sum({"a": A, "b": B}, undefined=None)
    scores = reward(["x"] * 2, columns={"a": a, "b": [0, 0]})
    with pytest.raises(InputError, match=match):
        explain_groups(reward, scores, groups)


def test_a_scorer_without_terms_says_so():
    with pytest.raises(InputError, match="no composition"):
        explain_groups(A, A(["x"], columns={"a": [1]}), [0])
    band = target_band(A, target="t", width=1, undefined=None)
    with pytest.raises(InputError, match="reads a column"):
        explain_groups(band, band(["x"], columns={"a": [1], "t": [1]}), [0])
