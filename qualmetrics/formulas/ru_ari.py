"""Automated Readability Index for Russian."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="as in ruTS, after I. Begtin, plainrussian.ru",
    increases_with="difficulty",
    unit="school grade",
    languages=("ru",),
)
def ru_ari(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh letters per word against sentence length, fitted to Russian.

    A school grade; higher is harder; undefined for a text without words. Letters, not strokes.
    """
    return 6.26 * (letters / words) + 0.2805 * (words / sentences) - 31.04
