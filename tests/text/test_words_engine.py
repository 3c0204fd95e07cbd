"""What a word is: the hand-made table of docs/words.md, and the offsets of words."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualmetrics.errors import InputError
from qualmetrics.text import count, word_spans

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "words.jsonl").read_text(encoding="utf-8").splitlines()
]
"""Answers written by hand before the code ran on them."""


def words(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_words_are_those_of_the_hand_made_table(row: dict) -> None:
    assert words(row["text"]) == row["words"]


def test_the_table_has_at_least_forty_rows() -> None:
    assert len(ROWS) >= 40


def test_french_elisions_are_words_of_their_own() -> None:
    text = "L’homme qu'il a vu aujourd'hui."
    found = [text[start:end] for start, end in word_spans(text, "fr")]
    assert found == ["L’", "homme", "qu'", "il", "a", "vu", "aujourd'hui"]


@given(st.lists(st.sampled_from(["naïve", "café", "Zoë", "résumé,", "(déjà)", "über-cool"])))
def test_decomposed_letters_count_like_composed_ones(parts: list[str]) -> None:
    composed = " ".join(parts)
    decomposed = unicodedata.normalize("NFD", composed)
    columns = ["words", "letters", "characters", "syllables", "types", "unfamiliar_dale"]
    table = count([composed, decomposed], columns)
    assert [table[name][0] for name in columns] == [table[name][1] for name in columns]


def test_word_spans_refuse_what_is_not_a_string() -> None:
    with pytest.raises(InputError, match="bytes"):
        word_spans(b"no")  # type: ignore[arg-type]
