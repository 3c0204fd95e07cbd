"""Al-Heeti's formula of three variables for Arabic."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Al-Heeti 1984, thesis, as recorded by Wordless",
    increases_with="difficulty",
    unit="school grade",
    languages=("ar",),
)
def al_heeti_2(words: Any, sentences: Any, letters: Any, types: Any) -> Any:
    """Weigh letters per word, sentence length, and how often a word is repeated.

    A school grade; higher is harder; undefined for a text without words. Repetition grows with
    length, so compare texts of like length.
    """
    return (
        0.97569509 * (letters / words)
        + 0.37237998 * (words / sentences)
        - 0.90451827 * (words / types)
        - 1.06000414
    )
