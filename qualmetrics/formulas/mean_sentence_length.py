"""Mean sentence length."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="a count, not a formula of anybody's",
    increases_with="quantity",
    unit="words per sentence",
    languages=ANY,
    tier="verified",
    bounds=(0.0, None),
)
def mean_sentence_length(words: Any, sentences: Any) -> Any:
    """Count words per sentence; undefined for a text without words."""
    return words / sentences
