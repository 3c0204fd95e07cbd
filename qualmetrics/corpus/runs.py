"""Runs: a folder of parts that says what it was made from, and goes on where it was stopped.

::

    RUN/run.json            what is scored, how, and the signature of it all
    RUN/plan.jsonl          the splits, with the fingerprints of their files
    RUN/parts/part-*.parquet   one file a split, rows in the order of the input
    RUN/added/NAME/         metrics that were added later: a run of its own, row for row
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO

from qualmetrics.core import Scorer
from qualmetrics.corpus import places
from qualmetrics.corpus.commit import part_name, read_footer
from qualmetrics.corpus.readers import STDIN, Document, Reading, find
from qualmetrics.corpus.splits import SPLIT_BYTES, Split, chunks, documents, plan
from qualmetrics.corpus.units import check_selection
from qualmetrics.corpus.worker import Done, Job, Task, score_split
from qualmetrics.errors import InputError
from qualmetrics.reward.completion import Completion

SCHEMA = "qualmetrics-run/1"
FILES_LOOKED_AT, HEAD_BYTES = 3, 65_536
"""How much is looked at before a run is begun, for the fields that are asked for."""

READ_AS = {"markdown": "markdown/1", "html": "html/1", "auto": "auto(markdown/1,html/1)"}


@dataclass(frozen=True)
class Settings:
    """What a run depends on beside its scorers and its input."""

    reading: Reading = field(default_factory=Reading)
    level: str = "document"
    sample: float = 1.0
    limit: int | None = None
    with_text: bool = False
    float32: bool = False
    completion: Completion | None = None
    """What of a text is scored, where it is a model's output."""

    def __post_init__(self) -> None:
        check_selection(level=self.level, sample=self.sample, limit=self.limit)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Settings:
        """Read back what ``to_dict`` returned, and JSON made lists of."""
        completion = data["completion"] and Completion(**_tuples(data["completion"]))
        reading = Reading(**_tuples(data["reading"]))
        return cls(**{**data, "reading": reading, "completion": completion})


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with the tuples that JSON made lists of."""
    return {
        name: tuple(tuple(v) if isinstance(v, list) else v for v in value)
        if isinstance(value, list)
        else value
        for name, value in data.items()
    }


@dataclass(frozen=True)
class Run:
    """A run folder that is ready to be worked on, or to be read."""

    folder: str
    signature: str
    signatures: Mapping[str, str]
    settings: Settings
    files: tuple[str, ...]
    splits: tuple[Split, ...]
    split_bytes: int
    about: Mapping[str, Any] = field(default_factory=dict)
    """All of ``run.json``."""

    @property
    def parts(self) -> str:
        """Where the parts are."""
        return places.join(self.folder, "parts")

    def part(self, split: Split) -> str:
        """Return the path of a split's part."""
        return places.join(self.parts, part_name(split, self.signature))

    def committed(self) -> set[str]:
        """Return the keys of the splits that are done: the names of parts say so."""
        ending = f"-{self.signature[:8]}.parquet"
        names = places.listed(self.parts)
        return {
            name.removeprefix("part-").removesuffix(ending)
            for name in names
            if name.startswith("part-") and name.endswith(ending)
        }


def signature_of(scorers: Mapping[str, Scorer], settings: Settings) -> tuple[str, dict[str, str]]:
    """Return the digest of all that a run's numbers depend on, and the signature of each scorer."""
    signatures = {name: scorer.signature for name, scorer in scorers.items()}
    markup = READ_AS.get(settings.reading.markup, settings.reading.markup)
    whole = {"scorers": signatures, "settings": settings.to_dict(), "markup": markup}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest(), signatures


def start(
    paths: Sequence[str],
    folder: str,
    scorers: Mapping[str, Scorer],
    settings: Settings | None = None,
    *,
    split_bytes: int | None = None,
    resume: bool = False,
    new_run: bool = False,
    like: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Run:
    """Make a run folder, or open the one that is there to go on with it.

    Parameters
    ----------
    paths : files, folders, globs, URLs, or ``-``
    folder : str
        Of this machine, or a URL.
    scorers : mapping of column name -> Scorer
    settings : Settings
    split_bytes : int, optional
        See ``splits.plan``; a run that is there keeps its own.
    resume : bool
        Insist that a run is there.
    new_run : bool
        Throw away the run that is there.
    like : mapping, optional
        ``about`` of another run of the same files, which are called as they are there.
    asked : mapping, optional
        Options that the scorers were made with, as plain data: ``run.json`` keeps them for metrics
        that are added later. The signature of the run says nothing of them.

    Raises
    ------
    InputError
        Where there is nothing to read; where the folder holds something else, a run with other
        metrics or settings, or one of an input that has changed since; where it cannot be written.
    """
    begun = look(
        paths,
        folder,
        scorers,
        settings,
        split_bytes=split_bytes,
        resume=resume,
        new_run=new_run,
        like=like,
        asked=asked,
    )
    run = begun.run
    if begun.cleared:
        _clear(run.folder)
    if begun.fresh:
        _write_plan(run.folder, run.splits)
        _write_json(places.join(run.folder, "run.json"), run.about)
    return run


@dataclass(frozen=True)
class Begun:
    """What ``start`` would do."""

    run: Run
    fresh: bool
    """It would be written; else there is one to go on with."""
    cleared: bool
    """What is there would be thrown away."""


def look(
    paths: Sequence[str],
    folder: str,
    scorers: Mapping[str, Scorer],
    settings: Settings | None = None,
    *,
    split_bytes: int | None = None,
    resume: bool = False,
    new_run: bool = False,
    like: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Begun:
    """Check all that ``start`` checks, and say what it would do; nothing is written or removed.

    Raises
    ------
    InputError
        As ``start`` does.
    """
    settings, folder = settings or Settings(), places.plain(folder)
    found = find(paths)
    files = _not_of(folder, found.files)
    if not files:
        raise InputError("; ".join(problem for _, problem in found.problems) or "nothing to score")
    left = _parts_in(folder)  # looked at first: another shard writes run.json before any part
    there = _there(folder)
    cleared = new_run and (there is not None or bool(left))
    if cleared:
        there = None
    if resume and there is None:
        raise InputError(f"{folder} holds no run to go on with; leave out --resume to start one")
    if there is None and not cleared:
        _check_empty(folder, left)
    size, root = split_bytes, os.getcwd()  # noqa: PTH109 - a string, as paths are
    if there is not None:
        size = there["split_bytes"]
    if there or like:
        files, root = _as_there(files, there or like or {}, root)
    splits = plan(files, settings.reading, split_bytes=size, root=root)
    signature, signatures = signature_of(scorers, settings)
    about = {
        "schema": SCHEMA,
        "signature": signature,
        "input": _digest(splits),
        "signatures": signatures,
        "scorers": {name: _about(scorer) for name, scorer in scorers.items()},
        "settings": settings.to_dict(),
        "asked": None if asked is None else dict(asked),
        "files": list(files),
        "root": root,
        "split_bytes": size,
    }
    if there is None:
        _check_fields(splits, settings.reading)
    else:
        _check_same(folder, there, about, splits)
    chunk = size or SPLIT_BYTES
    run = Run(folder, signature, signatures, settings, files, tuple(splits), chunk, about)
    return Begun(run, there is None, cleared)


def open_run(folder: str) -> Run:
    """Open a run to look at it.

    Raises
    ------
    InputError
        Where the folder holds none.
    """
    folder = places.plain(folder)
    about = _there(folder)
    if about is None:
        if os.path.isfile(folder):  # noqa: PTH113 - a URL is none
            raise InputError(f"{folder} is a file, and no run: a run is a folder that score made")
        raise InputError(f"{folder} holds no run: there is no run.json in it")
    lines = places.read_bytes(places.join(folder, "plan.jsonl")).decode().splitlines()
    splits = (Split.from_dict(json.loads(line)) for line in lines)
    return Run(
        folder,
        about["signature"],
        about["signatures"],
        Settings.from_dict(about["settings"]),
        tuple(about["files"]),
        tuple(replace(split, root=about["root"]) for split in splits),
        about["split_bytes"] or SPLIT_BYTES,
        about,
    )


def _check_fields(splits: Sequence[Split], reading: Reading) -> None:
    """Refuse an input whose first files have no row with the fields that are asked for.

    Later files may have other fields: their rows are errors, and the others are scored.
    """
    heads = [split for split in splits if split.form != "text" and split.chunk == 0]
    found = [list(_first_rows(split, reading)) for split in heads[:FILES_LOOKED_AT]]
    rows = [document for documents in found for document in documents]
    if rows and all(document.problem.startswith("no field") for document in rows):
        raise InputError(f"{rows[0].path}: {rows[0].problem}")


def _first_rows(split: Split, reading: Reading) -> Iterator[Document]:
    if split.paths == (STDIN,):
        return iter(())  # what is read of it is gone
    head = next(chunks(split, HEAD_BYTES, reading)) if split.stream else split
    if split.form == "jsonl" and not split.stream:
        head = replace(split, stop=min(split.stop, HEAD_BYTES))
    return islice(documents(head, reading), 20)


def _as_there(
    files: Sequence[str], there: Mapping[str, Any], root: str
) -> tuple[tuple[str, ...], str]:
    """Return the names that a run has for its files, and their folder, where they are the same.

    The same names are the same files where the folder of both was moved, and other names are where
    the run is gone on with from another folder: rows are called after the names of the run.
    """
    names = tuple(there["files"])
    if list(names) == list(files):
        return names, root
    was = [places.absolute(name, there["root"]) for name in names]
    now = [places.absolute(path, root) for path in files]
    if places.whole(was) == places.whole(now):
        return names, str(there["root"])
    return tuple(files), root


def _root(run: Run) -> str:
    """Return the folder in which the files of a run are: where it was begun, or this one."""
    was, here = str(run.about["root"]), os.getcwd()  # noqa: PTH109
    for root in (was, here):
        if all(places.exists(places.absolute(path, root)) for path in run.files[:1]):
            return root
    return was


def _about(scorer: Scorer) -> dict[str, Any]:
    recipe = scorer.recipe.to_dict() if scorer.recipe else None
    return {"spec": scorer.spec.to_dict(), "recipe": recipe}


def _there(folder: str) -> dict[str, Any] | None:
    path = places.join(folder, "run.json")
    if not places.exists(path):
        return None
    try:
        about = json.loads(places.read_bytes(path))
        schema = about["schema"]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} cannot be read as the description of a run") from None
    if schema != SCHEMA:
        raise InputError(f"{path} is of schema {schema!r}; this version reads {SCHEMA!r}")
    return dict(about)


def _not_of(folder: str, files: Sequence[str]) -> tuple[str, ...]:
    """Leave out what a run in this folder wrote, also where it was killed before its run.json."""

    def whole(path: str) -> str:
        return path if places.is_remote(path) else os.path.abspath(path)  # noqa: PTH100 - may hold NUL

    own = tuple(whole(places.join(folder, name)) for name in ("parts", "added", "plan.jsonl"))
    inside = tuple(f"{name}{sign}" for name in own[:2] for sign in dict.fromkeys(("/", os.sep)))
    kept = (path for path in files if whole(path) != own[2] and not whole(path).startswith(inside))
    return tuple(kept)


def _parts_in(folder: str) -> list[str]:
    parts = places.join(folder, "parts")
    return [name for name in places.listed(parts) if name.startswith("part-")]


def _check_empty(folder: str, parts: Sequence[str]) -> None:
    if parts:
        raise InputError(
            f"{folder} holds parts, such as {parts[0]}, and no run.json that says what they were "
            "made from. Name another folder, or throw them away with --new-run"
        )
    names = [n for n in places.listed(folder) if not n.startswith(".") and n != "plan.jsonl"]
    if names and names != ["parts"]:
        raise InputError(
            f"{folder} is no run and not empty (it holds {names[0]!r}); name a new folder"
        )


def _check_same(
    folder: str, there: Mapping[str, Any], mine: Mapping[str, Any], splits: Sequence[Split]
) -> None:
    if there["signature"] != mine["signature"]:
        raise InputError(
            f"{folder} holds another run: {_difference(there, mine)}. Name another folder, or "
            "throw that run away with --new-run"
        )
    if there["input"] != mine["input"]:
        raise InputError(
            f"the input of the run in {folder} has changed: {_changed(folder, splits)}. Name "
            "another folder, or start again with --new-run"
        )


def _difference(there: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    for name in dict.fromkeys((*there["signatures"], *mine["signatures"])):
        before, now = (side["signatures"].get(name) for side in (there, mine))
        if before != now:
            return f"{name} was {before or 'not scored'}, and is {now or 'not scored'} now"
    settings = json.loads(json.dumps(mine["settings"]))
    for name, value in settings.items():
        before = there["settings"].get(name)
        if before != value and isinstance(value, dict) and isinstance(before, dict):
            key = next(k for k in value if value[k] != before.get(k))
            return f"{key} was {before.get(key)!r}, and is {value[key]!r} now"
        if before != value:
            return f"{name} was {before!r}, and is {value!r} now"
    return "columns are in another order"


def _changed(folder: str, splits: Sequence[Split]) -> str:
    lines = places.read_bytes(places.join(folder, "plan.jsonl")).decode().splitlines()
    before: dict[str, str] = {}
    for line in lines:
        old = Split.from_dict(json.loads(line))
        before |= dict.fromkeys(old.paths, old.fingerprint)
    now = {path: split.fingerprint for split in splits for path in split.paths}
    for path in dict.fromkeys((*before, *now)):
        if path not in now:
            return f"{path} is gone"
        if path not in before:
            return f"{path} is new"
        if before[path] != now[path]:
            return f"{path} is not what it was"
    return "it is cut in another way"


def _digest(splits: Sequence[Split]) -> str:
    digest = sha256()
    for split in splits:
        digest.update(json.dumps(split.to_dict(), sort_keys=True).encode())
    return digest.hexdigest()


def _write_json(path: str, data: Any) -> None:
    text = json.dumps(data, ensure_ascii=True, indent=1)
    places.write_atomically(path, _writing(text))


def _writing(text: str) -> Callable[[BinaryIO], None]:
    def write(stream: BinaryIO) -> None:
        stream.write(text.encode())

    return write


def _write_plan(folder: str, splits: Sequence[Split]) -> None:
    text = "".join(json.dumps(split.to_dict()) + "\n" for split in splits)
    path = places.join(folder, "plan.jsonl")
    places.write_atomically(path, _writing(text))


def _clear(folder: str) -> None:
    """Remove a run, and nothing that is not of it.

    What says what its parts are goes last: a call that is killed here leaves the same run, with
    fewer parts, and never parts that another run could take for its own.
    """
    added = places.join(folder, "added")
    for name in places.listed(added):
        _clear(places.join(added, name))
    parts = places.join(folder, "parts")
    for name in places.listed(parts):
        if name.startswith(("part-", places.TEMPORARY)):
            places.remove(places.join(parts, name))
    for name in ("run.json", "plan.jsonl"):
        places.remove(places.join(folder, name))
    for left in (parts, added, folder):
        places.remove_empty(left)


# -- work -----------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What has been done in this call."""

    splits: int = 0
    rows: int = 0
    errors: int = 0
    size: int = 0
    quarantined: int = 0
    skipped: int = 0
    """Splits that were done before."""
    warned: int = 0
    warning: str = ""
    """One of the warnings."""

    def add(self, done: Done) -> None:
        """Count a split."""
        self.splits += 1
        for item in ("rows", "errors", "size", "quarantined", "warned"):
            setattr(self, item, getattr(self, item) + getattr(done, item))
        self.warning = self.warning or done.warning


def shard_of(text: str) -> tuple[int, int]:
    """Read ``i/N``, ``i`` from 0.

    Raises
    ------
    InputError
        When it is anything else.
    """
    first, sign, second = text.partition("/")
    if not (sign and first.isdecimal() and second.isdecimal() and int(first) < int(second)):
        raise InputError(f"--shard takes i/N with i from 0 to N-1, such as 0/8; got {text!r}")
    return int(first), int(second)


def job_of(run: Run, scorers: Mapping[str, Scorer], *, seconds: float, owner: str = "0") -> Job:
    """Return what an engine hands to its workers."""
    s = run.settings
    return Job(
        dict(scorers),
        s.reading,
        run.parts,
        run.signature,
        level=s.level,
        sample=s.sample,
        with_text=s.with_text,
        float32=s.float32,
        completion=s.completion,
        seconds=seconds,
        owner=owner,
    )


def begin(
    run: Run, scorers: Mapping[str, Scorer], *, shard: tuple[int, int], seconds: float
) -> Job:
    """Clear away what this shard left half written, and return its job.

    Raises
    ------
    InputError
        Where the run was started with other scorers.
    """
    if run.signature != signature_of(scorers, run.settings)[0]:
        raise InputError(f"the run in {run.folder} was started with other scorers")
    owner = f"{shard[0]}of{shard[1]}"
    if not places.is_remote(run.parts):
        places.leave_no_temporaries(run.parts, owner, places.listed(run.parts))
    return job_of(run, scorers, seconds=seconds, owner=owner)


def todo(
    run: Run, tally: Tally | None = None, *, shard: tuple[int, int] = (0, 1)
) -> Iterator[Split]:
    """Yield the splits that are not done; streams are cut into chunks, with their bytes."""
    done = run.committed()
    for split in run.splits:
        if split.unit % shard[1] == shard[0]:
            yield from pieces(run, split, done, tally)


def pieces(
    run: Run, split: Split, done: Collection[str], tally: Tally | None = None
) -> Iterator[Split]:
    """Yield what is not done of a split: itself, or the chunks of a stream, with their bytes."""
    tally = tally or Tally()
    numbers = _chunks_of(split, done)
    if is_finished(run, split, done):
        tally.skipped += max(1, len(numbers)) if split.stream else 1
    elif not split.stream:
        yield split
    else:
        for chunk in chunks(split, run.split_bytes, run.settings.reading):
            if chunk.chunk not in numbers:
                yield chunk
                continue
            tally.skipped += 1
            if split.paths == (STDIN,):
                _check_piped(run, chunk)


def is_finished(run: Run, split: Split, done: Collection[str]) -> bool:
    """Tell whether a split is committed; of a stream, whether its last chunk is, and all before."""
    if not split.stream:
        return split.key in done
    numbers = _chunks_of(split, done)
    if split.paths == (STDIN,) or not numbers or numbers != set(range(len(numbers))):
        return False  # what is piped in is compared with what is there
    final = read_footer(run.part(replace(split, chunk=max(numbers))))
    return bool(final["split"]["last"])


def _chunks_of(split: Split, done: Collection[str]) -> set[int]:
    return {int(key[7:]) for key in done if key.startswith(f"{split.file:06d}-")}


def _check_piped(run: Run, chunk: Split) -> None:
    if read_footer(run.part(chunk))["input"] != chunk.fingerprint:
        raise InputError(
            f"what is piped in is not what the run in {run.folder} was made from. Name "
            "another folder, or start again with --new-run"
        )


def work(
    run: Run,
    scorers: Mapping[str, Scorer],
    *,
    workers: int = 1,
    shard: tuple[int, int] = (0, 1),
    seconds: float = 10.0,
    tally: Tally | None = None,
) -> Iterator[Done]:
    """Score what is not done yet, and yield each split as it is committed.

    Parameters
    ----------
    run : Run
        From ``start``.
    scorers : mapping of column name -> Scorer
        Those that the run was started with.
    workers : int
        Processes; 0 scores in this one, without a limit of time and unguarded against crashes.
    shard : (i, N)
        Only every N-th split, from the i-th; other jobs do the others, into the same folder.
    seconds : float
        Longest time for one document; 0 for none.
    tally : Tally, optional
        Told of splits that were done before.

    Raises
    ------
    QualmetricsError
        Where a part cannot be written; what is committed stays, and the same call goes on there.
    """
    from qualmetrics.corpus.pool import Pool

    job = begin(run, scorers, shard=shard, seconds=seconds if workers else 0.0)
    splits = todo(run, tally, shard=shard)
    if not workers:
        yield from _one_by_one(run, splits, lambda task: iter((score_split(task, job),)))
        return
    with Pool(job, 1 if run.settings.limit is not None else workers) as pool:
        if run.settings.limit is not None:
            yield from _one_by_one(run, splits, lambda task: pool.run((task,)))
        else:
            yield from pool.run(Task(split) for split in splits)


def _one_by_one(
    run: Run, splits: Iterator[Split], score: Callable[[Task], Iterator[Done]]
) -> Iterator[Done]:
    """Score one split after the other; with a limit, each must know how many rows were before."""
    if run.settings.limit is None:
        for split in splits:
            yield from score(Task(split))
        return
    left = run.settings.limit
    for key in run.committed():
        name = f"part-{key}-{run.signature[:8]}.parquet"
        left -= read_footer(places.join(run.parts, name))["rows"]
    for split in splits:
        if left <= 0:
            return
        for done in score(Task(split, most=left)):
            left -= done.rows
            yield done


# -- metrics that are added later -----------------------------------------------------------------


def added(run: Run) -> list[Run]:
    """Return the runs inside a run: metrics that were added to it, row for row."""
    folder = places.join(run.folder, "added")
    inner = [places.join(folder, name) for name in places.listed(folder)]
    return [open_run(path) for path in inner if places.exists(places.join(path, "run.json"))]


def start_added(
    run: Run, scorers: Mapping[str, Scorer], beside: Mapping[str, Any] | None = None
) -> Run:
    """Make or open, inside a finished run, the run of one more metric or several.

    ``beside`` is what of its ``Reading`` is another: where references and columns are.

    Raises
    ------
    InputError
        Where a metric is there already, or the input has changed since.
    """
    have = {*run.signatures, *(name for other in added(run) for name in other.signatures)}
    name = "+".join(scorers).replace("/", "_")
    folder = places.join(run.folder, "added", name)
    twice = sorted(have & scorers.keys())
    if twice and not places.exists(places.join(folder, "run.json")):
        raise InputError(f"the run in {run.folder} has {twice[0]} already")
    if STDIN in run.files:
        raise InputError(f"the run in {run.folder} was piped in, and cannot be read again")
    reading = replace(run.settings.reading, **(beside or {}))
    settings = replace(run.settings, reading=reading, with_text=False)
    files = [places.absolute(path, _root(run)) for path in run.files]
    size, like = run.about["split_bytes"], {**run.about, "root": _root(run)}
    made = start(files, folder, scorers, settings, split_bytes=size, like=like)
    if made.about["input"] != run.about["input"]:
        _clear(folder)
        raise InputError(
            f"the input of the run in {run.folder} has changed: {_changed(run.folder, made.splits)}"
        )
    return made


def input_of(run: Run) -> tuple[Split, ...]:
    """Return the splits of a run's input as it is now.

    Raises
    ------
    InputError
        Where it is not what it was when the run was made.
    """
    size, root = run.about["split_bytes"], _root(run)
    splits = plan(run.files, run.settings.reading, split_bytes=size, root=root)
    if _digest(splits) != run.about["input"]:
        raise InputError(
            f"the input of the run in {run.folder} has changed: {_changed(run.folder, splits)}"
        )
    return tuple(splits)
