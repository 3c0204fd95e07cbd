"""textstat's own tests, which its wheel carries, with the drop-in in textstat's place."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import qualmetrics

pytestmark = pytest.mark.full

NOT_OURS = ("test_get_cmudict.py", "test_get_lang_cfg.py", "test_get_typed_cache.py")
"""Tests of textstat's inside: its dictionary object, its constants' keys, its caches."""


def outcomes(folder: Path, nltk_folder: Path, *options: str) -> dict[str, str]:
    """Run pytest on a folder and return the outcome of each test."""
    paths = (str(Path(qualmetrics.__file__).parent.parent), str(Path(__file__).parent))
    environment = os.environ | {"NLTK_DATA": str(nltk_folder), "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "pytest", "-rA", "-q", "-p", "no:cacheprovider", *options]
    run = subprocess.run(
        [*command, "--rootdir=.", "-c", os.devnull, "upstream"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = re.findall(r"^(PASSED|FAILED|ERROR) (.+)$", run.stdout, re.MULTILINE)
    return {test.rsplit(" - ", 1)[0] if kind != "PASSED" else test: kind for kind, test in lines}


def test_what_passes_with_textstat_passes_with_the_drop_in(
    nltk_folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("textstat")
    files = importlib.metadata.files("textstat") or []
    suite = [file for file in files if str(file).startswith("tests/textstat/")]
    if not suite or importlib.metadata.version("textstat") != "0.7.13":
        pytest.skip("the installed textstat is not 0.7.13, or comes without its tests")
    source = Path(str(suite[0].locate())).parent.parent
    shutil.copytree(source, tmp_path / "upstream", ignore=shutil.ignore_patterns("__pycache__"))
    for name in NOT_OURS:
        (tmp_path / "upstream" / "backend" / "utils" / name).unlink()

    with_textstat = outcomes(tmp_path, nltk_folder)
    with_drop_in = outcomes(tmp_path, nltk_folder, "-p", "textstat_stand_in")

    passed = {test for test, kind in with_textstat.items() if kind == "PASSED"}
    kept = {test for test in passed if with_drop_in.get(test) == "PASSED"}
    print(f"{len(kept)} of {len(with_drop_in)} tests pass; {len(passed)} with textstat")  # noqa: T201
    assert len(passed) > 400
    assert passed - kept == set()
