"""--cache: what did not change is not scored again, and comes out the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qualmetrics.corpus import cache as machinery
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
SCORE = ("score", "docs", "-m", "fkgl,words", "--format", "json", "--cache", "kept")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of texts and rows, one text without words."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for i in range(5):
        (folder / f"{i}.txt").write_text("One two three. Four five. " * i)
    (folder / "a.jsonl").write_text('{"id": "x", "text": "One."}\n{"text": "Two three."}\n')
    (folder / "odd.txt").write_bytes(b"caf\xe9 au lait.")
    return folder


def said(ran: Ran) -> str:
    return next(line for line in ran.err.splitlines() if " came from " in line)


def test_the_second_time_all_comes_from_the_cache_and_is_the_same(qm: Run, docs: Path) -> None:
    plain = qm(*SCORE[:-2])
    first, second = qm(*SCORE), qm(*SCORE)
    assert (first.out, second.out) == (plain.out, plain.out)
    assert said(first) == "qualmetrics: 0 of 7 files came from kept"
    assert said(second) == "qualmetrics: 7 of 7 files came from kept"
    assert "odd.txt" in second.err  # the warning, too
    assert "came from" not in qm(*SCORE, "-q").err


def test_what_changed_is_scored_again_and_keeps_its_place(qm: Run, docs: Path) -> None:
    qm(*SCORE)
    (docs / "2.txt").write_text("Now something else entirely.")
    (docs / "25.txt").write_text("And something new.")
    again = qm(*SCORE)
    assert said(again) == "qualmetrics: 6 of 8 files came from kept"
    assert again.out == qm(*SCORE[:-2]).out


@pytest.mark.parametrize(
    "how",
    [
        ["--rules", "textstat"],
        ["--level", "line"],
        ["--markup", "none"],
        ["--id-field", "text"],
        ["--encoding", "latin-1"],
        ["-m", "fre"],
    ],
)
def test_under_other_options_nothing_is_taken(qm: Run, docs: Path, how: list[str]) -> None:
    qm(*SCORE)
    other = qm(*SCORE, *how)
    assert said(other) == "qualmetrics: 0 of 7 files came from kept"
    assert other.out == qm(*SCORE[:-2], *how).out


def test_a_broken_entry_and_one_of_another_shape_are_scored_again(
    qm: Run, docs: Path, tmp_path: Path
) -> None:
    plain = qm(*SCORE)
    entries = sorted((tmp_path / "kept").glob("*.json"))
    broken = ["", "[]", '{"documents": [], "scores": {"fkgl": {"values": [[1]], "status": [0]}}}']
    for entry, content in zip(entries, broken, strict=False):
        entry.write_text(content)
    again = qm(*SCORE)
    assert said(again) == "qualmetrics: 4 of 7 files came from kept"
    assert again.out == plain.out


def test_a_file_that_cannot_be_read_is_tried_each_time(qm: Run, docs: Path) -> None:
    (docs / "b.jsonl").write_text("broken\n")
    assert qm(*SCORE).code == 2
    again = qm(*SCORE)
    assert (again.code, "docs/b.jsonl:1: no JSON" in again.err) == (2, True)


def test_rows_of_one_file_over_several_batches_are_kept_together(
    qm: Run, tmp_path: Path, docs: Path
) -> None:
    rows = ({"id": f"r{i}", "text": "word " * (i % 7)} for i in range(1200))
    (docs / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, second = qm(*SCORE), qm(*SCORE)
    assert (said(second)[:26], second.out) == ("qualmetrics: 8 of 8 files ", first.out)


def test_gates_look_at_what_comes_from_the_cache(qm: Run, docs: Path) -> None:
    gate = (*SCORE, "--fail-if", "words>10,mean(words)>1", "-q")
    first, second = qm(*gate), qm(*gate)
    assert (first.code, first.err) == (second.code, second.err) == (1, first.err)
    assert len(first.err.splitlines()) == 3


def test_a_folder_is_kept_small_and_no_other_folder_is_touched(
    qm: Run, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machinery, "MOST_BYTES", 900)
    qm(*SCORE)
    kept = sum(path.stat().st_size for path in (tmp_path / "kept").glob("*.json"))
    assert 0 < kept <= 900
    ran = qm(*SCORE[:-1], "docs")
    assert (ran.code, "docs holds something else; name a new folder" in ran.err) == (2, True)
    (tmp_path / "file").write_text("")
    assert qm(*SCORE[:-1], "file").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "words", "--limit", "1"],
        ["-m", "words", "--format", "parquet", "-o", "run"],
        ["-m", "chrf", "--reference", "One."],
        ["--add", "smog"],
    ],
)
def test_what_does_not_go_with_a_cache_is_refused(
    qm: Run, docs: Path, arguments: list[str]
) -> None:
    ran = qm("score", "docs", "--cache", "kept", *arguments)
    assert (ran.code, "--cache" in ran.err) == (2, True)
