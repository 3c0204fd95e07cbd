"""Best of n: by hand, by brute force over all subsets, and the laws it must keep."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.audit.over_optimisation import (
    best_of_n,
    bon_curve,
    kl_of_best_of_n,
    top_accuracy,
)
from qualmetrics.errors import InputError

SAMPLES = st.lists(
    st.tuples(st.integers(0, 4).map(float), st.floats(-9, 9, width=32)), min_size=1, max_size=9
)


def brute(proxy, gold, n):
    """Choose from every subset; where several are highest, take their mean."""
    found = []
    for subset in combinations(range(len(proxy)), n):
        top = max(proxy[i] for i in subset)
        found.append(np.mean([gold[i] for i in subset if proxy[i] == top]))
    return np.mean(found)


def rising(prompts=40, samples=16, turn=None, seed=0):
    """Return proxy, gold and prompts; gold follows proxy, or falls above ``turn``."""
    proxy = np.random.default_rng(seed).normal(size=(prompts, samples))
    gold = proxy if turn is None else np.where(proxy < turn, proxy, 2 * turn - 2 * proxy)
    return proxy.ravel(), gold.ravel(), np.repeat(np.arange(prompts), samples)


@settings(max_examples=60, deadline=None)
@given(SAMPLES, st.data())
def test_the_estimator_is_the_mean_over_all_subsets(samples, data) -> None:
    proxy, gold = zip(*samples, strict=True)
    n = data.draw(st.integers(1, len(samples)))
    assert best_of_n(proxy, gold, n) == pytest.approx(brute(proxy, gold, n), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SAMPLES)
def test_one_is_the_mean_and_all_is_the_best_and_proxy_never_falls(samples) -> None:
    proxy, gold = map(np.array, zip(*samples, strict=True))
    size = len(proxy)
    curve = [best_of_n(proxy, proxy, n) for n in range(1, size + 1)]
    assert best_of_n(proxy, gold, 1) == pytest.approx(gold.mean(), abs=1e-9)
    assert best_of_n(proxy, gold, size) == pytest.approx(gold[proxy == proxy.max()].mean())
    assert curve[-1] == pytest.approx(proxy.max())
    assert (np.diff(curve) >= -1e-12).all()


def test_by_hand_with_a_tie() -> None:
    # Pairs of (1, a), (2, b), (2, c): ab -> b, ac -> c, bc -> their mean.
    assert best_of_n([1, 2, 2], [100, 6, 3], 2) == pytest.approx((6 + 3 + 4.5) / 3)
    assert math.isnan(best_of_n([1, 2], [1, 2], 3))


def test_the_distance_is_that_of_the_formula() -> None:
    expected = [0.0, math.log(2) - 0.5, math.log(64) - 63 / 64]
    assert [kl_of_best_of_n(n) for n in (1, 2, 64)] == pytest.approx(expected)


def test_it_is_unbiased_for_fresh_samples() -> None:
    # The highest of n uniform numbers is n / (n + 1) on average; gold is its square, n / (n + 2).
    proxy = np.random.default_rng(3).random((4000, 8))
    found = bon_curve(
        proxy.ravel(), proxy.ravel() ** 2, np.repeat(np.arange(4000), 8), n=(1, 4, 8), draws=50
    )
    assert [row.value for row in found.proxy] == pytest.approx([1 / 2, 4 / 5, 8 / 9], abs=0.005)
    assert [row.value for row in found.gold] == pytest.approx([1 / 3, 4 / 6, 8 / 10], abs=0.005)


def test_a_proxy_that_is_gold_never_turns_and_one_that_is_gamed_does() -> None:
    good = bon_curve(*rising(), n=(1, 2, 4, 8, 16), draws=300)
    gamed = bon_curve(*rising(turn=0.5), n=(1, 2, 4, 8, 16), draws=300)
    assert (good.turns_at, good.peak) == (None, 16)
    assert gamed.turns_at in (4, 8)
    assert gamed.proxy[-1].value > gamed.proxy[0].value
    assert gamed.fall.value == pytest.approx(
        gamed.gold[-1].value - gamed.gold[gamed.n.index(gamed.peak)].value
    )
    assert gamed.fall.high < 0


@pytest.mark.parametrize("rare", [False, True])
def test_gold_that_has_nothing_to_do_with_proxy_is_seldom_said_to_turn(rare) -> None:
    # Where gold is rare, most of few prompts have none on top: resampling them would see no chance.
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(12), 8)
    turned = []
    for _ in range(100):
        gold = (rng.random(96) < 0.1).astype(float) if rare else rng.normal(size=96)
        found = bon_curve(rng.normal(size=96), gold, groups, n=(1, 2, 4, 8), draws=200)
        turned.append(found.turns_at is not None)
    # At 5 %, 5 expected; 12 or more have a chance under 1 in 200.
    assert sum(turned) < 12


def test_rounding_is_no_fall() -> None:
    proxy, _, groups = rising()
    level = np.repeat(np.random.default_rng(2).normal(size=40), 16)  # gold is constant in a prompt
    assert bon_curve(proxy, level, groups, n=(1, 2, 4, 8, 16), draws=100).turns_at is None


def test_prompts_that_are_too_small_and_samples_without_value_are_counted() -> None:
    proxy = [1, 2, 3, 5, np.nan, np.nan, 4, 4]
    gold = [1, 2, 3, 7, 1, 2, np.inf, 9]
    found = bon_curve(proxy, gold, list("aaabbcdd"), n=(1, 2, 4), draws=20)
    assert [row.n for row in found.gold] == [3, 1, 0]
    assert [row.n_undefined for row in found.gold] == [1, 3, 4]
    assert (found.n_prompts, found.n_single, found.n_empty) == (4, 2, 1)
    assert (found.n_samples, found.n_undefined, found.n_tied) == (8, 3, 0)
    assert found.gain[1].value == pytest.approx((2 + 3 + 3) / 3 - 2)
    assert (found.judged, found.turns_at, found.reach) == (False, None, 2)
    assert found.to_dict()["curve"][2]["gold"]["value"] is None


def test_a_proxy_that_says_the_same_of_all_gains_nothing() -> None:
    _, gold, groups = rising(prompts=12, samples=4)
    found = bon_curve(np.ones(48), gold, groups, n=(1, 2, 4), draws=20)
    assert [row.value for row in found.gain] == pytest.approx([0, 0, 0], abs=1e-12)
    assert (found.n_tied, found.turns_at) == (48, None)


@pytest.mark.parametrize("n", [(), (0, 1), (2, 1), (1, 1), (1.5,), (True,)])
def test_an_n_that_is_none_is_refused(n) -> None:
    with pytest.raises(InputError, match="rising whole numbers"):
        bon_curve([1, 2], [1, 2], "aa", n=n)


def test_nothing_at_all_has_no_curve() -> None:
    found = bon_curve([], [], [], n=(1, 2), draws=10)
    assert (found.n_prompts, found.peak, found.reach, found.turns_at) == (0, None, None, None)


# -- the upper end --------------------------------------------------------------------------------


def test_a_proxy_that_is_blind_at_the_top_is_right_on_the_whole() -> None:
    gold = np.tile(np.arange(20.0), 30)
    groups = np.repeat(np.arange(30), 20)
    capped = np.minimum(gold, 14.0)
    found = top_accuracy(capped, gold, groups, draws=100)
    assert (found.top.value, found.threshold) == (0.5, 16.0)
    assert found.n_top == 30 * 4
    assert found.top.n == 30 * 6
    assert found.whole.value > 0.95
    assert found.loss.low > 0.4


def test_the_top_by_proxy_is_another_set() -> None:
    gold = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    proxy = np.array([10.0, 9, 2, 3, 4, 5, 6, 7, 8, 1])  # what it likes best is the worst
    assert top_accuracy(proxy, gold, by="proxy", above=75, draws=10).top.value == pytest.approx(0)
    assert top_accuracy(proxy, gold, above=75, draws=10).top.value == pytest.approx(1 / 3)


def test_equal_gold_at_the_top_is_counted_and_has_no_accuracy() -> None:
    found = top_accuracy([1, 2, 3, 4, np.nan], [1, 5, 5, 5, 5], draws=10)
    assert math.isnan(found.top.value)
    assert (found.n_equal, found.n_undefined, found.whole.value) == (3, 1, 1.0)


def test_pairs_are_of_one_prompt_where_prompts_are_given() -> None:
    found = top_accuracy([1, 2, 3, 4], [1, 2, 4, 3], "aabb", above=0, draws=10)
    assert (found.top.n, found.top.value) == (2, 0.5)


def test_all_pairs_of_too_many_texts_are_refused() -> None:
    with pytest.raises(InputError, match="give groups"):
        top_accuracy(np.zeros(2001), np.zeros(2001))
