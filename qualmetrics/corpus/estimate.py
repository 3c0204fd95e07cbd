"""How long a run will take, judged by scoring a little of its input beforehand."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qualmetrics.core import Scorer
from qualmetrics.corpus.readers import PACKED_SUFFIXES, STDIN
from qualmetrics.corpus.runs import Run, job_of
from qualmetrics.corpus.splits import Split, chunks
from qualmetrics.corpus.worker import Task, score_split

WARM, LITTLE, MORE = 16_000, 64_000, 1_000_000
"""Bytes that are scored: to load what must be, to learn the pace, and again where that is quick."""

QUICK = 0.5
"""Seconds: below this the pace is learnt from more."""


def seconds_of(
    run: Run, scorers: Mapping[str, Scorer], splits: Sequence[Split], *, workers: int
) -> float | None:
    """Return about how many seconds some splits of a run take.

    Nothing is written to the run. None where the bytes of the input say too little: of packed
    files, Parquet, Arrow, and what is piped in.
    """
    for split in splits:
        name = split.paths[0].lower()
        if split.form not in ("jsonl", "csv", "text") or name == STDIN:
            return None
        if name.endswith(PACKED_SUFFIXES):
            return None
    if not splits:
        return 0.0
    largest = max(splits, key=lambda split: split.size)
    with tempfile.TemporaryDirectory() as folder:
        job = replace(job_of(run, scorers, seconds=0.0), folder=folder)

        def pace(size: int) -> tuple[float, float]:
            begun = time.perf_counter()
            part = _beginning(run, largest, size)
            score_split(Task(part), job)
            took = time.perf_counter() - begun
            return took, part.size / max(took, 1e-9)

        pace(WARM)
        took, bytes_a_second = pace(LITTLE)
        if took < QUICK:
            took, bytes_a_second = pace(MORE)
    return sum(split.size for split in splits) / max(bytes_a_second, 1.0) / max(workers, 1)


def _beginning(run: Run, split: Split, size: int) -> Split:
    """Return the first bytes of a split as a split of its own."""
    if split.stream:
        return next(chunks(split, size, run.settings.reading))
    if split.form == "jsonl":
        stop = min(split.stop, split.start + size)
        return replace(split, stop=stop, size=stop - split.start)
    n = max(1, round(len(split.paths) * size / max(split.size, 1)))
    share = min(n, len(split.paths)) / len(split.paths)
    return replace(split, paths=split.paths[:n], size=round(split.size * share))


def told(seconds: float) -> str:
    """Write a length of time, no finer than it is known."""
    for unit, size in (("days", 86_400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds" if seconds >= 1.5 else "a second"
