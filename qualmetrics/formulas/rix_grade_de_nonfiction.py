"""RIX as a German school grade, non-fiction."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.rix import rix
from qualmetrics.grade_chart import read_table


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, pp. 64, 187",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    bounds=(4.0, 14.0),
)
def rix_grade_de_nonfiction(words: Any, units: Any, long_words: Any) -> Any:
    """Read ten times RIX off the table for German non-fiction, grades 4 to 14.

    Whole grades; higher is harder; undefined for a text without words. A value between two rows
    belongs to the lower.
    """
    limits = (26.1, 32.1, 38.1, 45.1, 52.1, 57.1, 66.1, 75.1, 84.1, 100.1)
    rows = [(limit, float(grade)) for grade, limit in enumerate(limits, start=5)]
    return read_table(10.0 * body(rix)(words, units, long_words), 4.0, rows)
