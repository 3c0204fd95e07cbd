"""Machinery: one graph from token ids to similarity scores, encoder and matching together.

The matching is traced from the very function that numpy runs. The encoder's nodes are set in front
of it twice, once for the texts and once for the references, over one copy of the weights. The
inputs are ``{side}_ids``, ``{side}_mask`` and ``{side}_special`` of the sides ``text`` and
``reference``; ``qualmetrics.onnx.wordpiece.merge`` sets a tokenizer in front of such a graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Arrays, Layout
from qualmetrics.errors import ExportError, MissingExtraError
from qualmetrics.onnx.export import trace
from qualmetrics.onnx.runtime import read_checked
from qualmetrics.onnx.wire import prune
from qualmetrics.similarity.builder import Match, Similarity, pooled, unit_table
from qualmetrics.similarity.matching import SIDES


@dataclass(frozen=True)
class _States:
    """The part of the forward that is traced: states, masks and weights -> scores."""

    match: Match
    pool: str

    def __call__(self, arrays: Arrays) -> Any:
        found = dict(arrays)
        if self.pool != "none":
            for side in SIDES:
                found |= pooled(side, found[f"{side}_vectors"], found[f"{side}_mask"], self.pool)
        return self.match(found)


def ids_graph(similarity: Similarity) -> Any:
    """Return the ``onnx.ModelProto`` from token ids to the outputs of a similarity, ``(n, k)``.

    Raises
    ------
    ExportError
        For an order guard that is no array arithmetic.
    MissingExtraError
        Without the packages onnx and ndonnx.
    """
    onnx = _library()
    signature = similarity.from_ids().signature
    model = trace(_States(similarity.match, similarity.pool), _layout(similarity), signature)
    _prefix(model.graph, "match/", keep={item.name for item in model.graph.input} | {"values"})
    later = list(model.graph.node)
    del model.graph.node[:], model.graph.input[:]
    draw = _Drawing(model.graph, onnx)
    _sources(draw, similarity)
    if similarity.layer is None:
        table = draw.constant("table", unit_table(similarity.encoder))
        for side in SIDES:
            draw.node("Gather", [table, f"{side}_ids"], f"{side}_vectors")
    else:
        encoder = _encoder(similarity, model)
        for side in SIDES:
            _encode(draw, encoder, side, similarity.encoder.width)
    if similarity.idf is not None:
        size = int(similarity.encoder.data.get("vocabulary", 0))
        weights = draw.constant("idf", similarity.idf.dense(size))
        for side in SIDES:
            draw.node("Gather", [weights, f"{side}_ids"], f"{side}_weights")
    model.graph.node.extend(later)
    onnx.checker.check_model(model)
    return model


def text_graph(similarity: Similarity) -> Any:
    """Return the ``onnx.ModelProto`` from strings to scores, its tokenizer inside.

    Raises
    ------
    ExportError
        For a tokenizer other than WordPiece, and for another policy than ``cut``.
    """
    from qualmetrics.onnx.wordpiece import merge, wordpiece_graph

    policy, encoder = similarity.policy, similarity.encoder
    if policy.kind != "cut":
        raise ExportError(
            f"{similarity.spec.name} with policy={policy.kind!r} has no 'text' graph: the "
            "tokenizer inside a graph can only cut; export it with policy='cut', or graph='ids'"
        )
    path, _ = encoder.file("tokenizer.json")
    tokenizer = wordpiece_graph(path, policy.max_tokens)
    return merge(tokenizer, ids_graph(similarity))


def _library() -> Any:
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "export", "exporting to ONNX") from None
    return onnx


def _layout(similarity: Similarity) -> dict[str, Layout]:
    layout = {}
    for side, rows in (("text", ("n",)), ("reference", ("n", "references"))):
        tokens = (*rows, f"{side}_tokens")
        width = similarity.encoder.width
        layout[f"{side}_vectors"] = Layout((*tokens, width), "float32")
        layout[f"{side}_mask"] = Layout(tokens, "float32")
        if similarity.pool == "none":
            layout[f"{side}_special"] = Layout(tokens, "float32")
        if similarity.idf is not None:
            layout[f"{side}_weights"] = Layout(tokens, "float32")
    return layout


def _sources(draw: _Drawing, similarity: Similarity) -> None:
    """Declare the inputs that the graph reads."""
    masked = ("mask", "special") if similarity.pool == "none" else ("mask",)
    for side in SIDES:
        axes = ["n", *(["references"] if side == "reference" else []), f"{side}_tokens"]
        draw.source(f"{side}_ids", np.int64, axes)
        for kind in masked:
            draw.source(f"{side}_{kind}", np.float32, axes)


def _encoder(similarity: Similarity, model: Any) -> Any:
    """Return the encoder's graph, cut to one layer, in the operator set of the model."""
    onnx = _library()
    path, sha256 = similarity.encoder.file("model.onnx")
    raw = prune(read_checked(Path(path), sha256), [f"layer_{similarity.layer}"])
    encoder = onnx.load_from_string(raw)
    wanted = _opset(model)
    if _opset(encoder) < wanted:
        encoder = onnx.version_converter.convert_version(encoder, wanted)
    for item in encoder.opset_import:
        if item.domain not in {known.domain for known in model.opset_import}:
            model.opset_import.append(item)
    nested = {a.name for n in encoder.graph.node for a in n.attribute if a.HasField("g")}
    if nested:
        raise ExportError("an encoder whose graph has branches or loops cannot be put in one graph")
    weights = {item.name for item in encoder.graph.initializer}
    model.graph.initializer.extend(_renamed(encoder.graph.initializer, "encoder/"))
    return encoder.graph, weights


def _renamed(tensors: Sequence[Any], prefix: str) -> list[Any]:
    for tensor in tensors:
        tensor.name = prefix + tensor.name
    return list(tensors)


def _opset(model: Any) -> int:
    return max(int(i.version) for i in model.opset_import if i.domain in ("", "ai.onnx"))


def _encode(draw: _Drawing, encoder: tuple[Any, set[str]], side: str, width: int) -> None:
    """Set the encoder's nodes between the ids and the vectors of one side."""
    graph, weights = encoder
    ids, mask = f"{side}_ids", f"{side}_mask"
    if side == "reference":
        shape = draw.node("Shape", [ids], f"{side}/shape")
        tokens = draw.node("Shape", [ids], f"{side}/tokens", start=2)
        free = draw.constant(f"{side}/free", np.array([-1], dtype=np.int64))
        flat = draw.node("Concat", [free, tokens], f"{side}/flat", axis=0)
        ids = draw.node("Reshape", [ids, flat], f"{side}/flat_ids")
        mask = draw.node("Reshape", [mask, flat], f"{side}/flat_mask")
    mask = draw.node("Cast", [mask], f"{side}/mask64", to=7)
    given = {"input_ids": ids, "attention_mask": mask}
    (output,) = (item.name for item in graph.output)

    def named(name: str) -> str:
        if not name:
            return name
        if name in weights:
            return f"encoder/{name}"
        return given.get(name, f"{side}/encoder/{name}")

    for i, node in enumerate(graph.node):
        copy = draw.graph.node.add()
        copy.CopyFrom(node)
        copy.name = f"{side}/encoder/{i}"
        copy.input[:] = [named(name) for name in node.input]
        copy.output[:] = [named(name) for name in node.output]
    states = named(output)
    if side == "reference":
        last = draw.constant(f"{side}/width", np.array([width], dtype=np.int64))
        whole = draw.node("Concat", [shape, last], f"{side}/whole", axis=0)
        draw.node("Reshape", [states, whole], f"{side}_vectors")
    else:
        draw.node("Identity", [states], f"{side}_vectors")


def _prefix(graph: Any, prefix: str, keep: set[str]) -> None:
    """Rename all values of a traced graph but those to keep, so that none meets the encoder's."""

    def named(name: str) -> str:
        return name if not name or name in keep else prefix + name

    for node in graph.node:
        node.name = prefix + node.name
        node.input[:] = [named(name) for name in node.input]
        node.output[:] = [named(name) for name in node.output]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _prefix(attribute.g, prefix, keep)
    for item in (*graph.initializer, *graph.value_info, *graph.output):
        item.name = named(item.name)


class _Drawing:
    """Adds nodes, constants and inputs to a graph."""

    def __init__(self, graph: Any, onnx: Any) -> None:
        self.graph = graph
        self.onnx = onnx

    def node(self, kind: str, inputs: Sequence[str], output: str, **settings: Any) -> str:
        made = self.onnx.helper.make_node(kind, inputs, [output], name=f"{output}/node", **settings)
        self.graph.node.append(made)
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self.graph.initializer.append(self.onnx.numpy_helper.from_array(values, name))
        return name

    def source(self, name: str, dtype: Any, axes: Sequence[str]) -> None:
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.graph.input.append(self.onnx.helper.make_tensor_value_info(name, kind, axes))
