"""Gunning Fog Index without the exceptions."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Gunning 1952 (1968), p. 38, read with every word of three syllables as hard",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(0.0, None),
)
def fog_polysyllables(words: Any, sentences: Any, polysyllables: Any) -> Any:
    """Add sentence length and the percentage of words of three or more syllables.

    A US grade; higher is harder; undefined for a text without words. This is what most tools call
    the Fog index; names and inflected forms count, so it lies above ``gunning_fog``.
    """
    return 0.4 * (words / sentences + 100.0 * polysyllables / words)
