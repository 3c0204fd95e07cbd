"""The distributed engine: Ray Data over descriptions of splits, the same work and the same parts.

Only descriptions of splits and a line of figures for each cross the object store, never a text.
What is committed is known by the files in the run's folder, so a driver that dies loses nothing:
the same call goes on. The folder must be one that all machines see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus.runs import Run, Tally, is_finished, job_of, pieces
from qualmetrics.corpus.splits import Split
from qualmetrics.corpus.worker import Done, Job, Task, score_split
from qualmetrics.errors import MissingExtraError


def work(
    run: Run,
    scorers: Mapping[str, Scorer],
    *,
    workers: int = 1,
    shard: tuple[int, int] = (0, 1),
    seconds: float = 0.0,
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
        Not used: nothing ends a text that hangs, and Ray starts an actor that dies again.
    gpus : float
        Share of a GPU for each actor.
    """
    ray = _ray()
    if not ray.is_initialized():
        ray.init(num_cpus=max(workers, 1), include_dashboard=False, log_to_driver=False)
    done, tally = run.committed(), tally or Tally()
    units: list[dict[str, Any]] = []
    for split in run.splits:
        if split.unit % shard[1] != shard[0]:
            continue
        if is_finished(run, split, done):
            tally.skipped += 1
        else:
            units.append({"split": split.to_dict()})
    if not units:
        return
    units.sort(key=lambda unit: -unit["split"]["size"])  # no long one is left for the end
    actors = max(1, min(workers, len(units)))
    job = job_of(run, scorers, seconds=0.0, owner=f"{shard[0]}of{shard[1]}")
    rows = ray.data.from_items(units, override_num_blocks=len(units)).map_batches(
        ShardScorer,
        fn_constructor_args=(replace(run, splits=(), about={}), job),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=2),
        num_cpus=1,
        num_gpus=gpus,
    )
    for row in rows.iter_rows():
        yield Done(**row)


class ShardScorer:
    """What one actor is: the scorers, loaded once."""

    def __init__(self, run: Run, job: Job) -> None:
        self.run, self.job = run, job

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Score and commit the splits of a batch; return a row of figures for each part."""
        done: list[dict[str, Any]] = []
        for data in batch["split"]:
            split = Split.from_dict({**data, "paths": tuple(data["paths"])})
            left = pieces(self.run, split, self.run.committed())
            done += [asdict(score_split(Task(piece), self.job)) for piece in left]
        names = Done.__dataclass_fields__
        return {name: [row[name] for row in done] for name in names}


def _ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("ray", "ray", "the engine ray") from None
    return ray
