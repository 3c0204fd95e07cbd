"""RIX as a US grade."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.rix import rix
from qualmetrics.grade_chart import read_table


@formula(
    source="Anderson 1983, Lix and Rix, J. Reading 26(6), 490-496, table",
    increases_with="difficulty",
    unit="US grade, 13 is college",
    bounds=(1.0, 13.0),
)
def rix_grade(words: Any, units: Any, long_words: Any) -> Any:
    """Read RIX off Anderson's table of grades, 1 to 12 and 13 for college.

    Whole grades; higher is harder; undefined for a text without words.
    """
    limits = (0.2, 0.5, 0.8, 1.3, 1.8, 2.4, 3.0, 3.7, 4.5, 5.3, 6.2, 7.2)
    rows = [(limit, float(grade)) for grade, limit in enumerate(limits, start=2)]
    return read_table(body(rix)(words, units, long_words), 1.0, rows)
