"""What a worker process is asked to do, as plain values that travel there, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qualmetrics import planner
from qualmetrics.core import Rows, Scorer, Scores, Status
from qualmetrics.errors import QualmetricsError
from qualmetrics.serve.catalogue import same_in_batches


class Part(NamedTuple):
    """The scores of one scorer over the rows of one request; ``children`` by name."""

    values: list[list[float]]
    status: list[int]
    children: Mapping[str, Part]


class Failure(NamedTuple):
    """Why a request has no scores: the call was wrong, or (``defect``) the code is."""

    message: str
    defect: bool = False


Parts = dict[str, Part]
Outcome = Parts | Failure


@dataclass(frozen=True)
class ScoreTask:
    """Score the rows of several requests, which all ask for the same scorers.

    ``apart`` names the scorers that see the rows of each request on their own; all others see the
    rows of all requests at once.
    """

    names: tuple[str, ...]
    requests: tuple[Rows, ...]
    apart: frozenset[str] = frozenset()

    def run(self, scorers: Mapping[str, Scorer]) -> list[Outcome]:
        """Return the outcome of each request, in order."""
        try:
            return self._together(scorers)
        except Exception as error:
            if len(self.requests) == 1:
                return [_one_by_one(self.names, self.requests[0], scorers, error)]
        singly = (ScoreTask(self.names, (rows,), self.apart) for rows in self.requests)
        return [outcome for task in singly for outcome in task.run(scorers)]

    def _together(self, scorers: Mapping[str, Scorer]) -> list[Outcome]:
        merged = [name for name in self.names if name not in self.apart]
        apart = [name for name in self.names if name in self.apart]
        found: list[Parts] = [{} for _ in self.requests]
        if merged:
            joined = _run(merged, Rows.join(self.requests), scorers)
            start = 0
            for parts, rows in zip(found, self.requests, strict=True):
                parts.update({k: cut(part, start, start + len(rows)) for k, part in joined.items()})
                start += len(rows)
        if apart:
            for parts, rows in zip(found, self.requests, strict=True):
                parts.update(_run(apart, rows, scorers))
        return [{name: parts[name] for name in self.names} for parts in found]


def _run(names: Sequence[str], rows: Rows, scorers: Mapping[str, Scorer]) -> Parts:
    scores = planner.run([scorers[name] for name in names], rows)
    return {name: as_part(one) for name, one in zip(names, scores, strict=True)}


def _one_by_one(
    names: Sequence[str], rows: Rows, scorers: Mapping[str, Scorer], error: Exception
) -> Outcome:
    """Score each row with each scorer alone; where that fails too the status is *error*.

    A wrong call stays one: it is the request's fault, and no row of it has an answer.
    """
    if isinstance(error, QualmetricsError):
        return Failure(str(error))
    found: Parts = {}
    for name in names:
        parts = []
        for i in range(len(rows)):
            try:
                parts.append(_run([name], rows.take([i]), scorers)[name])
            except QualmetricsError as wrong:
                return Failure(str(wrong))
            except Exception as broken:
                _note(name, broken)
                parts.append(erroneous(scorers[name]))
        found[name] = glue(parts)
    return found


def _note(name: str, error: Exception) -> None:
    """Log what broke, without the message: it may quote the text."""
    import logging

    kind = type(error).__name__
    logging.getLogger("qualmetrics.serve").error("%s failed on a row: %s", name, kind)


# -- parts ----------------------------------------------------------------------------------------


def as_part(scores: Scores) -> Part:
    """Return the numbers of ``Scores`` as plain lists."""
    children = {name: as_part(child) for name, child in scores.children.items()}
    return Part(scores.values.tolist(), scores.status.tolist(), children)


def cut(part: Part, start: int, end: int) -> Part:
    """Return some consecutive rows."""
    children = {name: cut(child, start, end) for name, child in part.children.items()}
    return Part(part.values[start:end], part.status[start:end], children)


def glue(parts: Sequence[Part]) -> Part:
    """Put consecutive rows together."""
    return Part(
        [row for part in parts for row in part.values],
        [code for part in parts for code in part.status],
        {name: glue([p.children[name] for p in parts]) for name in parts[0].children},
    )


def erroneous(scorer: Scorer, status: Status = Status.ERROR) -> Part:
    """Return one row that has no value, for a reason that the library could not find itself."""
    return _without_value(planner.run((scorer,), Rows(()))[0], status)


def _without_value(scores: Scores, status: Status) -> Part:
    children = {name: _without_value(child, status) for name, child in scores.children.items()}
    return Part([[scores.spec.undefined] * len(scores.spec.outputs)], [int(status)], children)


def apart_of(scorers: Mapping[str, Scorer]) -> frozenset[str]:
    """Return the names of the scorers whose bits depend on the batch."""
    return frozenset(name for name, scorer in scorers.items() if not same_in_batches(scorer))


# -- anything else --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Analysis:
    """What the page at ``/`` shows about one text."""

    names: tuple[str, ...]
    text: str
    reference: str | None
    columns: Mapping[str, Any] = field(default_factory=dict)
    match: str | None = None
    lang: str = "en"

    def run(self, scorers: Mapping[str, Scorer]) -> list[dict[str, Any] | Failure]:
        """Return one outcome, of plain data."""
        from qualmetrics.serve.analysis import analyse

        try:
            return [analyse(self, scorers)]
        except QualmetricsError as error:
            return [Failure(str(error))]
        except Exception as error:
            _note("the analysis", error)
            return [Failure("the analysis of this text failed", defect=True)]


Task = ScoreTask | Analysis
