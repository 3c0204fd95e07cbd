"""Raygor readability estimate."""

from typing import Any

from qualmetrics.formula import formula, xp
from qualmetrics.grade_chart import beyond

LINES = (
    ((7.5, 5.8), (24, 12.5)),
    ((9.8, 5.3), (26, 11.7)),
    ((11.5, 4.95), (26.8, 10.3)),
    ((13.5, 4.6), (30, 9.8)),
    ((18.4, 4), (31.5, 9)),
    ((22.8, 3.8), (33.2, 8.5)),
    ((24.8, 3.7), (34.3, 8)),
    ((26.8, 3.5), (36, 7.7)),
    ((29.5, 3.4), (38, 7.6)),
    ((32, 3.3), (39.4, 7.2)),
    ((36.1, 3.2), (42, 6.6)),
)
"""The line between grade k and k + 1, from 3, as (long words, sentences) per 100 words."""


@formula(
    source="Raygor 1977, The Raygor readability estimate, pp. 259-263; lines as digitised by "
    "Readability Studio",
    increases_with="difficulty",
    unit="US grade, 14 is beyond the graph",
    tier="experimental",
    bounds=(3.0, 14.0),
    valid_range={"words": (100, None)},
)
def raygor(words: Any, sentences: Any, letters_6plus: Any) -> Any:
    """Read the grade off Raygor's graph of long words and sentences per 100 words.

    A long word has six letters or more. Whole grades from 3 (and below) to 14 (professional),
    right to about half a grade, since the lines were read off print; higher is harder; undefined
    for a text without words; flagged under 100 words. The axis of sentences is taken as even in
    words per sentence, as Fry's is: our reading, since only then is the fan of lines regular. Lines
    are continued straight to the edges.
    """
    x = xp.minimum(xp.maximum(100.0 * letters_6plus / words, 6.0), 44.0)
    y = xp.minimum(xp.maximum(words / sentences, 100.0 / 28.0), 100.0 / 3.2)
    grade = x * 0.0 + y * 0.0 + 3.0
    for (x1, y1), (x2, y2) in LINES:
        line = ((x1, 100.0 / y1), (x2, 100.0 / y2))
        grade = grade + beyond(x, y, line)
    return grade
