"""Wheeler-Smith index as a German school grade."""

from typing import Any

from qualmetrics.formula import body, formula, xp
from qualmetrics.formulas.wheeler_smith_de import wheeler_smith_de
from qualmetrics.grade_chart import read_table


@formula(
    source="Bamberger & Vanecek 1984, pp. 77, 186, table, via the Readability Studio manual",
    increases_with="difficulty",
    unit="school grade",
    languages=("de",),
    bounds=(1.0, 10.0),
)
def wheeler_smith_de_grade(words: Any, units: Any, polysyllables: Any) -> Any:
    """Read the German Wheeler-Smith index off its table, grades 1 to 10.

    Whole grades; higher is harder; undefined for a text without words. The index is cut, not
    rounded, to one decimal first, as in the authors' examples.
    """
    index = xp.floor(body(wheeler_smith_de)(words, units, polysyllables) * 10.0) / 10.0
    limits = (6.1, 9.1, 12.1, 16.1, 20.1, 24.1, 29.1, 34.1, 38.1)
    rows = [(limit, float(grade)) for grade, limit in enumerate(limits, start=2)]
    return read_table(index, 1.0, rows)
