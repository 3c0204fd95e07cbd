"""BMAS on contextual states in place of table rows."""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.similarity.builder import Similarity, as_encoder, as_policy, given, idf_of
from qualmetrics.similarity.matching import GreedyMatch


def bmas_contextual(
    *,
    encoder: Any = "minilm",
    layer: int = -1,
    combine: str = "mean",
    idf: str | None = None,
    order_guard: str = "none",
    multi_reference: str = "best",
    policy: str = "cut",
    max_tokens: int | None = None,
    stride: int = 0,
) -> Scorer:
    """Match each token's contextual state with its nearest on the other side, both ways.

    ``bmas`` with the states of a layer in place of embeddings; with ``combine="harmonic"`` it is
    BERTScore cut to [0, 1]. Outputs ``forward``, ``backward`` and ``bmas``, the primary one, in
    [0, 1]; higher is more similar. Undefined without a token on either side. Our definition.

    Parameters
    ----------
    encoder : name or folder of an encoder bundle, or an ``Encoder``
    layer : int
        Whose states are compared; negative counts from the last.
    combine : {"mean", "harmonic", "min"}
    idf : path, optional
        Token weights from your references, a file that ``qualmetrics tables idf`` makes.
    order_guard : {"none", "bigrams"}
        Multiply by the match of pairs of neighbours.
    multi_reference : {"best", "per_column_max"}
        All outputs from the reference with the best combination, or each output's own maximum.
    policy, max_tokens, stride
        What is read of long texts; see ``qualmetrics.encoder.Policy``.

    Raises
    ------
    InputError, BundleError, MissingExtraError
    """
    if order_guard == "lcs":
        raise InputError("order_guard='lcs' belongs to bmas; here 'bigrams' serves")
    made = as_encoder(encoder)
    table, shown = idf_of(idf, made)
    parameters = {"combine": combine, "references": multi_reference, **shown}
    if order_guard != "none":
        parameters["order"] = order_guard
    return Similarity(
        spec=Spec(
            name="bmas_contextual",
            description=bmas_contextual.__doc__ or "",
            family="similarity",
            tier="experimental",
            outputs=("forward", "backward", "bmas"),
            increases_with="similarity",
            bounds=(0.0, 1.0),
            unit="mean cosine",
            parameters=parameters,
            source="Our definition, after BMAS (Mixed-R1, arXiv 2505.24164) and BERTScore",
            tolerance=1e-6,
        ),
        match=GreedyMatch(
            combine, multi_reference, "exclude", table is not None, None, (0.0, 1.0), order_guard
        ),
        encoder=made,
        layer=made.checked_layer(layer),
        policy=as_policy(made, policy, max_tokens, stride),
        idf=table,
        arguments=given(
            encoder=encoder, layer=layer, combine=combine, idf=idf, order_guard=order_guard,
            multi_reference=multi_reference, policy=policy, max_tokens=max_tokens, stride=stride,
        ),
    ).scorer()  # fmt: skip
