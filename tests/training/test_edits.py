"""Edits keep the words, degenerate texts keep nothing."""

import re

import numpy as np
import pytest

from qualmetrics.training.edits import DEGENERATE, EDITS, degenerate, edited

TEXT = "“It isn't the committee's report,” she said - twice. Nobody objected to the harbour."


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("’", "'"))


@pytest.mark.parametrize("name", sorted(set(EDITS) - {"typo", "contractions"}))
def test_an_edit_changes_the_text_and_keeps_its_words(name: str) -> None:
    changed = EDITS[name](TEXT, np.random.default_rng(0))
    assert changed != TEXT
    assert words(changed) == words(TEXT)


def test_a_typo_keeps_the_letters_of_every_word() -> None:
    changed = EDITS["typo"](TEXT, np.random.default_rng(0))
    assert changed != TEXT
    assert [sorted(w) for w in words(changed)] == [sorted(w) for w in words(TEXT)]


def test_a_contraction_is_written_out() -> None:
    assert "It is not the" in EDITS["contractions"](TEXT, np.random.default_rng(0))


@pytest.mark.parametrize("text", ["", "a", "...", "日本"])
def test_odd_texts_are_edited_without_error(text: str) -> None:
    for seed in range(20):
        edited(text, np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_edit() -> None:
    assert edited(TEXT, np.random.default_rng(5)) == edited(TEXT, np.random.default_rng(5))


def test_degenerate_texts_are_known_ones_or_shuffled_words() -> None:
    found = {degenerate(TEXT, np.random.default_rng(seed)) for seed in range(50)}
    shuffled = found - set(DEGENERATE)
    assert shuffled
    assert all(set(text.split()) <= set(TEXT.split()) for text in shuffled)
