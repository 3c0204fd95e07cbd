"""LIX as a German school grade, children's books."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.lix import lix
from qualmetrics.grade_chart import read_table


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, pp. 64, 187",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    bounds=(1.0, 8.0),
)
def lix_grade_de_children(words: Any, sentences: Any, long_words: Any) -> Any:
    """Read LIX off the table for German children's literature, grades 1 to 8.

    Whole grades; higher is harder; undefined for a text without words. A value between two rows
    belongs to the lower.
    """
    limits = (24, 27, 30, 32, 34, 36, 38)
    rows = [(float(limit), float(grade)) for grade, limit in enumerate(limits, start=2)]
    return read_table(body(lix)(words, sentences, long_words), 1.0, rows)
