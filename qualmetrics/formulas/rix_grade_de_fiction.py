"""RIX as a German school grade, fiction."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.rix import rix
from qualmetrics.grade_chart import read_table


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, pp. 64, 187",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    bounds=(1.0, 11.0),
)
def rix_grade_de_fiction(words: Any, units: Any, long_words: Any) -> Any:
    """Read ten times RIX off the table for German fiction, grades 1 to 11.

    Whole grades; higher is harder; undefined for a text without words. A value between two rows
    belongs to the lower.
    """
    limits = (13.51, 17.1, 20.51, 24.1, 27.51, 31.1, 34.51, 38.1, 41.51, 45.1)
    rows = [(limit, float(grade)) for grade, limit in enumerate(limits, start=2)]
    return read_table(10.0 * body(rix)(words, units, long_words), 1.0, rows)
