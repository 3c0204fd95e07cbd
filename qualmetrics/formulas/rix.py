"""RIX, Anderson's rate index."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="Anderson 1983, Lix and Rix, J. Reading 26(6), 490-496",
    increases_with="difficulty",
    unit="long words per sentence unit",
    languages=ANY,
    tier="verified",
    bounds=(0.0, None),
)
def rix(words: Any, units: Any, long_words: Any) -> Any:
    """Count words of seven or more letters per sentence unit.

    A unit ends at a colon and a semicolon too. Higher is harder; undefined for a text without
    words. Needs no syllables and no word list. ``rix_grade`` turns it into a grade.
    """
    return long_words / units
