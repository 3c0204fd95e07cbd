"""Workers that hang, crash or are killed cost one row each, and no other."""

import os
import signal
import sys
from pathlib import Path

import pytest

from qualmetrics.corpus import pool, runs, states
from tests.corpus.killing import interrupted, uninterrupted
from tests.corpus.toys import fragile, write_rows

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGALRM there")


def test_poison_documents_cost_their_own_rows_only(tmp_path: Path) -> None:
    ids = write_rows(tmp_path / "a.jsonl", 30)
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    for place, word in ((7, "HANG"), (20, "CRASH"), (21, "EXIT")):
        lines[place] = f'{{"id": "{word}", "text": "{word}"}}'
        ids[place] = word
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    scorers = {"fragile": fragile()}
    run = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), scorers)
    (done,) = runs.work(run, scorers, workers=1, seconds=1.0)
    assert (done.rows, done.errors, done.quarantined) == (30, 3, 3)
    table = states.read_run(run)
    assert table.column("id").to_pylist() == ids
    messages = dict(zip(ids, table.column("message").to_pylist(), strict=True))
    assert {name: text for name, text in messages.items() if text} == {
        "HANG": "took longer than 1 seconds and was left out",
        "CRASH": "ended its worker (SIGSEGV) and was left out",
        "EXIT": "ended its worker (exit code 7) and was left out",
    }


def test_a_limit_of_rows_leaves_the_limit_of_time_as_it_is(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 30)
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    lines[3] = '{"id": "HANG", "text": "HANG"}'
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    scorers = {"fragile": fragile()}
    call = ([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), scorers, runs.Settings(limit=8))
    run = runs.start(*call, split_bytes=300)
    done = list(runs.work(run, scorers, workers=2, seconds=1.0))
    assert (sum(d.rows for d in done), sum(d.quarantined for d in done)) == (8, 1)


def test_a_worker_that_cannot_start_is_an_error_and_no_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", 3)
    scorers = {"fragile": fragile()}
    run = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), scorers)
    monkeypatch.setattr(pool, "_work", os._exit)
    with pytest.raises(pool.WorkerError, match="before they have started"):
        list(runs.work(run, scorers, workers=1))


def test_killed_at_random_a_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 400, words=60)
    kills = [signal.SIGKILL] * 2
    found = interrupted(tmp_path / "a.jsonl", tmp_path / "killed", n=len(kills), seed=1)
    assert found.kills == 2
    whole = uninterrupted(tmp_path / "a.jsonl", tmp_path / "whole")
    assert found.parts == whole
    assert found.verified
