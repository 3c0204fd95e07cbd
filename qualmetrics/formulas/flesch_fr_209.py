"""A reading ease for French with the constant 209."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="the French set of koRpus, of the De Landsheere type; primary source not seen",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("fr",),
)
def flesch_fr_209(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. Some 3 points above
    ``kandel_moles`` on ordinary prose.
    """
    return 209.0 - 1.15 * (words / sentences) - 68.0 * (syllables / words)
