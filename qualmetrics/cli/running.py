"""``score -o DIR --format parquet`` and ``run``: a corpus scored into a folder of parts."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.cli import FAILED, GATE_FAILED, OK, STOPPED
from qualmetrics.cli.judging import SHOWN, Check, Judge, Terms, Verdict
from qualmetrics.cli.messages import fail, printable, warn, warn_of_repeated
from qualmetrics.cli.run_options import Options
from qualmetrics.core import Scorer, Status
from qualmetrics.corpus import runs, states
from qualmetrics.corpus.estimate import seconds_of, told
from qualmetrics.corpus.readers import STDIN, Reading, find
from qualmetrics.errors import InputError
from qualmetrics.gates import CorpusGate, Gate, parse_gate
from qualmetrics.registry import ALIASES
from qualmetrics.reward.completion import Completion

EVERY = 30.0
"""Seconds between lines of progress where standard error is no terminal."""

PROGRESS = ("auto", "json", "off")


def score_corpus(
    paths: Sequence[str],
    folder: str,
    scorers: Mapping[str, Scorer],
    reading: Reading,
    options: Options,
    *,
    terms: Terms | None = None,
    quiet: bool = False,
    completion: Completion | None = None,
    asked: Mapping[str, Any] | None = None,
) -> int:
    """Score into a folder and return the exit code; ``asked`` is as in ``runs.start``."""
    _check(options)
    _check_folder(folder)
    _check_new(folder)
    terms = terms or Terms()
    shard = runs.shard_of(options.shard)
    settings = runs.Settings(
        reading,
        level=options.level,
        sample=options.sample,
        limit=options.limit,
        with_text=options.with_text,
        float32=options.float32,
        completion=completion,
    )
    found = find(paths)
    missing = [problem for _, problem in found.problems]
    for problem in missing:
        fail(problem)
    if not found.files:
        return FAILED
    if not quiet:
        warn_of_repeated(found)
    how: dict[str, Any] = {"resume": options.resume, "new_run": options.new_run, "asked": asked}
    if options.dry_run:
        _show_plan(runs.look(paths, folder, scorers, settings, **how), scorers, options)
        return FAILED if missing else OK
    signatures = {name: scorer.signature for name, scorer in scorers.items()}
    judge = _judge(terms, signatures, settings, options.shard)
    run = runs.start(paths, folder, scorers, settings, **how)
    code = _work(run, scorers, options, shard, quiet=quiet)
    if judge.checks and not code:
        code = _hold(run, run, judge, options.shard, quiet=quiet, complete=not missing)
    return FAILED if missing else code


def _judge(
    terms: Terms, signatures: Mapping[str, str], settings: runs.Settings, shard: str
) -> Judge:
    markup = runs.READ_AS.get(settings.reading.markup, settings.reading.markup)
    whole = settings.sample >= 1 and settings.limit is None and shard == "0/1"
    return terms.judge(signatures, markup=markup, level=settings.level, whole=whole)


def add_metrics(
    folder: str,
    scorers: Mapping[str, Scorer],
    options: Options,
    *,
    beside: Mapping[str, Any] | None = None,
    gates: Sequence[tuple[Gate | CorpusGate, bool]] = (),
    baseline: str | None = None,
    written: str | None = None,
    quiet: bool = False,
) -> int:
    """Score a finished run with one more metric, hold gates, and return the exit code.

    Gates, each with whether it only warns, may look at any metric of the run, and at those that
    are added. ``beside`` is what the
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
    checks = tuple(Check(gate, _key(gate, known, folder, scorers), warns) for gate, warns in gates)
    terms = Terms(checks, baseline, written)
    terms.check()
    mine = {name: scorer.signature for name, scorer in scorers.items()}
    signatures = {**whole.signatures, **_of_added(whole), **mine}
    judge = _judge(terms, signatures, whole.settings, "0/1")
    run = runs.start_added(whole, scorers, beside)
    code = _work(run, scorers, options, runs.shard_of(options.shard), quiet=quiet)
    if not checks or code:
        return code
    return _hold(whole, run, judge, options.shard, quiet=quiet, complete=True)


def _key(gate: Gate | CorpusGate, known: Sequence[str], folder: str, added: Collection[str]) -> str:
    """Return the column that a gate looks at, by whichever name of its scorer."""
    for name in known:
        if ALIASES.get(name, name) == ALIASES.get(gate.name, gate.name):
            return name
    raise InputError(
        f"the run in {folder} has no {gate.name!r} for the gate {gate}; it has {', '.join(known)}. "
        f"Add it as well: --add {','.join((*added, gate.name))} {folder}"
    )


def _check_new(folder: str) -> None:
    """Refuse to make a folder that is called like a file of results."""
    kind = folder.rpartition(".")[2]
    if kind in ("json", "jsonl", "csv") and not os.path.exists(folder):  # noqa: PTH110
        raise InputError(
            f"--format parquet makes a folder, and -o {folder} is named like a file. Type "
            f"--format {kind}, or name a folder: -o {folder.rpartition('.')[0] or 'run'}"
        )


def _check_folder(folder: str) -> None:
    if os.path.isfile(folder):  # noqa: PTH113 - a URL is none
        raise InputError(f"{folder} is a file; name a folder: -o DIR")


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
    if tally.warned:
        have = "rows have a warning" if tally.warned > 1 else "row has a warning"
        warn(printable(f"{tally.warned:,} {have}, such as {tally.warning}"))
    before = f"; {tally.skipped:,} splits were done before" if tally.skipped else ""
    _say(f"{tally.rows:,} rows in {tally.splits:,} splits are in {run.folder}{before}")


def _hold(
    run: runs.Run,
    worked: runs.Run,
    judge: Judge,
    shard: str,
    *,
    quiet: bool,
    complete: bool,
) -> int:
    """Hold gates against the rows of a run; ``worked`` is what was scored: itself, or added."""
    if any(isinstance(check.gate, CorpusGate) for check in judge.checks):
        _warn_of_part(worked, shard)
    table = states.read_run(run)
    abouts = {
        name: one for r in (run, *runs.added(run)) for name, one in r.about["scorers"].items()
    }
    columns = {
        key: _column(table, _value_column(abouts[key], key), key)
        for key in {check.key for check in judge.checks}
    }
    ids = table.column("id")
    named = judge.keyed  # millions of rows: strings are made of those that are asked for
    paths = table.column("path").to_pylist() if named else []
    found = judge.look(paths, ids.to_pylist() if named else [], columns)
    failed = judge.end(list(_lines(table, found)), quiet=quiet, complete=complete, most=SHOWN)
    return GATE_FAILED if failed else OK


def _lines(table: Any, found: Mapping[int, Sequence[Verdict]]) -> Iterator[tuple[str, str]]:
    """Yield level and line of what is told; rows beyond what is shown are not looked up."""
    told: Counter[str] = Counter()
    for i in sorted(found):
        for verdict in found[i]:
            told[verdict.level] += 1
            where = _where(table, i) if told[verdict.level] <= SHOWN else ""
            yield verdict.level, f"{where}: {verdict}"


def _where(table: Any, i: int) -> str:
    path, line, name = (table.column(key)[i].as_py() for key in ("path", "line", "id"))
    place = path if line is None else f"{path}:{line}"
    if name.startswith(place):
        return str(name)
    counted = name.startswith(f"{path}@") and "#" not in name  # called after where it begins
    return place if counted or name in place else f"{place} ({name})"


def _column(table: Any, name: str, key: str) -> tuple[NDArray[np.float64], NDArray[np.uint16]]:
    """Return the values of a metric, and as statuses what a gate asks: nothing, or too short."""
    values = table.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    states_ = table.column(f"{key}.status").to_pylist()
    known = {name: _code(name) for name in set(states_)}
    return values, np.array([known[name] for name in states_], dtype=np.uint16)


def _code(name: str | None) -> int:
    """Return a status of a file as gates read it."""
    words = (name or "").split("+")
    return sum(int(code) for code in (Status.TOO_SHORT, Status.ERROR) if str(code) in words)


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


def _show_plan(begun: runs.Begun, scorers: Mapping[str, Scorer], options: Options) -> None:
    """Print what would be done: files, splits, how many of these are done already, and how long."""
    shard = runs.shard_of(options.shard)
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
    left = [split for split in mine if not runs.is_finished(run, split, done)]
    if left and run.settings.limit is None:
        seconds = seconds_of(run, scorers, left, workers=options.processes)
        if seconds is not None:
            n = options.processes or 1
            print(f"about {told(seconds)} with {n} process{'es' * (n > 1)}")  # noqa: T201
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
        "warned": found.warned,
        "bytes_done": found.size,
        "signature": run.signature,
        "metrics": metrics,
    }
    if as_json:
        print(json.dumps(data, indent=1))  # noqa: T201
        return OK
    print(f"{folder}: {'complete' if found.complete else 'not complete'}")  # noqa: T201
    print(f"splits  {found.n_done:,} of {found.n_splits:,}")  # noqa: T201
    warned = f", {found.warned:,} with a warning" if found.warned else ""
    print(f"rows    {found.rows:,}, {found.errors:,} with an error{warned}")  # noqa: T201
    if found.warned:
        print(printable(f"the first warning: {found.warning}"))  # noqa: T201
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

    _check_folder(output)
    rows = kept = 0
    gates = [parse_gate(part) for given in conditions for part in given.split(",")]
    for done in keep(runs.open_run(folder), gates, output):
        rows, kept = rows + done.rows, kept + done.kept
    if kept:
        _say(f"{kept:,} of {rows:,} documents are in {output}")
    else:
        wanted = ", ".join(map(str, gates))
        _say(f"0 of {rows:,} documents fulfil {wanted}; nothing was written")
    return OK


def check_run(
    folder: str,
    *,
    full: bool = False,
    sample: int | None = None,
    workers: int | None = None,
    time_limit: float | None = None,
) -> int:
    """Read every part, and with ``full`` score rows again; exit code 2 where something is wrong."""
    if not full and (sample is not None or workers is not None or time_limit is not None):
        raise InputError(
            "--sample, --workers and --time-limit are about scoring again: type --full as well"
        )
    run = runs.open_run(folder)
    wrong = list(states.verify(run))
    for other in runs.added(run):
        wrong += [f"{other.folder}: {line}" for line in states.verify(other)]
    for line in wrong:
        fail(line)
    if wrong and full:
        fail("nothing was scored again: what is wrong with the parts comes first")
    if wrong:
        return FAILED
    found = states.state(run)
    print(f"{folder}: {found.rows:,} rows in {found.n_done:,} parts, all well")  # noqa: T201
    options = Options(workers=workers, time_limit=time_limit)
    again = [_rescored(one, sample, options) for one in (run, *runs.added(run))] if full else []
    return OK if all(again) else FAILED


def _rescored(run: runs.Run, sample: int | None, options: Options) -> bool:
    """Score rows of a run again; say whether they are the same, and where they are not."""
    from qualmetrics.corpus.rescoring import rescore, scorers_of

    if STDIN in run.files and sys.stdin is not None and not sys.stdin.isatty():
        _say(f"the run in {run.folder} was piped in: reading the same input from standard input")
    limit = options.time_limit
    seconds = _seconds(scorers_of(run)) if limit is None else limit
    rows, different = 0, 0
    for one in rescore(run, sample=sample, workers=options.processes, seconds=seconds):
        rows += one.rows
        for line in one.differences[: max(0, SHOWN - different)]:
            fail(line)
        different += len(one.differences)
    if different > SHOWN:
        fail(f"... and {different - SHOWN:,} more")
    counted = f"{different:,} difference{'s' * (different > 1)}"
    what = counted if different else "the same values and statuses"
    print(f"{run.folder}: {rows:,} rows scored again, {what}")  # noqa: T201
    return not different
