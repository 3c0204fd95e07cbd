"""Harris-Jacobson formula 3."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Harris & Jacobson, formula 3, as recorded by koRpus",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(0.355, None),
)
def harris_jacobson_3(words: Any, sentences: Any, long_words: Any) -> Any:
    """Weigh sentence length against the percentage of words of more than six letters.

    A US grade for primary readers; higher is harder; undefined for a text without words. Of the
    five Harris-Jacobson formulas the only one that needs no word list.
    """
    return 0.158 * (words / sentences) + 0.055 * (100.0 * long_words / words) + 0.355
