"""BMAS, bidirectional max-average similarity, in a table of token embeddings."""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.similarity.builder import Similarity, as_encoder, as_policy, given, idf_of
from qualmetrics.similarity.matching import GreedyMatch

SOURCE = (
    "Named in Mixed-R1 (arXiv 2505.24164): matching in a token-embedding table. The paper's "
    "abstract gives no formula; normalisation, combination and special tokens are our definition"
)


def bmas(
    *,
    encoder: Any = "minilm",
    combine: str = "mean",
    idf: str | None = None,
    order_guard: str = "none",
    multi_reference: str = "best",
    policy: str = "cut",
    max_tokens: int = 512,
    stride: int = 0,
) -> Scorer:
    """Match each token's embedding with its nearest on the other side, both ways.

    Outputs ``forward`` (mean over the text's tokens of the best cosine, like precision),
    ``backward`` (over the reference's, like recall) and ``bmas``, the primary one, which combines
    them; each cut to [0, 1], higher is more similar. Undefined without a token on either side.
    Embeddings know no neighbours: **any order of the reference's words scores 1**. With
    ``order_guard`` they do not.

    The name and the idea, matching in a token-embedding table, are Mixed-R1's; the formula is
    ours, because theirs is not published where we could read it.

    Parameters
    ----------
    encoder : name or folder of an encoder bundle, or an ``Encoder``
        Whose input-embedding table and tokenizer are used; no layer is run.
    combine : {"mean", "harmonic", "min"}
        ``mean`` is the easiest to game by a fragment of the reference, ``min`` the hardest.
    idf : path, optional
        Token weights from your references, a file that ``qualmetrics tables idf`` makes.
    order_guard : {"none", "bigrams", "lcs"}
        Multiply by the match of pairs of neighbours, or by 2 x longest common subsequence of
        tokens / tokens of both.
    multi_reference : {"best", "per_column_max"}
        All outputs from the reference with the best combination, or each output's own maximum.
    policy, max_tokens, stride
        What is read of long texts; see ``qualmetrics.encoder.Policy``.

    Raises
    ------
    InputError, BundleError, MissingExtraError
    """
    made = as_encoder(encoder)
    table, shown = idf_of(idf, made)
    parameters = {"combine": combine, "references": multi_reference, **shown}
    if order_guard != "none":
        parameters["order"] = order_guard
    return Similarity(
        spec=Spec(
            name="bmas",
            description=bmas.__doc__ or "",
            family="similarity",
            tier="experimental",
            outputs=("forward", "backward", "bmas"),
            increases_with="similarity",
            bounds=(0.0, 1.0),
            unit="mean cosine",
            parameters=parameters,
            source=SOURCE,
            tolerance=1e-6,
        ),
        match=GreedyMatch(
            combine, multi_reference, "exclude", table is not None, None, (0.0, 1.0), order_guard
        ),
        encoder=made,
        layer=None,
        policy=as_policy(made, policy, min(max_tokens, made.max_positions), stride),
        idf=table,
        arguments=given(
            encoder=encoder, combine=combine, idf=idf, order_guard=order_guard,
            multi_reference=multi_reference, policy=policy, max_tokens=max_tokens, stride=stride,
        ),
    ).scorer()  # fmt: skip
