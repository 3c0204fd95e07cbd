"""The playground: its files, and the analysis behind them."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from qualmetrics.serve.reading import check_limits, known, read_json, text_field
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.service import Service, reply
from qualmetrics.serve.tasks import Analysis

FILES = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "text.js": "text/javascript; charset=utf-8",
    "views.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


async def page(service: Service, request: Any) -> Any:
    """Return the page."""
    return _file("index.html")


async def asset(service: Service, request: Any) -> Any:
    """Return a file of the page."""
    name = request.path_params["file"]
    if name not in FILES:
        raise Refused(404, "no such file")
    return _file(name)


def _file(name: str) -> Any:
    from starlette.responses import Response

    return Response(_content(name), 200, None, FILES[name])


@lru_cache(maxsize=len(FILES))
def _content(name: str) -> bytes:
    return files("qualmetrics.serve").joinpath("page", name).read_bytes()


async def analyse(service: Service, request: Any) -> Any:
    """Analyse one text for the page; its form may change with it."""
    data = await read_json(request, service.settings)
    known(data, "text", "reference", "columns", "match")
    text = text_field(data, "text", required=True) or ""
    reference = text_field(data, "reference")
    match = text_field(data, "match")
    check_limits([text, reference], "text and reference", service.settings)
    if match is not None and match not in service.scorers:
        raise Refused(422, f"no scorer {match!r} is served here")
    columns = data.get("columns") or {}
    if not isinstance(columns, dict):
        raise Refused(422, "columns must be an object with one value each")
    work = Analysis(tuple(service.scorers), text, reference or None, columns, match, service.lang)
    return reply(await service.analyse(request, work))
