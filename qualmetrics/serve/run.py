"""Runs the server until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

from qualmetrics.errors import MissingExtraError, ServerError
from qualmetrics.serve.app import create_app
from qualmetrics.serve.catalogue import Catalogue
from qualmetrics.serve.settings import Settings

GRACE = 20
"""Seconds that open requests have to end after a signal to stop."""

KEEP_ALIVE = 65
"""Seconds that an idle connection stays open: longer than in the pools of clients in front."""

BACKLOG = 2048


def serve(
    catalogue: Catalogue,
    settings: Settings | None = None,
    *,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve a catalogue until SIGINT or SIGTERM, then finish what was asked and return.

    Parameters
    ----------
    catalogue : Catalogue
    settings : Settings, optional
    announce : function, optional
        Called with the address once requests are taken.

    Raises
    ------
    QualmetricsError
        When something served cannot be loaded, or the address is taken.
    """
    settings = settings or Settings()
    app = create_app(catalogue, settings)
    with bind(settings) as bound:
        server = make_server(app)
        if threading.current_thread() is threading.main_thread():
            # uvicorn raises the signal again once it has stopped: by then we have ended well
            for name in ("SIGINT", "SIGTERM"):
                signal.signal(getattr(signal, name), _nothing)
        asyncio.run(_until_stopped(server, bound, announce))
    if app.state.failed is not None:
        raise ServerError(f"a worker could not start: {app.state.failed}", 0)


def bind(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises
    ------
    ServerError
        When the address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(
            (settings.host.strip("[]"), settings.port), family=family, backlog=BACKLOG
        )
    except OSError as error:
        raise ServerError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}", 0
        ) from None


def address(bound: socket.socket) -> str:
    """Return the address of a socket as a URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def make_server(app: Any) -> Any:
    """Return uvicorn's server of an application: no access log, because paths may hold a token.

    Nor its other messages: what fails in a request is logged by the application, without texts.
    """
    try:
        import uvicorn
    except ImportError:
        raise MissingExtraError("uvicorn", "serve", "the server") from None
    return uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=KEEP_ALIVE,
            lifespan="on",
            ws="none",
        )
    )


async def _until_stopped(
    server: Any, bound: socket.socket, announce: Callable[[str], None] | None
) -> None:
    running = asyncio.create_task(_run(server, bound))
    while not (server.started or running.done()):
        await asyncio.sleep(0.01)
    if announce is not None and server.started:
        announce(address(bound))
    await running


async def _run(server: Any, bound: socket.socket) -> None:
    try:
        await server.serve(sockets=[bound])
    except SystemExit:  # uvicorn's way to say that the application did not start
        return


def _nothing(*_: object) -> None:
    return None
