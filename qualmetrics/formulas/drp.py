"""Degrees of Reading Power."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.bormuth import bormuth


@formula(
    source="College Board 1981, from Bormuth 1969",
    increases_with="difficulty",
    unit="DRP units",
)
def drp(words: Any, sentences: Any, letters: Any, unfamiliar_dale: Any) -> Any:
    """Turn Bormuth's cloze mean round, in percent: 100 is a text nobody can complete.

    Higher is harder; undefined for a text without words. One package multiplies the mean by 100
    twice; its recorded -1812.54 is 80.87 here.
    """
    return 100.0 * (1.0 - body(bormuth)(words, sentences, letters, unfamiliar_dale))
