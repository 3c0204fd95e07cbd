"""Pisarek's linear Fog index for Polish."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Pisarek 1969, Jak mierzyc zrozumialosc tekstu; words as they stand, our reading",
    increases_with="difficulty",
    unit="years of school",
    languages=("pl",),
    tier="experimental",
    bounds=(1.0, None),
)
def fog_pl(
    words: Any,
    sentences: Any,
    syllables_4: Any,
    syllables_4plus: Any,
    *,
    more_than_four: bool = False,
) -> Any:
    """Add a third of sentence length, a third of the percentage of long words, and 1.

    Long words have four or more syllables, or ``more_than_four``: tools disagree. Pisarek counts
    the base form of a word and leaves out names; without a lemmatiser words count as they stand,
    which gives more. Higher is harder; undefined for a text without words.
    """
    hard = syllables_4plus - syllables_4 if more_than_four else syllables_4plus
    return (words / sentences) / 3.0 + (100.0 * hard / words) / 3.0 + 1.0
