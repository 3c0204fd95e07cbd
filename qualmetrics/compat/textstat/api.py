"""The 50 public callables of textstat 0.7.13 as methods: names, arguments and defaults are its.

Each method picks between textstat's number (``formulas``) and ours (``fixed``) and rounds if the
caller has asked for that; nothing is worked out here.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from qualmetrics.compat.textstat import fixed, formulas
from qualmetrics.compat.textstat.settings import Holder, Settings, checked_mode
from qualmetrics.errors import InputError
from qualmetrics.text import textstat_rules
from qualmetrics.text.textstat_rules import Reading

_MS_PER_CHAR: Final = 14.69


class TextTypeError(InputError, TypeError):
    """What came is not a string; a ``TypeError`` too, as textstat mostly raises one."""


def _checked(text: str) -> str:
    if not isinstance(text, str):
        raise TextTypeError(
            f"a text is a str, not {type(text).__name__}; "
            "decode bytes first, and call the function once for each text of a list."
        )
    return text


def _deprecated(message: str) -> None:
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def _restored(settings: Settings) -> textstatistics:
    """Rebuild an object in another process with the settings that it was pickled under."""
    return textstatistics(settings)


class textstatistics:  # noqa: N801 - textstat's name
    """textstat's functions, each of a text, under settings of this object and this context.

    Parameters
    ----------
    defaults : Settings, optional
        What a context sees that has set nothing.
    """

    text_encoding = "utf-8"  # as in textstat, where nothing reads it

    def __init__(self, defaults: Settings | None = None) -> None:
        self._settings = Holder(defaults or Settings())

    def __reduce__(self) -> tuple[Callable[[Settings], textstatistics], tuple[Settings]]:
        return _restored, (self.settings,)

    # Settings

    @property
    def settings(self) -> Settings:
        """Language, rounding, apostrophes and mode of this context."""
        return self._settings.current

    def set_defaults(
        self,
        *,
        lang: str = "en_US",
        rounding_points: int | None = None,
        rm_apostrophe: bool = True,
        mode: str = "compat",
    ) -> None:
        """Say what threads and tasks see that have set nothing themselves.

        Meant for the start of a program, before its threads. What is left out becomes textstat's
        own default again.

        Parameters
        ----------
        lang : str
            A locale such as ``de_DE``.
        rounding_points : int or None
            Decimals of every float; None rounds nothing.
        rm_apostrophe : bool
            What `remove_punctuation` does with apostrophes in contractions.
        mode : {"compat", "fixed"}
            Whose numbers.

        Raises
        ------
        InputError
            For a mode that does not exist.
        """
        defaults = Settings(_checked(lang), rounding_points, rm_apostrophe, checked_mode(mode))
        self._settings.defaults = defaults

    def set_mode(self, mode: str) -> None:
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
        self._settings.change(replace(self.settings, mode=checked_mode(mode)))

    def mode(self, mode: str) -> AbstractContextManager[None]:
        """Use a mode inside a ``with`` block: ``with textstat.mode("fixed"): ...``."""
        return self._settings.changed(replace(self.settings, mode=checked_mode(mode)))

    def set_lang(self, lang: str) -> None:
        """Set the language of this context, a locale such as ``de_DE``; ``en_US`` at first."""
        self._settings.change(replace(self.settings, lang=_checked(lang)))

    def set_rounding_points(self, points: int | None) -> None:
        """Round every float of this context to so many decimals; None, as at first, rounds none."""
        self._settings.change(replace(self.settings, rounding_points=points))

    def set_rounding(self, rounding: bool, points: int | None = None) -> None:  # noqa: FBT001
        """Switch rounding on or off. Deprecated: use `set_rounding_points`."""
        _deprecated("set_rounding is deprecated; use set_rounding_points instead")
        self.set_rounding_points(points if rounding else None)

    def set_rm_apostrophe(self, rm_apostrophe: bool) -> None:  # noqa: FBT001 - textstat's
        """Choose whether `remove_punctuation` takes apostrophes out of contractions too."""
        self._settings.change(replace(self.settings, rm_apostrophe=rm_apostrophe))

    # What the methods below share

    def _legacy_round(self, number: float, points: int | None = None) -> float:
        """Round as this context asks; `points` is deprecated and has no effect."""
        if points is not None:
            _deprecated("the argument points has no effect; use set_rounding_points")
        decimals = self.settings.rounding_points
        return number if decimals is None else round(number, decimals)

    def _cache_clear(self) -> None:
        """Do nothing, as in textstat. Deprecated."""
        _deprecated("_cache_clear is deprecated and has no effect")

    @property
    def _fixed(self) -> bool:
        return self.settings.mode == "fixed"

    def _read(self, text: str) -> Reading:
        return textstat_rules.read(_checked(text), self.settings.lang)

    def _ours(self, work_out: Callable[[str, str, str], float], name: str, text: str) -> float:
        """Return our number for one of textstat's names."""
        return work_out(name, _checked(text), self.settings.lang)

    def _count(self, name: str, text: str) -> int:
        """Return our count for one of textstat's names."""
        return fixed.count_of(name, _checked(text), self.settings.lang)

    def _formula(self, name: str, text: str) -> float:
        """Work out a formula that has a name in both worlds, or a ratio of two counts."""
        if self._fixed and name in fixed.SCORERS:
            return self._legacy_round(self._ours(fixed.score, name, text))
        if self._fixed and name in fixed.RATIOS:
            return self._legacy_round(self._ours(fixed.ratio_of, name, text))
        return self._legacy_round(formulas.FORMULAS[name](self._read(text)))

    # Formulas

    def flesch_reading_ease(self, text: str) -> float:
        """Flesch reading ease with the constants of the language that is set."""
        return self._formula("flesch_reading_ease", text)

    def flesch_kincaid_grade(self, text: str) -> float:
        """Flesch-Kincaid grade, with English constants for every language."""
        return self._formula("flesch_kincaid_grade", text)

    def smog_index(self, text: str) -> float:
        """SMOG grade, however few the sentences."""
        return self._formula("smog_index", text)

    def coleman_liau_index(self, text: str) -> float:
        """Coleman-Liau index; compat mode with textstat's .058 (published: .0588)."""
        return self._formula("coleman_liau_index", text)

    def automated_readability_index(self, text: str) -> float:
        """Automated readability index; in compat mode punctuation counts as characters."""
        return self._formula("automated_readability_index", text)

    def linsear_write_formula(
        self,
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
        if self._fixed and strict_upper and not strict_lower:
            return self._legacy_round(self._ours(fixed.score, "linsear_write_formula", text))
        reading = self._read(text)
        grade = formulas.linsear(reading, strict_lower=strict_lower, strict_upper=strict_upper)
        return self._legacy_round(grade)

    def dale_chall_readability_score(self, text: str) -> float:
        """Dale-Chall score; in compat mode the constant is added above 5 % unlisted words."""
        return self._formula("dale_chall_readability_score", text)

    def dale_chall_readability_score_v2(self, text: str) -> float:
        """Dale-Chall score over unlisted words of two or more syllables."""
        return self._formula("dale_chall_readability_score_v2", text)

    def gunning_fog(self, text: str) -> float:
        """Gunning Fog; compat mode: unlisted words of 3 or more syllables (Polish 4, Magyar 5)."""
        return self._formula("gunning_fog", text)

    def spache_readability(
        self,
        text: str,
        float_output: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
    ) -> float | int:
        """Spache grade, cut to an int unless `float_output`; compat mode reads Dale's list."""
        if self._fixed:
            grade = self._ours(fixed.score, "spache_readability", text)
        else:
            grade = formulas.FORMULAS["spache_readability"](self._read(text))
        if float_output or math.isnan(grade):  # NaN has no int
            return self._legacy_round(grade)
        return int(grade)

    def text_standard(
        self,
        text: str,
        float_output: bool = False,  # noqa: FBT001, FBT002 - textstat's signature
    ) -> float | str:
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
        if self._fixed:
            grade = self._ours(fixed.score, "text_standard", text)
            if math.isnan(grade):
                return grade if float_output else "no grade"
        else:
            grade = formulas.consensus(self._read(text))
        grade = max(1, min(grade, 18))
        if float_output:
            return self._legacy_round(grade)
        upper = math.ceil(grade)  # textstat's votes are whole, our median is not
        return f"{formulas.ordinal(upper - 1)} and {formulas.ordinal(upper)} grade"

    def lix(self, text: str) -> float:
        """LIX: sentence length and the share of words of more than six letters."""
        return self._formula("lix", text)

    def rix(self, text: str) -> float:
        """RIX: words of more than six letters per sentence."""
        return self._formula("rix", text)

    def mcalpine_eflaw(self, text: str) -> float:
        """McAlpine EFLAW: words, and short words once more, per sentence."""
        return self._formula("mcalpine_eflaw", text)

    def reading_time(self, text: str, ms_per_char: float = _MS_PER_CHAR) -> float:
        """Seconds to read a text, at so many milliseconds a character."""
        if self._fixed and ms_per_char == _MS_PER_CHAR:
            return self._legacy_round(self._ours(fixed.score, "reading_time", text))
        return self._legacy_round(ms_per_char * self._read(text).characters / 1000)

    def fernandez_huerta(self, text: str) -> float:
        """Fernández Huerta's reading ease, for Spanish."""
        return self._formula("fernandez_huerta", text)

    def szigriszt_pazos(self, text: str) -> float:
        """Szigriszt Pazos' perspicuity; compat mode: the Flesch base of the language set."""
        return self._formula("szigriszt_pazos", text)

    def gutierrez_polini(self, text: str) -> float:
        """Gutiérrez de Polini's comprehensibility, for Spanish."""
        return self._formula("gutierrez_polini", text)

    def crawford(self, text: str) -> float:
        """Crawford's school year, for Spanish."""
        return self._formula("crawford", text)

    def gulpease_index(self, text: str) -> float:
        """Gulpease, for Italian; in compat mode punctuation counts as characters."""
        return self._formula("gulpease_index", text)

    def osman(self, text: str) -> float:
        """OSMAN, for Arabic; by textstat's counts in both modes."""
        return self._formula("osman", text)

    def wiener_sachtextformel(self, text: str, variant: int) -> float:
        """Wiener Sachtextformel for German, in one of its four variants.

        Raises
        ------
        InputError
            For another variant; a ``ValueError`` too, as in textstat.
        """
        reading = self._read(text)
        if variant not in formulas.WIENER:
            if not reading.words:
                return self._legacy_round(0.0)  # textstat looks at the text first
            raise InputError(f"variant is 1, 2, 3 or 4, not {variant!r}.")
        if self._fixed:
            name = f"wiener_sachtextformel_{int(variant)}"
            return self._legacy_round(self._ours(fixed.score, name, text))
        return self._legacy_round(formulas.WIENER[variant](reading))

    # Averages

    def avg_syllables_per_word(self, text: str, interval: int | None = None) -> float:
        """Syllables per word, or per `interval` words."""
        if self._fixed:
            per_word = self._ours(fixed.ratio_of, "avg_syllables_per_word", text)
        else:
            per_word = formulas.MEASURES["syllables_per_word"](self._read(text))
        return self._legacy_round(per_word * (1 if interval is None else interval))

    def avg_character_per_word(self, text: str) -> float:
        """Characters, punctuation included, per piece between white space."""
        return self._formula("avg_character_per_word", text)

    def avg_letter_per_word(self, text: str) -> float:
        """Letters per word."""
        return self._formula("avg_letter_per_word", text)

    def avg_sentence_per_word(self, text: str) -> float:
        """Sentences per word."""
        return self._formula("avg_sentence_per_word", text)

    def words_per_sentence(self, text: str) -> float:
        """Words per sentence."""
        return self._formula("words_per_sentence", text)

    def avg_sentence_length(self, text: str) -> float:
        """Words per sentence. Deprecated: use `words_per_sentence`."""
        _deprecated("avg_sentence_length is deprecated; words_per_sentence is the same")
        return self._formula("words_per_sentence", text)

    # Counts

    def char_count(
        self,
        text: str,
        ignore_spaces: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
    ) -> int:
        """Characters, punctuation included; white space too unless `ignore_spaces`."""
        if not ignore_spaces:
            return len(_checked(text))
        return self._count("char_count", text) if self._fixed else self._read(text).characters

    def letter_count(self, text: str, ignore_spaces: bool | None = None) -> int:  # noqa: FBT001
        """Letters, digits and underscores of any script; `ignore_spaces` is deprecated."""
        if ignore_spaces is not None:
            _deprecated("the argument ignore_spaces of letter_count has no effect")
        return self._count("letter_count", text) if self._fixed else self._read(text).letters

    def lexicon_count(
        self,
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
        if removepunct and not split_contractions and not split_hyphens:
            return self._count("lexicon_count", text) if self._fixed else self._read(text).words
        words = textstat_rules.list_words(
            _checked(text),
            punctuation_removed=removepunct,
            split_contractions=split_contractions,
            split_hyphens=split_hyphens,
        )
        return len(words)

    def miniword_count(self, text: str, max_size: int = 3) -> int:
        """Words of up to `max_size` letters."""
        if self._fixed and max_size == 3:
            return self._count("miniword_count", text)
        return self._read(text).words_up_to(max_size)

    def long_word_count(self, text: str, threshold: int = 6) -> int:
        """Words of more than `threshold` letters."""
        if self._fixed and threshold == 6:
            return self._count("long_word_count", text)
        return self._read(text).words_longer_than(threshold)

    def syllable_count(self, text: str, lang: str | None = None) -> int:
        """Syllables, in the language that is set; `lang` is deprecated and has no effect."""
        if lang:
            _deprecated("the argument lang of syllable_count has no effect; use set_lang")
        if not text:
            return 0  # None too, as in textstat
        return self._count("syllable_count", text) if self._fixed else self._read(text).syllables

    def sentence_count(self, text: str) -> int:
        """Sentences; in compat mode only those of more than two words, but at least one."""
        return self._count("sentence_count", text) if self._fixed else self._read(text).sentences

    def polysyllabcount(self, text: str) -> int:
        """Words of three or more syllables."""
        if self._fixed:
            return self._count("polysyllabcount", text)
        return self._read(text).words_of_syllables(3)

    def monosyllabcount(self, text: str) -> int:
        """Words of one syllable."""
        if self._fixed:
            return self._count("monosyllabcount", text)
        return self._read(text).words_of_syllables(1, 1)

    def count_arabic_syllables(self, text: str) -> int:
        """Syllables of an Arabic text, as textstat estimates them."""
        return self._read(text).arabic_syllables

    def count_arabic_long_words(self, text: str) -> int:
        """Arabic words of more than five letters."""
        return self._read(text).arabic_long_words

    def count_complex_arabic_words(self, text: str) -> int:
        """Arabic words with more than five vowel marks: 0, for the marks are deleted first."""
        return self._read(text).arabic_complex_words

    def count_faseeh(self, text: str) -> int:
        """Faseeh words of an Arabic text."""
        return self._read(text).faseeh

    # Words

    def remove_punctuation(self, text: str) -> str:
        """Return the text without punctuation; apostrophes as `set_rm_apostrophe` says."""
        apostrophe = self.settings.rm_apostrophe
        return textstat_rules.remove_punctuation(_checked(text), rm_apostrophe=apostrophe)

    def difficult_words(
        self,
        text: str,
        syllable_threshold: int = 2,
        unique: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
    ) -> int:
        """Unlisted words with at least so many syllables, each once unless not `unique`."""
        words = self._read(text).difficult(syllable_threshold)
        return len(set(words)) if unique else len(words)

    def difficult_words_list(
        self,
        text: str,
        syllable_threshold: int = 2,
        unique: bool = True,  # noqa: FBT001, FBT002 - textstat's signature
    ) -> list[str]:
        """List what `difficult_words` counts: in no order if `unique`, else in the text's."""
        words = self._read(text).difficult(syllable_threshold)
        return list(set(words)) if unique else words

    def is_difficult_word(self, word: str, syllable_threshold: int = 2) -> bool:
        """Whether a word is off the easy list and has at least so many syllables."""
        lang = self.settings.lang
        return textstat_rules.is_difficult_word(_checked(word), syllable_threshold, lang)

    def is_easy_word(self, word: str, syllable_threshold: int = 2) -> bool:
        """Whether something is one word, and not a difficult one."""
        one_word = len(_checked(word).split()) == 1
        return one_word and not self.is_difficult_word(word, syllable_threshold)
