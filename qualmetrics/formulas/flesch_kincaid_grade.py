"""Flesch-Kincaid Grade Level."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 14",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    adaptations={"pt": "alt_pt_fk", "ru": "ru_fk"},
)
def flesch_kincaid_grade(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, as a US school grade.

    Higher is harder; undefined for a text without words. Short simple texts go below 0. Here a
    numeral is one syllable; the Navy read its digits out. One package has .38 for .39.
    """
    return 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59
