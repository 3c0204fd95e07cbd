"""GULPEASE for Italian."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Lucisano & Piemontese 1988, Scuola e citta 39(3), 110-124",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("it", "pt"),
    bands=(
        (LOWEST, "hard even with a diploma"),
        (40, "hard with middle school"),
        (60, "hard with primary school"),
        (80, "easy"),
    ),
)
def gulpease(words: Any, sentences: Any, letters: Any) -> Any:
    """Weigh sentences against letters per word.

    In points; higher is easier; 100 and more for very short sentences; undefined for a text without
    words. Letters only: textstat counts punctuation too. ALT uses it unchanged for Portuguese.
    """
    return 89.0 + (300.0 * sentences - 10.0 * letters) / words
