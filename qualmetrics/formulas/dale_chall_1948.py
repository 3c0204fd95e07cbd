"""Dale-Chall formula of 1948."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Dale & Chall 1948, Educational Research Bulletin 27(1-2)",
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
def dale_chall_1948(words: Any, sentences: Any, unfamiliar_dale: Any) -> Any:
    """Weigh the percentage of words outside Dale's list of 3,000 against sentence length.

    A raw score that the bands turn into grades; higher is harder; undefined for a text without
    words. The constant is always added: the paper's own first example has 4.5 % unfamiliar words
    and carries it, so the "only above 5 %" of many tools is a later rule.
    """
    percent = 100.0 * unfamiliar_dale / words
    return 0.1579 * percent + 0.0496 * (words / sentences) + 3.6365
