"""What every protocol shares: which scorers are asked, scoring through the queue, and replies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qualmetrics import planner
from qualmetrics.core import UNDEFINED, Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.serve.batching import Batcher
from qualmetrics.serve.reading import Gone, as_rows, kind
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.settings import Settings
from qualmetrics.serve.tasks import Analysis, Failure, Part, Parts, as_part, erroneous

if TYPE_CHECKING:
    from qualmetrics.reward.config import RewardConfig

TIMEOUT_HEADER = "x-request-timeout"
"""Seconds that the client is willing to wait, where that is less than the deadline."""


class Service:
    """The served scorers, and the way to them."""

    def __init__(
        self,
        scorers: Mapping[str, Scorer],
        settings: Settings,
        batcher: Batcher,
        *,
        lang: str = "en",
        config: RewardConfig | None = None,
    ) -> None:
        self.lang = lang
        self.scorers = scorers
        self.settings = settings
        self.batcher = batcher
        if settings.reward is not None and settings.reward not in scorers:
            raise InputError(
                f"the reward {settings.reward!r} is not served; served: {', '.join(scorers)}"
            )
        self.reward = settings.reward or next(iter(scorers))
        self.config = config if config is not None and config.name == self.reward else None
        self._missing = {name: erroneous(s, Status.NOT_APPLICABLE) for name, s in scorers.items()}

    def chosen(self, names: Any) -> tuple[str, ...]:
        """Return the names that a request asks for; all where it names none.

        Raises
        ------
        Refused
            422 for one that is not served, or twice the same.
        """
        if names is None:
            return tuple(self.scorers)
        if not isinstance(names, list) or not names:
            raise Refused(422, f"scorers must be a list of names; got {kind(names)}")
        for name in names:
            if not isinstance(name, str) or name not in self.scorers:
                raise Refused(
                    422, f"no scorer {name!r} is served here; served: {', '.join(self.scorers)}"
                )
        if len(set(names)) < len(names):
            raise Refused(422, "scorers names one twice")
        return tuple(names)

    async def score(
        self,
        request: Any,
        names: tuple[str, ...],
        texts: Sequence[str | None],
        references: Sequence[Any] | None = None,
        columns: Mapping[str, Sequence[Any]] | None = None,
    ) -> Parts:
        """Return the scores of rows, from the workers.

        A row whose reference is null is *not applicable* to scorers that read references.

        Raises
        ------
        Refused, Gone
        """
        asked = [self.scorers[name] for name in names]
        rows, absent = as_rows(asked, texts, references, columns or {}, self.settings)
        if not len(rows):
            return {name: as_part(planner.run((self.scorers[name],), rows)[0]) for name in names}
        parts: Parts = await self._outcome(
            request, self.batcher.score(names, rows, self._seconds(request))
        )
        if absent:
            parts = {
                name: _without(part, absent, self._missing[name])
                if "references" in self.scorers[name].needs
                else part
                for name, part in parts.items()
            }
        for name, part in parts.items():
            undefined = sum(1 for code in part.status if code & UNDEFINED)
            self.batcher.meters.scored(name, len(part.status), undefined)
        return parts

    async def analyse(self, request: Any, work: Analysis) -> Mapping[str, Any]:
        """Return the analysis of one text, from a worker."""
        future = self.batcher.analyse(work, self._seconds(request))
        found: Mapping[str, Any] = await self._outcome(request, future)
        return found

    async def _outcome(self, request: Any, future: asyncio.Future[Any]) -> Any:
        outcome = await _unless_gone(request, future)
        if isinstance(outcome, Failure):
            raise Refused(500 if outcome.defect else 422, outcome.message)
        return outcome

    def _seconds(self, request: Any) -> float:
        given = request.headers.get(TIMEOUT_HEADER)
        if given is None:
            return self.settings.deadline
        try:
            seconds = float(given)
        except ValueError:
            seconds = 0.0
        if not seconds > 0:
            raise Refused(422, f"{TIMEOUT_HEADER} must be a number of seconds")
        return min(seconds, self.settings.deadline)


async def _unless_gone(request: Any, future: asyncio.Future[Any]) -> Any:
    """Wait for a future; when the client leaves first, cancel it and raise ``Gone``."""
    watcher = asyncio.ensure_future(_watch(request, future))
    try:
        return await future
    except asyncio.CancelledError:
        if watcher.done():
            raise Gone from None
        raise
    finally:
        watcher.cancel()


async def _watch(request: Any, future: asyncio.Future[Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    future.cancel()


def _without(part: Part, rows: frozenset[int], missing: Part) -> Part:
    """Return a part in which these rows have no value."""
    values = [missing.values[0] if i in rows else v for i, v in enumerate(part.values)]
    status = [missing.status[0] if i in rows else code for i, code in enumerate(part.status)]
    children = {
        name: _without(child, rows, missing.children[name]) for name, child in part.children.items()
    }
    return Part(values, status, children)


# -- replies --------------------------------------------------------------------------------------


def reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
    """Return a JSON response; numbers are written so that they read back the same."""
    from starlette.responses import Response

    body = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Response(body.encode(), status, headers, "application/json")


def refusal(error: Refused) -> Any:
    """Return the response to a refused request."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return reply({"error": error.message, "error_type": error.kind}, error.status, headers)


def column(part: Part, k: int) -> list[float | None]:
    """Return one output over the rows; what is undefined is None."""
    return [row[k] if row[k] == row[k] else None for row in part.values]


def statuses(part: Part) -> list[str]:
    """Return the statuses in words."""
    return [_word(code) for code in part.status]


@lru_cache(maxsize=4096)
def _word(code: int) -> str:
    return str(Status(code))


def primary_column(part: Part, scorer: Scorer) -> list[float | None]:
    """Return the main output over the rows."""
    return column(part, scorer.spec.outputs.index(scorer.spec.primary))
