"""The loss on torch is the one in numpy, with soft labels, margins, weights and gaps."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from qualmetrics.training.batches import Step  # noqa: E402
from qualmetrics.training.losses import pairwise_logistic  # noqa: E402
from qualmetrics.training.transformer import pairwise_loss  # noqa: E402


def step(p: list[list[float]], margin: list[float]) -> Step:
    n = len(p)
    pairs = np.arange(2 * n).reshape(n, 2)
    weight = np.full(n, 1 / n)
    return Step((), pairs, np.array(p), np.array(margin), weight, np.zeros((2 * n, 1)))


def test_it_equals_the_numpy_loss() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(12, 1))
    p, margin = rng.random((6, 1)), rng.random(6)
    expected = pairwise_logistic(scores[0::2] - scores[1::2], p, margin[:, None]).mean()
    found = pairwise_loss(torch.from_numpy(scores).float(), step(p.tolist(), margin.tolist()), 0.0,
                          "cpu")  # fmt: skip
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_a_list_of_two_has_the_same_loss() -> None:
    """NPRM's listwise softmax of two scores is the pairwise logistic."""
    scores = torch.tensor([[1.3], [0.4]])
    listwise = -torch.log_softmax(scores[:, 0], dim=0)[0]
    assert float(pairwise_loss(scores, step([[1.0]], [0.0]), 0.0, "cpu")) == pytest.approx(
        float(listwise), abs=1e-6
    )


def test_a_criterion_that_nobody_judged_has_no_gradient() -> None:
    scores = torch.zeros((4, 2), requires_grad=True)
    pairwise_loss(scores, step([[1.0, np.nan], [0.0, np.nan]], [0, 0]), 0.0, "cpu").backward()
    assert scores.grad is not None
    assert scores.grad[:, 1].abs().sum() == 0
    assert scores.grad[:, 0].abs().sum() > 0


def test_smoothing_moves_hard_labels_inwards() -> None:
    scores = torch.tensor([[2.0], [0.0]])
    smooth = pairwise_loss(scores, step([[1.0]], [0.0]), 0.1, "cpu")
    soft = pairwise_loss(scores, step([[0.9]], [0.0]), 0.0, "cpu")
    assert float(smooth) == pytest.approx(float(soft), abs=1e-6)
