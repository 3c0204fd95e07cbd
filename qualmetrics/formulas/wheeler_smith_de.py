"""Wheeler-Smith index for German."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Bamberger & Vanecek 1984, pp. 77, 186, via the Readability Studio manual",
    increases_with="difficulty",
    unit="points",
    languages=("de",),
    bounds=(0.0, None),
)
def wheeler_smith_de(words: Any, units: Any, polysyllables: Any) -> Any:
    """Multiply the length of sentence units by ten times the share of long words.

    Unlike ``wheeler_smith``, a long word has three syllables or more. Higher is harder; undefined
    for a text without words. The authors do not say whether units or sentences are meant; units
    follow Wheeler and Smith.
    """
    return (words / units) * (100.0 * polysyllables / words) / 10.0
