"""Bezirci and Yılmaz' grade for Turkish."""

from typing import Any

from qualmetrics.formula import formula, xp


@formula(
    source="Bezirci & Yilmaz 2010, DEU Muhendislik Fakultesi Dergisi 12(3), 49-62",
    increases_with="difficulty",
    unit="school grade",
    languages=("tr",),
    bounds=(0.0, None),
)
def bezirci_yilmaz(
    words: Any,
    sentences: Any,
    syllables_3: Any,
    syllables_4: Any,
    syllables_5: Any,
    syllables_6plus: Any,
) -> Any:
    """Weigh words of three, four, five, and six or more syllables per sentence by sentence length.

    A school grade; higher is harder; undefined for a text without words. One package puts
    syllables in place of words per sentence.
    """
    weighted = (
        0.84 * syllables_3 + 1.5 * syllables_4 + 3.5 * syllables_5 + 26.25 * syllables_6plus
    ) / sentences
    return xp.sqrt((words / sentences) * weighted)
