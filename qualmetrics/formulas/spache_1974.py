"""Spache formula, revised in 1974."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Spache 1974, Good reading for poor readers, revised 9th edition, pp. 195-207",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(0.659, None),
    valid_range={"words": (100, None)},
)
def spache_1974(words: Any, sentences: Any, unfamiliar_spache_types: Any) -> Any:
    """Weigh sentence length against the different words outside a list of 1,041, per 100 words.

    A US grade for primary readers; higher is harder; undefined for a text without words; flagged
    under 100 words, the size of its samples. A word counts once however often it comes, so the
    share sinks as a text grows; tools that count every occurrence give more.
    """
    percent = 100.0 * unfamiliar_spache_types / words
    return 0.121 * (words / sentences) + 0.082 * percent + 0.659
