"""Dickes and Steiwer's formula for German."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="Dickes & Steiwer 1977, Z. Entwicklungspsychologie 9(1), 20-28",
    increases_with="ease",
    unit="points",
    languages=("de",),
)
def dickes_steiwer(words: Any, sentences: Any, letters: Any, types: Any) -> Any:
    """Weigh the logarithms of word and sentence length, and the share of different words.

    The short form for work by hand. In points; higher is easier; undefined for a text without
    words. The share of different words falls with length, so compare texts of like length.
    """
    return (
        235.95993
        - 73.021 * xp.log(letters / words + 1.0)
        - 12.56438 * xp.log(words / sentences + 1.0)
        - 50.03293 * (types / words)
    )
