"""Strain index."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Nirmaldasan 2007, Strain Index",
    increases_with="difficulty",
    unit="tens of syllables per three sentences",
    tier="verified",
    bounds=(0.0, None),
)
def strain(words: Any, sentences: Any, syllables: Any) -> Any:
    """Take a tenth of the syllables in three sentences.

    Higher is harder; undefined for a text without words. The whole text is counted and brought to
    three sentences.
    """
    return 3.0 * syllables / sentences / 10.0
