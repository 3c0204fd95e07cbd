"""Relevance of a text to its prompt."""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.similarity.builder import Similarity, as_encoder, as_policy, given
from qualmetrics.similarity.matching import Cosine


def relevance(
    *,
    column: str = "prompt",
    encoder: Any = "minilm",
    layer: int = -1,
    policy: str = "cut",
    max_tokens: int | None = None,
    stride: int = 0,
) -> Scorer:
    """Cosine between one vector for the text and one for its prompt, read from a column.

    In [-1, 1]; higher is more on topic; off-topic texts lie near 0. Undefined without a token on
    either side. **A copy of the prompt scores 1**, so a reward needs something against copying.

    Parameters
    ----------
    column : str
        The column that holds the prompts.
    encoder : name or folder of an encoder bundle, or an ``Encoder``
    layer : int
        Whose states are pooled; negative counts from the last.
    policy, max_tokens, stride
        What is read of long texts; see ``qualmetrics.encoder.Policy``.

    Raises
    ------
    InputError, BundleError, MissingExtraError
    """
    made = as_encoder(encoder)
    return Similarity(
        spec=Spec(
            name="relevance",
            description=relevance.__doc__ or "",
            family="similarity",
            tier="experimental",
            increases_with="similarity",
            bounds=(-1.0, 1.0),
            unit="cosine",
            source="Relevance term of R3 (naver-ai, reward report for relevance), with our encoder",
            tolerance=1e-6,
        ),
        match=Cosine(column),
        encoder=made,
        layer=made.checked_layer(layer),
        policy=as_policy(made, policy, max_tokens, stride),
        pool=made.pooling,
        column=column,
        arguments=given(
            column=column, encoder=encoder, layer=layer, policy=policy, max_tokens=max_tokens,
            stride=stride,
        ),
    ).scorer()  # fmt: skip
