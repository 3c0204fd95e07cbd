"""How far rankers are off on scales that people know: CEFR levels, CLEAR easiness.

Usage: ``QUALMETRICS_DATA=... python benchmarks/calibration.py [RANKER...]``. The test part of
CEFR-SP's Wiki-Auto sentences (mean of two experts, A1 = 1 to C2 = 6) and CLEAR (Bradley-Terry
easiness of excerpts). Each map is fitted by ``fit_calibration`` and its errors are of five folds
that it was not fitted to. Prints Markdown; the first row is the number of words, *mean* says the
mean of all.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from qualmetrics_models import corpora

import qualmetrics as qm
from qualmetrics.ranking import fit_calibration
from qualmetrics.text import count

RANKERS = ("readability_features", "readability_static", "readability_minilm")
FORMULAS = ("flesch_kincaid_grade", "dale_chall_1995")


def main() -> None:
    """Fit, measure, print."""
    data = Path(os.environ["QUALMETRICS_DATA"])
    names = (*(sys.argv[1:] or RANKERS), *FORMULAS)
    cefr = [
        row
        for row in corpora.rows(data / "cefr_sp" / "cefr_sp.train_dev.jsonl.gz")
        if row["source"] == "Wiki-Auto" and row["text"].strip() and corpora.is_test(row["text"])
    ]
    clear = corpora.rows(data / "clear" / "clear.dev.jsonl.gz")
    for scale, rows, label, falling in (
        ("CEFR level", cefr, "level_mean", False),
        ("CLEAR easiness", clear, "easiness", True),
    ):
        texts = [row["text"] for row in rows]
        target = np.array([float(row[label]) for row in rows])
        print(f"\n{scale}, n = {len(rows)}, standard deviation {target.std():.2f}\n")
        print("| scorer | rmse | mean alone | mean error | within one | r of the map's input |")
        print("|---|---:|---:|---:|---:|---:|")
        columns = {"length only (words)": count(texts, ["words"])["words"]}
        columns |= {name: scores.primary for name, scores in qm.score(texts, names).items()}
        for name, values in columns.items():
            down = falling != (name == "dale_chall_1995")  # the 1995 form rises with ease
            found = fit_calibration(values, target, scale=scale, falling=down)
            there = np.isfinite(values)
            r = np.corrcoef(values[there], target[there])[0, 1]
            print(
                f"| {name} | {found.rmse:.2f} | {found.baseline_rmse:.2f} | {found.mae:.2f} "
                f"| {found.within_one:.3f} | {r:+.3f} |"
            )


if __name__ == "__main__":
    main()
