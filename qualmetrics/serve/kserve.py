"""The Open Inference Protocol, version 2, over JSON, as KServe and Triton speak it.

A model is a served scorer. Its inputs are ``text`` (BYTES) and what else it reads: ``reference``
(BYTES, ``[n]`` or ``[n, k]``) and its columns. Outputs are the scorer's, FP64 so that they are the
library's numbers, and ``status`` (BYTES). An undefined value is null.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.serve.reading import kind, listed, read_json
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.service import Service, column, reply, statuses

VERSION = "1"
NUMBERS = ("FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "INT8", "UINT8", "UINT16", "UINT32")


async def server(service: Service, request: Any) -> Any:
    """Describe the server."""
    from qualmetrics import __version__

    return reply({"name": "qualmetrics", "version": __version__, "extensions": []})


async def live(service: Service, request: Any) -> Any:
    """Say that the server answers."""
    return reply({"live": True})


async def ready(service: Service, request: Any) -> Any:
    """Say whether a worker is ready."""
    there = service.batcher.ready
    return reply({"ready": there}, 200 if there else 503)


async def model(service: Service, request: Any) -> Any:
    """Describe a model."""
    name, scorer = _model(service, request)
    inputs = [_tensor("text", "BYTES", -1)]
    if "references" in scorer.needs:
        inputs.append(_tensor("reference", "BYTES", -1))
    inputs += [_tensor(key, "FP64", -1) for key in scorer.spec.columns]
    outputs = [_tensor(key, "FP64", -1) for key in scorer.spec.outputs]
    return reply(
        {
            "name": name,
            "versions": [VERSION],
            "platform": "qualmetrics",
            "inputs": inputs,
            "outputs": [*outputs, _tensor("status", "BYTES", -1)],
            "parameters": {"signature": scorer.signature},
        }
    )


async def model_ready(service: Service, request: Any) -> Any:
    """Say whether a model is ready."""
    name, _ = _model(service, request)
    there = service.batcher.ready
    return reply({"name": name, "ready": there}, 200 if there else 503)


async def infer(service: Service, request: Any) -> Any:
    """Score."""
    name, scorer = _model(service, request)
    if "inference-header-content-length" in request.headers:
        raise Refused(415, "binary tensors are not read here; send their data as JSON")
    data = await read_json(request, service.settings)
    given: dict[str, list[Any]] = {}
    for item in listed(data, "inputs", required=True) or []:
        given.update([_read(item)])
    if "text" not in given:
        raise Refused(422, "inputs must hold a tensor called 'text'")
    texts = given.pop("text")
    references = given.pop("reference", None)
    parts = await service.score(request, (name,), texts, references, given)
    part = parts[name]
    found = {key: column(part, k) for k, key in enumerate(scorer.spec.outputs)}
    outputs = [{**_tensor(k, "FP64", len(texts)), "data": v} for k, v in found.items()]
    outputs.append({**_tensor("status", "BYTES", len(texts)), "data": statuses(part)})
    wanted = {item.get("name") for item in listed(data, "outputs") or [] if isinstance(item, dict)}
    answer: dict[str, Any] = {"model_name": name, "model_version": VERSION}
    if "id" in data:
        answer["id"] = data["id"]
    answer["outputs"] = [item for item in outputs if not wanted or item["name"] in wanted]
    return reply(answer)


def _model(service: Service, request: Any) -> tuple[str, Scorer]:
    name = request.path_params["name"]
    if request.path_params.get("version", VERSION) != VERSION or name not in service.scorers:
        raise Refused(404, f"no such model; served: {', '.join(service.scorers)}, version 1")
    return name, service.scorers[name]


def _tensor(name: str, datatype: str, n: int) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [n]}


def _read(item: Any) -> tuple[str, list[Any]]:
    """Return name and rows of a tensor; one of two axes becomes a list of lists."""
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        raise Refused(422, f"inputs must be a list of tensors with a name; found {kind(item)}")
    name, datatype = item["name"], item.get("datatype")
    if datatype != "BYTES" and datatype not in NUMBERS:
        raise Refused(422, f"{name}: datatype must be BYTES or a number's; got {datatype!r}")
    data = _flat(item.get("data"))
    shape: Any = item.get("shape")
    whole = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape)
    if not whole or len(shape) not in (1, 2) or math.prod(shape) != len(data) or 0 in shape[1:]:
        raise Refused(422, f"{name}: {len(data)} values do not fill shape {shape!r} of 1 or 2 axes")
    if len(shape) == 1:
        return name, data
    width = shape[1]
    rows = [data[i * width : (i + 1) * width] for i in range(shape[0])]
    return name, [row[0] for row in rows] if width == 1 else list(rows)


def _flat(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise Refused(422, f"data must be a list; got {kind(data)}")
    return [x for item in data for x in (item if isinstance(item, list) else [item])]
