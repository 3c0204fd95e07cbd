"""ALT's Automated Readability Index for Portuguese."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Moreno et al. 2022, arXiv 2203.12135, and the authors' package ALT",
    increases_with="difficulty",
    unit="school grade",
    languages=("pt",),
)
def alt_pt_ari(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh letters per word against sentence length, fitted to Portuguese.

    A school grade; higher is harder; undefined for a text without words. ALT itself ends a
    sentence at a colon and a semicolon too.
    """
    return 4.6 * (letters / words) + 0.44 * (words / sentences) - 20.0
