"""The shape of the textstat drop-in: names, arguments, settings, threads, errors."""

from __future__ import annotations

import asyncio
import inspect
import math
import pickle
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qualmetrics.compat import textstat
from qualmetrics.errors import InputError, MissingExtraError, UnknownLanguageError
from qualmetrics.text import textstat_rules

# Printed by inspect.signature over the public attributes of textstat 0.7.13's shared object,
# annotations left out.
SIGNATURES = {
    "automated_readability_index": "(text)",
    "avg_character_per_word": "(text)",
    "avg_letter_per_word": "(text)",
    "avg_sentence_length": "(text)",
    "avg_sentence_per_word": "(text)",
    "avg_syllables_per_word": "(text, interval=None)",
    "char_count": "(text, ignore_spaces=True)",
    "coleman_liau_index": "(text)",
    "count_arabic_long_words": "(text)",
    "count_arabic_syllables": "(text)",
    "count_complex_arabic_words": "(text)",
    "count_faseeh": "(text)",
    "crawford": "(text)",
    "dale_chall_readability_score": "(text)",
    "dale_chall_readability_score_v2": "(text)",
    "difficult_words": "(text, syllable_threshold=2, unique=True)",
    "difficult_words_list": "(text, syllable_threshold=2, unique=True)",
    "fernandez_huerta": "(text)",
    "flesch_kincaid_grade": "(text)",
    "flesch_reading_ease": "(text)",
    "gulpease_index": "(text)",
    "gunning_fog": "(text)",
    "gutierrez_polini": "(text)",
    "is_difficult_word": "(word, syllable_threshold=2)",
    "is_easy_word": "(word, syllable_threshold=2)",
    "letter_count": "(text, ignore_spaces=None)",
    "lexicon_count": "(text, removepunct=True, split_contractions=False, split_hyphens=False)",
    "linsear_write_formula": "(text, strict_lower=False, strict_upper=True)",
    "lix": "(text)",
    "long_word_count": "(text, threshold=6)",
    "mcalpine_eflaw": "(text)",
    "miniword_count": "(text, max_size=3)",
    "monosyllabcount": "(text)",
    "osman": "(text)",
    "polysyllabcount": "(text)",
    "reading_time": "(text, ms_per_char=14.69)",
    "remove_punctuation": "(text)",
    "rix": "(text)",
    "sentence_count": "(text)",
    "set_lang": "(lang)",
    "set_rm_apostrophe": "(rm_apostrophe)",
    "set_rounding": "(rounding, points=None)",
    "set_rounding_points": "(points)",
    "smog_index": "(text)",
    "spache_readability": "(text, float_output=True)",
    "syllable_count": "(text, lang=None)",
    "szigriszt_pazos": "(text)",
    "text_standard": "(text, float_output=False)",
    "wiener_sachtextformel": "(text, variant)",
    "words_per_sentence": "(text)",
}

LOCALES = ("en_US", "de_DE", "es_ES", "fr_FR", "it_IT", "nl_NL", "pl_PL", "ru_RU")
TEXT = (
    "The committee published its recommendations yesterday. Nobody understood them, and the "
    "chairman's explanation didn't help at all! Was it intended? Perhaps the author was tired."
)


def bare_signature(name: str) -> str:
    parameters = inspect.signature(getattr(textstat, name)).parameters.values()
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    return str(inspect.Signature(plain))


@pytest.fixture
def _fresh_tables() -> Iterator[None]:
    """Forget what was worked out, before and after a test that changes the surroundings."""

    def forget() -> None:
        for memo in ("_pyphen", "_syllables", "_difficulty", "_easy_words", "_read", "_read_long"):
            getattr(textstat_rules, memo).cache_clear()

    forget()
    yield
    forget()


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_has_the_arguments_and_defaults_of_textstat(name: str) -> None:
    assert bare_signature(name) == SIGNATURES[name]


def test_the_fifty_names_are_all_there() -> None:
    assert set(textstat.FUNCTIONS) == set(SIGNATURES)
    assert len(SIGNATURES) == 50


def test_the_object_carries_the_same_functions_as_the_module() -> None:
    assert textstat.textstat.lix(TEXT) == textstat.lix(TEXT)


def test_the_module_says_which_text_encoding_textstat_says() -> None:
    assert textstat.text_encoding == "utf-8"


# Settings


def test_eight_threads_in_eight_languages_equal_the_serial_results() -> None:
    def work(locale: str) -> list[float]:
        textstat.set_lang(locale)
        together.wait()
        found = []
        for turn in range(40):
            text = f"{TEXT} {'Wort ' * (turn % 7)}"
            found += [textstat.flesch_reading_ease(text), textstat.smog_index(text)]
            found += [textstat.syllable_count(text), textstat.szigriszt_pazos(text)]
        return found

    together = threading.Barrier(1)
    with ThreadPoolExecutor(1) as alone:
        serial = [alone.submit(work, locale).result() for locale in LOCALES]
    together = threading.Barrier(len(LOCALES))
    with ThreadPoolExecutor(len(LOCALES)) as pool:
        threaded = list(pool.map(work, LOCALES))

    assert serial == threaded
    assert len({tuple(found) for found in serial}) == len(LOCALES)


def test_what_a_thread_sets_stays_in_the_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(textstat.set_lang, "de_DE").result()
    assert textstat.textstat.settings.lang == "en_US"


def test_a_task_does_not_see_the_language_of_another() -> None:
    async def score(locale: str) -> str:
        textstat.set_lang(locale)
        await asyncio.sleep(0)
        return textstat.textstat.settings.lang

    async def both() -> list[str]:
        return await asyncio.gather(score("de_DE"), score("fr_FR"))

    assert asyncio.run(both()) == ["de_DE", "fr_FR"]


def test_a_thread_that_sets_nothing_sees_the_defaults() -> None:
    textstat.set_defaults(lang="it_IT")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(getattr, textstat.textstat, "settings").result().lang == "it_IT"


def test_two_objects_have_settings_of_their_own() -> None:
    german = textstat.textstatistics()
    german.set_lang("de_DE")
    assert (german.settings.lang, textstat.textstat.settings.lang) == ("de_DE", "en_US")


def test_a_pickled_function_takes_its_settings_along() -> None:
    textstat.set_lang("de_DE")
    again = pickle.loads(pickle.dumps(textstat.flesch_reading_ease))  # noqa: S301 - our own bytes
    textstat.set_lang("en_US")
    assert again("Die Katze schläft.") == again.__self__.flesch_reading_ease("Die Katze schläft.")
    assert again.__self__.settings.lang == "de_DE"


def test_rounding_applies_to_floats_and_can_be_taken_back() -> None:
    exact = textstat.flesch_reading_ease(TEXT)
    textstat.set_rounding_points(1)
    assert textstat.flesch_reading_ease(TEXT) == round(exact, 1)
    textstat.set_rounding_points(None)
    assert textstat.flesch_reading_ease(TEXT) == exact


def test_a_mode_that_does_not_exist_is_refused_with_what_to_type() -> None:
    with pytest.raises(InputError, match=r"set_mode\('fixed'\)"):
        textstat.set_mode("right")


def test_a_mode_block_ends_where_it_began() -> None:
    with textstat.mode("fixed"):
        assert textstat.textstat.settings.mode == "fixed"
    assert textstat.textstat.settings.mode == "compat"


# Deprecations, as textstat warns


@pytest.mark.parametrize(
    "call",
    [
        lambda: textstat.avg_sentence_length(TEXT),
        lambda: textstat.letter_count(TEXT, ignore_spaces=True),
        lambda: textstat.syllable_count(TEXT, lang="de"),
        lambda: textstat.set_rounding(rounding=True, points=2),
        textstat.textstat._cache_clear,
    ],
)
def test_what_textstat_deprecates_warns_here_too(call: Callable[[], object]) -> None:
    with pytest.warns(DeprecationWarning, match="deprecated|no effect"):
        call()


@pytest.mark.usefixtures("_fresh_tables")
def test_a_language_without_easy_words_warns_once_and_uses_english() -> None:
    textstat.set_lang("de_DE")
    with pytest.warns(Warning, match="no easy words vocabulary for de, using english"):
        assert textstat.is_easy_word("apple")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        textstat.is_easy_word("pear")


# Returned values belong to the caller


def test_a_returned_list_may_be_changed_without_changing_the_next_result() -> None:
    textstat.difficult_words_list(TEXT, unique=False).clear()
    assert textstat.difficult_words_list(TEXT, unique=False) != []


# Wrong calls


@pytest.mark.parametrize("wrong", [None, b"bytes", 5, ["a", "list"]])
@pytest.mark.parametrize("name", ["flesch_reading_ease", "lexicon_count", "difficult_words_list"])
def test_what_is_not_a_string_is_a_type_error_that_says_what_came(name: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=f"not {type(wrong).__name__}"):
        getattr(textstat, name)(wrong)


def test_none_has_no_syllables_as_in_textstat() -> None:
    assert textstat.syllable_count(None) == 0  # type: ignore[arg-type]


def test_an_unknown_language_is_a_key_error_that_names_the_known_ones() -> None:
    textstat.set_lang("zh")
    with pytest.raises(KeyError) as caught:
        textstat.flesch_reading_ease("Hello there.")
    assert isinstance(caught.value, UnknownLanguageError)
    assert str(caught.value).startswith(
        "no Pyphen patterns for language 'zh'; there are: af, af_ZA"
    )


def test_an_unknown_variant_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="1, 2, 3 or 4"):
        textstat.wiener_sachtextformel(TEXT, 5)


# Without Pyphen: English words of the dictionary need no extra; others say which


@pytest.fixture
def _no_pyphen(monkeypatch: pytest.MonkeyPatch, _fresh_tables: None) -> None:
    monkeypatch.setitem(sys.modules, "pyphen", None)


@pytest.mark.usefixtures("_no_pyphen")
def test_english_words_of_the_dictionary_are_counted() -> None:
    assert textstat.syllable_count("readability is beautiful") == 9


@pytest.mark.usefixtures("_no_pyphen")
def test_an_english_word_outside_it_asks_for_the_extra() -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'qualmetrics\[textstat\]'"):
        textstat.syllable_count("zzyzxian")


@pytest.mark.usefixtures("_no_pyphen")
def test_another_language_asks_for_the_extra() -> None:
    textstat.set_lang("de_DE")
    with pytest.raises(MissingExtraError, match=r"pip install 'qualmetrics\[textstat\]'"):
        textstat.flesch_reading_ease("Die Katze schläft.")


@pytest.mark.usefixtures("_no_pyphen")
def test_formulas_without_syllables_work_in_any_language() -> None:
    textstat.set_lang("zh")
    assert textstat.lix("Una frase corta basta.") == 4.0


# Without the Spanish list, which is not bundled


@pytest.fixture
def _no_textstat(monkeypatch: pytest.MonkeyPatch, _fresh_tables: None) -> None:
    monkeypatch.setattr(textstat_rules.PathFinder, "find_spec", lambda _: None)
    monkeypatch.setattr(textstat_rules, "_given_easy_words", {})
    textstat.set_lang("es_ES")


@pytest.mark.usefixtures("_no_textstat")
def test_a_difficult_word_says_how_to_get_the_list() -> None:
    with pytest.raises(textstat.MissingWordListError, match="use_easy_words"):
        textstat.difficult_words("La casa es hermosa.")


@pytest.mark.usefixtures("_no_textstat")
def test_scores_without_the_list_do_not_need_it() -> None:
    assert math.isfinite(textstat.fernandez_huerta("La casa es hermosa."))


@pytest.mark.usefixtures("_no_textstat")
def test_a_list_that_was_given_is_used() -> None:
    textstat.use_easy_words("es", ["La", "casa ", "es"])
    assert textstat.difficult_words_list("La casa es hermosa.") == ["hermosa"]


@pytest.mark.usefixtures("_no_textstat")
def test_one_string_is_no_list() -> None:
    with pytest.raises(InputError, match="not one string"):
        textstat.use_easy_words("es", "casa")


@pytest.mark.usefixtures("_fresh_tables")
def test_a_spanish_list_of_another_release_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Spec:
        origin = str(tmp_path / "__init__.py")

    words = tmp_path / "resources" / "es" / "easy_words.txt"
    words.parent.mkdir(parents=True)
    words.write_text("de\nla\n", encoding="utf-8")
    monkeypatch.setattr(textstat_rules.PathFinder, "find_spec", lambda _: Spec)
    textstat.set_lang("es")
    with pytest.raises(textstat.MissingWordListError, match=r"not that of 0\.7\.13"):
        textstat.gunning_fog("La casa.")
