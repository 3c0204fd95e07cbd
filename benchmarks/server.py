"""The server beside OpenRLHF's handler pattern and LitServe: 64 keep-alive clients, one text each.

Usage::

    python benchmarks/server.py [--requests 4000] [--rounds 2] [--only dummy,formulas,bertscore]

Everything runs on loopback, each server in a process of its own, one after another, the clients in
this one. A run ends after ``--requests`` answers or ``--seconds``. The dummy model sleeps 5 ms a
call and .2 ms a text; texts have 800 characters. Peers:

- the pattern of OpenRLHF's reference reward server: one request, one synchronous scoring call in
  an ``async def`` handler of FastAPI (written here from its documented call shape);
- LitServe with batches of up to 64 texts and 4 ms, skipped with a line where it is not installed.

``h11`` is plain uvicorn, as the extra ``serve`` installs it; ``httptools`` is uvicorn with
httptools and uvloop, which LitServe brings along and which uvicorn takes when they are there. Peers
run under both. The best of ``--rounds`` is printed for each, and its p50 and p99.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import os
import platform
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from qualmetrics.core import Batch, Cost, Layout, Rows, Scorer, Spec, status_array

CLIENTS = 64
CHARACTERS = 800
PER_CALL, PER_TEXT = 0.005, 0.0002
HTTP = {"h11": ("h11", "asyncio"), "httptools": ("httptools", "uvloop")}


# -- the models -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Characters:
    """How long a text is."""

    layout = {"size": Layout()}  # noqa: RUF012 - a constant of the class
    needs: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ("characters/1",)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Count."""
        sizes = np.array([len(text) for text in rows.texts], dtype=np.float64)
        return Batch({"size": sizes}, status_array(len(rows)))


def dummy_forward(arrays: Mapping[str, Any]) -> Any:
    """Take the time of a small model."""
    time.sleep(PER_CALL + PER_TEXT * len(arrays["size"]))
    return arrays["size"][:, None]


def dummy() -> dict[str, Scorer]:
    """Return the dummy as a scorer."""
    return {"dummy": Scorer(Spec("dummy"), (Characters(),), dummy_forward)}


MODELS: Mapping[str, tuple[str, ...]] = {
    "dummy": (),
    "formulas": ("fkgl", "fre", "dale_chall", "smog"),
    "bertscore": (),
}
"""What is served: the dummy comes from a factory, BERTScore from a bundle exported at the start."""

BUNDLE = "QUALMETRICS_BENCH_BUNDLE"


def catalogue(model: str) -> Any:
    """Return what is served as the server wants it told."""
    from qualmetrics.serve import Catalogue

    if model == "dummy":
        return Catalogue(factory="server:dummy")
    if model == "bertscore":
        return Catalogue((os.environ[BUNDLE],))
    return Catalogue(MODELS[model])


# -- the servers ----------------------------------------------------------------------------------


def ours(model: str, port: int, http: str) -> None:
    """Serve with qualmetrics."""
    import uvicorn

    from qualmetrics.serve import Settings, create_app

    app = create_app(catalogue(model), Settings(port=port))
    parser, loop = HTTP[http]
    uvicorn.run(app, port=port, http=parser, loop=loop, access_log=False, log_level="error")


def openrlhf(model: str, port: int, http: str) -> None:
    """Serve by the pattern of OpenRLHF's reference: the handler scores, and all else waits."""
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    scorers = catalogue(model).load()
    app = FastAPI()

    async def get_reward(request: Any) -> Any:
        data = await request.json()
        rewards: list[float] = []
        for scorer in scorers.values():
            rewards = scorer(data["query"], data.get("labels")).primary.tolist()
        return JSONResponse({"rewards": rewards})

    get_reward.__annotations__["request"] = Request
    app.post("/get_reward", response_model=None)(get_reward)
    parser, loop = HTTP[http]
    uvicorn.run(app, port=port, http=parser, loop=loop, access_log=False, log_level="error")


def litserve(model: str, port: int, http: str) -> None:
    """Serve with LitServe."""
    import litserve as lit
    from litserve_api import Api

    parser, loop = HTTP[http]
    api = Api(max_batch_size=64, batch_timeout=0.004, api_path="/get_reward")
    api.model = model
    server = lit.LitServer(api, accelerator="cpu", workers_per_device=1, timeout=60)
    server.run(
        host="127.0.0.1", port=port, log_level="error", generate_client_file=False,
        num_api_servers=1, http=parser, loop=loop, access_log=False,
    )  # fmt: skip


SERVERS: Mapping[str, Callable[[str, int, str], None]] = {
    "openrlhf pattern": openrlhf,
    "litserve": litserve,
    "qualmetrics": ours,
}


def _end_with_parent(parent: int) -> None:
    """Leave nothing behind when the benchmark itself is ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


def _run(name: str, model: str, port: int, http: str) -> None:
    os.setpgid(0, 0)  # its workers end with it
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    SERVERS[name](model, port, http)


# -- the clients ----------------------------------------------------------------------------------


class Client(asyncio.Protocol):
    """One keep-alive connection: sends a request, waits for the answer, sends the next."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        """Send the next request, if there is one."""
        request = self.load.next()
        if request is None:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Go on once the answer is complete."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self.buffer) < end + 4 + length:
            return
        self.load.done(time.perf_counter() - self.began, good=head[9:12] == b"200")
        self.buffer = b""
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell that this client is gone."""
        self.load.left()


class Load:
    """Requests for all clients, and what became of them."""

    def __init__(self, requests: Sequence[bytes], seconds: float) -> None:
        self.requests = iter(requests)
        self.end = time.perf_counter() + seconds
        self.times: list[float] = []
        self.failed = 0
        self.clients = CLIENTS
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        """Return a request, or None when it is enough."""
        return None if time.perf_counter() > self.end else next(self.requests, None)

    def done(self, seconds: float, *, good: bool) -> None:
        """Note an answer."""
        self.times.append(seconds)
        self.failed += not good

    def left(self) -> None:
        """Note that a client has ended."""
        self.clients -= 1
        if not self.clients:
            self.over.set_result(None)


def request(port: int, text: str, reference: str | None) -> bytes:
    """Return the bytes of one request."""
    data: dict[str, Any] = {"query": [text], "prompts": [""]}
    if reference is not None:
        data["labels"] = [reference]
    body = json.dumps(data).encode()
    head = (
        f"POST /get_reward HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def drive(port: int, requests: Sequence[bytes], seconds: float) -> dict[str, float]:
    """Send requests from all clients; return rate and times."""
    load = Load(requests, seconds)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    for _ in range(CLIENTS):
        await loop.create_connection(lambda: Client(load), "127.0.0.1", port)
    await load.over
    wall = time.perf_counter() - began
    times = np.array(load.times) * 1000
    return {
        "n": len(times),
        "failed": load.failed,
        "rate": len(times) / wall,
        "p50": float(np.percentile(times, 50)),
        "p99": float(np.percentile(times, 99)),
    }


def texts(model: str, n: int) -> list[tuple[str, str | None]]:
    """Return distinct texts of 800 characters, with a reference where the model reads one."""
    rng = random.Random(0)  # noqa: S311 - the same texts each time
    words = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").split()
    made = [" ".join(rng.choices(words, k=200))[:CHARACTERS] for _ in range(n)]
    if model != "bertscore":
        return [(text, None) for text in made]
    return [(text, " ".join(rng.choices(words, k=60))) for text in made]


# -- runs -----------------------------------------------------------------------------------------


def measure(name: str, model: str, http: str, n: int, seconds: float) -> dict[str, float]:
    """Start a server, warm it, measure, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_run, args=(name, model, port, http))
    process.start()
    try:
        _wait(port)
        requests = [request(port, *row) for row in texts(model, n + 64)]
        asyncio.run(drive(port, requests[:64], 60))
        return asyncio.run(drive(port, requests[64:], seconds))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.join()


def _wait(port: int) -> None:
    probe = request(port, "A text.", "Another.")
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), 30) as connection:
                connection.sendall(probe)
                if b" 200 " in connection.recv(65536)[:20]:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="dummy,formulas,bertscore")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if "bertscore" in options.only:
            import qualmetrics

            os.environ[BUNDLE] = qualmetrics.export("bertscore", f"{folder}/bundle", graph="ids")
        _compare(options)


def _compare(options: argparse.Namespace) -> None:
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {CLIENTS} clients"
    )
    print(f"{'model':<10} {'server':<18} {'http':<10} {'req/s':>7} {'p50 ms':>7} {'p99 ms':>7}")
    for model in options.only.split(","):
        rows = [(name, http) for name in SERVERS for http in HTTP if _there(name, http)]
        found: dict[tuple[str, str], dict[str, float]] = {}
        for _ in range(options.rounds):
            for name, http in rows:
                slow = name.startswith("openrlhf") or model == "bertscore"
                n = options.requests // 8 if slow else options.requests
                one = measure(name, model, http, n, options.seconds)
                if one["rate"] > found.get((name, http), {"rate": 0.0})["rate"]:
                    found[name, http] = one
        for (name, http), one in found.items():
            failed = f"  {one['failed']:.0f} failed" if one["failed"] else ""
            print(
                f"{model:<10} {name:<18} {http:<10} {one['rate']:>7.0f} {one['p50']:>7.1f} "
                f"{one['p99']:>7.1f}{failed}",
                flush=True,
            )
        for http in HTTP:
            if ("qualmetrics", http) in found:
                mine = found["qualmetrics", http]["rate"]
                ratios = [
                    f"{mine / found[name, http]['rate']:.2f} x {name}"
                    for name in SERVERS
                    if name != "qualmetrics" and (name, http) in found
                ]
                print(f"{model:<10} qualmetrics, {http}: {', '.join(ratios)}", flush=True)


def _there(name: str, http: str) -> bool:
    packages = {"litserve": ["litserve"]}.get(name, []) + (
        [http, "uvloop"] if http != "h11" else []
    )
    return all(importlib.util.find_spec(package) for package in packages)


if __name__ == "__main__":
    main()
