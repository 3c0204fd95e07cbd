"""Requests share batches, and no answer depends on it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import qualmetrics
from qualmetrics.serve import Catalogue
from qualmetrics.serve.catalogue import same_in_batches

WORDS = (
    "the a cat dog sat on mat small boat crossed bay before noon considerable deliberation "
    "preceded committee determination nobody objected it rained all day in library readers"
).split()
FORMULAS = (("fkgl",), ("fre", "smog", "dale_chall"), ("words",))
NEURAL = (("bertscore",), ("embedding_cosine", "fkgl"))
METRICS = ("fkgl", "fre", "smog", "dale_chall", "words", "bertscore", "embedding_cosine")


def test_many_clients_of_one_text_share_batches(start: Any) -> None:
    server = start(batch_wait=0.05)

    def ask(i: int) -> list[float]:
        data = {"texts": ["x" * (i + 1)], "scorers": ["calm"]}
        found: list[float] = server.post("/v1/score", data).json()["scores"]["calm"]["outputs"][
            "calm"
        ]
        return found

    with ThreadPoolExecutor(64) as pool:
        blocked = pool.submit(server.post, "/v1/score", {"texts": ["SLEEP 2"], "scorers": ["size"]})
        answers = list(pool.map(ask, range(63)))
        blocked.result()
    assert answers == [[float(i + 1)] for i in range(63)]
    assert server.meter("batch_texts_count") <= 8


def test_a_batch_keeps_to_its_budgets(start: Any) -> None:
    server = start(batch_items=4, batch_characters=50, batch_wait=0.0)

    def ask(texts: list[str]) -> int:
        return server.post("/v1/score", {"texts": texts, "scorers": ["calm"]}).status_code

    with ThreadPoolExecutor(16) as pool:
        blocked = pool.submit(
            server.post, "/v1/score", {"texts": ["SLEEP 0.5"], "scorers": ["size"]}
        )
        few = [["a"]] * 8 + [["b" * 30]] * 4
        assert set(pool.map(ask, few)) == {200}
        blocked.result()
    assert server.meter("batch_texts_count") >= 1 + 2 + 3
    assert server.batcher.meters.registry.get_sample_value(
        "qualmetrics_batch_texts_bucket", {"le": "4.0"}
    ) == server.meter("batch_texts_count")


def mixed(n: int) -> list[dict[str, Any]]:
    """Return requests of every kind of scorer, with 1 to 5 rows."""
    rng = random.Random(0)

    def text() -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(0, 20))) + rng.choice(["", ".", "?"])

    made = []
    for _ in range(n):
        names = rng.choice(FORMULAS if rng.random() < 0.85 else NEURAL)
        rows = rng.randint(1, 5)
        data: dict[str, Any] = {"texts": [text() for _ in range(rows)], "scorers": list(names)}
        if names in NEURAL:
            data["references"] = [
                [text() or "a" for _ in range(rng.randint(1, 2))] for _ in range(rows)
            ]
        made.append(data)
    return made


def test_a_thousand_mixed_requests_of_32_clients_equal_the_library(
    start: Any,
) -> None:
    for package in ("onnxruntime", "tokenizers"):
        pytest.importorskip(package)
    server = start(Catalogue(METRICS))
    requests = mixed(1000)
    scorers = Catalogue(METRICS).load()

    def ask(part: list[dict[str, Any]]) -> list[Any]:
        import httpx

        with httpx.Client(base_url=server.url, timeout=30) as http:
            return [http.post("/v1/score", json=data).json()["scores"] for data in part]

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, [requests[i::32] for i in range(32)]))
    different = 0
    for i, part in enumerate(answers):
        for data, answer in zip(requests[i::32], part, strict=True):
            chosen = [scorers[name].named(name) for name in data["scorers"]]
            expected = qualmetrics.score(data["texts"], chosen, data.get("references"))
            for name, one in expected.items():
                found = list(answer[name]["outputs"].values())
                wanted = [
                    [None if v != v else v for v in column] for column in one.values.T.tolist()
                ]
                different += (found, answer[name]["status"]) != (wanted, one.status_names)
    assert different == 0
    assert server.meter("batch_texts_count") < 1000


def test_only_scorers_whose_laws_allow_no_difference_share_batches() -> None:
    pytest.importorskip("tokenizers")
    names = ("fkgl", "words", "bertscore", "embedding_cosine")
    scorers = Catalogue(names).load()
    assert [same_in_batches(scorers[name]) for name in names] == [True, True, False, False]
