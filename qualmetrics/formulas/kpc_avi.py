"""KPC's AVI index for Dutch."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="as implemented publicly; no primary source seen",
    increases_with="ease",
    unit="points",
    languages=("nl",),
    tier="experimental",
)
def kpc_avi(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, for Dutch primary schools.

    In points; higher is easier; undefined for a text without words. Brouwer's formula with another
    constant.
    """
    return 192.0 - 2.0 * (words / sentences) - (200.0 / 3.0) * (syllables / words)
