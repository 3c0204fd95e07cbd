"""Every public function against the installed textstat 0.7.13 on the same texts."""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualmetrics.compat import textstat as ours
from tests.compat.known_differences import is_known

pytestmark = pytest.mark.full

SETTERS = {name for name in ours.FUNCTIONS if name.startswith("set_")}
EXTRA_ARGUMENTS: dict[str, list[tuple[Any, ...]]] = {
    "wiener_sachtextformel": [(1,), (2,), (3,), (4,), (5,)],
    "avg_syllables_per_word": [(), (100,)],
    "char_count": [(), (False,)],
    "difficult_words": [(), (0, False), (3, True)],
    "difficult_words_list": [(), (0, False), (3, True)],
    "is_difficult_word": [(), (0,), (4,)],
    "is_easy_word": [(), (4,)],
    "letter_count": [(), (True,)],
    "lexicon_count": [
        (a, b, c) for a in (True, False) for b in (True, False) for c in (True, False)
    ],
    "linsear_write_formula": [(), (True, False), (False, False), (True, True)],
    "long_word_count": [(), (3,)],
    "miniword_count": [(), (5,)],
    "reading_time": [(), (25.0,)],
    "spache_readability": [(), (False,)],
    "syllable_count": [(), ("de",)],
    "text_standard": [(), (True,)],
}
LANGUAGES = ("de_DE", "es_ES", "fr_FR", "it", "nl_NL", "pl", "ru_RU", "hu_HU")
ODD_LOCALES = ("en_GB", "en", "en-US", "fr-FR", "de_AT", "pt_BR", "xx_YY", "zh", "ar", "")


@pytest.fixture(scope="module")
def theirs(nltk_folder: Path) -> Iterator[ModuleType]:
    """Return the installed textstat, with its dictionary where it looks for it."""
    peer = pytest.importorskip("textstat")
    for package, frozen in {"textstat": "0.7.13", "pyphen": "0.18.1"}.items():
        installed = importlib.metadata.version(package)
        if installed != frozen:
            pytest.skip(f"{package} {installed} is installed, the comparison is with {frozen}")
    import nltk

    nltk.data.path.insert(0, str(nltk_folder))
    yield peer
    nltk.data.path.remove(str(nltk_folder))
    peer.set_lang("en_US")


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(data / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcome(function: Callable[..., object], *arguments: object) -> object:
    """Return what a call returns, or the type of what it raises."""
    try:
        return function(*arguments)
    except Exception as error:
        return type(error)


def equal(theirs: object, ours: object) -> bool:
    """Tell whether two outcomes are the same; our errors may be subclasses of theirs."""
    if isinstance(theirs, type) and isinstance(ours, type):
        return issubclass(ours, theirs)
    if type(theirs) is not type(ours):
        return False
    both_nan = isinstance(theirs, float) and math.isnan(theirs) and math.isnan(ours)  # type: ignore[arg-type]
    return both_nan or theirs == ours


def differences(peer: ModuleType, texts: Iterable[str], locale: str) -> tuple[int, list[str]]:
    """Return the number of calls compared, and a line for each that differs unexpectedly."""
    peer.set_lang(locale)
    ours.set_lang(locale)
    n_calls, found = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in texts:
            for name in ours.FUNCTIONS:
                if name in SETTERS:
                    continue
                for more in EXTRA_ARGUMENTS.get(name, [()]):
                    a = outcome(getattr(peer, name), text, *more)
                    b = outcome(getattr(ours, name), text, *more)
                    n_calls += 1
                    if not equal(a, b) and not is_known(name, (text, *more), a, b):
                        found.append(f"{locale} {name}{(text[:200], *more)!r}: {a!r}, ours {b!r}")
    return n_calls, found


def test_english_documents_and_sentences_give_equal_numbers(theirs: ModuleType, data: Path) -> None:
    texts = [row["text"] for row in rows(data, "onestop_english/ose_docs.dev.jsonl.gz")]
    pairs = rows(data, "onestop_english/ose_sentence_pairs.dev.jsonl.gz")[::5]
    texts += [row["hard"] for row in pairs]
    n_calls, found = differences(theirs, texts, "en_US")
    assert found == []
    print(f"{len(texts)} texts, {n_calls} calls, no difference")  # noqa: T201 - the figure to quote


def test_naughty_strings_give_equal_numbers(theirs: ModuleType, data: Path) -> None:
    texts = [row["text"] for row in rows(data, "naughty_strings/blns.jsonl.gz")]
    n_calls, found = differences(theirs, texts, "en_US")
    assert found == []
    print(f"{len(texts)} texts, {n_calls} calls, no difference")  # noqa: T201


@pytest.mark.parametrize("locale", LANGUAGES)
def test_other_languages_give_equal_numbers(theirs: ModuleType, data: Path, locale: str) -> None:
    code = locale[:2]
    sentences = rows(data, "stsb_multi/stsb.train_dev.jsonl.gz")
    texts = [row["a"] for row in sentences if row["lang"] == code][:100]
    paragraphs = rows(data, "speed_corpus/books_paragraphs.jsonl.gz")
    texts += [row["text"] for row in paragraphs if row["lang"] == code and code == "es"][:100]
    texts += [row["text"] for row in rows(data, "naughty_strings/blns.jsonl.gz")[::8]]
    assert differences(theirs, texts, locale)[1] == []


@pytest.mark.parametrize("locale", ODD_LOCALES)
def test_odd_locales_fall_back_or_fail_alike(theirs: ModuleType, data: Path, locale: str) -> None:
    texts = [row["text"] for row in rows(data, "naughty_strings/blns.jsonl.gz")[::10]]
    assert differences(theirs, [*texts, "", " ", " .. ", "A cat sat here."], locale)[1] == []


def test_rounded_numbers_are_equal(theirs: ModuleType, data: Path) -> None:
    texts = [row["text"] for row in rows(data, "onestop_english/ose_docs.dev.jsonl.gz")[:40]]
    try:
        theirs.set_rounding_points(2)
        ours.set_rounding_points(2)
        assert differences(theirs, texts, "en_US")[1] == []
    finally:
        theirs.set_rounding_points(None)


@pytest.mark.parametrize("rm_apostrophe", [True, False])
def test_remove_punctuation_follows_its_setting_alike(
    theirs: ModuleType, data: Path, rm_apostrophe: bool
) -> None:
    texts = [row["text"] for row in rows(data, "naughty_strings/blns.jsonl.gz")]
    try:
        theirs.set_rm_apostrophe(rm_apostrophe)
        ours.set_rm_apostrophe(rm_apostrophe)
        assert differences(theirs, texts[::4], "en_US")[1] == []
    finally:
        theirs.set_rm_apostrophe(True)


ODD_PIECES = st.sampled_from(
    [
        *"'’.!?-_ \n\u2028\x1c\u200b\u0301\u064e\u0648\u0627İΣß3中\ud800😀",
        *("ſt", "n't", "'ve", "The", "word"),
    ]
)
RANDOM_TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(ODD_PIECES, max_size=50).map("".join),
    st.lists(st.one_of(ODD_PIECES, st.text(max_size=5)), max_size=140).map(" ".join),
)


@settings(
    max_examples=1000,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=RANDOM_TEXTS)
def test_random_unicode_gives_equal_numbers(theirs: ModuleType, text: str) -> None:
    assert differences(theirs, [text], "en_US")[1] == []


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=RANDOM_TEXTS, locale=st.sampled_from(LANGUAGES))
def test_random_unicode_gives_equal_numbers_in_other_languages(
    theirs: ModuleType, text: str, locale: str
) -> None:
    assert differences(theirs, [text], locale)[1] == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("wrong", [None, b"", b"abc", 5, 0, ["a"], ("a",)])
def test_what_is_not_a_string_is_refused_and_never_scored(theirs: ModuleType, wrong: Any) -> None:
    for name in set(ours.FUNCTIONS) - SETTERS:
        more = (1,) if name == "wiener_sachtextformel" else ()
        mine = outcome(getattr(ours, name), wrong, *more)
        both_zero = name == "syllable_count" and mine == 0 == outcome(theirs.syllable_count, wrong)
        assert both_zero or (isinstance(mine, type) and issubclass(mine, TypeError))
