"""A file of 200 labelled texts becomes a bundle: how long a newcomer waits, and that it works.

``QUALMETRICS_DATA=... python benchmarks/train_newcomer.py [--backend features]``

Takes 200 texts of OneStopEnglish (whole titles) as ratings, runs the command as a newcomer would,
in a fresh process, and scores held-out texts with the bundle through the command line, the library
and ONNX Runtime alone. The bar is five minutes on two cores; the exit status is 1 where it is
missed, or where the three ways differ.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BAR_SECONDS = 300.0
N_TEXTS = 200
TOLERANCE = 1e-5


def rows(data: Path) -> list[dict[str, object]]:
    """Return the stories, those of one title beside each other."""
    with gzip.open(data / "onestop_english" / "ose_docs.dev.jsonl.gz", "rt") as lines:
        found = [json.loads(line) for line in lines]
    found.sort(key=lambda row: (row["group"], row["level_num"]))
    return [{"text": r["text"], "score": r["level_num"], "group": r["group"]} for r in found]


def by_command_line(folder: Path, file: Path) -> list[float]:
    """Return the scores that ``qualmetrics score`` prints."""
    command = [sys.executable, "-m", "qualmetrics", "score", str(file), "-m", f"{folder}/"]
    ran = subprocess.run(
        [*command, "--format", "jsonl"], capture_output=True, text=True, check=True
    )
    name = json.loads((folder / "scorer.json").read_text(encoding="utf-8"))["spec"]["name"]
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    return [line["scores"][name] for line in lines if "scores" in line]


def by_onnxruntime(folder: Path, texts: list[str]) -> list[float]:
    """Return the scores of the graph of strings, without this library."""
    import onnxruntime

    path = folder / "text" / "model.onnx"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    values = session.run(["values"], {"text": np.array(texts, dtype=object)})[0]
    return [float(value) for value in values[:, 0]]


def main() -> int:
    """Train, score three ways, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="features")
    given = parser.parse_args()
    every = rows(Path(os.environ["QUALMETRICS_DATA"]))
    train, held = every[:N_TEXTS], every[N_TEXTS + 1 :]
    texts = [str(row["text"]) for row in held]
    with tempfile.TemporaryDirectory() as scratch:
        folder, file, test = (Path(scratch) / name for name in ("model", "a.jsonl", "b.jsonl"))
        file.write_text("\n".join(map(json.dumps, train)) + "\n", encoding="utf-8")
        test.write_text("\n".join(map(json.dumps, held)) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "qualmetrics", "train", str(file), "-o", str(folder)]
        started = time.perf_counter()
        ran = subprocess.run(
            [*command, "--backend", given.backend], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - started
        print(ran.stdout + ran.stderr)
        if ran.returncode:
            return 1
        print(f"{given.backend}: {N_TEXTS} texts to a bundle in {seconds:.0f} s")
        import qualmetrics as qm

        library = qm.load(str(folder))(texts).primary
        ways = {
            "command line": by_command_line(folder, test),
            "onnxruntime alone": by_onnxruntime(folder, texts),
        }
    agree = True
    for name, values in ways.items():
        gap = float(np.max(np.abs(np.array(values) - library) / np.maximum(1, np.abs(library))))
        agree &= gap <= TOLERANCE
        print(f"{name}: {len(values)} texts, largest difference to the library {gap:.2g}")
    level = np.array([float(str(row["score"])) for row in held])
    higher = level[:, None] > level[None, :]
    share = float((library[:, None] > library[None, :])[higher].mean())
    print(f"pairs of other titles' levels in the right order: {share:.3f}")
    return int(not agree or seconds > BAR_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
