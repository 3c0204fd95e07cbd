"""``filter`` writes what was kept as it stood in the input."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Ran, qm  # noqa: F401 - a fixture

Run = Callable[..., Ran]
ROWS = b'{"text": "One."}\n\n{"text":   "One two three.", "x": 1}\nbroken\n{"text": "A b c d."}\n'


def test_what_is_kept_stands_as_it_stood(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    source = tmp_path / "in"
    (source / "deep").mkdir(parents=True)
    (source / "a.jsonl").write_bytes(ROWS)
    (source / "b.jsonl.gz").write_bytes(gzip.compress(ROWS))
    (source / "c.csv").write_text('id,text\n1,One.\n2,"Two, three\nfour."\n')
    pq.write_table(pa.table({"n": [7, 8], "text": ["A b c.", "A."]}), source / "d.parquet")
    (source / "deep" / "e.txt").write_text("One two three four.")
    (source / "deep" / "f.txt").write_text("One.")
    call = ("score", "in", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call).code == 0
    ran = qm("filter", "run", "--keep", "words>2,words<4", "-o", "kept")
    assert (ran.code, ran.err) == (0, "qualmetrics: 4 of 14 documents are in kept\n")
    kept = {p.relative_to(tmp_path / "kept").as_posix(): p for p in (tmp_path / "kept").iterdir()}
    line = b'{"text":   "One two three.", "x": 1}\n'
    assert [p.read_bytes() for n, p in kept.items() if n.endswith("jsonl")] == [line, line]
    (table,) = (p.read_text() for n, p in kept.items() if n.endswith("csv"))
    assert table == 'id,text\n2,"Two, three\nfour."\n'
    (rows,) = (pq.read_table(p).to_pylist() for n, p in kept.items() if n.endswith("parquet"))
    assert rows == [{"n": 7, "text": "A b c."}]
    assert qm("filter", "run", "--keep", "words>3", "-o", "files").code == 0
    assert (tmp_path / "files" / "deep" / "e.txt").read_text() == "One two three four."
    assert not (tmp_path / "files" / "deep" / "f.txt").exists()


def test_what_cannot_be_filtered_is_refused(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.jsonl").write_bytes(ROWS)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o")
    qm(*call, "run")
    assert "it has n_chars, words" in qm("filter", "run", "--keep", "fkgl<9", "-o", "k").err
    qm(*call, "lines", "--level", "line")
    assert "--level" in qm("filter", "lines", "--keep", "words<9", "-o", "k").err
    (tmp_path / "a.jsonl").write_bytes(ROWS + ROWS)
    assert "is not what it was" in qm("filter", "run", "--keep", "words<9", "-o", "k").err
    assert "is not empty" in qm("filter", "run", "--keep", "words<9", "-o", "run").err


def test_two_files_that_would_go_to_one_place_are_refused(
    qm: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for folder in ("x", "deep/x"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.txt").write_text("One two.")
    monkeypatch.chdir(tmp_path / "deep")
    qm_here = ("../x/a.txt", "x/a.txt", "-m", "words", "--format", "parquet", "-o", "run")
    assert qm("score", *qm_here, "--workers", "0").code == 0
    ran = qm("filter", "run", "--keep", "words>1", "-o", "kept")
    assert (ran.code, "../x/a.txt and x/a.txt would both" in ran.err) == (2, True)
    assert not (tmp_path / "deep" / "kept").exists()


def test_a_condition_on_all_texts_is_explained(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.jsonl").write_bytes(ROWS)
    qm("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    ran = qm("filter", "run", "--keep", "p90(words)<6", "-o", "k")
    assert (ran.code, "for --fail-if alone" in ran.err) == (2, True)
    asked = {"p900(words)>2": "fkgl>9", "p90(words)": "fkgl>9", "share(words)>2": "share(words>9)"}
    for gate, told in asked.items():
        ran = qm("score", "a.jsonl", "-m", "words", "--fail-if", gate)
        assert (ran.code, told in ran.err) == (2, True)
