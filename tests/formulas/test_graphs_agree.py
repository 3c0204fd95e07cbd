"""Fry and Raygor on real texts: Baldwin and Kaufman found Kendall's tau .875 on 100 books."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from qualmetrics.registry import score


def _tau_b(left: np.ndarray, right: np.ndarray) -> float:
    a, b = (np.sign(v[:, None] - v[None, :]) for v in (left, right))
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


@pytest.mark.full
@pytest.mark.parametrize(
    "name", ["onestop_english/ose_docs.dev.jsonl.gz", "clear/clear.dev.jsonl.gz"]
)
def test_the_two_graphs_order_real_texts_alike(data: Path, name: str) -> None:
    with gzip.open(data / name, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    scores = score(texts, ["fry", "raygor"])
    fry, raygor = scores["fry"].primary, scores["raygor"].primary
    both = np.isfinite(fry) & np.isfinite(raygor)
    assert both.mean() > 0.95
    assert _tau_b(fry[both], raygor[both]) >= 0.8
