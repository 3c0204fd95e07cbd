"""Flesch, recalculated as a grade by Powers, Sumner and Kearl."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Powers, Sumner & Kearl 1958, J. Educational Psychology 49(2), 99-105",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
)
def flesch_psk(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to the 1950 reading lessons.

    A US grade; higher is harder; undefined for a text without words. The paper has .0455 per
    syllable in 100 words, which is 4.55 per syllable per word; reading it as .0455 per syllable
    per word, as one package does, loses the term.
    """
    return 0.0778 * (words / sentences) + 4.55 * (syllables / words) - 2.2029
