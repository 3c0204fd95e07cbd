"""The command line trains, tells what it did, and refuses what it cannot use."""

import json
import sys

import pytest

from qualmetrics.cli import run
from tests.training import labelled

QUICK = ("--set", "penalty=[0.01]", "--set", "lexicon.penalty=[0.01]", "--set", "beginnings=[]")


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["qualmetrics", *arguments])
        code = run()
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_a_file_of_pairs_becomes_a_model_that_scores(command, tmp_path):
    labelled.write(tmp_path / "pairs.jsonl", labelled.pairs(40))
    code, out, _ = command("train", "pairs.jsonl", "-o", "my_model", "--set", "name=mine", *QUICK)
    assert code == 0
    assert out.startswith("my_model\nmine|ranker:")
    assert "length only (words)" in out
    labelled.write(tmp_path / "new.jsonl", [{"text": "The cat sat in the sun."}])
    code, out, _ = command("score", "new.jsonl", "-m", "my_model/", "--format", "jsonl")
    assert code == 0
    assert "mine" in json.loads(out.splitlines()[1])["scores"]


def test_rows_that_are_left_out_are_told(command, tmp_path):
    labelled.write(tmp_path / "a.jsonl", [*labelled.ratings(40), {"text": "", "score": 1}])
    _, out, _ = command("train", "a.jsonl", "-o", "my_model", *QUICK)
    assert "1 empty text" in out
    assert "left out: a.jsonl:41: 'text' is empty" in out


def test_one_class_only_is_an_error_in_one_line(command, tmp_path):
    rows = [{"text": f"Text {i}.", "score": 1} for i in range(5)]
    labelled.write(tmp_path / "a.jsonl", rows)
    code, _, err = command("train", "a.jsonl", "-o", "my_model")
    assert code == 2
    assert err.startswith("qualmetrics: error: one class only")


def test_named_levels_and_fields_are_read(command, tmp_path):
    rows = [
        {"body": row["text"], "stage": ("easy", "mid", "hard")[int(row["score"]) - 1]}
        for row in labelled.ratings(40)
    ]
    labelled.write(tmp_path / "a.jsonl", rows)
    fields = ("--field", "text=body", "--field", "level=stage", "--levels", "easy,mid,hard")
    code, out, _ = command("train", "a.jsonl", "-o", "my_model", *fields, *QUICK)
    assert code == 0
    assert "40 rows" in out


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--field", "txt=body"), "did you mean 'text'"),
        (("--set", "penalty"), "--set takes NAME=VALUE"),
        (("--set", "lexicon.min_text=3"), "did you mean 'min_texts'"),
    ],
)
def test_a_wrong_option_is_refused_by_name(command, tmp_path, option, said):
    labelled.write(tmp_path / "a.jsonl", labelled.ratings(10))
    code, _, err = command("train", "a.jsonl", "-o", "my_model", *option)
    assert code == 2
    assert said in err
