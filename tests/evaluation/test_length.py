"""What length explains: planted scorers that read nothing else."""

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.evaluation import (
    accuracy_by_ratio,
    by_longer_side,
    debias_pairs,
    debias_weights,
    pair_credit,
)

RNG = np.random.default_rng(0)
LENGTHS = RNG.permutation(400) + 20.0
_CODES = RNG.permutation(400).reshape(-1, 2)
# In 70 of 100 pairs the higher text is the longer one.
_LONGER = LENGTHS[_CODES[:, 0]] >= LENGTHS[_CODES[:, 1]]
PAIRS = np.where(((RNG.random(200) < 0.7) == _LONGER)[:, None], _CODES, _CODES[:, ::-1])


def test_a_scorer_of_length_is_right_only_where_length_is() -> None:
    found = by_longer_side(LENGTHS, LENGTHS, PAIRS, draws=10)
    assert (found["lower_longer"].value, round(found["rest"].value, 2)) == (0.0, 1.0)
    assert found["lower_longer"].n + found["rest"].n == 200


def test_debiased_pairs_leave_length_at_chance() -> None:
    before = pair_credit(LENGTHS, PAIRS).mean()
    kept = PAIRS[debias_pairs(LENGTHS, PAIRS, seed=1)]
    assert before > 0.6
    assert pair_credit(LENGTHS, kept).mean() == 0.5


def test_two_confounders_are_balanced_at_once() -> None:
    age = RNG.permutation(400).astype(float)
    both = np.stack([LENGTHS, age], axis=1)
    kept = PAIRS[debias_pairs(both, PAIRS)]
    assert [pair_credit(column, kept).mean() for column in both.T] == [0.5, 0.5]


def test_weights_balance_without_dropping() -> None:
    weights = debias_weights(LENGTHS, PAIRS)
    assert np.average(pair_credit(LENGTHS, PAIRS), weights=weights) == pytest.approx(0.5, abs=1e-12)
    assert (weights > 0).all()


def test_bins_of_length_ratio_hold_every_pair_once() -> None:
    found = accuracy_by_ratio(LENGTHS, LENGTHS, PAIRS, draws=5)
    assert sum(item.n for item in found.values()) == 200
    assert list(found) == ["<1.1", "1.1-1.5", "1.5-2", ">=2"]


def test_pairs_outside_of_the_texts_are_refused() -> None:
    with pytest.raises(InputError, match="outside of the 2 texts"):
        pair_credit([1.0, 2.0], [(0, 2)])
