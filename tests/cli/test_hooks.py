"""The pre-commit hook and the GitHub Action run commands that exist, and fail where a gate does."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
HARD, EASY = "examples/insurance.txt", "examples/news.txt"


def environment() -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("text", "code"), [(HARD, 1), (EASY, 0)])
def test_the_hook_fails_where_a_text_is_hard(text, code):
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    done = run([*shlex.split(hook["entry"]), *hook["args"], text])
    assert done.returncode == code, done.stderr
    assert ("fkgl>12" in done.stderr) == bool(code)


@pytest.mark.parametrize(("gate", "code"), [("fkgl>12", 1), ("", 0)])
def test_the_action_annotates_what_fails(gate, code):
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    given = {"PATHS": f"{HARD} {EASY}", "METRICS": "fkgl", "GATE": gate}
    done = run(["bash", "-euo", "pipefail", "-c", script], **given)
    assert done.returncode == code, done.stderr
    assert (f"::error file={HARD}" in done.stdout) == bool(code)


def test_the_action_takes_a_baseline_and_warnings(tmp_path):
    base = str(tmp_path / "base.json")
    gate = ["-m", "fkgl", "--fail-if", "fkgl>12"]
    command = [sys.executable, "-m", "qualmetrics", "score", HARD, *gate, "--write-baseline", base]
    assert run(command).returncode == 0
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    given = {"PATHS": f"{HARD} {EASY}", "METRICS": "fkgl", "GATE": "fkgl>12"}
    more = {"BASELINE": base, "WARN": "fkgl>6"}
    done = run(["bash", "-euo", "pipefail", "-c", script], **given, **more)
    assert (done.returncode, "::error" in done.stdout) == (0, False), done.stderr
    assert f"::warning file={EASY}" in done.stdout


def test_the_action_treats_what_it_is_given_as_words_not_as_commands():
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    assert "${{" not in script
    done = run(
        ["bash", "-euo", "pipefail", "-c", script],
        PATHS="$(echo broken)",
        METRICS="fkgl",
        GATE="",
    )
    assert done.returncode == 2
    assert "broken)" in done.stderr
