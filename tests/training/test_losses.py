"""The pairwise loss has the values of the papers, and its slope is its derivative."""

import numpy as np
import pytest

from qualmetrics.training.losses import pairwise_logistic, pairwise_logistic_slope


@pytest.mark.parametrize(("difference", "loss"), [(0, 0.693147), (1, 0.313262), (2, 0.126928)])
def test_the_bradley_terry_loss(difference, loss):
    assert float(pairwise_logistic(difference)) == pytest.approx(loss, abs=5e-7)


def test_a_margin_asks_for_more():
    assert float(pairwise_logistic(1.0, margin=0.5)) == pytest.approx(0.474077, abs=5e-7)


def test_a_soft_label_is_a_cross_entropy():
    assert float(pairwise_logistic(1.2, p=0.9)) == pytest.approx(0.383282, abs=5e-7)


def test_what_nobody_judged_costs_nothing():
    assert pairwise_logistic([3.0, -3.0], p=np.nan).tolist() == [0.0, 0.0]
    assert pairwise_logistic_slope([3.0, -3.0], p=np.nan).tolist() == [0.0, 0.0]


def test_huge_differences_do_not_overflow():
    assert pairwise_logistic([-1e4, 1e4]).tolist() == [1e4, 0.0]


def test_the_slope_is_the_derivative():
    d, h = np.linspace(-4, 4, 17), 1e-6
    for p, margin in ((1.0, 0.0), (0.3, 0.0), (0.8, 0.7)):
        rise = pairwise_logistic(d + h, p, margin) - pairwise_logistic(d - h, p, margin)
        assert pairwise_logistic_slope(d, p, margin) == pytest.approx(rise / (2 * h), abs=1e-8)
