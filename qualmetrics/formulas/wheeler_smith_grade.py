"""Wheeler-Smith index as a US grade."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.wheeler_smith import wheeler_smith
from qualmetrics.grade_chart import read_table


@formula(
    source="Wheeler & Smith 1954, Elementary English 31(7), 397-399, table",
    increases_with="difficulty",
    unit="US grade, 0 is the primer",
    bounds=(0.0, 4.0),
    adaptations={"de": "wheeler_smith_de_grade"},
)
def wheeler_smith_grade(words: Any, units: Any, monosyllables: Any) -> Any:
    """Read the Wheeler-Smith index off its table: 0 for the primer, then grades 1 to 4.

    Whole grades; higher is harder; 4 is "4 or above"; undefined for a text without words. A value
    between two rows belongs to the lower.
    """
    rows = [(8.1, 1.0), (11.6, 2.0), (19.1, 3.0), (26.6, 4.0)]
    return read_table(body(wheeler_smith)(words, units, monosyllables), 0.0, rows)
