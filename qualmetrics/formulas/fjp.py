"""Farr-Jenkins-Paterson reading ease."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Farr, Jenkins & Paterson 1951, J. Applied Psychology 35(5), 333-337",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    tier="verified",
    bounds=(None, 128.383),
    bands=(
        (LOWEST, "very difficult"),
        (30, "difficult"),
        (50, "fairly difficult"),
        (60, "standard"),
        (70, "fairly easy"),
        (80, "easy"),
        (90, "very easy"),
    ),
)
def fjp(words: Any, sentences: Any, monosyllables: Any) -> Any:
    """Weigh sentence length against the percentage of one-syllable words, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. Made so that clerks need not
    count all syllables.
    """
    return -31.517 - 1.015 * (words / sentences) + 1.599 * (100.0 * monosyllables / words)
