"""Automated Readability Index."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Smith & Senter 1967, AMRL-TR-66-220, p. 8",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    adaptations={"pt": "alt_pt_ari", "ru": "ru_ari"},
)
def automated_readability_index(words: Any, sentences: Any, strokes: Any) -> Any:
    """Weigh strokes per word against sentence length, as a US school grade.

    Strokes are the letters, digits and punctuation marks that a typist strikes inside a sentence,
    without the one that ends it. Higher is harder; undefined for a text without words. Most tools
    count letters only: ``ari_letters``. The Navy's refit is ``ari_navy``.
    """
    return 4.71 * (strokes / words) + 0.5 * (words / sentences) - 21.43
