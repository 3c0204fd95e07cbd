"""Scores over HTTP: ``serve`` and ``create_app`` for a server, ``Client`` and ``AsyncClient``.

The event loop reads requests and writes answers; scoring happens in worker processes, fed by one
bounded queue. See docs/serving.md.
"""

from qualmetrics.serve.app import create_app
from qualmetrics.serve.catalogue import Catalogue
from qualmetrics.serve.client import AsyncClient, Client
from qualmetrics.serve.run import serve
from qualmetrics.serve.settings import Settings

__all__ = ["AsyncClient", "Catalogue", "Client", "Settings", "create_app", "serve"]
