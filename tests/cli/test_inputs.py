"""What ``score`` reads: files, folders, globs, rows, standard input; and everything bad in them."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
CAT = "The cat sat on the mat."


def rows(ran: Ran) -> list[dict[str, Any]]:
    """Return the rows of a jsonl output."""
    return [json.loads(line) for line in ran.out.splitlines()[1:]]


def ids(ran: Ran) -> list[str]:
    return [row["id"] for row in rows(ran)]


@pytest.fixture
def score(qm: Run) -> Run:
    """Run ``score`` with word counts as jsonl."""
    return lambda *arguments, **keywords: qm(
        "score", *arguments, "-m", "words", "--format", "jsonl", **keywords
    )


# -- finding --------------------------------------------------------------------------------------


def test_a_folder_is_searched_in_sorted_order(score: Run, tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/b.html", "picture.png", "c.txt.gz"):
        path = tmp_path / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(CAT.encode()) if name.endswith("gz") else CAT.encode())
    ran = score("texts")
    assert ids(ran) == ["texts/a/b.html", "texts/a/z.md", "texts/b.txt", "texts/c.txt.gz"]
    assert [row["scores"]["words"] for row in rows(ran)] == [6, 6, 6, 6]


def test_hidden_files_and_folders_are_passed_over(score: Run, tmp_path: Path) -> None:
    for name in (".hidden.txt", ".git/x.txt", "seen.txt"):
        path = tmp_path / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CAT)
    assert ids(score("texts")) == ["texts/seen.txt"]


def test_a_quoted_glob_is_expanded(score: Run, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "a.txt", "deep/c.txt", "a.md"):
        (tmp_path / name).write_text(CAT)
    assert ids(score("**/*.txt")) == ["a.txt", "b.txt", "deep/c.txt"]


def test_a_file_named_twice_is_scored_once(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(CAT)
    assert ids(score("a.txt", "*.txt", "a.txt")) == ["a.txt"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text(CAT)
    assert ids(score("a[1].txt")) == ["a[1].txt"]


def test_a_file_of_unknown_suffix_is_text_where_it_is_named(score: Run, tmp_path: Path) -> None:
    (tmp_path / "NOTES").write_text(CAT)
    assert rows(score("NOTES"))[0]["scores"] == {"words": 6}


def test_text_as_a_path_is_refused_with_what_to_type(score: Run) -> None:
    ran = score("The cat sat.")
    assert (ran.code, ran.out) == (2, "")
    assert "--text" in ran.err


def test_a_path_with_a_nul_is_a_missing_one(score: Run) -> None:
    assert score("a\0b").code == 2


def test_a_glob_without_a_match_is_2(score: Run) -> None:
    ran = score("*.txt")
    assert (ran.code, ran.err) == (2, "qualmetrics: error: no file matches '*.txt'\n")


def test_a_folder_without_texts_is_2(score: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert score("empty").code == 2


def test_nothing_named_is_2_and_says_what_to_type(score: Run) -> None:
    ran = score()
    assert ran.code == 2
    assert "standard input" in ran.err


# -- markup and rows ------------------------------------------------------------------------------


def test_markdown_is_read_as_prose_by_its_suffix(score: Run, tmp_path: Path) -> None:
    source = f"# A long heading of seven words here\n\n{CAT}\n\n```\ncode\n```\n"
    (tmp_path / "a.md").write_text(source)
    assert rows(score("a.md"))[0]["scores"] == {"words": 6}
    assert rows(score("a.md", "--markup", "none"))[0]["scores"]["words"] > 6


def test_markup_can_be_asked_for_where_the_suffix_says_nothing(score: Run) -> None:
    ran = score("-", "--markup", "html", stdin=f"<h1>Title</h1><p>{CAT}</p>".encode())
    assert rows(ran)[0]["scores"] == {"words": 6}


def test_rows_take_their_fields_by_name(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"key": 7, "body": "One two."}\n')
    ran = score("a.jsonl", "--text-field", "body", "--id-field", "key")
    assert [(row["id"], row["line"], row["scores"]["words"]) for row in rows(ran)] == [("7", 1, 2)]


def test_csv_rows_keep_quoted_line_breaks(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,text\nx,"One\ntwo, three."\ny,Four.\n')
    ran = score("a.csv")
    assert [(row["id"], row["line"], row["scores"]["words"]) for row in rows(ran)] == [
        ("x", 2, 3),
        ("y", 4, 1),
    ]


def test_compressed_rows_and_a_byte_order_mark_are_read(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbftext\nOne two.\n"))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'\xef\xbb\xbf{"text": "One two."}\n'))
    assert [row["scores"]["words"] for row in rows(score("a.csv.gz", "a.jsonl.gz"))] == [2, 2]


def test_rows_come_from_standard_input_where_told(score: Run) -> None:
    ran = score("-", "--input-format", "jsonl", stdin=b'{"text": "One."}\n{"text": "One two."}\n')
    assert [row["scores"]["words"] for row in rows(ran)] == [1, 2]


def test_many_rows_keep_their_order(score: Run, tmp_path: Path) -> None:
    lines = [json.dumps({"id": i, "text": "word " * (i % 7 + 1)}) for i in range(1500)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    expected = [(str(i), i % 7 + 1) for i in range(1500)]
    assert [(r["id"], r["scores"]["words"]) for r in rows(score("a.jsonl"))] == expected


# -- bad input, row by row ------------------------------------------------------------------------

UNDEFINED = [
    ("", "empty"),
    (" \t\n\u00a0", "empty"),
    ("🙂 🚀", "no_words"),
    ("... !!! ???", "no_words"),
    ("今日の天気は、晴れです。", "not_applicable"),
]


@pytest.mark.parametrize(("text", "status"), UNDEFINED)
def test_a_text_without_a_value_has_a_status_and_no_gate(qm: Run, text: str, status: str) -> None:
    ran = qm("score", "--text", text, "-m", "fkgl", "--format", "jsonl", "--fail-if", "fkgl>-99")
    (row,) = rows(ran)
    assert (ran.code, row["status"], row["scores"]) == (0, status, {"fkgl": None})


def test_a_lone_surrogate_and_a_nul_in_a_row_are_scored(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "\\ud800", "text": "One \\ud800 two.\\u0000"}\n')
    ran = score("a.jsonl")
    assert ran.code == 0
    assert rows(ran)[0]["scores"]["words"] >= 2
    assert '"id": "\\ud800"' in ran.out


def test_a_binary_file_is_named_and_the_others_are_scored(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    (tmp_path / "b.txt").write_text(CAT)
    ran = score("a.txt", "b.txt")
    assert ran.code == 2
    assert [(row["status"], row["scores"]["words"]) for row in rows(ran)] == [
        ("error", None),
        ("ok", 6),
    ]
    assert ran.err == "qualmetrics: error: a.txt: expected text, got a PNG image\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_file_is_named_and_the_others_are_scored(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(CAT)
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "b.txt").write_text(CAT)
    ran = score("a.txt", "b.txt")
    assert (ran.code, [row["status"] for row in rows(ran)]) == (2, ["error", "ok"])


def test_a_dangling_link_is_named_and_the_others_are_scored(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "b.txt").write_text(CAT)
    ran = score("a.txt", "b.txt")
    assert (ran.code, [row["status"] for row in rows(ran)]) == (2, ["error", "ok"])


def test_invalid_utf8_is_scored_with_a_warning(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("The café sat.".encode("latin-1"))
    ran = score("a.txt")
    assert (ran.code, rows(ran)[0]["status"]) == (0, "ok")
    assert "warning: a.txt" in ran.err
    assert score("a.txt", "--quiet").err == ""


DIRTY = b"""{"id": "good", "text": "One two."}
not json
{"id": "none"}
{"id": "null", "text": null}
{"id": "number", "text": 3}
["a", "list"]
{"id": "cut", "text": "One
{"id": "latin", "text": "caf\xe9 two."}

{"id": "last", "text": "One two three."}
"""


def test_bad_rows_are_named_by_line_and_lose_no_other(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(DIRTY)
    ran = score("a.jsonl")
    assert ran.code == 2
    assert [(row["line"], row["status"]) for row in rows(ran)] == [
        (1, "ok"),
        *((line, "error") for line in range(2, 8)),
        (8, "ok"),
        (10, "ok"),
    ]
    errors = [line.split(": ")[2] for line in ran.err.splitlines() if "error" in line]
    assert errors == [f"a.jsonl:{line}" for line in range(2, 8)]
    assert "null, expected a string" in ran.err


def test_deeply_nested_json_is_a_bad_row(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("[" * 100_000 + '\n{"text": "One."}\n')
    assert [row["status"] for row in rows(score("a.jsonl"))] == ["error", "ok"]


def test_a_csv_without_the_field_names_those_it_has(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,body\n1,One.\n")
    ran = score("a.csv")
    assert ran.code == 2
    assert "fields: 'id', 'body'" in ran.err
    assert "--text-field" in ran.err


def test_a_short_csv_row_is_named_and_the_next_is_scored(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1\n2,One two.\n")
    assert [row["status"] for row in rows(score("a.csv"))] == ["error", "ok"]


def test_a_broken_gzip_is_named_and_the_others_are_scored(score: Run, tmp_path: Path) -> None:
    whole = gzip.compress(b'{"text": "One."}\n' * 20_000)
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.txt.gz").write_bytes(b"plain")
    (tmp_path / "b.txt").write_text(CAT)
    ran = score("cut.jsonl.gz", "no.txt.gz", "b.txt")
    assert ran.code == 2
    assert [row["status"] for row in rows(ran)[-3:]] == ["error", "error", "ok"]
    assert rows(ran)[0]["status"] == "ok"


def test_a_name_cannot_send_codes_to_the_terminal(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": "\\u001b[2J", "text": "One."}\n{"id": "\\u001b[2J"}\n'
    )
    ran = qm("score", "a.jsonl", "-m", "words")
    assert "\x1b" not in ran.out + ran.err


def test_a_megabyte_without_a_space_is_scored(score: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x" * 1_000_000)
    assert rows(score("a.txt"))[0]["scores"] == {"words": 1}
