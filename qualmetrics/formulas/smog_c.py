"""SMOG grade, McLaughlin's form C."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="McLaughlin 1969, form C, as recorded by koRpus",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(0.0, None),
    valid_range={"sentences": (30, None)},
)
def smog_c(sentences: Any, polysyllables: Any) -> Any:
    """Turn long words per 30 sentences into a US school grade, with 5 added under the root.

    Higher is harder; undefined for a text without words; flagged below 30 sentences.
    """
    return 0.9986 * xp.sqrt(30.0 * polysyllables / sentences + 5.0) + 2.8795
