"""Bormuth grade placement, direct form."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bormuth 1969, equation for the 35 % criterion, via the Readability Studio manual",
    increases_with="difficulty",
    unit="US grade",
)
def bormuth_gp35(words: Any, sentences: Any, letters: Any, unfamiliar_dale: Any) -> Any:
    """Estimate the grade at which pupils restore 35 % of deleted words, in one equation.

    From letters per word, the share of words on Dale's list, and sentence length. Higher is
    harder; undefined for a text without words.
    """
    length = words / sentences
    familiar = (words - unfamiliar_dale) / words
    return (
        3.761864
        + 1.053153 * (letters / words)
        - 2.138595 * (familiar * familiar * familiar)
        + 0.152832 * length
        - 0.002077 * (length * length)
    )
