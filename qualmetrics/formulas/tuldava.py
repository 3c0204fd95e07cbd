"""Tuldava's text difficulty."""

from typing import Any

from qualmetrics.formula import ANY, formula, xp


@formula(
    source="Tuldava 1975, as given by Grotjahn; language-independent",
    increases_with="difficulty",
    unit="points",
    languages=ANY,
    tier="verified",
)
def tuldava(words: Any, sentences: Any, syllables: Any) -> Any:
    """Multiply syllables per word by the logarithm of sentence length.

    In points, most prose 2 to 8; higher is harder; 0 where every sentence is one word; undefined
    for a text without words. It has no fitted constants, so it fits any language whose syllables
    are counted.
    """
    return (syllables / words) * xp.log(words / sentences)
