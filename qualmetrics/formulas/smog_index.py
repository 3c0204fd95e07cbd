"""SMOG grade."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="McLaughlin 1969, SMOG grading, J. Reading 12(8), 639-646",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(3.1291, None),
    valid_range={"sentences": (30, None)},
    adaptations={"de": "smog_de", "es": "sol", "ru": "ru_smog"},
)
def smog_index(sentences: Any, polysyllables: Any) -> Any:
    """Turn the words of three or more syllables in 30 sentences into a US school grade.

    Higher is harder: the grade needed to understand all of it, so one or two above the other
    formulas. Counts of any length are brought to 30 sentences; below 30 the value is flagged
    *too short*. Undefined for a text without words.
    """
    return 1.0430 * xp.sqrt(30.0 * polysyllables / sentences) + 3.1291
