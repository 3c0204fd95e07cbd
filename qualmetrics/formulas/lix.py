"""LIX, Björnsson's readability index."""

from typing import Any

from qualmetrics.formula import ANY, LOWEST, formula


@formula(
    source="Bjornsson 1968, Läsbarhet; 1983, Reading Research Quarterly 18(4), 480-497",
    increases_with="difficulty",
    unit="points, most prose 20 to 60",
    languages=ANY,
    tier="verified",
    bounds=(0.0, None),
    bands=(
        (LOWEST, "very easy"),
        (30, "easy"),
        (40, "medium"),
        (50, "difficult"),
        (60, "very difficult"),
    ),
)
def lix(words: Any, sentences: Any, long_words: Any) -> Any:
    """Add sentence length and the percentage of words of seven or more letters.

    In points; higher is harder; undefined for a text without words. Needs no syllables and no
    word list, so it fits any alphabet, but languages with long words score higher as a whole.
    """
    return words / sentences + 100.0 * long_words / words
