"""Douma's reading ease for Dutch."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Douma 1960, De leesbaarheid van landbouwbladen",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("nl",),
    tier="verified",
)
def douma(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Dutch, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. One package has the two
    coefficients swapped.
    """
    return 206.84 - 77.0 * (syllables / words) - 0.93 * (words / sentences)
