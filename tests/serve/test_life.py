"""What goes wrong while a request is scored: its rows say so, all others are answered."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qualmetrics.errors import ServerError
from qualmetrics.serve import Catalogue, Settings, create_app, serve
from tests.serve.conftest import TOYS, Running


def ask(server: Running, texts: list[Any], *names: str, **headers: str) -> Any:
    data = {"texts": texts, "scorers": list(names) or ["size"]}
    return server.post("/v1/score", data, headers=headers)


def outcome(answer: Any, name: str = "size") -> tuple[list[Any], list[str]]:
    data = answer.json()["scores"][name]
    return data["outputs"][data["primary"]], data["status"]


def until(true: Any) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "never true"
        time.sleep(0.01)


# -- a worker that dies ---------------------------------------------------------------------------


def test_a_worker_that_dies_costs_only_the_row_it_died_on(start: Any) -> None:
    server = start()
    values, status = outcome(ask(server, ["abc", "DIE", "", "abcd"]))
    assert values == [3.0, None, None, 4.0]
    assert status == ["ok", "error", "empty", "ok"]
    assert server.meter("worker_restarts_total") == 2


def test_a_scorer_that_dies_spares_the_other_scorers_of_the_row(start: Any) -> None:
    answer = ask(start(), ["DIE now"], "size", "calm")
    assert outcome(answer, "size") == ([None], ["error"])
    assert outcome(answer, "calm") == ([7.0], ["ok"])


def test_the_other_requests_of_the_batch_are_answered(start: Any) -> None:
    server = start(batch_wait=0.2)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(ask, server, ["SLEEP 0.4"])
        until(lambda: server.batcher._busy)
        texts = ["a", "bb", "DIE", "dddd", "RAISE", "ffffff"]
        answers = list(pool.map(lambda text: ask(server, [text]), texts))
        assert first.result().status_code == 200
    found = [outcome(answer) for answer in answers]
    assert [status for _, (status,) in found] == ["ok", "ok", "error", "ok", "error", "ok"]
    assert [value for (value,), _ in found] == [1.0, 2.0, None, 4.0, None, 6.0]


def test_a_scorer_that_hangs_is_ended_and_the_other_rows_are_answered(start: Any) -> None:
    server = start(patience=1.0)
    assert outcome(ask(server, ["abc", "HANG"])) == ([3.0, None], ["ok", "error"])
    assert ask(server, ["ab"]).status_code == 200


def test_a_worker_that_was_killed_while_idle_is_replaced_unseen(start: Any) -> None:
    server = start()
    (worker,) = server.batcher.workers
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.join()
    assert outcome(ask(server, ["abc", ""])) == ([3.0, None], ["ok", "empty"])


def test_an_exception_in_an_input_is_the_status_of_its_row(server: Running) -> None:
    assert outcome(ask(server, ["abc", "RAISE"])) == ([3.0, None], ["ok", "error"])


def test_a_worker_that_cannot_load_is_told_at_once() -> None:
    catalogue = Catalogue(factory="tests.serve.toys:unloadable")
    with pytest.raises(ServerError, match="a worker could not start: RuntimeError"):
        serve(catalogue, Settings(port=0))


# -- waiting --------------------------------------------------------------------------------------


def test_probes_are_answered_while_a_batch_is_scored(start: Any) -> None:
    server = start()
    with ThreadPoolExecutor(1) as pool:
        scored = pool.submit(ask, server, ["SLEEP 3"])
        until(lambda: server.batcher._busy)
        assert server.http.get("/health").status_code == 200
        assert not scored.done()


def test_two_workers_score_at_the_same_time(start: Any) -> None:
    server = start(workers=2)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, server, ["SLEEP 4 a"])
        until(lambda: server.batcher._busy == 1)  # else both may go into one batch
        second = pool.submit(ask, server, ["SLEEP 4 b"])
        until(lambda: server.batcher._busy == 2)
        assert [answer.result().status_code for answer in (first, second)] == [200, 200]


def test_a_full_queue_refuses_and_says_when_to_come_back(start: Any) -> None:
    server = start(max_queue=3)
    with ThreadPoolExecutor(4) as pool:
        scored = pool.submit(ask, server, ["SLEEP 3"])
        until(lambda: server.batcher._busy)
        waiting = pool.submit(ask, server, ["a", "b"])
        until(lambda: server.batcher.items == 2)
        refused = ask(server, ["c", "d"])
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["error_type"] == "overloaded"
        assert {scored.result().status_code, waiting.result().status_code} == {200}
    assert ask(server, ["c", "d"]).status_code == 200


def test_more_requests_than_are_held_at_once_are_refused(start: Any) -> None:
    server = start(max_connections=1)
    with ThreadPoolExecutor(1) as pool:
        scored = pool.submit(ask, server, ["SLEEP 3"])
        until(lambda: server.batcher._busy)
        refused = server.http.get("/info")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert server.http.get("/health").status_code == 200
        assert scored.result().status_code == 200


def test_a_request_past_its_deadline_is_answered_504(start: Any) -> None:
    server = start(deadline=0.3)
    assert ask(server, ["SLEEP 1.0"]).status_code == 504
    assert ask(server, ["abc"], "calm").status_code in (200, 504)  # the worker is still asleep
    until(lambda: server.batcher._busy == 0)
    assert ask(server, ["abc"]).status_code == 200


def test_a_client_may_ask_for_less_time_than_the_deadline(server: Running) -> None:
    assert ask(server, ["SLEEP 0.5"], **{"X-Request-Timeout": "0.1"}).status_code == 504
    assert ask(server, ["a"], **{"X-Request-Timeout": "soon"}).status_code == 422


def test_what_a_client_no_longer_waits_for_is_not_scored(start: Any) -> None:
    server = start()
    data = json.dumps({"texts": ["left behind"], "scorers": ["size"]}).encode()
    head = f"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n"
    with ThreadPoolExecutor(1) as pool:
        scored = pool.submit(ask, server, ["SLEEP 3"])
        until(lambda: server.batcher._busy)
        with socket.create_connection(("127.0.0.1", server.port)) as leaving:
            leaving.sendall(head.encode() + data)
            until(lambda: server.batcher.items == 1)
        until(lambda: server.batcher.items == 0)
        assert not scored.done()
        assert scored.result().status_code == 200
    assert server.meter("texts_total", scorer="size") == 1
    assert server.meter("requests_total", route="/v1/score", status="499") == 1


def test_a_client_that_leaves_in_the_middle_of_its_body_harms_nobody(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as leaving:
        leaving.sendall(
            b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
        )
    assert ask(server, ["abc"]).status_code == 200


# -- the end, and the log -------------------------------------------------------------------------

SCRIPT = """
from qualmetrics.serve import Catalogue, Settings, serve
if __name__ == "__main__":
    catalogue = Catalogue(factory="tests.serve.toys:toys")
    serve(catalogue, Settings(port=0), announce=lambda url: print(url, flush=True))
"""


def test_a_signal_lets_open_requests_end_and_no_text_is_logged(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    script = tmp_path / "serving.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    import httpx

    with httpx.Client(base_url=url, timeout=30) as http, ThreadPoolExecutor(1) as pool:
        for text in ("RAISE secret", "DIE secret", "secret"):
            http.post("/v1/score", json={"texts": [text], "scorers": ["size"]})
        http.post("/v1/score", content=b'{"texts": secret}')
        http.post("/v1/analyse", json={"text": "RAISE secret", "reference": "secret"})
        late = {"texts": ["SLEEP 0.6 secret"], "scorers": ["size"]}
        scored = pool.submit(http.post, "/v1/score", json=late)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert scored.result().status_code == 200
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "secret" not in out + err
    assert "ValueError" in err


def test_an_address_that_is_taken_is_told(server: Running) -> None:
    with pytest.raises(ServerError, match=r"cannot listen on 127\.0\.0\.1"):
        serve(TOYS, Settings(port=server.port))


def test_a_reward_that_is_not_served_is_refused() -> None:
    from qualmetrics.errors import InputError

    with pytest.raises(InputError, match="the reward 'fog' is not served"):
        create_app(TOYS, Settings(reward="fog"))
