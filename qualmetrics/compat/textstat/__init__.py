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

import math
import warnings
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from qualmetrics.compat.textstat import fixed, formulas, settings
from qualmetrics.compat.textstat.settings import Mode, Settings, set_defaults
from qualmetrics.errors import InputError
from qualmetrics.text import textstat_rules
from qualmetrics.text.textstat_rules import (
    MissingWordListError,
    Reading,
    TextstatLanguageError,
    use_easy_words,
)

text_encoding: Final = "utf-8"
"""As in textstat, where nothing reads it."""


class TextTypeError(InputError, TypeError):
    """What came is not a string; a ``TypeError`` too, as textstat mostly raises one."""


class Score(Protocol):
    """A function of a text that returns a float."""

    def __call__(self, text: str) -> float:
        """Score the text."""
        ...


class Count(Protocol):
    """A function of a text that returns an int."""

    def __call__(self, text: str) -> int:
        """Count in the text."""
        ...


def _checked(text: str) -> str:
    if not isinstance(text, str):
        raise TextTypeError(
            f"a text is a str, not {type(text).__name__}; "
            "decode bytes first, and call the function once for each text of a list."
        )
    return text


def _read(text: str) -> Reading:
    return textstat_rules.read(_checked(text), settings.lang())


def _deprecated(message: str) -> None:
    warnings.warn(message, DeprecationWarning, stacklevel=3)


# Settings


def set_lang(lang: str) -> None:
    """Set the language of this context, a locale such as ``de_DE``; ``en_US`` at first."""
    settings.LANG.set(_checked(lang))


def set_rounding_points(points: int | None) -> None:
    """Round every float of this context to so many decimals; None, as at first, rounds none."""
    settings.POINTS.set(points)


def set_rounding(rounding: bool, points: int | None = None) -> None:  # noqa: FBT001 - textstat's
    """Switch rounding on or off. Deprecated: use `set_rounding_points`."""
    _deprecated("set_rounding is deprecated; use set_rounding_points instead")
    settings.POINTS.set(points if rounding else None)


def set_rm_apostrophe(rm_apostrophe: bool) -> None:  # noqa: FBT001 - textstat's signature
    """Choose whether `remove_punctuation` takes apostrophes out of contractions too."""
    settings.APOSTROPHE.set(rm_apostrophe)


def set_mode(mode: str) -> None:
    """Choose whose numbers this context gets.

    Parameters
    ----------
    mode : {"compat", "fixed"}
        textstat's numbers bug for bug, or ours.

    Raises
    ------
    InputError
        For any other mode.
    """
    settings.MODE.set(settings.checked_mode(mode))


def mode(mode: str) -> AbstractContextManager[None]:
    """Use a mode inside a ``with`` block: ``with textstat.mode("fixed"): ...``."""
    return settings.in_mode(mode)


def get_settings() -> Settings:
    """Return the settings of this context: language, rounding, apostrophes and mode."""
    return settings.current()


# Formulas that read nothing but the text


def _formula(name: str) -> Score:
    """Make the public function of one of the formulas."""
    work_out = formulas.FORMULAS[name]

    def function(text: str) -> float:
        if settings.is_fixed():
            ours = fixed.score if name in fixed.SCORERS else fixed.ratio_of
            return settings.rounded(ours(name, _checked(text), settings.lang()))
        return settings.rounded(work_out(_read(text)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = work_out.about
    return function


flesch_reading_ease = _formula("flesch_reading_ease")
flesch_kincaid_grade = _formula("flesch_kincaid_grade")
smog_index = _formula("smog_index")
coleman_liau_index = _formula("coleman_liau_index")
automated_readability_index = _formula("automated_readability_index")
dale_chall_readability_score = _formula("dale_chall_readability_score")
dale_chall_readability_score_v2 = _formula("dale_chall_readability_score_v2")
gunning_fog = _formula("gunning_fog")
lix = _formula("lix")
rix = _formula("rix")
mcalpine_eflaw = _formula("mcalpine_eflaw")
fernandez_huerta = _formula("fernandez_huerta")
szigriszt_pazos = _formula("szigriszt_pazos")
gutierrez_polini = _formula("gutierrez_polini")
crawford = _formula("crawford")
gulpease_index = _formula("gulpease_index")
osman = _formula("osman")
words_per_sentence = _formula("words_per_sentence")
avg_sentence_per_word = _formula("avg_sentence_per_word")
avg_character_per_word = _formula("avg_character_per_word")
avg_letter_per_word = _formula("avg_letter_per_word")


# Formulas with options


def linsear_write_formula(
    text: str,
    strict_lower: bool = False,  # noqa: FBT001, FBT002 - textstat's signature
    strict_upper: bool = True,  # noqa: FBT001, FBT002
) -> float:
    """Linsear Write grade, over the first hundred words of a longer text.

    Parameters
    ----------
    text : str
        A text.
    strict_lower : bool
        0.0 for texts under a hundred words.
    strict_upper : bool
        False reads texts over a hundred words to their end.

    Returns
    -------
    float
        The grade.
    """
    if settings.is_fixed() and not strict_lower and strict_upper:
        found = fixed.score("linsear_write_formula", _checked(text), settings.lang())
    else:
        found = formulas.linsear(_read(text), strict_lower=strict_lower, strict_upper=strict_upper)
    return settings.rounded(found)


def spache_readability(text: str, float_output: bool = True) -> float | int:  # noqa: FBT001, FBT002
    """Spache grade; cut to an int unless `float_output`."""
    if settings.is_fixed():
        found = fixed.score("spache_readability", _checked(text), settings.lang())
        if math.isnan(found):
            return found
    else:
        found = formulas.FORMULAS["spache_readability"](_read(text))
    return settings.rounded(found) if float_output else int(found)


def text_standard(text: str, float_output: bool = False) -> float | str:  # noqa: FBT001, FBT002
    """Grade that most of eight formulas agree on, between 1 and 18.

    Parameters
    ----------
    text : str
        A text.
    float_output : bool
        True gives the number, False a phrase such as ``"7th and 8th grade"``.

    Returns
    -------
    float or str
        The grade; in fixed mode NaN, or ``"no grade"``, for a text without words.
    """
    if settings.is_fixed():
        grade = fixed.score("text_standard", _checked(text), settings.lang())
        if math.isnan(grade):
            return grade if float_output else "no grade"
    else:
        grade = formulas.consensus(_read(text))
    grade = max(1, min(grade, 18))
    if float_output:
        return settings.rounded(grade)
    return f"{formulas.ordinal(int(grade) - 1)} and {formulas.ordinal(int(grade))} grade"


_MS_PER_CHAR: Final = 14.69


def reading_time(text: str, ms_per_char: float = _MS_PER_CHAR) -> float:
    """Seconds to read a text, at so many milliseconds a character."""
    if settings.is_fixed() and ms_per_char == _MS_PER_CHAR:
        return settings.rounded(fixed.score("reading_time", _checked(text), settings.lang()))
    return settings.rounded(ms_per_char * _read(text).characters / 1000)


def wiener_sachtextformel(text: str, variant: int) -> float:
    """Wiener Sachtextformel for German, in one of its four variants.

    Raises
    ------
    InputError
        For another variant; a ``ValueError`` too, as in textstat.
    """
    reading = _read(text)
    if variant not in formulas.WIENER:
        if not reading.words:
            return settings.rounded(0.0)  # textstat looks at the text first
        raise InputError(f"variant is 1, 2, 3 or 4, not {variant!r}.")
    if settings.is_fixed():
        name = f"wiener_sachtextformel_{int(variant)}"
        return settings.rounded(fixed.score(name, text, settings.lang()))
    return settings.rounded(formulas.WIENER[variant](reading))


def avg_syllables_per_word(text: str, interval: int | None = None) -> float:
    """Syllables per word, or per `interval` words."""
    if settings.is_fixed():
        per_word = fixed.ratio_of("avg_syllables_per_word", _checked(text), settings.lang())
    else:
        per_word = formulas.MEASURES["syllables_per_word"](_read(text))
    return settings.rounded(per_word * (1 if interval is None else interval))


def avg_sentence_length(text: str) -> float:
    """Words per sentence. Deprecated: use `words_per_sentence`."""
    _deprecated("avg_sentence_length is deprecated; words_per_sentence is the same")
    return words_per_sentence(text)


# Counts


def char_count(text: str, ignore_spaces: bool = True) -> int:  # noqa: FBT001, FBT002 - textstat's
    """Characters, punctuation included; white space too unless `ignore_spaces`."""
    if not ignore_spaces:
        return len(_checked(text))
    if settings.is_fixed():
        return fixed.count_of("char_count", _checked(text), settings.lang())
    return _read(text).characters


def letter_count(text: str, ignore_spaces: bool | None = None) -> int:  # noqa: FBT001
    """Letters, digits and underscores of any script; `ignore_spaces` is deprecated."""
    if ignore_spaces is not None:
        _deprecated("the argument ignore_spaces of letter_count is deprecated and has no effect")
    if settings.is_fixed():
        return fixed.count_of("letter_count", _checked(text), settings.lang())
    return _read(text).letters


def lexicon_count(
    text: str,
    removepunct: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
    split_contractions: bool = False,  # noqa: FBT001, FBT002
    split_hyphens: bool = False,  # noqa: FBT001, FBT002
) -> int:
    """Words.

    Parameters
    ----------
    text : str
        A text.
    removepunct : bool
        False counts pieces of punctuation alone as words.
    split_contractions : bool
        Count ``it's`` as two words.
    split_hyphens : bool
        Count ``well-known`` as two words.

    Returns
    -------
    int
        Number of words.
    """
    if not removepunct or split_contractions or split_hyphens:
        words = textstat_rules.list_words(
            _checked(text),
            punctuation_removed=removepunct,
            split_contractions=split_contractions,
            split_hyphens=split_hyphens,
        )
        return len(words)
    if settings.is_fixed():
        return fixed.count_of("lexicon_count", _checked(text), settings.lang())
    return _read(text).words


def miniword_count(text: str, max_size: int = 3) -> int:
    """Words of up to `max_size` letters."""
    if settings.is_fixed() and max_size == 3:
        return fixed.count_of("miniword_count", _checked(text), settings.lang())
    return _read(text).words_up_to(max_size)


def long_word_count(text: str, threshold: int = 6) -> int:
    """Words of more than `threshold` letters."""
    if settings.is_fixed() and threshold == 6:
        return fixed.count_of("long_word_count", _checked(text), settings.lang())
    return _read(text).words_longer_than(threshold)


def syllable_count(text: str, lang: str | None = None) -> int:
    """Syllables, in the language that is set; `lang` is deprecated and has no effect."""
    if lang:
        _deprecated("the argument lang of syllable_count has no effect; use set_lang")
    if not text:
        return 0
    if settings.is_fixed():
        return fixed.count_of("syllable_count", _checked(text), settings.lang())
    return _read(text).syllables


def _count(name: str, about: str, compat: Any) -> Count:
    """Make the public function of a count without options."""

    def function(text: str) -> int:
        if settings.is_fixed() and name in fixed.COUNTS:
            return fixed.count_of(name, _checked(text), settings.lang())
        return int(compat(_read(text)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = about
    return function


sentence_count = _count("sentence_count", "Sentences.", lambda r: r.sentences)
polysyllabcount = _count(
    "polysyllabcount", "Words of three or more syllables.", lambda r: r.words_of_syllables(3)
)
monosyllabcount = _count(
    "monosyllabcount", "Words of one syllable.", lambda r: r.words_of_syllables(1, 1)
)
count_arabic_syllables = _count(
    "count_arabic_syllables", "Syllables of an Arabic text.", lambda r: r.arabic_syllables
)
count_arabic_long_words = _count(
    "count_arabic_long_words", "Arabic words over five letters.", lambda r: r.arabic_long_words
)
count_complex_arabic_words = _count(
    "count_complex_arabic_words",
    "Arabic words with more than five vowel marks (0 always: marks are deleted before).",
    lambda r: r.arabic_complex_words,
)
count_faseeh = _count("count_faseeh", "Faseeh words of an Arabic text.", lambda r: r.faseeh)


# Words


def remove_punctuation(text: str) -> str:
    """Return the text without punctuation; `set_rm_apostrophe` says what becomes of apostrophes."""
    apostrophe = settings.current().rm_apostrophe
    return textstat_rules.remove_punctuation(_checked(text), rm_apostrophe=apostrophe)


def difficult_words(
    text: str,
    syllable_threshold: int = 2,
    unique: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
) -> int:
    """Words off the easy list with at least so many syllables, each once unless not `unique`."""
    words = _read(text).difficult(syllable_threshold)
    return len(set(words)) if unique else len(words)


def difficult_words_list(
    text: str,
    syllable_threshold: int = 2,
    unique: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
) -> list[str]:
    """List what `difficult_words` counts: in no order if `unique`, else in the text's order."""
    words = _read(text).difficult(syllable_threshold)
    return list(set(words)) if unique else words


def is_difficult_word(word: str, syllable_threshold: int = 2) -> bool:
    """Whether a word is off the easy list and has at least so many syllables."""
    return textstat_rules.is_difficult_word(_checked(word), syllable_threshold, settings.lang())


def is_easy_word(word: str, syllable_threshold: int = 2) -> bool:
    """Whether something is one word, and not a difficult one."""
    return len(_checked(word).split()) == 1 and not is_difficult_word(word, syllable_threshold)


# The object

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


class textstatistics:  # noqa: N801 - textstat's name
    """The functions as attributes of an object, for code that writes ``textstat.textstat.x``.

    Settings belong to the context, not to the object: all objects share them.
    """

    text_encoding = text_encoding

    def __getattr__(self, name: str) -> Any:
        if name in FUNCTIONS or name in ("mode", "set_mode", "set_defaults", "use_easy_words"):
            return globals()[name]
        raise AttributeError(f"textstat 0.7.13 has no {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *FUNCTIONS})


textstat: Final = textstatistics()
"""The shared object, as textstat has one."""

__all__ = [
    "FUNCTIONS",
    "MissingWordListError",
    "Mode",
    "Settings",
    "TextTypeError",
    "TextstatLanguageError",
    "get_settings",
    "mode",
    "set_defaults",
    "set_mode",
    "text_encoding",
    "textstat",
    "textstatistics",
    "use_easy_words",
]
