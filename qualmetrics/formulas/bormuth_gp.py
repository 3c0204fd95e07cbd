"""Bormuth grade placement at a criterion."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.bormuth import bormuth


@formula(
    source="Bormuth 1969, Development of readability analyses, pp. 152, 160",
    increases_with="difficulty",
    unit="US grade",
)
def bormuth_gp(
    words: Any, sentences: Any, letters: Any, unfamiliar_dale: Any, *, criterion: float = 0.35
) -> Any:
    """Find the grade at which pupils restore a given share of deleted words.

    A polynomial in Bormuth's cloze mean and the ``criterion``, .35 by default. Higher is harder
    near ordinary prose, but the cubic turns round far outside of it; undefined for a text without
    words.
    """
    mean = body(bormuth)(words, sentences, letters, unfamiliar_dale)
    both = mean * criterion
    return (
        4.275
        + 12.881 * mean
        - 34.934 * (mean * mean)
        + 20.388 * (mean * mean * mean)
        + 26.194 * criterion
        - 2.046 * (criterion * criterion)
        - 11.767 * (criterion * criterion * criterion)
        - 44.285 * both
        + 97.620 * (both * both)
        - 59.538 * (both * both * both)
    )
