"""Second new Vienna formula for non-fiction."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, p. 84",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    tier="verified",
)
def wiener_sachtextformel_2(words: Any, sentences: Any, polysyllables: Any, long_words: Any) -> Any:
    """Weigh long words and sentence length, as an Austrian school grade.

    From the percentages of words with three or more syllables and with more than six letters. Made
    for texts up to grade 5; higher is harder; undefined for a text without words.
    """
    return (
        0.2007 * (100.0 * polysyllables / words)
        + 0.1682 * (words / sentences)
        + 0.1373 * (100.0 * long_words / words)
        - 2.779
    )
