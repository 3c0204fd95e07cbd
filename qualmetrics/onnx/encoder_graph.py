"""Machinery: an encoder's graph set in front of another graph that reads its states.

What reads the states is traced from Python; the encoder is a file. Its nodes are copied once for
each side that is encoded, over one copy of the weights, with names of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.encoder import Encoder
from qualmetrics.errors import ExportError
from qualmetrics.onnx.nodes import library
from qualmetrics.onnx.runtime import read_checked
from qualmetrics.onnx.wire import prune


def embed(model: Any, encoder: Encoder, layer: int) -> tuple[Any, set[str]]:
    """Put an encoder's weights into a model; returns its graph, cut to a layer, and their names."""
    onnx = library()
    path, sha256 = encoder.file("model.onnx")
    raw = prune(read_checked(Path(path), sha256), [f"layer_{layer}"])
    drawn = as_new_as(model, onnx.load_from_string(raw))
    nested = {a.name for n in drawn.graph.node for a in n.attribute if a.HasField("g")}
    if nested:
        raise ExportError("an encoder whose graph has branches or loops cannot be put in one graph")
    weights = {item.name for item in drawn.graph.initializer}
    model.graph.initializer.extend(_renamed(drawn.graph.initializer, "encoder/"))
    return drawn.graph, weights


def _renamed(tensors: Sequence[Any], prefix: str) -> list[Any]:
    for tensor in tensors:
        tensor.name = prefix + tensor.name
    return list(tensors)


def as_new_as(model: Any, other: Any) -> Any:
    """Return another model in the operator set of this one, which learns its other domains."""
    onnx = library()
    wanted = _opset(model)
    if _opset(other) < wanted:
        other = onnx.version_converter.convert_version(other, wanted)
    for item in other.opset_import:
        if item.domain not in {known.domain for known in model.opset_import}:
            model.opset_import.append(item)
    return other


def _opset(model: Any) -> int:
    return max(int(i.version) for i in model.opset_import if i.domain in ("", "ai.onnx"))


def encode(draw: Drawing, encoder: tuple[Any, set[str]], side: str, width: int) -> None:
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


def prefix(graph: Any, before: str, keep: set[str]) -> None:
    """Rename all values of a traced graph but those to keep, so that none meets the encoder's."""

    def named(name: str) -> str:
        return name if not name or name in keep else before + name

    for node in graph.node:
        node.name = before + node.name
        node.input[:] = [named(name) for name in node.input]
        node.output[:] = [named(name) for name in node.output]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                prefix(attribute.g, before, keep)
    for item in (*graph.initializer, *graph.value_info, *graph.output):
        item.name = named(item.name)


class Drawing:
    """Adds nodes, constants and inputs to a graph."""

    def __init__(self, graph: Any, onnx: Any) -> None:
        self.graph = graph
        self.onnx = onnx

    def node(self, kind: str, inputs: Sequence[str], output: str, **settings: Any) -> str:
        """Add a node; returns its output."""
        made = self.onnx.helper.make_node(kind, inputs, [output], name=f"{output}/node", **settings)
        self.graph.node.append(made)
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant; returns its name."""
        self.graph.initializer.append(self.onnx.numpy_helper.from_array(values, name))
        return name

    def source(self, name: str, dtype: Any, axes: Sequence[str]) -> None:
        """Declare an input."""
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.graph.input.append(self.onnx.helper.make_tensor_value_info(name, kind, axes))
