"""New Dale-Chall cloze score."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Chall & Dale 1995, Readability revisited, p. 66",
    increases_with="ease",
    unit="cloze points",
    tier="verified",
    bounds=(None, 64.0),
    bands=(
        (LOWEST, "grade 16 and above"),
        (15, "grades 13-15"),
        (21, "grades 11-12"),
        (27, "grades 9-10"),
        (33, "grades 7-8"),
        (39, "grades 5-6"),
        (44, "grade 4"),
        (49, "grade 3"),
        (53, "grade 2"),
        (57, "grade 1"),
    ),
)
def dale_chall_1995(words: Any, sentences: Any, unfamiliar_dale_1995: Any) -> Any:
    """Estimate a cloze score from unfamiliar words and sentence length.

    In points, 64 at most and negative for hard texts; higher is easier; undefined for a text
    without words. The book looks the result up in a table of ranges, which the bands follow. The
    list has other inflection rules than that of 1948. What textstat calls the new formula is the
    one of 1948.
    """
    percent = 100.0 * unfamiliar_dale_1995 / words
    return 64.0 - 0.95 * percent - 0.69 * (words / sentences)
