"""Machinery: how formulas explain themselves, by sending counts with shares through their body."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.attribution import NotAdditiveError, Quantity
from qualmetrics.core import Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.explain import Explanation, Span

MAX_WORDS = 2_000
"""Distinct words that are looked at, the commonest first: an explanation is for reading."""


def explain_formula(
    scorer: Scorer,
    text: str,
    reference: str | Sequence[str] | Mapping[str, float] | None = None,
) -> Explanation:
    """Explain a formula's score of one text; see ``qualmetrics.explain.explain``."""
    from qualmetrics.text import count, sentence_spans, word_spans

    counts_input = scorer.inputs[0]
    rules: str = counts_input.rules  # type: ignore[attr-defined]
    columns = tuple(counts_input.layout)
    language = rules.split("/")[0].split(":")[-1]
    scores = scorer.score_one(text)
    total = _counts(count([text], columns, rules=rules))
    baseline, said = _reference(reference, columns, rules, total)
    value, status = float(scores), Status(int(scores.status[0]))

    sentences = sentence_spans(text, lang=language) if not status.undefined else []
    pieces = [text[start:end] for start, end in sentences]
    by_sentence = _matrix(count(pieces, columns, rules=rules), columns, len(pieces))
    words = word_spans(text, lang=language) if not status.undefined else []
    distinct = list(dict.fromkeys(text[start:end] for start, end in words))[:MAX_WORDS]
    by_word = _matrix(count(distinct, columns, rules=rules), columns, len(distinct))
    for boundary in ("sentences", "units", "paragraphs"):  # a word alone is none of these
        if boundary in columns:
            by_word[:, columns.index(boundary)] = 0.0
    position = {word: i for i, word in enumerate(distinct)}
    kept = [(start, end) for start, end in words if text[start:end] in position]
    rows = by_word[[position[text[start:end]] for start, end in kept]] if kept else by_word[:0]

    note = ""
    shares: list[NDArray[np.float64] | None]
    try:
        reference_value = _evaluate(scorer, columns, baseline, baseline, by_sentence[:0])[0]
        shares = [
            _evaluate(scorer, columns, total, baseline, matrix)[1] if not status.undefined else None
            for matrix in (by_sentence, rows)
        ]
    except NotAdditiveError as error:
        note, shares = f"{error}; the counts of each part are shown without shares", [None, None]
        reference_value = float(
            np.asarray(scorer.forward({k: np.array([v]) for k, v in baseline.items()}))[0, 0]
        )
    made = [
        _spans(text, spans, matrix, columns, share)
        for spans, matrix, share in zip((sentences, kept), (by_sentence, rows), shares, strict=True)
    ]
    rests = [0.0 if share is None else float(share[-1]) for share in shares]
    return Explanation(
        scorer=scorer.spec.name,
        signature=scorer.signature,
        unit=scorer.spec.unit,
        increases_with=scorer.spec.increases_with,
        value=value,
        status=status,
        reference_value=reference_value,
        reference=said,
        counts=total,
        sentences=made[0],
        rest=rests[0],
        words=made[1],
        words_rest=rests[1],
        note=note,
    )


def _evaluate(
    scorer: Scorer,
    columns: Sequence[str],
    total: Mapping[str, float],
    baseline: Mapping[str, float],
    matrix: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64]]:
    """Run the formula on counts that carry the shares of the rows of ``matrix``."""
    quantities = {}
    for k, name in enumerate(columns):
        parts = matrix[:, k]
        shares = np.append(parts, total[name] - parts.sum())
        quantities[name] = Quantity(total[name], baseline[name], shares, is_count=True)
    made = scorer.forward.evaluate(quantities)  # type: ignore[attr-defined]
    settled: Quantity = made.settled()
    return settled.value, settled.shares


def _spans(
    text: str,
    spans: Sequence[tuple[int, int]],
    matrix: NDArray[np.float64],
    columns: Sequence[str],
    shares: NDArray[np.float64] | None,
) -> tuple[Span, ...]:
    return tuple(
        Span(
            start,
            end,
            text[start:end],
            None if shares is None else float(shares[i]),
            {name: float(v) for name, v in zip(columns, matrix[i], strict=True) if v},
        )
        for i, (start, end) in enumerate(spans)
    )


def _matrix(table: Mapping[str, Any], columns: Sequence[str], n: int) -> NDArray[np.float64]:
    if not n:
        return np.zeros((0, len(columns)))
    return np.stack([np.asarray(table[name], dtype=np.float64) for name in columns], axis=1)


def _counts(table: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(np.asarray(values).sum()) for name, values in table.items()}


def _reference(
    reference: str | Sequence[str] | Mapping[str, float] | None,
    columns: Sequence[str],
    rules: str,
    total: Mapping[str, float],
) -> tuple[dict[str, float], str]:
    from qualmetrics.text import count

    if isinstance(reference, Mapping):
        missing = [name for name in columns if name not in reference]
        if missing:
            raise InputError(f"the reference counts lack {', '.join(missing)}")
        return {name: float(reference[name]) for name in columns}, "counts given"
    if reference is not None:
        texts = [reference] if isinstance(reference, str) else list(reference)
        counts = _counts(count(texts, columns, rules=rules))
        if not counts["words"]:
            raise InputError("the reference texts hold no words")
        return counts, f"{len(texts)} texts given"
    profile = _profile() if rules.startswith("en/") else {}
    if all(name in profile for name in columns):
        return {name: profile[name] for name in columns}, "plain news English (bundled profile)"
    return dict(total), "this text's own average"


@cache
def _profile() -> dict[str, float]:
    path = Path(__file__).parent / "data" / "profile_en.json"
    data: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))["counts"]
    return data
