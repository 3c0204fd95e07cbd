"""LIX as a German school grade, technical literature."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.lix import lix
from qualmetrics.grade_chart import read_table


@formula(
    source="Bamberger & Vanecek 1984, Lesen - Verstehen - Lernen - Schreiben, pp. 64, 187",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    bounds=(3.0, 15.0),
)
def lix_grade_de(words: Any, sentences: Any, long_words: Any) -> Any:
    """Read LIX off the table for German technical prose, grades 3 to 15.

    Whole grades; higher is harder; undefined for a text without words. A value between two rows
    belongs to the lower. For children's books: ``lix_grade_de_children``.
    """
    limits = (31, 34, 38, 41, 44, 48, 51, 54, 57, 60, 64, 70)
    rows = [(float(limit), float(grade)) for grade, limit in enumerate(limits, start=4)]
    return read_table(body(lix)(words, sentences, long_words), 3.0, rows)
