"""Gunning Fog Index."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Gunning 1952 (1968), The technique of clear writing, p. 38",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(0.0, None),
    adaptations={"pl": "fog_pl"},
)
def gunning_fog(words: Any, sentences: Any, hard_fog: Any) -> Any:
    """Add sentence length and the percentage of hard words, as a US school grade.

    Hard words have three or more syllables, but are no names, no compounds of easy words, and do
    not reach the third through -es or -ed. Higher is harder; undefined for a text without words.
    ``fog_polysyllables`` leaves these exceptions out.
    """
    return 0.4 * (words / sentences + 100.0 * hard_fog / words)
