"""Flesch-Kincaid Grade Level."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 14",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
)
def flesch_kincaid_grade(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, as a US school grade.

    Undefined (NaN) for a text without words. Short simple texts go below 0.
    """
    return 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59
