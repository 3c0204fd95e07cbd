"""Automated Readability Index, counting letters only."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Smith & Senter 1967, p. 8, read with letters in place of strokes",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
)
def ari_letters(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh letters per word against sentence length, as a US school grade.

    Higher is harder; undefined for a text without words. This is the reading of most tools; it
    lies below ``automated_readability_index`` by 4.71 for each mark or digit per word.
    """
    return 4.71 * (letters / words) + 0.5 * (words / sentences) - 21.43
