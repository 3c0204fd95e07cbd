"""A drop-in for textstat 0.7.13: its 50 public functions, offline and safe in threads.

>>> from qualmetrics.compat import textstat
>>> textstat.lexicon_count("It works offline.")
3

Two modes. ``compat``, the default, gives textstat's numbers bug for bug; ``fixed`` gives ours, by
our counting rules and the published constants, and NaN in place of 0 where there is no number.
Choose by ``set_mode("fixed")``, or for a block by ``with textstat.mode("fixed"):``. The differences
that remain are in docs/textstat.md.

Settings belong to the context (``contextvars``): a thread or an asyncio task that sets a language
changes its own only.
"""

from __future__ import annotations

from typing import Final

from qualmetrics.compat.textstat.api import TextTypeError, textstatistics
from qualmetrics.compat.textstat.settings import Mode, Settings
from qualmetrics.text.textstat_rules import (
    MissingWordListError,
    TextstatLanguageError,
    use_easy_words,
)

textstat: Final = textstatistics()
"""The object whose methods the functions of this module are, as in textstat."""

text_encoding: Final = textstat.text_encoding

set_defaults = textstat.set_defaults
set_mode = textstat.set_mode
mode = textstat.mode

automated_readability_index = textstat.automated_readability_index
avg_character_per_word = textstat.avg_character_per_word
avg_letter_per_word = textstat.avg_letter_per_word
avg_sentence_length = textstat.avg_sentence_length
avg_sentence_per_word = textstat.avg_sentence_per_word
avg_syllables_per_word = textstat.avg_syllables_per_word
char_count = textstat.char_count
coleman_liau_index = textstat.coleman_liau_index
count_arabic_long_words = textstat.count_arabic_long_words
count_arabic_syllables = textstat.count_arabic_syllables
count_complex_arabic_words = textstat.count_complex_arabic_words
count_faseeh = textstat.count_faseeh
crawford = textstat.crawford
dale_chall_readability_score = textstat.dale_chall_readability_score
dale_chall_readability_score_v2 = textstat.dale_chall_readability_score_v2
difficult_words = textstat.difficult_words
difficult_words_list = textstat.difficult_words_list
fernandez_huerta = textstat.fernandez_huerta
flesch_kincaid_grade = textstat.flesch_kincaid_grade
flesch_reading_ease = textstat.flesch_reading_ease
gulpease_index = textstat.gulpease_index
gunning_fog = textstat.gunning_fog
gutierrez_polini = textstat.gutierrez_polini
is_difficult_word = textstat.is_difficult_word
is_easy_word = textstat.is_easy_word
letter_count = textstat.letter_count
lexicon_count = textstat.lexicon_count
linsear_write_formula = textstat.linsear_write_formula
lix = textstat.lix
long_word_count = textstat.long_word_count
mcalpine_eflaw = textstat.mcalpine_eflaw
miniword_count = textstat.miniword_count
monosyllabcount = textstat.monosyllabcount
osman = textstat.osman
polysyllabcount = textstat.polysyllabcount
reading_time = textstat.reading_time
remove_punctuation = textstat.remove_punctuation
rix = textstat.rix
sentence_count = textstat.sentence_count
set_lang = textstat.set_lang
set_rm_apostrophe = textstat.set_rm_apostrophe
set_rounding = textstat.set_rounding
set_rounding_points = textstat.set_rounding_points
smog_index = textstat.smog_index
spache_readability = textstat.spache_readability
syllable_count = textstat.syllable_count
szigriszt_pazos = textstat.szigriszt_pazos
text_standard = textstat.text_standard
wiener_sachtextformel = textstat.wiener_sachtextformel
words_per_sentence = textstat.words_per_sentence

FUNCTIONS: Final = (
    "automated_readability_index",
    "avg_character_per_word",
    "avg_letter_per_word",
    "avg_sentence_length",
    "avg_sentence_per_word",
    "avg_syllables_per_word",
    "char_count",
    "coleman_liau_index",
    "count_arabic_long_words",
    "count_arabic_syllables",
    "count_complex_arabic_words",
    "count_faseeh",
    "crawford",
    "dale_chall_readability_score",
    "dale_chall_readability_score_v2",
    "difficult_words",
    "difficult_words_list",
    "fernandez_huerta",
    "flesch_kincaid_grade",
    "flesch_reading_ease",
    "gulpease_index",
    "gunning_fog",
    "gutierrez_polini",
    "is_difficult_word",
    "is_easy_word",
    "letter_count",
    "lexicon_count",
    "linsear_write_formula",
    "lix",
    "long_word_count",
    "mcalpine_eflaw",
    "miniword_count",
    "monosyllabcount",
    "osman",
    "polysyllabcount",
    "reading_time",
    "remove_punctuation",
    "rix",
    "sentence_count",
    "set_lang",
    "set_rm_apostrophe",
    "set_rounding",
    "set_rounding_points",
    "smog_index",
    "spache_readability",
    "syllable_count",
    "szigriszt_pazos",
    "text_standard",
    "wiener_sachtextformel",
    "words_per_sentence",
)
"""The 50 public callables of textstat 0.7.13."""

__all__ = [
    "FUNCTIONS",
    "MissingWordListError",
    "Mode",
    "Settings",
    "TextTypeError",
    "TextstatLanguageError",
    "mode",
    "set_defaults",
    "set_mode",
    "text_encoding",
    "textstat",
    "textstatistics",
    "use_easy_words",
]
