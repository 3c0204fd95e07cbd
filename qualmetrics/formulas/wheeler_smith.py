"""Wheeler-Smith index."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Wheeler & Smith 1954, Elementary English 31(7), 397-399",
    increases_with="difficulty",
    unit="points",
    tier="verified",
    bounds=(0.0, None),
    bands=(
        (LOWEST, "primer"),
        (8.1, "grade 1"),
        (11.6, "grade 2"),
        (19.1, "grade 3"),
        (26.6, "grade 4"),
    ),
    adaptations={"de": "wheeler_smith_de"},
)
def wheeler_smith(words: Any, units: Any, monosyllables: Any) -> Any:
    """Multiply the length of sentence units by ten times the share of longer words.

    For primary readers: a longer word has two syllables or more, and a unit ends at a colon and a
    semicolon too. Higher is harder; undefined for a text without words.
    """
    return (words / units) * ((words - monosyllables) / words) * 10.0
