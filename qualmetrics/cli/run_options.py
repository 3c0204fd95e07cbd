"""How a corpus is scored, as it was asked for: plain data, light to import."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How a corpus is scored: what ``score`` was told beside its metrics and its reading."""

    workers: int | None = None
    engine: str = "local"
    resume: bool = False
    new_run: bool = False
    shard: str = "0/1"
    limit: int | None = None
    sample: float = 1.0
    level: str = "document"
    dry_run: bool = False
    progress: str = "auto"
    max_errors: str | None = None
    time_limit: float | None = None
    with_text: bool = False
    float32: bool = False

    @property
    def processes(self) -> int:
        """Workers, by default one a core."""
        return (os.cpu_count() or 1) if self.workers is None else self.workers
