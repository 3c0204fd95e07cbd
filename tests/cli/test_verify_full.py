"""run verify --full: what a run holds is what comes out of its input, or it is said where not."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualmetrics.corpus import places, runs
from qualmetrics.corpus.rescoring import rescore
from qualmetrics.errors import InputError
from tests.cli.conftest import Ran
from tests.corpus.toys import write_rows

Run = Callable[..., Ran]
FULL = ("run", "verify", "run", "--full", "--workers", "0")


@pytest.fixture
def made(qm: Run, tmp_path: Path) -> Path:
    """A run of 60 rows, one of them broken, with a metric that was added."""
    write_rows(tmp_path / "a.jsonl", 59)
    with (tmp_path / "a.jsonl").open("a") as stream:
        stream.write("broken\n")
    score = ("score", "a.jsonl", "-m", "words,fkgl", "--format", "parquet", "-o", "run")
    assert qm(*score, "--workers", "0").code == 0
    assert qm("score", "--add", "smog", "run", "--workers", "0").code == 0
    return tmp_path / "run"


def rewrite(folder: Path, column: str, values: dict[int, object]) -> None:
    """Change cells of the only part of a folder."""
    (path,) = (folder / "parts").iterdir()
    table = pq.read_table(path)
    cells = table.column(column).to_pylist()
    for row, value in values.items():
        cells[row] = value
    at = table.column_names.index(column)
    field = table.schema.field(column)
    kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
    table = table.set_column(at, pa.field(column, kind), pa.array(cells, kind))
    pq.write_table(table, path)


def test_a_run_that_was_left_alone_is_the_same_again(
    qm: Run,
    made: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = ["run: 60 rows in 1 parts, all well"]
    said += [f"{name}: 60 rows scored again, the same values and statuses" for name in ADDED]
    ran = qm(*FULL)
    assert (ran.code, ran.out.splitlines(), ran.err) == (0, said, "")
    monkeypatch.chdir(made)
    assert qm("run", "verify", ".", "--full", "--workers", "1").code == 0


ADDED = ("run", "run/added/smog")


def test_a_value_a_status_and_a_hole_that_are_not_what_comes_out_are_named(
    qm: Run,
    made: Path,
) -> None:
    rewrite(made, "fkgl", {3: 4.25, 7: None})
    rewrite(made, "words.status", {5: "empty"})
    rewrite(made / "added" / "smog", "smog", {0: 1.0})
    assert qm("run", "verify", "run").code == 0  # each row is there once
    ran = qm(*FULL)
    places_ = [line.partition(" is ")[0] for line in ran.err.splitlines()]
    assert ran.code == 2
    assert places_ == [
        "qualmetrics: error: a.jsonl:6 (d5): words.status",
        "qualmetrics: error: a.jsonl:4 (d3): fkgl",
        "qualmetrics: error: a.jsonl:8 (d7): fkgl",
        "qualmetrics: error: a.jsonl:1 (d0): smog",
    ]
    assert "fkgl is 4.25 in the run, and " in ran.err
    assert ran.out.splitlines()[1:] == [
        "run: 60 rows scored again, 3 differences",
        "run/added/smog: 60 rows scored again, 1 difference",
    ]


def test_a_sample_is_so_many_rows_and_always_the_same(qm: Run, made: Path) -> None:
    ran = qm(*FULL, "--sample", "7")
    assert ran.out.splitlines()[1] == "run: 7 rows scored again, the same values and statuses"
    rewrite(made, "fkgl", dict.fromkeys(range(60), 99.0))
    first, second = qm(*FULL, "--sample", "7"), qm(*FULL, "--sample", "7")
    assert first.err == second.err
    assert 5 <= len(first.err.splitlines()) <= 7  # rows without a value stay without


@pytest.mark.parametrize(
    "how",
    [
        ["--level", "sentence"],
        ["--sample", "0.5"],
        ["--limit", "25"],
        ["--float32", "--with-text"],
        ["--markup", "none"],
        ["--lang", "pt"],
        ["--rules", "textstat"],
    ],
)
@pytest.mark.parametrize("more", [[], ["--sample", "5"]])
def test_every_kind_of_run_can_be_scored_again(
    qm: Run,
    tmp_path: Path,
    how: list[str],
    more: list[str],
) -> None:
    write_rows(tmp_path / "a.jsonl", 40)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    (tmp_path / "c.md").write_text("# Head\n\nOne *two* three. Four.\n")
    score = ("score", "a.jsonl", "b.jsonl.gz", "c.md", "-m", "words,fkgl", "--format", "parquet")
    assert qm(*score, "-o", "run", "--workers", "0", *how).code == 0
    ran = qm(*FULL, *more)
    assert (ran.code, ran.err) == (0, "")
    assert "the same" in ran.out


def test_what_cannot_be_scored_again_is_2_and_says_why(
    qm: Run,
    made: Path,
    tmp_path: Path,
) -> None:
    assert "type --full as well" in qm("run", "verify", "run", "--sample", "3").err
    about = json.loads((made / "run.json").read_text())
    recipe = about["scorers"]["fkgl"]["recipe"]
    for changed, said in (
        (None, "fkgl cannot be scored again: the run does not say how it is made"),
        ({**recipe, "factory": "os:system"}, "it came from the package 'os', which is not an"),
        ({**recipe, "arguments": {"name": "fkgl", "lang": "xx"}}, "came from -m fkgl --lang xx"),
        ({**recipe, "arguments": {"nothing": 1}}, "fkgl cannot be scored again"),
        (["os:system"], "run.json was changed"),
        ({"factory": "os:system"}, "fkgl cannot be scored again"),
        ({**recipe, "signature": "fkgl|v:0"}, "but the recipe expects 'fkgl|v:0'"),
    ):
        about["scorers"]["fkgl"]["recipe"] = changed
        (made / "run.json").write_text(json.dumps(about))
        ran = qm(*FULL)
        assert (ran.code, said in ran.err) == (2, True), ran.err
        assert ("registry:get" in ran.err, "Traceback" in ran.err) == (False, False)
    about["scorers"]["fkgl"]["recipe"] = recipe
    (made / "run.json").write_text(json.dumps(about))
    (tmp_path / "a.jsonl").write_text('{"text": "Another."}\n')
    ran = qm(*FULL)
    assert (ran.code, "has changed: " in ran.err) == (2, True)
    (tmp_path / "a.jsonl").unlink()
    ran = qm(*FULL)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_nothing_is_scored_again_where_a_part_is_broken(
    qm: Run,
    made: Path,
) -> None:
    (part,) = (made / "parts").iterdir()
    part.write_bytes(part.read_bytes()[:200])
    ran = qm(*FULL)
    assert (ran.code, "nothing was scored again" in ran.err) == (2, True)


def test_parts_of_a_run_in_memory_are_compared_too(tmp_path: Path) -> None:
    from qualmetrics.corpus.metrics import resolve
    from qualmetrics.corpus.rescoring import rescore

    write_rows(tmp_path / "a.jsonl", 20)
    scorers = resolve(["words"])
    run = runs.start([str(tmp_path / "a.jsonl")], "memory://verified", scorers, split_bytes=400)
    list(runs.work(run, scorers, workers=0))
    again = list(rescore(run, workers=0))
    assert (sum(one.rows for one in again), len(again) > 1) == (20, True)
    assert all(not one.differences for one in again)
    assert places.exists("memory://verified/run.json")


def test_a_run_in_the_language_of_each_row_can_be_scored_again(qm: Run, tmp_path: Path) -> None:
    rows = ('{"text": "The cat sat.", "l": "en"}', '{"text": "Die Katze.", "l": "de"}')
    (tmp_path / "a.jsonl").write_text("\n".join((*rows, '{"text": "x y", "l": "xx"}')) + "\n")
    how = ("--format", "parquet", "-o", "run", "--workers", "0", "--lang-field", "l")
    assert qm("score", "a.jsonl", "-m", "fre,words,type_token_ratio", *how).code == 0
    ran = qm(*FULL)
    assert (ran.code, ran.err) == (0, "")
    rewrite(tmp_path / "run", "fre", {1: 4.25})
    assert "fre is 4.25 in the run, and " in qm(*FULL).err


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_was_piped_in_is_piped_in_again_or_said_not_to_be_there(qm: Run, workers: str) -> None:
    rows = b"".join(b'{"text": "One %d."}\n' % i for i in range(30))
    score = ("score", "-", "--input-format", "jsonl", "-m", "words", "--format", "parquet")
    assert qm(*score, "-o", "run", "--workers", "0", stdin=rows).code == 0
    full = ("run", "verify", "run", "--full", "--workers", workers)
    ran = qm(*full, stdin=rows)
    assert (ran.code, "30 rows scored again, the same values" in ran.out) == (0, True)
    for wrong in (rows.replace(b"One", b"A b"), rows[: len(rows) // 2]):
        ran = qm(*full, stdin=wrong)
        assert (ran.code, "is not what the run in run was made from" in ran.err) == (2, True)
    ran = qm(*full, stdin=b"")
    assert (ran.code, "was piped in, and cannot be read again; pipe" in ran.err) == (2, True)


def test_a_terminal_is_not_waited_on_for_what_was_piped_in(
    qm: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = ("score", "-", "-m", "words", "--format", "parquet", "-o", "run", "--workers", "0")
    assert qm(*score, stdin=b"One.").code == 0
    monkeypatch.setattr("qualmetrics.corpus.rescoring.sys.stdin.isatty", lambda: True)
    run = runs.open_run("run")
    with pytest.raises(InputError, match="was piped in, and cannot be read again"):
        list(rescore(run, workers=0))
