"""Fry graph for Spanish."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.fry import fry


@formula(
    source="Gilliam, Pena & Mountain 1980, The Reading Teacher 33(4), 426-430",
    increases_with="difficulty",
    unit="US grade, 17 is college and above",
    languages=("es",),
    tier="experimental",
    bounds=(1.0, 17.0),
    valid_range={"words": (100, None)},
)
def gilliam_pena_mountain(words: Any, sentences: Any, syllables: Any) -> Any:
    """Read the Fry graph after taking 67 syllables from every 100 words.

    Whole grades; higher is harder; undefined where the Fry graph has no grade, and for a text
    without words; flagged under 100 words.
    """
    return body(fry)(words, sentences, syllables - 0.67 * words)
