"""LIX as a US grade."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.lix import lix
from qualmetrics.grade_chart import read_table


@formula(
    source="Anderson 1983, J. Reading 26(6), 490-496, table on p. 494",
    increases_with="difficulty",
    unit="US grade, 13 is college",
    bounds=(1.0, 13.0),
    adaptations={"de": "lix_grade_de"},
)
def lix_grade(words: Any, sentences: Any, long_words: Any) -> Any:
    """Read LIX off Anderson's table of grades, 1 to 12 and 13 for college.

    Whole grades; higher is harder; undefined for a text without words. The table is printed for
    whole LIX values; one between two rows belongs to the lower.
    """
    limits = (10, 15, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56)
    rows = [(float(limit), float(grade)) for grade, limit in enumerate(limits, start=2)]
    return read_table(body(lix)(words, sentences, long_words), 1.0, rows)
