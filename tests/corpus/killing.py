"""Scores a corpus while killing it: what the tests and ``benchmarks/kill.py`` share."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from qualmetrics.corpus import ray_engine, runs
from qualmetrics.corpus.metrics import resolve
if __name__ == "__main__":
    source, folder, size, workers, engine = sys.argv[1:]
    scorers = resolve(["words", "fkgl"])
    run = runs.start([source], folder, scorers, split_bytes=int(size))
    work = {"local": runs.work, "ray": ray_engine.work}[engine]
    for done in work(run, scorers, workers=int(workers)):
        pass
"""


@dataclass(frozen=True)
class Killed:
    """What came of it."""

    kills: int
    parts: dict[str, bytes]
    verified: bool


def start(
    source: Path, folder: Path, size: int, workers: int = 2, engine: str = "local"
) -> subprocess.Popen[bytes]:
    """Start scoring in a process group of its own."""
    script = folder.with_suffix(".py")
    script.write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(script), str(source), str(folder), str(size), str(workers), engine],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "models")])},
        start_new_session=True,
    )


def interrupted(
    source: Path, folder: Path, *, n: int, seed: int, size: int = 4000, engine: str = "local"
) -> Killed:
    """Kill all of it, or one worker, ``n`` times at moments drawn between two parts; then end.

    Of Ray, the driver is killed with what is in its process group; its services end without it.
    """
    draw = random.Random(seed)
    kills = 0
    process = start(source, folder, size, engine=engine)
    splits = max(4, source.stat().st_size // size)
    while kills < n:
        wanted = len(_names(folder)) + draw.randint(1, max(1, splits // (n + 2)))
        if not _wait_for(process, folder, wanted):
            break
        time.sleep(draw.random() * 0.05)
        workers = _children(process.pid) if engine == "local" else []
        if kills % 3 == 2 and workers:
            _kill(draw.choice(workers))
        else:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process = start(source, folder, size, engine=engine)
        kills += 1
    code = process.wait()
    return Killed(kills, read_parts(folder), code == 0 and verified(folder))


def uninterrupted(source: Path, folder: Path, size: int = 4000) -> dict[str, bytes]:
    """Score without a hitch and return the parts."""
    assert start(source, folder, size).wait() == 0
    return read_parts(folder)


def verified(folder: Path) -> bool:
    """Tell whether every part is there and whole."""
    from qualmetrics.corpus import runs, states

    run = runs.open_run(str(folder))
    return states.state(run).complete and not list(states.verify(run))


def read_parts(folder: Path) -> dict[str, bytes]:
    """Return the parts by name."""
    return {name: (folder / "parts" / name).read_bytes() for name in _names(folder)}


def _names(folder: Path) -> list[str]:
    parts = folder / "parts"
    names = (path.name for path in parts.iterdir()) if parts.is_dir() else ()
    return [name for name in names if not name.startswith(".")]


def _wait_for(process: subprocess.Popen[bytes], folder: Path, wanted: int) -> bool:
    while process.poll() is None:
        if len(_names(folder)) >= wanted:
            return True
        time.sleep(0.005)
    return False


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in path.read_text().split()] if path.exists() else []


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
