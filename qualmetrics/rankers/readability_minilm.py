"""Readability learned from pairs by a small transformer."""

from __future__ import annotations

from qualmetrics.bundles import installed_scorer
from qualmetrics.core import Scorer
from qualmetrics.neural_ranker import reading


def readability_minilm(
    *,
    policy: str | None = None,
    max_tokens: int | None = None,
    stride: int = 0,
) -> Scorer:
    """Estimate how hard an English text is to read, with a small transformer.

    Higher is harder; the difference of two texts is the log-odds that the first is harder. Needs
    the package qualmetrics-models and the extra ``onnx``. A text that is longer than the encoder
    reads is scored in windows, and their mean, weighted by length, is its score.

    Parameters
    ----------
    policy : {"windows", "cut", "head+tail", "begin+middle+end"}, optional
        How long texts are read; ``cut`` has a graph of strings.
    max_tokens : int, optional
        Tokens that are read at once.
    stride : int
        Tokens from one window to the next; 0 means as it was trained, and half a window where
        ``max_tokens`` is given.

    Raises
    ------
    MissingExtraError, BundleError
        Without that package.
    InputError
        For a policy that the encoder cannot follow.
    """
    scorer = installed_scorer("readability_minilm")
    if policy is None and max_tokens is None and not stride:
        return scorer
    return reading(scorer, policy, max_tokens, stride).with_recipe(
        "qualmetrics.registry:get",
        name="readability_minilm",
        policy=policy,
        max_tokens=max_tokens,
        stride=stride,
    )
