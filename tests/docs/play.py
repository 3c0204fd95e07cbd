"""Plays a document: runs its blocks in order, as a reader would, and keeps what they print.

Usage: python tests/docs/play.py DOCUMENT... [--write]

In a document, in one process and one new folder that holds a copy of examples/:

- ```` ```python ```` is run; the ```` ```text ```` fence that follows is what it prints, and where
  none follows it prints nothing;
- ```` ```console ```` holds lines ``$ qualmetrics ...``, each followed by what it prints;
- a fence after ``<!-- file: NAME -->`` is the content of a file; ``pyproject.toml`` also makes the
  entry points in it known, as ``pip install`` would;
- a fence after ``<!-- not run -->``, and any other kind of fence, is for reading only.

``--write`` puts what was printed into the document: look at the difference before you commit it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!-- (?:file: (?P<file>[\w./-]+)|not run) -->\n\s*\Z")
HOME = "/home/you"
"""What the temporary folder is called in a document."""

SHELL = 'qualmetrics() { "$QUALMETRICS_PYTHON" -m qualmetrics "$@"; }\n'


@dataclass(frozen=True)
class Played:
    """What stands in the document between two offsets, and what was printed."""

    line: int
    start: int
    end: int
    written: str
    printed: str


@dataclass(frozen=True)
class _Fence:
    kind: str
    body: str
    start: int
    end: int
    file: str
    is_run: bool


def play(text: str, folder: Path) -> list[Played]:
    """Run a document's blocks in ``folder``; a block that raises ends the play with its error."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    played: list[Played] = []
    fences = list(_fences(text))
    for fence in fences:  # all files first: what is installed is there before a process starts
        if fence.file:
            _put(folder, fence.file, fence.body)
    for fence, after in zip(fences, [*fences[1:], None], strict=True):
        if fence.is_run and fence.kind == "console":
            played += _console(text, fence)
        elif fence.is_run and fence.kind == "python":
            printed = _python(fence.body, namespace)
            shown = after is not None and after.kind == "text" and not text[fence.end : after.start]
            if shown or printed:
                start, end = (after.start, after.end) if shown and after else (fence.end,) * 2
                body = after.body if shown and after else ""
                played.append(_played(text, (start, end), body, printed))
    return played


def _fences(text: str) -> Iterator[_Fence]:
    for match in FENCE.finditer(text):
        mark = MARK.search(text[: match.start()])
        name = (mark["file"] or "") if mark else ""
        end = match.end()
        if match[1] == "python":  # a text fence belongs to it where only blank lines part them
            end += len(text[end:]) - len(text[end:].lstrip("\n"))
        yield _Fence(match[1], match[2], match.start(), end, name, mark is None)


def _played(text: str, place: tuple[int, int], written: str, printed: str) -> Played:
    line = text.count("\n", 0, place[0]) + 1
    for here in {str(Path.cwd()), os.environ.get("PWD", "")} - {""}:
        printed = printed.replace(here, HOME)
    return Played(line, *place, _trimmed(written), _trimmed(printed))


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def _python(code: str, namespace: dict[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, namespace)  # noqa: S102 - the documents are ours
    return out.getvalue()


def _console(text: str, fence: _Fence) -> Iterator[Played]:
    commands = list(re.finditer(r"^\$ (.*(?:\\\n.*)*)\n", fence.body, re.MULTILINE))
    offset = text.index("\n", fence.start) + 1
    for command, following in zip(commands, [*commands[1:], None], strict=True):
        start = command.end()
        end = following.start() if following else len(fence.body)
        environment = {**os.environ, "QUALMETRICS_PYTHON": sys.executable, "NO_COLOR": "1"}
        done = subprocess.run(
            ["bash", "-c", SHELL + command[1]],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=environment,
        )
        yield _played(text, (offset + start, offset + end), fence.body[start:end], done.stdout)


def _put(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    if path.name == "pyproject.toml":
        project = tomllib.loads(body)["project"]
        info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir()
        head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (info / "METADATA").write_text(head)
        groups = project.get("entry-points", {})
        lines = [
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))
        ]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def rewritten(text: str, played: list[Played]) -> str:
    """Return the document with what was printed in the place of what was written."""
    for item in reversed(played):
        before, old, after = text[: item.start], text[item.start : item.end], text[item.end :]
        body = f"{item.printed}\n" if item.printed else ""
        if old.startswith("```text"):
            body = f"```text\n{body}```"
        elif item.start == item.end and before.rstrip("\n").endswith("```"):
            body = f"```text\n{body}```\n\n"
        text = before + body + after
    return text


def in_a_new_folder(document: Path) -> list[Played]:
    """Play a document in a temporary folder, which it then leaves."""
    text, here, path = document.read_text(encoding="utf-8"), Path.cwd(), list(sys.path)
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(ROOT / "examples", Path(name) / "examples")
        sys.path[:0] = [name, str(ROOT)]
        os.environ["PYTHONPATH"] = os.pathsep.join((name, str(ROOT)))
        os.chdir(name)
        try:
            return play(text, Path(name))
        finally:
            os.chdir(here)
            sys.path[:] = path


def main() -> int:
    """Print, as JSON, what stands in a document and what was printed; or write the latter."""
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for document in options.documents:
        played = in_a_new_folder(document)
        if options.write:
            text = document.read_text(encoding="utf-8")
            document.write_text(rewritten(text, played), encoding="utf-8")
        both = [[item.line, item.written, item.printed] for item in played]
        sys.stdout.write(json.dumps(both) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
