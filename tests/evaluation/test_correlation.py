"""Correlations and tests between scorers, against scipy and published worked examples."""

import math

import numpy as np
import pytest

from qualmetrics.evaluation import correlation, permutation, wilcoxon, williams
from qualmetrics.evaluation.correlation import williams_t

stats = pytest.importorskip("scipy.stats")
RNG = np.random.default_rng(3)
HUMAN = RNG.normal(size=80)
GOOD = HUMAN + 0.5 * RNG.normal(size=80)
POOR = HUMAN + 3.0 * RNG.normal(size=80)


@pytest.mark.parametrize(
    ("kind", "function"),
    [("pearson", "pearsonr"), ("spearman", "spearmanr"), ("kendall", "kendalltau")],
)
def test_correlations_equal_scipy(kind: str, function: str) -> None:
    tied = np.round(GOOD)
    expected = getattr(stats, function)(tied, HUMAN)[0]
    assert correlation(tied, HUMAN, kind=kind, draws=2).value == pytest.approx(expected, abs=1e-12)


def test_williams_is_howells_worked_example() -> None:
    """Howell, Statistical Methods for Psychology, 6th edition, page 262, as SPSS prints it."""
    t, p = williams_t(0.80, 0.72, 0.89, 26)
    assert (round(t, 3), round(p, 3)) == (1.361, 0.187)


def test_williams_by_hand() -> None:
    # r12 .5, r13 .3, r23 .4, n 103. |R| = 1-.25-.09-.16+.12 = .62; mean r = .4;
    # t = .2 sqrt(102 * 1.4 / (2 * .62 * 102/100 + .16 * .216)) = .2 sqrt(142.8 / 1.29936).
    t, p = williams_t(0.5, 0.3, 0.4, 103)
    assert t == pytest.approx(0.2 * math.sqrt(142.8 / 1.29936), abs=1e-9)
    assert p == pytest.approx(2 * stats.t.sf(t, 100), abs=1e-12)


def test_the_better_scorer_is_told_from_the_poor_one() -> None:
    assert williams(GOOD, POOR, HUMAN).p < 1e-6
    assert permutation(GOOD, POOR, HUMAN, draws=200).p == pytest.approx(1 / 201)


def test_a_scorer_does_not_differ_from_itself() -> None:
    assert williams(GOOD, 2 * GOOD + 1, HUMAN).p == pytest.approx(1.0, abs=1e-3)
    assert permutation(GOOD, GOOD, HUMAN, draws=50).p == 1.0


def test_the_permutation_test_is_calibrated() -> None:
    """Of two equally good scorers it calls about one comparison in twenty different."""
    rng = np.random.default_rng(5)
    alarms = 0
    for seed in range(200):
        human = rng.normal(size=40)
        one, other = (human + rng.normal(size=40) for _ in range(2))
        alarms += permutation(one, other, human, draws=99, seed=seed).p <= 0.05
    assert 2 <= alarms <= 22  # binomial(200, .05): beyond this in one run of a thousand


def test_wilcoxon_equals_scipy() -> None:
    found = wilcoxon(GOOD, POOR)
    expected = stats.wilcoxon(np.round(GOOD - POOR, 12))
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)


def test_an_undefined_item_is_left_out_and_counted() -> None:
    found = correlation([1, 2, math.nan, 4], [1, 2, 3, 4], draws=5)
    assert (found.value, found.n, found.n_undefined) == (1.0, 3, 1)


def test_a_constant_scorer_has_no_correlation() -> None:
    assert math.isnan(correlation([1, 1, 1], [1, 2, 3], draws=5).value)
