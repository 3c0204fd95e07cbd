"""Automated Readability Index, refitted to Navy readers."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 14",
    increases_with="difficulty",
    unit="US grade",
)
def ari_navy(words: Any, sentences: Any, strokes: Any) -> Any:
    """Weigh strokes per word against sentence length, fitted to 531 Navy trainees.

    A US grade; higher is harder; undefined for a text without words. Strokes are counted as in
    ``automated_readability_index``.
    """
    return 5.84 * (strokes / words) + 0.37 * (words / sentences) - 26.01
