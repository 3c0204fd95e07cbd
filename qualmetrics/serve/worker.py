"""A process that scores: the loop inside it, and the handle by which the server holds it.

Scoring has a process of its own so that it never holds up the event loop, and so that a crash in a
native library ends that process and not the server.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, Protocol

from qualmetrics.core import Scorer
from qualmetrics.errors import QualmetricsError
from qualmetrics.serve.catalogue import Catalogue

START_SECONDS = 300.0
"""How long a worker may take to load its models."""


class WorkerDied(Exception):  # noqa: N818 - what happened, as the caller reads it
    """The process ended, or was ended because it hung, before it answered."""


class WorkerFailed(Exception):  # noqa: N818 - what happened, as the caller reads it
    """The process could not load what it should serve."""


class Runnable(Protocol):
    """What is sent to a worker: a plain value."""

    def run(self, scorers: Mapping[str, Scorer]) -> Any:
        """Do the work there."""


# -- inside the process ---------------------------------------------------------------------------


def work(connection: Connection, catalogue: Catalogue) -> None:
    """Answer tasks until the other end closes."""
    for name in ("SIGINT", "SIGTERM"):  # sent to the whole group: the server decides when to end
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    logging.getLogger("qualmetrics").addFilter(_without_texts)
    try:
        scorers = catalogue.load()
        _warm(scorers)
    except Exception as error:
        detail = str(error) if isinstance(error, QualmetricsError) else type(error).__name__
        connection.send((False, detail))
        return
    connection.send((True, None))
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        try:
            answer: Any = (True, task.run(scorers))
        except Exception as error:  # what was told by no outcome: a defect of this package
            answer = (False, type(error).__name__)
        connection.send(answer)


def _warm(scorers: Mapping[str, Scorer]) -> None:
    """Score one text with each, so that models are loaded before the first request."""
    for scorer in scorers.values():
        columns = {name: [None] for name in scorer.spec.columns}
        try:
            scorer(["The boat crossed the bay."], [["The boat left."]], columns=columns)
        except QualmetricsError:
            raise
        except Exception as error:  # a column of another type, or a scorer that fails: not now
            kind = type(error).__name__
            logging.getLogger("qualmetrics.serve").warning("%s: %s", scorer.spec.name, kind)


def _without_texts(record: logging.LogRecord) -> bool:
    """Keep texts out of logs: what the planner says of a failing row quotes it."""
    if record.name == "qualmetrics" and record.args:
        error = record.exc_info[1] if record.exc_info else None
        record.msg = f"an input failed on a row: {type(error).__name__}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


# -- outside --------------------------------------------------------------------------------------


class Worker:
    """Holds one process; used by one thread at a time."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._process: Any = None
        self._connection: Any = None

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        """Start a process and wait until it has loaded everything.

        Raises
        ------
        WorkerFailed
            With the reason.
        """
        self.kill()
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, self.catalogue), daemon=True)
        self._process.start()
        theirs.close()
        try:
            good, detail = self._receive(START_SECONDS)
        except WorkerDied:
            raise WorkerFailed("it ended while it loaded the scorers") from None
        if not good:
            self.kill()
            raise WorkerFailed(detail)

    def run(self, task: Runnable, patience: float) -> Any:
        """Return what a task gives.

        Raises
        ------
        WorkerDied
            When the process ended, or did not answer in time and was ended.
        """
        try:
            self._connection.send(task)
        except OSError:
            self.kill()
            raise WorkerDied from None
        good, answer = self._receive(patience)
        if not good:
            raise RuntimeError(f"a worker failed: {answer}")
        return answer

    def _receive(self, patience: float) -> tuple[bool, Any]:
        """Wait for an answer, looking now and then whether the process is still there."""
        end = time.monotonic() + patience
        try:
            while not self._connection.poll(min(0.5, max(0.0, end - time.monotonic()))):
                if time.monotonic() >= end or not self._process.is_alive():
                    raise WorkerDied
            good, answer = self._connection.recv()
        except (OSError, EOFError, WorkerDied):
            self.kill()
            raise WorkerDied from None
        return bool(good), answer

    def end(self) -> None:
        """End the process from another thread; the one that waits for it finds it gone."""
        process = self._process
        if process is not None:
            process.kill()

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._connection = self._process = None

    def close(self) -> None:
        """Let the process end by itself; it has nothing left to do."""
        if self._connection is not None:
            self._connection.close()
            self._process.join(5)
        self.kill()
