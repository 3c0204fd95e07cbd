"""The program as people start it: exit codes, whole outputs, pipes. Values are worked by hand.

"The cat sat on the mat." has 6 words, 1 sentence, 6 syllables: Flesch-Kincaid 0.39 x 6 + 11.8 x 1
- 15.59 = -1.45, Flesch 206.835 - 1.015 x 6 - 84.6 x 1 = 116.145.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import qualmetrics
from tests.cli.conftest import ROOT, Ran

Run = Callable[..., Ran]
CAT = "The cat sat on the mat."


def fkgl() -> str:
    return qualmetrics.get("fkgl").signature


def test_a_table_shows_rounded_values_and_the_signature(program: Run, tmp_path: Path) -> None:
    (tmp_path / "cat.txt").write_text(CAT)
    (tmp_path / "none.txt").write_text("")
    ran = program("score", "cat.txt", "none.txt", "-m", "fkgl,fre")
    assert ran.out == (
        "text       fkgl    fre  status\n"
        "cat.txt   -1.45  116.1\n"
        "none.txt      —      —  empty\n"
        "mean      -1.45  116.1\n"
        "\n"
        f"fkgl: {fkgl()}\n"
        f"fre: {qualmetrics.get('fre').signature}\n"
    )
    assert (ran.code, ran.err) == (0, "")


def test_json_is_one_object_with_unrounded_values(program: Run) -> None:
    ran = program("score", "--text", CAT, "-m", "fre", "--format", "json")
    assert json.loads(ran.out) == {
        "schema": "qualmetrics-scores/1",
        "signatures": {"fre": qualmetrics.get("fre").signature},
        "markup": "auto(markdown/1,html/1)",
        "results": [
            {
                "id": "text:1",
                "path": "",
                "line": None,
                "status": "ok",
                "scores": {"fre": pytest.approx(116.145, abs=1e-9)},
                "flags": {},
                "message": "",
            }
        ],
    }


def test_jsonl_begins_with_a_header_line(program: Run) -> None:
    ran = program("score", "-", "-m", "fkgl", "--format", "jsonl", stdin=CAT.encode())
    header, row = map(json.loads, ran.out.splitlines())
    assert header["signatures"] == {"fkgl": fkgl()}
    assert (row["id"], row["scores"]) == ("-", {"fkgl": pytest.approx(-1.45)})


def test_csv_holds_signatures_in_comment_lines(program: Run) -> None:
    ran = program("score", "--text", CAT, "-m", "words", "--format", "csv")
    assert ran.out.splitlines() == [
        "# schema: qualmetrics-scores/1",
        "# markup: auto(markdown/1,html/1)",
        "# words: words|words:en/1|v:1",
        '"id","path","line","words","status","flags","message"',
        '"text:1","","",6.0,"ok","",""',
    ]


def test_a_missing_path_is_2_and_the_others_are_scored(program: Run, tmp_path: Path) -> None:
    (tmp_path / "cat.txt").write_text(CAT)
    ran = program("score", "nowhere.txt", "cat.txt", "-m", "fkgl")
    assert ran.code == 2
    assert "cat.txt  -1.45" in ran.out
    assert "'nowhere.txt'" in ran.err


def test_a_failed_gate_is_1(program: Run) -> None:
    ran = program("score", "--text", CAT, "-m", "fre", "--fail-if", "fkgl < 9")
    assert ran.code == 1
    assert ran.err == "qualmetrics: gate failed: text:1: fkgl is -1.45 (fkgl<9)\n"


def test_exit_zero_reports_a_failed_gate_and_is_0(program: Run) -> None:
    ran = program("score", "--text", CAT, "--fail-if", "fkgl<9", "--exit-zero")
    assert (ran.code, "gate failed" in ran.err) == (0, True)


def test_an_unknown_option_is_2(program: Run) -> None:
    assert program("score", "--metrix", "fkgl").code == 2


def test_an_error_is_one_line_without_a_trace(program: Run) -> None:
    ran = program("score", "--text", CAT, "-m", "fkgk")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "'fkgl'" in ran.err


def test_a_defect_keeps_its_trace_and_is_2(tmp_path: Path) -> None:
    script = (
        "import qualmetrics.cli.scoring as s, sys\n"
        "def broken(request): raise ZeroDivisionError('a defect')\n"
        "s.score_paths = broken\n"
        "sys.argv = ['qualmetrics', 'score', '--text', 'x']\n"
        "from qualmetrics.cli import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGPIPE on Windows")
def test_a_closed_pipe_ends_the_program_quietly(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("".join('{"text": "One two."}\n' for _ in range(5000)))
    command = [sys.executable, "-m", "qualmetrics", "score", "rows.jsonl", "--format", "jsonl"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_what_is_piped_has_no_colour(program: Run) -> None:
    ran = program("list", FORCE_COLOR="")
    assert "\x1b" not in ran.out


def test_help_names_every_command(program: Run) -> None:
    ran = program("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in ("list", "info", "score", "explain", "export"))


GUARD = """
import sys
def guard(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__",):
        raise SystemExit(f"opened a socket: {event} {arguments}")
sys.addaudithook(guard)
sys.argv = ["qualmetrics", *sys.argv[1:]]
from qualmetrics.cli import main
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["list"], ["info", "fkgl"], ["score", "--text", CAT, "--format", "json"]],
    ids=lambda arguments: arguments[0],
)
def test_nothing_opens_a_socket(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARD, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_start_up_loads_no_heavy_package(tmp_path: Path) -> None:
    script = (
        "import sys; import qualmetrics.cli.app\n"
        "heavy = {'rich', 'pydantic', 'onnx', 'onnxruntime', 'ndonnx', 'pyarrow', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout.strip() == "[]"
