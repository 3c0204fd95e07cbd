"""Mean word length in syllables."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="a count, not a formula of anybody's",
    increases_with="quantity",
    unit="syllables per word",
    languages=ANY,
    tier="verified",
    bounds=(0.0, None),
)
def mean_syllables_per_word(words: Any, syllables: Any) -> Any:
    """Count syllables per word; undefined for a text without words."""
    return syllables / words
