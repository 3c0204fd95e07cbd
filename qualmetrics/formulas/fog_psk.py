"""Gunning Fog, recalculated by Powers, Sumner and Kearl."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Powers, Sumner & Kearl 1958, J. Educational Psychology 49(2), 99-105",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(3.0680, None),
)
def fog_psk(words: Any, sentences: Any, hard_fog: Any) -> Any:
    """Add sentence length and the percentage of hard words, fitted to the 1950 reading lessons.

    A US grade; higher is harder; undefined for a text without words. The constant 3.0680 is added
    (one package multiplies by it). Hard words are those of ``gunning_fog``.
    """
    return 3.0680 + 0.0877 * (words / sentences) + 0.0984 * (100.0 * hard_fog / words)
