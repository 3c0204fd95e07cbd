"""How long one `qualmetrics score --metrics bertscore` takes from start to end, on one pair.

``python benchmarks/cold_start.py ENVIRONMENT/bin/qualmetrics [--runs 7]``

ENVIRONMENT is a virtual environment without torch, made by ``pip install ".[onnx]" ./models``.
Prints wall and CPU seconds, medians over the runs, each a process of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import time

PAIR = ("--text", "A cat sat on the mat.", "--reference", "The cat is sitting on a mat.")


def main() -> None:
    """Time it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    command = [given.program, "score", "--metrics", "bertscore", *PAIR]
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    wall, cpu = [], []
    for _ in range(given.runs):
        before, start = _spent(), time.perf_counter()
        subprocess.run(command, env=clean, check=True, stdout=subprocess.DEVNULL)
        wall.append(time.perf_counter() - start)
        cpu.append(_spent() - before)
    print(
        f"wall {statistics.median(wall):.2f} s ({min(wall):.2f} to {max(wall):.2f}), "
        f"CPU {statistics.median(cpu):.2f} s; load average {os.getloadavg()[0]:.1f}"
    )


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
