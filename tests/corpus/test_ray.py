"""The engine ray writes what the local one writes, and each goes on where the other stopped."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from qualmetrics.corpus import runs, states
from qualmetrics.corpus.metrics import resolve
from qualmetrics.errors import InputError
from tests.corpus.killing import interrupted, uninterrupted
from tests.corpus.toys import fragile, write_rows

ray = pytest.importorskip("ray")


def test_both_engines_write_the_same_bytes_and_take_turns(tmp_path: Path) -> None:
    from qualmetrics.corpus import ray_engine

    write_rows(tmp_path / "a.jsonl", 60)
    scorers = resolve(["words", "fkgl"])
    found = {}
    for name, work in (("local", runs.work), ("ray", ray_engine.work)):
        run = runs.start(
            [str(tmp_path / "a.jsonl")], str(tmp_path / name), scorers, split_bytes=999
        )
        assert sum(done.rows for done in work(run, scorers, workers=1)) == 60
        found[name] = {p.name: p.read_bytes() for p in (tmp_path / name / "parts").iterdir()}
    assert found["ray"] == found["local"]
    for path in sorted((tmp_path / "local" / "parts").iterdir())[1:3]:
        path.unlink()
    run = runs.open_run(str(tmp_path / "local"))
    tally = runs.Tally()
    assert len(list(ray_engine.work(run, scorers, workers=1, tally=tally))) == 2
    assert tally.skipped == len(found["local"]) - 2


def test_a_driver_that_is_killed_leaves_what_the_local_engine_would_end_with(
    tmp_path: Path,
) -> None:
    write_rows(tmp_path / "a.jsonl", 200)
    found = interrupted(tmp_path / "a.jsonl", tmp_path / "killed", n=1, seed=1, engine="ray")
    assert (found.kills, found.verified) == (1, True)
    assert found.parts == uninterrupted(tmp_path / "a.jsonl", tmp_path / "whole")


@pytest.mark.parametrize("of", ["limit", "stdin"])
def test_what_a_cluster_cannot_share_is_refused(tmp_path: Path, of: str) -> None:
    from qualmetrics.corpus import ray_engine

    write_rows(tmp_path / "a.jsonl", 6)
    scorers, settings = resolve(["words"]), runs.Settings(limit=2 if of == "limit" else None)
    run = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), scorers, settings)
    run = replace(run, files=("-",)) if of == "stdin" else run
    with pytest.raises(InputError, match="leave out --engine ray"):
        list(ray_engine.work(run, scorers))


def test_texts_that_hang_or_crash_cost_their_own_rows_on_ray_too(tmp_path: Path) -> None:
    from qualmetrics.corpus import ray_engine

    texts = ["One.", "HANG", "Two.", "CRASH", "Three."]
    rows = "".join(json.dumps({"id": text, "text": text}) + "\n" for text in texts)
    (tmp_path / "a.jsonl").write_text(rows, encoding="utf-8")
    scorers = {"fragile": fragile()}
    run = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), scorers)
    (done,) = ray_engine.work(run, scorers, seconds=1.0)
    assert (done.rows, done.errors, done.quarantined) == (5, 2, 2)
    assert [not p for p in states.read_run(run)["message"].to_pylist()] == [1, 0, 1, 0, 1]
