"""Ateşman's reading ease for Turkish."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Atesman 1997, Dil Dergisi 58, 71-74",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("tr",),
    bands=(
        (LOWEST, "very difficult"),
        (30, "difficult"),
        (50, "medium"),
        (70, "easy"),
        (90, "very easy"),
    ),
)
def atesman(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Turkish, on Flesch's scale.

    In points; higher is easier; undefined for a text without words.
    """
    return 198.825 - 40.175 * (syllables / words) - 2.610 * (words / sentences)
