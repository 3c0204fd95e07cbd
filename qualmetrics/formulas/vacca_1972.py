"""Vacca's reading ease for Italian, 1972."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Vacca 1972, as recorded by Wordless",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("it",),
)
def vacca_1972(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Italian, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. Refitted as ``vacca_1986``.
    """
    return 206.0 - 65.0 * (syllables / words) - words / sentences
