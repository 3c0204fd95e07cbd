"""Easy Listening Formula."""

from typing import Any

from qualmetrics.formula import ANY, formula


@formula(
    source="Fang 1966, The easy listening formula, J. Broadcasting 11(1), 63-68",
    increases_with="difficulty",
    unit="syllables above one per sentence",
    languages=ANY,
)
def elf(words: Any, sentences: Any, syllables: Any) -> Any:
    """Count the syllables above one per word, summed over an average sentence.

    Higher is harder to follow by ear; Fang asks for less than 12 in English broadcasts. Undefined
    for a text without words. It has no fitted constants. Some packages count words of two or more
    syllables instead, which gives less.
    """
    return (syllables - words) / sentences
