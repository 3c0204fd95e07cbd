"""Agreement with the formula scores that CLEAR publishes for its excerpts.

Usage: QUALMETRICS_DATA=... python benchmarks/clear.py

CLEAR (CommonLit Ease of Readability, CC BY-NC-SA 4.0) ships, with each of its excerpts, the Flesch
Reading Ease, the Flesch-Kincaid Grade and the ARI that its authors computed with their tools. The
text is the same, the counting is not: how near are we? The bar is Pearson r >= .97 for each; the
exit status is 1 where one is missed.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import qualmetrics as qm

BAR = 0.97
MEASURES = ("fre", "fkgl", "ari")
Values = NDArray[np.float64]


def ranks(values: Values) -> Values:
    """Return average ranks: equal values share theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def correlation(a: Values, b: Values) -> float:
    """Return Pearson's r."""
    return float(np.corrcoef(a, b)[0, 1])


def main() -> int:
    """Print a Markdown table, one line a formula."""
    path = Path(os.environ["QUALMETRICS_DATA"]) / "clear" / "clear.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    scores = qm.score([row["text"] for row in rows], MEASURES)
    print(f"{len(rows)} excerpts of CLEAR, {scores['fre'].signature}\n")
    print(
        "| formula | excerpts | Pearson r | Spearman | median absolute difference "
        "| mean difference, ours less theirs | bar |"
    )
    print("|---|---:|---:|---:|---:|---:|---|")
    passed = True
    for name in MEASURES:
        theirs = np.array([np.nan if row[name] is None else float(row[name]) for row in rows])
        both = ~np.isnan(theirs) & ~scores[name].undefined
        mine, theirs = scores[name].primary[both], theirs[both]
        r, rho = correlation(mine, theirs), correlation(ranks(mine), ranks(theirs))
        distance, bias = np.abs(mine - theirs), float(np.mean(mine - theirs))
        passed &= r >= BAR
        print(
            f"| {name} | {len(mine)} | {r:.4f} | {rho:.4f} | {np.median(distance):.2f} "
            f"| {bias:+.2f} | {'met' if r >= BAR else 'missed'} |"
        )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
