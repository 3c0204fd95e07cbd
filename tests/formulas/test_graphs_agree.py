"""Fry and Raygor on real texts: Baldwin and Kaufman found Kendall's tau .875 on 100 books."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from qualmetrics.registry import score


def _texts(name: str) -> list[str]:
    root = os.environ.get("QUALMETRICS_DATA")
    if not root:
        pytest.skip("QUALMETRICS_DATA is unset: Fry and Raygor are not compared on real texts")
    with gzip.open(Path(root) / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _tau_b(left: np.ndarray, right: np.ndarray) -> float:
    a, b = (np.sign(v[:, None] - v[None, :]) for v in (left, right))
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


@pytest.mark.full
@pytest.mark.parametrize(
    "name", ["onestop_english/ose_docs.dev.jsonl.gz", "clear/clear.dev.jsonl.gz"]
)
def test_the_two_graphs_order_real_texts_alike(name):
    scores = score(_texts(name), ["fry", "raygor"])
    fry, raygor = scores["fry"].primary, scores["raygor"].primary
    both = np.isfinite(fry) & np.isfinite(raygor)
    assert both.mean() > 0.95
    assert _tau_b(fry[both], raygor[both]) >= 0.8
