"""``score -o DIR --format parquet`` and ``run``: a corpus scored into a folder of parts."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qualmetrics.cli import FAILED, GATE_FAILED, OK, STOPPED
from qualmetrics.cli.messages import fail, gate_failed, printable, warn, warn_of_repeated
from qualmetrics.cli.run_options import Options
from qualmetrics.core import Scorer, Status
from qualmetrics.corpus import runs, states
from qualmetrics.corpus.readers import Reading, find
from qualmetrics.errors import InputError
from qualmetrics.gates import CorpusGate, Gate, failures, parse_gate
from qualmetrics.registry import ALIASES

EVERY = 30.0
"""Seconds between lines of progress where standard error is no terminal."""

PROGRESS = ("auto", "json", "off")
SHOWN_GATES = 20


def score_corpus(
    paths: Sequence[str],
    folder: str,
    scorers: Mapping[str, Scorer],
    reading: Reading,
    options: Options,
    *,
    gates: Sequence[tuple[Gate | CorpusGate, str]] = (),
    quiet: bool = False,
) -> int:
    """Score into a folder and return the exit code."""
    _check(options)
    shard = runs.shard_of(options.shard)
    settings = runs.Settings(
        reading,
        level=options.level,
        sample=options.sample,
        limit=options.limit,
        with_text=options.with_text,
        float32=options.float32,
    )
    found = find(paths)
    missing = [problem for _, problem in found.problems]
    for problem in missing:
        fail(problem)
    if not found.files:
        return FAILED
    if not quiet:
        warn_of_repeated(found)
    how: dict[str, Any] = {"resume": options.resume, "new_run": options.new_run}
    if options.dry_run:
        _show_plan(runs.look(paths, folder, scorers, settings, **how), shard)
        return FAILED if missing else OK
    run = runs.start(paths, folder, scorers, settings, **how)
    code = _work(run, scorers, options, shard, quiet=quiet)
    if gates and not code:
        code = _hold(run, run, gates, options.shard)
    return FAILED if missing else code


def add_metrics(
    folder: str,
    scorers: Mapping[str, Scorer],
    options: Options,
    *,
    beside: Mapping[str, Any] | None = None,
    gates: Sequence[Gate | CorpusGate] = (),
    quiet: bool = False,
) -> int:
    """Score a finished run with one more metric, hold gates, and return the exit code.

    Gates may look at any metric of the run, and at those that are added. ``beside`` is what the
    reading of rows is told of references and columns.

    Raises
    ------
    InputError
        Where the run is not finished, or a gate names what it does not have.
    """
    _check(options)
    whole = runs.open_run(folder)
    if not states.state(whole).complete:
        raise InputError(
            f"the run in {folder} is not complete; type the command that began it again "
            f"(qualmetrics score ... --format parquet -o {folder}), and --add after that"
        )
    known = [*whole.signatures, *_of_added(whole), *scorers]
    keys = [(gate, _key(gate, known, folder)) for gate in gates]
    run = runs.start_added(whole, scorers, beside)
    code = _work(run, scorers, options, runs.shard_of(options.shard), quiet=quiet)
    return _hold(whole, run, keys, options.shard) if keys and not code else code


def _key(gate: Gate | CorpusGate, known: Sequence[str], folder: str) -> str:
    """Return the column that a gate looks at, by whichever name of its scorer."""
    for name in known:
        if ALIASES.get(name, name) == ALIASES.get(gate.name, gate.name):
            return name
    raise InputError(
        f"the run in {folder} has no {gate.name!r} for the gate {gate}; it has {', '.join(known)}"
    )


def _check(options: Options) -> None:
    if options.engine not in ("local", "ray"):
        raise InputError(f"engine {options.engine!r} is not one of local, ray")
    if options.progress not in PROGRESS:
        raise InputError(f"progress {options.progress!r} is not one of {', '.join(PROGRESS)}")
    if options.max_errors is not None:
        _limit_of(options.max_errors)
    if options.resume and options.new_run:
        raise InputError("--resume goes on with a run and --new-run throws it away; choose one")


def _work(
    run: runs.Run,
    scorers: Mapping[str, Scorer],
    options: Options,
    shard: tuple[int, int],
    *,
    quiet: bool,
) -> int:
    tally = runs.Tally()
    most, share = _limit_of(options.max_errors)
    before = states.state(run) if options.max_errors is not None else None
    errors, rows = (before.errors, before.rows) if before else (0, 0)
    watch = _Progress(run, tally, options.progress, quiet=quiet)
    seconds = _seconds(scorers) if options.time_limit is None else options.time_limit
    how = {"shard": shard, "seconds": seconds, "tally": tally, "workers": options.processes}
    try:
        for done in _engine(options.engine)(run, scorers, **how):
            tally.add(done)
            watch.show()
            if share is None and errors + tally.errors > most:
                break
    except KeyboardInterrupt:
        watch.end()
        _say(
            f"stopped. {tally.rows:,} rows in {tally.splits:,} splits were added to {run.folder}, "
            "and stay; the same command goes on from there"
        )
        return STOPPED
    watch.end()
    _say_done(run, tally, quiet=quiet)
    errors, rows = errors + tally.errors, rows + tally.rows
    if errors > most or (share is not None and errors > share * rows):
        limit = f"{share:.3%}" if share is not None else f"{most:g}"
        fail(f"{errors:,} rows with an error are more than --max-errors {limit}")
        return FAILED
    return OK


def _engine(name: str) -> Any:
    if name == "local":
        return runs.work
    from qualmetrics.corpus.ray_engine import work

    return work


def _seconds(scorers: Mapping[str, Scorer]) -> float:
    """Return the time limit of a document: encoders may take their time, rules never do."""
    from qualmetrics.planner import leaves

    padded = (type(leaf).__module__ for scorer in scorers.values() for leaf in leaves(scorer))
    return 120.0 if any(".encoder." in module for module in padded) else 10.0


def _limit_of(text: str | None) -> tuple[float, float | None]:
    """Return the most errors as a number, and as a share where ``%`` was typed."""
    if text is None:
        return float("inf"), None
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not number >= 0:
        raise InputError(f"--max-errors takes a number such as 100, or a share such as 1%: {text}")
    return (float("inf"), number / 100) if text.endswith("%") else (number, None)


def _say_done(run: runs.Run, tally: runs.Tally, *, quiet: bool) -> None:
    if quiet:
        return
    if tally.errors:
        warn(
            f"{tally.errors:,} of {tally.rows:,} rows have an error; "
            f"qualmetrics run errors {run.folder} names them"
        )
    before = f"; {tally.skipped:,} splits were done before" if tally.skipped else ""
    _say(f"{tally.rows:,} rows in {tally.splits:,} splits are in {run.folder}{before}")


def _hold(
    run: runs.Run,
    worked: runs.Run,
    gates: Sequence[tuple[Gate | CorpusGate, str]],
    shard: str,
) -> int:
    """Hold gates against the rows of a run; ``worked`` is what was scored: itself, or added."""
    if any(isinstance(gate, CorpusGate) for gate, _ in gates):
        _warn_of_part(worked, shard)
    table = states.read_run(run)
    abouts = {
        name: one for r in (run, *runs.added(run)) for name, one in r.about["scorers"].items()
    }
    broken: list[str] = []
    for gate, key in gates:
        values = table.column(_value_column(abouts[key], key)).to_numpy(zero_copy_only=False)
        statuses = [name or "" for name in table.column(f"{key}.status").to_pylist()]
        if isinstance(gate, CorpusGate):
            short = str(Status.TOO_SHORT)
            codes = [Status.TOO_SHORT if short in name else Status.OK for name in statuses]
            value = gate.value(values.astype(float), np.array(codes, dtype=np.uint16))
            broken += [f"all texts: {value:.4g} ({gate})"] if gate.fails(value) else []
            continue
        ids = table.column("id")
        broken += [
            f"{ids[i].as_py()}: {key} is {values[i]:.4g} ({gate})"
            for i in failures(gate, values, statuses)
        ]
    for line in broken[:SHOWN_GATES]:
        gate_failed(line)
    if len(broken) > SHOWN_GATES:
        gate_failed(f"... and {len(broken) - SHOWN_GATES:,} more")
    return GATE_FAILED if broken else OK


def _warn_of_part(run: runs.Run, shard: str) -> None:
    """Say so where gates on all texts cannot be held against all of them yet."""
    now = states.state(run)
    if not now.complete:
        warn(
            f"--shard {shard}: gates on all texts are held against {now.n_done:,} of "
            f"{now.n_splits:,} splits; when every shard is done, type the same without --shard"
        )


def _value_column(about: Mapping[str, Any], key: str) -> str:
    spec = about["spec"]
    return key if len(spec["outputs"]) == 1 else f"{key}.{spec['primary']}"


def _show_plan(begun: runs.Begun, shard: tuple[int, int]) -> None:
    """Print what would be done: files, splits, and how many of these are done already."""
    run = begun.run
    size = sum(split.size for split in run.splits)
    streams = sum(split.stream for split in run.splits)
    print(  # noqa: T201 - what was asked for
        f"{len(run.files):,} files, {size / 1e6:,.1f} MB, {len(run.splits) - streams:,} splits"
        + (f" and {streams:,} streams" if streams else "")
    )
    print(_what_would_be(begun))  # noqa: T201
    if run.settings.limit is not None:
        print(f"no more than {run.settings.limit:,} rows, in one process")  # noqa: T201
    done = set() if begun.fresh else run.committed()
    mine = [split for split in run.splits if split.unit % shard[1] == shard[0]]
    if shard[1] > 1:
        print(f"shard {shard[0]}/{shard[1]}: {len(mine):,} of these splits")  # noqa: T201
    for split in mine[:20]:
        more = f" and {len(split.paths) - 1} more" if len(split.paths) > 1 else ""
        state = "  done" if runs.is_finished(run, split, done) else ""
        what = f"{split.key}  {split.form:8}{split.size:>12,}  {split.paths[0]}{more}{state}"
        print(f"  {printable(what)}")  # noqa: T201
    if len(mine) > 20:
        print(f"  ... and {len(mine) - 20:,} more")  # noqa: T201


def _what_would_be(begun: runs.Begun) -> str:
    folder = begun.run.folder
    if begun.cleared:
        return f"the run in {folder} would be thrown away"
    if begun.fresh:
        return f"a new run in {folder}"
    found = states.state(begun.run)
    return (
        f"goes on with the run in {folder}: {found.n_done:,} of {found.n_splits:,} splits are "
        f"done, {found.rows:,} rows" + (", which is all" if found.complete else "")
    )


def _say(message: str) -> None:
    print(f"qualmetrics: {message}", file=sys.stderr)  # noqa: T201


class _Progress:
    """Says how far a run is: a bar on a terminal, else a line now and then, or JSON."""

    def __init__(self, run: runs.Run, tally: runs.Tally, kind: str, *, quiet: bool) -> None:
        self.tally, self.kind = tally, "off" if quiet and kind == "auto" else kind
        self.total = sum(split.size for split in run.splits)
        self.began = self.said = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def show(self) -> None:
        """Tell, if it is time to."""
        now = time.monotonic()
        wait = 0.2 if self.terminal else EVERY
        if self.kind == "json" or (self.kind == "auto" and now - self.said >= wait):
            self.said = now
            self._tell(now - self.began)

    def _tell(self, seconds: float) -> None:
        t = self.tally
        if self.kind == "json":
            told = {"rows": t.rows, "errors": t.errors, "bytes": t.size, "of": self.total}
            print(json.dumps({**told, "seconds": round(seconds, 3)}), file=sys.stderr)  # noqa: T201
            return
        pace = t.size / seconds if seconds else 0.0
        left = f", {(self.total - t.size) / pace:,.0f} s left" if 0 < t.size < self.total else ""
        line = (
            f"{t.rows:,} rows, {t.rows / max(seconds, 1e-9):,.0f} a second, "
            f"{pace / 1e6:.1f} MB/s, {t.errors:,} errors{left}"
        )
        if self.terminal:
            print(f"\r{line:<79}", end="", file=sys.stderr, flush=True)  # noqa: T201
        else:
            _say(line)

    def end(self) -> None:
        """Clear the line."""
        if self.terminal and self.kind == "auto":
            print(f"\r{'':79}\r", end="", file=sys.stderr, flush=True)  # noqa: T201


# -- run ------------------------------------------------------------------------------------------


def show_status(folder: str, *, as_json: bool) -> int:
    """Print how far a run is; exit code 0 whether or not it is complete."""
    run = runs.open_run(folder)
    found = states.state(run)
    metrics = {**run.signatures, **_of_added(run)}
    data = {
        "complete": found.complete,
        "splits_done": found.n_done,
        "splits": found.n_splits,
        "rows": found.rows,
        "errors": found.errors,
        "bytes_done": found.size,
        "signature": run.signature,
        "metrics": metrics,
    }
    if as_json:
        print(json.dumps(data, indent=1))  # noqa: T201
        return OK
    print(f"{folder}: {'complete' if found.complete else 'not complete'}")  # noqa: T201
    print(f"splits  {found.n_done:,} of {found.n_splits:,}")  # noqa: T201
    print(f"rows    {found.rows:,}, {found.errors:,} with an error")  # noqa: T201
    for name, signature in metrics.items():
        print(f"{name}: {signature}")  # noqa: T201
    return OK


def _of_added(run: runs.Run) -> dict[str, str]:
    return {name: sign for other in runs.added(run) for name, sign in other.signatures.items()}


def show_errors(folder: str, *, as_json: bool, most: int) -> int:
    """Print the rows without a value, and why."""
    for i, problem in enumerate(states.problems(runs.open_run(folder))):
        if i >= most:
            break
        if as_json:
            print(json.dumps(vars_of(problem), ensure_ascii=False))  # noqa: T201
        else:
            print(printable(f"{problem.place}: {problem.message}"))  # noqa: T201
    return OK


def vars_of(problem: states.Problem) -> dict[str, str]:
    """Return a problem as plain data."""
    return {"id": problem.id, "place": problem.place, "message": problem.message}


def filter_run(folder: str, conditions: Sequence[str], output: str) -> int:
    """Write what fulfils the conditions, and say how much that is."""
    from qualmetrics.corpus.filtering import keep

    rows = kept = 0
    gates = [parse_gate(part) for given in conditions for part in given.split(",")]
    for done in keep(runs.open_run(folder), gates, output):
        rows, kept = rows + done.rows, kept + done.kept
    _say(f"{kept:,} of {rows:,} documents are in {output}")
    return OK


def check_run(folder: str) -> int:
    """Read every part; exit code 2 where something is wrong."""
    run = runs.open_run(folder)
    wrong = list(states.verify(run))
    for other in runs.added(run):
        wrong += [f"{other.folder}: {line}" for line in states.verify(other)]
    for line in wrong:
        fail(line)
    if not wrong:
        found = states.state(run)
        print(f"{folder}: {found.rows:,} rows in {found.n_done:,} parts, all well")  # noqa: T201
    return FAILED if wrong else OK
