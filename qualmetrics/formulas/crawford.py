"""Crawford's grade for Spanish."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Crawford 1985, as given by the Readability Studio manual",
    increases_with="difficulty",
    unit="years of school",
    languages=("es",),
)
def crawford(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentences against syllables, both per 100 words, as a grade of primary school.

    Made for grades 1 to 6; higher is harder; undefined for a text without words.
    """
    return -0.205 * (100.0 * sentences / words) + 0.049 * (100.0 * syllables / words) - 3.407
