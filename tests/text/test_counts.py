"""Counts: hand-counted texts, laws of a batch, and texts that are none."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.errors import InputError, UnknownLanguageError
from qualmetrics.text import column_names, count, get_rules, memo, sentence_spans, word_spans
from qualmetrics.text.language import load
from qualmetrics.text.marks import parse, parse_common
from qualmetrics.text.syllables import english_syllables

EVERY = column_names()
PIECES = st.sampled_from(
    [
        "the",
        "The",
        "He",
        "said",
        "John's",
        "U.S.",
        "Mr.",
        "e.g.",
        "p.m.",
        "No.",
        "5",
        "3.14",
        "1.",
        "a)",
        "-",
        "*",
        ".",
        "...",
        "!",
        "?",
        "…",
        "“",
        "”",
        "(",
        ")",
        "--",
        "—",
        ",",
        ";",
        ":",
        "done.But",
        "it's",
        "it’s",
        "NASA",
        "中文。",
        "Москва",
        "café",
        "café",
        "😀",
        "http://a.b/c",
        "x@y.org",
        "\xad",
        "\u200b",
        "[3]",
        "''",
        '"',
        "word.”",
        "word—Word",
        "1,000.50",
        "$5",
        "snake_case",
        "’tis",
        "A.",
        "I",
    ]
)
SPACES = st.sampled_from(
    [" ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u2028", "", "\0", "\x1c"]
)
TEXTS = st.lists(st.tuples(PIECES, SPACES), max_size=30).map(
    lambda parts: "".join(piece + space for piece, space in parts)
) | st.text(max_size=60)


def row(text: str, *columns: str) -> list[float]:
    table = count([text], columns)
    return [table[name][0] for name in columns]


# --- counted by hand ------------------------------------------------------------------------


# The (3 letters, 1 syllable) cat (3, 1) saw (3, 1) 347 (0, 1; spelled 1 + 1 + 2) beautiful (9, 3)
# dogs (4, 1) the (3, 1) cat (3, 1) hesitated (9, 4) | An (2, 1) education (9, 4) maybe (5, 2)
# Peter (5, 2); marks ; . ( ) , ! of which . and ! end sentences.
SAMPLE = "The cat saw 347 beautiful dogs; the cat hesitated. An education (maybe), Peter!"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("words", 13), ("sentences", 2), ("units", 3), ("letters", 58), ("characters", 67),
        ("strokes", 65), ("punctuation", 6), ("syllables", 23), ("digit_syllables", 26),
        ("monosyllables", 8), ("syllables_2", 2), ("syllables_3", 1), ("syllables_4", 2),
        ("syllables_5", 0), ("syllables_6plus", 0), ("syllables_4plus", 2), ("polysyllables", 3),
        ("long_words", 3), ("letters_6plus", 3), ("short_words", 6), ("numerals", 1),
        ("types", 11), ("paragraphs", 1), ("letters_sq", 5 * 9 + 16 + 4 + 3 * 81 + 2 * 25),
        ("hard_fog", 3), ("foreign_letters", 0),
    ],
)  # fmt: skip
def test_columns_of_a_text_counted_by_hand(column: str, expected: int) -> None:
    assert row(SAMPLE, column) == [expected]


def test_fog_excuses_names_compounds_and_suffixes_that_make_the_third_syllable() -> None:
    # Hard: beautiful, operation. Excused: Melinda (name), created, excesses, mother-in-law.
    text = "The beautiful Melinda created an operation; excesses, mother-in-law."
    assert row(text, "hard_fog") == [2]


def test_dale_1948_knows_inflections_names_and_numerals() -> None:
    # "xylem" and "quorum" are on no list; all else is listed, inflected, a name or a numeral.
    text = "The boys’ dogs were running happily to Zurich in 1990, the xylem and quorum hurried."
    assert row(text, "unfamiliar_dale") == [2]


def test_dale_1995_counts_a_name_the_first_time_only() -> None:
    text = "We saw Zurich. We like Zurich. It is Zurich's best."
    assert row(text, "unfamiliar_dale_1995", "unfamiliar_dale") == [1, 0]


def test_dale_1995_counts_a_name_anew_in_the_next_text() -> None:
    text = "We saw Zurich and Zurich."
    assert count([text, text], ["unfamiliar_dale_1995"])["unfamiliar_dale_1995"].tolist() == [1, 1]


def test_spache_counts_tokens_and_types_apart() -> None:
    text = "We saw the quorum. The quorum saw a xylem."
    assert row(text, "unfamiliar_spache", "unfamiliar_spache_types") == [3, 2]


def test_function_words_tell_a_text_in_another_language() -> None:
    own, other = row(
        "Der Hund und die Katze sind nicht hier, weil es regnet.", "stop_own", "stop_other"
    )
    assert other > 2 * own


def test_letters_of_another_script_are_foreign() -> None:
    assert row("привет, friend", "letters", "foreign_letters") == [12, 6]


# --- laws ----------------------------------------------------------------------------------


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_numbers_of_spans_are_the_counts(text: str) -> None:
    assert row(text, "words", "sentences") == [len(word_spans(text)), len(sentence_spans(text))]


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_spans_lie_in_order_and_begin_and_end_with_something_visible(text: str) -> None:
    for spans in (word_spans(text), sentence_spans(text)):
        flat = [offset for span in spans for offset in span]
        assert flat == sorted(flat)
        for start, end in spans:
            assert text[start:end] == text[start:end].strip() != ""


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_texts_of_a_batch_never_see_each_other(texts: list[str]) -> None:
    together = count(texts, EVERY)
    alone = [count([text], EVERY) for text in texts]
    for name in EVERY:
        assert together[name].tolist() == [table[name][0] for table in alone]


@given(st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_an_odd_space_that_forces_the_slow_path_changes_nothing(texts: list[str]) -> None:
    fast = count(texts, EVERY)
    slow = count([*texts, "\u00a0"], EVERY)
    for name in EVERY:
        assert slow[name].tolist() == [*fast[name].tolist(), 0]


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_common_chunks_are_read_as_all_others(text: str) -> None:
    language = load("en")
    for chunk in text.split():
        common = parse_common(chunk, language)
        if common is not None:
            whole = parse(chunk, language)
            assert common == (whole.words[0].spelled, whole.hot, whole.cold)


@pytest.mark.parametrize(
    "word", ["zibbleworth", "X-ray-like", "Mother-in-law", "GPU", "YouTube", "re-zibble", "3-day",
             "COVID-19", "café-bar", "Ann's"],
)  # fmt: skip
def test_short_ways_to_syllables_agree_with_the_long_way(word: str) -> None:
    assert row(word, "words", "syllables") == [1, english_syllables(word)]


def test_asking_for_one_column_gives_the_same_as_asking_for_all() -> None:
    texts = [SAMPLE, "", "Yes. http://example.org/a/very/long/address/that/is/wide and 10,000."]
    every = count(texts, EVERY)
    for name in EVERY:
        assert count(texts, [name])[name].tolist() == every[name].tolist()


def test_counts_do_not_depend_on_what_was_counted_before() -> None:
    before = count([SAMPLE], EVERY)
    count(["beautiful Dogs; THE cat's 347"], EVERY)
    after = count([SAMPLE], EVERY)
    memo.forget()
    fresh = count([SAMPLE], EVERY)
    for name in EVERY:
        assert before[name].tolist() == after[name].tolist() == fresh[name].tolist()


def test_a_text_of_many_blocks_is_the_sum_of_its_parts() -> None:
    line = "The cat saw 347 beautiful dogs and hesitated. "
    columns = ["words", "sentences", "syllables", "letters", "letters_sq", "unfamiliar_dale"]
    assert row(line * 5000, *columns) == [5000 * value for value in row(line, *columns)]


def test_threads_count_what_one_thread_counts() -> None:
    texts = [f"word{i % 7} Name{i} is here{i}. It ran{i * i}!" for i in range(400)]
    memo.forget()
    expected = count(texts, EVERY)
    memo.forget()
    results: list[dict] = []
    workers = [
        threading.Thread(target=lambda: results.append(count(texts, EVERY))) for _ in range(8)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(results) == 8
    for table in results:
        assert all(np.array_equal(table[name], expected[name]) for name in EVERY)


def test_a_full_memory_starts_anew_and_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"alpha{i} beta{i}." for i in range(50)]
    expected = count(texts, EVERY)
    memo.forget()
    monkeypatch.setattr(memo, "MAX_ROWS", 10)
    for text, words in zip(texts, expected["words"].tolist(), strict=True):
        assert row(text, "words") == [words]
    memo.forget()


# --- texts that are none -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\t ", "\0\0", "\u200b\u00ad", "\ufeff"])
def test_an_invisible_text_counts_nothing(text: str) -> None:
    assert row(text, "characters", "words", "sentences", "paragraphs") == [0, 0, 0, 0]


@pytest.mark.parametrize("text", ["😀😀", "... !!!", "* * *", "\ud800"])
def test_a_text_without_words_has_no_sentence(text: str) -> None:
    characters, words, sentences = row(text, "characters", "words", "sentences")
    assert (characters > 0, words, sentences) == (True, 0, 0)


@pytest.mark.parametrize("text", ["a" * 10**6, "a." * 500_000, "a-" * 500_000, "@" * 10**6,
                                  "1," * 500_000, "é" * 10**6, "." * 10**6, "http://" * 150_000,
                                  "\"(" * 500_000, "a'" * 500_000, "[1]" * 300_000])  # fmt: skip
def test_a_megabyte_without_a_space_is_counted(text: str) -> None:
    assert row(text, "characters") == [len(text)]


def test_an_empty_batch_gives_empty_columns() -> None:
    assert {name: len(values) for name, values in count([], EVERY).items()} == dict.fromkeys(
        EVERY, 0
    )


@pytest.mark.parametrize("texts", ["one text", b"bytes"])
def test_a_bare_string_is_refused_with_the_call_that_was_meant(texts: object) -> None:
    with pytest.raises(InputError, match=r"count\(\[text\]"):
        count(texts, ["words"])  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [None, b"bytes", 3])
def test_what_is_not_a_string_is_refused_with_its_place(text: object) -> None:
    with pytest.raises(InputError, match=r"texts\[1\] is"):
        count(["ok", text], ["words"])  # type: ignore[list-item]


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'wrods'"):
        count(["x"], ["wrods"])


def test_english_word_lists_are_refused_for_other_languages() -> None:
    with pytest.raises(InputError, match="German"):
        count(["x"], ["unfamiliar_dale"], rules="de/1")


@pytest.mark.parametrize("name", ["xx/1", "en/99"])
def test_unknown_rules_are_refused(name: str) -> None:
    with pytest.raises(UnknownLanguageError):
        get_rules(name)
