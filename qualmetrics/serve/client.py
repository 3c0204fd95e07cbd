"""Clients of the server, sync and async: the same ``Scores`` as from the scorer itself.

A request that fails on the way, or that the server has no room for, is sent again after a pause:
scoring twice changes nothing. Many texts go as several requests within the server's limits.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from qualmetrics.core import Scores, Spec, Status
from qualmetrics.errors import InputError, MissingExtraError, ServerError

AGAIN = (408, 429, 502, 503, 504)
"""Statuses after which the same request may succeed."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
AT_ONCE = 4
"""Requests that the async client has open for one call."""

Texts = Sequence[str | None]
References = Sequence[str | Sequence[str] | None]
Columns = Mapping[str, Sequence[Any]]


class Client:
    """Scores texts on a server.

    Parameters
    ----------
    url : str
        Where it is, such as ``http://127.0.0.1:8000``.
    token : str, optional
        Its token.
    timeout : float
        Seconds for one request.
    retries : int
        How often a request is sent again.

    Raises
    ------
    MissingExtraError
        Without httpx.

    Examples
    --------
    ::

        with Client("http://127.0.0.1:8000") as client:
            scores = client.score(["The boat crossed the bay."])["fkgl"]
    """

    def __init__(
        self, url: str, *, token: str | None = None, timeout: float = 60.0, retries: int = 5
    ) -> None:
        self._http = _httpx().Client(**_options(url, token, timeout))
        self._retries = _checked(retries)
        self._info: dict[str, Any] | None = None

    def score(
        self,
        texts: Texts,
        scorers: Sequence[str] | None = None,
        references: References | None = None,
        *,
        columns: Columns | None = None,
    ) -> dict[str, Scores]:
        """Score texts; see ``qualmetrics.score``. Without names all that is served is asked for.

        A reference of None makes its row *not applicable* to scorers that read references.

        Raises
        ------
        ServerError
            When the server refuses the call (with its reason) or stays out of reach.
        """
        info = self.info()
        requests = _requests(info, texts, scorers, references, columns)
        return _scores(info, [self._send("POST", "/v1/score", data) for data in requests])

    def get_reward(
        self, queries: Texts, prompts: Texts | None = None, labels: References | None = None
    ) -> dict[str, Any]:
        """Ask as OpenRLHF does: ``rewards``, ``scores`` in [0, 1] and ``extra_logs``."""
        found: dict[str, Any] = self._send("POST", "/get_reward", _reward(queries, prompts, labels))
        return found

    def info(self) -> dict[str, Any]:
        """Return what is served and the limits; asked for once."""
        if self._info is None:
            self._info = self._send("GET", "/info")
        return self._info

    def _send(self, method: str, path: str, data: Any = None) -> Any:
        for attempt in range(self._retries + 1):
            try:
                response = self._http.request(method, path, content=_body(data))
            except _httpx().TransportError as error:
                failed: Any = error
            else:
                if response.status_code == 200:
                    return response.json()
                failed = response
            if attempt == self._retries or not _may_retry(failed):
                raise _error(failed, self._http.base_url)
            time.sleep(_pause(attempt, failed))
        raise AssertionError  # the loop returns or raises

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """Scores texts on a server without blocking; see ``Client``."""

    def __init__(
        self, url: str, *, token: str | None = None, timeout: float = 60.0, retries: int = 5
    ) -> None:
        self._http = _httpx().AsyncClient(**_options(url, token, timeout))
        self._retries = _checked(retries)
        self._info: dict[str, Any] | None = None

    async def score(
        self,
        texts: Texts,
        scorers: Sequence[str] | None = None,
        references: References | None = None,
        *,
        columns: Columns | None = None,
    ) -> dict[str, Scores]:
        """Score texts; see ``Client.score``."""
        info = await self.info()
        room = asyncio.Semaphore(AT_ONCE)

        async def send(data: Any) -> Any:
            async with room:
                return await self._send("POST", "/v1/score", data)

        requests = _requests(info, texts, scorers, references, columns)
        return _scores(info, await asyncio.gather(*(send(data) for data in requests)))

    async def get_reward(
        self, queries: Texts, prompts: Texts | None = None, labels: References | None = None
    ) -> dict[str, Any]:
        """Ask as OpenRLHF does; see ``Client.get_reward``."""
        data = _reward(queries, prompts, labels)
        found: dict[str, Any] = await self._send("POST", "/get_reward", data)
        return found

    async def info(self) -> dict[str, Any]:
        """Return what is served and the limits; asked for once."""
        if self._info is None:
            self._info = await self._send("GET", "/info")
        return self._info

    async def _send(self, method: str, path: str, data: Any = None) -> Any:
        for attempt in range(self._retries + 1):
            try:
                response = await self._http.request(method, path, content=_body(data))
            except _httpx().TransportError as error:
                failed: Any = error
            else:
                if response.status_code == 200:
                    return response.json()
                failed = response
            if attempt == self._retries or not _may_retry(failed):
                raise _error(failed, self._http.base_url)
            await asyncio.sleep(_pause(attempt, failed))
        raise AssertionError  # the loop returns or raises

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


# -- what both share ------------------------------------------------------------------------------


def _httpx() -> Any:
    try:
        import httpx
    except ImportError:
        raise MissingExtraError("httpx", "client", "a client of the server") from None
    return httpx


def _options(url: str, token: str | None, timeout: float) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    return {"base_url": url, "headers": headers, "timeout": timeout}


def _checked(retries: int) -> int:
    if type(retries) is not int or retries < 0:
        raise InputError(f"retries must be a whole number from 0; got {retries!r}")
    return retries


def _body(data: Any) -> bytes | None:
    return None if data is None else _encoded(data)


def _encoded(data: Any) -> bytes:
    try:
        return json.dumps(data, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"a request holds plain data only: {error}") from None


def _may_retry(failed: Any) -> bool:
    return not hasattr(failed, "status_code") or failed.status_code in AGAIN


def _pause(attempt: int, failed: Any) -> float:
    """Return seconds: twice as long each time, never less than the server asks for, with jitter."""
    asked = failed.headers.get("retry-after", "") if hasattr(failed, "headers") else ""
    least = float(asked) if asked.isdigit() else 0.0
    spread = FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - only spreads load
    return float(min(LONGEST_PAUSE, max(least, spread)))


def _error(failed: Any, url: Any) -> ServerError:
    if not hasattr(failed, "status_code"):
        kind = type(failed).__name__
        return ServerError(f"{url} is out of reach ({kind}); start it with: qualmetrics serve", 0)
    try:
        message = failed.json()["error"]
    except (ValueError, KeyError, TypeError):
        message = "no reason given"
    return ServerError(f"{url} answered {failed.status_code}: {message}", failed.status_code)


def _reward(queries: Any, prompts: Any, labels: Any) -> dict[str, Any]:
    data = {"query": _list("queries", queries)}
    for key, value in (("prompts", prompts), ("labels", labels)):
        if value is not None:
            data[key] = _list(key, value)
    return data


def _list(name: str, values: Any) -> list[Any]:
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__iter__"):
        raise InputError(f"{name} must be a sequence; got {type(values).__name__}")
    return [list(v) if isinstance(v, tuple) else v for v in values]


def _requests(
    info: Mapping[str, Any],
    texts: Texts,
    scorers: Sequence[str] | None,
    references: References | None,
    columns: Columns | None,
) -> list[dict[str, Any]]:
    """Return the bodies of the requests, each within the server's limits."""
    given = {"texts": _list("texts", texts)}
    if references is not None:
        given["references"] = _list("references", references)
    given |= {f"column {k}": _list(f"column {k}", v) for k, v in (columns or {}).items()}
    for name, values in given.items():
        if len(values) != len(given["texts"]):
            raise InputError(f"{len(given['texts'])} texts but {len(values)} cells in {name}")
    asked = {} if scorers is None else {"scorers": _list("scorers", scorers)}
    requests = []
    for start, end in _pieces(list(zip(*given.values(), strict=True)), info["limits"]):
        data: dict[str, Any] = {**asked, "texts": given["texts"][start:end]}
        if references is not None:
            data["references"] = given["references"][start:end]
        if columns:
            data["columns"] = {k: given[f"column {k}"][start:end] for k in columns}
        requests.append(data)
    return requests


def _pieces(rows: Sequence[Any], limits: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Cut rows where a request would have too many items or bytes; at least one piece."""
    start, size = 0, 0
    room = 0.9 * limits["max_body"]  # names and brackets take some
    for i, row in enumerate(rows):
        here = len(_encoded(row)) + 16
        if i > start and (i - start >= limits["max_items"] or size + here > room):
            yield start, i
            start, size = i, 0
        size += here
    yield start, len(rows)


def _scores(info: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Scores]:
    """Put the answers of consecutive requests together as ``Scores``."""
    specs = {item["name"]: item for item in info["scorers"]}
    found = {}
    for name in answers[0]["scores"]:
        parts = [answer["scores"][name] for answer in answers]
        about = specs.get(name, {})
        if {part["signature"] for part in parts} != {about.get("signature")}:
            raise ServerError(f"the server has changed what {name} is; make a new client", 0)
        found[name] = Scores.join([_one(part, about) for part in parts])
    return found


def _one(data: Mapping[str, Any], about: Mapping[str, Any]) -> Scores:
    spec = _spec(json.dumps(about["spec"]))
    inner = {item["name"]: item for item in about["components"]}
    columns = [data["outputs"][name] for name in spec.outputs]
    values = [[math.nan if cell is None else cell for cell in column] for column in columns]
    status = [_code(word) for word in data["status"]]
    return Scores(
        values=np.array(values, dtype=np.float64).T.copy(),
        status=np.array(status, dtype=np.uint16),
        spec=spec,
        signature=data["signature"],
        children={k: _one(v, inner[k]) for k, v in data.get("components", {}).items()},
    )


@lru_cache(maxsize=256)
def _spec(written: str) -> Spec:
    return Spec.from_dict(json.loads(written))


@lru_cache(maxsize=4096)
def _code(words: str) -> int:
    return sum(int(Status[word.upper()]) for word in words.split("+"))
