"""What every bundled language file owes the engine."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualmetrics.text.language import Language, codes, load, word_set
from qualmetrics.text.scripts import SCRIPTS

CODES = codes()
SETS = ("titles", "abbreviations", "function_words", "elisions")

every_language = pytest.mark.parametrize("code", CODES)


def test_the_promised_languages_are_bundled() -> None:
    assert word_set("de es fr it nl pt ru pl tr uk ar sv da nb") <= set(CODES)


@every_language
def test_a_language_carries_the_code_of_its_file(code: str) -> None:
    assert code == load(code).code


@pytest.mark.parametrize("spelling", ["de", "DE", "de-AT", "de_CH", " de "])
def test_spellings_of_a_code_are_one_language(spelling: str) -> None:
    assert load("de") is load(spelling) or load("de") == load(spelling)


@pytest.mark.parametrize("spelling", ["no", "nn", "nb-NO", "no_NO", "NN"])
def test_norwegian_in_any_spelling_is_read_as_bokmål(spelling: str) -> None:
    assert load(spelling).code == "nb"


@every_language
@pytest.mark.parametrize("name", SETS)
def test_words_are_lower_case_nfc_straight_and_without_final_stop(code: str, name: str) -> None:
    words = getattr(load(code), name)
    wrong = [
        word
        for word in words
        if word != unicodedata.normalize("NFC", word.lower())
        or re.search(r"[’‘ʼ\s]", word)
        or word.endswith(".")
        or not word
    ]
    assert wrong == []


@every_language
def test_no_abbreviation_is_a_title_too(code: str) -> None:
    language = load(code)
    assert language.titles & language.abbreviations == frozenset()


@every_language
def test_elisions_end_in_an_apostrophe(code: str) -> None:
    assert [word for word in load(code).elisions if not word.endswith("'")] == []


@every_language
def test_there_are_enough_function_words_to_notice_a_language_by(code: str) -> None:
    assert 60 <= len(load(code).function_words) <= 400


@every_language
def test_scripts_are_names_that_have_ranges(code: str) -> None:
    assert set(load(code).scripts) <= set(SCRIPTS)


@every_language
def test_the_syllable_rule_is_named_and_versioned(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9+-]+/\d+", load(code).syllable_rule)


def _languages() -> list[Language]:
    return [load(code) for code in CODES]


@given(st.text())
def test_arbitrary_text_has_at_least_one_syllable(text: str) -> None:
    for language in _languages():
        count = language.syllables(text)
        assert isinstance(count, int)
        assert count >= 1


@given(st.text(alphabet="aeiouäöüéíïëàñçh'-qgyjlnrtdm", min_size=1, max_size=30))
def test_a_word_has_no_more_syllables_than_letters(word: str) -> None:
    for language in _languages():
        if language.code == "en":
            continue  # spelled-out acronyms and numerals may have more
        assert language.syllables(word) <= max(1, len(word))


@every_language
@pytest.mark.parametrize(
    "unit",
    ["a", "i", "e", "b", "y", "gu", "qu", "-", "'", "ié", "tion", "ment", "ien", "ای", "ба", "َ"],
)
def test_a_million_letters_without_a_break_return(code: str, unit: str) -> None:
    assert load(code).syllables(unit * (1_000_000 // len(unit))) >= 1


@every_language
@pytest.mark.parametrize("word", ["b", "pst", "brr", "-", "'", "x-y", "7", "ß", "ъ"])
def test_a_word_without_a_vowel_is_one_syllable_or_is_spelled(code: str, word: str) -> None:
    assert 1 <= load(code).syllables(word) <= 3
