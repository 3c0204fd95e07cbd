"""The index from which the Automated Readability Index was made."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Smith & Senter 1967, AMRL-TR-66-220",
    increases_with="difficulty",
    unit="points",
    tier="verified",
    bounds=(0.0, None),
)
def ari_simple(words: Any, sentences: Any, strokes: Any) -> Any:
    """Add sentence length and nine times the strokes per word.

    In points, not grades; higher is harder; undefined for a text without words. Tools differ in
    counting letters in place of strokes.
    """
    return words / sentences + 9.0 * (strokes / words)
