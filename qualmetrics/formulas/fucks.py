"""Fucks' style characteristic."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="Fucks 1955, Unterschied des Prosastils von Dichtern und Schriftstellern",
    increases_with="difficulty",
    unit="syllables per sentence",
    languages=ANY,
    tier="verified",
    bounds=(0.0, None),
)
def fucks(words: Any, sentences: Any, syllables: Any) -> Any:
    """Count syllables per sentence: word length times sentence length.

    Higher is harder; undefined for a text without words. Some take the square root of it.
    """
    return (syllables / words) * (words / sentences)
