"""``--reward``: the file that trainers read, from the shell."""

import json
from pathlib import Path

import pytest

REWARD = {
    "name": "easy_answers",
    "undefined": None,
    "reward": {
        "use": "weighted_mean",
        "terms": {
            "ease": {"use": "readability_target", "target": "level"},
            "length": {"use": "target_length", "of": "length", "target": 10},
        },
    },
    "columns": {"level": "grade"},
    "completion": {"strip_think": True},
}
ROWS = [
    {"text": "The cat sat on the mat and looked at us.", "grade": 90, "prompt": "a"},
    {"text": "<think>hm</think>Committees deliberate.", "grade": 90, "prompt": "a"},
    {"text": "", "grade": 30, "prompt": "b"},
]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "reward.json").write_text(json.dumps(REWARD))
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))


def test_a_reward_file_scores_rows_by_its_own_field_names(qm, files):
    ran = qm("score", "rows.jsonl", "--reward", "reward.json", "--format", "jsonl")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    values = [row["scores"]["easy_answers"] for row in rows if "scores" in row]
    from qualmetrics.reward.config import load_reward

    stripped = ["The cat sat on the mat and looked at us.", "Committees deliberate.", ""]
    expected = load_reward(REWARD).scorer(stripped, columns={"level": [90, 90, 30]})
    assert ran.code == 0
    assert values == [*expected.primary[:2], None]


def test_explain_tells_which_term_drives_the_groups(qm, files):
    ran = qm("explain", "rows.jsonl", "--reward", "reward.json", "--format", "json")
    (whole,) = (item for item in json.loads(ran.out) if item["reward"] == "easy_answers")
    assert sum(whole["shares"].values()) == pytest.approx(1.0)
    assert whole["groups"] == 1
    assert set(whole["shares"]) == {"ease", "length"}


def test_a_group_that_no_row_has_is_answered_with_the_fields_there_are(qm, files):
    ran = qm("explain", "rows.jsonl", "--reward", "reward.json", "--group", "promt")
    assert ran.code == 2
    assert "promt" in ran.err


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_into_a_folder_takes_off_a_completion_what_the_file_says(qm, files, workers):
    from qualmetrics.corpus import runs, states

    call = ("score", "rows.jsonl", "--reward", "reward.json", "-m", "words")
    rows = [json.loads(line) for line in qm(*call, "--format", "jsonl").out.splitlines()][1:]
    call = (*call, "--format", "parquet", "-o", "run", "--workers", workers)
    assert qm(*call).code == 0
    run = runs.open_run("run")
    table = states.read_run(run)
    for name in ("words", "easy_answers"):
        assert table.column(name).to_pylist() == [row["scores"][name] for row in rows]
    assert table.column("words").to_pylist() == [10, 2, None]
    assert run.settings.completion.strip_think
    Path("reward.json").write_text(json.dumps({**REWARD, "completion": {}}))
    assert "holds another run: easy_answers was" in qm(*call).err


def test_a_preset_from_the_shell_is_told_what_an_undefined_row_is_worth(qm):
    given = ("score", "--text", "We sat by the sea.", "-m", "readability_target")
    ran = qm(*given, "--with", "target=60")
    assert ran.code == 2
    assert "--with undefined=null" in ran.err
    assert qm(*given, "--with", "target=60", "--with", "undefined=null").code == 0


@pytest.mark.parametrize("run", [(), ("--format", "parquet", "-o", "run", "--workers", "0")])
def test_a_cell_that_is_no_number_is_an_error_of_its_row_that_names_it(qm, files, tmp_path, run):
    rows = [{**row, "grade": grade} for row, grade in zip(ROWS, (90, "soon", 30), strict=True)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    reward = {**REWARD, "completion": {}}
    (tmp_path / "reward.json").write_text(json.dumps(reward))
    ran = qm("score", "rows.jsonl", "--reward", "reward.json", "-m", "words", *run)
    said = "rows.jsonl:2: column 'level' is 'soon', expected a number"
    assert said in (qm("run", "errors", "run").out if run else ran.err)
    assert "cells are no numbers" not in ran.err
    assert ran.code == (0 if run else 2)
