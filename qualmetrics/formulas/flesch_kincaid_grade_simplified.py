"""Flesch-Kincaid Grade Level, for mental arithmetic."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 14, simplified form",
    increases_with="difficulty",
    unit="US grade",
)
def flesch_kincaid_grade_simplified(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, with constants of two digits.

    A US grade; higher is harder; undefined for a text without words. The report prints it beside
    ``flesch_kincaid_grade`` for work by hand.
    """
    return 0.4 * (words / sentences) + 12.0 * (syllables / words) - 16.0
