"""Time to read a text silently."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="Brysbaert 2019, J. Memory and Language 109, 104047: 238 words per minute",
    increases_with="quantity",
    unit="seconds",
    languages=ANY,
    bounds=(0.0, None),
)
def reading_time(words: Any, *, words_per_minute: float = 238.0) -> Any:
    """Divide words by the rate at which adults read non-fiction silently.

    In seconds; undefined for a text without words. The default is the mean over 190 studies of
    English; pass ``words_per_minute`` for another language or reader. It knows nothing of how
    hard the text is.
    """
    return 60.0 * words / words_per_minute
