"""What ``/openapi.json`` says of the bodies of requests; the routes themselves check them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
TEXTS = {"type": "array", "items": TEXT_OR_NULL}
REFERENCES = {
    "type": "array",
    "description": "For each text one reference, several, or null.",
    "items": {"anyOf": [TEXT_OR_NULL, {"type": "array", "items": TEXT}]},
}
COLUMNS = {
    "type": "object",
    "description": "Name of a column to one value for each text.",
    "additionalProperties": {"type": "array"},
}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


_TENSOR = _object(
    ("name", "shape", "datatype", "data"),
    name=TEXT,
    shape={"type": "array", "items": {"type": "integer"}},
    datatype={"type": "string", "examples": ["BYTES", "FP64"]},
    data={"type": "array"},
)
_INFER = _object(
    ("inputs",),
    id=TEXT,
    inputs={"type": "array", "items": _TENSOR},
    outputs={"type": "array", "items": _object(("name",), name=TEXT)},
)
_PAIR = {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 2}

BODIES: Mapping[str, dict[str, Any]] = {
    "/v1/score": _object(
        ("texts",),
        texts=TEXTS,
        references=REFERENCES,
        columns=COLUMNS,
        scorers={"type": "array", "items": TEXT, "description": "All that are served by default."},
    ),
    "/v1/analyse": _object(
        ("text",),
        text=TEXT,
        reference=TEXT_OR_NULL,
        columns={"type": "object"},
        match={"type": ["string", "null"], "description": "Whose matches are shown."},
    ),
    "/get_reward": _object(
        ("query",),
        query=TEXTS,
        prompts={"type": "array"},
        labels={"type": "array"},
        references=REFERENCES,
        columns=COLUMNS,
    ),
    "/predict": _object(
        ("inputs",), inputs={"anyOf": [TEXT, _PAIR, {"type": "array", "items": _PAIR}]}
    ),
    "/rerank": _object(
        ("query", "texts"), query=TEXT, texts=TEXTS, return_text={"type": "boolean"}
    ),
    "/similarity": _object(
        ("inputs",),
        inputs=_object(("source_sentence", "sentences"), source_sentence=TEXT, sentences=TEXTS),
    ),
    "/v2/models/{name}/infer": _INFER,
    "/v2/models/{name}/versions/{version}/infer": _INFER,
}


def extra(path: str) -> dict[str, Any]:
    """Return the part of a route's description that its function does not show."""
    names = re.findall(r"\{(\w+)\}", path)
    said: dict[str, Any] = {}
    if names:
        said["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": TEXT} for name in names
        ]
    if path in BODIES:
        content = {"application/json": {"schema": BODIES[path]}}
        said["requestBody"] = {"required": True, "content": content}
    return said
