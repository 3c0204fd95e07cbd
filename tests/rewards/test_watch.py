"""What to watch while a model learns: expected values by hand."""

import math

import pytest

from qualmetrics.errors import InputError
from qualmetrics.reward.watch import watched


def test_length_correlation_is_that_inside_groups():
    # Group b is longer and better rewarded as a whole; inside groups length costs.
    found = watched([2, 1, 0, 12, 11, 10], [1, 2, 3, 101, 102, 103], "aaabbb")
    assert found["length_correlation"] == pytest.approx(-1.0)
    # Centred: rewards 1, -1, 1, -1 and lengths 1, -1, -1, 1.
    assert watched([3, 1, 3, 1], [5, 3, 3, 5], "aabb")["length_correlation"] == pytest.approx(0.0)


def test_spread_and_flat_groups():
    found = watched([0, 2, 5, 5, 7], [1, 1, 1, 1, 1], "aabbc")
    assert found["group_spread"] == pytest.approx((math.sqrt(2) + 0) / 2)
    assert found["flat_groups"] == 0.5
    assert "length_correlation" not in found


def test_saturation_is_told_at_both_ends_of_the_scale():
    found = watched([1.0, 0.995, 0.5, 0.0, math.nan], [1] * 5, "aabbb", (0, 1))
    assert (found["at_top"], found["at_bottom"]) == (0.5, 0.25)
    assert found["without_value"] == pytest.approx(0.2)
    assert "at_top" not in watched([1.0], [1], "a")


def test_rows_without_value_and_groups_of_one_say_nothing():
    assert watched([1.0, math.nan], [1, 2], "aa") == {"without_value": 0.5}
    assert watched([], [], []) == {}


def test_unequal_lengths_are_refused():
    with pytest.raises(InputError, match="2 values, 1 lengths"):
        watched([1, 2], [1], "ab")
