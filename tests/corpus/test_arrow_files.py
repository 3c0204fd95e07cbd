"""Data sets that Hugging Face ``datasets`` saved: their shards are read, and nothing beside."""

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from qualmetrics.corpus import filtering, runs, states
from qualmetrics.corpus.metrics import resolve
from qualmetrics.corpus.readers import Reading, find, read_documents
from qualmetrics.corpus.splits import plan
from qualmetrics.gates import parse_gate


def write(path: Path, texts: list[str | None], *, rows: int = 2, form: str = "stream") -> None:
    table = pa.table({"n": list(range(len(texts))), "text": pa.array(texts, pa.large_string())})
    make: Any = pa.ipc.new_stream if form == "stream" else pa.ipc.new_file
    with make(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return what ``DatasetDict.save_to_disk`` leaves, with what ``map`` put beside it."""
    for split, n in (("test", 1), ("train", 2)):
        folder = tmp_path / "set" / split
        folder.mkdir(parents=True)
        names = [f"data-{i:05d}-of-{n:05d}.arrow" for i in range(n)]
        state = {"_data_files": [{"filename": name} for name in names]}
        (folder / "state.json").write_text(json.dumps(state))
        for i, name in enumerate(names):
            write(folder / name, [f"{split} text {i}.", None, "One two three."])
        write(folder / "cache-123.arrow", ["Made by map."])
        write(folder / "data-00007-of-00008.arrow", ["Of an older, larger set."])
    (tmp_path / "set" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    return tmp_path / "set"


def test_shards_are_found_and_their_rows_keep_their_places(saved: Path) -> None:
    found = find([str(saved)]).files
    assert [path.removeprefix(f"{saved}/") for path in found] == [
        "test/data-00000-of-00001.arrow",
        "train/data-00000-of-00002.arrow",
        "train/data-00001-of-00002.arrow",
    ]
    assert find([f"{saved}/*/*.arrow"]).files == found
    rows = list(read_documents([str(saved)]))
    assert [row.line for row in rows] == [1, 2, 3] * 3
    assert [row.problem for row in rows[:3]] == ["", "field 'text' is null, expected a string", ""]


@pytest.mark.parametrize("form", ["stream", "file"])
def test_a_file_is_split_between_its_batches(tmp_path: Path, form: str) -> None:
    texts: list[str | None] = [f"{'word ' * i}end." for i in range(9)]
    write(tmp_path / "a.arrow", texts, form=form)
    splits = plan([str(tmp_path / "a.arrow")], Reading(), split_bytes=120)
    assert (splits[0].start, splits[-1].stop, splits[-1].last) == (0, 5, True)
    assert len(splits) > 2
    scorers = resolve(["words"])
    run = runs.start([str(tmp_path / "a.arrow")], str(tmp_path / "run"), scorers, split_bytes=120)
    assert sum(done.rows for done in runs.work(run, scorers, workers=0)) == 9
    table = states.read_run(run)
    assert table["words"].to_pylist() == list(range(1, 10))
    assert table["line"].to_pylist() == list(range(1, 10))
    kept = list(filtering.keep(run, [parse_gate("words<4")], str(tmp_path / "kept")))
    assert sum(one.kept for one in kept) == 3
    back = list(read_documents([str(tmp_path / "kept")]))
    assert [row.text for row in back] == texts[:3]


@pytest.mark.parametrize("cut", [0, 10, -30])
def test_a_broken_file_is_one_row_that_says_so(tmp_path: Path, cut: int) -> None:
    write(tmp_path / "a.arrow", ["One.", "Two.", "Three."], rows=1)
    data = (tmp_path / "a.arrow").read_bytes()
    (tmp_path / "a.arrow").write_bytes(data[:cut] if cut else b"no arrow at all")
    *_, last = read_documents([str(tmp_path / "a.arrow")])
    assert last.problem.startswith("no Arrow file")


def test_what_datasets_saves_is_read(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_dict({"text": ["One.", "Two two.", "Three three three."]})
    data.select([2, 0]).save_to_disk(str(tmp_path / "set"), num_shards=2)
    assert [row.text for row in read_documents([str(tmp_path / "set")])] == [
        "Three three three.",
        "One.",
    ]


@pytest.mark.parametrize("form", ["stream", "file"])
def test_what_is_packed_or_piped_is_read_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    write(tmp_path / "a.arrow", ["One.", "Two two.", "Three."], rows=1, form=form)
    data = (tmp_path / "a.arrow").read_bytes()
    (tmp_path / "a.arrow.gz").write_bytes(gzip.compress(data))
    scorers, settings = resolve(["words"]), runs.Settings(Reading(input_format="arrow"))
    for path in (str(tmp_path / "a.arrow.gz"), "-"):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        run = runs.start([path], str(tmp_path / f"run{len(path)}"), scorers, settings)
        assert [done.rows for done in runs.work(run, scorers, workers=0)] == [3]
        assert states.read_run(run)["words"].to_pylist() == [1, 2, 1]
