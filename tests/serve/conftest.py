"""Servers on real sockets of this machine, each in a thread, with workers in processes."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qualmetrics.serve import Catalogue, Settings, create_app
from qualmetrics.serve.run import address, bind, make_server

NEEDED = ("fastapi", "uvicorn", "prometheus_client", "httpx")
MISSING = [package for package in NEEDED if importlib.util.find_spec(package) is None]
TOYS = Catalogue(metrics=("fkgl", "fre"), factory="tests.serve.toys:toys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a server where its packages are not installed."""
    here = str(Path(__file__).parent)
    for item in items:
        if MISSING and str(item.path).startswith(here) and item.path.stem != "test_settings":
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(MISSING)}"))


@dataclass
class Running:
    """A server that runs, and a client of it."""

    url: str
    port: int
    http: Any
    app: Any
    stop: Callable[[], None]

    @property
    def batcher(self) -> Any:
        """Its queue."""
        return self.app.state.service.batcher

    def post(self, path: str, data: Any, **options: Any) -> Any:
        """Send JSON."""
        return self.http.post(path, json=data, **options)

    def meter(self, name: str, **labels: str) -> float:
        """Return what /metrics tells."""
        value = self.batcher.meters.registry.get_sample_value(f"qualmetrics_{name}", labels)
        return 0.0 if value is None else value


@contextmanager
def running(catalogue: Catalogue = TOYS, **settings: Any) -> Iterator[Running]:
    """Run a server until the block is left."""
    import httpx

    chosen = Settings(**{"port": 0, "deadline": 20.0, **settings})
    app = create_app(catalogue, chosen)
    server = make_server(app)
    with bind(chosen) as bound:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))

        def stop() -> None:
            server.should_exit = True
            thread.join(30)

        url = address(bound)
        thread.start()
        while not server.started:
            assert thread.is_alive(), app.state.failed
            thread.join(0.01)
        port = bound.getsockname()[1]
        try:
            with httpx.Client(base_url=url, timeout=30) as http:
                yield Running(url, port, http, app, stop)
        finally:
            stop()


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """Return a server of the toys that every test may ask, and none may change."""
    with running() as found:
        yield found


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Return a function that starts a server for one test."""
    with ExitStack() as stack:
        yield lambda *args, **settings: stack.enter_context(running(*args, **settings))
