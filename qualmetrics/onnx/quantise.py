"""Quantises graphs to int8 so that a row's result does not depend on the rows beside it.

ONNX Runtime's own dynamic quantisation takes one scale for a whole batch, and moves a score when
other texts join it. Here every token has its own scale, made of standard operators: for ``x @ W``
with a constant ``W``,

- ``W`` is stored as integers with one scale per output column;
- each row of ``x`` is shifted by its least value and scaled to 0..255 by its range;
- ``MatMulInteger`` multiplies the integers, and the scales, and the shift times the column sums of
  ``W``, bring the result back.

Matrices that read the same tensor (queries, keys and values) share its quantised form. Tables that
are looked up (embeddings) are stored with one scale per row.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import ExportError, MissingExtraError

LEAST_TABLE = 100_000
"""Tables with fewer numbers stay as they are: positions and the like weigh nothing."""

TINY = 1e-30
"""Keeps the scale of a row of equal numbers above zero."""

LEAST_AGREEMENT = 0.95
"""Cosine to the unquantised encoder below which a bundle is not written."""

Floats = NDArray[np.float32]


def quantise_encoder(source: str | Path, folder: str | Path, *, name: str | None = None) -> Path:
    """Write the int8 form of an encoder bundle to a new folder and return its path.

    ``encoder.json`` gets the least cosine between both forms over a fixed set of texts: of pooled
    vectors, and of the states of each layer.

    Parameters
    ----------
    source : path
        An encoder bundle in float32.
    folder : path
        Empty, or made where it does not exist.
    name : str, optional
        What signatures call it; by default the name of the source with ``-int8``.

    Raises
    ------
    ExportError
        When the folder is taken, the source is no float32 bundle, or a pooled vector has a cosine
        of less than 0.95 to that of the source.
    MissingExtraError
        Without the extra ``export``.
    """
    from qualmetrics.encoder.bundle import load_encoder, stamp

    onnx = _onnx()
    before = load_encoder(Path(source))
    if before.data.get("quantisation") != "none":
        raise ExportError(f"{source} is quantised already; start from the float32 bundle")
    path = Path(folder).resolve()
    if path.exists() and any(path.iterdir()):
        raise ExportError(f"{path} is not empty")
    path.mkdir(parents=True, exist_ok=True)
    try:
        model = quantise(onnx.load(Path(before.folder) / "model.onnx"))
        data = _describe(before.data, name or f"{before.name}-int8")
        stamp(model, data)
        (path / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
        shutil.copyfile(before.file("tokenizer.json")[0], path / "tokenizer.json")
        data["files"] = {
            file: hashlib.sha256((path / file).read_bytes()).hexdigest()
            for file in ("model.onnx", "tokenizer.json")
        }
        _write_json(path / "encoder.json", data)
        data["agreement"] = _agreement(before, load_encoder(path))
        _write_json(path / "encoder.json", data)
    except BaseException:
        shutil.rmtree(path)
        raise
    return path


def _describe(before: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = _constant_name(before["table"]["values"])
    kept = {key: value for key, value in before.items() if key != "files"}
    return {
        **kept,
        "name": name,
        "quantisation": "int8 per token",
        "quantised_from": before["files"]["model.onnx"],
        "table": {"values": f"{table}_int8", "scales": f"{table}_scales"},
    }


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _agreement(before: Any, after: Any) -> dict[str, Any]:
    """Compare two forms of an encoder; cosines with four digits, so that machines agree."""
    from qualmetrics.encoder.long_texts import Policy
    from qualmetrics.testing import TEXTS

    texts = [text for text in TEXTS if text.strip()]
    rows = before.tokenize(texts, policy=Policy("cut", min(before.max_positions, 256)))
    layers: dict[int, list[float]] = {}
    pooled = []
    for row in rows:
        ids = row.ids[None]
        mask = np.ones_like(ids)
        for layer in range(before.layers + 1):
            ours, theirs = (encoder.states(ids, mask, layer)[0] for encoder in (after, before))
            layers.setdefault(layer, []).append(float(_cosine(ours, theirs).min()))
        pooled.append(float(_cosine(ours.mean(axis=0), theirs.mean(axis=0))))
    if not min(pooled) >= LEAST_AGREEMENT:
        raise ExportError(
            f"int8 loses too much: least cosine of a pooled vector {min(pooled):.4f}, expected at "
            f"least {LEAST_AGREEMENT}"
        )
    return {
        "texts": len(texts),
        "least_pooled_cosine": round(min(pooled), 4),
        "least_state_cosine": [round(min(layers[layer]), 4) for layer in sorted(layers)],
    }


def _cosine(a: Floats, b: Floats) -> Any:
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return (a * b).sum(axis=-1) / np.maximum(norms, TINY)


def quantise(model: Any, keep: Collection[str] = ()) -> Any:
    """Return a copy of an ``onnx.ModelProto`` whose constant matrices and tables are int8.

    ``keep`` names weights that stay as they are: a head of a few numbers weighs nothing, and what
    it loses nothing makes up for.

    Raises
    ------
    ExportError
        When there is nothing to quantise, or the opset is older than 13.
    MissingExtraError
        Without the extra ``export``.
    """
    onnx = _onnx()
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    opset = next((o.version for o in copy.opset_import if o.domain in ("", "ai.onnx")), 0)
    if opset < 13:
        raise ExportError(f"opset {opset} cannot be quantised; export with 17 or more")
    work = _Work(onnx, copy.graph, opset, keep=frozenset(keep))
    nodes = [made for node in copy.graph.node for made in work.replace(node)]
    if not work.done:
        raise ExportError("the graph has no constant matrix to quantise")
    del copy.graph.node[:]
    copy.graph.node.extend(nodes)
    del copy.graph.value_info[:]
    work.drop_unused()
    onnx.checker.check_model(copy)
    return copy


def _onnx() -> Any:
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "export", "quantising a graph") from None
    return onnx


def columns_to_int8(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return integers, and a scale per column, of a matrix ``(inputs, outputs)``.

    A scale is as small as two limits allow: no integer beyond 127, and no two neighbours of one
    sign in a column beyond 127 together. CPUs without VNNI add such pairs, times up to 255, in 16
    bits, and would cut a sum that is larger: the same bundle would give other numbers there.
    """
    even = weights[: len(weights) // 2 * 2]
    first, second = even[0::2], even[1::2]
    above = np.maximum(first, 0) + np.maximum(second, 0)
    below = np.maximum(-first, 0) + np.maximum(-second, 0)
    pairs = np.maximum(above, below).max(axis=0, initial=0)
    most = np.maximum(np.maximum(np.abs(weights).max(axis=0), pairs), TINY)
    scales = most.astype(np.float32) / np.float32(127)
    return np.rint(weights / scales).astype(np.int8), scales


def rows_to_int8(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return integers, and a scale per row ``(rows, 1)``, of a table."""
    most = np.maximum(np.abs(table).max(axis=1, keepdims=True), TINY)
    scales = most.astype(np.float32) / np.float32(127)
    return np.rint(table / scales).astype(np.int8), scales


def _constant_name(name: str) -> str:
    return f"quantised_{name}"


@dataclass
class _Work:
    """One graph in the making: what was quantised already, and by what names it goes."""

    onnx: Any
    graph: Any
    opset: int
    done: int = 0
    keep: frozenset[str] = frozenset()
    inputs: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    tables: dict[str, tuple[str, str]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.constants = {item.name: item for item in self.graph.initializer}

    def replace(self, node: Any) -> Iterator[Any]:
        """Yield what stands for a node: itself, or its quantised form."""
        if node.op_type == "MatMul" and self._matrix(node.input[1]):
            yield from self._matmul(node.input[0], self._values(node.input[1]), node.output[0])
        elif node.op_type == "Gemm" and self._plain_gemm(node):
            yield from self._gemm(node)
        elif node.op_type == "Gather" and self._table(node):
            yield from self._gather(node)
        else:
            yield node

    def _matrix(self, name: str) -> bool:
        item = self.constants.get(name)
        if item is None or name in self.keep:
            return False
        return len(item.dims) == 2 and item.data_type == 1

    def _values(self, name: str) -> Floats:
        values: Floats = self.onnx.numpy_helper.to_array(self.constants[name])
        return values

    def _plain_gemm(self, node: Any) -> bool:
        settings = {a.name: a for a in node.attribute}
        plain = all(
            settings[key].f == 1.0 for key in ("alpha", "beta") if key in settings
        ) and not (settings["transA"].i if "transA" in settings else 0)
        return plain and self._matrix(node.input[1])

    def _gemm(self, node: Any) -> Iterator[Any]:
        settings = {a.name: a for a in node.attribute}
        weights = self._values(node.input[1])
        if "transB" in settings and settings["transB"].i:
            weights = np.ascontiguousarray(weights.T)
        biased = len(node.input) > 2 and node.input[2]
        target = f"{node.output[0]}_product" if biased else node.output[0]
        yield from self._matmul(node.input[0], weights, target)
        if biased:
            yield self._node("Add", [target, node.input[2]], node.output[0])

    def _matmul(self, source: str, weights: Floats, target: str) -> Iterator[Any]:
        if source not in self.inputs:
            yield from self._rows(source)
        integers, scale, least = self.inputs[source]
        matrix, scales = columns_to_int8(weights)
        restored = matrix.astype(np.float64) * scales
        constants = {
            "matrix": matrix,
            "scales": scales,
            "sums": restored.sum(axis=0).astype(np.float32),
        }
        name = {key: self._constant(f"{target}_{key}", value) for key, value in constants.items()}
        yield self._node("MatMulInteger", [integers, name["matrix"]], f"{target}_integers")
        yield self._node("Cast", [f"{target}_integers"], f"{target}_floats", to=1)
        yield self._node("Mul", [f"{target}_floats", scale], f"{target}_scaled")
        yield self._node("Mul", [f"{target}_scaled", name["scales"]], f"{target}_centred")
        yield self._node("Mul", [least, name["sums"]], f"{target}_shift")
        yield self._node("Add", [f"{target}_centred", f"{target}_shift"], target)
        self.done += 1

    def _rows(self, source: str) -> Iterator[Any]:
        """Quantise each row of a tensor: (x - least) / scale, with scale = range / 255."""
        name = {key: f"{source}_{key}" for key in ("most", "least", "range", "scale", "inverse")}
        yield self._reduce("ReduceMax", source, name["most"])
        yield self._reduce("ReduceMin", source, name["least"])
        yield self._node("Sub", [name["most"], name["least"]], name["range"])
        tiny, steps = self._number("tiny", TINY), self._number("steps", 255.0)
        yield self._node("Max", [name["range"], tiny], f"{source}_span")
        yield self._node("Div", [f"{source}_span", steps], name["scale"])
        yield self._node("Div", [steps, f"{source}_span"], name["inverse"])
        yield self._node("Sub", [source, name["least"]], f"{source}_shifted")
        yield self._node("Mul", [f"{source}_shifted", name["inverse"]], f"{source}_steps")
        one = self._number("one", 1.0)
        zero = self._constant("zero", np.array(0, dtype=np.uint8))
        yield self._node("QuantizeLinear", [f"{source}_steps", one, zero], f"{source}_uint8")
        self.inputs[source] = f"{source}_uint8", name["scale"], name["least"]

    def _table(self, node: Any) -> bool:
        axis = next((a.i for a in node.attribute if a.name == "axis"), 0)
        item = self.constants.get(node.input[0])
        return (
            item is not None
            and axis == 0
            and self._matrix(node.input[0])
            and item.dims[0] * item.dims[1] >= LEAST_TABLE
        )

    def _gather(self, node: Any) -> Iterator[Any]:
        name = node.input[0]
        if name not in self.tables:
            integers, scales = rows_to_int8(self._values(name))
            self.tables[name] = (
                self._constant(f"{name}_int8", integers),
                self._constant(f"{name}_scales", scales),
            )
        target = node.output[0]
        for stored, suffix in zip(self.tables[name], ("integers", "scale"), strict=True):
            yield self._node("Gather", [stored, node.input[1]], f"{target}_{suffix}")
        yield self._node("Cast", [f"{target}_integers"], f"{target}_floats", to=1)
        yield self._node("Mul", [f"{target}_floats", f"{target}_scale"], target)
        self.done += 1

    def _node(self, kind: str, inputs: Iterable[str], output: str, **settings: Any) -> Any:
        return self.onnx.helper.make_node(
            kind, list(inputs), [output], name=f"{output}_{kind}", **settings
        )

    def _reduce(self, kind: str, source: str, output: str) -> Any:
        if self.opset < 18:
            return self._node(kind, [source], output, axes=[-1], keepdims=1)
        last = self._constant("last_axis", np.array([-1], dtype=np.int64))
        return self._node(kind, [source, last], output, keepdims=1)

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, dtype=np.float32))

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        full = _constant_name(name)
        if full not in self.constants:
            item = self.onnx.numpy_helper.from_array(values, full)
            self.graph.initializer.append(item)
            self.constants[full] = item
        return full

    def drop_unused(self) -> None:
        """Leave out the weights that nothing reads any more."""
        read = {name for node in self.graph.node for name in node.input}
        kept = [item for item in self.graph.initializer if item.name in read]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)
