"""Machinery: a score for each part of a text, and from parts to the tokens of a policy.

Everything is in character offsets of the text as given: the tokenizers of policy and scorer differ,
and characters are what they share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import InputError

Span = tuple[int, int]

CUTS = ("sentence", "clause", "paragraph")
MIN_CLAUSE_WORDS = 5
"""A shorter clause stays with the one before, as in Fine-Grained RLHF."""

_BLANK_LINES = re.compile(r"(?:\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*")
_CLAUSE_END = re.compile(r"[,;!?](?=\s)")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text, from ``start`` up to ``end``, and its value; NaN where undefined."""

    start: int
    end: int
    text: str
    value: float
    status: Status


def segments(text: str, cut: str = "sentence", *, lang: str = "en") -> list[Span]:
    """Return the ``[start, end)`` offsets of the parts of a text, in order.

    ``clause`` cuts sentences after a comma, semicolon, exclamation or question mark, where both
    sides have five words or more.

    Raises
    ------
    InputError

    Examples
    --------
    >>> segments("It rains. We stay in.")
    [(0, 9), (10, 21)]
    """
    if not isinstance(text, str):
        raise InputError(f"segments takes one string; got {type(text).__name__}")
    if cut not in CUTS:
        raise InputError(f"cut {cut!r} is not one of {', '.join(CUTS)}")
    if cut == "paragraph":
        return _paragraphs(text)
    from qualmetrics.text import sentence_spans

    sentences = sentence_spans(text, lang)
    if cut == "sentence":
        return sentences
    return [part for start, end in sentences for part in _clauses(text, start, end)]


def _paragraphs(text: str) -> list[Span]:
    ends = [match.span() for match in _BLANK_LINES.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    found = []
    for start, stop in zip(starts, stops, strict=True):
        part = text[start:stop]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            found.append((start + lead, start + len(part.rstrip())))
    return found


def _clauses(text: str, start: int, end: int) -> list[Span]:
    cuts = [match.end() for match in _CLAUSE_END.finditer(text, start, end)]
    found, begin = [], start
    for cut in cuts:
        long_enough = len(text[begin:cut].split()) >= MIN_CLAUSE_WORDS
        if long_enough and len(text[cut:end].split()) >= MIN_CLAUSE_WORDS:
            found.append((begin, cut))
            begin = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    return [*found, (begin, end)]


def per_segment(
    scorer: Scorer,
    text: str,
    *,
    cut: str = "sentence",
    references: str | Sequence[str] | None = None,
    columns: Mapping[str, Any] | None = None,
    lang: str = "en",
) -> list[Segment]:
    """Score each part of a text on its own, against the same references and columns.

    Raises
    ------
    InputError
    """
    spans = segments(text, cut, lang=lang)
    parts = [text[start:end] for start, end in spans]
    scores = _scored(scorer, parts, references, columns)
    return [
        Segment(start, end, part, float(value), Status(int(status)))
        for (start, end), part, value, status in zip(
            spans, parts, scores.primary, scores.status, strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class PrefixDeltas:
    """What each part adds when a text is read from the start.

    ``deltas`` add up to ``last - empty``, exactly but for rounding; ``values`` are the scores of
    the prefixes, and where a prefix has none it is that of the one before.
    """

    spans: tuple[Span, ...]
    deltas: NDArray[np.float64]
    values: NDArray[np.float64]
    empty: float

    @property
    def total(self) -> float:
        """The score of the whole text, less that of the empty one."""
        return float(self.values[-1]) - self.empty if len(self.values) else 0.0


def deltas(values: Sequence[float], *, empty: float) -> NDArray[np.float64]:
    """Return the differences of successive prefix scores, the first from ``empty``.

    Examples
    --------
    >>> deltas([0.5, 0.25], empty=0.0).tolist()
    [0.5, -0.25]
    """
    return np.diff(np.asarray(values, dtype=np.float64), prepend=empty)


def prefix_deltas(
    scorer: Scorer,
    text: str,
    *,
    empty: float,
    cut: str = "sentence",
    references: str | Sequence[str] | None = None,
    columns: Mapping[str, Any] | None = None,
    lang: str = "en",
) -> PrefixDeltas:
    """Score growing prefixes of a text; what each part changed is its credit (RED).

    It spreads a score over the text and adds nothing to it: the parts sum to the score of the
    whole less that of nothing. A baseline of the whole sequence must not be subtracted from them.

    Parameters
    ----------
    scorer : Scorer
    text : str
    empty : float
        What the empty prefix is worth. No text has no score, so only you can say.
    cut : {"sentence", "clause", "paragraph"}
    references, columns, lang
        As in ``per_segment``.

    Raises
    ------
    InputError
    """
    spans = segments(text, cut, lang=lang)
    if not np.isfinite(empty):
        raise InputError(f"empty must be a finite number; got {empty!r}")
    values = _scored(scorer, [text[:end] for _, end in spans], references, columns).primary.copy()
    before = float(empty)
    for i, value in enumerate(values.tolist()):
        if np.isnan(value):
            values[i] = before
        before = float(values[i])
    return PrefixDeltas(tuple(spans), deltas(values, empty=empty), values, float(empty))


def spans_to_tokens(
    spans: Sequence[Span],
    values: Sequence[float],
    offsets: Sequence[Span],
    *,
    place: str = "last",
) -> NDArray[np.float64]:
    """Put a value for each span on the tokens of a policy, ``(tokens,)``.

    Parameters
    ----------
    spans : character offsets of the parts
    values : one for each; NaN counts as 0
    offsets : character offsets of the tokens, as a tokenizer's offset mapping gives them
        A token without characters (a special one) gets nothing.
    place : {"last", "spread"}
        On the last token of the span, as in Fine-Grained RLHF, or in equal parts on all of them.

    Returns
    -------
    (tokens,), whose sum is that of the values: a span without a token of its own goes to the token
    before it, or to the first.

    Raises
    ------
    InputError
        For unequal lengths, and for values where there is no token at all.
    """
    if place not in ("last", "spread"):
        raise InputError(f"place {place!r} is not one of last, spread")
    if len(spans) != len(values):
        raise InputError(f"{len(spans)} spans but {len(values)} values")
    found = np.zeros(len(offsets))
    real = [i for i, (start, end) in enumerate(offsets) if end > start]
    for (start, end), value in zip(spans, np.nan_to_num(values, nan=0.0), strict=True):
        mine = [i for i in real if offsets[i][0] < end and offsets[i][1] > start]
        if not mine:
            before = [i for i in real if offsets[i][1] <= start]
            mine = before[-1:] or real[:1]
        if not mine:
            raise InputError("there is no token to put a value on; give the offsets of the text")
        if place == "last":
            found[mine[-1]] += value
        else:
            found[mine] += value / len(mine)
    return found


def _scored(
    scorer: Scorer,
    parts: Sequence[str],
    references: str | Sequence[str] | None,
    columns: Mapping[str, Any] | None,
) -> Any:
    n = len(parts)
    several = None if references is None else [references] * n
    cells = None if columns is None else {name: [cell] * n for name, cell in columns.items()}
    return scorer(list(parts), several, columns=cells)
