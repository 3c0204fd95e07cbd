"""FORCAST grade."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Caylor, Sticht, Fox & Ford 1973, HumRRO TR 73-5, p. 3",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(5.0, 20.0),
    valid_range={"words": (150, None)},
)
def forcast(words: Any, monosyllables: Any) -> Any:
    """Subtract a tenth of the one-syllable words in 150 words from 20.

    A US grade; higher is harder; undefined for a text without words; flagged under 150 words. It
    reads no sentences, so it works on forms, lists and questions.
    """
    return 20.0 - (150.0 * monosyllables / words) / 10.0
