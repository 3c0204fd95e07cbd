"""SMOG grade for Russian."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="as in ruTS, after I. Begtin, plainrussian.ru",
    increases_with="difficulty",
    unit="school grade",
    languages=("ru",),
    bounds=(0.05, None),
    valid_range={"sentences": (30, None)},
)
def ru_smog(sentences: Any, polysyllables: Any) -> Any:
    """Turn the words of three or more syllables per sentence into a Russian school grade.

    Higher is harder; undefined for a text without words; flagged below 30 sentences. The factor
    64.6 stands where English has 30.
    """
    return 1.1 * xp.sqrt(64.6 * polysyllables / sentences) + 0.05
