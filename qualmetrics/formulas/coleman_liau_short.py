"""Coleman-Liau Index in its rounded short form."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Coleman & Liau 1975, the two equations multiplied and rounded, as in common use",
    increases_with="difficulty",
    unit="US grade",
)
def coleman_liau_short(words: Any, sentences: Any, letters: Any) -> Any:
    """Turn letters and sentences per 100 words into a US school grade with rounded constants.

    Higher is harder; undefined for a text without words. Differs from ``coleman_liau_index`` by
    less than .01 on ordinary prose. (textstat has .058 here, which loses .4 of a grade.)
    """
    return 0.0588 * (100.0 * letters / words) - 0.296 * (100.0 * sentences / words) - 15.8
