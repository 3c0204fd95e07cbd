"""First new Vienna formula for non-fiction."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, p. 83",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    tier="verified",
)
def wiener_sachtextformel_1(
    words: Any, sentences: Any, monosyllables: Any, polysyllables: Any, long_words: Any
) -> Any:
    """Weigh long words, sentence length and short words, as an Austrian school grade.

    From the percentages of words with three or more syllables, with more than six letters, and
    with one syllable. Made for grades 6 to 10; higher is harder; undefined for a text without
    words. One package takes six letters for long.
    """
    return (
        0.1935 * (100.0 * polysyllables / words)
        + 0.1672 * (words / sentences)
        + 0.1297 * (100.0 * long_words / words)
        - 0.0327 * (100.0 * monosyllables / words)
        - 0.875
    )
