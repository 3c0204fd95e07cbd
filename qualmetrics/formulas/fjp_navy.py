"""New Farr-Jenkins-Paterson for Navy manuals."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 17",
    increases_with="difficulty",
    unit="US grade",
)
def fjp_navy(words: Any, sentences: Any, monosyllables: Any) -> Any:
    """Weigh sentence length against one-syllable words, fitted to 531 Navy trainees.

    A US grade, unlike ``fjp``; higher is harder; undefined for a text without words.
    """
    return 22.05 + 0.387 * (words / sentences) - 0.307 * (100.0 * monosyllables / words)
