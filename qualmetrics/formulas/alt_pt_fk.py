"""ALT's Flesch-Kincaid grade for Portuguese."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Moreno et al. 2022, arXiv 2203.12135, and the authors' package ALT",
    increases_with="difficulty",
    unit="school grade",
    languages=("pt",),
)
def alt_pt_fk(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Portuguese.

    A school grade; higher is harder; undefined for a text without words. ALT itself ends a
    sentence at a colon and a semicolon too.
    """
    return 0.36 * (words / sentences) + 10.4 * (syllables / words) - 18.0
