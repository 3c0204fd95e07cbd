"""Wrong things on purpose: exit code 2, and what came, what was expected, what to type."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

pytest.importorskip("pyarrow")
Run = Callable[..., Ran]
RUN = ("score", "rows.jsonl", "-m", "words", "--format", "parquet", "--workers", "0", "-q")


@pytest.fixture
def there(qm: Run, tmp_path: Path) -> Run:
    """A folder with rows, their scores, a run of them, and a folder that is none."""
    rows = ({"id": str(i), "text": "One two. " * i} for i in range(1, 6))
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("One two three.")
    assert qm("score", "rows.jsonl", "-m", "words", "-q", "-o", "scores.jsonl").code == 0
    assert qm(*RUN, "-o", "run").code == 0
    return qm


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("score docs -m ,", "-m names no metric; type for example: -m fkgl,fre"),
        ("score docs -o out.docx", "out.docx: no format has the suffix .docx; the suffixes are"),
        ("score docs -o docs", "cannot write docs: it is a folder; name a file, or for a run of"),
        ("score docs -o no/out.csv", "cannot write no/out.csv: there is no folder 'no'"),
        ("score docs --format parquet -o rows.jsonl", "rows.jsonl is a file; name a folder"),
        ("score docs --reward no.yaml", "cannot read no.yaml: No such file or directory"),
        ("score --add smog run --fail-if fre>3", "--add smog,fre run"),
        ("filter run --keep words -o kept", 'and a number, such as "fkgl>9"'),
        ("filter run --keep smog<9 -o kept", "qualmetrics score --add smog run"),
        ("filter run --keep words<9 -o rows.jsonl", "rows.jsonl is a file; name a folder"),
        ("filter scores.jsonl --keep words<9 -o kept", "scores.jsonl is a file, and no run"),
        ("run status docs", "docs holds no run"),
        ("run verify rows.jsonl", "rows.jsonl is a file, and no run"),
        ("report rows.jsonl", "qualmetrics score rows.jsonl -o scores.jsonl"),
        ("report docs/a.txt", "qualmetrics score docs/a.txt -o scores.jsonl"),
        ("report docs", "qualmetrics score docs -o scores.jsonl"),
        ("report scores.jsonl -o docs", "cannot write docs: it is a folder; name a file"),
        ("report scores.jsonl -o no/r.html", "there is no folder 'no'"),
        ("report scores.jsonl --by site", "no field 'site'; fields: 'id', 'text'\n"),
        ("compare scores.jsonl scores.jsonl -o no/c.html", "there is no folder 'no'"),
    ],
)
def test_a_wrong_thing_is_2_and_says_what_to_type(there: Run, arguments: str, said: str) -> None:
    ran = there(*arguments.split(" "))
    assert (ran.code, said in ran.err, ran.out) == (2, True, ""), ran.err
    assert len(ran.err.splitlines()) == 1


def test_nothing_that_is_kept_is_said_to_be_nowhere(there: Run, tmp_path: Path) -> None:
    ran = there("filter", "run", "--keep", "words<0", "-o", "kept")
    assert ran.err == "qualmetrics: 0 of 5 documents fulfil words<0; nothing was written\n"
    assert (ran.code, (tmp_path / "kept").exists()) == (0, False)


def test_what_is_wrong_with_every_row_is_not_said_a_million_times(there: Run) -> None:
    rows = b'{"body": "One."}\n' * 500
    ran = there(
        "score", "-", "--input-format", "jsonl", "-m", "words", "--format", "json", stdin=rows
    )
    lines = ran.err.splitlines()
    assert (ran.code, len(lines)) == (2, 101)
    assert lines[-1] == (
        "qualmetrics: error: ... and 400 more; --format json, jsonl and csv name them all"
    )
    assert [row["status"] for row in json.loads(ran.out)["results"]] == ["error"] * 500
