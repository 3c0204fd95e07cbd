"""Coleman's cloze formula of one variable."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Coleman 1965, in Liau, Bassin, Martin & Coleman 1976, J. Reading Behavior 8(4)",
    increases_with="ease",
    unit="percent of blanks filled",
    bounds=(-38.45, 90.55),
)
def coleman_1(words: Any, monosyllables: Any) -> Any:
    """Estimate the percentage of deleted words restored, from one-syllable words alone.

    In percent, though not kept inside 0 to 100; higher is easier; undefined for a text without
    words.
    """
    return 1.29 * (100.0 * monosyllables / words) - 38.45
