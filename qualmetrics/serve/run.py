"""Runs the server until it is told to stop."""

from __future__ import annotations

import signal
from typing import Any

from qualmetrics.errors import MissingExtraError, QualmetricsError
from qualmetrics.serve.app import create_app
from qualmetrics.serve.catalogue import Catalogue
from qualmetrics.serve.settings import Settings

GRACE = 20
"""Seconds that open requests have to end after a signal to stop."""


def serve(catalogue: Catalogue, settings: Settings | None = None) -> None:
    """Serve a catalogue until SIGINT or SIGTERM, then finish what was asked and return.

    Raises
    ------
    QualmetricsError
        When something served cannot be loaded, or the address is taken.
    """
    settings = settings or Settings()
    run(create_app(catalogue, settings), settings)


def run(app: Any, settings: Settings) -> None:
    """Run an application on uvicorn; the address is printed once requests are taken."""
    try:
        import uvicorn
    except ImportError:
        raise MissingExtraError("uvicorn", "serve", "the server") from None
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,  # paths can hold a token
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=65,  # longer than the idle time of the pools in front
        lifespan="on",
        ws="none",
    )
    for name in ("SIGINT", "SIGTERM"):
        # uvicorn raises the signal again once it has stopped: by then we have ended well
        signal.signal(getattr(signal, name), _nothing)
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        raise QualmetricsError(f"the server did not start on {settings.host}:{settings.port}")


def _nothing(*_: object) -> None:
    return None
