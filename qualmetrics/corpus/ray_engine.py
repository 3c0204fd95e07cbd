"""The distributed engine: Ray Data over descriptions of splits, the same work and the same parts.

Only descriptions of splits and a line of figures for each cross the object store, never a text.
What is committed is known by the files in the run's folder, so a driver that dies loses nothing:
the same call goes on. The folder must be one that all machines see.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus import places
from qualmetrics.corpus.pool import Pool, WorkerError
from qualmetrics.corpus.readers import STDIN
from qualmetrics.corpus.runs import Run, Tally, begin, is_finished, pieces
from qualmetrics.corpus.splits import Split
from qualmetrics.corpus.worker import Done, Job, Task
from qualmetrics.errors import InputError, MissingExtraError, QualmetricsError


def work(
    run: Run,
    scorers: Mapping[str, Scorer],
    *,
    workers: int = 1,
    shard: tuple[int, int] = (0, 1),
    seconds: float = 10.0,
    tally: Tally | None = None,
    gpus: float = 0.0,
) -> Iterator[Done]:
    """Score what is not done yet on a Ray cluster; see ``runs.work``.

    Parameters
    ----------
    run, scorers, shard, tally
        As for the local engine; the two may take turns in one folder.
    workers : int
        Actors, each with one processor.
    seconds : float
        Longest time for one document; 0 for none.
    gpus : float
        Share of a GPU for each actor.

    Raises
    ------
    InputError
        For a run of standard input, or with a limit of rows, which no cluster can share.
    WorkerError
        Where a part cannot be written, or Ray gives up; what is committed stays.
    """
    ray = _ray()
    _check(run)
    whole = replace(run, folder=places.absolute(run.folder, os.getcwd()))  # noqa: PTH109 - a string
    job = begin(whole, scorers, shard=shard, seconds=seconds)
    units = _units(run, shard, tally or Tally())
    if not units:
        return
    if not ray.is_initialized():
        _start(ray, workers)
    actors = max(1, min(workers, len(units)))
    rows = ray.data.from_items(units, override_num_blocks=len(units)).map_batches(
        ShardScorer,
        fn_constructor_args=(replace(whole, splits=(), about={}), job),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=2),
        num_cpus=1,
        num_gpus=gpus,
    )
    try:
        for row in rows.iter_rows():
            if problem := row.pop("problem"):
                raise WorkerError(problem)
            yield Done(**row)
    except ray.exceptions.RayError as error:
        raise WorkerError(f"Ray gave up: {error}. What is committed stays") from None


def _check(run: Run) -> None:
    if STDIN in run.files:
        raise InputError("standard input is read by one machine: leave out --engine ray")
    if run.settings.limit is not None:
        raise InputError("a limit of rows is kept by one process: leave out --engine ray")


def _units(run: Run, shard: tuple[int, int], tally: Tally) -> list[dict[str, Any]]:
    """Return the splits of a shard that are not done, longest first: none is left for the end."""
    done = run.committed()
    mine = [split for split in run.splits if split.unit % shard[1] == shard[0]]
    left = [split for split in mine if not is_finished(run, split, done)]
    tally.skipped += len(mine) - len(left)
    left.sort(key=lambda split: -split.size)
    return [{"split": split.to_dict(), "root": split.root} for split in left]


def _start(ray: Any, workers: int) -> None:
    """Start Ray on this machine, without its reports: progress is told by whoever called."""
    ray.init(
        num_cpus=max(workers, 1),
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


class ShardScorer:
    """What one actor is: a worker process of its own, so that a text can bring down only that."""

    def __init__(self, run: Run, job: Job) -> None:
        # What spawns a process imports its main program in it again: here Ray's, for seconds.
        vars(sys.modules["__main__"]).pop("__file__", None)
        self.run, self.job = run, job
        self.pool = Pool(job, 1)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Score and commit the splits of a batch; return a row of figures for each part.

        What goes wrong is a row as well, with the ``problem``.
        """
        found: list[dict[str, Any]] = []
        for data, root in zip(batch["split"], batch["root"], strict=True):
            split = replace(Split.from_dict(data), root=str(root))
            try:
                left = pieces(self.run, split, self.run.committed())
                done = self.pool.run(map(Task, left))
                found.extend({**asdict(one), "problem": ""} for one in done)
            except Exception as error:
                self.pool.__exit__()
                self.pool = Pool(self.job, 1)
                found.append({**_nothing(split), "problem": _told(error)})
        names = (*Done.__dataclass_fields__, "problem")
        return {name: [row[name] for row in found] for name in names}


def _nothing(split: Split) -> dict[str, Any]:
    return asdict(Done(split.unit, split.key, 0, 0, 0))


def _told(error: Exception) -> str:
    if isinstance(error, QualmetricsError):
        return str(error)
    return f"{type(error).__name__}: {error}\n{traceback.format_exc()}"


def _ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("ray", "ray", "the engine ray") from None
    return ray
