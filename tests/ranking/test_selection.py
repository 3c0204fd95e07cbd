"""Selection by Gumbel top-k: frequencies, limits, budgets."""

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.ranking import select

SCORES = np.array([0.0, 1.0, 2.0, -1.0, 0.5])


def test_frequencies_are_the_softmax_of_scores_over_temperature() -> None:
    stats = pytest.importorskip("scipy.stats")
    tau, draws = 0.7, 100_000
    # One call over 1e5 domains of five items draws as often as 1e5 calls.
    scores = np.tile(SCORES, draws)
    domains = np.repeat(np.arange(draws), len(SCORES)).tolist()
    first = _firsts(scores, domains, tau)
    seen = np.bincount(first % len(SCORES), minlength=len(SCORES))
    expected = np.exp(SCORES / tau)
    assert stats.chisquare(seen, draws * expected / expected.sum()).pvalue > 0.01


def _firsts(scores: np.ndarray, domains: list[int], tau: float) -> np.ndarray:
    order = select(scores, len(scores), temperature=tau, standardise=False, seed=4)
    of = np.array(domains)[order]
    _, at = np.unique(of, return_index=True)
    return order[at]


def test_temperature_0_takes_the_best() -> None:
    assert select(SCORES, 3).tolist() == [2, 1, 4]


def test_a_very_high_temperature_draws_alike() -> None:
    stats = pytest.importorskip("scipy.stats")
    seen = np.zeros(5)
    for seed in range(4000):
        seen[select(SCORES, 1, temperature=1e9, seed=seed)[0]] += 1
    assert stats.chisquare(seen).pvalue > 0.01


def test_a_low_temperature_is_nearly_the_best() -> None:
    assert select(SCORES, 2, temperature=1e-6).tolist() == [2, 1]


def test_a_budget_of_tokens_is_not_exceeded() -> None:
    sizes = np.array([10, 20, 30, 40, 50])
    index = select(SCORES, 60, sizes=sizes)
    assert index.tolist() == [2, 1]
    assert sizes[index].sum() <= 60


def test_domains_keep_their_shares() -> None:
    scores = np.arange(9.0)
    domains = ["a"] * 6 + ["b"] * 3
    assert select(scores, 3, domains=domains).tolist() == [5, 4, 8]


def test_what_has_no_score_is_never_chosen() -> None:
    assert 1 not in select([1.0, np.nan, 0.0], 3, temperature=5.0).tolist()


def test_a_size_of_0_is_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        select([1.0, 2.0], 1, sizes=[1, 0])
