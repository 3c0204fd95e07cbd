"""Flesch Reading Ease."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Flesch 1948, A new readability yardstick, J. Applied Psychology 32(3), 221-233",
    increases_with="ease",
    unit="points, most prose 0 to 100",
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
    adaptations={
        "de": "amstad",
        "es": "fernandez_huerta",
        "fr": "kandel_moles",
        "it": "vacca_1986",
        "nl": "douma",
        "pt": "flesch_pt",
        "ru": "ru_flesch",
        "tr": "atesman",
        "uk": "uk_flesch",
    },
)
def flesch_reading_ease(words: Any, sentences: Any, syllables: Any) -> Any:
    """Weigh sentence length against syllables per word, on a scale where 100 is very easy.

    In points; higher is easier; no limits, one long word scores far below 0. Undefined for a text
    without words. Flesch counts a numeral as one syllable. For another language the formula that
    was fitted to it stands in (``lang="de"`` is Amstad's); English constants are never used.
    """
    return 206.835 - 1.015 * (words / sentences) - 84.6 * (syllables / words)
