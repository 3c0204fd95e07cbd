"""Flesch-Kincaid grade for Russian."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="as in ruTS, after I. Begtin, plainrussian.ru",
    increases_with="difficulty",
    unit="school grade",
    languages=("ru",),
)
def ru_fk(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Russian.

    A school grade; higher is harder; undefined for a text without words. Two other sets exist:
    ``ru_fk_solnyshkina`` and ``ru_fk_alternative``.
    """
    return 0.49 * (words / sentences) + 7.3 * (syllables / words) - 16.59
