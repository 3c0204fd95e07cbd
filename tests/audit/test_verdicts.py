"""Where a verdict would mislead: rounding, coins, handfuls, and baselines without an interval."""

import math

import numpy as np
import pytest

from qualmetrics.audit import Audit, Finding, Material, Settings, audit
from qualmetrics.audit.perturbed import _spread
from qualmetrics.evaluation.bootstrap import Estimate
from tests.audit import toys

FAST = Settings(draws=50)


def paired(n, *, columns=None):
    """Pairs of which the better text is the longer one."""
    texts = [f"word {'more ' * (k % 5 + extra)}{k}" for k in range(n) for extra in (3, 0)]
    groups = tuple(str(i // 2) for i in range(2 * n))
    return Material(tuple(texts), groups, np.array([1.0, 0.0] * n), columns=columns or {})


def jittery(size):
    calls = iter(range(10**9))

    def score(texts):
        return [0.5 + 0.01 * len(t) + size * (next(calls) % 7) for t in texts]

    return score


@pytest.mark.parametrize(("size", "verdict"), [(1e-8, "pass"), (1e-3, "fail")])
def test_rounding_of_single_precision_is_no_change_and_more_is(size, verdict):
    found = audit(jittery(size), paired(20), checks=["values"], settings=FAST)
    twice = found.get("values", "same_twice")
    assert twice.verdict == verdict
    assert twice.details["beside"]["largest move"]["value"] == pytest.approx(6 * size, rel=0.5)


def test_a_coin_fails_nowhere_and_length_fails_on_balanced_pairs():
    rng = np.random.default_rng(3)
    n = 200
    sizes = rng.integers(3, 40, size=2 * n)
    texts = tuple(f"{'word ' * int(s)}{i}" for i, s in enumerate(sizes))
    material = Material(texts, tuple(str(i // 2) for i in range(2 * n)), np.array([1.0, 0.0] * n))

    def coin(texts):
        return [float(np.sin(1e4 * int(t.split()[-1]))) for t in texts]

    found = audit(coin, material, checks=["confounder:length"], settings=FAST)
    balanced = found.get("confounder:length", "balanced_accuracy")
    assert balanced.found.low < 0.5 < balanced.found.high
    assert balanced.verdict == "warn"


def test_a_covariate_that_is_the_same_on_both_sides_of_each_pair_is_not_judged():
    material = paired(20, columns={"year": tuple(1990 + i // 2 for i in range(40))})
    told = Settings(draws=20, covariates=("year",))
    (found,) = audit(toys.length, material, checks=["confounder:columns"], settings=told).findings
    assert found.name == "not_run"
    assert found.reason == "The year does not vary within a pair: it cannot decide one."


@pytest.mark.parametrize(("n", "verdict"), [(1, "note"), (9, "note"), (10, "pass")])
def test_fewer_than_ten_pairs_are_not_judged(n, verdict):
    found = audit(toys.length, paired(n), checks=["accuracy"], settings=FAST)
    strict = found.get("accuracy", "strict")
    assert (strict.value, strict.verdict) == (1.0, verdict)
    if verdict == "note":
        assert strict.threshold == f"not judged: {n} of at least 10"


def one(value, low, high, verdict="pass", better="lower"):
    finding = Finding("c", "n", Estimate(value, low, high, 50), verdict, better=better)
    return Audit("s", "s", (finding,))


def test_a_baseline_without_width_is_no_noise_detector():
    before = one(0.0, 0.0, 0.0)
    assert one(0.004, 0.0, 0.01).worse(before) == []
    assert one(0.004, 0.001, 0.01).worse(before) == []  # both pass
    assert one(0.0, 0.0, 0.0, "warn").worse(before) == ["c.n: pass -> warn (0.000 -> 0.000)"]
    high = one(1.0, 1.0, 1.0, better="higher")
    assert one(0.99, 0.97, 1.0, better="higher").worse(high) == []
    assert one(0.7, 0.6, 0.8, better="higher").worse(high) == [
        "c.n: 1.000 -> 0.700, outside of [1.000, 1.000]"
    ]


def test_what_failed_and_is_not_measured_any_more_did_not_get_worse():
    gone = one(math.nan, math.nan, math.nan, "note")
    assert gone.worse(one(0.5, 0.4, 0.6, "fail")) == []
    assert gone.worse(one(0.0, 0.0, 0.1)) == ["c.n was pass and is not measured any more"]


def test_a_wild_value_does_not_loosen_the_limits():
    values = np.random.default_rng(0).normal(size=400)
    wild = np.append(values, [500.0, -800.0])
    assert float(np.std(wild)) > 40
    assert _spread(wild) == pytest.approx(_spread(values), rel=0.05)
    assert _spread(values) == pytest.approx(1.0, rel=0.15)
    assert _spread(np.array([0.0] * 99 + [1.0])) > 0
