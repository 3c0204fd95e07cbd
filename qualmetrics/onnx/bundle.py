"""The bundle: a folder that holds a scorer. Written by ``export``, read by ``load``.

``model.onnx`` is the graph; ``scorer.json`` the spec, signature, recipe and inputs, with the digest
of the graph and of each child's ``scorer.json``; ``children/NAME`` is a bundle for each scorer that
a composition reads. So one digest, that of the outermost ``scorer.json``, stands for all of it.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from qualmetrics.core import Forward, Input, Layout, Lenient, Recipe, Scorer, Spec
from qualmetrics.errors import BundleError
from qualmetrics.onnx.runtime import CPU, OnnxForward, read_checked
from qualmetrics.onnx.strings import Given

FORMAT = "qualmetrics-bundle/1"
MAX_JSON_BYTES = 4_000_000

KINDS: Mapping[str, str] = {
    "counts": "qualmetrics.text.inputs:Counts",
    "column": "qualmetrics.core:Column",
    "tokens": "qualmetrics.encoder.inputs:Tokens",
    "vectors": "qualmetrics.encoder.inputs:Vectors",
    "pair_tokens": "qualmetrics.encoder.pairs:PairTokens",
    "strings": "qualmetrics.onnx.strings:Strings",
    "present": "qualmetrics.reward.builder:Present",
    "feature": "qualmetrics.feature:Measured",
    "beside": "qualmetrics.reward.beside:Beside",
}
"""Kinds of inputs that a bundle may name; packages add theirs by the entry points below.

An input is written as its fields. One that has files has ``to_bundle(folder)``, which copies them
there and returns plain settings, and a class method ``from_bundle(folder, settings)``. One that
runs a model itself has ``placed(providers, threads)``, which returns it as ``load`` was asked.
"""

KINDS_GROUP = "qualmetrics.inputs"


def load(
    folder: str | Path,
    *,
    providers: Sequence[str] = CPU,
    threads: int = 1,
    kinds: Mapping[str, type] | None = None,
) -> Scorer:
    """Return the scorer in a bundle folder, with the graph as its ``forward``.

    Parameters
    ----------
    folder : path
        What ``export`` wrote.
    providers : sequence of str
        ONNX Runtime execution providers; one that is not active is an error on the first call.
    threads : int
        Threads inside one operator.
    kinds : mapping of kind -> class, optional
        Input types that are neither this library's nor a plug-in's. A scorer loaded with them
        has no recipe, so it cannot be pickled.

    Raises
    ------
    BundleError
        When a file is missing, altered, or of another format.
    """
    path = Path(folder).resolve()
    data = _read_json(path / "scorer.json")
    if data.get("format") != FORMAT:
        raise BundleError(f"{path} has format {data.get('format')!r}; this version reads {FORMAT}")
    try:
        graph = data["graph"]
        layout = tuple(
            (item["name"], Layout(tuple(item["axes"]), item["dtype"])) for item in graph["inputs"]
        )
        forward: Forward = OnnxForward(
            path=str(path / "model.onnx"),
            sha256=graph["sha256"],
            layout=layout,
            output=graph["output"],
            providers=tuple(providers),
            threads=threads,
        )
        options = {
            "providers": tuple(providers),
            "threads": threads,
            "kinds": kinds,
            "children": data["children"],
        }
        inputs = tuple(_read_input(path, item, options) for item in data["inputs"])
        if graph["form"] == "text":
            # Its one input, ``Strings``, runs the whole graph, so it takes what a forward takes.
            run = {"providers": tuple(providers), "threads": threads}
            inputs, forward = tuple(replace(item, **run) for item in inputs), Given()
        spec = Spec.from_dict(data["spec"])
    except (KeyError, TypeError) as error:
        raise BundleError(f"{path / 'scorer.json'} is incomplete: {error!r}") from error
    if not (path / "model.onnx").is_file():
        raise BundleError(f"{path} holds no model.onnx")
    scorer = Scorer(spec, inputs, forward)
    if scorer.signature != data["signature"]:
        raise BundleError(
            f"{path} was exported as {data['signature']!r}, but is {scorer.signature!r} here: the "
            "rules it counts by have another version, or it was edited. Export it again"
        )
    if kinds:
        return scorer
    arguments = {"folder": str(path), "providers": list(providers), "threads": threads}
    recipe = Recipe("qualmetrics.onnx:load", arguments, scorer.signature)
    return Scorer(spec, inputs, forward, recipe)


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BundleError(f"{path.parent} is no bundle: it holds no scorer.json")
    if path.stat().st_size > MAX_JSON_BYTES:
        raise BundleError(f"{path} is larger than {MAX_JSON_BYTES} bytes")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError(f"{path} is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise BundleError(f"{path} holds {type(data).__name__}, expected an object")
    return data


# -- inputs as plain data -------------------------------------------------------------------------


def _kinds(given: Mapping[str, type] | None) -> dict[str, str]:
    """Return kind -> dotted class: this library's, plug-ins', and those given."""
    plugins = {point.name: point.value for point in entry_points(group=KINDS_GROUP)}
    return {**KINDS, **plugins, **{kind: _dotted(made) for kind, made in (given or {}).items()}}


def _dotted(made: type) -> str:
    return f"{made.__module__}:{made.__qualname__}"


def write_input(
    item: Input, kinds: Mapping[str, type] | None = None, *, folder: Path
) -> dict[str, Any]:
    """Return an input as plain data, with its files copied to a folder; ``load`` reads them."""
    if isinstance(item, Scorer):
        return {"kind": "scorer", "folder": f"children/{item.spec.name}"}
    if isinstance(item, Lenient):
        return {"kind": "lenient", "input": write_input(item.input, kinds, folder=folder)}
    for kind, dotted in _kinds(kinds).items():
        if dotted == _dotted(type(item)):
            if hasattr(item, "to_bundle"):
                return {"kind": kind, **item.to_bundle(folder)}
            settings = {f.name: getattr(item, f.name) for f in fields(item)}  # type: ignore[arg-type]
            return {"kind": kind, **settings}
    raise BundleError(
        f"inputs of type {_dotted(type(item))} cannot be written to a bundle: no kind of that "
        f"type. Pass kinds={{'name': {type(item).__name__}}} to export and load, or declare it "
        f"with the entry point group {KINDS_GROUP!r}"
    )


def _read_input(path: Path, data: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    if data["kind"] == "scorer":
        folder = _inside(path, data["folder"])
        read_checked(folder / "scorer.json", options["children"].get(folder.name, ""))
        return load(folder, **{key: options[key] for key in ("providers", "threads", "kinds")})
    if data["kind"] == "lenient":
        return Lenient(_read_input(path, data["input"], options))
    known = _kinds(options["kinds"])
    if data["kind"] not in known:
        raise BundleError(f"unknown kind of input {data['kind']!r}; known: {', '.join(known)}")
    given = (options["kinds"] or {}).get(data["kind"])
    module, _, name = known[data["kind"]].partition(":")
    made = given or getattr(importlib.import_module(module), name)
    settings = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in data.items()
        if key != "kind"
    }
    item = made.from_bundle(path, settings) if hasattr(made, "from_bundle") else made(**settings)
    if hasattr(item, "placed"):
        return item.placed(options["providers"], options["threads"])
    return item


def _inside(folder: Path, name: str) -> Path:
    inner = (folder / name).resolve()
    if folder not in inner.parents:
        raise BundleError(f"{folder} names {name!r}, which lies outside of it")
    return inner
