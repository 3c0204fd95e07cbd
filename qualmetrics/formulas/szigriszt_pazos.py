"""Szigriszt-Pazos perspicuity for Spanish."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Szigriszt Pazos 1993, thesis, p. 247; INFLESZ bands: Barrio-Cantalejo et al. 2008",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    languages=("es",),
    tier="verified",
    bands=(
        (LOWEST, "very difficult"),
        (40, "somewhat difficult"),
        (55, "normal"),
        (65, "fairly easy"),
        (80, "very easy"),
    ),
)
def szigriszt_pazos(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, fitted to Spanish, on Flesch's scale.

    In points; higher is easier; undefined for a text without words. The bands are those of
    INFLESZ; the author's own steps are 15, 35, 50, 65, 75 and 85.
    """
    return 206.835 - 62.3 * (syllables / words) - words / sentences
