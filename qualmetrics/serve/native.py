"""The server's own routes: ``/v1/score``, and what tells about the server."""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.planner import children
from qualmetrics.serve.catalogue import describe
from qualmetrics.serve.reading import columns_field, known, listed, read_json
from qualmetrics.serve.service import Service, column, reply, statuses
from qualmetrics.serve.tasks import Part


async def score(service: Service, request: Any) -> Any:
    """Score texts with the scorers named, or with all that are served."""
    data = await read_json(request, service.settings)
    known(data, "texts", "references", "columns", "scorers")
    names = service.chosen(data.get("scorers"))
    texts = listed(data, "texts", required=True) or []
    references = listed(data, "references")
    parts = await service.score(request, names, texts, references, columns_field(data))
    return reply(
        {
            "n": len(texts),
            "scores": {name: shown(parts[name], service.scorers[name]) for name in names},
        }
    )


def shown(part: Part, scorer: Scorer) -> dict[str, Any]:
    """Return the scores of one scorer as plain data."""
    data: dict[str, Any] = {
        "outputs": {name: column(part, k) for k, name in enumerate(scorer.spec.outputs)},
        "primary": scorer.spec.primary,
        "status": statuses(part),
        "signature": scorer.signature,
    }
    if part.children:
        data["components"] = {
            child.spec.name: shown(part.children[child.spec.name], child)
            for child in children(scorer)
        }
    return data


async def info(service: Service, request: Any) -> Any:
    """Return what is served, with signatures and specifications, and the limits."""
    from qualmetrics import __version__

    settings = service.settings
    return reply(
        {
            "name": "qualmetrics",
            "version": __version__,
            "model_id": service.reward,
            "scorers": [_described(name, scorer) for name, scorer in service.scorers.items()],
            "limits": {
                "max_body": settings.max_body,
                "max_items": settings.max_items,
                "max_characters": settings.max_characters,
                "max_queue": settings.max_queue,
                "deadline": settings.deadline,
            },
        }
    )


def _described(name: str, scorer: Scorer) -> dict[str, Any]:
    inner = [_described(child.spec.name, child) for child in children(scorer)]
    return {**describe(name, scorer), "components": inner}


async def health(service: Service, request: Any) -> Any:
    """Say that the server answers."""
    return reply({"status": "ok"})


async def ready(service: Service, request: Any) -> Any:
    """Say whether a worker has loaded its scorers: 200, or 503 until then."""
    if service.batcher.ready:
        return reply({"status": "ready"})
    return reply({"status": "no worker is ready"}, 503, {"Retry-After": "1"})


async def metrics(service: Service, request: Any) -> Any:
    """Return counts and times for Prometheus."""
    from starlette.responses import Response

    page = service.batcher.meters.page()
    return Response(page, 200, None, "text/plain; version=0.0.4; charset=utf-8")
