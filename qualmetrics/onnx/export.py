"""Exports scorers: traces ``forward`` to a graph, writes the bundle, proves that both agree."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Input, Layout, Lenient, Scorer
from qualmetrics.errors import ExportError, MissingExtraError
from qualmetrics.onnx.bundle import FORMAT, load, write_input
from qualmetrics.onnx.runtime import OnnxForward, read_checked
from qualmetrics.onnx.strings import with_strings

FORMS = ("values", "ids", "text")


def export(
    scorer: Scorer,
    folder: str | Path,
    *,
    graph: str = "values",
    overwrite: bool = False,
    kinds: Mapping[str, type] | None = None,
) -> Path:
    """Write a scorer to a bundle folder and return its path.

    The graph is traced from the scorer's own function, so there is no second copy of a formula.
    Before the folder appears, the bundle is loaded back and must agree with Python on a fixed set
    of texts, empty and odd ones included, within the tolerance that the spec states.

    Parameters
    ----------
    scorer : Scorer
    folder : path
        Made where it does not exist; nothing is left behind when the export fails.
    graph : {"values", "ids", "text"}
        What the graph reads: the arrays of the scorer's inputs, token ids, or strings. A family
        may offer only some of them. Whatever reads nothing but counts of ``en/1`` has a graph of
        strings, as far as its columns can be counted there; its signature says ``graph:text``.
    overwrite : bool
        Replace a bundle that is there.
    kinds : mapping of kind -> class, optional
        Input types that are neither this library's nor a plug-in's; ``load`` needs them too.

    Raises
    ------
    ExportError
        When this form cannot be made, the folder is taken, or the results differ.
    MissingExtraError
        Without the extra ``export``.
    """
    path = Path(folder).resolve()
    blocked = next((part for part in (path, *path.parents) if part.exists()), path)
    if not blocked.is_dir():
        raise ExportError(f"{blocked} is no folder; name one that can be made")
    taken = path.exists() and any(path.iterdir())
    if taken and not (overwrite and (path / "scorer.json").is_file()):
        raise ExportError(f"{path} is not empty; pass overwrite=True to replace a bundle there")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        _write(scorer, draft, graph, kinds)
        if path.exists():
            shutil.rmtree(path)
        draft.rename(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return path


def _write(scorer: Scorer, path: Path, graph: str, kinds: Mapping[str, type] | None) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o755)
    scorer = _formed(scorer, graph)
    python = scorer
    model = _graph(scorer, graph)
    (path / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    if graph == "text":
        scorer = with_strings(scorer, path / "model.onnx", _digest(path / "model.onnx"), model)
    inputs = [write_input(item, kinds, folder=path) for item in scorer.inputs]
    for item in scorer.inputs:
        child = item.input if isinstance(item, Lenient) else item
        if isinstance(child, Scorer):
            home = path / "children" / child.spec.name
            _write(child, home, _form_of(child, graph), kinds)
    data = _describe(scorer, inputs, graph, model)
    data["graph"]["sha256"] = _digest(path / "model.onnx")
    children = sorted(path.glob("children/*/scorer.json"))
    data["children"] = {child.parent.name: _digest(child) for child in children}
    _write_json(path / "scorer.json", data)
    data["parity"] = _parity(python, path, kinds)
    _write_json(path / "scorer.json", data)


def _formed(scorer: Scorer, graph: str) -> Scorer:
    """Return a scorer, and all scorers that it reads, with the inputs of this form of graph."""
    if "form" in scorer.abilities:
        name = scorer.spec.name
        scorer = scorer.abilities["form"](graph)
        if scorer.spec.name != name:  # a term of a composition goes by the name it has there
            scorer = scorer.named(name)
    elif graph != "values" and len(scorer.inputs) == 1 and hasattr(scorer.inputs[0], "ids_form"):
        made: Scorer = scorer.inputs[0].ids_form(scorer)
        return made
    inputs = tuple(_formed_input(item, graph) for item in scorer.inputs)
    return scorer if inputs == scorer.inputs else replace(scorer, inputs=inputs)


def _formed_input(item: Input, graph: str) -> Input:
    if isinstance(item, Lenient):
        return Lenient(_formed_input(item.input, graph))
    return _formed(item, _form_of(item, graph)) if isinstance(item, Scorer) else item


def _form_of(child: Scorer, form: str) -> str:
    """Return the form in which a child goes along: what it lacks, values or ids, by the other."""
    if form == "ids" and not {"form", "graph"} & set(child.abilities):
        return "values"
    if form != "values" or "form" not in child.abilities:
        return form
    try:
        child.abilities["form"](form)
    except ExportError:
        return "ids"
    return form


def _graph(scorer: Scorer, form: str) -> Any:
    if form not in FORMS:
        raise ExportError(f"graph={form!r} is not one of {', '.join(FORMS)}")
    own = scorer.abilities.get("graph")
    if own is not None:
        model = own(form)
        return model if form == "text" else _checked(model, scorer)
    if form == "text":
        from qualmetrics.onnx.counting import text_graph

        return text_graph(scorer)
    if form != "values":
        raise ExportError(f"{scorer.spec.name} has no {form!r} graph; graph='values' it has")
    return forward_graph(scorer)


def forward_graph(scorer: Scorer) -> Any:
    """Return the graph of a scorer's forward: traced, or read where it came out of a bundle."""
    if isinstance(scorer.forward, OnnxForward):
        from qualmetrics.onnx.nodes import library

        onnx = library()
        forward = scorer.forward
        return onnx.load_from_string(read_checked(Path(forward.path), forward.sha256))
    return trace(scorer.forward, graph_layout(scorer), scorer.signature)


def _checked(model: Any, scorer: Scorer) -> Any:
    """Hold a graph that a family made itself to the names that ``load`` will feed and ask for."""
    try:
        initial = {item.name for item in model.graph.initializer}
        reads = {item.name for item in model.graph.input} - initial
        gives = [item.name for item in model.graph.output]
    except AttributeError:
        raise ExportError(
            f"graph() of {scorer.spec.name} returned {type(model).__name__}, not onnx.ModelProto"
        ) from None
    if not reads <= set(graph_layout(scorer)) or "values" not in gives:
        raise ExportError(
            f"the graph of {scorer.spec.name} reads {sorted(reads)} and gives {gives}; expected "
            f"inputs among {sorted(graph_layout(scorer))} and the output 'values'"
        )
    return model


def graph_layout(scorer: Scorer) -> dict[str, Layout]:
    """Return what the graph of a scorer reads: the arrays of its inputs, by name."""
    return {key: layout for item in scorer.inputs for key, layout in item.layout.items()}


def trace(forward: Any, layout: Mapping[str, Layout], signature: str) -> Any:
    """Run ``forward`` on symbols and return the ``onnx.ModelProto`` that it drew.

    The names of the graph's inputs are those of the arrays; its output is ``values``, ``(n, k)``.
    """
    try:
        import ndonnx
    except ImportError:
        raise MissingExtraError("ndonnx", "export", "exporting to ONNX") from None
    symbols = {
        name: ndonnx.argument(shape=item.axes, dtype=getattr(ndonnx, item.dtype))
        for name, item in layout.items()
    }
    try:
        values = forward(symbols)
    except Exception as error:
        raise ExportError(
            f"the forward of {signature} cannot be traced: {type(error).__name__}: {error}. "
            "Write it against the array API (qualmetrics.arrays.xp), without if and without numpy, "
            "or give the scorer an ability graph(form) that returns an onnx.ModelProto"
        ) from error
    model = ndonnx.build(symbols, {"values": values})
    model.producer_name = "qualmetrics"
    entry = model.metadata_props.add()
    entry.key, entry.value = "signature", signature
    return model


def _describe(
    scorer: Scorer, inputs: list[dict[str, Any]], form: str, model: Any
) -> dict[str, Any]:
    reads = [item.name for item in model.graph.input]
    layout = graph_layout(scorer)
    if form == "text":
        several = Layout(("n", "references"), "string")
        layout = {
            name: several if name == "reference" else Layout(("n",), "string") for name in reads
        }
    arrays = [
        {"name": name, "axes": list(item.axes), "dtype": item.dtype}
        for name, item in layout.items()
        if name in reads
    ]
    notes = {entry.key: entry.value for entry in model.metadata_props}
    differs = [notes[key].split("; ") for key in sorted(notes) if key.endswith("_differences")]
    return {
        "format": FORMAT,
        "signature": scorer.signature,
        "spec": scorer.spec.to_dict(),
        "recipe": scorer.recipe.to_dict() if scorer.recipe else None,
        "inputs": inputs,
        "graph": {"form": form, "inputs": arrays, "output": "values"}
        | ({"may_differ_from_python": list(chain.from_iterable(differs))} if differs else {}),
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _parity(scorer: Scorer, path: Path, kinds: Mapping[str, type] | None) -> dict[str, Any]:
    from qualmetrics.testing import sample

    loaded = load(path, kinds=kinds)
    call = sample(scorer)
    ours, theirs = scorer(*call.args, **call.keywords), loaded(*call.args, **call.keywords)
    if not np.array_equal(ours.status, theirs.status):
        raise ExportError(f"{scorer.spec.name}: the graph disagrees with Python on a status")
    if not np.array_equal(np.isnan(ours.values), np.isnan(theirs.values)):
        raise ExportError(f"{scorer.spec.name}: the graph disagrees with Python on what is NaN")
    scale = np.maximum(1.0, np.abs(ours.values))
    difference = np.nanmax(np.abs(ours.values - theirs.values) / scale, initial=0.0)
    if difference > scorer.spec.tolerance:
        raise ExportError(
            f"{scorer.spec.name}: the graph differs from Python by {difference:.3g}, more than "
            f"the tolerance {scorer.spec.tolerance:g}"
        )
    return {"texts": len(ours), "max_difference": float(difference)}
