"""Runs: what is committed stays, what is missing is done, and nothing is mixed up."""

import errno
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualmetrics.corpus import estimate, places, runs, states
from qualmetrics.corpus.metrics import resolve
from qualmetrics.corpus.readers import find
from qualmetrics.errors import InputError
from tests.cli.conftest import Ran, qm  # noqa: F401 - a fixture
from tests.corpus.toys import write_rows

Run = Callable[..., Ran]
WORDS = resolve(["words", "fkgl"])


def score(source: Path | str, folder: Path | str, **settings: Any) -> runs.Run:
    """Score in this process, in small splits; return the run."""
    size = settings.pop("split_bytes", 300)
    run = runs.start([str(source)], str(folder), WORDS, runs.Settings(**settings), split_bytes=size)
    list(runs.work(run, WORDS, workers=0))
    return run


def column(run: runs.Run, name: str) -> list[Any]:
    return states.read_run(run).column(name).to_pylist()


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "parts").iterdir()}


def test_a_run_has_every_row_once_in_order_with_the_scores_of_a_plain_call(tmp_path: Path) -> None:
    ids = write_rows(tmp_path / "a.jsonl", 60)
    run = score(tmp_path / "a.jsonl", tmp_path / "run")
    texts = [json.loads(line)["text"] for line in (tmp_path / "a.jsonl").open(encoding="utf-8")]
    assert column(run, "id") == ids
    assert column(run, "fkgl") == WORDS["fkgl"](texts).primary.tolist()
    assert column(run, "n_chars") == [len(text) for text in texts]
    assert (len(run.splits) > 5, states.state(run).complete, list(states.verify(run))) == (
        True,
        True,
        [],
    )


def test_what_is_missing_is_done_again_byte_for_byte(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 60)
    score(tmp_path / "a.jsonl", tmp_path / "run")
    whole = parts(tmp_path / "run")
    for name in sorted(whole)[1:5]:
        (tmp_path / "run" / "parts" / name).unlink()
    (tmp_path / "run" / "parts" / ".tmp-0of1-half").write_bytes(b"half")
    run = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), WORDS)
    tally = runs.Tally()
    done = list(runs.work(run, WORDS, workers=0, tally=tally))
    assert (len(done), tally.skipped) == (4, len(whole) - 4)
    assert parts(tmp_path / "run") == whole


def test_a_packed_stream_goes_on_after_the_chunks_that_are_done(tmp_path: Path) -> None:
    ids = write_rows(tmp_path / "a.jsonl", 60)
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    score(packed, tmp_path / "run")
    whole = parts(tmp_path / "run")
    for name in sorted(whole)[3:]:
        (tmp_path / "run" / "parts" / name).unlink()
    assert not states.state(runs.open_run(str(tmp_path / "run"))).complete
    run = score(packed, tmp_path / "run")
    assert (parts(tmp_path / "run"), column(run, "id")) == (whole, ids)
    assert states.state(run).complete


def test_shards_together_make_the_run_of_one(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 60)
    score(tmp_path / "a.jsonl", tmp_path / "one")
    for i in (1, 0, 2):
        run = runs.start(
            [str(tmp_path / "a.jsonl")], str(tmp_path / "three"), WORDS, split_bytes=300
        )
        list(runs.work(run, WORDS, workers=0, shard=(i, 3)))
    assert parts(tmp_path / "three") == parts(tmp_path / "one")


def refused(source: Path, folder: Path, **settings: Any) -> str:
    with pytest.raises(InputError) as caught:
        score(source, folder, **settings)
    return str(caught.value)


def test_another_run_in_the_folder_is_refused_and_kept(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 20)
    score(tmp_path / "a.jsonl", tmp_path / "run")
    whole = parts(tmp_path / "run")
    assert "level was 'document', and is 'line' now" in refused(
        tmp_path / "a.jsonl", tmp_path / "run", level="line"
    )
    with pytest.raises(InputError, match=r"fkgl was flesch_kincaid_grade.* and is not scored now"):
        runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), resolve(["words"]))
    assert parts(tmp_path / "run") == whole


def test_a_changed_input_is_refused_by_name(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 20)
    score(tmp_path, tmp_path / "run")
    with (tmp_path / "a.jsonl").open("a") as lines:
        lines.write('{"text": "more"}\n')
    assert "a.jsonl is not what it was" in refused(tmp_path / "a.jsonl", tmp_path / "run")
    run = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), WORDS, new_run=True)
    list(runs.work(run, WORDS, workers=0))
    assert states.state(run).rows == 21


def test_a_field_that_no_row_has_is_refused_before_any_work(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 20)
    said = refused(tmp_path, tmp_path / "run", reading=runs.Reading(text_field="body"))
    assert "no field 'body'; fields: 'id', 'text'" in said
    assert not (tmp_path / "run").exists()
    (tmp_path / "b.jsonl").write_text('{"body": "One two."}\n')
    run = score(tmp_path, tmp_path / "run", reading=runs.Reading(text_field="body"))
    assert column(run, "status") == ["error"] * 20 + ["ok"]


def test_a_folder_of_something_else_is_not_written_to(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 3)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("precious")
    assert "thesis.tex" in refused(tmp_path / "a.jsonl", tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_a_full_disk_leaves_no_part_and_the_same_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = write_rows(tmp_path / "a.jsonl", 60)
    flush, calls = os.fsync, iter(range(1000))

    def full(handle: int) -> None:
        if next(calls) == 8:  # files at even calls, their folders at odd ones
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    monkeypatch.setattr(places.os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        score(tmp_path / "a.jsonl", tmp_path / "run")
    monkeypatch.setattr(places.os, "fsync", flush)
    left = parts(tmp_path / "run")
    assert left
    assert not any(name.startswith(".tmp") for name in left)
    assert column(score(tmp_path / "a.jsonl", tmp_path / "run"), "id") == ids


def test_levels_samples_and_limits_choose_rows(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One two. Three.\n\nFour\nfive.")
    expected = {"paragraph": [3, 2], "sentence": [2, 1, 2], "line": [3, 1, 1]}
    for level, counts in expected.items():
        run = score(tmp_path / "a.txt", tmp_path / level, level=level)
        assert column(run, "words") == counts
        assert column(run, "id")[0] == f"{tmp_path / 'a.txt'}#1"
    ids = write_rows(tmp_path / "b.jsonl", 200)
    few = column(score(tmp_path / "b.jsonl", tmp_path / "s", sample=0.2), "id")
    again = column(score(tmp_path / "b.jsonl", tmp_path / "t", sample=0.2, split_bytes=999), "id")
    assert (few == again, 20 < len(few) < 60, set(few) < set(ids)) == (True, True, True)
    run = score(tmp_path / "b.jsonl", tmp_path / "l", limit=17)
    assert (column(run, "id"), states.state(run).complete) == (ids[:17], True)
    assert list(runs.work(run, WORDS, workers=0)) == []


def test_a_metric_is_added_to_a_run_without_scoring_the_others(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 60)
    run = score(tmp_path / "a.jsonl", tmp_path / "run")
    before = parts(tmp_path / "run")
    more = resolve(["smog"])
    list(runs.work(runs.start_added(run, more), more, workers=0))
    assert parts(tmp_path / "run") == before
    table = states.read_run(run)
    assert [n for n in table.column_names if "status" not in n][-3:] == ["words", "fkgl", "smog"]
    assert table.num_rows == 60
    with pytest.raises(InputError, match="has words already"):
        runs.start_added(run, resolve(["words"]))


def test_stores_of_objects_are_read_and_written(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    write_rows(tmp_path / "a.jsonl", 40)
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/in/x/a.jsonl", (tmp_path / "a.jsonl").read_bytes())
    memory.pipe_file("/in/b.jsonl.gz", gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    table = pa.table({"text": ["One two.", "Three."]})
    with memory.open("/in/c.parquet", "wb") as stream:
        pq.write_table(table, stream)
    run = score("memory://in", "memory://out/run")
    assert (states.state(run).rows, list(states.verify(run))) == (82, [])
    assert column(run, "words")[40:42] == [2, 1]
    local = score(tmp_path / "a.jsonl", f"file://{tmp_path}/run")
    assert column(local, "words") == column(run, "words")[42:]


def test_texts_are_kept_only_where_asked_and_surrogates_do_not_stop_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "\\ud800", "text": "One \\ud800 two.\\u0000"}\n')
    bare = score(tmp_path / "a.jsonl", tmp_path / "bare")
    assert "text" not in states.read_run(bare).column_names
    kept = score(tmp_path / "a.jsonl", tmp_path / "kept", with_text=True, float32=True)
    assert column(kept, "text") == ["One \ufffd two.\0"]
    assert states.read_run(kept).schema.field("fkgl").type == pa.float32()


def test_a_new_run_clears_what_is_of_the_run_and_only_that(tmp_path: Path) -> None:
    ids = write_rows(tmp_path / "a.jsonl", 20)
    run = score(tmp_path / "a.jsonl", tmp_path / "run")
    more = resolve(["smog"])
    list(runs.work(runs.start_added(run, more), more, workers=0))
    (tmp_path / "run" / "notes.txt").write_text("mine")
    again = runs.start([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), WORDS, new_run=True)
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "notes.txt",
        "plan.jsonl",
        "run.json",
    }
    list(runs.work(again, WORDS, workers=0))
    assert column(again, "id") == ids


def test_parts_that_nothing_describes_are_not_taken_for_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", 20)
    score(tmp_path / "a.jsonl", tmp_path / "run")
    remove, calls = places.remove, iter(range(1000))

    def killed(path: str) -> None:
        if next(calls) == 3:
            raise KeyboardInterrupt
        remove(path)

    monkeypatch.setattr(places, "remove", killed)
    write_rows(tmp_path / "a.jsonl", 21)
    call = ([str(tmp_path / "a.jsonl")], str(tmp_path / "run"), WORDS)
    with pytest.raises(KeyboardInterrupt):
        runs.start(*call, new_run=True)
    monkeypatch.setattr(places, "remove", remove)
    with pytest.raises(InputError, match="is not what it was"):
        runs.start(*call)
    (tmp_path / "run" / "run.json").unlink()
    with pytest.raises(InputError, match=r"holds parts.*--new-run"):
        runs.start(*call)
    run = runs.start(*call, new_run=True)
    list(runs.work(run, WORDS, workers=0))
    assert (states.state(run).rows, list(states.verify(run))) == (21, [])


def test_the_tail_of_a_stream_that_is_missing_is_found(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 60)
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    run = score(packed, tmp_path / "run")
    assert list(states.verify(run)) == []
    last = max((tmp_path / "run" / "parts").iterdir())
    last.unlink()
    assert list(states.verify(run)) == [f"{last.name} is missing"]


# -- the command ----------------------------------------------------------------------------------

DIRTY = b"""{"id": "good", "text": "One two."}
{"id": "missing"}
{"id": "null", "text": null}
{"id": "int", "text": 3}
{"id": "cut", "text": "One
{"id": "utf8", "text": "caf\xe9 two."}
{"id": "clash", "text": {"a": 1}}
{"id": "clash2", "text": ["a"]}
{"id": "surrogate", "text": "a \\ud800 b"}
{"id": "empty", "text": ""}
{"id": "nul", "text": "a\\u0000 b"}

{"id": "last", "text": "One two three."}
"""


def test_the_dirty_rows_of_the_specification(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.jsonl").write_bytes(DIRTY)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o")
    assert qm(*call, "run").code == 0
    run = runs.open_run("run")
    found = dict(zip(column(run, "id"), column(run, "status"), strict=True))
    assert len(found) == 12
    good = {"good", "utf8", "surrogate", "nul", "last"}
    assert {name for name, status in found.items() if status == "ok"} == good
    assert found["empty"] == "empty"
    errors = qm("run", "errors", "run").out.splitlines()
    assert [line.split(": ")[0] for line in errors] == [f"a.jsonl:{n}" for n in (2, 3, 4, 5, 7, 8)]
    assert qm(*call, "other", "--max-errors", "0").code == 2


def test_gates_exit_codes_and_messages_of_a_run(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 30)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0")
    assert "-o DIR" in qm(*call).err
    ran = qm(*call, "-o", "run", "--fail-if", "words>11")
    assert (ran.code, "words is 12 (words>11)" in ran.err) == (1, True)
    ran = qm(*call, "-o", "run", "--fail-if", "words>12")
    assert (ran.code, "were done before" in ran.err) == (0, True)
    ran = qm(*call, "gone.txt", "-o", "new")
    assert (ran.code, "gone.txt" in ran.err) == (2, True)
    assert qm(*call, "-o", "none", "--resume").code == 2
    assert "i from 0" in qm(*call, "-o", "none", "--shard", "8/8").err
    assert "--resume goes with a run" in qm("score", "a.jsonl", "--resume").err
    assert "all well" in qm("run", "verify", "run").out
    next((tmp_path / "run" / "parts").iterdir()).unlink()
    assert qm("run", "verify", "run").code == 2
    assert json.loads(qm("run", "status", "run", "--json").out)["complete"] is False


def test_what_is_piped_in_resumes_only_with_the_same_bytes(qm: Run) -> None:  # noqa: F811
    rows = b'{"text": "One two."}\n{"text": "Three."}\n'
    call = ("score", "-", "--input-format", "jsonl", "-m", "words", "--format", "parquet")
    call = (*call, "--workers", "0", "-o", "run")
    assert qm(*call, stdin=rows).code == 0
    assert qm(*call, stdin=rows).code == 0
    ran = qm(*call, stdin=rows.replace(b"One", b"Two"))
    assert (ran.code, "piped in" in ran.err) == (2, True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes all")
def test_an_output_that_is_read_only_is_named(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 3)
    (tmp_path / "closed").mkdir(mode=0o500)
    ran = qm("score", "a.jsonl", "-m", "words", "--format", "parquet", "-o", "closed/run")
    assert (ran.code, "cannot write closed/run" in ran.err) == (2, True)


def test_a_broken_part_is_named_with_what_to_do(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 30)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call).code == 0
    (part,) = (tmp_path / "run" / "parts").iterdir()
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    for command in (("run", "status"), ("run", "errors"), ("run", "verify"), ("report",)):
        ran = qm(*command, "run")
        assert (ran.code, f"{part.name} cannot be read" in ran.err) == (2, True)
        assert "delete it" in ran.err
        assert "Traceback" not in ran.err
    part.unlink()
    assert qm(*call).code == 0
    assert part.read_bytes() == whole


def test_errors_of_the_whole_run_are_held_against_the_most(
    qm: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jsonl").write_bytes(DIRTY)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    for most, code in (("0", 2), ("0", 2), ("40%", 2), ("60%", 0), ("6", 0)):
        assert qm(*call, "--max-errors", most).code == code


def test_replaced_bytes_are_warned_of_in_a_run(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    rows = b"".join(b'{"text": "caf%s %d"}\n' % (b"\xe9" if i % 2 else b"e", i) for i in range(8))
    (tmp_path / "a.jsonl").write_bytes(rows)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "-o", "run", "--workers")
    for workers in "01":
        ran = qm(*call, workers, "--new-run")
        said = "4 rows have a warning, such as a.jsonl:2: not all bytes are of the encoding"
        assert (ran.code, said in ran.err) == (0, True)
    status = qm("run", "status", "run").out
    assert "rows    8, 0 with an error, 4 with a warning\n" in status
    assert "the first warning: a.jsonl:2: not all bytes" in status
    assert json.loads(qm("run", "status", "run", "--json").out)["warned"] == 4
    ran = qm(*call, "0", "--new-run", "--encoding", "cp1252")
    assert (ran.code, "warning" in ran.err + qm("run", "status", "run").out) == (0, False)


def test_gates_of_a_run_name_file_and_line(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    rows = ('{"text": "One two.", "id": "c0"}\n', '{"text": "One two."}\n')
    (tmp_path / "a.jsonl").write_text("".join(rows))
    call = ("score", "a.jsonl", "-m", "words", "--fail-if", "words>1")
    run = ("--format", "parquet", "-o", "run", "--workers", "0")
    failed = [
        [line for line in ran.err.splitlines() if "gate failed" in line]
        for ran in (qm(*call), qm(*call, *run))
    ]
    assert failed[0] == failed[1]
    assert "a.jsonl:1 (c0): words is 2" in failed[1][0]


def test_a_run_is_not_made_under_the_name_of_a_file(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 3)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o")
    ran = qm(*call, "out.json")
    assert (ran.code, "--format json, or name a folder: -o out" in ran.err) == (2, True)
    assert not (tmp_path / "out.json").exists()
    assert qm(*call, "out").code == 0
    (tmp_path / "out").rename(tmp_path / "out.json")
    assert qm(*call, "out.json").code == 0  # a run is there


def test_gates_are_held_where_a_metric_is_added(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 30)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call).code == 0
    add = ("score", "--add", "characters", "run", "--workers", "0", "--fail-if")
    assert "it has words, characters" in qm(*add, "rix>1").err
    assert not (tmp_path / "run" / "added").exists()
    for gate, code in (
        ("max(characters)>1", 1),
        ("characters>1000", 0),
        ("words>11", 1),
        ("mean(words)>12", 0),
    ):
        assert qm(*add, gate).code == code
    (part,) = (tmp_path / "run" / "parts").iterdir()
    part.unlink()
    assert "-o run), and --add after" in qm("score", "--add", "rix", "run").err


def test_gates_on_all_texts_say_when_a_shard_is_not_all(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    for name in "abc":
        write_rows(tmp_path / f"{name}.jsonl", 5)
    call = ("score", "a.jsonl", "b.jsonl", "c.jsonl", "-m", "words", "--format", "parquet")
    call = (*call, "--workers", "0", "-o", "run", "--fail-if", "mean(words)>99", "--shard")
    assert "held against 2 of 3 splits" in qm(*call, "0/2").err
    assert "held against" not in qm(*call, "1/2").err


def test_a_run_inside_its_input_is_no_input(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "in").mkdir()
    write_rows(tmp_path / "in" / "a.jsonl", 5)
    call = ("score", "in", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "in/run")
    for more in ((), (), ("--new-run",)):
        assert qm(*call, *more).code == 0
        assert runs.open_run("in/run").files == (str(Path("in/a.jsonl")),)
    assert "is the folder of a run" in qm("score", "in/run", "-m", "words").err
    (tmp_path / "in" / "run" / "run.json").unlink()
    assert "holds parts" in qm(*call).err
    assert qm(*call, "--new-run").code == 0
    assert states.state(runs.open_run("in/run")).rows == 5
    assert find(["in/**/*.jsonl"]).files == (str(Path("in/a.jsonl")),)
    assert len(find(["in/run/parts/*.parquet"]).files) == 1


def test_a_long_text_that_is_piped_in_is_one_document(qm: Run) -> None:  # noqa: F811
    text = b"One two three. \n" * 300_000
    call = ("score", "-", "-m", "characters", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call, stdin=text).code == 0
    assert column(runs.open_run("run"), "n_chars") == [len(text)]


@pytest.mark.parametrize(
    "flags",
    [
        ("--limit", "1"),
        ("--sample", "0.5"),
        ("--level", "document"),
        ("--resume",),
        ("--new-run",),
        ("--dry-run",),
        ("--with-text",),
        ("-m", "fkgl"),
        ("--text-field", "body"),
        ("-o", "there"),
    ],
)
def test_what_does_not_go_with_add_is_refused(
    qm: Run,  # noqa: F811
    tmp_path: Path,
    flags: tuple[str, ...],
) -> None:
    write_rows(tmp_path / "a.jsonl", 3)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call).code == 0
    ran = qm("score", "--add", "rix", "run", "--workers", "0", *flags)
    assert (ran.code, "does not go with --add" in ran.err) == (2, True)
    assert not (tmp_path / "run" / "added").exists()
    (tmp_path / "qualmetrics.toml").write_text('metrics = "fkgl"\nmarkup = "none"\n')
    assert qm("score", "--add", "rix", "run", "--workers", "0").code == 0


def test_a_metric_that_reads_references_can_be_added(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    pytest.importorskip("sacrebleu")
    (tmp_path / "a.jsonl").write_text('{"text": "One two.", "gold": "One two."}\n{"text": "b"}\n')
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call).code == 0
    add = ("score", "--add", "chrf", "run", "--workers", "0")
    assert "no field 'reference'" in qm(*add).err
    assert qm(*add, "--reference-field", "gold").code == 0
    run = runs.open_run("run")
    assert (column(run, "chrf"), column(run, "words")) == ([100.0, None], [2, 1])


def test_a_dry_run_shows_what_would_be_done_and_does_nothing(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 9)
    write_rows(tmp_path / "b.jsonl", 9)
    call = ("score", "a.jsonl", "b.jsonl", "-m", "words", "--format", "parquet", "--workers", "0")
    dry = (*call, "-o", "run", "--dry-run")
    ran = qm(*dry, "--limit", "3")
    assert ("a new run in run" in ran.out, "no more than 3 rows" in ran.out) == (True, True)
    assert not (tmp_path / "run").exists()
    assert qm(*call, "-o", "run", "--shard", "1/2").code == 0
    ran = qm(*dry)
    assert "goes on with the run in run: 1 of 2 splits are done, 9 rows" in ran.out
    assert [line.endswith("done") for line in ran.out.splitlines()[3:]] == [False, True]
    assert "about a second with 1 process" in ran.out
    assert "level was 'document'" in qm(*dry, "--level", "line").err
    assert "would be thrown away" in qm(*dry, "--level", "line", "--new-run").out
    assert states.state(runs.open_run("run")).rows == 9


def test_how_long_a_run_takes_is_judged_by_its_beginning_where_that_can_be(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 500)
    (tmp_path / "b.csv").write_text("text\n" + "One two.\n" * 500)
    (tmp_path / "c.txt").write_text("One two.")
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    for name, known in (("a.jsonl", True), ("b.csv", True), ("c.txt", True), ("d.jsonl.gz", False)):
        begun = runs.look([str(tmp_path / name)], str(tmp_path / "run"), WORDS)
        found = estimate.seconds_of(begun.run, WORDS, begun.run.splits, workers=1)
        assert (found is not None and found > 0) == known
    assert not (tmp_path / "run").exists()
    lengths = (0.2, 59, 130, 7100, 7300, 200_000)
    assert [estimate.told(seconds) for seconds in lengths] == [
        "a second",
        "59 seconds",
        "2 minutes",
        "118 minutes",
        "2 hours",
        "2 days",
    ]


def test_a_file_that_is_named_twice_is_scored_once_and_that_is_said(
    qm: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    write_rows(tmp_path / "a.jsonl", 3)
    for run in ((), ("--format", "parquet", "-o", "run", "--workers", "0")):
        ran = qm("score", "a.jsonl", "./a.jsonl", str(tmp_path), "-m", "words", *run)
        assert (ran.code, "2 files, such as ./a.jsonl, were named more" in ran.err) == (0, True)
        assert run or len([line for line in ran.out.splitlines() if line.startswith("d")]) == 3
    assert states.state(runs.open_run("run")).rows == 3


def test_an_empty_folder_is_told_once(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "empty").mkdir()
    ran = qm("score", "empty", "-m", "words", "--format", "parquet", "-o", "run")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)


def test_a_new_run_that_is_refused_leaves_the_old_one(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    write_rows(tmp_path / "a.jsonl", 3)
    call = ("score", "a.jsonl", "--format", "parquet", "--workers", "0", "-o", "run", "-m")
    assert qm(*call, "words").code == 0
    whole = parts(tmp_path / "run")
    assert "no field 'body'" in qm(*call, "words", "--new-run", "--text-field", "body").err
    assert "choose one" in qm(*call, "words", "--new-run", "--resume").err
    assert parts(tmp_path / "run") == whole
    assert "all well" in qm("run", "verify", "run").out


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to a process there")
def test_ctrl_c_says_that_the_same_command_goes_on(tmp_path: Path) -> None:
    import signal
    import subprocess
    import sys
    import time

    write_rows(tmp_path / "a.jsonl", 8000, words=400)
    call = [sys.executable, "-m", "qualmetrics", "score", "a.jsonl", "-m", "words", "--format"]
    call += ["parquet", "--workers", "1", "-o", "run", "--progress", "json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    begun = subprocess.Popen(
        call, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    assert begun.stderr is not None
    first = begun.stderr.readline()
    begun.send_signal(signal.SIGINT)
    said = first + begun.stderr.read()
    deadline = time.monotonic() + 30
    assert begun.wait(deadline - time.monotonic()) == 130
    assert "the same command goes on from there" in said
    assert "Traceback" not in said


def test_a_sample_is_of_the_rows_however_the_file_is_called_packed_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": f"Row number {i}."} for i in range(200)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "a.jsonl").write_text(text)
    (tmp_path / "other.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "c.csv").write_text("text\n" + "".join(f"{row['text']}\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows[::-1]), tmp_path / "d.parquet")
    monkeypatch.chdir(tmp_path)
    drawn = []
    for i, name in enumerate(
        ("a.jsonl", str(tmp_path / "a.jsonl"), "other.jsonl.gz", "c.csv", "d.parquet")
    ):
        run = score(name, tmp_path / f"run{i}", sample=0.2, with_text=True)
        drawn.append(sorted(column(run, "text")))
    assert drawn == [drawn[0]] * 5
    assert 20 < len(drawn[0]) < 60


def test_a_sample_of_a_run_is_that_of_a_table(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    for i in range(40):
        (tmp_path / f"{i}.md").write_text(f"# Head\n\nText *number* {i}.\n")
    call = ("score", str(tmp_path), "--sample", "0.3", "-m", "words")
    table = json.loads(qm(*call, "--format", "json").out)["results"]
    assert qm(*call, "--format", "parquet", "-o", "run", "--workers", "0").code == 0
    assert [row["id"] for row in table] == column(runs.open_run("run"), "id")
    assert 3 < len(table) < 25


def test_a_run_is_gone_on_with_and_added_to_from_any_folder(
    qm: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "in").mkdir()
    write_rows(tmp_path / "in" / "a.jsonl", 5)
    (tmp_path / "in" / "b.txt").write_text("One two.")
    call = ("-m", "words", "--format", "parquet", "--workers", "0", "-o")
    assert qm("score", "in", *call, "run").code == 0
    ids = column(runs.open_run("run"), "id")
    monkeypatch.chdir(tmp_path / "in")
    for source in (".", str(tmp_path / "in")):
        ran = qm("score", source, *call, str(tmp_path / "run"))
        assert (ran.code, "2 splits were done before" in ran.err) == (0, True)
    assert qm("score", "--add", "fkgl", "../run", "--workers", "0").code == 0
    assert qm("filter", "../run", "--keep", "words>2", "-o", "../kept").code == 0
    monkeypatch.chdir(tmp_path)
    whole = states.read_run(runs.open_run("run"))
    assert whole.column("id").to_pylist() == ids
    assert whole.column("fkgl").null_count == 0
    (tmp_path / "moved").mkdir()
    for name in ("in", "run"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    monkeypatch.chdir(tmp_path / "moved")
    assert "were done before" in qm("score", "in", *call, "run").err
    assert qm("score", "--add", "rix", "run", "--workers", "0").code == 0
    (tmp_path / "moved" / "in" / "a.jsonl").write_text('{"text": "other"}\n')
    assert "a.jsonl is not what it was" in qm("score", "--add", "ari", "run").err
    assert "a.jsonl is not what it was" in qm("score", "in", *call, "run").err


def test_an_encoding_is_named_and_part_of_the_run(qm: Run, tmp_path: Path) -> None:  # noqa: F811
    rows = '{"text": "Zoë naïve."}\n{"text": "b"}\n'
    (tmp_path / "a.jsonl").write_bytes(rows.encode("cp1252"))
    (tmp_path / "b.txt").write_bytes("Zoë naïve.".encode("cp1252"))
    call = ("score", ".", "-m", "words", "--format", "parquet", "--workers", "0", "--with-text")
    assert qm(*call, "-o", "run", "--encoding", "windows-1252").code == 0
    assert column(runs.open_run("run"), "text") == ["Zoë naïve.", "b", "Zoë naïve."]
    assert qm(*call, "-o", "run", "--encoding", "cp1252").code == 0
    assert "encoding was 'cp1252', and is 'auto' now" in qm(*call, "-o", "run").err
    for wrong in ("cp9999", "base64", ""):
        assert "no encoding is called" in qm(*call, "-o", "b", "--encoding", wrong).err
    assert "encoding guess" in qm("score", "b.txt").err
    (tmp_path / "c.jsonl").write_bytes(rows.encode("utf-16-le"))
    assert "--encoding utf-16-le" in qm("score", "c.jsonl").err


def test_where_nothing_can_be_written_or_removed_that_is_said_in_a_line(
    qm: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a file system that is mounted read-only, where ``chmod`` does not stop root."""
    write_rows(tmp_path / "a.jsonl", 3)
    call = ("score", "a.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-o")
    assert qm(*call, "run").code == 0

    def closed(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    opened = Path.open

    def reading(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        return closed() if "w" in mode else opened(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", reading)
    monkeypatch.setattr(Path, "unlink", closed)
    monkeypatch.setattr(places.os, "remove", closed)
    commands = (
        (*call, "new"),
        (*call, "run", "--new-run"),
        ("score", "--add", "rix", "run", "--workers", "0"),
        ("score", "a.jsonl", "-m", "words", "-o", "x.csv"),
        ("filter", "run", "--keep", "words>0", "-o", "kept"),
        ("report", "run", "-o", "x.html"),
        ("score", "a.jsonl", "--fail-if", "words>0", "--write-baseline", "b.json"),
    )
    for command in commands:
        ran = qm(*command)
        assert (ran.code, ran.err.count("Read-only file system")) == (2, 1), command
        assert "Traceback" not in ran.err
    assert column(runs.open_run("run"), "words")[0] == 1
