"""Reading ease for Ukrainian."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Partiko 2001, as recorded by Wordless",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("uk",),
)
def uk_flesch(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Ukrainian.

    In points; higher is easier; undefined for a text without words. Sentence length weighs far
    more than in Flesch's formula.
    """
    return 206.84 - 28.3 * (syllables / words) - 5.93 * (words / sentences)
