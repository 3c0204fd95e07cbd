"""Coleman-Liau estimated cloze percentage."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Coleman & Liau 1975, J. Applied Psychology 60(2), 283-284",
    increases_with="ease",
    unit="percent of blanks filled",
    tier="verified",
)
def coleman_liau_ecp(words: Any, sentences: Any, letters: Any) -> Any:
    """Estimate how many deleted words college students restore, from letters and sentences.

    In percent, though not kept inside 0 to 100; higher is easier; undefined for a text without
    words. ``coleman_liau_index`` is this on a scale of grades.
    """
    return 141.8401 - 0.214590 * (100.0 * letters / words) + 1.079812 * (100.0 * sentences / words)
