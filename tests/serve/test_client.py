"""The clients return what the scorer itself would, and come back when there is no room."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import numpy as np
import pytest

import qualmetrics
from qualmetrics.errors import InputError, ServerError
from qualmetrics.serve import AsyncClient, Client
from tests.serve.conftest import Running
from tests.serve.toys import toys

TEXTS = ["The small boat crossed the bay.", "", None, "Considerable deliberation preceded it."]


def same(found: Any, expected: Any) -> bool:
    return bool(
        np.array_equal(found.values, expected.values, equal_nan=True)
        and (found.status == expected.status).all()
        and found.signature == expected.signature
        and found.spec == expected.spec
        and found.children.keys() == expected.children.keys()
        and all(same(found.children[k], expected.children[k]) for k in found.children)
    )


def test_scores_are_those_of_the_scorer(server: Running) -> None:
    with Client(server.url) as client:
        found = client.score(TEXTS, ["fkgl", "near"], columns={"level": [1, 2, 3, None]})
    assert same(found["fkgl"], qualmetrics.get("fkgl")(TEXTS))
    assert same(found["near"], toys()["near"](TEXTS, columns={"level": [1, 2, 3, None]}))


def test_the_async_client_returns_the_same(server: Running) -> None:
    async def ask() -> Any:
        async with AsyncClient(server.url) as client:
            rewards = await client.get_reward(["The cat sat."])
            return await client.score(["a b"], ["shared"], [("b", "a b")]), rewards

    found, rewards = asyncio.run(ask())
    assert found["shared"].primary.tolist() == [2.0]
    assert rewards["rewards"] == [12.0]


def test_many_texts_go_within_the_limits(start: Any) -> None:
    server = start(max_items=3, max_body=2000)
    texts = ["x" * n for n in (1, 2, 3, 4, 900, 900, 900, 5)]
    with Client(server.url) as client:
        found = client.score(texts, ["calm"])["calm"]
    assert found.primary.tolist() == [float(len(text)) for text in texts]
    assert server.meter("requests_total", route="/v1/score", status="200") == 4


def test_a_refusal_is_an_error_with_the_reason(server: Running) -> None:
    with Client(server.url) as client, pytest.raises(ServerError, match=r"422.*references") as told:
        client.score(["a"], ["shared"])
    assert told.value.status == 422


def test_a_wrong_call_is_refused_before_anything_is_sent(server: Running) -> None:
    with Client(server.url) as client:
        with pytest.raises(InputError, match="texts must be a sequence"):
            client.score("one text")
        with pytest.raises(InputError, match="2 texts but 1 cells in references"):
            client.score(["a", "b"], ["shared"], ["a"])
    with pytest.raises(InputError, match="retries"):
        Client(server.url, retries=-1)


def test_a_token_is_sent(start: Any) -> None:
    server = start(token="a-token-of-enough-letters")  # noqa: S106
    with Client(server.url, token="a-token-of-enough-letters") as client:  # noqa: S106
        assert client.score(["abc"], ["calm"])["calm"].primary.tolist() == [3.0]
    with (
        Client(server.url) as client,
        pytest.raises(ServerError, match=r"401: a token is required"),
    ):
        client.info()


def test_a_client_comes_back_when_the_queue_was_full(start: Any) -> None:
    server = start(max_queue=1)
    with Client(server.url) as client:
        client.info()
        asleep = [
            threading.Thread(
                target=lambda: server.post(
                    "/v1/score", {"texts": ["SLEEP 0.5"], "scorers": ["size"]}
                )
            )
            for _ in range(2)
        ]
        for thread in asleep:
            thread.start()
            time.sleep(0.1)
        assert client.score(["abc"], ["calm"])["calm"].primary.tolist() == [3.0]
        for thread in asleep:
            thread.join()
    assert server.meter("refused_total", reason="queue") >= 1


def test_a_server_that_serves_something_else_by_now_is_told(server: Running) -> None:
    with Client(server.url) as client:
        for item in client.info()["scorers"]:
            item["signature"] = "calm|plain/0|v:1"
        with pytest.raises(ServerError, match="has changed what calm is"):
            client.score(["a"], ["calm"])


def test_a_server_out_of_reach_is_told_after_the_retries() -> None:
    with Client("http://127.0.0.1:9", retries=1) as client:
        with pytest.raises(ServerError, match="out of reach") as told:
            client.score(["a"])
        assert told.value.status == 0
