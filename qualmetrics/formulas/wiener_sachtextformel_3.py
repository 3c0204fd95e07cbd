"""Third new Vienna formula for non-fiction."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, p. 84",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    tier="verified",
    bounds=(-1.1144, None),
)
def wiener_sachtextformel_3(words: Any, sentences: Any, polysyllables: Any) -> Any:
    """Weigh words of three or more syllables against sentence length, as a school grade.

    Higher is harder; undefined for a text without words. It leans on words; the fourth formula
    leans on sentences.
    """
    return 0.2963 * (100.0 * polysyllables / words) + 0.1905 * (words / sentences) - 1.1144
