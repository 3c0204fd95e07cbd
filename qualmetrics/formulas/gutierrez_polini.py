"""Gutiérrez de Polini's comprehensibility for Spanish."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Gutierrez de Polini 1972, Investigacion sobre lectura en Venezuela",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("es",),
    tier="verified",
    bands=((LOWEST, "difficult"), (33.33, "normal"), (66.66, "easy")),
)
def gutierrez_polini(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh letters per word against sentence length.

    The one formula made for Spanish from the start rather than adapted to it. In points; higher is
    easier; undefined for a text without words.
    """
    return 95.2 - 9.7 * (letters / words) - 0.35 * (words / sentences)
