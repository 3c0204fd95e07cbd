"""Flesch-Kincaid grade for Russian, a third set of constants."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="in circulation without a source that could be checked",
    increases_with="difficulty",
    unit="school grade",
    languages=("ru",),
    tier="experimental",
)
def ru_fk_alternative(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, with constants close to the English.

    A school grade; higher is harder; undefined for a text without words.
    """
    return 0.5 * (words / sentences) + 8.4 * (syllables / words) - 15.59
