"""Holds scores against gates and a baseline: what fails, what is only warned of, what is known."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.baseline import Baseline, Key, Limit, Names, folder_of, read_baseline, there
from qualmetrics.cli.messages import gate_failed, note, warn
from qualmetrics.core import Status
from qualmetrics.corpus.scoring import ScoredBatch
from qualmetrics.errors import InputError
from qualmetrics.gates import CorpusGate, Gate

SHOWN = 20
"""Lines of a kind, of a run: it may have millions of rows."""

ERROR, WARNING, KNOWN = "error", "warning", "known"
"""What a verdict comes to: ``known`` stands in the baseline and got no worse."""

Columns = Mapping[str, tuple[NDArray[np.float64], NDArray[np.uint16]]]
"""Values and statuses of the rows, by the key of the metric."""


@dataclass(frozen=True)
class Check:
    """One gate, the metric that it looks at, and what comes of it."""

    gate: Gate | CorpusGate
    key: str
    warns: bool = False
    """Whether it only warns."""


@dataclass(frozen=True)
class Verdict:
    """A gate that a text, or all texts together, do not pass."""

    check: Check
    value: float
    level: str
    before: float | None = None
    """What stands in the baseline."""

    def __str__(self) -> str:
        """What is told, without the name of the text."""
        gate, key = self.check.gate, self.check.key
        what = f"{self.value:.4g}" if isinstance(gate, CorpusGate) else f"{key} is {self.value:.4g}"
        if self.before is None or self.level == KNOWN:
            return f"{what} ({gate})"
        before = f"{self.before:.4g}"
        if before == f"{self.value:.4g}":
            what, before = f"{key} is {self.value!r}", repr(self.before)
        return f"{what}, worse than {before} in the baseline ({gate})"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        data = {"gate": str(self.check.gate), "level": self.level, "value": self.value}
        return data if self.before is None else {**data, "baseline": self.before}


@dataclass(frozen=True)
class Terms:
    """What is held against scores: as it was asked for."""

    checks: tuple[Check, ...] = ()
    baseline: str | None = None
    written: str | None = None
    """File to write a baseline to."""

    def check(self) -> None:
        """Refuse a baseline without gates, and two at once.

        Raises
        ------
        InputError
            With what to type.
        """
        flag = "--baseline" if self.baseline is not None else "--write-baseline"
        if self.baseline is None and self.written is None:
            return
        if self.baseline is not None and self.written is not None:
            raise InputError(
                "--baseline holds against a file and --write-baseline writes one; choose one"
            )
        if all(check.warns for check in self.checks):
            raise InputError(
                f"{flag} is about what fails a gate, and there is none. Type for example: "
                f'--fail-if "fkgl>12" {flag} {self.baseline or self.written}'
            )

    def judge(
        self, signatures: Mapping[str, str], *, markup: str, level: str, whole: bool = True
    ) -> Judge:
        """Return who holds them against scores of these signatures, read in this way.

        ``whole`` says that all rows of each file are scored, so that one which is missing is gone.
        """
        file = self.baseline or self.written
        mine = {check.key: signatures[check.key] for check in self.checks if not check.warns}
        names = {key: signature.partition("|")[0] for key, signature in mine.items()}
        signed = {names[key]: signature for key, signature in mine.items()}
        judge = Judge(self.checks, names, signed, {"level": level, "markup": markup}, whole=whole)
        if file is not None:
            judge.names = Names(folder_of(file))
        if self.baseline is not None:
            judge.file, judge.known = file, read_baseline(self.baseline)
            try:
                judge.known.check(judge.signatures, judge.reading)
            except InputError as error:
                raise InputError(
                    f"the baseline {file} does not fit: {error}. Write it anew: {_renewal(file)}"
                ) from None
        if self.written is not None:
            judge.record = Record(self.written)
            if there(self.written, ""):
                judge.record.before = read_baseline(self.written)
        return judge


def _renewal(file: str | None) -> str:
    """Return the command that was typed, with which the baseline is written anew."""
    words = iter(sys.argv[1:])
    kept = []
    for word in words:
        if word == "--baseline":
            next(words, None)
        elif not word.startswith("--baseline="):
            kept.append(word)
    return shlex.join(["qualmetrics", *kept, "--write-baseline", str(file)])


@dataclass
class Record:
    """A baseline that is being written."""

    file: str
    before: Baseline | None = None
    """What the file holds so far."""
    texts: dict[Key, dict[str, float]] = field(default_factory=dict)


@dataclass
class Judge:
    """Looks at rows as they pass; ask it for all texts together when they are through."""

    checks: tuple[Check, ...]
    scorers: Mapping[str, str]
    """Metric, as it was typed, -> the name of its scorer, of those that gates fail on."""
    signatures: Mapping[str, str]
    """Of these scorers."""
    reading: Mapping[str, str]
    whole: bool = True
    names: Names = field(default_factory=Names)
    known: Baseline | None = None
    record: Record | None = None
    file: str | None = None
    """Where ``known`` was read."""
    better: list[str] = field(default_factory=list)
    met: set[Key] = field(default_factory=set)
    kept: dict[str, list[tuple[Any, Any]]] = field(default_factory=dict)
    last: tuple[ScoredBatch, list[list[Verdict]]] | None = None

    @property
    def keyed(self) -> bool:
        """Whether rows are looked up in a baseline, or written to one."""
        return self.known is not None or self.record is not None

    def of(self, batch: ScoredBatch) -> list[list[Verdict]]:
        """Return what is to be told of each document of a batch, asked for as often as you like."""
        if self.last is None or self.last[0] is not batch:
            columns = {
                key: (batch.scores[key].primary, batch.scores[key].status)
                for key in {check.key for check in self.checks}
            }
            paths = [d.path for d in batch.documents]
            found = self.look(paths, [d.id for d in batch.documents], columns)
            rows: list[list[Verdict]] = [found.get(i, []) for i in range(len(paths))]
            self.last = batch, rows
        return self.last[1]

    def look(
        self, paths: Sequence[str], ids: Sequence[str], columns: Columns
    ) -> dict[int, list[Verdict]]:
        """Return what is to be told of rows, by position; each row is shown once, in order.

        Paths and ids are looked at where ``keyed``.
        """
        keys: list[Key] = []
        if self.keyed:
            keys = [self.names.key(path, name) for path, name in zip(paths, ids, strict=True)]
        found: dict[int, list[Verdict]] = {}
        for check in self.checks:
            if isinstance(check.gate, Gate):
                values, status = columns[check.key]
                for i in check.gate.failing(values, status).tolist():
                    verdict = self._verdict(check, float(values[i]), keys[i] if keys else None)
                    found.setdefault(i, []).append(verdict)
        found = {i: _told_once(verdicts) for i, verdicts in found.items()}
        for key in {check.key for check in self.checks if isinstance(check.gate, CorpusGate)}:
            self.kept.setdefault(key, []).append(columns[key])
        for i, one in enumerate(keys):
            self._compare(one, i, columns)
        return found

    def _verdict(self, check: Check, value: float, key: Key | None) -> Verdict:
        if check.warns or key is None:
            return Verdict(check, value, WARNING if check.warns else ERROR)
        name = self.scorers[check.key]
        if self.record is not None:
            self.record.texts.setdefault(key, {})[name] = value
        recorded = {} if self.known is None else self.known.texts.get(key, {})
        return _held(check, value, recorded.get(name))

    def _compare(self, key: Key, i: int, columns: Columns) -> None:
        """Note what stands in the baseline and is better now."""
        if self.known is None or key not in self.known.texts:
            return
        self.met.add(key)
        recorded = self.known.texts[key]
        for check in self.checks:
            before = None if check.warns else recorded.get(self.scorers[check.key])
            if before is None or isinstance(check.gate, CorpusGate):
                continue
            if not check.gate.fails(before, Status.OK):  # another gate put it there
                continue
            values, status = columns[check.key]
            value = float(values[i])
            if int(status[i]) & Status.ERROR:
                continue
            now = "has no value" if np.isnan(value) else f"is {value:.4g}"
            if not check.gate.fails(value, int(status[i])):
                self.better.append(f"{key} passes: {check.key} {now}, was {before:.4g}")
            elif Limit(check.gate.comparison, before).better(value):
                self.better.append(f"{key} is better: {check.key} {now}, was {before:.4g}")

    def of_all(self) -> list[Verdict]:
        """Return what is to be told of all texts together, those that have passed so far."""
        return [
            _held(check, value, None if check.warns else before)
            for check, gate, value, before in self._on_all()
            if gate.fails(value)
        ]

    def _on_all(self) -> Iterator[tuple[Check, CorpusGate, float, float | None]]:
        """Yield each gate on all texts with the value that it is about, and the one on record."""
        recorded = {} if self.known is None else self.known.whole
        for check in self.checks:
            gate = check.gate
            if isinstance(gate, CorpusGate) and check.key in self.kept:
                kept = self.kept[check.key]
                values, status = (np.concatenate(part) for part in zip(*kept, strict=True))
                name = gate.statistic(self.scorers.get(check.key, check.key))
                yield check, gate, gate.value(values, status), recorded.get(name)

    # -- the end ----------------------------------------------------------------------------------

    def end(
        self,
        lines: Sequence[tuple[str, str]],
        *,
        quiet: bool,
        complete: bool,
        most: int | None = None,
    ) -> bool:
        """Print what does not pass, pairs of level and line; return whether a gate failed.

        Says what the baseline could do without, or writes it: then nothing fails. ``complete`` is
        False where something could not be read: no baseline is written then. ``most`` bounds the
        lines of each level.
        """
        lines = [*lines, *((v.level, f"all texts: {v}") for v in self.of_all())]
        levels = {} if quiet else {WARNING: warn}
        for level, say in (levels if self.record else {**levels, ERROR: gate_failed}).items():
            mine = [line for found, line in lines if found == level]
            for line in mine[:most]:
                say(line)
            if most is not None and len(mine) > most:
                say(f"... and {len(mine) - most:,} more")
        if self.record is not None:
            self._write(self.record, quiet=quiet, complete=complete)
        elif self.known is not None and not quiet:
            self._tighten(self.known)
        return self.record is None and any(level == ERROR for level, _ in lines)

    def _tighten(self, known: Baseline) -> None:
        lines = [*self.better, *(f"{key} is gone" for key in self._gone(known))]
        if {key.path for key in known.texts} <= set(self.names.files.values()):
            lines += self._better_on_all()
        for line in lines[:SHOWN]:
            note(f"baseline: {line}")
        if len(lines) > SHOWN:
            note(f"baseline: ... and {len(lines) - SHOWN:,} more")
        if lines:
            note(f"baseline: to tighten it, type: {_renewal(self.file)}")

    def _better_on_all(self) -> Iterator[str]:
        for check, gate, value, before in self._on_all():
            if (
                before is not None
                and not check.warns
                and Limit(gate.comparison, before).better(value)
            ):
                yield f"{gate.statistic(check.key)} of all texts is {value:.4g}, was {before:.4g}"

    def _gone(self, known: Baseline) -> list[Key]:
        """Return the entries whose text is no more: its file was read without it, or is not there.

        Of files that were not part of this call, nothing is known.
        """
        folder = self.names.folder
        read = set(self.names.files.values()) if self.whole else set()
        absent = (key for key in known.texts if key not in self.met)
        return [key for key in absent if key.path in read or not there(key.path, folder)]

    def _write(self, record: Record, *, quiet: bool, complete: bool) -> None:
        if not complete:
            warn(f"{record.file} is not written, since not everything could be read")
            return
        on_all = {
            gate.statistic(self.scorers[check.key]): value
            for check, gate, value, _ in self._on_all()
            if not check.warns and gate.fails(value)
        }
        made = Baseline(self.signatures, self.reading, record.texts, on_all)
        others = self._others(record)
        if others is not None:
            made = replace(
                made,
                signatures={**others.signatures, **self.signatures},
                texts={
                    key: {**others.texts.get(key, {}), **record.texts.get(key, {})}
                    for key in (*others.texts, *record.texts)
                },
            )
        made.write(record.file)
        if not quiet:
            n, more = len(record.texts), len(made.texts) - len(record.texts)
            kept = f"; {more:,} others stay" if more else ""
            note(f"{record.file} holds {n:,} texts that fail a gate{kept}")

    def _others(self, record: Record) -> Baseline | None:
        """Return what stays of the file: of files not scored now, and of metrics not gated now."""
        if record.before is None:
            return None
        read = self.names.files.values() if self.whole else ()
        texts = record.before.without(set(read), self.names.folder)
        for key, values in record.before.texts.items():
            left = {name: v for name, v in values.items() if name not in self.signatures}
            if left and key not in texts and self.names.seen.get(key[:2], 0) >= key.nth:
                texts[key] = left
        try:
            record.before.check(self.signatures, self.reading)
        except InputError as error:
            if texts:
                warn(f"{len(texts):,} entries that this call is not about go: {error}")
            return None
        return replace(record.before, texts=texts)


def _told_once(verdicts: list[Verdict]) -> list[Verdict]:
    """Leave out a warning where the text fails on the same side of the same metric."""

    def side(verdict: Verdict) -> tuple[str, str]:
        return verdict.check.key, verdict.check.gate.comparison[0]

    failed = {side(verdict) for verdict in verdicts if verdict.level == ERROR}
    return [v for v in verdicts if v.level != WARNING or side(v) not in failed]


def _held(check: Check, value: float, before: float | None) -> Verdict:
    """Return the verdict on a value that fails, by what is on record."""
    worse = before is None or Limit(check.gate.comparison, before).worse(value)
    return Verdict(check, value, WARNING if check.warns else ERROR if worse else KNOWN, before)
