"""Farr-Jenkins-Paterson, recalculated by Powers, Sumner and Kearl."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Powers, Sumner & Kearl 1958, J. Educational Psychology 49(2), 99-105",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(1.9535, None),
)
def fjp_psk(words: Any, sentences: Any, monosyllables: Any) -> Any:
    """Weigh sentence length against one-syllable words, fitted to the 1950 reading lessons.

    A US grade; higher is harder; undefined for a text without words.
    """
    return 8.4335 + 0.0923 * (words / sentences) - 0.0648 * (100.0 * monosyllables / words)
