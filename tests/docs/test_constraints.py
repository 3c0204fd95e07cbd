"""constraints.txt pins what the test command of the README installs."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_line_is_one_package_in_one_version() -> None:
    odd = [line for line in LINES if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)]
    assert odd == []


def _closure(extra: str, extras: dict[str, list[str]]) -> list[str]:
    """Return what an extra asks for, with the extras that it names."""
    asked = []
    for item in extras[extra]:
        inner = re.match(r"qualmetrics\[([^\]]+)\]", item)
        asked += [p for e in inner[1].split(",") for p in _closure(e, extras)] if inner else [item]
    return asked


def test_every_package_that_the_test_command_asks_for_has_a_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *_closure("dev", project["optional-dependencies"])]
    names = {_plain(re.match(r"[\w.-]+", item)[0]) for item in asked}
    assert names - {_plain(line.split("==")[0]) for line in LINES} == set()
