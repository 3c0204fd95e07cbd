"""SMOG grade for mental arithmetic."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="McLaughlin 1969, p. 643",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(3.0, None),
    valid_range={"sentences": (30, None)},
)
def smog_simple(sentences: Any, polysyllables: Any, *, whole: bool = True) -> Any:
    """Add 3 to the whole part of the root of the long words in 30 sentences.

    A US grade; higher is harder; undefined for a text without words; flagged below 30 sentences.
    ``whole=False`` keeps the fraction of the root, as koRpus does.
    """
    root = xp.sqrt(30.0 * polysyllables / sentences)
    return (xp.floor(root) if whole else root) + 3.0
