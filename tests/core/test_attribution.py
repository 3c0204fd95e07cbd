"""Shares of a formula: hand-computed, and adding up exactly."""

import numpy as np
import pytest

from qualmetrics.attribution import NotAdditiveError, Quantity, through
from qualmetrics.formula import xp


def count(parts, reference):
    return Quantity(float(sum(parts)), float(reference), np.array([*parts, 0.0]), is_count=True)


def test_the_shares_of_a_ratio_are_each_parts_distance_from_the_reference_rate():
    # 12 syllables in 8 words against a reference of 1 syllable a word: (5 - 3)/8 and (7 - 5)/8.
    ratio = count([5, 7], 10) / count([3, 5], 10)
    assert (ratio.value, ratio.reference) == (1.5, 1.0)
    assert ratio.shares.tolist() == [0.25, 0.25, 0.0]


@pytest.mark.parametrize(
    "formula",
    [
        lambda w, s, y: 206.835 - 1.015 * (w / s) - 84.6 * (y / w),
        lambda w, s, y: 1.043 * xp.sqrt(30 * y / s) + 3.1291,
        lambda w, s, y: (y / w) * xp.log(w / s),
        lambda w, s, y: 100 * (w - 1) / (y + 3) - 2 * s,
        lambda w, s, y: (w / s) ** 2 / (y / w),
        lambda w, s, y: 1.0 - 1.0 / (w / s),
    ],
)
def test_the_shares_of_any_smooth_formula_add_up_to_its_distance_from_the_reference(formula):
    words, sentences, syllables = count([3, 5, 9], 21), count([1, 1, 1], 2), count([5, 7, 20], 33)
    made = formula(words, sentences, syllables).settled()
    assert made.shares.sum() == pytest.approx(made.value - made.reference, abs=1e-12)
    assert made.value == pytest.approx(float(formula(17.0, 3.0, 32.0)), abs=1e-12)
    assert made.reference == pytest.approx(float(formula(21.0, 2.0, 33.0)), abs=1e-12)


def test_a_function_at_its_reference_has_the_slope_and_no_distance():
    made = through(np.sqrt, Quantity(4.0, 4.0, np.array([1.0, -1.0, 0.0])))
    assert made.value - made.reference == 0.0
    assert made.shares[0] == pytest.approx(0.25, rel=1e-5)


def test_a_formula_that_compares_has_no_shares():
    with pytest.raises(NotAdditiveError):
        count([1, 2], 3) > 2.0  # noqa: B015
    with pytest.raises(NotAdditiveError):
        xp.where(count([1, 2], 3), 1.0, 2.0)
