"""Cosine of text embeddings."""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.similarity.builder import Similarity, as_encoder, as_policy, given
from qualmetrics.similarity.matching import Cosine


def embedding_cosine(
    *,
    encoder: Any = "minilm",
    layer: int = -1,
    policy: str = "cut",
    max_tokens: int | None = None,
    stride: int = 0,
) -> Scorer:
    """Cosine between one vector for the text and one for its nearest reference.

    In [-1, 1]; higher is more similar; unrelated texts lie near 0. Undefined without a token on
    either side. One vector a text: fast, and blind to a detail in a long text.

    Parameters
    ----------
    encoder : name or folder of an encoder bundle, or an ``Encoder``
        It says how its states become one vector (mean, or that of the first token).
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
            name="embedding_cosine",
            description=embedding_cosine.__doc__ or "",
            family="similarity",
            tier="verified",
            increases_with="similarity",
            bounds=(-1.0, 1.0),
            unit="cosine",
            source="Reimers & Gurevych 2019, Sentence-BERT, EMNLP, sec. 3",
            tolerance=1e-6,
        ),
        match=Cosine(),
        encoder=made,
        layer=made.checked_layer(layer),
        policy=as_policy(made, policy, max_tokens, stride),
        pool=made.pooling,
        arguments=given(
            encoder=encoder, layer=layer, policy=policy, max_tokens=max_tokens, stride=stride
        ),
    ).scorer()
