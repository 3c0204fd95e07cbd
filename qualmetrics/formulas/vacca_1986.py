"""Franchina and Vacca's reading ease for Italian, 1986."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Franchina & Vacca 1986, Linguaggi 3, 47-49",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("it",),
)
def vacca_1986(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Italian, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. The set that most tools use
    for Italian.
    """
    return 217.0 - 60.0 * (syllables / words) - 1.3 * (words / sentences)
