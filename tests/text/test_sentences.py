"""Where sentences end: traps with answers written by hand, and the treebank."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from qualmetrics.text import count, sentence_spans

HERE = Path(__file__).parent
TRAPS = [
    json.loads(line)
    for line in (HERE / "sentence_traps.jsonl").read_text(encoding="utf-8").splitlines()
]


def sentences(text: str, lang: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, lang)]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["text"][:40])
def test_number_of_sentences_is_that_of_the_hand_made_trap(trap: dict) -> None:
    assert len(sentences(trap["text"])) == trap["sentences"]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["text"][:40])
def test_counted_sentences_are_those_of_the_trap(trap: dict) -> None:
    assert count([trap["text"]], ["sentences"])["sentences"].tolist() == [trap["sentences"]]


def test_there_are_at_least_sixty_traps() -> None:
    assert len(TRAPS) >= 60


def test_a_sentence_keeps_its_quotes_and_stops() -> None:
    assert sentences("“Go!” He went. (Why?)") == ["“Go!”", "He went.", "(Why?)"]


def test_a_sentence_inside_a_chunk_ends_after_its_stop() -> None:
    assert sentences("It is done.But how?") == ["It is done.", "But how?"]


def test_units_break_at_colons_and_semicolons_before_a_word() -> None:
    table = count(["He came; he saw: nothing. Then this:"], ["sentences", "units"])
    assert (table["sentences"][0], table["units"][0]) == (2, 4)


def test_paragraphs_are_separated_by_blank_lines() -> None:
    text = "One\nline.\n\n \nTwo.\r\n\r\nThree.\n\n***\n"
    assert count([text], ["paragraphs"])["paragraphs"][0] == 3


def test_a_german_ordinal_ends_no_sentence() -> None:
    assert len(sentences("Am 3. Mai kam er. Sie blieb.", "de")) == 2


@pytest.mark.full
def test_boundary_f1_on_the_treebank_is_above_the_bar() -> None:
    if "QUALMETRICS_DATA" not in os.environ:
        pytest.skip("QUALMETRICS_DATA is not set")
    sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))
    import sentences as benchmark

    documents = list(benchmark.treebank())
    assert benchmark.f1(documents, benchmark.ours)[2] >= 0.90
