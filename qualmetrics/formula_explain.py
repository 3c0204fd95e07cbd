"""Machinery: how formulas explain themselves, by sending counts with shares through their body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.attribution import NotAdditiveError, Quantity
from qualmetrics.core import Input, Rows, Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.explain import Explanation, Span
from qualmetrics.profile import PLAIN_NEWS
from qualmetrics.text.weights import WordWeights

MAX_WORDS = 2_000
"""Distinct words that are looked at, the commonest first: an explanation is for reading."""


@dataclass(frozen=True)
class _Pieces:
    """Pieces of a text, and their counts ``(pieces, columns)``."""

    spans: Sequence[tuple[int, int]]
    counts: NDArray[np.float64]


def explain_formula(
    scorer: Scorer,
    text: str,
    reference: str | Sequence[str] | Mapping[str, float] | None = None,
) -> Explanation:
    """Explain a formula's score of one text; see ``qualmetrics.explain.explain``."""
    item = scorer.inputs[0]
    rules: str = item.rules  # type: ignore[attr-defined]
    columns = tuple(item.layout)
    scores = scorer.score_one(text)
    status = Status(int(scores.status[0]))
    total = _counts(_count(item, [text]))
    baseline, said = _reference(reference, item, total)
    arrays = {name: np.array([value]) for name, value in baseline.items()}
    pieces = [_sentences(text, item, rules), _words(text, item, rules, baseline)]
    shares: list[NDArray[np.float64] | None] = [None, None]
    note = ""
    if status.undefined:
        note = f"the score is undefined ({status})"
    else:
        try:
            shares = [_shares(scorer, columns, total, baseline, part.counts) for part in pieces]
        except NotAdditiveError as error:
            note = f"{error}; the counts of each part are shown without shares"
    sentences, words = (
        _spans(text, part, columns, share) for part, share in zip(pieces, shares, strict=True)
    )
    rests = [0.0 if share is None else float(share[-1]) for share in shares]
    return Explanation(
        scorer=scorer.spec.name,
        signature=scorer.signature,
        unit=scorer.spec.unit,
        increases_with=scorer.spec.increases_with,
        value=float(scores),
        status=status,
        reference_value=float(np.asarray(scorer.forward(arrays))[0, 0]),
        reference=said,
        counts=total,
        sentences=sentences,
        rest=rests[0],
        words=words,
        words_rest=rests[1],
        note=note,
    )


def _count(item: Input, texts: Sequence[str]) -> Mapping[str, Any]:
    """Count as the scorer does, channels of word weights included."""
    return item.read(Rows(tuple(texts))).arrays


def _sentences(text: str, item: Input, rules: str) -> _Pieces:
    from qualmetrics.text import sentence_spans
    from qualmetrics.text.rules import language_of

    columns = tuple(item.layout)
    spans = sentence_spans(text, lang=language_of(rules))
    pieces = [text[start:end] for start, end in spans]
    return _Pieces(spans, _matrix(_count(item, pieces), columns, len(pieces)))


def _words(text: str, item: Input, rules: str, baseline: Mapping[str, float]) -> _Pieces:
    """Cut a text into words, each with the reference's rate of sentences.

    So no word has a share in how long the sentences are, which is none of its doing.
    """
    from qualmetrics.text import word_spans
    from qualmetrics.text.counts import occurrences
    from qualmetrics.text.rules import language_of

    columns = tuple(item.layout)
    spans = word_spans(text, lang=language_of(rules))
    distinct = list(dict.fromkeys(text[start:end] for start, end in spans))[:MAX_WORDS]
    counts = _matrix(_count(item, distinct), columns, len(distinct))
    for boundary in ("sentences", "units", "paragraphs"):  # a word alone is none of these
        if boundary in columns and baseline["words"]:
            rate = baseline[boundary] / baseline["words"]
            counts[:, columns.index(boundary)] = rate * counts[:, columns.index("words")]
    position = {word: i for i, word in enumerate(distinct)}
    kept = [i for i, (start, end) in enumerate(spans) if text[start:end] in position]
    rows = [position[text[start:end]] for start, end in (spans[i] for i in kept)]
    made = counts[rows] if rows else counts[:0]
    tables: Sequence[WordWeights] = getattr(item, "tables", ())
    if tables:  # a name weighs what it does where it stands, which no word alone can tell
        found = occurrences([text], rules)
        for table in tables:
            columns_of = [columns.index(channel) for channel in table.channels]
            made[:, columns_of] = found.weights(table)[kept]
    return _Pieces([spans[i] for i in kept], made)


def _shares(
    scorer: Scorer,
    columns: Sequence[str],
    total: Mapping[str, float],
    baseline: Mapping[str, float],
    matrix: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Run the formula on counts that carry the rows of ``matrix``: ``(rows + 1,)``."""
    quantities = {}
    for k, name in enumerate(columns):
        parts = matrix[:, k]
        shares = np.append(parts, total[name] - parts.sum())
        quantities[name] = Quantity(total[name], baseline[name], shares, is_count=True)
    made: Quantity = scorer.forward.evaluate(quantities)  # type: ignore[attr-defined]
    return made.settled().shares


def _spans(
    text: str,
    pieces: _Pieces,
    columns: Sequence[str],
    shares: NDArray[np.float64] | None,
) -> tuple[Span, ...]:
    return tuple(
        Span(
            start,
            end,
            text[start:end],
            None if shares is None else float(shares[i]),
            {name: float(v) for name, v in zip(columns, pieces.counts[i], strict=True) if v},
        )
        for i, (start, end) in enumerate(pieces.spans)
    )


def _matrix(table: Mapping[str, Any], columns: Sequence[str], n: int) -> NDArray[np.float64]:
    if not n:
        return np.zeros((0, len(columns)))
    return np.stack([np.asarray(table[name], dtype=np.float64) for name in columns], axis=1)


def _counts(table: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(np.asarray(values).sum()) for name, values in table.items()}


def _reference(
    reference: str | Sequence[str] | Mapping[str, float] | None,
    item: Input,
    total: Mapping[str, float],
) -> tuple[dict[str, float], str]:
    columns = tuple(item.layout)
    rules: str = item.rules  # type: ignore[attr-defined]
    if isinstance(reference, Mapping):
        missing = [name for name in columns if name not in reference]
        if missing:
            raise InputError(f"the reference counts lack {', '.join(missing)}")
        return {name: float(reference[name]) for name in columns}, "counts given"
    if reference is not None:
        texts = [reference] if isinstance(reference, str) else list(reference)
        counts = _counts(_count(item, texts))
        if not counts["words"]:
            raise InputError("the reference texts hold no words")
        return counts, f"{len(texts)} texts given"
    if rules.startswith("en/") and all(name in PLAIN_NEWS for name in columns):
        return {name: PLAIN_NEWS[name] for name in columns}, "an average plain news article"
    return dict(total), "this text's own average"
