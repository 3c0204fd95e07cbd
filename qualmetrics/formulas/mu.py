"""The mu index for Spanish."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Munoz & Munoz 2006, Legibilidad Mu",
    increases_with="ease",
    unit="points",
    languages=("es",),
    tier="experimental",
    bounds=(0.0, None),
    bands=(
        (LOWEST, "very difficult"),
        (31, "difficult"),
        (51, "somewhat difficult"),
        (61, "adequate"),
        (71, "somewhat easy"),
        (81, "easy"),
        (91, "very easy"),
    ),
)
def mu(words: Any, letters: Any, letters_sq: Any, *, ddof: int = 0) -> Any:
    """Divide the mean number of letters per word by its variance.

    In points; higher is easier; undefined for one word, and where all words are equally long. Tools
    disagree on the variance: the population's by default, since the factor n/(n-1) already
    corrects for the sample; ``ddof=1`` takes the sample's, which corrects twice.
    """
    mean = letters / words
    variance = (letters_sq - letters * letters / words) / (words - float(ddof))
    return 100.0 * (words / (words - 1.0)) * (mean / variance)
