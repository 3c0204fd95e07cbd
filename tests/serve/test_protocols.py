"""What each protocol says: the library's numbers in the shape that its clients read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import qualmetrics
from tests.serve.conftest import Running
from tests.serve.toys import toys

TEXTS = [
    "The small boat crossed the bay before noon.",
    None,
    "",
    "... !",
    "Considerable deliberation preceded the committee's determination. Nobody objected.",
]


def scores(server: Running, **data: Any) -> Any:
    answer = server.post("/v1/score", data)
    assert answer.status_code == 200, answer.text
    return answer.json()["scores"]


def nulls(values: Any) -> list[float | None]:
    return [None if v != v else v for v in values.tolist()]


def test_a_score_is_the_librarys_number_to_the_last_bit(server: Running) -> None:
    found = scores(server, texts=TEXTS, scorers=["fkgl", "fre"])
    expected = qualmetrics.score(TEXTS, ["fkgl", "fre"])
    assert {
        name: (data["outputs"][data["primary"]], data["status"], data["signature"])
        for name, data in found.items()
    } == {
        name: (nulls(one.primary), one.status_names, one.signature)
        for name, one in expected.items()
    }


def test_references_and_columns_are_read(server: Running) -> None:
    found = scores(
        server,
        texts=["a b c", "x"],
        references=["b c d", ["y", "x z"]],
        columns={"level": [3, None]},
        scorers=["shared", "near"],
    )
    assert found["shared"]["outputs"]["shared"] == [2.0, 1.0]
    assert found["near"]["outputs"]["near"] == [2.0, None]
    assert found["near"]["status"] == ["ok", "not_applicable"]


def test_a_composition_shows_its_components(server: Running) -> None:
    found = scores(server, texts=["abcd"], columns={"level": [3]}, scorers=["near"])
    assert found["near"]["components"]["calm"]["outputs"]["calm"] == [4.0]


def test_no_texts_have_no_scores(server: Running) -> None:
    found = scores(server, texts=[], columns={"level": []}, scorers=["fkgl", "near"])
    assert found["fkgl"]["outputs"]["flesch_kincaid_grade"] == []
    assert found["near"]["components"]["calm"]["status"] == []


def test_a_row_without_a_reference_is_not_applicable_and_the_others_are_scored(
    server: Running,
) -> None:
    found = scores(server, texts=["a b", "a b"], references=[None, "a"], scorers=["shared", "calm"])
    assert found["shared"]["outputs"]["shared"] == [None, 1.0]
    assert found["shared"]["status"] == ["not_applicable", "ok"]
    assert found["calm"]["outputs"]["calm"] == [3.0, 3.0]


def test_the_page_about_serving_shows_a_real_answer(server: Running) -> None:
    page = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
    (asked,) = re.findall(r"^\$ curl -s localhost:8000/v1/score -d '(.*)'$", page, re.M)
    shown = page.split(asked + "'\n")[1].split("\n")[0]
    assert server.http.post("/v1/score", content=asked).text == shown


# -- OpenRLHF -------------------------------------------------------------------------------------


def test_a_reward_is_given_for_the_answer_without_prompt_and_special_tokens(
    start: Any,
) -> None:
    server = start(reward="calm")
    prompt = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    data = {"query": [prompt + "abcde<|im_end|>"], "prompts": [prompt], "labels": ["x"]}
    assert server.post("/get_reward", data).json() == {
        "rewards": [5.0],
        "scores": [1.0],
        "extra_logs": {},
    }


def test_labels_stand_in_for_references_and_scores_are_shares_of_the_bounds(start: Any) -> None:
    server = start(reward="shared")
    data = {"query": ["a b", "c"], "prompts": ["", ""], "labels": ["a b", "a b"]}
    answer = server.post("/get_reward", data).json()
    assert (answer["rewards"], answer["scores"]) == ([2.0, 0.0], [0.2, 0.0])


def test_an_undefined_reward_is_null_or_the_number_that_was_chosen(start: Any) -> None:
    data = {"query": ["", "abc"]}
    assert start(reward="calm").post("/get_reward", data).json()["rewards"] == [None, 3.0]
    chosen = start(reward="calm", undefined=-1.0).post("/get_reward", data).json()
    assert (chosen["rewards"], chosen["scores"]) == ([-1.0, 3.0], [0.0, 1.0])


def test_a_configured_reward_is_served_with_its_components_and_scale(
    start: Any, tmp_path: Any
) -> None:
    from qualmetrics.adapters import openrlhf
    from qualmetrics.reward.config import load_reward
    from qualmetrics.serve import Catalogue

    config = {
        "name": "plain",
        "undefined": 0,
        "scale": [0, 2],
        "completion": {"strip_think": True},
        "reward": {
            "use": "weighted_sum",
            "terms": {
                "ease": {"use": "target_band", "of": "flesch_reading_ease", "target": 80},
                "short": {"use": "target_band", "of": "fkgl", "target": 3},
            },
            "weights": {"ease": 1, "short": 1},
        },
    }
    path = tmp_path / "reward.json"
    path.write_text(json.dumps(config))
    server = start(Catalogue(config=str(path)))
    texts = ["The cat sat on the mat.", ""]
    data = {"query": ["<think>Consequently.</think>The cat sat on the mat.", ""]}
    answer = server.post("/get_reward", data).json()
    reward = load_reward(config)
    expected = reward.scorer(texts)
    assert answer["rewards"] == expected.primary.tolist()
    assert answer["scores"] == [reward.unit(value) for value in expected.primary]
    assert set(answer["extra_logs"]) == {"ease", "short"}
    assert answer == openrlhf.reward(config)(data["query"], [""] * 2, [""] * 2)
    assert server.http.get("/info").json()["scorers"][0]["signature"] == reward.signature


# -- TEI ------------------------------------------------------------------------------------------


def test_predict_answers_in_the_shape_of_its_input(start: Any) -> None:
    server = start(reward="calm")

    def predict(inputs: Any) -> Any:
        return server.post("/predict", {"inputs": inputs, "raw_scores": True}).json()

    assert predict("abc") == [{"label": "calm", "score": 3.0, "status": "ok"}]
    assert predict([["abc"], ["a"]]) == [
        [{"label": "calm", "score": 3.0, "status": "ok"}],
        [{"label": "calm", "score": 1.0, "status": "ok"}],
    ]


def test_predict_reads_a_pair_as_text_and_reference(start: Any) -> None:
    server = start(reward="shared")
    assert server.post("/predict", {"inputs": ["a b", "b"]}).json()[0]["score"] == 1.0


def test_rerank_puts_the_best_first(server: Running) -> None:
    data = {"query": "a b c", "texts": ["x", "a b c", "a"], "return_text": True}
    assert server.post("/rerank", data).json() == [
        {"index": 1, "score": 3.0, "status": "ok", "text": "a b c"},
        {"index": 2, "score": 1.0, "status": "ok", "text": "a"},
        {"index": 0, "score": 0.0, "status": "ok", "text": "x"},
    ]


def test_similarity_keeps_the_order(server: Running) -> None:
    data = {"inputs": {"source_sentence": "a b", "sentences": ["b", "a b", "c"]}}
    assert server.post("/similarity", data).json() == [1.0, 2.0, 0.0]


def test_a_server_of_formulas_does_not_rerank(start: Any) -> None:
    from qualmetrics.serve import Catalogue

    answer = start(Catalogue(("fkgl",))).post("/rerank", {"query": "a", "texts": ["b"]})
    assert (answer.status_code, answer.json()["error_type"]) == (424, "scorer")


# -- KServe ---------------------------------------------------------------------------------------


def bytes_tensor(name: str, data: list[Any], *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": "BYTES", "shape": list(shape) or [len(data)], "data": data}


def test_a_model_describes_what_it_reads(server: Running) -> None:
    found = server.http.get("/v2/models/near").json()
    assert [item["name"] for item in found["inputs"]] == ["text", "level"]
    assert [item["name"] for item in found["outputs"]] == ["near", "status"]


def test_infer_returns_the_outputs_and_statuses(server: Running) -> None:
    data = {"id": "7", "inputs": [bytes_tensor("text", ["abc", ""])]}
    found = server.post("/v2/models/calm/infer", data).json()
    assert found == {
        "model_name": "calm",
        "model_version": "1",
        "id": "7",
        "outputs": [
            {"name": "calm", "datatype": "FP64", "shape": [2], "data": [3.0, None]},
            {"name": "status", "datatype": "BYTES", "shape": [2], "data": ["ok", "empty"]},
        ],
    }


def test_a_second_axis_holds_several_references(server: Running) -> None:
    inputs = [bytes_tensor("text", ["a b"]), bytes_tensor("reference", ["x", "a b"], 1, 2)]
    found = server.post("/v2/models/shared/versions/1/infer", {"inputs": inputs}).json()
    assert found["outputs"][0]["data"] == [2.0]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/v2/models/nope/infer", {"inputs": []}, 404),
        ("/v2/models/calm/infer", {"inputs": [bytes_tensor("text", ["a"], 2)]}, 422),
        ("/v2/models/calm/infer", {"inputs": []}, 422),
        ("/v2/models/calm/versions/2/infer", {"inputs": []}, 404),
    ],
)
def test_a_wrong_inference_is_refused(server: Running, path: str, data: Any, status: int) -> None:
    assert server.post(path, data).status_code == status


# -- about the server -----------------------------------------------------------------------------


def test_probes_answer(server: Running) -> None:
    paths = ("/health", "/ready", "/v2/health/live", "/v2/health/ready", "/v2/models/calm/ready")
    assert [server.http.get(path).status_code for path in paths] == [200] * len(paths)


def test_info_names_what_is_served_with_signatures_and_limits(server: Running) -> None:
    found = server.http.get("/info").json()
    signatures = {item["name"]: item["signature"] for item in found["scorers"]}
    assert signatures["fkgl"] == qualmetrics.get("fkgl").signature
    assert set(signatures) == {*toys(), "fkgl", "fre"}
    assert found["limits"]["max_items"] == 256


def test_metrics_count_requests_and_texts(start: Any) -> None:
    server = start()
    server.post("/v1/score", {"texts": ["a", ""], "scorers": ["calm"]})
    page = server.http.get("/metrics").text
    assert 'qualmetrics_texts_total{scorer="calm"} 2.0' in page
    assert 'qualmetrics_undefined_texts_total{scorer="calm"} 1.0' in page
    assert 'qualmetrics_requests_total{route="/v1/score",status="200"} 1.0' in page


def test_the_description_of_the_interface_lists_every_route(server: Running) -> None:
    from qualmetrics.serve.app import ROUTES

    described = server.http.get("/openapi.json").json()["paths"]
    assert {path for _, path, _ in ROUTES} <= set(described)
    posts = {path for method, path, _ in ROUTES if method == "POST"}
    assert posts == {path for path, said in described.items() if "requestBody" in str(said)}
