"""Degrees of Reading Power as a grade."""

from typing import Any

from qualmetrics.formula import body, formula, xp
from qualmetrics.formulas.drp import drp
from qualmetrics.grade_chart import read_table

GRADES = (
    1.6, 1.7, 1.7, 1.8, 2.0, 2.1, 2.3, 2.5, 2.8, 3.0, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.5, 5.9, 6.3,
    6.8, 7.3, 7.8, 8.3, 8.8, 9.4, 10.0, 10.6, 11.2, 11.8, 12.5, 13.1, 13.7, 14.4, 15.0, 15.7, 16.4,
    17.1, 17.9, 18.0,
)  # fmt: skip
"""Grade equivalents of 40 units, 41, and so on."""


@formula(
    source="Carver 1985, J. Reading Behavior 17(4), 303-316, table of DRP-GE",
    increases_with="difficulty",
    unit="US grade",
    bounds=(1.5, 18.0),
)
def drp_grade(words: Any, sentences: Any, letters: Any, unfamiliar_dale: Any) -> Any:
    """Read the Degrees of Reading Power off Carver's table of grade equivalents.

    A US grade from 1.5 (39 units and below) to 18 (78 and above); higher is harder; undefined for
    a text without words. Units are rounded to whole ones first, as they are published.
    """
    units = xp.floor(body(drp)(words, sentences, letters, unfamiliar_dale) + 0.5)
    return read_table(units, 1.5, [(float(40 + i), grade) for i, grade in enumerate(GRADES)])
