"""How fast the shipped rankers are on one core, beside sentence-transformers in torch, in one run.

``QUALMETRICS_DATA=... python benchmarks/rankers.py [--texts 400] [--rounds 2]``

CLEAR's excerpts (some 170 words each). Every row is a process of its own with one thread, and the
rows take turns, so that what else the machine does falls on all of them alike. CPU time, best
round, without loading; texts are new in each round, so that nothing is remembered. torch runs the
encoder that ``readability_minilm`` was made from, with a head of the same shape: the same work,
other weights. A row whose package is absent is skipped with a line, and so is the GPU row.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

NAMES = ("flesch_kincaid_grade", "readability_features", "readability_static", "readability_minilm")
TORCH = "sentence-transformers, torch float32"
GPU = "readability_minilm on CUDA"
BATCH = 32


def texts(data: Path, n: int, start: int) -> list[str]:
    """Return some excerpts, another stretch for each round."""
    from qualmetrics_models import corpora

    found = [row["text"] for row in corpora.rows(data / "clear" / "clear.dev.jsonl.gz")]
    start %= len(found)
    return [*found[start:], *found[:start]][:n]


def runner(row: str) -> Callable[[Sequence[str]], Any]:
    """Return what scores texts; raises LookupError where it is not there."""
    if row == TORCH:
        return torch_runner()
    import qualmetrics as qm
    from qualmetrics.errors import QualmetricsError

    try:
        if row != GPU:
            return qm.get(row)
        import onnxruntime

        if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
            raise LookupError("no GPU is at hand")
        from qualmetrics.bundles import installed_bundle

        folder = installed_bundle("readability_minilm")
        return qm.load(folder, providers=["CUDAExecutionProvider"])
    except (QualmetricsError, ImportError) as error:
        raise LookupError(str(error).split(".")[0]) from error


def torch_runner() -> Callable[[Sequence[str]], Any]:
    """Return sentence-transformers' encode with a head behind it."""
    try:
        import numpy as np
        import torch
        from qualmetrics_models.encoder_minilm.recipe import find_weights
        from sentence_transformers import SentenceTransformer

        folder = find_weights()
    except Exception as error:
        raise LookupError(str(error).split(".")[0]) from error
    torch.set_num_threads(1)
    model = SentenceTransformer(str(folder), device="cpu")
    head = np.random.default_rng(0).normal(size=384).astype(np.float32)
    return lambda several: model.encode(list(several), batch_size=BATCH) @ head


def measure(row: str, data: Path, n: int, rounds: int) -> dict[str, Any]:
    """Return seconds of CPU of the best round, and the bytes it read."""
    try:
        score = runner(row)
    except LookupError as error:
        return {"skipped": str(error)}
    score(texts(data, 8, 0))
    best: tuple[float, int] = (float("inf"), 0)
    for number in range(rounds):
        several = texts(data, n, 8 + number * n)
        size = sum(len(text.encode()) for text in several)
        began = time.process_time()
        score(several)
        spent = time.process_time() - began
        if spent / size < best[0] / max(best[1], 1) or not best[1]:
            best = spent, size
    return {"seconds": best[0], "bytes": best[1]}


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("QUALMETRICS_DATA"))
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--row", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.data:
        parser.error("pass --data or set QUALMETRICS_DATA")
    if given.row:
        print(json.dumps(measure(given.row, Path(given.data), given.texts, given.rounds)))
        return
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    print("| one core | texts/s | MB/s |\n|---|---:|---:|")
    for row in (*NAMES, TORCH, GPU):
        own = [sys.executable, __file__, "--data", given.data, "--row", row]
        sizes = ["--texts", str(given.texts), "--rounds", str(given.rounds)]
        done = subprocess.run([*own, *sizes], env=environment, capture_output=True, check=False)
        if done.returncode:
            print(f"| {row} | failed: {done.stderr.decode().strip().splitlines()[-1]} | |")
            continue
        found = json.loads(done.stdout.decode().strip().splitlines()[-1])
        if "skipped" in found:
            print(f"| {row} | skipped: {found['skipped']} | |")
            continue
        seconds = found["seconds"]
        print(
            f"| {row} | {given.texts / seconds:,.0f} | {found['bytes'] / seconds / 1e6:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
