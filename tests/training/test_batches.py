"""What each step learns from: every pair once a round, mixed by weight, the same after a resume."""

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.training.batches import Mixture
from qualmetrics.training.data import Examples
from qualmetrics.training.pairs import sample


def rated(n: int, groups: int = 1) -> Examples:
    empty = np.zeros((0, 2), dtype=np.int64)
    made = Examples(
        texts=tuple(f"text {i}" for i in range(n)),
        pairs=empty,
        p=np.zeros((0, 1)),
        margin=np.zeros(0),
        pair_groups=(),
        values=np.arange(n, dtype=float)[:, None],
        groups=tuple(f"g{i % groups}" for i in range(n)),
    )
    return sample(made)


def apart(n: int) -> Examples:
    """Return ``n`` pairs that share no text."""
    return Examples(
        texts=tuple(f"pair {i // 2} {i % 2}" for i in range(2 * n)),
        pairs=np.arange(2 * n).reshape(n, 2),
        p=np.ones((n, 1)),
        margin=np.zeros(n),
        pair_groups=("",) * n,
        values=np.full((2 * n, 1), np.nan),
        groups=("",) * (2 * n),
    )


def test_a_round_shows_every_pair_once() -> None:
    mixture = Mixture({"a": apart(12)}, {}, 4)
    seen = [at for number in range(3) for at in mixture.step(number).texts]
    assert sorted(seen) == [(0, i) for i in range(24)]


def test_the_same_step_is_the_same_whenever_it_is_asked_for() -> None:
    one, other = (Mixture({"a": rated(20), "b": apart(9)}, {}, 5, seed=3) for _ in range(2))
    one.step(0)
    assert one.step(7).texts == other.step(7).texts
    assert one.step(7).texts != Mixture({"a": rated(20), "b": apart(9)}, {}, 5).step(7).texts


def test_all_pairs_among_the_texts_of_a_step_are_used() -> None:
    step = Mixture({"a": rated(50)}, {}, 8).step(0)
    n = len(step.texts)
    assert len(step.pairs) == 8 + n * (n - 1) // 2
    higher = [step.texts[a][1] > step.texts[b][1] for a, b in step.pairs]
    assert all(higher)


def test_what_was_drawn_counts_as_much_as_what_came_along() -> None:
    step = Mixture({"a": rated(50)}, {}, 8).step(0)
    assert step.weight[:8].sum() == pytest.approx(0.5)
    assert step.weight[8:].sum() == pytest.approx(0.5)


def test_values_that_differ_by_less_than_the_gap_are_not_compared() -> None:
    step = Mixture({"a": rated(50)}, {}, 8, min_gap=10).step(0)
    gaps = np.array([step.texts[a][1] - step.texts[b][1] for a, b in step.pairs[8:]])
    assert gaps.min() >= 10


def test_weights_say_how_much_each_source_counts() -> None:
    mixture = Mixture({"many": rated(100), "few": apart(10)}, {"many": 1, "few": 3}, 8)
    step = mixture.step(0)
    of_few = np.array([step.texts[a][0] == 1 for a, _ in step.pairs])
    assert step.weight.sum() == pytest.approx(1)
    assert step.weight[of_few].sum() == pytest.approx(0.75)


def test_a_source_of_less_than_one_pair_a_step_is_not_forgotten() -> None:
    mixture = Mixture({"a": apart(10), "b": apart(10)}, {"a": 0.9, "b": 0.1}, 2)
    sources = [source for number in range(40) for source, _ in mixture.step(number).texts]
    assert sources.count(1) / len(sources) == pytest.approx(0.1, abs=0.03)


def test_pairs_inside_groups_are_drawn_as_often_as_asked() -> None:
    mixture = Mixture({"a": rated(60, groups=20)}, {}, 10, within_groups=0.5)
    inner = sum(len(stream.draw(n)) for n in range(10) for stream in mixture.streams[:1])
    assert inner == pytest.approx(50, abs=1)


@pytest.mark.parametrize("weights", [{"c": 1.0}, {"a": 0.0}, {"a": -1.0}])
def test_weights_that_mean_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(InputError):
        Mixture({"a": apart(3)}, weights, 2)
