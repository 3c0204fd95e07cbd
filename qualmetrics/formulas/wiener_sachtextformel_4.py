"""Fourth new Vienna formula for non-fiction."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, p. 84",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    tier="verified",
    bounds=(-1.693, None),
)
def wiener_sachtextformel_4(words: Any, sentences: Any, polysyllables: Any) -> Any:
    """Weigh sentence length against words of three or more syllables, as a school grade.

    Higher is harder; undefined for a text without words. Sentences weigh more than in the third.
    """
    return 0.2744 * (100.0 * polysyllables / words) + 0.2656 * (words / sentences) - 1.693
