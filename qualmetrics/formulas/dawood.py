"""Dawood's formula for Arabic."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Dawood 1977, thesis, as recorded by Wordless",
    increases_with="ease",
    unit="points",
    languages=("ar",),
)
def dawood(words: Any, sentences: Any, letters: Any, types: Any) -> Any:
    """Weigh letters per word and sentence length against how often a word is repeated.

    In points; higher is easier, since long words and sentences lower it; undefined for a text
    without words. Repetition grows with length, so compare texts of like length.
    """
    return (
        -0.0533 * (letters / words)
        - 0.2066 * (words / sentences)
        + 5.5543 * (words / types)
        - 1.0801
    )
