"""From the bytes of a request to checked rows; whatever is wrong is said before any work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from qualmetrics import planner
from qualmetrics.core import Rows, Scorer
from qualmetrics.errors import InputError
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.settings import Settings

DRAINED = 8
"""A body up to so many times the limit is read to its end, so that its sender sees the answer."""

DRAIN_SECONDS = 5.0


class Gone(Exception):  # noqa: N818 - nobody is left to tell
    """The client closed the connection."""


async def read_json(request: Any, settings: Settings) -> dict[str, Any]:
    """Return the JSON object in the body of a request.

    Raises
    ------
    Refused
        For a body that is too large, too slow, compressed, no JSON, or no object.
    Gone
        When the client closed the connection.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused(415, "send the body uncompressed")
    try:
        async with asyncio.timeout(settings.deadline):
            body = await _read_body(request, settings.max_body)
    except TimeoutError:
        raise Refused(408, f"the body did not come within {settings.deadline:g} seconds") from None
    try:
        data = json.loads(body)
    except RecursionError:
        raise Refused(400, "the body is no JSON: it is nested too deeply") from None
    except ValueError as error:
        raise Refused(400, f"the body is no JSON: {_where(error)}") from None
    if not isinstance(data, dict):
        raise Refused(422, f"the body must be an object; got {kind(data)}")
    return data


async def _read_body(request: Any, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        await _drain(request, DRAINED * limit)
        raise Refused(413, f"the body has {int(declared):,} bytes; at most {limit:,}")
    pieces, size = [], 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            if message.get("more_body"):
                await _drain(request, DRAINED * limit - size)
            raise Refused(413, f"the body has more than {limit:,} bytes")
        pieces.append(piece)
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _drain(request: Any, most: int) -> None:
    """Read on and forget: closing on a sender in full flow would reset what it is to read."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while most > 0:
                message = await request.receive()
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
                most -= len(message.get("body", b""))
    except TimeoutError:
        return


def _where(error: ValueError) -> str:
    """Say what is wrong without quoting the body."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not {error.encoding.upper()}"
    return "a number has too many digits"


def kind(value: Any) -> str:
    """Return what JSON calls a value."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


# -- fields ---------------------------------------------------------------------------------------


def known(data: Mapping[str, Any], *names: str) -> None:
    """Refuse a field that is not one of these, with the close match."""
    import difflib

    for name in data:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise Refused(422, f"no field {name!r}.{hint} There are: {', '.join(names)}")


def listed(data: Mapping[str, Any], name: str, *, required: bool = False) -> list[Any] | None:
    """Return a field that must be a list."""
    value = data.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, list):
        raise Refused(422, f"{name} must be a list; got {kind(value)}")
    return value


def text_field(data: Mapping[str, Any], name: str, *, required: bool = False) -> str | None:
    """Return a field that must be a string."""
    value = data.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise Refused(422, f"{name} must be a string; got {kind(value)}")
    return value


def columns_field(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return ``columns``: an object of lists."""
    columns = data.get("columns")
    if columns is None:
        return {}
    if not isinstance(columns, dict):
        raise Refused(422, f"columns must be an object of lists; got {kind(columns)}")
    for name, cells in columns.items():
        if not isinstance(cells, list):
            raise Refused(422, f"columns.{name} must be a list; got {kind(cells)}")
    return columns


# -- rows -----------------------------------------------------------------------------------------


def check_limits(texts: Sequence[Any], what: str, settings: Settings) -> None:
    """Refuse more texts, or longer ones, than the limits of a request."""
    if len(texts) > settings.max_items:
        raise Refused(413, f"{len(texts):,} {what}; at most {settings.max_items:,} in a request")
    for i, text in enumerate(texts):
        if isinstance(text, str) and len(text) > settings.max_characters:
            _too_long(f"{what}[{i}]", text, settings)


def _too_long(where: str, text: str, settings: Settings) -> None:
    raise Refused(413, f"{where} has {len(text):,} characters; at most {settings.max_characters:,}")


def as_rows(
    scorers: Sequence[Scorer],
    texts: Sequence[str | None],
    references: Sequence[Any] | None,
    columns: Mapping[str, Sequence[Any]],
    settings: Settings,
) -> tuple[Rows, frozenset[int]]:
    """Return checked rows, without what no scorer reads, and the rows whose reference is null.

    Raises
    ------
    Refused
        413 for what is too large, 422 for what the library would refuse.
    """
    check_limits(texts, "texts", settings)
    needs = frozenset().union(*(scorer.needs for scorer in scorers))
    absent: frozenset[int] = frozenset()
    if references is not None:
        _check_references(references, settings)
        if "references" in needs:
            absent = frozenset(i for i, reference in enumerate(references) if reference is None)
            references = ["" if reference is None else reference for reference in references]
        else:
            references = None
    kept = {name: columns[name] for name in columns if name in needs}
    for name, cells in kept.items():
        check_limits(cells, f"columns.{name}", settings)
    try:
        return planner.as_rows(scorers, texts, references, kept), absent
    except InputError as error:
        raise Refused(422, str(error)) from None


def _check_references(references: Sequence[Any], settings: Settings) -> None:
    for i, reference in enumerate(references):
        if isinstance(reference, list):
            check_limits(reference, f"references[{i}]", settings)
        elif isinstance(reference, str) and len(reference) > settings.max_characters:
            _too_long(f"references[{i}]", reference, settings)
