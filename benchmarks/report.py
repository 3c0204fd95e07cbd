"""Report of a million rows of ten columns: seconds, memory, and the size of the page.

Usage: ``python benchmarks/report.py`` (needs the extras ``report`` and ``frames``). The rows are
drawn, written to a temporary Parquet file by a process of their own, and read back.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROWS = 1_000_000
NAMES = (
    *("fkgl", "fre", "lix", "rix", "smog_index", "coleman_liau_index", "gunning_fog", "words"),
    *("reading_time", "dale_chall"),
)


def write(path: str) -> None:
    """Write the table, laid out as the corpus engine does."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    draw = np.random.default_rng(0)
    columns: dict[str, object] = {
        "id": [f"d{i}" for i in range(ROWS)],
        "n_chars": draw.integers(100, 9000, ROWS),
    }
    columns |= {name: draw.normal(50, 10, ROWS) for name in NAMES}
    ok = arrow.array(["ok"] * ROWS).dictionary_encode()
    columns |= {f"{name}.status": ok for name in NAMES}
    parquet.write_table(arrow.table(columns), path)


def main() -> None:
    """Print one line."""
    if len(sys.argv) > 1:
        write(sys.argv[1])
        return
    from qualmetrics.report import report

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "scores.parquet")
        subprocess.run([sys.executable, __file__, path], check=True)
        started = time.perf_counter()
        page = report(path, gates=["fkgl>60"])
        took = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{ROWS:,} rows, {len(NAMES)} columns: {took:.1f} s, {memory:.0f} MB at most, ", end="")
    print(f"page of {len(page.encode()) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
