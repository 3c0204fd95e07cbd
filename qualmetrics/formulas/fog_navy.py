"""New Fog Count for Navy manuals."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kincaid, Fishburne, Rogers & Chissom 1975, p. 14",
    increases_with="difficulty",
    unit="US grade",
    bounds=(-1.5, None),
)
def fog_navy(words: Any, sentences: Any, hard_fog: Any) -> Any:
    """Count hard words three times and others once, per sentence, as a US school grade.

    Higher is harder; undefined for a text without words. Hard words are those of ``gunning_fog``;
    koRpus uses another list of easy words, so its recorded value is not reproduced.
    """
    easy = words - hard_fog
    return ((easy + 3.0 * hard_fog) / sentences - 3.0) / 2.0
