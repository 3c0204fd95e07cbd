"""The mode ``fixed`` as tables: which of our scorers or counts stands behind a textstat name.

What cannot be worked out is NaN here, never 0. Functions that are in no table (difficult words and
the predicates on a word, the Arabic counts and `osman`, `remove_punctuation`), and calls that pass
an option which ours do not have, keep textstat's rule in both modes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from qualmetrics.text import language

if TYPE_CHECKING:
    from qualmetrics.core import Scorer


@dataclass(frozen=True, slots=True)
class Ours:
    """One of our scorers."""

    name: str
    takes_language: bool = True
    """False where the formula was made for one language and has it fixed."""


SCORERS: Final[Mapping[str, Ours]] = MappingProxyType(
    {
        "flesch_reading_ease": Ours("flesch_reading_ease"),
        "flesch_kincaid_grade": Ours("flesch_kincaid_grade"),
        "automated_readability_index": Ours("automated_readability_index"),
        "coleman_liau_index": Ours("coleman_liau_index"),
        "smog_index": Ours("smog_index"),
        "gunning_fog": Ours("gunning_fog"),
        "dale_chall_readability_score": Ours("dale_chall_1948"),
        # Documented there as the new formula, but computes the old one; the new one,
        # dale_chall_1995, is a cloze score that falls as the text gets harder.
        "dale_chall_readability_score_v2": Ours("dale_chall_1948"),
        "spache_readability": Ours("spache_1974"),
        "linsear_write_formula": Ours("linsear_write"),
        "lix": Ours("lix"),
        "rix": Ours("rix"),
        "mcalpine_eflaw": Ours("eflaw"),
        "reading_time": Ours("reading_time"),
        "fernandez_huerta": Ours("fernandez_huerta", takes_language=False),
        "szigriszt_pazos": Ours("szigriszt_pazos", takes_language=False),
        "gutierrez_polini": Ours("gutierrez_polini", takes_language=False),
        "crawford": Ours("crawford", takes_language=False),
        "gulpease_index": Ours("gulpease", takes_language=False),
        "wiener_sachtextformel_1": Ours("wiener_sachtextformel_1", takes_language=False),
        "wiener_sachtextformel_2": Ours("wiener_sachtextformel_2", takes_language=False),
        "wiener_sachtextformel_3": Ours("wiener_sachtextformel_3", takes_language=False),
        "wiener_sachtextformel_4": Ours("wiener_sachtextformel_4", takes_language=False),
        "text_standard": Ours("consensus_grade"),
    }
)
"""textstat's formula -> our scorer."""

COUNTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "char_count": "characters",
        "letter_count": "letters",
        "lexicon_count": "words",
        "miniword_count": "short_words",
        "syllable_count": "syllables",
        "sentence_count": "sentences",
        "polysyllabcount": "polysyllables",
        "monosyllabcount": "monosyllables",
        "long_word_count": "long_words",
    }
)
"""textstat's count -> our column."""

RATIOS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "words_per_sentence": ("words", "sentences"),
        "avg_sentence_per_word": ("sentences", "words"),
        "avg_syllables_per_word": ("syllables", "words"),
        "avg_character_per_word": ("characters", "words"),
        "avg_letter_per_word": ("letters", "words"),
    }
)
"""textstat's average -> the two columns of ours that it divides."""


@lru_cache(maxsize=256)
def _scorer(name: str, code: str | None) -> Scorer:
    from qualmetrics import get

    return get(name) if code is None else get(name, lang=code)


def score(name: str, text: str, lang: str) -> float:
    """Return our number for one of textstat's formulas; NaN where it is undefined.

    Raises
    ------
    UnknownLanguageError
        When our formula is not made for the language that is set.
    """
    ours = SCORERS[name]
    scorer = _scorer(ours.name, language.normalise(lang) if ours.takes_language else None)
    return float(scorer([text]).primary[0])


def _columns(text: str, columns: tuple[str, ...], lang: str) -> list[float]:
    from qualmetrics.text import count

    counted = count([text], columns, f"{language.normalise(lang)}/1")
    return [float(counted[column][0]) for column in columns]


def count_of(name: str, text: str, lang: str) -> int:
    """Return our count for one of textstat's."""
    return int(_columns(text, (COUNTS[name],), lang)[0])


def ratio_of(name: str, text: str, lang: str) -> float:
    """Return our average for one of textstat's; NaN where there is nothing to divide by."""
    numerator, denominator = _columns(text, RATIOS[name], lang)
    return numerator / denominator if denominator else math.nan
