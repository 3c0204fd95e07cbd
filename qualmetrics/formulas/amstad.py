"""Amstad's reading ease for German."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Amstad 1978, Wie verstandlich sind unsere Zeitungen?, pp. 78-81",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("de",),
    tier="verified",
    bands=(
        (LOWEST, "very difficult"),
        (30, "difficult"),
        (50, "fairly difficult"),
        (60, "standard"),
        (70, "fairly easy"),
        (80, "easy"),
        (90, "very easy"),
    ),
)
def amstad(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to German, on Flesch's scale.

    In points; higher is easier; undefined for a text without words.
    """
    return 180.0 - words / sentences - 58.5 * (syllables / words)
