"""ALT's reading ease for Portuguese."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Moreno et al. 2022, arXiv 2203.12135, and the authors' package ALT",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("pt",),
)
def alt_pt_flesch(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Portuguese.

    In points; higher is easier; undefined for a text without words. ALT itself ends a sentence at
    a colon and a semicolon too.
    """
    return 226.0 - 1.04 * (words / sentences) - 72.0 * (syllables / words)
