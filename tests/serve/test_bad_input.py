"""Wrong requests are refused with a reason before any work, and the server goes on."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import pytest

from tests.serve.conftest import Running

TOKEN = "a-token-of-enough-letters"  # noqa: S105


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"])


def body(server: Running, content: bytes, **headers: str) -> Any:
    return server.http.post("/v1/score", content=content, headers=headers)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Expecting value at line 1, column 1"),
        (b'{"texts": [', "Expecting value at line 1, column 12"),
        (b'{"texts": ["\xff"]}', "is not UTF"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"texts": [' + b"1" * 5000 + b"]}", "too many digits"),
    ],
)
def test_a_body_that_is_no_json_is_told_where(server: Running, content: bytes, said: str) -> None:
    assert said in refused(body(server, content), 400)


def test_a_body_that_is_no_object_is_refused(server: Running) -> None:
    assert "got a list" in refused(server.post("/v1/score", []), 422)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "texts must be a list; got null"),
        ({"texts": "one"}, "texts must be a list; got a string"),
        ({"texts": ["a", 3]}, "texts[1] is int"),
        ({"texts": ["a"], "scorer": ["calm"]}, "Did you mean 'scorers'?"),
        ({"texts": ["a"], "scorers": ["clam"]}, "no scorer 'clam' is served here; served:"),
        ({"texts": ["a"], "scorers": []}, "a list of names"),
        ({"texts": ["a"], "scorers": ["calm", "calm"]}, "twice"),
        ({"texts": ["a"], "scorers": ["shared"]}, "shared compares texts with references"),
        ({"texts": ["a"], "scorers": ["near"]}, "near reads the column 'level'"),
        ({"texts": ["a"], "scorers": ["near"], "columns": {"level": 3}}, "columns.level must be"),
        ({"texts": ["a"], "scorers": ["near"], "columns": {"level": []}}, "1 texts but 0 cells"),
        ({"texts": ["a"], "scorers": ["shared"], "references": []}, "1 texts but 0 references"),
        ({"texts": ["a"], "scorers": ["shared"], "references": [3]}, "references[0] is int"),
        ({"texts": ["a"], "scorers": ["shared"], "references": [["a", None]]}, "strings only"),
    ],
)
def test_a_wrong_call_says_what_came_and_what_is_expected(
    server: Running, data: Any, said: str
) -> None:
    assert said in refused(server.post("/v1/score", data), 422)


def test_a_cell_that_is_no_number_costs_its_row_whatever_is_beside_it(start: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server = start()
    server.post("/v1/score", {"texts": ["warm"], "scorers": ["near"], "columns": {"level": [1]}})

    def ask(levels: list[Any]) -> Any:
        data = {"texts": ["abc"] * len(levels), "scorers": ["near"], "columns": {"level": levels}}
        return server.post("/v1/score", data).json()["scores"]["near"]["status"]

    levels = [1, "x", 2, None, {"a": 1}, "3"]
    names = ["ok", "error", "ok", "not_applicable", "error", "ok"]
    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(ask, [[level] for level in levels]))
    assert [names_[0] for names_ in alone] == names
    assert ask(levels) == names


def test_a_wrong_call_does_not_spoil_its_batch(start: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server = start()
    server.post("/v1/score", {"texts": ["warm"], "scorers": ["near"], "columns": {"level": [1]}})

    def ask(levels: list[Any]) -> int:
        data = {"texts": ["abc"], "scorers": ["near"], "columns": {"level": levels}}
        return server.post("/v1/score", data).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, [[1], [], [2], [3, 4]])) == [200, 422, 200, 422]


def test_texts_of_every_oddity_have_a_status(server: Running) -> None:
    texts = [None, "", " \n", "\x00", "\ud800 x", "🙂", "word " * 300]
    content = json.dumps({"texts": texts, "scorers": ["fkgl"]}).encode()
    answer = body(server, content)
    assert len(answer.json()["scores"]["fkgl"]["status"]) == len(texts)


# -- limits ---------------------------------------------------------------------------------------


def test_what_is_over_a_limit_is_refused_with_both_numbers(start: Any) -> None:
    server = start(max_items=2, max_characters=10, max_body=1000)
    ask = {"scorers": ["shared"], "references": ["a"]}
    said = refused(server.post("/v1/score", {"texts": ["a"] * 3, "scorers": ["calm"]}), 413)
    assert said == "3 texts; at most 2 in a request"
    said = refused(server.post("/v1/score", {"texts": ["a" * 11], "scorers": ["calm"]}), 413)
    assert said == "texts[0] has 11 characters; at most 10"
    said = refused(server.post("/v1/score", {**ask, "texts": ["a"], "references": ["b" * 11]}), 413)
    assert said == "references[0] has 11 characters; at most 10"
    said = refused(server.post("/v1/score", {"texts": ["a" * 2000]}), 413)
    assert said.endswith("at most 1,000")


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(start: Any) -> None:
    server = start(max_body=1000)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    pieces = (b"x" * 500 for _ in range(10))
    connection.request("POST", "/v1/score", pieces, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error_type"]) == (413, "too_large")
    connection.close()


def test_a_sender_of_far_too_much_still_reads_the_answer(start: Any) -> None:
    server = start(max_body=1_000_000)
    assert "at most 1,000,000" in refused(body(server, b" " * 6_000_000), 413)


def test_a_compressed_body_is_refused(server: Running) -> None:
    assert body(server, b"x", **{"Content-Encoding": "gzip"}).status_code == 415


def test_a_body_that_never_comes_is_given_up(start: Any) -> None:
    server = start(deadline=0.3)
    with socket.create_connection(("127.0.0.1", server.port), 10) as sent:
        sent.sendall(b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")
        assert b" 408 " in sent.recv(1000)


def test_what_is_no_http_is_refused(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as sent:
        sent.sendall(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
        assert b" 400 " in sent.recv(1000)
    assert server.http.get("/health").status_code == 200


def test_an_unknown_path_and_a_wrong_method_are_told(server: Running) -> None:
    assert refused(server.http.get("/nope"), 404) == "no such path"
    assert refused(server.http.get("/v1/score"), 405) == "this path takes another method"
    assert server.http.get("/page/..%2fapp.py").status_code == 404


# -- who may ask ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Any:
    from tests.serve.conftest import running

    with running(token=TOKEN) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/info", {}, 401),
        ("/info", {"Authorization": "Bearer wrong"}, 401),
        ("/info", {"Authorization": f"Basic {TOKEN}"}, 401),
        ("/info", {"X-API-Key": TOKEN[:-1]}, 401),
        ("/t/wrong/info", {}, 401),
        (f"/t/{TOKEN}", {}, 401),
        ("/", {}, 401),
        ("/metrics", {}, 401),
        ("/openapi.json", {}, 401),
        ("/info", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("/info", {"X-API-Key": TOKEN}, 200),
        (f"/t/{TOKEN}/info", {}, 200),
        (f"/t/{TOKEN}/", {}, 200),
        (f"/t/{TOKEN}/page/app.js", {}, 200),
        ("/health", {}, 200),
        ("/ready", {}, 200),
    ],
)
def test_a_token_is_asked_for_in_a_header_or_before_the_path(
    guarded: Running, path: str, headers: dict[str, str], status: int
) -> None:
    assert guarded.http.get(path, headers=headers).status_code == status


def test_a_reward_can_be_asked_for_without_headers(guarded: Running) -> None:
    answer = guarded.http.post(f"/t/{TOKEN}/get_reward", json={"query": ["The cat sat."]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "LOCALHOST:8000"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "localhost:1", "Origin": "http://localhost:1"}, 200),
    ],
)
def test_pages_of_other_sites_cannot_ask(
    server: Running, headers: dict[str, str], status: int
) -> None:
    assert server.http.get("/info", headers=headers).status_code == status


def test_every_answer_forbids_what_a_page_could_load(server: Running) -> None:
    answers = [server.http.get(path) for path in ("/", "/nope", "/info", "/page/app.js")]
    policies = {answer.headers["content-security-policy"] for answer in answers}
    assert len(policies) == 1
    assert policies.pop().startswith("default-src 'none'; script-src 'self';")
