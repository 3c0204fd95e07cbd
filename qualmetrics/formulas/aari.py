"""Al-Tamimi's automatic Arabic readability index."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Al-Tamimi et al. 2013, AARI",
    increases_with="difficulty",
    unit="points, growing with length",
    languages=("ar",),
    tier="experimental",
    bounds=(0.0, None),
)
def aari(words: Any, sentences: Any, characters: Any) -> Any:
    """Add the number of characters, characters per word, and sentence length, weighted.

    The first term is a plain count, so a longer passage scores higher: compare passages of equal
    length only. Higher is harder; undefined for a text without words.
    """
    return 3.28 * characters + 1.43 * (characters / words) + 1.24 * (words / sentences)
