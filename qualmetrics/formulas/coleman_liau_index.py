"""Coleman-Liau Index."""

from typing import Any

from qualmetrics.formula import body, formula
from qualmetrics.formulas.coleman_liau_ecp import coleman_liau_ecp


@formula(
    source="Coleman & Liau 1975, J. Applied Psychology 60(2), 283-284",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
    adaptations={"pt": "alt_pt_cli", "ru": "ru_cli"},
)
def coleman_liau_index(words: Any, sentences: Any, letters: Any) -> Any:
    """Turn letters and sentences per 100 words into a US school grade, by way of a cloze score.

    Higher is harder; undefined for a text without words. Computed from the paper's two equations;
    the familiar ``.0588 L - .296 S - 15.8`` rounds their product: ``coleman_liau_short``.
    """
    cloze = body(coleman_liau_ecp)(words, sentences, letters)
    return -27.4004 * (cloze / 100.0) + 23.06395
