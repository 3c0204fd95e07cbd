"""Bormuth cloze mean."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bormuth 1969, Development of readability analyses, pp. 152, 160",
    increases_with="ease",
    unit="share of blanks filled",
    tier="verified",
)
def bormuth(words: Any, sentences: Any, letters: Any, unfamiliar_dale: Any) -> Any:
    """Estimate the share of deleted words that pupils restore.

    From letters per word, the share of words on Dale's list, and sentence length. Most texts lie
    between 0 and 1, but nothing keeps the cubic there; higher is easier; undefined for a text
    without words. The share is that of *familiar* words: more rare words cannot make a text
    easier, as some packages have it. Some print it times 100.
    """
    length = words / sentences
    familiar = (words - unfamiliar_dale) / words
    return (
        0.886593
        - 0.083640 * (letters / words)
        + 0.161911 * (familiar * familiar * familiar)
        - 0.021401 * length
        + 0.000577 * (length * length)
        - 0.000005 * (length * length * length)
    )
