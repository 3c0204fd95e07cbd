"""Saturation, spread and calibration: by hand, and on numbers that do not exist."""

import math

import numpy as np
import pytest

from qualmetrics.audit.scale import calibration, group_spread, saturation
from qualmetrics.errors import InputError

RNG = np.random.default_rng(0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_values_at_a_bound_are_counted_and_one_greatest_value_is_not() -> None:
    found = saturation([0.0, 0.2, 0.7, 1.0, 1.0, np.nan], bounds=(0, 1), draws=10)
    assert (found.low.value, found.high.value) == (0.2, 0.4)
    assert (found.high.n, found.high.n_undefined, found.distinct) == (5, 1, 4)
    free = saturation([0.0, 0.2, 0.7, 1.0, 1.0], draws=10)
    assert (free.low.value, free.high.value) == (0.0, 0.4)


def test_a_ceiling_below_the_bound_is_an_end_too() -> None:
    assert saturation([0.1, 0.9, 0.9], bounds=(0, 1), draws=10).high.value == pytest.approx(2 / 3)


def test_almost_at_the_bound_is_at_the_end_where_the_scale_is_known() -> None:
    found = saturation([0.5, 0.98, 0.991, 0.9999], bounds=(0, 1), draws=10)
    assert (found.high.value, found.ends) == (0.5, (0.5, 1.0))
    assert saturation([0.5, 0.98, 0.991, 0.9999], bounds=(None, 1), draws=10).high.value == 0.0


def test_constant_values_stand_at_both_ends_and_nothing_has_none() -> None:
    flat = saturation([3, 3, 3], draws=10)
    assert (flat.low.value, flat.high.value, flat.distinct) == (1.0, 1.0, 1)
    assert math.isnan(saturation([np.nan], draws=10).low.value)
    assert math.isnan(saturation([], draws=10).high.value)


def test_spread_by_hand() -> None:
    found = group_spread([0, 2, 10, 12, 5, 5, 1, np.nan], list("aabbccdd"), draws=10)
    assert found.within.value == pytest.approx(2 * math.sqrt(2) / 3)
    assert found.share.value == pytest.approx(
        found.within.value / np.std([0, 2, 10, 12, 5, 5, 1], ddof=1)
    )
    assert (found.flat.value, found.n_single) == (pytest.approx(1 / 3), 1)


def test_values_that_depend_on_nothing_have_no_spread_to_be_a_part_of() -> None:
    found = group_spread([2, 2, 2, 2], "aabb", draws=10)
    assert (found.within.value, found.flat.value) == (0, 1)
    assert math.isnan(found.share.value)


def test_calibration_by_hand() -> None:
    # Three at .8 (two right), one at .55 that is wrong, one at .5 that is half right.
    found = calibration([0.8, 0.2, 0.8, 0.45, 0.5], [1, 0, 0, 1, 1], draws=10)
    by_hand = (3 * abs(2 / 3 - 0.8) + abs(0.0 - 0.55 + 0.0)) / 5
    assert [one.n for one in found.bins] == [1, 1, 3]
    assert found.error.value == pytest.approx(by_hand, abs=1e-12)
    assert found.right == pytest.approx((2 + 0 + 0.5) / 5)


def test_which_side_comes_first_changes_nothing() -> None:
    p, won = RNG.random(200), RNG.integers(0, 2, 200).astype(float)
    there, back = calibration(p, won, draws=10), calibration(1 - p, 1 - won, draws=10)
    assert there.error.value == pytest.approx(back.error.value)


def test_honest_log_odds_are_calibrated_and_threefold_ones_are_not() -> None:
    gap = RNG.normal(size=20_000)
    won = (RNG.random(20_000) < sigmoid(gap)).astype(float)
    assert calibration(sigmoid(gap), won, draws=10).error.value < 0.015
    assert calibration(sigmoid(3 * gap), won, draws=10).error.value > 0.1


def test_the_edge_of_a_bin_is_in_the_upper_one_and_certainty_in_the_last() -> None:
    edges = calibration(np.arange(0.5, 1.0001, 0.05), np.ones(11), draws=10).bins
    assert [one.n for one in edges] == [1] * 9 + [2]


def test_what_is_no_probability_is_refused_and_nan_counted() -> None:
    with pytest.raises(InputError, match=r"probability must lie in 0 to 1; got -2 to 3"):
        calibration([-2, 3], [0, 1])
    with pytest.raises(InputError, match="bins"):
        calibration([0.5], [1], bins=0)
    found = calibration([np.nan, 0.9], [1, 1], draws=10).error
    assert (found.n, found.n_undefined) == (1, 1)
