"""Training and conversion: the only room that imports torch, transformers or scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualmetrics.training.result import Trained
    from qualmetrics.training.run import Paths


def train(files: Paths, folder: str | Path, **options: Any) -> Trained:
    """Train a ranker on labelled files; see ``qualmetrics.training.run.train``."""
    from qualmetrics.training.run import train as run

    return run(files, folder, **options)


__all__ = ["train"]
