"""A scorer that some texts bring down, and corpora to score; importable by worker processes."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Layout,
    Recipe,
    Rows,
    Scorer,
    Spec,
    status_array,
)


@dataclass(frozen=True)
class Fragile:
    """Length in characters; HANG never ends, CRASH kills the process, EXIT leaves it."""

    @property
    def layout(self) -> Mapping[str, Layout]:
        return {"size": Layout()}

    @property
    def needs(self) -> frozenset[str]:
        return frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        return ("fragile",)

    def cost(self, rows: Rows) -> Cost | None:
        return None

    def read(self, rows: Rows) -> Batch:
        for text in rows.texts:
            if "HANG" in text:
                time.sleep(600)
            if "CRASH" in text:
                os.kill(os.getpid(), signal.SIGSEGV)
            if "EXIT" in text:
                os._exit(7)
        sizes = np.array([len(text) for text in rows.texts], dtype=np.float64)
        return Batch({"size": sizes}, status_array(len(rows)))


def forward(arrays: Arrays) -> Any:
    """Return the size."""
    return arrays["size"][:, None]


def fragile() -> Scorer:
    """Return the scorer."""
    scorer = Scorer(Spec(name="fragile"), (Fragile(),), forward)
    recipe = Recipe("tests.corpus.toys:fragile", {}, scorer.signature)
    return Scorer(scorer.spec, scorer.inputs, forward, recipe)


def write_rows(path: Path, n: int, *, words: int = 12) -> list[str]:
    """Write ``n`` rows of JSONL of different lengths; return their ids."""
    ids = [f"d{i}" for i in range(n)]
    with path.open("w", encoding="utf-8") as lines:
        for i, name in enumerate(ids):
            text = " ".join(f"Wörter{j}." for j in range(1 + (i * 7) % words))
            lines.write(json.dumps({"id": name, "text": text}, ensure_ascii=i % 2 == 0) + "\n")
    return ids
