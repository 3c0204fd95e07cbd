"""Reading ease for Portuguese."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Martins, Ghiraldelo, Nunes & Oliveira 1996, Notas do ICMSC 28",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("pt",),
    bands=((LOWEST, "very difficult"), (25, "difficult"), (50, "easy"), (75, "very easy")),
)
def flesch_pt(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word: Flesch's formula plus 42.

    In points; higher is easier; undefined for a text without words. ``alt_pt_flesch`` was fitted
    to Portuguese anew.
    """
    return 248.835 - 1.015 * (words / sentences) - 84.6 * (syllables / words)
