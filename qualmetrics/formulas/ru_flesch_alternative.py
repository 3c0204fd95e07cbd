"""Reading ease for Russian, a second set of constants."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="a second attribution to Oborneva; primary source not seen",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("ru",),
    tier="experimental",
)
def ru_flesch_alternative(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, with the less common constants.

    In points; higher is easier; undefined for a text without words.
    """
    return 206.836 - 1.52 * (words / sentences) - 65.14 * (syllables / words)
