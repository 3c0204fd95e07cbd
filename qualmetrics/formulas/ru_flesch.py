"""Reading ease for Russian."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="attributed to Oborneva 2006, thesis, p. 13",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("ru",),
)
def ru_flesch(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Russian, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. Another set under the same
    author's name is ``ru_flesch_alternative``.
    """
    return 206.835 - 1.3 * (words / sentences) - 60.1 * (syllables / words)
