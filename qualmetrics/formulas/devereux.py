"""Devereux readability index."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="E. A. Smith 1961, J. Educational Research 54(8), 298-303, via Wordless",
    increases_with="difficulty",
    unit="US grade",
)
def devereux(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh characters per word against sentence length, as a US school grade.

    Higher is harder; undefined for a text without words. Smith's characters include hyphens and
    apostrophes inside words, which ``letters`` leaves out: a few hundredths of a grade.
    """
    return 1.56 * (letters / words) + 0.19 * (words / sentences) - 6.49
