"""What stands before every handler: host, token, number of requests; and behind: errors, counts.

Plain ASGI, so that it costs microseconds. A request that carries its token in the path
(``/t/TOKEN/get_reward``) goes on as if it had been asked without.
"""

from __future__ import annotations

import hmac
import logging
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from qualmetrics.serve.reading import Gone
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.service import Service, refusal
from qualmetrics.serve.settings import is_loopback

OPEN = ("/health", "/ready", "/v2/health/live", "/v2/health/ready")
"""Probes tell nothing, and those who send them know no token."""

POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

HEADERS = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""On every answer: nothing is loaded from elsewhere, framed, or kept."""

log = logging.getLogger("qualmetrics.serve")


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: Any, service: Service, paths: frozenset[str]) -> None:
        self.app = app
        self.service = service
        self.paths = paths
        self.open = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watched(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        meters = self.service.batcher.meters
        self.open += 1
        meters.open(self.open)
        try:
            self._check(scope)
            await self.app(scope, receive, watched)
        except Gone:
            status = 499  # nginx's number for a client that left
        except Refused as error:
            if error.status != 503:
                meters.refused(error.kind)
            await refusal(error)(scope, receive, watched)
        except Exception as error:
            if status:
                raise
            _note(error)
            answer = Refused(500, f"the server failed ({type(error).__name__}); its log says where")
            await refusal(answer)(scope, receive, watched)
        finally:
            self.open -= 1
            meters.open(self.open)
            path = scope["path"]
            route = path if path in self.paths else "/v2/models" if "/v2/" in path else "other"
            meters.request(route, status, time.perf_counter() - began)

    def _check(self, scope: Any) -> None:
        """Refuse strangers, pages of other sites, and more requests than are held at once."""
        settings = self.service.settings
        headers = dict(scope["headers"])
        if settings.token is not None:
            self._check_token(scope, headers, settings.token)
        else:  # what asks without a secret must at least come from here
            _check_host(headers)
            _check_origin(headers)
        if self.open > settings.max_connections and scope["path"] not in OPEN:
            self.service.batcher.meters.refused("requests")
            retry_after = self.service.batcher.retry_after()
            raise Refused(
                503, f"{settings.max_connections} requests are open", retry_after=retry_after
            )

    @staticmethod
    def _check_token(scope: Any, headers: dict[bytes, bytes], token: str) -> None:
        """Take the token off the path, or find it in a header."""
        expected = token.encode()
        path: str = scope["path"]
        if path.startswith("/t/"):
            given, slash, rest = path[3:].partition("/")
            if slash and hmac.compare_digest(given.encode(), expected):
                scope["path"] = "/" + rest
                scope["raw_path"] = scope["path"].encode()
                return
        if path in OPEN:
            return
        scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
        bearer = value.strip() if scheme.lower() == b"bearer" else b""
        key = headers.get(b"x-api-key", b"")
        # both are compared always, so that the time tells nothing
        if not (hmac.compare_digest(bearer, expected) | hmac.compare_digest(key, expected)):
            raise Refused(
                401,
                "a token is required: send 'Authorization: Bearer TOKEN' or 'X-API-Key: TOKEN', or "
                "put /t/TOKEN before the path",
            )


def _check_host(headers: dict[bytes, bytes]) -> None:
    """Refuse a name that is not this machine's: a page elsewhere may have rebound its own to it."""
    if not _is_here(headers.get(b"host", b"localhost").decode("latin-1")):
        raise Refused(421, "without a token only requests to localhost or 127.0.0.1 are answered")


@lru_cache(maxsize=64)
def _is_here(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:  # half a bracket
        return False


def _check_origin(headers: dict[bytes, bytes]) -> None:
    """Refuse what a page of another site sends."""
    origin = headers.get(b"origin")
    if origin is None:
        return
    _, _, site = origin.decode("latin-1").partition("://")
    if site != headers.get(b"host", b"").decode("latin-1"):
        raise Refused(403, "requests from pages of other sites are not answered")


def _note(error: Exception) -> None:
    """Log where it broke, without the message, which may quote a text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("%s in %s", type(error).__name__, where)
