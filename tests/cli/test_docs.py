"""The page about the command line shows what the command really prints."""

import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Ran

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
CORPORA = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")
ROWS = '{"text": "The cat sat on the mat."}\nnot json\n{"id": 3}\n'


def examples(page: str = PAGE) -> list[tuple[str, list[str]]]:
    """Return each command of the page with the lines under it, ``...`` for those left out."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return [example for example in found if example[0].startswith("qualmetrics ")]


def test_the_page_about_corpora_shows_real_output(qm: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    printed = []
    for command, _ in examples(CORPORA):  # each goes on where the one before left off
        ran = qm(*shlex.split(command)[1:])
        printed.append((command, (ran.err + ran.out).splitlines()))
    assert printed == examples(CORPORA)


@pytest.mark.parametrize(("command", "shown"), examples(), ids=lambda value: str(value)[:50])
def test_the_page_shows_real_output(
    qm: Callable[..., Ran], tmp_path: Path, command: str, shown: list[str]
) -> None:
    if sys.platform == "win32":
        pytest.skip("paths are written with / on the page")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "rows.jsonl").write_text(ROWS)
    ran = qm(*shlex.split(command)[1:])
    printed = (ran.err + ran.out).splitlines()
    if shown[-1] == "...":
        printed, shown = printed[: len(shown) - 1], shown[:-1]
    assert printed == shown
