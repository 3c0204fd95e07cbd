"""Machinery: how any scorer explains itself, by leaving out one sentence after the other.

Formulas and linear rankers have exact shares (``formula_explain``). For whatever has none, a
transformer or a loaded graph, a sentence's share is what the value loses when it is left out. Such
shares do not add up to the value; what is missing is named ``rest``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.explain import Explanation, Span

MAX_SENTENCES = 400
"""Each costs a scoring of the whole text."""

NOTE = "a share is what the value loses without that sentence; such shares do not add up"


def explain_by_occlusion(
    scorer: Scorer,
    text: str,
    reference: str | Sequence[str] | Mapping[str, float] | None = None,
) -> Explanation:
    """Explain a score of one text by its sentences; see ``qualmetrics.explain.explain``.

    Raises
    ------
    InputError
        For a reference, which this has no use for, or a scorer that reads more than the text.
    """
    from qualmetrics.text import sentence_spans

    if scorer.needs:
        needs = ", ".join(sorted(scorer.needs))
        raise InputError(f"{scorer.spec.name} reads {needs} beside the text; it has no explanation")
    if reference is not None:
        raise InputError(
            f"{scorer.spec.name} is explained by leaving sentences out; it takes no reference"
        )
    spans = sentence_spans(text)
    looked_at = spans[:MAX_SENTENCES] if len(spans) > 1 else []
    without = [text[:start] + text[end:] for start, end in looked_at]
    scores = scorer([text, *without])
    value, status = float(scores.primary[0]), Status(int(scores.status[0]))
    lost = value - scores.primary[1:]
    shares: list[float | None] = [float(x) if np.isfinite(x) else None for x in lost]
    if not looked_at:
        looked_at, shares = spans, [None] * len(spans)
    total = sum(share for share in shares if share is not None)
    return Explanation(
        scorer=scorer.spec.name,
        signature=scorer.signature,
        unit=scorer.spec.unit,
        increases_with=scorer.spec.increases_with,
        value=value,
        status=status,
        reference_value=0.0,
        reference="none",
        counts={},
        sentences=_spans(text, looked_at, shares),
        rest=value - total,
        words=(),
        words_rest=value,
        note=f"the score is undefined ({status})" if status.undefined else NOTE,
    )


def _spans(text: str, spans: Sequence[tuple[int, int]], shares: Sequence[Any]) -> tuple[Span, ...]:
    return tuple(
        Span(start, end, text[start:end], share, {})
        for (start, end), share in zip(spans, shares, strict=True)
    )


__all__ = ["explain_by_occlusion"]
