"""textstat 0.7.13's formulas as data: what each reads of a text, and its arithmetic.

Constants and the order of operations are textstat's, its slips included, so that the floats are
equal to the last bit. A ratio to nothing is 0.0 there, and so is a formula that divides by zero.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from qualmetrics.text import textstat_rules
from qualmetrics.text.textstat_rules import Reading

Measure = Callable[[Reading], float]


class Flesch(NamedTuple):
    """A language's Flesch constants."""

    base: float
    per_sentence_length: float
    per_syllables: float


FLESCH: Final[Mapping[str, Flesch]] = MappingProxyType(
    {
        "en": Flesch(206.835, 1.015, 84.6),
        "de": Flesch(180, 1, 58.5),
        "es": Flesch(206.84, 1.02, 60.0),
        "fr": Flesch(207, 1.015, 73.6),
        "it": Flesch(217, 1.3, 60.0),
        "nl": Flesch(206.835, 0.93, 77),
        "ru": Flesch(206.835, 1.3, 60.1),
        "hu": Flesch(206.835, 1.015, 58.5),
    }
)


def flesch_of(lang: str) -> Flesch:
    """Return a locale's constants; the English ones, silently, for a language without."""
    return FLESCH.get(textstat_rules.language_root(lang), FLESCH["en"])


def _ratio(of: Measure, to: Measure) -> Measure:
    """Divide two counts; 0.0 where there is nothing to divide by."""

    def ratio(r: Reading) -> float:
        numerator, denominator = of(r), to(r)
        return numerator / denominator if denominator else 0.0

    return ratio


def _per_word(of: Measure) -> Measure:
    """Divide a count by the words; a ``ZeroDivisionError`` makes the whole formula 0.0."""
    return lambda r: of(r) / r.words


def _percent(of: Measure) -> Measure:
    """Give a count per 100 words; a ``ZeroDivisionError`` makes the whole formula 0.0."""
    return lambda r: 100 * of(r) / r.words


MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "words": lambda r: r.words,
        "sentences": lambda r: r.sentences,
        "characters": lambda r: r.characters,
        "miniwords": lambda r: r.words_up_to(3),
        "long_words": lambda r: r.words_longer_than(6),
        "polysyllables": lambda r: r.words_of_syllables(3),
        # 0.0 without words or sentences
        "words_per_sentence": _ratio(lambda r: r.words, lambda r: r.sentences),
        "sentences_per_word": _ratio(lambda r: r.sentences, lambda r: r.words),
        "syllables_per_word": _ratio(lambda r: r.syllables, lambda r: r.words),
        "letters_per_word": _ratio(lambda r: r.letters, lambda r: r.words),
        "chars_per_word": _ratio(lambda r: r.characters, lambda r: r.tokens),
        # no value without words
        "syllables_by_words": _per_word(lambda r: r.syllables),
        "arabic_syllables_by_words": _per_word(lambda r: r.arabic_syllables),
        "arabic_complex_by_words": _per_word(lambda r: r.arabic_complex_words),
        "arabic_long_by_words": _per_word(lambda r: r.arabic_long_words),
        "faseeh_by_words": _per_word(lambda r: r.faseeh),
        "percent_polysyllables": _percent(lambda r: r.words_of_syllables(3)),
        "percent_monosyllables": _percent(lambda r: r.words_of_syllables(1, 1)),
        "percent_long": _percent(lambda r: r.words_longer_than(6)),
        "percent_unfamiliar": _percent(lambda r: len(r.difficult(0))),
        "percent_difficult": _percent(lambda r: len(r.difficult(2))),
        "percent_fog": _percent(lambda r: len(r.difficult(textstat_rules.fog_threshold(r.lang)))),
        # constants of the language
        "flesch_base": lambda r: flesch_of(r.lang).base,
        "flesch_sentence": lambda r: flesch_of(r.lang).per_sentence_length,
        "flesch_syllables": lambda r: flesch_of(r.lang).per_syllables,
    }
)


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula: the measures it reads, in order, and what it does with them."""

    about: str
    """First line of the function's docstring."""
    reads: tuple[str, ...]
    """Names of `MEASURES`, passed by position."""
    arithmetic: Callable[..., float]
    zero_if_any_zero: bool = False
    """True where textstat returns 0.0 as soon as one of the measures is zero."""

    def __call__(self, reading: Reading) -> float:
        """Work the formula out for a text; 0.0 where that needs a division by zero."""
        try:
            measured = [MEASURES[name](reading) for name in self.reads]
            if self.zero_if_any_zero and 0 in measured:
                return 0.0
            return self.arithmetic(*measured)
        except ZeroDivisionError:
            return 0.0


def _dale_chall(unfamiliar: float, length: float) -> float:
    score = 0.1579 * unfamiliar + 0.0496 * length
    return score + 3.6365 if unfamiliar > 5 else score


def _dale_chall_v2(difficult: float, length: float) -> float:
    score = 0.1579 * difficult + 0.0496 * length
    return score + 3.6365 if score > 0.05 else score


def _itself(measured: float) -> float:
    return measured


FORMULAS: Final[Mapping[str, Formula]] = MappingProxyType(
    {
        "flesch_reading_ease": Formula(
            "Flesch reading ease with the constants of the language that is set.",
            (
                "words_per_sentence",
                "syllables_per_word",
                "flesch_base",
                "flesch_sentence",
                "flesch_syllables",
            ),
            lambda length, syllables, base, a, b: base - a * length - b * syllables,
            zero_if_any_zero=True,
        ),
        "flesch_kincaid_grade": Formula(
            "Flesch-Kincaid grade, with English constants for every language.",
            ("words_per_sentence", "syllables_per_word"),
            lambda length, syllables: 0.39 * length + 11.8 * syllables - 15.59,
            zero_if_any_zero=True,
        ),
        "smog_index": Formula(
            "SMOG grade, however few the sentences.",
            ("polysyllables", "sentences"),
            lambda hard, sentences: 1.043 * (30 * (hard / sentences)) ** 0.5 + 3.1291,
        ),
        "coleman_liau_index": Formula(
            "Coleman-Liau index with textstat's .058 (published: .0588).",
            ("letters_per_word", "sentences_per_word"),
            lambda letters, sents: 0.058 * (letters * 100) - 0.296 * (sents * 100) - 15.8,
            zero_if_any_zero=True,
        ),
        "automated_readability_index": Formula(
            "Automated readability index; punctuation counts as characters.",
            ("chars_per_word", "words_per_sentence"),
            lambda characters, length: 4.71 * characters + 0.5 * length - 21.43,
            zero_if_any_zero=True,
        ),
        "dale_chall_readability_score": Formula(
            "Dale-Chall score with the constant added above 5 % of words off the list.",
            ("percent_unfamiliar", "words_per_sentence"),
            _dale_chall,
        ),
        "dale_chall_readability_score_v2": Formula(
            "Dale-Chall score over words of two or more syllables, constant added at .05.",
            ("percent_difficult", "words_per_sentence"),
            _dale_chall_v2,
        ),
        "gunning_fog": Formula(
            "Gunning Fog over words off the easy list of 3 or more syllables (pl 4, hu 5).",
            ("percent_fog", "words_per_sentence"),
            lambda hard, length: 0.4 * (length + hard),
        ),
        "spache_readability": Formula(
            "Spache grade of 1953, with Dale's list in place of Spache's.",
            ("percent_difficult", "words_per_sentence"),
            lambda difficult, length: 0.141 * length + 0.086 * difficult + 0.839,
        ),
        "lix": Formula(
            "LIX: sentence length and words of more than six letters.",
            ("percent_long", "words_per_sentence"),
            lambda long, length: length + long,
        ),
        "rix": Formula(
            "RIX: words of more than six letters per sentence.",
            ("long_words", "sentences"),
            lambda long, sentences: long / sentences,
        ),
        "mcalpine_eflaw": Formula(
            "McAlpine EFLAW: words, and short words once more, per sentence.",
            ("words", "miniwords", "sentences"),
            lambda words, short, sentences: (words + short) / sentences,
        ),
        "fernandez_huerta": Formula(
            "Fernández Huerta's reading ease, for Spanish.",
            ("words_per_sentence", "syllables_per_word"),
            lambda length, syllables: 206.84 - 60 * syllables - 1.02 * length,
            zero_if_any_zero=True,
        ),
        "szigriszt_pazos": Formula(
            "Szigriszt Pazos' perspicuity, from the Flesch base of the language that is set.",
            ("flesch_base", "syllables_by_words", "words", "sentences"),
            lambda base, sylls, words, sentences: base - 62.3 * sylls - words / sentences,
        ),
        "gutierrez_polini": Formula(
            "Gutiérrez de Polini's comprehensibility, for Spanish.",
            ("letters_per_word", "words_per_sentence"),
            lambda letters, length: 95.2 - 9.7 * letters - 0.35 * length,
            zero_if_any_zero=True,
        ),
        "crawford": Formula(
            "Crawford's school year, for Spanish.",
            ("sentences_per_word", "syllables_per_word"),
            lambda sents, syllables: -0.205 * (100 * sents) + 0.049 * (100 * syllables) - 3.407,
            zero_if_any_zero=True,
        ),
        "gulpease_index": Formula(
            "Gulpease, for Italian; punctuation counts as characters.",
            ("sentences_per_word", "chars_per_word"),
            lambda sents, characters: 300 * sents - 10 * characters + 89,
            zero_if_any_zero=True,
        ),
        "osman": Formula(
            "OSMAN, for Arabic, with textstat's counts of syllables.",
            (
                "words_per_sentence",
                "arabic_complex_by_words",
                "arabic_syllables_by_words",
                "faseeh_by_words",
                "arabic_long_by_words",
            ),
            lambda length, hard, syllables, faseeh, long: (
                200.791 - 1.015 * length - 24.181 * (hard + syllables + faseeh + long)
            ),
        ),
        "words_per_sentence": Formula("Words per sentence.", ("words_per_sentence",), _itself),
        "avg_sentence_per_word": Formula("Sentences per word.", ("sentences_per_word",), _itself),
        "avg_character_per_word": Formula(
            "Characters, punctuation included, per piece between white space.",
            ("chars_per_word",),
            _itself,
        ),
        "avg_letter_per_word": Formula("Letters per word.", ("letters_per_word",), _itself),
    }
)

_WIENER_READS: Final = (
    "percent_polysyllables",
    "words_per_sentence",
    "percent_long",
    "percent_monosyllables",
)
WIENER: Final[Mapping[int, Formula]] = MappingProxyType(
    {
        variant: Formula("Wiener Sachtextformel.", _WIENER_READS, arithmetic)
        for variant, arithmetic in enumerate(
            (
                lambda ms, sl, iw, es: (
                    0.1935 * ms + 0.1672 * sl + 0.1297 * iw - 0.0327 * es - 0.875
                ),
                lambda ms, sl, iw, _: 0.2007 * ms + 0.1682 * sl + 0.1373 * iw - 2.779,
                lambda ms, sl, _iw, _es: 0.2963 * ms + 0.1905 * sl - 1.1144,
                lambda ms, sl, _iw, _es: 0.2744 * ms + 0.2656 * sl - 1.693,
            ),
            start=1,
        )
    }
)


def linsear(reading: Reading, *, strict_lower: bool, strict_upper: bool) -> float:
    """Work out Linsear Write, on the first hundred words unless `strict_upper` is off."""
    tokens = reading.text.split()
    if strict_upper and len(tokens) > 100:
        words, used = _first_words(tokens, 100)
        # Only the sentences of those tokens count.
        sentences = Reading(" ".join(tokens[:used]), reading.lang).sentences
    else:
        words = reading.word_list
        sentences = reading.sentences if tokens else 0
    if (strict_lower and len(words) < 100) or not sentences:
        return 0.0
    syllables = textstat_rules.word_syllables(words, reading.lang)
    hard = sum(n >= 3 for n in syllables)
    easy = sum(0 < n < 3 for n in syllables)
    per_sentence = (easy + 3 * hard) / sentences
    return per_sentence / 2 if per_sentence > 20 else (per_sentence - 2) / 2


def _first_words(tokens: list[str], wanted: int) -> tuple[list[str], int]:
    """Return the first words of a list of tokens, and how many tokens that took."""
    words: list[str] = []
    for used, token in enumerate(tokens, start=1):
        word = textstat_rules.remove_punctuation(token, rm_apostrophe=False)
        if word:
            words.append(word)
            if len(words) == wanted:
                return words, used
    return words, len(tokens)


_FLESCH_VOTES: Final = (
    (90, (5,)),
    (80, (6,)),
    (70, (7,)),
    (60, (8, 9)),
    (50, (10,)),
    (40, (11,)),
    (30, (12,)),
)


def _flesch_votes(ease: float) -> tuple[int, ...]:
    """Return the grades of a Flesch band; 100 and more votes 13, as the hardest band does."""
    if ease < 100:
        for lowest, grades in _FLESCH_VOTES:
            if ease >= lowest:
                return grades
    return (13,)


def consensus(reading: Reading) -> float:
    """Take the commonest of the grades that eight formulas vote for; ties go to the first."""
    grades: list[int] = []
    for name in ("flesch_kincaid_grade", "flesch_reading_ease", "smog_index"):
        score = FORMULAS[name](reading)
        grades += _flesch_votes(score) if name == "flesch_reading_ease" else _whole_grades(score)
    for name in (
        "coleman_liau_index",
        "automated_readability_index",
        "dale_chall_readability_score",
    ):
        grades += _whole_grades(FORMULAS[name](reading))
    grades += _whole_grades(linsear(reading, strict_lower=False, strict_upper=True))
    grades += _whole_grades(FORMULAS["gunning_fog"](reading))
    return float(Counter(grades).most_common(1)[0][0])


def _whole_grades(score: float) -> tuple[int, int, int]:
    return math.floor(score), math.ceil(score), round(score)


def ordinal(number: int) -> str:
    """Write a number as 1st, 2nd, 3rd, 4th ... 11th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
