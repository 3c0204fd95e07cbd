"""One row a call, from many threads: rows that are asked for together are scored together.

verl, OpenRLHF and verifiers score one completion at a time, each in a thread or a task of its own.
Every process has one queue for all of them and one thread that scores. It takes what is there at
once, and waits for more only where several rows came together before, and never long: a caller who
is alone is not kept waiting.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qualmetrics.core import Rows, Scorer, Scores
from qualmetrics.reward.config import RewardConfig
from qualmetrics.reward.rows import Asked, Outcome, asked, complete, score_rows

ITEMS = 64
"""Rows of one batch, at most."""

CHARACTERS = 1_000_000
"""Characters of one batch; the first row always goes."""

WAIT = 0.005
"""Seconds that a batch waits for rows."""

Result = tuple[Scores, Exception | None]
"""The scores of one row, and what it raised."""


@dataclass(eq=False)
class _Job:
    scorer: Scorer
    row: Rows
    future: Future[Result] = field(default_factory=Future)

    @property
    def characters(self) -> int:
        several = self.row.references.rows if self.row.references is not None else ()
        return sum(map(len, self.row.texts)) + sum(len(text) for row in several for text in row)


class _Queue:
    """The rows of this process that wait, and the thread that scores them."""

    def __init__(self) -> None:
        self.jobs: deque[_Job] = deque()
        self.arrived = threading.Condition()
        self.thread: threading.Thread | None = None
        self.together = 1  # rows of the last batch: so many are worth a wait

    def put(self, job: _Job) -> None:
        """Queue a row; the first starts the thread."""
        with self.arrived:
            self.jobs.append(job)
            if self.thread is None:
                self.thread = threading.Thread(
                    target=self._serve, name="qualmetrics-micro-batch", daemon=True
                )
                self.thread.start()
            self.arrived.notify()

    def _serve(self) -> None:
        while True:
            _score(self._take())

    def _take(self) -> list[_Job]:
        """Return the next batch: rows of one scorer, oldest first, under the budgets."""
        with self.arrived:
            while not self.jobs:
                self.arrived.wait()
            end = time.monotonic() + WAIT
            while len(self.jobs) < self.together and (left := end - time.monotonic()) > 0:
                self.arrived.wait(left)
            batch: list[_Job] = []
            others: list[_Job] = []
            characters, full = 0, False
            for job in self.jobs:
                mine = job.scorer == self.jobs[0].scorer
                size = characters + job.characters
                full = full or len(batch) >= ITEMS or (mine and bool(batch) and size > CHARACTERS)
                if mine and not full:
                    characters = size
                    batch.append(job)
                else:
                    others.append(job)
            self.jobs = deque(others)
            self.together = min(len(batch), ITEMS)
            return batch


def _score(batch: list[_Job]) -> None:
    live = [job for job in batch if job.future.set_running_or_notify_cancel()]
    if not live:
        return
    try:
        scores, errors = score_rows(live[0].scorer, Rows.join([job.row for job in live]))
    except BaseException as error:
        # Not the fault of a row. Whoever waits must hear of it, and the thread must live on.
        for job in live:
            job.future.set_exception(error)
        return
    for i, job in enumerate(live):
        job.future.set_result((scores.take(np.array([i])), errors.get(i)))


_queue = _Queue()


def _after_fork() -> None:
    # The thread, and whoever waits for it, stayed in the parent.
    global _queue  # noqa: PLW0603 - a queue of another process is of no use
    _queue = _Queue()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def submit(scorer: Scorer, row: Rows) -> Future[Result]:
    """Queue one row; the future gives its scores, and what it raised.

    Parameters
    ----------
    scorer : Scorer
    row : Rows
        Checked, of length 1, with the columns that the scorer needs and no others.
    """
    job = _Job(scorer, row)
    _queue.put(job)
    return job.future


def reward_one(
    config: RewardConfig, completion: Any, prompt: Any, fields: Mapping[str, Any]
) -> Outcome:
    """Return what one completion is worth; rows of other threads are scored beside it.

    Parameters
    ----------
    config : RewardConfig
    completion, prompt : str, messages or None
    fields : mapping
        One cell each.

    Raises
    ------
    InputError
        For a field that the reward reads and that is not there.
    """
    ask = _ask(config, completion, prompt, fields)
    return _outcome(config, ask, _queued(config, ask).result())


async def reward_one_async(
    config: RewardConfig, completion: Any, prompt: Any, fields: Mapping[str, Any]
) -> Outcome:
    """Return the same without holding up the loop."""
    ask = _ask(config, completion, prompt, fields)
    return _outcome(config, ask, await asyncio.wrap_future(_queued(config, ask)))


def _ask(config: RewardConfig, completion: Any, prompt: Any, fields: Mapping[str, Any]) -> Asked:
    return asked(config, [completion], [prompt], {key: [cell] for key, cell in fields.items()})


def _queued(config: RewardConfig, ask: Asked) -> Future[Result]:
    if len(ask.rows):
        return submit(config.scorer, ask.rows)
    done: Future[Result] = Future()
    done.set_result((score_rows(config.scorer, ask.rows)[0], None))
    return done


def _outcome(config: RewardConfig, ask: Asked, result: Result) -> Outcome:
    scores, error = result
    return complete(config, ask, scores, {} if error is None else {0: error})
