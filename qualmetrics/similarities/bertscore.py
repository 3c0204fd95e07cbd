"""BERTScore."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.similarity.builder import Similarity, as_encoder, as_policy, given, idf_of
from qualmetrics.similarity.matching import GreedyMatch


def bertscore(
    *,
    encoder: Any = "minilm",
    layer: int = -1,
    idf: str | None = None,
    baseline: str | None = None,
    floor: float | None = 0.0,
    specials: str = "exclude",
    multi_reference: str = "best",
    policy: str = "cut",
    max_tokens: int | None = None,
    stride: int = 0,
) -> Scorer:
    """Match each token's contextual state with its nearest on the other side.

    Outputs ``precision`` (mean over the text's tokens), ``recall`` (over the reference's) and
    ``f1``, their harmonic mean, the primary one: cosines, higher is more similar, in [-1, 1], or
    in [``floor``, 1] with a baseline. Undefined without a token on either side. Word order counts
    only as far as it changes the encoder's states, and so does negation: see docs/similarity.md.

    Parameters
    ----------
    encoder : name or folder of an encoder bundle, or an ``Encoder``
    layer : int
        Whose states are compared; negative counts from the last.
    idf : path, optional
        Token weights from your references, a file that ``qualmetrics tables idf`` makes.
    baseline : path, optional
        Rescale by (x - b) / (1 - b), with b from a file that ``qualmetrics tables baseline`` makes.
    floor : float or None
        Least rescaled value. Without one an unrelated text can reach -5 and outweigh a whole
        group of completions.
    specials : {"exclude", "match"}
        Whether [CLS] and [SEP] may be matched, as in bert-score. They never weigh anything.
    multi_reference : {"best", "per_column_max"}
        All outputs from the reference with the best F1, or each output's own maximum, as in
        bert-score.
    policy, max_tokens, stride
        What is read of long texts: ``cut``, ``head+tail``, ``windows`` or
        ``begin+middle+end``, see
        ``qualmetrics.encoder.Policy``. By default as many tokens as the encoder was made for.

    Raises
    ------
    InputError, BundleError, MissingExtraError
    """
    made = as_encoder(encoder)
    table, shown = idf_of(idf, made)
    match = GreedyMatch("harmonic", multi_reference, specials, table is not None)
    parameters = {"specials": specials, "references": multi_reference, **shown}
    plain = Similarity(
        spec=Spec(
            name="bertscore",
            description=bertscore.__doc__ or "",
            family="similarity",
            tier="verified",
            outputs=("precision", "recall", "f1"),
            increases_with="similarity",
            bounds=(-1.0, 1.0),
            unit="mean cosine",
            parameters=parameters,
            source="Zhang et al. 2020, BERTScore, ICLR, eq. 1; Tiiiger/bert_score 0.3.13",
            tolerance=1e-6,
        ),
        match=match,
        encoder=made,
        layer=made.checked_layer(layer),
        policy=as_policy(made, policy, max_tokens, stride),
        idf=table,
        arguments=given(
            encoder=encoder, layer=layer, idf=idf, specials=specials,
            multi_reference=multi_reference, policy=policy, max_tokens=max_tokens, stride=stride,
        ),
    )  # fmt: skip
    if baseline is None:
        return plain.scorer()
    return _rescaled(plain, match, baseline, floor).scorer()


def _rescaled(plain: Similarity, match: GreedyMatch, path: str, floor: float | None) -> Similarity:
    from qualmetrics.similarity.tables import read_baseline

    baseline = read_baseline(path, plain.scorer().signature)
    precision, recall, f1 = baseline.values
    limits = (floor, 1.0)
    parameters = {**plain.spec.parameters, "baseline": baseline.digest, "floor": floor}
    return replace(
        plain,
        spec=replace(plain.spec, bounds=limits, parameters=parameters, unit="rescaled mean cosine"),
        match=replace(match, baseline=(precision, recall, f1), limits=limits),
        arguments=(*plain.arguments, ("baseline", str(path)), ("floor", floor)),
    )
