"""Cuts ONNX files and reads weights out of them without the package ``onnx``.

A file is a protocol-buffer message: fields, each a number, a type and a value. ONNX Runtime computes
every node of a graph whatever output is asked for, so a graph with an output per layer is cut here
to the nodes that the wanted output needs before it is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

GRAPH = 7  # field of a model
NODE, INITIALIZER, OUTPUT = 1, 5, 12  # fields of a graph
NODE_INPUT, NODE_OUTPUT, NODE_ATTRIBUTE = 1, 2, 5
ATTRIBUTE_GRAPHS = (6, 11)
TENSOR_DIMS, TENSOR_TYPE, TENSOR_NAME, TENSOR_RAW = 1, 2, 8, 9
VALUE_NAME = 1
TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 7: np.int64, 10: np.float16, 11: np.float64}
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Field(NamedTuple):
    """One field: its number, its value (an integer, or bytes), and all its bytes."""

    number: int
    value: Any
    whole: memoryview


def prune(model: bytes, outputs: Iterable[str]) -> bytes:
    """Return a model that computes these outputs and nothing else.

    Raises
    ------
    ValueError
        When the bytes are no model, or it has no output of that name.
    """
    kept = bytearray()
    for field in _fields(memoryview(model)):
        if field.number == GRAPH:
            graph = _prune_graph(field.value, set(outputs))
            kept += _key(GRAPH, BYTES) + _varint(len(graph)) + graph
        else:
            kept += field.whole
    return bytes(kept)


def initializer(model: bytes, name: str) -> NDArray[Any]:
    """Return a weight of a model by name, as a read-only array.

    Raises
    ------
    ValueError
        When there is none of that name, or of a type that is not a plain number.
    """
    for field in _fields(memoryview(model)):
        if field.number != GRAPH:
            continue
        for item in _fields(field.value):
            if item.number == INITIALIZER and _name(item.value, TENSOR_NAME) == name:
                return _tensor(item.value)
    raise ValueError(f"the graph holds no weight called {name!r}")


def _prune_graph(graph: memoryview, outputs: set[str]) -> bytes:
    fields = list(_fields(graph))
    there = {_name(f.value, VALUE_NAME) for f in fields if f.number == OUTPUT}
    if not outputs <= there:
        raise ValueError(f"the graph gives {sorted(there)}, not {sorted(outputs - there)}")
    wanted = set(outputs)
    needed: set[int] = set()
    for i in range(
        len(fields) - 1, -1, -1
    ):  # nodes are in topological order: one way back is enough
        if fields[i].number == NODE and not wanted.isdisjoint(_names(fields[i].value, NODE_OUTPUT)):
            needed.add(i)
            wanted.update(_reads(fields[i].value))
    kept = bytearray()
    for i, field in enumerate(fields):
        if (
            (field.number == NODE and i not in needed)
            or (field.number == OUTPUT and _name(field.value, VALUE_NAME) not in outputs)
            or (field.number == INITIALIZER and _name(field.value, TENSOR_NAME) not in wanted)
        ):
            continue
        kept += field.whole
    return bytes(kept)


def _reads(node: memoryview) -> Iterator[str]:
    """Yield all names that a node reads, also inside the branches of a condition or a loop."""
    yield from _names(node, NODE_INPUT)
    for attribute in _fields(node):
        if attribute.number == NODE_ATTRIBUTE:
            for inner in _fields(attribute.value):
                if inner.number in ATTRIBUTE_GRAPHS and isinstance(inner.value, memoryview):
                    for item in _fields(inner.value):
                        if item.number == NODE:
                            yield from _reads(item.value)
                        elif item.number == OUTPUT:
                            yield _name(item.value, VALUE_NAME)


def _names(message: memoryview, number: int) -> list[str]:
    return [str(f.value, "utf-8") for f in _fields(message) if f.number == number]


def _name(message: memoryview, number: int) -> str:
    return next(iter(_names(message, number)), "")


def _tensor(message: memoryview) -> NDArray[Any]:
    shape: list[int] = []
    kind, raw = 0, memoryview(b"")
    for field in _fields(message):
        if field.number == TENSOR_DIMS:
            shape += _packed(field.value) if isinstance(field.value, memoryview) else [field.value]
        elif field.number == TENSOR_TYPE:
            kind = field.value
        elif field.number == TENSOR_RAW:
            raw = field.value
    if kind not in TYPES:
        raise ValueError(f"a weight has element type {kind}, expected one of {sorted(TYPES)}")
    return np.frombuffer(raw, dtype=np.dtype(TYPES[kind]).newbyteorder("<")).reshape(shape)


def _packed(values: memoryview) -> list[int]:
    at, numbers = 0, []
    while at < len(values):
        number, at = _read_varint(values, at)
        numbers.append(number)
    return numbers


def _fields(message: memoryview) -> Iterator[Field]:
    at = 0
    while at < len(message):
        start = at
        key, at = _read_varint(message, at)
        kind = key & 7
        value: Any = None
        if kind == VARINT:
            value, at = _read_varint(message, at)
        elif kind == BYTES:
            size, at = _read_varint(message, at)
            value, at = message[at : at + size], at + size
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
            value, at = bytes(message[at : at + size]), at + size
        else:
            raise ValueError(f"no protocol-buffer message: field type {kind}")
        if at > len(message):
            raise ValueError("no protocol-buffer message: it ends within a field")
        yield Field(key >> 3, value, message[start:at])


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("no protocol-buffer message: a number does not end")
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
