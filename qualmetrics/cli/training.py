"""``train FILE... -o DIR``: labelled texts -> a ranker as a bundle."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from qualmetrics.errors import InputError


@dataclass(frozen=True)
class Request:
    """What was typed."""

    files: tuple[str, ...]
    folder: str
    backend: str
    config: str | None
    dev: tuple[str, ...]
    dev_fraction: float
    fields: tuple[str, ...]
    levels: str | None
    criteria: str | None
    descending: bool
    settings: tuple[str, ...]
    overwrite: bool
    resume: bool
    quiet: bool


def train_files(request: Request) -> None:
    """Train, show progress, and print where the bundle is and what was measured."""
    from qualmetrics.training.config import build
    from qualmetrics.training.data import Fields
    from qualmetrics.training.run import Reading, train

    names = dict(_pair(item, "--field") for item in request.fields)
    reading = Reading(
        fields=build(Fields, names, where="--field"),
        levels=_listed(request.levels),
        criteria=_listed(request.criteria),
        descending=request.descending,
    )
    settings = {key: _value(text) for key, text in (_pair(s, "--set") for s in request.settings)}
    with _bar(quiet=request.quiet) as progress:
        trained = train(
            request.files,
            request.folder,
            backend=request.backend,
            config=_merged(request.config, settings),
            dev=request.dev or None,
            dev_fraction=request.dev_fraction,
            reading=reading,
            overwrite=request.overwrite,
            resume=request.resume,
            progress=progress,
        )
    sys.stdout.write("\n".join(_summary(trained, request.folder)) + "\n")


def _merged(config: str | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put single settings, ``pairs.strategy`` a part of ``pairs``, over those of the file."""
    from qualmetrics.training.config import read_config

    data = dict(read_config(config)) if config else {}
    for key, value in settings.items():
        *tables, last = key.split(".")
        inner = data
        for table in tables:
            inner[table] = dict(inner.get(table) or {})
            inner = inner[table]
        inner[last] = value
    return data


def _pair(text: str, option: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise InputError(f"{option} takes NAME=VALUE; got {text!r}")
    return key, value


def _value(text: str) -> Any:
    """Read a value as TOML does; what it does not know is a string."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _summary(trained: Any, folder: str) -> Iterator[str]:
    report = trained.report
    yield folder
    yield trained.scorer.signature
    data = report.get("data", {})
    told = {name.replace("_", " "): n for name, n in data.items() if isinstance(n, int) and n}
    if told:
        yield "read: " + ", ".join(f"{n:,} {name}" for name, n in told.items())
    for place in data.get("left_out", ())[:3]:
        yield f"left out: {place}"
    dev = report.get("dev")
    if dev and "pair_accuracy" in dev:
        yield f"pairs in the right order, of {dev['pairs']:,} held out:"
        for name, value in dev["pair_accuracy"].items():
            yield f"  {name:<24} {value:.3f}"
    text = str(report.get("text_graph", ""))
    if text and not text.startswith("none"):
        yield f"as one graph of strings: {folder}/{text}"
    yield f"try it: qualmetrics score FILE -m {folder}/"


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Any]:
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(done: int, total: int, note: str) -> None:
            bar.update(task, completed=done, total=total or None, description=note)

        yield show
