"""Automated Readability Index for the Navy, for mental arithmetic."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 14, simplified form",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
)
def ari_navy_simplified(words: Any, sentences: Any, strokes: Any) -> Any:
    """Weigh strokes per word against sentence length, with constants of two digits.

    A US grade; higher is harder; undefined for a text without words. koRpus calls this one NRI.
    """
    return 6.0 * (strokes / words) + 0.4 * (words / sentences) - 27.4
