"""Pisarek's non-linear index for Polish."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="Pisarek 1969, Jak mierzyc zrozumialosc tekstu; words as they stand, our reading",
    increases_with="difficulty",
    unit="years of school",
    languages=("pl",),
    tier="experimental",
    bounds=(0.0, None),
)
def pisarek(
    words: Any,
    sentences: Any,
    syllables_4: Any,
    syllables_4plus: Any,
    *,
    more_than_four: bool = False,
) -> Any:
    """Halve the root of squared sentence length plus the squared percentage of long words.

    Long words as in ``fog_pl``, with the same caution. Higher is harder; undefined for a text
    without words.
    """
    hard = syllables_4plus - syllables_4 if more_than_four else syllables_4plus
    length, percent = words / sentences, 100.0 * hard / words
    return xp.sqrt(length * length + percent * percent) / 2.0
