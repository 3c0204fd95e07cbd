"""Whatever a body holds, the answer is a score or a reason, and never a failure of the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serve.conftest import Running

ROUTES = (
    *("/v1/score", "/v1/analyse", "/get_reward", "/predict", "/rerank", "/similarity"),
    *("/v2/models/calm/infer", "/v2/models/near/infer"),
)
FIELDS = (
    *("texts", "references", "columns", "scorers", "query", "prompts", "labels", "inputs", "text"),
    *("source_sentence", "sentences", "return_text", "reference", "match", "outputs", "id"),
    *("name", "shape", "datatype", "data", "level"),
)
TEXT = st.one_of(st.text(max_size=12), st.sampled_from(["calm", "BYTES", "text", "\ud800", "1e9"]))
LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), TEXT, TEXT, TEXT
)
BODY = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("route", ROUTES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.dictionaries(st.sampled_from(FIELDS), BODY, max_size=6))
def test_any_json_has_an_answer(server: Running, route: str, data: Any) -> None:
    answer = server.http.post(route, content=json.dumps(data).encode())
    assert answer.status_code in (200, 413, 422, 424), answer.text
    assert answer.status_code == 200 or answer.json()["error"]
