"""McAlpine EFLAW score."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="McAlpine 2006, From Plain English to Global English",
    increases_with="difficulty",
    unit="words and short words per sentence",
    bounds=(0.0, None),
    bands=(
        (LOWEST, "very easy"),
        (21, "quite easy"),
        (26, "mildly difficult"),
        (30, "very confusing"),
    ),
)
def eflaw(words: Any, sentences: Any, short_words: Any) -> Any:
    """Count words, and words of up to three letters once more, per sentence.

    For readers of English as a foreign language, whom idioms made of short words confuse. Higher
    is harder; undefined for a text without words.
    """
    return (words + short_words) / sentences
