"""Fernández Huerta's reading ease for Spanish."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Fernandez Huerta 1959, Consigna 214, 29-32; corrected by G. Law, LINGUIST 22.2332",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("es",),
)
def fernandez_huerta(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Spanish, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. The printed text defines the
    second term by sentences per 100 words; only words per sentence gives its examples. koRpus has
    206.835 for 206.84.
    """
    return 206.84 - 60.0 * (syllables / words) - 1.02 * (words / sentences)
