"""Markdown structure of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature

_LINES = {
    "headings": re.compile(r" {0,3}#{1,6}[ \t]+\S"),
    "bullets": re.compile(r"[ \t]{0,20}[-*+][ \t]+\S"),
    "numbered": re.compile(r"[ \t]{0,20}[0-9]{1,4}[.)][ \t]+\S"),
    "quotes": re.compile(r" {0,3}>"),
    "table_rows": re.compile(r"[ \t]{0,20}\|.{0,2000}\|[ \t]*$"),
}
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_SPAN = re.compile(r"`[^`\n]{1,500}`|\*\*[^*\n]{1,500}\*\*")
MAX_LINE = 4000
"""A longer line is looked at so far."""


def markdown_structure() -> Scorer:
    """Count lines and spans of Markdown: what a policy writes where a judge likes structure.

    Outputs ``headings``, ``bullets``, ``numbered``, ``quotes``, ``table_rows``, ``fences`` (code
    blocks), ``spans`` (inline code and bold), and ``markdown``, the primary one: the share of lines
    that are any of these, lines inside a code block included. Undefined for a blank text.
    """
    spec = Spec(
        name="markdown_structure",
        description=markdown_structure.__doc__ or "",
        outputs=(*_LINES, "fences", "spans", "markdown"),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="share of lines",
        source="Kinds of structure as in PrefBERT's appendix; own patterns",
    )
    return feature(spec, _measure)


def _measure(text: str) -> Sequence[float]:
    counts = dict.fromkeys((*_LINES, "fences", "spans"), 0)
    marked = lines = 0
    inside = False
    for whole in text.splitlines():
        line = whole[:MAX_LINE]
        if not line.strip():
            continue
        lines += 1
        if _FENCE.match(line):
            counts["fences"] += not inside
            inside = not inside
            marked += 1
            continue
        if inside:
            marked += 1
            continue
        kinds = [name for name, pattern in _LINES.items() if pattern.match(line)]
        for name in kinds:
            counts[name] += 1
        spans = len(_SPAN.findall(line))
        counts["spans"] += spans
        marked += bool(kinds) or spans > 0
    return (*map(float, counts.values()), marked / lines)
