"""The local engine: worker processes that may hang, crash or be killed without losing a row.

What is known of a worker that died is which documents it was at. Its split is tried again with
those scored one by one; the document that ends a worker by itself is left out of the next attempt,
with status *error* and the reason. A worker that someone else killed is no evidence, unless it is
killed at the same document twice.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Any

from qualmetrics.corpus.worker import BATCH_DOCUMENTS, Done, Job, Task, score_split
from qualmetrics.errors import QualmetricsError

MOST_DEATHS = 3
"""So often may a split end its worker without our learning more about which document does it."""

MOST_KILLS = 20
"""The same, where something else killed it, such as a machine short of memory."""


class WorkerError(QualmetricsError, RuntimeError):
    """A worker could not start, or could not go on."""


# -- inside ---------------------------------------------------------------------------------------


def _work(connection: Connection, pickled: bytes) -> None:
    """Score tasks until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the whole group: the parent decides
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        job: Job = pickle.loads(pickled)  # noqa: S301 - from our own parent process
        connection.send(("ready", None))
        while True:
            task = connection.recv()
            done = score_split(task, job, lambda *at: connection.send(("at", at)))
            connection.send(("done", done))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone: what was committed stays
    except QualmetricsError as error:
        connection.send(("failed", str(error)))
    except Exception as error:
        import traceback

        connection.send(("failed", f"{type(error).__name__}: {error}\n{traceback.format_exc()}"))


# -- outside --------------------------------------------------------------------------------------


@dataclass
class _Held:
    """A worker process, and what is known of the task that it has."""

    process: Any
    connection: Connection
    ready: bool = False
    tried: _Tried | None = None
    at: tuple[int, int] = (0, 0)


@dataclass
class _Tried:
    """A task, and how often it brought a worker down at which document."""

    task: Task
    deaths: int = 0
    killed: dict[int, int] = field(default_factory=dict)


class Pool:
    """Worker processes, each with one split at a time; one more for each waits, read and ready."""

    def __init__(self, job: Job, workers: int) -> None:
        self.pickled = pickle.dumps(job)
        self.seconds = job.seconds
        self.workers = workers
        self.context = multiprocessing.get_context("spawn")
        self.held: list[_Held] = []
        self.bad_starts = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for held in self.held:
            held.connection.close()
            held.process.kill()
        for held in self.held:
            held.process.join()

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield what was done, in the order in which it is done.

        Raises
        ------
        WorkerError
            Where workers cannot start, or a part cannot be written; what is committed stays.
        """
        source, waiting = iter(tasks), deque[_Tried]()
        more = True
        while True:
            while more and len(waiting) < self.workers:
                task = next(source, None)
                more = task is not None
                if task is not None:
                    waiting.append(_Tried(task))
            busy = any(held.tried for held in self.held)
            if not waiting and not busy:
                return
            self._hand_out(waiting)
            yield from self._listen(waiting)

    def _hand_out(self, waiting: deque[_Tried]) -> None:
        wanted = min(self.workers, len(waiting) + sum(held.tried is not None for held in self.held))
        while len(self.held) < wanted:
            self.held.append(self._start())
        for held in self.held:
            if held.ready and held.tried is None and waiting:
                held.tried, held.at = waiting.popleft(), (0, 0)
                with suppress(OSError):  # it is dead, and will be found so
                    held.connection.send(held.tried.task)

    def _start(self) -> _Held:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=_work, args=(theirs, self.pickled), daemon=True)
        with _one_thread(self.workers):
            process.start()
        theirs.close()
        return _Held(process, ours)

    def _listen(self, waiting: deque[_Tried]) -> Iterator[Done]:
        heard = set(wait([held.connection for held in self.held]))
        for held in [held for held in self.held if held.connection in heard]:
            try:
                kind, what = held.connection.recv()
            except (EOFError, OSError):
                self._bury(held, waiting)
                continue
            if kind == "at":
                held.at = what
            elif kind == "ready":
                held.ready, self.bad_starts = True, 0
            elif kind == "failed":
                raise WorkerError(what)
            else:
                held.tried = None
                yield what

    def _bury(self, held: _Held, waiting: deque[_Tried]) -> None:
        held.connection.close()
        held.process.join()
        self.held.remove(held)
        if not held.ready:
            self.bad_starts += 1
            if self.bad_starts >= MOST_DEATHS:
                raise WorkerError(
                    "workers end before they have started. A script that scores a corpus needs "
                    "its call under: if __name__ == '__main__':"
                )
        if held.tried is not None:
            waiting.appendleft(self._again(held.tried, held.at, held.process.exitcode))

    def _again(self, tried: _Tried, at: tuple[int, int], code: int | None) -> _Tried:
        """Return what is tried next, after a worker died at some documents."""
        first, end = at
        alone = end - first == 1
        if alone:
            tried.killed[first] = tried.killed.get(first, 0) + 1
            foreign = code == -signal.SIGKILL and tried.killed[first] < 2
            if foreign:
                return tried
            skip = {**tried.task.skip, first: _cause(code, self.seconds)}
            tried.task = replace(tried.task, skip=skip, alone=(first + 1, tried.task.alone[1]))
            return tried
        tried.deaths += 1
        tried.task = replace(tried.task, alone=(first, end or first + BATCH_DOCUMENTS))
        if tried.deaths > (MOST_KILLS if code == -signal.SIGKILL else MOST_DEATHS):
            raise WorkerError(
                f"{', '.join(tried.task.split.paths)[:200]}: workers die again and again "
                f"(exit code {code}) before a document can be blamed; leave the file out"
            )
        return tried


def _cause(code: int | None, seconds: float) -> str:
    if hasattr(signal, "SIGALRM") and code == -signal.SIGALRM:
        return f"took longer than {seconds:g} seconds and was left out"
    if code is not None and code < 0:
        names: Mapping[int, str] = {int(s): s.name for s in signal.Signals}
        return f"ended its worker ({names.get(-code, -code)}) and was left out"
    return f"ended its worker (exit code {code}) and was left out"


class _one_thread:  # noqa: N801 - reads as what it does
    """While workers start: libraries that compute in threads share the cores among workers."""

    NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

    def __init__(self, workers: int) -> None:
        self.threads = str(max(1, (os.cpu_count() or 1) // max(1, workers)))
        self.before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        self.before = {name: os.environ.get(name) for name in self.NAMES}
        for name, value in self.before.items():
            if value is None:
                os.environ[name] = self.threads

    def __exit__(self, *_: object) -> None:
        for name, value in self.before.items():
            if value is None:
                os.environ.pop(name, None)
