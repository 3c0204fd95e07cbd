"""Brouwer's reading index for Dutch."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Brouwer 1963, Onderzoek naar de leesmoeilijkheden van Nederlands proza",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("nl",),
    tier="verified",
)
def brouwer(
    words: Any, sentences: Any, syllables: Any, *, per_syllable: float = 200.0 / 3.0
) -> Any:
    """Weigh sentence length against syllables per word, fitted to Dutch children's prose.

    In points; higher is easier; undefined for a text without words. koRpus rounds the weight of
    syllables: ``per_syllable=67``.
    """
    return 195.0 - per_syllable * (syllables / words) - 2.0 * (words / sentences)
