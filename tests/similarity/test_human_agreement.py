"""The statistics of benchmarks/human_agreement.py against scipy and against hand counts."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats", reason="the extra 'bench' is not installed")
PATH = Path(__file__).parents[2] / "benchmarks" / "human_agreement.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("human_agreement", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


RNG = np.random.default_rng(5)
HUMAN = RNG.integers(1, 6, 60).astype(float)
VALUES = HUMAN + RNG.normal(0, 2, 60).round(1)


def test_spearman_with_ties_is_that_of_scipy(bench):
    expected = stats.spearmanr(VALUES, HUMAN).statistic
    assert bench.spearman(VALUES, HUMAN) == pytest.approx(expected, abs=1e-12)


def test_a_constant_side_has_no_correlation(bench):
    assert np.isnan(bench.spearman(np.ones(5), HUMAN[:5]))
    assert np.isnan(bench.kendall(np.ones(5), HUMAN[:5]))


def test_strata_are_correlated_by_themselves_and_averaged(bench):
    strata = ["a"] * 20 + ["b"] * 40
    found = bench.Across(bench.kendall, HUMAN, range(60), strata).estimate(VALUES, 20, 0)
    parts = [stats.kendalltau(VALUES[s], HUMAN[s]).statistic for s in (slice(20), slice(20, 60))]
    assert found.point == pytest.approx(np.mean(parts), abs=1e-12)
    assert found.n == 60


def test_within_units_is_the_mean_of_the_correlations_of_each(bench):
    units = np.repeat(range(6), 10)
    found = bench.Within(bench.kendall, HUMAN, units).estimate(VALUES, 20, 0)
    parts = [stats.kendalltau(VALUES[units == u], HUMAN[units == u]).statistic for u in range(6)]
    assert found.point == pytest.approx(np.mean(parts), abs=1e-12)


def test_a_preference_that_is_tied_is_lost(bench):
    values = np.array([3.0, 2.0, 2.0, 1.0])
    # 3 > 2 right, 2 = 2 wrong, 1 > 3 wrong, 3 > 1 right: (2 - 2) / 4; the share is 2 of 4.
    sides = np.array([0, 1, 3, 0]), np.array([1, 2, 0, 3])
    ranks = bench.Preferred(*sides, ["r", "r", "s", "s"])
    assert ranks.estimate(values, 20, 0).point == 0.0
    assert bench.Preferred(*sides, "rrss", share=True).estimate(values, 20, 0).point == 0.5


def test_a_row_without_a_value_is_left_out_and_not_counted(bench):
    values = VALUES.copy()
    values[:5] = np.nan
    found = bench.Across(bench.spearman, HUMAN, range(60)).estimate(values, 20, 0)
    assert found.n == 55
    expected = stats.spearmanr(VALUES[5:], HUMAN[5:]).statistic
    assert found.point == pytest.approx(expected, abs=1e-12)


def test_whole_units_are_drawn(bench):
    # Two units: in one the scorer is right, in the other wrong; a draw has 0, 1 or 2 of the first.
    values, human = np.array([1.0, 2.0, 1.0, 2.0]), np.array([1.0, 2.0, 2.0, 1.0])
    found = bench.Within(bench.spearman, human, "aabb").estimate(values, 200, 0)
    assert sorted(set(found.resamples.tolist())) == [-1.0, 0.0, 1.0]


def test_a_limit_takes_whole_units(bench):
    rows = [{"doc": i // 4, "i": i} for i in range(40)]
    some = bench._some(rows, 10, 0, lambda row: row["doc"])
    assert len(some) == 12
    assert [row["i"] for row in some] == sorted(row["i"] for row in some)
    assert all(sum(row["doc"] == doc for row in some) == 4 for doc in {r["doc"] for r in some})
