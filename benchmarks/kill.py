"""Kill a run at random moments and compare it, byte for byte, with one that nobody disturbed.

Usage: ``python benchmarks/kill.py [documents] [kills] [seed] [engine]``; by default 40,000
documents, 20 kills, seed 0, engine local. Two kills in three end parent and workers together with
SIGKILL, the third ends one worker only; with the engine ray (``pip install ray[data]``) each ends
the driver. The undisturbed run is always that of the local engine.
Each comes some parts after the last start, and up to 50 ms into the next. Prints the parts that
cannot be read, the rows lost and doubled, and whether all parts are the same; exit code 1 where
they differ.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.corpus.killing import interrupted, uninterrupted

SPLIT_BYTES = 500_000
WORDS = (
    "the a of and boat river crossed quickly international considerable bay people slowly water "
    "implementation morning city small reader understands sentence measured because however"
).split()


def write_corpus(path: Path, n: int) -> None:
    """Write documents of about 2 KB, with a long tail."""
    draw = random.Random(7)  # noqa: S311 - a corpus, no secret
    with path.open("w", encoding="utf-8") as lines:
        for i in range(n):
            sentences = min(200, max(1, round(draw.lognormvariate(3.0, 0.6))))
            text = " ".join(
                " ".join(draw.choices(WORDS, k=draw.randint(5, 22))).capitalize() + "."
                for _ in range(sentences)
            )
            lines.write(json.dumps({"id": f"d{i}", "text": text}) + "\n")


def main(n: int = 40_000, kills: int = 20, seed: int = 0, engine: str = "local") -> int:
    """Run and report."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = place / "corpus.jsonl"
        write_corpus(source, n)
        began = time.monotonic()
        whole = uninterrupted(source, place / "whole", SPLIT_BYTES)
        undisturbed, began = time.monotonic() - began, time.monotonic()
        found = interrupted(
            source, place / "killed", n=kills, seed=seed, size=SPLIT_BYTES, engine=engine
        )
        disturbed = time.monotonic() - began
        unreadable, ids = 0, Counter[str]()
        for data in found.parts.values():
            try:
                table = parquet.ParquetFile(arrow.BufferReader(data)).read(columns=["id"])
                ids.update(table.column("id").to_pylist())
            except arrow.ArrowException:
                unreadable += 1
        lost = sum(f"d{i}" not in ids for i in range(n))
        doubled = sum(count - 1 for count in ids.values())
        same = found.parts == whole
        size = source.stat().st_size / 1e6
        print(f"{n:,} documents, {size:.0f} MB, {len(whole)} parts, {found.kills} kills, {engine}")
        print(f"undisturbed {undisturbed:.1f} s, killed {disturbed:.1f} s")
        print(f"unreadable {unreadable}, lost {lost}, doubled {doubled}, same bytes {same}")
        print(f"qualmetrics run verify: {'all well' if found.verified else 'something is wrong'}")
        return int(not (same and found.verified) or found.kills != kills)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4]), *sys.argv[4:]))
