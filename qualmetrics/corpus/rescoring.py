"""Scores a run again from its input, beside it, and says where what it holds is not what comes out.

The same split function writes the same parts into a folder that is thrown away, so that what is
compared is the whole way from the bytes of the input to the numbers in the file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Recipe, Scorer, allowed_factories
from qualmetrics.corpus import places
from qualmetrics.corpus.commit import read_part
from qualmetrics.corpus.languages import by_column
from qualmetrics.corpus.pool import Pool
from qualmetrics.corpus.readers import STDIN
from qualmetrics.corpus.runs import Run, input_of, job_of
from qualmetrics.corpus.scoring import output_keys
from qualmetrics.corpus.splits import Split, chunks
from qualmetrics.corpus.states import parts
from qualmetrics.corpus.worker import Task, score_split
from qualmetrics.errors import InputError, QualmetricsError

LEFT_OUT = "not drawn"
"""What stands beside rows that are not scored again; nobody sees it."""

FLOAT32 = 1e-6
"""How far a value may be off, as a share of itself, where it was stored as float32."""


@dataclass(frozen=True)
class Compared:
    """One part, scored again."""

    rows: int
    """Rows that were scored again."""
    differences: tuple[str, ...]
    """What is not as it was, a line each."""


def scorers_of(run: Run) -> dict[str, Scorer]:
    """Make the scorers of a run again, from what it says of them.

    Raises
    ------
    InputError
        Where that is not enough, or makes another scorer: another version, other resources.
    """
    return {name: _scorer(name, about["recipe"]) for name, about in run.about["scorers"].items()}


def _scorer(name: str, recipe: Mapping[str, Any] | None) -> Scorer:
    if recipe is None:
        raise InputError(
            f"{name} cannot be scored again: the run does not say how it is made. It was scored in "
            "Python with a scorer that has no recipe (docs/contract.md); leave out --full"
        )
    try:
        made = Recipe(**recipe)
        if made.factory in allowed_factories():
            return made.build()
    except (QualmetricsError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise InputError(
            f"{name} cannot be scored again: {error}. {_came_from(recipe)}; put back what it was "
            "made from, or score the input again into another folder: -o DIR"
        ) from None
    package = str(made.factory).partition(":")[0].partition(".")[0]
    raise InputError(
        f"{name} cannot be scored again: it came from the package {package!r}, which is not an "
        "installed plug-in of qualmetrics. Install the plug-in that made it, if you trust it "
        "(qualmetrics list then shows its scorers), or leave out --full"
    )


def _came_from(recipe: Mapping[str, Any]) -> str:
    """Return which option a recipe came from, as it was typed."""
    factory, given = _plain(recipe).get("factory"), _plain(_plain(recipe).get("arguments"))
    if factory == "qualmetrics.onnx:load":
        return "It came from a bundle folder (-m, --bundle)"
    if str(factory).startswith("qualmetrics.reward."):
        return "It came from a reward (--reward)"
    what = given.pop("name", None) or given.pop("column", None)
    told = ""
    if factory == f"{by_column.__module__}:{by_column.__name__}":
        told, given = " --lang-field", _plain(given.get("parameters"))
    if what is None:
        return "run.json was changed, or another version wrote it"
    for key, value in given.items():
        told += f" --{key} {value}" if key in ("lang", "rules") else f" --with {key}={value}"
    return f"It came from -m {what}{told}"


def _plain(data: Any) -> dict[str, Any]:
    """Return a mapping as it is in ``run.json``; empty where it is something else."""
    return dict(data) if isinstance(data, Mapping) else {}


def rescore(
    run: Run, *, sample: int | None = None, workers: int = 1, seconds: float = 10.0
) -> Iterator[Compared]:
    """Score what is done of a run again, and yield each part, compared.

    Parameters
    ----------
    run : Run
    sample : int, optional
        Only about so many rows, always the same: single documents, or where a row is a piece of
        one, or drawn, whole parts.
    workers : int
        Processes; 0 scores in this one.
    seconds : float
        Longest time for one document; see ``runs.work``.

    Raises
    ------
    InputError
        Where the scorers cannot be made again, or the input is not what it was. What was piped in
        is read from standard input again, unless that is a terminal.
    """
    if STDIN in run.files and (sys.stdin is None or sys.stdin.isatty()):
        raise InputError(_piped(run))
    scorers = scorers_of(run)
    footers = {split.key: footer for split, footer in parts(run) if footer is not None}
    chosen = _chosen(run, {key: footer["rows"] for key, footer in footers.items()}, sample)
    with TemporaryDirectory(prefix="qualmetrics-verify-") as folder:
        job = replace(
            job_of(run, scorers, seconds=seconds if workers else 0.0),
            folder=folder,
            with_text=False,
        )
        tasks = _tasks(run, chosen, footers)
        if workers:
            with Pool(job, workers) as pool:
                for done in pool.run(tasks):
                    yield _compared(run, scorers, Path(folder), done.key, chosen[done.key])
        else:
            for task in tasks:
                done = score_split(task, job)
                yield _compared(run, scorers, Path(folder), done.key, chosen[done.key])


Rows = NDArray[np.intp]


def _chosen(run: Run, rows: Mapping[str, int], sample: int | None) -> dict[str, Rows | None]:
    """Return the parts that are scored again; which rows of each, or None for all."""
    total = sum(rows.values())
    if sample is None or sample >= total:
        return dict.fromkeys(rows)
    draw = np.random.default_rng(0)
    keys, sizes = list(rows), np.array(list(rows.values()))
    if run.settings.level == "document" and run.settings.sample >= 1:
        drawn = np.sort(draw.choice(total, size=sample, replace=False))
        ends = np.cumsum(sizes)
        owner = np.searchsorted(ends, drawn, side="right")
        firsts = ends - sizes
        return {keys[k]: drawn[owner == k] - firsts[k] for k in np.unique(owner).tolist()}
    order = draw.permutation(len(keys))
    enough = int(np.searchsorted(np.cumsum(sizes[order]), sample)) + 1
    return {keys[k]: None for k in sorted(order[:enough].tolist())}


def _tasks(
    run: Run, chosen: Mapping[str, Rows | None], footers: Mapping[str, Mapping[str, Any]]
) -> Iterator[Task]:
    for split in _pieces(run, chosen, footers):
        rows, n = chosen[split.key], footers[split.key]["rows"]
        skip = {} if rows is None else dict.fromkeys(set(range(n)) - set(rows.tolist()), LEFT_OUT)
        yield Task(split, skip, most=None if run.settings.limit is None else n)


def _pieces(
    run: Run, chosen: Mapping[str, Rows | None], footers: Mapping[str, Mapping[str, Any]]
) -> Iterator[Split]:
    for split in input_of(run):
        if not split.stream:
            yield from (split,) if split.key in chosen else ()
            continue
        left = {key for key in chosen if key.startswith(f"{split.file:06d}-")}
        for piece in chunks(split, run.split_bytes, run.settings.reading) if left else ():
            if split.paths == (STDIN,) and piece.key in footers:
                _check_piped(run, piece, footers[piece.key])
            if piece.key in left:
                left.remove(piece.key)
                yield piece
            if not left:
                break
        if left and split.paths == (STDIN,):
            raise InputError(_other(run))


def _check_piped(run: Run, piece: Split, footer: Mapping[str, Any]) -> None:
    """Refuse what is piped in now where it is not what was piped in then."""
    if footer["input"] == piece.fingerprint:
        return
    if not piece.size:
        raise InputError(_piped(run))
    raise InputError(_other(run))


def _other(run: Run) -> str:
    return (
        f"what is piped in is not what the run in {run.folder} was made from; pipe the same input "
        "in again"
    )


def _piped(run: Run) -> str:
    return (
        f"the run in {run.folder} was piped in, and cannot be read again; pipe the same input in "
        f"once more: COMMAND | qualmetrics run verify {run.folder} --full"
    )


# -- comparing ------------------------------------------------------------------------------------


def _compared(
    run: Run, scorers: Mapping[str, Scorer], folder: Path, key: str, rows: Rows | None
) -> Compared:
    name = f"part-{key}-{run.signature[:8]}.parquet"
    stored, again = read_part(places.join(run.parts, name)), read_part(str(folder / name))
    (folder / name).unlink()
    if stored.num_rows != again.num_rows:
        line = (
            f"{name} holds {stored.num_rows:,} rows, and has {again.num_rows:,} when scored again"
        )
        return Compared(again.num_rows, (line,))
    index = np.arange(stored.num_rows) if rows is None else rows
    differences = []
    for column in again.column_names:
        if column not in stored.column_names:
            differences.append(f"{name} has no column {column}")
        elif column == "id" or column.endswith(".status"):
            differences += _words(stored, again, column, index)
    for metric, scorer in scorers.items():
        for column, _ in output_keys(metric, scorer.spec.outputs):
            if column in stored.column_names:
                slack = FLOAT32 if run.settings.float32 else scorer.spec.tolerance
                differences += _numbers(stored, again, column, index, slack)
    return Compared(len(index), tuple(differences))


def _words(stored: Any, again: Any, column: str, index: Rows) -> Iterator[str]:
    before, now = (table.column(column).to_pylist() for table in (stored, again))
    for i in index.tolist():
        if before[i] != now[i]:
            yield f"{_row(stored, i)}: {column} is {before[i]} in the run, and {now[i]} again"


def _numbers(stored: Any, again: Any, column: str, index: Rows, slack: float) -> Iterator[str]:
    before, now = (
        table.column(column).to_numpy(zero_copy_only=False).astype(np.float64)[index]
        for table in (stored, again)
    )
    far = np.abs(before - now) > slack * np.maximum(1.0, np.abs(now))
    for k in np.flatnonzero(far | (np.isnan(before) != np.isnan(now))).tolist():
        i = int(index[k])
        values = (_shown(float(side[k])) for side in (before, now))
        yield f"{_row(stored, i)}: {column} is {next(values)} in the run, and {next(values)} again"


def _shown(value: float) -> str:
    return "without a value" if np.isnan(value) else repr(value)


def _row(table: Any, i: int) -> str:
    name, path, line = (table.column(key)[i].as_py() for key in ("id", "path", "line"))
    place = path if line is None else f"{path}:{line}"
    return str(name) if str(name).startswith(path) else f"{place} ({name})"
