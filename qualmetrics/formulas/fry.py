"""Fry readability graph."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qualmetrics.formula import formula, xp
from qualmetrics.grade_chart import beyond, inside, tick

TICKS = (
    25, 20, 16.7, 14.3, 12.5, 11.1, 10, 9.1, 8.3, 7.7, 7.1, 6.7, 6.3, 5.9, 5.6, 5.2, 5, 4.8, 4.5,
    4.3, 4.2, 4, 3.8, 3.7, 3.6, 3.5, 3.3, 3, 2.5, 2,
    1,  # one more than is printed, so that the border of the graph lies inside
)  # fmt: skip
"""Sentences per 100 words at the evenly spaced ticks of the printed axis, from the top."""

LINES = (
    ((109, 10), (132.2, 23)),
    ((109, 7.9), (140.2, 23)),
    ((109, 6.5), (142, 18)),
    ((109.55, 5.8), (144.3, 14.3)),
    ((109.55, 5.15), (146, 12.5)),
    ((112, 4.2), (149, 11.2)),
    ((120, 3.58), (153, 9.1)),
    ((127, 3.2), (157, 8.6)),
    ((137.2, 3.1), (159.5, 8.2)),
    ((144.1, 2.5), (164, 7.6)),
    ((149, 2.5), (168, 7.2)),
    ((155.5, 2.4), (170.2, 7.1)),
    ((162, 2.4), (172.2, 7)),
    ((168.5, 2.4), (174.2, 6.8)),
    ((173.8, 2.4), (176.2, 6.8)),
    ((179, 2.4), (180.2, 6.8)),
)
"""The line between grade k and k + 1, as (syllables, sentences) per 100 words at its ends."""

LONG_SENTENCES = ((107, 4.2), (108, 4.2), (124, 2), (124, 1), (107, 1))
LONG_WORDS = (
    (141, 25), (148, 14.3), (154, 11.1), (158, 10), (162, 9.1), (168, 8.3), (175, 7.6), (182, 7.3),
    (183, 7.3), (183, 25),
)  # fmt: skip
"""The shaded corners of the graph, where it gives no grade."""


def _on_paper(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, float(tick(y, TICKS))) for x, y in points]


@formula(
    source="Fry 1977, J. Reading 21(3), 242-252; lines as digitised by Readability Studio",
    increases_with="difficulty",
    unit="US grade, 17 is college and above",
    tier="experimental",
    bounds=(1.0, 17.0),
    valid_range={"words": (100, None)},
    adaptations={"es": "gilliam_pena_mountain"},
)
def fry(words: Any, sentences: Any, syllables: Any) -> Any:
    """Read the grade off Fry's graph of syllables and sentences per 100 words.

    Whole grades, right to about half a grade, since the lines were read off print; higher is
    harder; undefined in the two shaded corners (sentences or words too long for the graph) and for
    a text without words; flagged under 100 words. The whole text is brought to 100 words; counts
    off the graph are moved to its edge, as Fry says; where a line stops short of a corner it is
    continued straight.
    """
    x = xp.minimum(xp.maximum(100.0 * syllables / words, 108.0), 182.0)
    y = tick(xp.minimum(xp.maximum(100.0 * sentences / words, 2.0), 25.0), TICKS)
    grade = x * 0.0 + y * 0.0 + 1.0
    for low, high in LINES:
        left, right = _on_paper((low, high))
        grade = grade + beyond(x, y, (left, right))
    shaded = xp.logical_or(
        inside(x, y, _on_paper(LONG_SENTENCES)), inside(x, y, _on_paper(LONG_WORDS))
    )
    return xp.where(shaded, np.nan, grade)
