"""``qualmetrics serve`` is thin: it names what is served and hands the rest on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def command(*arguments: str, token: str = "") -> Any:
    return subprocess.Popen(
        [sys.executable, "-m", "qualmetrics", "--no-config", "serve", *arguments],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'models'}", "QUALMETRICS_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_what_it_serves_and_where_and_ends_well() -> None:
    process = command("-m", "fkgl,words", "--port", "0", token="a-token-of-enough-letters")  # noqa: S106
    line = process.stdout.readline()
    found = re.fullmatch(
        r"qualmetrics serves fkgl, words on (http://127\.0\.0\.1:\d+)/t/TOKEN/\n", line
    )
    assert found, line + process.stderr.read()
    headers = {"Authorization": "Bearer a-token-of-enough-letters"}
    import httpx

    answer = httpx.post(f"{found[1]}/v1/score", json={"texts": ["A cat."]}, headers=headers)
    assert list(answer.json()["scores"]) == ["fkgl", "words"]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def test_what_cannot_be_served_is_one_line_and_exit_code_2() -> None:
    for arguments, said in (
        (("-m", "fgkl"), "no scorer is called 'fgkl'"),
        (("-m", "fkgl", "--host", "0.0.0.0"), "a token is required"),  # noqa: S104
        (("-m", "fkgl", "--token-file", "/nowhere"), "cannot read the token file"),
        (("--config", "nowhere.yaml"), "cannot read nowhere.yaml"),
    ):
        process = command(*arguments)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err.count("\n")) == (2, "", 1), err
        assert said in err
