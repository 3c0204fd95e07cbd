"""SOL grade for Spanish."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.smog_index import smog_index


@formula(
    source="Contreras, Garcia-Alonso, Echenique & Daye-Contreras 1999, The SOL formulas, p. 21-29",
    increases_with="difficulty",
    unit="US grade",
    languages=("es",),
    valid_range={"sentences": (30, None)},
)
def sol(sentences: Any, polysyllables: Any) -> Any:
    """Bring the SMOG grade of a Spanish text to the grade of its English translation.

    Higher is harder; undefined for a text without words; flagged below 30 sentences.
    """
    return 0.74 * body(smog_index)(sentences, polysyllables) - 2.51
