"""The average counts of a plain English news article, to which explanations compare.

Made by scripts/make_profile.py: means over the 147 articles of the intermediate level of
OneStopEnglish (development part), under the rules en/1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PLAIN_NEWS: Final[Mapping[str, float]] = {
    "words": 673.3,
    "syllables": 1043.3,
    "letters": 3111.3,
    "characters": 3234.0,
    "foreign_letters": 0.0,
    "stop_own": 314.6,
    "stop_other": 5.8,
    "monosyllables": 434.1,
    "polysyllables": 94.1,
    "long_words": 148.1,
    "strokes": 3198.8,
    "unfamiliar_dale": 123.0,
    "unfamiliar_dale_1995": 146.0,
    "unfamiliar_spache": 167.9,
    "hard_fog": 68.0,
    "short_words": 261.9,
    "letters_6plus": 209.1,
    "numerals": 10.4,
    "punctuation": 77.8,
    "syllables_2": 145.1,
    "syllables_4plus": 28.7,
    "syllables_3": 65.4,
    "syllables_4": 22.1,
    "syllables_5": 5.6,
    "syllables_6plus": 1.0,
    "digit_syllables": 1074.9,
    "letters_sq": 18834.7,
    "sentences": 34.7,
    "units": 37.4,
    "types": 320.1,
    "unfamiliar_spache_types": 123.6,
    "paragraphs": 1.0,
}
