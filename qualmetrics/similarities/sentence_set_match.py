"""Sentences of a text matched with sentences of a reference."""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.similarity.builder import Lookup, as_encoder, as_policy, explain, given, prepare
from qualmetrics.similarity.matching import SIDES, GreedyMatch, one_of
from qualmetrics.similarity.sentence_vectors import SentenceVectors

WEIGHTS = ("uniform", "tokens")


def sentence_set_match(
    *,
    encoder: Any = "minilm",
    layer: int = -1,
    weights: str = "uniform",
    multi_reference: str = "best",
    lang: str = "en",
    max_tokens: int | None = None,
) -> Scorer:
    """Match each sentence's embedding with its nearest among the other side's sentences.

    Outputs ``precision`` (mean over the text's sentences of the best cosine), ``recall`` (over the
    reference's) and ``f1``, their harmonic mean, the primary one; in [-1, 1], higher is more
    similar. An added sentence that the reference lacks lowers precision only. The order of
    sentences does not count. Undefined without a sentence on either side.

    Parameters
    ----------
    encoder : name or folder of an encoder bundle, or an ``Encoder``
    layer : int
        Whose states are pooled; negative counts from the last.
    weights : {"uniform", "tokens"}
        Whether long sentences count more.
    multi_reference : {"best", "per_column_max"}
        All outputs from the reference with the best F1, or each output's own maximum.
    lang : str
        Whose rules split sentences.
    max_tokens : int, optional
        Read of each sentence; by default as many as the encoder was made for.

    Raises
    ------
    InputError, BundleError, MissingExtraError, UnknownLanguageError
    """
    from qualmetrics.text.language import normalise

    one_of("weights", weights, WEIGHTS)
    made = as_encoder(encoder)
    policy = as_policy(made, "cut", max_tokens)
    positive = made.checked_layer(layer)
    inputs = tuple(SentenceVectors(side, made, positive, normalise(lang), policy) for side in SIDES)
    spec = Spec(
        name="sentence_set_match",
        description=sentence_set_match.__doc__ or "",
        family="similarity",
        tier="experimental",
        outputs=("precision", "recall", "f1"),
        increases_with="similarity",
        bounds=(-1.0, 1.0),
        unit="mean cosine",
        parameters={"weights": weights, "references": multi_reference},
        source="After the semantic precision and recall of KPEval (Wu et al. 2024), on sentences",
        tolerance=1e-6,
    )
    match = GreedyMatch("harmonic", multi_reference, "exclude", weights == "tokens")
    inputs[0].spans("")  # a language without rules is refused now
    scorer = Scorer(
        spec,
        inputs,
        Lookup(match),
        abilities={"prepare": prepare, "explain": explain, "spans": inputs[0].spans},
    )
    arguments = given(
        encoder=encoder, layer=layer, weights=weights, multi_reference=multi_reference,
        lang=lang, max_tokens=max_tokens,
    )  # fmt: skip
    return scorer.with_recipe(
        "qualmetrics.registry:get", name="sentence_set_match", **dict(arguments)
    )
