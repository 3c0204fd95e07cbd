"""Spache formula of 1953."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Spache 1953, Elementary School J. 53(7), 410-413",
    increases_with="difficulty",
    unit="US grade",
    tier="secondary",
    bounds=(0.839, None),
    valid_range={"words": (100, None)},
)
def spache_1953(words: Any, sentences: Any, unfamiliar_spache: Any) -> Any:
    """Weigh sentence length against the percentage of words outside a list of easy ones.

    A US grade for books of the first three; higher is harder; undefined for a text without words;
    flagged under 100 words, the size of its samples. Spache used Dale's list of 769 words; counted
    here is the revised list, so values lie a little below his. Every occurrence counts.
    """
    return 0.141 * (words / sentences) + 0.086 * (100.0 * unfamiliar_spache / words) + 0.839
