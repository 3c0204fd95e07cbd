"""Splits: wherever an input is cut, the same documents come out, each once."""

import csv
import gzip
import io
import itertools
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.corpus import readers
from qualmetrics.corpus.readers import Document, Reading
from qualmetrics.corpus.splits import chunks, documents, plan

zstandard = pytest.importorskip("zstandard")


def read_all(paths: list[Path], size: int, reading: Reading | None = None) -> list[Document]:
    """Return the documents of all splits, in order."""
    reading = reading or Reading()
    found = []
    for split in plan([str(path) for path in paths], reading, split_bytes=size):
        for piece in chunks(split, size, reading) if split.stream else [split]:
            found += list(documents(piece, reading))
    return found


def told(found: list[Document]) -> list[tuple[Any, ...]]:
    return [(d.id, d.text, bool(d.problem)) for d in found]


LINES = st.lists(
    st.sampled_from(['{"text": "a"}', '{"text": "é", "id": 7}', "", "broken", '{"text": "b c"}']),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n"]), size=st.integers(1, 60))
def test_lines_are_read_once_wherever_ranges_end(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, size: int
) -> None:
    path = tmp_path_factory.mktemp("ranges") / "a.jsonl"
    path.write_bytes(end.join(lines).encode())
    assert told(read_all([path], size)) == told(read_all([path], 10_000))
    texts = [d.text for d in read_all([path], size)]
    assert len(texts) == sum(bool(line) for line in lines)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("size", [1, 40, 10_000])
def test_a_packed_file_reads_like_the_plain_one_with_line_numbers(
    tmp_path: Path, suffix: str, size: int
) -> None:
    data = b'{"text": "a"}\n\nbad\n{"text": "b"}\n{"text": "no end"}'
    pack = gzip.compress if suffix == ".gz" else zstandard.compress
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(pack(data[:20]) + pack(data[20:]))
    found = read_all([path], size)
    assert [(d.line, d.text) for d in found] == [
        (1, "a"),
        (3, None),
        (4, "b"),
        (5, "no end"),
    ]


ROWS = st.lists(st.sampled_from(["a", 'quoted "x"', "two\nlines", "comma, b", ""]), max_size=9)


@settings(deadline=None, max_examples=60)
@given(cells=ROWS, size=st.integers(1, 60))
def test_csv_is_cut_between_records_only(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], size: int
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["id", "text"])
    writer.writerows([f"r{i}", cell] for i, cell in enumerate(cells))
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(stream.getvalue().encode())
    found = read_all([path], size)
    assert [(d.id, d.text) for d in found] == [(f"r{i}", cell) for i, cell in enumerate(cells)]
    starts = itertools.accumulate((1 + cell.count("\n") for cell in cells), initial=2)
    assert [d.line for d in found] == list(starts)[: len(cells)]


MARKED = {"utf-16": "utf-16", "utf-16-be": "utf-16-be", "utf-32": "utf-32", "utf-8-sig": "utf-8"}
TEXTS = ["\u0a0a\u0d0a x", "Zoë\u2028 and 🙂", "plain", "\u0a00\u000a2"]


@pytest.mark.parametrize("encoding", [*MARKED, "shift_jis", "cp1252"])
@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "csv", "txt"])
@pytest.mark.parametrize("size", [1, 40, 10_000])
def test_rows_in_any_encoding_are_read_wherever_they_are_cut(
    tmp_path: Path, encoding: str, form: str, size: int
) -> None:
    texts = (
        TEXTS if encoding in MARKED else ["日本", "plain"] if encoding[0] == "s" else ["Zoë", "b"]
    )
    text = texts[0]
    if form.startswith("jsonl"):
        text = "".join(f'{{"text": {json.dumps(t, ensure_ascii=False)}}}\n' for t in texts)
    elif form == "csv":
        stream = io.StringIO(newline="")
        csv.writer(stream).writerows([["text"], *([t] for t in texts)])
        text = stream.getvalue()
    data = text.encode(encoding)
    data = b"\xfe\xff" + data if encoding == "utf-16-be" else data
    path = tmp_path / f"a.{form}"
    path.write_bytes(gzip.compress(data) if form.endswith("gz") else data)
    reading = Reading(encoding="auto" if encoding in MARKED else encoding)
    found = read_all([path], size, reading)
    plain = list(readers.read_found([str(path)], reading))
    expected = texts if form != "txt" else texts[:1]
    for documents_ in (found, plain):
        assert [(d.text, d.problem, d.warning) for d in documents_] == [
            (t, "", "") for t in expected
        ]


def test_a_guess_is_told_on_the_first_row_and_what_cannot_be_read_on_its_own(
    tmp_path: Path,
) -> None:
    pytest.importorskip("charset_normalizer")
    rows = ["Это простой русский текст о погоде и природе.", "Вторая строка того же файла."]
    text = "".join(f'{{"text": {json.dumps(t, ensure_ascii=False)}}}\n' for t in rows)
    path = tmp_path / "a.jsonl"
    path.write_bytes(text.encode("cp1251"))
    found = read_all([path], 60, Reading(encoding="guess"))
    assert [d.text for d in found] == rows
    assert ["read as cp1251, which was guessed" in d.warning for d in found] == [True, False]
    path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le")[:-5] + b"\x00\xd8!")
    found = read_all([path], 60)
    assert ("no JSON" in found[1].problem, found[0].text) == (True, rows[0])
    path.write_bytes(text.encode("cp1251"))
    assert all("--encoding guess" in d.warning for d in read_all([path], 60))


BROKEN = """id,text
1,"one
2,two
3,"three ""3"" and
a line"
4,"four" more
5,five, and a comma
6,six,

7,"seven
8,eight
"""


@pytest.mark.parametrize("size", [1, 20, 10_000])
def test_a_quote_that_is_not_closed_costs_its_line_and_no_other(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(BROKEN)
    expected = [
        (2, None),
        (3, "two"),
        (4, 'three "3" and\na line'),
        (6, None),
        (7, None),
        (8, "six"),
        (10, None),
        (11, "eight"),
    ]
    found = read_all([path], size)
    assert [(d.line, d.text) for d in found] == expected
    problems = [d.problem for d in found if d.problem]
    assert ["a quote in this line is not closed" in p for p in problems] == [1, 1, 0, 1]
    assert "3 cells, and the header has 2" in problems[2]
    assert [(d.line, d.text) for d in readers.read_found([str(path)], Reading())] == expected


@settings(deadline=None, max_examples=150)
@given(body=st.text('"a,\n\r é', max_size=50), size=st.integers(1, 40))
def test_broken_csv_reads_the_same_wherever_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory, body: str, size: int
) -> None:
    path = tmp_path_factory.mktemp("broken") / "a.csv"
    path.write_text(f"id,text\n{body}", encoding="utf-8", newline="")
    whole = list(readers.read_found([str(path)], Reading()))
    assert read_all([path], size) == whole


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_file_that_is_cut_off_gives_what_came_and_says_so(
    tmp_path: Path, suffix: str
) -> None:
    import random

    rows = "".join(f'{{"text": "{random.Random(i).random()}"}}\n' for i in range(9000)).encode()
    whole = gzip.compress(rows) if suffix == ".gz" else zstandard.compress(rows)
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    found = read_all([path], 4096)
    assert len(found) > 1000
    assert not any(d.problem for d in found[:-2])
    assert "ended before the end" in found[-1].problem


def test_row_groups_of_parquet_are_splits_with_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = ["one", None, "three", "four", "five"]
    table = pa.table({"id": [1, 2, 3, 4, 5], "text": texts, "other": [0.5] * 5})
    pq.write_table(table, path, row_group_size=2)
    assert len(plan([str(path)], Reading(), split_bytes=1)) == 3
    found = read_all([path], 1)
    assert [(d.id, d.line, d.text) for d in found] == [
        (str(i + 1), i + 1, text) for i, text in enumerate(texts)
    ]
    assert "null" in found[1].problem


def test_parquet_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    pq.write_table(pa.table({"body": ["x", "y"]}), tmp_path / "a.parquet")
    found = read_all([tmp_path / "a.parquet"], 100)
    assert [("'body'" in d.problem, "--text-field" in d.problem) for d in found] == [
        (True, True)
    ] * 2


def test_small_files_share_splits_and_rows_of_others_do_not(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.txt" for i in range(5)]
    for path in paths:
        path.write_text("x" * 10)
    (tmp_path / "z.jsonl").write_text('{"text": "row"}\n')
    splits = plan([*map(str, paths), str(tmp_path / "z.jsonl")], Reading(), split_bytes=25)
    assert [(s.key, len(s.paths)) for s in splits] == [
        ("000000-000000", 2),
        ("000001-000000", 2),
        ("000002-000000", 1),
        ("000003-000000", 1),
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_line_too_long_to_keep_is_named_and_the_next_is_read(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import qualmetrics.corpus.splits as module

    monkeypatch.setattr(readers, "MAX_DOCUMENT_BYTES", 50)
    monkeypatch.setattr(module, "MAX_DOCUMENT_BYTES", 50)
    data = b'{"text": "a"}\n{"text": "' + b"x" * 500 + b'"}\n{"text": "b"}\n'
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    for size in (8, 20, 10_000):
        found = read_all([path], size)
        assert [d.text for d in found] == ["a", None, "b"]
        assert "larger than" in found[1].problem
