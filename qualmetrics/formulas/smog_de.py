"""SMOG for German, the square root method."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, p. 78",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    tier="verified",
    bounds=(-2.0, None),
    valid_range={"sentences": (30, None)},
)
def smog_de(sentences: Any, polysyllables: Any) -> Any:
    """Take 2 from the root of the words of three or more syllables in 30 sentences.

    An Austrian school grade; higher is harder; undefined for a text without words; flagged below
    30 sentences. The authors cut the result to one decimal; here it is not rounded.
    """
    return xp.sqrt(30.0 * polysyllables / sentences) - 2.0
