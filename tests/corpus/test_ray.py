"""The engine ray writes what the local one writes, and each goes on where the other stopped."""

from pathlib import Path

import pytest

from qualmetrics.corpus import runs
from qualmetrics.corpus.metrics import resolve
from tests.corpus.toys import write_rows

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
