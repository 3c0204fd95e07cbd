"""Scores one split and commits it: what every engine calls, on this machine or another.

``score_split`` is the seam. An engine hands out splits, and whatever runs them writes the same
bytes under the same name, so it may run a split twice, elsewhere, or again after a crash.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from qualmetrics import planner
from qualmetrics.core import Scorer
from qualmetrics.corpus import places
from qualmetrics.corpus.commit import Part, part_name, write_part
from qualmetrics.corpus.readers import Document, Reading, as_prose
from qualmetrics.corpus.scoring import ScoredBatch, score_batch
from qualmetrics.corpus.splits import Split, documents
from qualmetrics.corpus.units import completed, is_drawn, units
from qualmetrics.reward.completion import Completion

BATCH_DOCUMENTS = 1024
BATCH_CHARACTERS = 2_000_000

Announce = Callable[[int, int], None]
"""Told before work on documents ``[first, end)`` of a split begins; ``end`` 0: not known yet."""


@dataclass(frozen=True)
class Job:
    """What is the same for every split of a run; it is pickled once for each worker."""

    scorers: Mapping[str, Scorer]
    reading: Reading
    folder: str
    """Where parts go."""
    signature: str
    level: str = "document"
    sample: float = 1.0
    with_text: bool = False
    float32: bool = False
    completion: Completion | None = None
    seconds: float = 0.0
    """Most time for one document, 0 for no limit; see ``pool``."""
    owner: str = "0"
    """Marks temporary files, so that only who made them clears them away."""


@dataclass(frozen=True)
class Task:
    """One split, and what earlier attempts at it have taught."""

    split: Split
    skip: Mapping[int, str] = field(default_factory=dict)
    """Documents that are not scored again, by position, and why."""
    alone: tuple[int, int] = (0, 0)
    """Documents of which one brought a worker down: these are scored one by one."""
    most: int | None = None
    """No more rows than these."""


@dataclass(frozen=True)
class Done:
    """What is told of a split that is committed."""

    unit: int
    key: str
    rows: int
    errors: int
    size: int
    quarantined: int = 0
    warned: int = 0
    """Rows that were scored with a warning, such as that bytes were replaced."""
    warning: str = ""
    """The first of these warnings, with its place."""


def score_split(task: Task, job: Job, announce: Announce | None = None) -> Done:
    """Score the documents of a split, write its part, and say what was done.

    Parameters
    ----------
    task : Task
    job : Job
    announce : callable, optional
        Called with the documents that come next, so that whoever watches knows which one was being
        scored when the process died.

    Raises
    ------
    InputError
        Where the part cannot be written, or a document lacks a column that a scorer needs.
    """
    part = Part(job.with_text, job.float32)
    errors = left = warned = 0
    warning = ""
    for scored in _batches(task, job, announce or (lambda first, end: None)):
        batch = scored if task.most is None else _first(scored, task.most - left)
        part.add(batch)
        left += len(batch.documents)
        errors += sum(bool(d.problem) for d in batch.documents)
        told = [d for d in batch.documents if d.warning and not d.problem]
        warned += len(told)
        if told and not warning:
            warning = f"{told[0].place}: {told[0].warning}"
        if task.most is not None and left >= task.most:
            break
    nothing = dict(zip(job.scorers, planner.run(_scorers(job), _no_rows(job)), strict=True))
    split = task.split
    footer = {
        "split": split.to_dict(),
        "rows": left,
        "errors": errors,
        "warned": warned,
        "warning": warning,
        "signature": job.signature,
        "signatures": {name: scorer.signature for name, scorer in job.scorers.items()},
        "input": split.fingerprint,
    }
    name = part_name(split, job.signature)
    write_part(places.join(job.folder, name), part.table(nothing), footer, owner=job.owner)
    skipped = len(task.skip)
    return Done(split.unit, split.key, left, errors, split.size, skipped, warned, warning)


def _scorers(job: Job) -> tuple[Scorer, ...]:
    return tuple(job.scorers.values())


def _no_rows(job: Job) -> Any:
    from qualmetrics.core import References, Rows

    names = {name for scorer in job.scorers.values() for name in scorer.spec.columns}
    return Rows((), References(()), {name: [] for name in names})


def _first(batch: ScoredBatch, n: int) -> ScoredBatch:
    if len(batch.documents) <= n:
        return batch
    scores = {name: one.take(range(n)) for name, one in batch.scores.items()}  # type: ignore[arg-type]
    return ScoredBatch(batch.documents[:n], scores)


# -- batches --------------------------------------------------------------------------------------


def _batches(task: Task, job: Job, announce: Announce) -> Iterator[ScoredBatch]:
    stream = enumerate(documents(task.split, job.reading))
    watch = _Watch(job.seconds)
    first = 0
    while True:
        single = task.alone[0] <= first < task.alone[1]
        announce(first, first + 1 if single else 0)
        with watch:
            until = task.alone[0] if first < task.alone[0] else 0
            taken = list(_taken(stream, 1 if single else _room(first, until)))
            if not taken:
                return
            end = taken[-1][0] + 1
            if not single:
                announce(first, end)
            watch.extend(sum(len(d.text or "") for _, d in taken))
            scored = score_batch(_rows(taken, task, job), job.scorers)
        yield scored
        first = end


def _room(first: int, until: int) -> int:
    """Return how many documents fit: what is scored alone is in no batch with others."""
    return min(BATCH_DOCUMENTS, until - first) if until else BATCH_DOCUMENTS


def _taken(stream: Iterator[tuple[int, Document]], most: int) -> Iterator[tuple[int, Document]]:
    size = 0
    for i, document in islice(stream, most):
        yield i, document
        size += len(document.text or "")
        if size >= BATCH_CHARACTERS:
            return


def _rows(taken: Sequence[tuple[int, Document]], task: Task, job: Job) -> list[Document]:
    """Return what is scored of some documents: most often these, as they are."""
    form = task.split.form
    whole = job.sample >= 1 and job.level == "document" and not task.skip
    plain = form != "text" and job.reading.markup_of("", form) == "none"
    if whole and plain and job.completion is None:
        return [document for _, document in taken]
    return [one for i, document in taken for one in _read(i, document, task, job)]


def _read(i: int, document: Document, task: Task, job: Job) -> Iterator[Document]:
    if i in task.skip:
        yield replace(document, text=None, problem=task.skip[i])
        return
    markup = job.reading.markup_of(document.path, task.split.form)
    try:
        read = completed(as_prose(document, markup), job.completion)
    except Exception as error:  # a text that the reader of its markup cannot take
        yield replace(document, text=None, problem=f"cannot be read as {markup}: {error}")
        return
    if job.sample >= 1 or is_drawn(read, job.sample):
        yield from units(read, job.level)


# -- time -----------------------------------------------------------------------------------------

FIRST_PACE = 2e-6
"""Seconds a character, until this process has learnt what its scorers take."""


@dataclass
class _Pace:
    """What this process has learnt."""

    seconds: float = 0.0
    characters: int = 0

    def expected(self, characters: int) -> float:
        """Return how long a length should take."""
        pace = self.seconds / self.characters if self.characters else FIRST_PACE
        return pace * characters


_PACE = _Pace()


class _Watch:
    """Ends this process when a batch takes too long, also inside native code.

    A batch may take the limit for one document, and three times what its length leads to expect.
    The signal is left to its default, which is to end the process at once: no exception could get
    out of a model that computes, and none could leave a cache half written.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds if hasattr(signal, "setitimer") else 0.0
        self.size, self.began = 0, 0.0

    def __enter__(self) -> None:
        self.began = time.monotonic()
        self._set(self.seconds)

    def extend(self, size: int) -> None:
        """Allow for the length of what was read."""
        self.size = size
        self._set(self.seconds + 3 * _PACE.expected(size))

    def __exit__(self, *_: object) -> None:
        self._set(0.0)
        _PACE.seconds += time.monotonic() - self.began
        _PACE.characters += self.size

    def _set(self, seconds: float) -> None:
        if self.seconds:
            signal.setitimer(signal.ITIMER_REAL, seconds)


__all__ = ["Done", "Job", "Task", "score_split"]
