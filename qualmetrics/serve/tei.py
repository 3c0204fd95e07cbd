"""The routes of Hugging Face's text-embeddings-inference that return scores.

Values are the scorer's own: ``raw_scores`` chooses between two forms of a logit, which these are
not, and ``truncate`` is the scorer's declared policy. Both are accepted and change nothing.
"""

from __future__ import annotations

import math
from typing import Any

from qualmetrics.serve.reading import kind, listed, read_json, text_field
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.service import Service, column, primary_column, reply, statuses

SHAPES = "a string, a pair [text, reference], or a list of [text] and [text, reference]"


async def predict(service: Service, request: Any) -> Any:
    """Score texts, or pairs of text and reference: a label and a score per output."""
    data = await read_json(request, service.settings)
    given = data.get("inputs")
    single = isinstance(given, str) or (
        isinstance(given, list) and bool(given) and isinstance(given[0], str)
    )
    rows = [_pair(item) for item in ([given] if single else listed(data, "inputs") or [None])]
    references = [reference for _, reference in rows]
    scorer = service.scorers[service.reward]
    paired = any(reference is not None for reference in references)
    parts = await service.score(
        request, (service.reward,), [text for text, _ in rows], references if paired else None
    )
    part = parts[service.reward]
    columns = [column(part, k) for k in range(len(scorer.spec.outputs))]
    words = statuses(part)
    answers = [
        [
            {"label": name, "score": columns[k][i], "status": words[i]}
            for k, name in enumerate(scorer.spec.outputs)
        ]
        for i in range(len(rows))
    ]
    return reply(answers[0] if single else answers)


def _pair(item: Any) -> tuple[str, str | None]:
    several = [item] if isinstance(item, str) else item
    good = isinstance(several, list) and len(several) in (1, 2)
    if not good or not all(isinstance(text, str) for text in several):
        raise Refused(422, f"inputs must be {SHAPES}; found {kind(item)} inside")
    return several[0], several[1] if len(several) == 2 else None


async def rerank(service: Service, request: Any) -> Any:
    """Rank texts by their score against the query, the highest first; undefined ones last."""
    data = await read_json(request, service.settings)
    query = text_field(data, "query", required=True)
    texts = listed(data, "texts" if "texts" in data else "documents", required=True) or []
    values, words = await _against(service, request, query, texts)
    order = sorted(range(len(texts)), key=lambda i: -_or_least(values[i]))
    with_text = bool(data.get("return_text"))
    return reply(
        [
            {"index": i, "score": values[i], "status": words[i]}
            | ({"text": texts[i]} if with_text else {})
            for i in order
        ]
    )


def _or_least(value: float | None) -> float:
    return -math.inf if value is None else value


async def similarity(service: Service, request: Any) -> Any:
    """Score sentences against one source sentence, in order."""
    data = await read_json(request, service.settings)
    inputs = data.get("inputs")
    if not isinstance(inputs, dict):
        raise Refused(422, f"inputs must be an object; got {kind(inputs)}")
    source = text_field(inputs, "source_sentence", required=True)
    sentences = listed(inputs, "sentences", required=True) or []
    values, _ = await _against(service, request, source, sentences)
    return reply(values)


async def _against(
    service: Service, request: Any, reference: str | None, texts: list[Any]
) -> tuple[list[float | None], list[str]]:
    """Score texts against one reference with the first served scorer that reads references."""
    name = _pairwise(service)
    parts = await service.score(request, (name,), texts, [reference] * len(texts))
    return primary_column(parts[name], service.scorers[name]), statuses(parts[name])


def _pairwise(service: Service) -> str:
    names = (service.reward, *service.scorers)
    for name in names:
        if "references" in service.scorers[name].needs:
            return name
    raise Refused(
        424,
        f"none of {', '.join(service.scorers)} compares texts with references; serve one that "
        "does, such as bertscore",
    )
