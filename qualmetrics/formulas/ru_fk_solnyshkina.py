"""Flesch-Kincaid grade for Russian textbooks."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Solnyshkina, Ivanov & Solovyev 2018, as cited",
    increases_with="difficulty",
    unit="school grade",
    languages=("ru",),
)
def ru_fk_solnyshkina(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Russian schoolbooks.

    A school grade; higher is harder; undefined for a text without words.
    """
    return 0.36 * (words / sentences) + 5.76 * (syllables / words) - 11.97
