"""The mode ``fixed``: our numbers under textstat's names."""

from __future__ import annotations

import math

import pytest

import qualmetrics
from qualmetrics.compat import textstat
from qualmetrics.compat.textstat import fixed
from qualmetrics.errors import UnknownLanguageError
from qualmetrics.text import column_names, count

TEXT = "Dr. Smith's well-known committee met at 3.14 p.m. Nobody understood its recommendations."


@pytest.fixture(autouse=True)
def _fixed(_settings_of_its_own: None) -> None:
    textstat.set_mode("fixed")


def test_every_scorer_of_the_table_exists() -> None:
    assert {ours.name for ours in fixed.SCORERS.values()} - set(qualmetrics.names()) == set()


def test_every_column_of_the_tables_exists() -> None:
    used = {*fixed.COUNTS.values(), *(name for pair in fixed.RATIOS.values() for name in pair)}
    assert used - set(column_names()) == set()


def test_every_name_in_the_tables_is_one_of_textstat() -> None:
    names = {*fixed.COUNTS, *fixed.RATIOS, *fixed.SCORERS}
    variants = {f"wiener_sachtextformel_{n}" for n in (1, 2, 3, 4)}
    assert names - variants - set(textstat.FUNCTIONS) == set()


def test_a_formula_gives_the_published_constants() -> None:
    # Flesch 1948 by hand: 5 words, 1 sentence, 7 syllables.
    assert textstat.flesch_reading_ease("The children like cherry cake.") == pytest.approx(
        206.835 - 1.015 * 5 - 84.6 * 7 / 5
    )


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert textstat.sentence_count(TEXT) == 2


@pytest.mark.parametrize("name", sorted(fixed.COUNTS))
def test_a_count_is_the_column_of_our_rules(name: str) -> None:
    column = fixed.COUNTS[name]
    assert getattr(textstat, name)(TEXT) == int(count([TEXT], [column], "en/1")[column][0])


@pytest.mark.parametrize("text", ["", "   ", "... !!!", "😀"])
@pytest.mark.parametrize("name", ["flesch_reading_ease", "smog_index", "words_per_sentence"])
def test_a_text_without_words_is_not_a_number(name: str, text: str) -> None:
    assert math.isnan(getattr(textstat, name)(text))


def test_a_grade_phrase_names_the_grades_around_our_median() -> None:
    grade = textstat.text_standard(TEXT, float_output=True)
    assert isinstance(grade, float)
    upper = textstat.text_standard(TEXT).split(" and ")[1]  # type: ignore[union-attr]
    assert upper.startswith(str(math.ceil(grade)))


def test_a_text_without_words_has_no_grade() -> None:
    assert textstat.text_standard("") == "no grade"
    assert math.isnan(textstat.text_standard("", float_output=True))  # type: ignore[arg-type]


def test_the_language_that_is_set_chooses_the_constants() -> None:
    textstat.set_lang("de_DE")
    german = "Die Katze sitzt auf der Matte."
    score = qualmetrics.get("flesch_reading_ease", lang="de")([german]).primary[0]
    assert textstat.flesch_reading_ease(german) == score


def test_a_formula_for_one_language_needs_no_setting() -> None:
    spanish = "El gato bebe leche."
    score = qualmetrics.get("fernandez_huerta")([spanish]).primary[0]
    assert textstat.fernandez_huerta(spanish) == score


def test_english_constants_are_refused_for_german() -> None:
    textstat.set_lang("de")
    with pytest.raises(UnknownLanguageError, match="flesch_kincaid_grade"):
        textstat.flesch_kincaid_grade("Die Katze sitzt auf der Matte.")


def test_an_option_that_ours_lack_keeps_the_rule_of_textstat() -> None:
    assert textstat.lexicon_count("It's well-known.", split_hyphens=True) == 3


def test_rounding_applies_to_our_numbers_too() -> None:
    exact = textstat.flesch_reading_ease(TEXT)
    textstat.set_rounding_points(1)
    assert textstat.flesch_reading_ease(TEXT) == round(exact, 1)


def test_textstat_rules_serve_our_scorers() -> None:
    # Where textstat's formula has the published constants, its rules give its numbers.
    score = qualmetrics.get("flesch_reading_ease", rules="textstat")([TEXT]).primary[0]
    with textstat.mode("compat"):
        assert score == pytest.approx(textstat.flesch_reading_ease(TEXT), rel=1e-12)
