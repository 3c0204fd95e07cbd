"""ALT's Coleman-Liau index for Portuguese."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Moreno et al. 2022, arXiv 2203.12135, and the authors' package ALT",
    increases_with="difficulty",
    unit="school grade",
    languages=("pt",),
)
def alt_pt_cli(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh letters per word against sentences per word, fitted to Portuguese.

    A school grade; higher is harder; undefined for a text without words. ALT itself ends a
    sentence at a colon and a semicolon too.
    """
    return 5.4 * (letters / words) - 21.0 * (sentences / words) - 14.0
