"""English syllables: the dictionary, the rules around it and the fallback.

Unless a line says otherwise the expected counts were made by hand, saying the word aloud.
"""

from __future__ import annotations

import csv
import os
import string
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualmetrics.text import syllables
from qualmetrics.text.lexicon import cmudict
from qualmetrics.text.syllables import (
    english_syllables,
    fallback_many,
    fallback_syllables,
    spelled_digits,
)

HERE = Path(__file__).resolve().parent
DATA = os.environ.get("QUALMETRICS_DATA")

DICTIONARY = [("readability", 5), ("Every", 3), ("WOMEN", 2), ("business", 2), ("poem", 2)]
CONTRACTIONS = [
    ("don't", 1),
    ("DON'T", 1),
    ("it's", 1),
    ("couldn't", 2),
    ("o'clock", 2),
    ("could've", 2),
    ("y'all", 1),
    ("y'all'd've", 2),
    ("it'll", 2),
    ("that'd", 2),
    ("mike'll", 2),
    ("she'll", 1),
    ("company'll", 4),
    ("daren't", 2),
    ("o'er", 1),
    ("e'en", 1),
    ("goin'", 2),
    ("walkin'", 2),
    ("'twas", 1),
    ("rock'n'roll", 3),
    ("d'Artagnan", 3),
    ("Hawai'i", 3),
]
POSSESSIVES = [
    ("church's", 2),
    ("James's", 2),
    ("boss's", 2),
    ("judge's", 2),
    ("fox's", 2),
    ("dog's", 1),
    ("dogs'", 1),
    ("mother-in-law's", 4),
    ("iphone's", 2),
    ("hobbits'", 2),
    ("biotech's", 3),
    ("headache's", 2),
]
HYPHENS = [
    ("mother-in-law", 4),
    ("state-of-the-art", 4),
    ("e-mail", 2),
    ("twenty-one", 3),
    ("well\u2010known", 2),
    ("well\u2011known", 2),
    ("snake_case", 2),
    ("and/or", 2),
    ("jack-o'-lantern", 4),
    ("-", 1),
]
NUMERALS = [
    ("7", 1),
    ("3.14", 1),
    ("1,000", 1),
    ("1,000,000.50", 1),
    ("45%", 1),
    ("$45.50", 1),
    ("21st", 1),
    ("1990s", 1),
    ("'90s", 1),
    ("1990's", 1),
    ("MP3", 3),
    ("H2O", 3),
    ("4K", 2),
    ("covid-19", 3),
    ("twenty-1", 3),
]
SPELLED = [
    ("1970", 6),  # one nine seven zero
    ("3.14", 3),  # the point is not read
    ("1,000", 7),  # one zero zero zero
    ("007", 6),
    ("21st", 2),
    ("45%", 2),
    ("seven", 2),  # no digit: as english_syllables
    ("mp3", 3),
    ("٧", 2),  # Arabic-Indic seven
]
ACRONYMS = [
    ("NASA", 2),  # in the dictionary
    ("GPU", 3),
    ("GPUs", 3),
    ("CPU's", 3),
    ("URLs", 3),
    ("HTML", 4),
    ("html", 4),
    ("HTTPS", 5),
    ("WWF", 7),
    ("FXX's", 4),
    ("PhDs", 3),
    ("Ph.D.", 3),
    ("U.S", 2),
    ("U.S.", 2),
    ("u.s.", 2),
    ("e.g.", 2),
    ("a.m.", 2),
    ("W.W.F.", 7),
    ("ZORB", 1),  # can be said
    ("XKCD", 4),  # cannot
    ("W", 3),
    ("b", 1),
]
CAMEL_CASE = [("YouTube", 2), ("HTMLParser", 6), ("DeepMind", 2), ("snakeCaseWord", 3)]
ACCENTS = [
    ("café", 2),
    ("résumé", 3),
    ("résumés", 3),
    ("cliché", 2),
    ("fiancée", 3),
    ("née", 1),
    ("naïve", 2),
    ("façade", 2),
    ("Zürich", 2),
]
WITHOUT_VOWELS = [("brr", 1), ("pfft", 1), ("zzz", 1), ("nth", 1), ("tsk", 1), ("hmm", 1)]
OTHER_SCRIPTS = [
    ("Москва", 1),
    ("東京", 1),
    ("كتاب", 1),
    ("🙂", 1),
    ("...", 1),
    ("", 1),
    ("\ud800", 1),
]

GOLDENS = (
    DICTIONARY
    + CONTRACTIONS
    + POSSESSIVES
    + HYPHENS
    + NUMERALS
    + ACRONYMS
    + CAMEL_CASE
    + ACCENTS
    + WITHOUT_VOWELS
    + OTHER_SCRIPTS
)


@pytest.mark.parametrize(("word", "expected"), GOLDENS)
def test_a_word_has_the_syllables_one_hears(word: str, expected: int) -> None:
    assert english_syllables(word) == expected


@pytest.mark.parametrize(("word", "expected"), SPELLED)
def test_digits_can_be_read_one_by_one(word: str, expected: int) -> None:
    assert spelled_digits(word) == expected


@pytest.mark.parametrize("word", ["don't", "church's", "o'clock", "y'all'd've", "could've"])
@pytest.mark.parametrize("apostrophe", ["’", "ʼ", "‘", "＇"])
def test_a_curly_apostrophe_counts_as_a_straight_one(word: str, apostrophe: str) -> None:
    assert english_syllables(word.replace("'", apostrophe)) == english_syllables(word)


@pytest.mark.parametrize("word", [word for word, _ in ACCENTS])
def test_composed_and_decomposed_letters_count_alike(word: str) -> None:
    assert english_syllables(unicodedata.normalize("NFD", word)) == english_syllables(word)


@pytest.mark.parametrize(
    ("word", "plain"), [("straße", "strasse"), ("Łódź", "lodz"), ("æon", "aeon")]
)
def test_letters_that_do_not_decompose_are_read_as_usual_in_english(word: str, plain: str) -> None:
    assert english_syllables(word) == english_syllables(plain)


def test_a_soft_hyphen_is_not_there() -> None:
    assert english_syllables("read\u00adability") == 5


def test_every_word_of_the_dictionary_counts_as_the_dictionary_says() -> None:
    differing = [word for word, n in cmudict().items() if english_syllables(word) != n]
    # CMUdict's "u.s" is the plural of the letter u, "a.d" likewise: here initials are spelled.
    assert [word for word in differing if "." not in word] == []


def test_the_rules_for_apostrophes_agree_with_the_dictionary_where_both_answer() -> None:
    """Nearly all of CMUdict's 6,600 words with an inner apostrophe, its own entries unused."""
    words = [
        word for word in cmudict() if "'" in word.strip("'") and word.replace("'", "").isalpha()
    ]
    right = sum(syllables._with_apostrophe(word) == cmudict()[word] for word in words)
    assert right / len(words) > 0.98


def test_a_monstrous_word_is_estimated_by_its_vowel_groups() -> None:
    # 256 characters are read closely, the other 999,744 hold one vowel group in two.
    assert english_syllables("ba" * 500_000) == pytest.approx(500_000, rel=0.001)


@pytest.mark.parametrize("unit", ["a", "ab", "a'", "a_", "aB", "1", "é", "e\u0301", "\ud800", "'"])
def test_a_megabyte_without_a_space_has_a_count(unit: str) -> None:
    assert english_syllables(unit * (1_000_000 // len(unit))) >= 1


def test_the_fallback_reads_a_long_word_to_the_end() -> None:
    assert fallback_syllables("ba" * 100) == pytest.approx(100, abs=5)


def test_the_fallback_is_right_for_most_names_and_coinages() -> None:
    """300 words listed and counted by hand before any model was run on them; none in CMUdict."""
    with (HERE / "coinages.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["word"], int(row["syllables"])) for row in csv.DictReader(stream)]
    right = sum(fallback_syllables(word) == expected for word, expected in rows)
    assert len(rows) == 300
    assert not [word for word, _ in rows if word in cmudict()]
    assert right / len(rows) > 0.85


def test_the_weights_are_integers_of_short_n_grams() -> None:
    weights = syllables.syllable_weights()
    assert all(type(weight) is int for weight in weights.values())
    assert max(map(len, weights)) <= syllables.LONGEST_GRAM


def test_threads_get_what_one_thread_gets() -> None:
    words = [word for word, _ in GOLDENS] * 5
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(english_syllables, words)) == [english_syllables(w) for w in words]


@given(st.text(max_size=300))
def test_any_string_has_at_least_one_syllable(word: str) -> None:
    assert min(english_syllables(word), spelled_digits(word), fallback_syllables(word)) >= 1


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'’-.AEé1_", max_size=40))
def test_word_like_strings_have_a_count_within_their_length(word: str) -> None:
    assert 1 <= english_syllables(word) <= max(1, 3 * len(word))


@pytest.mark.full
@pytest.mark.skipif(not DATA, reason="QUALMETRICS_DATA is not set")
def test_a_model_made_without_a_tenth_of_the_words_is_right_for_93_percent_of_them() -> None:
    script = str(HERE.parents[1] / "scripts" / "make_lexicon.py")
    command = [sys.executable, script, "--data", str(DATA), "--evaluate"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("held-out"))
    assert float(line.split()[4]) >= 0.93


@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=90), min_size=1, max_size=20))
def test_many_words_at_once_count_as_each_alone(words: list[str]) -> None:
    assert fallback_many(words).tolist() == [fallback_syllables(word) for word in words]
