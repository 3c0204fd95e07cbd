"""Coleman's cloze formula of two variables."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Coleman 1965, in Liau, Bassin, Martin & Coleman 1976, J. Reading Behavior 8(4)",
    increases_with="ease",
    unit="percent of blanks filled",
)
def coleman_2(words: Any, sentences: Any, monosyllables: Any) -> Any:
    """Estimate the percentage of deleted words restored, from one-syllable words and sentences.

    In percent, though not kept inside 0 to 100; higher is easier; undefined for a text without
    words.
    """
    return 1.16 * (100.0 * monosyllables / words) + 1.48 * (100.0 * sentences / words) - 37.95
