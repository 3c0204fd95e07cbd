"""Mean word length in letters."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="a count, not a formula of anybody's",
    increases_with="quantity",
    unit="letters per word",
    languages=ANY,
    tier="verified",
    bounds=(0.0, None),
)
def mean_letters_per_word(words: Any, letters: Any) -> Any:
    """Count letters per word; undefined for a text without words."""
    return letters / words
