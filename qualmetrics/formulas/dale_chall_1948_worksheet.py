"""Dale-Chall formula of 1948, rounded as on its worksheet."""

from typing import Any

from qualmetrics.formula import LOWEST, formula, xp


@formula(
    source="Dale & Chall 1948, worksheet with three worked passages",
    increases_with="difficulty",
    unit="raw score, see the bands",
    tier="verified",
    bounds=(3.6365, None),
    bands=(
        (LOWEST, "grade 4 and below"),
        (5, "grades 5-6"),
        (6, "grades 7-8"),
        (7, "grades 9-10"),
        (8, "grades 11-12"),
        (9, "grades 13-15"),
        (10, "grade 16 and above"),
    ),
)
def dale_chall_1948_worksheet(words: Any, sentences: Any, unfamiliar_dale: Any) -> Any:
    """Weigh unfamiliar words against sentence length, both rounded to whole numbers first.

    As ``dale_chall_1948`` but for the rounding, halves upwards, which the worked passages show;
    the two differ by .1 at most. Higher is harder; undefined for a text without words.
    """
    percent = xp.floor(100.0 * unfamiliar_dale / words + 0.5)
    length = xp.floor(words / sentences + 0.5)
    return 0.1579 * percent + 0.0496 * length + 3.6365
