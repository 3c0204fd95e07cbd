"""Al-Heeti's formula of word length for Arabic."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Al-Heeti 1984, thesis, as recorded by Wordless",
    increases_with="difficulty",
    unit="school grade",
    languages=("ar",),
)
def al_heeti_1(words: Any, letters: Any) -> Any:
    """Turn letters per word into a school grade.

    Higher is harder; undefined for a text without words.
    """
    return 4.41434307 * (letters / words) - 13.46873475
