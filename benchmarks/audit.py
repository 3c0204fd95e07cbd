"""How long edits and audits take: 10,000 texts through every perturbation, and one whole audit.

``QUALMETRICS_DATA=... python benchmarks/audit.py [--texts 10000]``: three paragraphs in a row
from each place in the speed corpus (English books), one process, processor time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import time
from pathlib import Path

from qualmetrics.audit import Settings, audit, read_material
from qualmetrics.audit.perturbations import PERTURBATIONS, perturb_all


def paragraphs(data: Path, n: int) -> list[str]:
    """Return texts of three English paragraphs, one from each place of the speed corpus."""
    found: list[str] = []
    for path in sorted((data / "speed_corpus").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            rows = (json.loads(line) for line in stream)
            found += [row["text"] for row in rows if row.get("lang", "en") == "en"]
    found += found
    return ["\n\n".join(found[i : i + 3]) for i in range(n)]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--pairs", type=Path, help="a file to audit fkgl with, too")
    given = parser.parse_args()
    texts = paragraphs(Path(os.environ["QUALMETRICS_DATA"]), given.texts)
    start = time.process_time()
    before, times = start, {}
    for edit, _ in perturb_all(texts):
        now = time.process_time()
        times[edit.name], before = now - before, now
    took = time.process_time() - start
    characters = sum(map(len, texts))
    print(f"{len(texts):,} texts of {characters / len(texts):.0f} characters, "
          f"{len(PERTURBATIONS)} perturbations: {took:.1f} s")  # fmt: skip
    for name, seconds in sorted(times.items(), key=lambda item: -item[1])[:8]:
        print(f"  {name:24s} {seconds:6.2f} s")
    if given.pairs:
        material = read_material(given.pairs)
        start = time.process_time()
        audit("fkgl", material, settings=Settings())
        print(f"audit of fkgl, {len(material):,} texts: {time.process_time() - start:.1f} s")


if __name__ == "__main__":
    main()
