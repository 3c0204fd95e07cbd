"""FORCAST reading grade level."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Caylor, Sticht, Fox & Ford 1973, HumRRO TR 73-5",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(3.93, 20.43),
    valid_range={"words": (150, None)},
)
def forcast_rgl(words: Any, monosyllables: Any) -> Any:
    """Turn the one-syllable words in 150 words into a reading grade level, unrounded constants.

    A US grade; higher is harder; undefined for a text without words; flagged under 150 words.
    ``forcast`` is the same for mental arithmetic.
    """
    return 20.43 - 0.11 * (150.0 * monosyllables / words)
