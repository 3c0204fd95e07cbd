"""Kandel and Moles' reading ease for French."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Kandel & Moles 1958, Cahiers d'etudes de radio-television 19, 253-274",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("fr",),
)
def kandel_moles(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to French, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. koRpus gives other constants
    under this name: ``flesch_fr_209``.
    """
    return 207.0 - 1.015 * (words / sentences) - 73.6 * (syllables / words)
