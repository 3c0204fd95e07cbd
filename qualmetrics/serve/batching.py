"""One bounded queue in front of the workers, and the batches that are cut from it.

A batch holds requests that ask for the same scorers, oldest first, under a budget of texts and
characters. An idle worker takes what is there at once; a batch waits for more (``batch_wait``) only
where several requests came together before, so a single client is never kept waiting.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from qualmetrics.core import Rows, Scorer
from qualmetrics.serve.metrics import Meters
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.settings import Settings
from qualmetrics.serve.tasks import (
    Analysis,
    Failure,
    Outcome,
    Part,
    ScoreTask,
    apart_of,
    erroneous,
    glue,
)
from qualmetrics.serve.worker import Worker, WorkerDied, WorkerFailed

LONGEST_PAUSE = 30.0
"""Seconds between attempts to start a worker that cannot load."""

REMEMBERED = 256
"""Lanes whose last batch is remembered."""

log = logging.getLogger("qualmetrics.serve")


@dataclass(eq=False)
class Job:
    """One request in the queue; the future is answered once, by whoever is first."""

    lane: Any
    work: Rows | Analysis
    items: int
    characters: int
    arrived: float
    ends: float
    future: asyncio.Future[Any]
    waiting: bool = True


class Batcher:
    """Queues jobs, cuts batches, and keeps the workers alive."""

    def __init__(
        self, workers: Sequence[Worker], scorers: Mapping[str, Scorer], settings: Settings
    ) -> None:
        self.workers = workers
        self.scorers = scorers
        self.settings = settings
        self.meters = Meters()
        self.items = self.characters = 0
        self._apart = apart_of(scorers) if settings.exact else frozenset()
        self._lanes: dict[Any, deque[Job]] = {}
        self._last: dict[Any, int] = {}
        self._arrived = asyncio.Event()
        self._seconds_per_item = 0.001
        self._busy = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._threads = ThreadPoolExecutor(len(workers), thread_name_prefix="qualmetrics-worker")
        self._ready = 0

    # -- life -------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the workers; returns when each has loaded its scorers.

        Raises
        ------
        WorkerFailed
            When one cannot.
        """
        await asyncio.gather(*(self._thread(worker.start) for worker in self.workers))
        self._ready = len(self.workers)
        self._tasks = [asyncio.create_task(self._serve(worker)) for worker in self.workers]

    async def stop(self, grace: float = 10.0) -> None:
        """Finish what is queued, as far as it is done within ``grace`` seconds, and end."""
        end = self._now() + grace
        while (self._busy or self.items) and self._now() < end:
            await asyncio.sleep(0.01)
        hung = self._busy > 0
        self._ready = 0
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if hung:  # the thread that waits for a process returns when the process is gone
            for worker in self.workers:
                worker.end()
        for worker in self.workers:
            await self._thread(worker.close)
        self._threads.shutdown(wait=False)

    @property
    def ready(self) -> bool:
        """Whether a worker can take a batch."""
        return self._ready > 0

    # -- what handlers call -----------------------------------------------------------------------

    def score(self, names: tuple[str, ...], rows: Rows, seconds: float) -> asyncio.Future[Any]:
        """Queue rows; the future gives an ``Outcome``, or raises ``Refused``.

        Raises
        ------
        Refused
            When the queue is full.
        """
        lane = (names, rows.references is None, tuple(sorted(rows.columns)))
        return self._queue(lane, rows, max(1, len(rows)), _size(rows), seconds)

    def analyse(self, work: Analysis, seconds: float) -> asyncio.Future[Any]:
        """Queue an analysis, which shares its batch with nothing."""
        characters = len(work.text) + len(work.reference or "")
        return self._queue(object(), work, 1, characters, seconds)

    def _queue(
        self, lane: Any, work: Rows | Analysis, items: int, characters: int, seconds: float
    ) -> asyncio.Future[Any]:
        over = (
            self.items + items > self.settings.max_queue
            or self.characters + characters > self.settings.max_queue_characters
        )
        if over and self.items:  # an empty queue takes whatever the limits of a request let in
            self.meters.refused("queue")
            raise Refused(
                503, f"{self.items} texts are waiting already", retry_after=self.retry_after()
            )
        now = self._now()
        future = asyncio.get_running_loop().create_future()
        job = Job(lane, work, items, characters, now, now + seconds, future)
        timer = asyncio.get_running_loop().call_later(seconds, _expire, future, seconds)
        future.add_done_callback(partial(self._done, job, timer))
        self._lanes.setdefault(lane, deque()).append(job)
        self._count(items, characters)
        self._arrived.set()
        return future

    def retry_after(self) -> int:
        """Return in how many seconds the queue is likely to have room."""
        seconds = self.items * self._seconds_per_item / len(self.workers)
        return min(30, max(1, math.ceil(seconds)))

    def _done(self, job: Job, timer: asyncio.TimerHandle, _: object) -> None:
        timer.cancel()
        self._leave(job)

    def _leave(self, job: Job) -> None:
        if job.waiting:
            job.waiting = False
            self._count(-job.items, -job.characters)

    def _count(self, items: int, characters: int) -> None:
        self.items += items
        self.characters += characters
        self.meters.waiting(self.items)

    # -- batches ----------------------------------------------------------------------------------

    async def _take(self) -> list[Job]:
        """Return the jobs of the next batch; waits until there is one."""
        while True:
            lane = self._oldest()
            if lane is None:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._gather(lane)
            jobs = list(self._cut(lane))
            if jobs:
                return jobs

    def _oldest(self) -> Any:
        """Return the lane whose first job came first; lanes without a job are forgotten."""
        first: Job | None = None
        for lane, jobs in list(self._lanes.items()):
            while jobs and not jobs[0].waiting:  # cancelled, or past its deadline
                jobs.popleft()
            if not jobs:
                del self._lanes[lane]
            elif first is None or jobs[0].arrived < first.arrived:
                first = jobs[0]
        return None if first is None else first.lane

    async def _gather(self, lane: Any) -> None:
        """Wait for as many jobs as came together before, but not long."""
        hoped = self._last.get(lane, 1)
        if hoped < 2:
            return
        end = self._lanes[lane][0].arrived + self.settings.batch_wait
        while len(self._lanes.get(lane, ())) < hoped and (left := end - self._now()) > 0:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                return

    def _cut(self, lane: Any) -> Iterator[Job]:
        """Take jobs from a lane under the budgets; the first always goes."""
        jobs = self._lanes.get(lane, deque())
        items = characters = taken = 0
        while jobs:
            job = jobs[0]
            items, characters = items + job.items, characters + job.characters
            over = items > self.settings.batch_items or characters > self.settings.batch_characters
            if taken and over:
                break
            jobs.popleft()
            if not job.waiting:
                items, characters = items - job.items, characters - job.characters
                continue
            self._leave(job)
            taken += 1
            yield job
        if len(self._last) >= REMEMBERED:
            self._last.clear()
        if isinstance(lane, tuple):
            self._last[lane] = taken

    # -- workers ----------------------------------------------------------------------------------

    async def _serve(self, worker: Worker) -> None:
        while True:
            jobs = await self._take()
            self._busy += 1
            try:
                await self._run(worker, jobs)
            except Exception as error:  # whatever it was, the next batch is served
                log.error("a batch failed: %s", type(error).__name__)
                _answer(jobs, [Failure("scoring failed", defect=True)] * len(jobs))
            finally:
                self._busy -= 1

    async def _run(self, worker: Worker, jobs: Sequence[Job]) -> None:
        began = self._now()
        await self._revive(worker)
        try:
            outcomes = await self._thread(
                partial(worker.run, _task(jobs, self._apart), self.settings.patience)
            )
        except WorkerDied:
            log.error("a worker ended in a batch of %d requests; trying its rows singly", len(jobs))
            await self._revive(worker)
            for job in jobs:
                if not job.future.done():
                    _answer([job], [await self._singly(worker, job)])
            return
        _answer(jobs, outcomes)
        seconds, items = self._now() - began, sum(job.items for job in jobs)
        self._seconds_per_item += 0.1 * (seconds / items - self._seconds_per_item)
        self.meters.batch(items, seconds)

    async def _singly(self, worker: Worker, job: Job) -> Any:
        """Score a job's rows one at a time; a row that ends the worker again gets *error*."""
        if isinstance(job.work, Analysis):
            return Failure("the process that analysed this text ended", defect=True)
        names: tuple[str, ...] = job.lane[0]
        found: dict[str, list[Part]] = {name: [] for name in names}
        for i in range(len(job.work)):
            if job.future.done():
                return None
            row = job.work.take([i])
            outcome = await self._survive(worker, names, row)
            for name in names:
                one = outcome
                if one is None:  # this row ends the worker: which scorer is it?
                    alone = len(names) > 1
                    one = await self._survive(worker, (name,), row) if alone else None
                if isinstance(one, Failure):
                    return one
                found[name].append(erroneous(self.scorers[name]) if one is None else one[name])
        return {name: glue(parts) for name, parts in found.items() if parts}

    async def _survive(self, worker: Worker, names: tuple[str, ...], row: Rows) -> Outcome | None:
        """Score one row; None where it ends the worker, which is then started again."""
        task = ScoreTask(names, (row,))
        try:
            outcomes: list[Outcome] = await self._thread(
                partial(worker.run, task, self.settings.patience)
            )
        except WorkerDied:
            await self._revive(worker)
            return None
        return outcomes[0]

    async def _revive(self, worker: Worker) -> None:
        """Start a worker that is gone; try until it works, with growing pauses."""
        if worker.alive:
            return
        self._ready -= 1
        pause = 0.5
        while True:
            self.meters.restarted()
            try:
                await self._thread(worker.start)
            except WorkerFailed as error:
                log.error("a worker did not start: %s; again in %g s", error, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._ready += 1
                return

    def _thread(self, call: Any) -> Any:
        return asyncio.get_running_loop().run_in_executor(self._threads, call)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _task(jobs: Sequence[Job], apart: frozenset[str]) -> ScoreTask | Analysis:
    first = jobs[0]
    if isinstance(first.work, Analysis):
        return first.work
    requests = tuple(job.work for job in jobs if isinstance(job.work, Rows))
    return ScoreTask(first.lane[0], requests, apart)


def _answer(jobs: Sequence[Job], outcomes: Sequence[Any]) -> None:
    """Give each job its outcome; one that was cancelled or is past its deadline has gone."""
    for job, outcome in zip(jobs, outcomes, strict=True):
        if not job.future.done():
            job.future.set_result(outcome)


def _expire(future: asyncio.Future[Any], seconds: float) -> None:
    if not future.done():
        future.set_exception(Refused(504, f"not scored within {seconds:g} seconds"))


def _size(rows: Rows) -> int:
    """Return how many characters rows hold, references and columns of texts included."""
    size = sum(map(len, rows.texts))
    if rows.references is not None:
        size += sum(len(text) for several in rows.references.rows for text in several)
    for cells in rows.columns.values():
        size += sum(len(cell) for cell in cells if isinstance(cell, str))
    return size
