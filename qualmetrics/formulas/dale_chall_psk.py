"""Dale-Chall, recalculated as a grade by Powers, Sumner and Kearl."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Powers, Sumner & Kearl 1958, J. Educational Psychology 49(2), 99-105",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    bounds=(3.2672, None),
    bands=(
        (LOWEST, "grade 4 and below"),
        (4.5, "grades 5-6"),
        (6.5, "grades 7-8"),
        (8.5, "grades 9-10"),
        (10.5, "grades 11-12"),
        (12.5, "grades 13-15"),
        (15.5, "grade 16 and above"),
    ),
)
def dale_chall_psk(words: Any, sentences: Any, unfamiliar_dale: Any) -> Any:
    """Weigh unfamiliar words against sentence length, fitted to the 1950 reading lessons.

    A US grade, unlike the raw score of ``dale_chall_1948``; higher is harder; undefined for a text
    without words.
    """
    percent = 100.0 * unfamiliar_dale / words
    return 0.1155 * percent + 0.0596 * (words / sentences) + 3.2672
