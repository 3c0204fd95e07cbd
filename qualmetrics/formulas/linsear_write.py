"""Linsear Write grade."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="common form of the Linsear Write formula; no primary source known",
    increases_with="difficulty",
    unit="US grade",
    tier="secondary",
    bounds=(-1.0, None),
    valid_range={"words": (100, None)},
)
def linsear_write(words: Any, sentences: Any, polysyllables: Any) -> Any:
    """Count long words three times and others once, per sentence, and halve.

    A US grade; higher is harder; undefined for a text without words; flagged under 100 words, the
    size of its sample, though the whole text is counted. It falls by one where the count passes
    20. O'Hayre's Lensear score of 1966 is another formula, with ease as its direction.
    """
    points = (words - polysyllables + 3.0 * polysyllables) / sentences
    return xp.where(points > 20.0, points / 2.0, (points - 2.0) / 2.0)
