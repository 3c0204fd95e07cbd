"""What every trainer returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualmetrics.core import Scorer


@dataclass(frozen=True)
class Trained:
    """A trained scorer, and how it came about.

    ``folder`` is the bundle it was exported to, None where nothing was written; ``history`` one
    mapping a step or epoch (``step``, ``loss``, and what was measured); ``report`` what was read,
    left out and measured.
    """

    scorer: Scorer
    folder: Path | None = None
    history: tuple[Mapping[str, Any], ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
