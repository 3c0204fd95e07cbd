"""A drawing board for graphs that are written operator by operator, where nothing can be traced.

Strings cannot be traced from Python code, so the graphs that read them are drawn here: each call
of ``Graph.op`` adds a node and returns the name of its result. Only operators of the standard and
``com.microsoft.Tokenizer`` are used, all of them inside the ordinary onnxruntime package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from qualmetrics.errors import MissingExtraError

OPSET = 20
"""The first with StringConcat, StringSplit and RegexFullMatch."""
ML_OPSET = 2
MICROSOFT = "com.microsoft"
ML = "ai.onnx.ml"
IR_VERSION = 9

LENGTHS = (13, 41)
"""Characters from which a text is middling, and long."""

BLOCK = 4096
"""Strings that are taken apart at a time."""

Name = str
"""Of a value inside the graph."""


def library() -> Any:
    """Return the ``onnx`` module, or say how to install it."""
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "export", "drawing a text graph") from None
    return onnx


class Graph:
    """Nodes in the order of drawing. A graph inside another shares its names and constants."""

    def __init__(self, parent: Graph | None = None, prefix: str = "") -> None:
        self._onnx = library()
        self._prefix = prefix
        self._parent = parent
        self._nodes: list[Any] = []
        self._root: Graph = parent._root if parent is not None else self
        if parent is None:
            self._count = 0
            self._constants: dict[tuple[Any, ...], Name] = {}
            self._initializers: list[Any] = []

    # -- drawing ------------------------------------------------------------------------------

    def fresh(self, stem: str) -> Name:
        """Return a name that no other value has."""
        self._root._count += 1
        return f"{self._root._prefix}{stem.lower()}_{self._root._count}"

    def op(
        self, kind: str, *inputs: Name, domain: str = "", into: Name = "", **settings: Any
    ) -> Name:
        """Add a node; returns the name of its output, which is ``into`` where that is given."""
        return self.ops(1, kind, *inputs, domain=domain, into=into, **settings)[0]

    def ops(
        self,
        n: int,
        kind: str,
        *inputs: Name,
        domain: str = "",
        into: Name = "",
        **settings: Any,
    ) -> tuple[Name, ...]:
        """Add a node of ``n`` outputs; returns their names."""
        names = (into,) if into else tuple(self.fresh(kind) for _ in range(n))
        made = self._onnx.helper.make_node(kind, list(inputs), list(names), domain=domain)
        for key, value in settings.items():
            made.attribute.append(self._onnx.helper.make_attribute(key, value))
        self._nodes.append(made)
        return names

    def constant(self, value: Any, dtype: Any = np.int64) -> Name:
        """Return the name of a constant; equal ones are stored once."""
        array = np.asarray(value, dtype=dtype)
        key = (array.dtype.str, array.shape, tuple(array.ravel().tolist()))
        known = self._root._constants.get(key)
        if known is None:
            known = self._root._constants[key] = self.fresh("constant")
            tensor = self._onnx.numpy_helper.from_array(array, known)
            self._root._initializers.append(tensor)
        return known

    def text(self, *values: str) -> Name:
        """Return a constant of strings, one axis."""
        return self.constant(list(values), object)

    def nested(
        self,
        inputs: Sequence[tuple[Name, int]],
        draw: Callable[[Graph], Sequence[tuple[Name, int]]],
    ) -> Any:
        """Draw the body of a loop; types are ``TensorProto`` codes.

        Its first two inputs are the number of the turn and whether to go on, both scalars, as is
        its first output, whether to go on.
        """
        inner = Graph(self)
        outputs = draw(inner)
        return self._onnx.helper.make_graph(
            inner._nodes,
            self.fresh("body"),
            [self._value(*item, () if i < 2 else None) for i, item in enumerate(inputs)],
            [self._value(*item, () if i < 1 else None) for i, item in enumerate(outputs)],
        )

    def _value(self, name: Name, kind: int, shape: Sequence[str | int] | None = None) -> Any:
        return self._onnx.helper.make_tensor_value_info(name, kind, shape)

    def model(
        self,
        inputs: Mapping[Name, Sequence[str | int]],
        outputs: Mapping[Name, tuple[Name, int, Sequence[str | int]]],
        notes: Mapping[str, str],
    ) -> Any:
        """Finish: string inputs with their axes, outputs name -> (value, type, axes), metadata."""
        helper = self._onnx.helper
        string = self._onnx.TensorProto.STRING
        for name, (value, _, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self._nodes,
            "text",
            [self._value(name, string, axes) for name, axes in inputs.items()],
            [self._value(name, kind, axes) for name, (_, kind, axes) in outputs.items()],
            self._initializers,
        )
        versions = (("", OPSET), (ML, ML_OPSET), (MICROSOFT, 1))
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid(*pair) for pair in versions],
            ir_version=IR_VERSION,
            producer_name="qualmetrics",
        )
        for key, value in notes.items():
            entry = model.metadata_props.add()
            entry.key, entry.value = key, value
        return model

    def include(self, nodes: Iterable[Any], initializers: Iterable[Any]) -> None:
        """Add nodes and constants of a finished graph, whose names must be its own."""
        self._nodes.extend(nodes)
        self._initializers.extend(initializers)

    def append_to(self, graph: Any) -> None:
        """Add what was drawn to a finished graph."""
        graph.node.extend(self._nodes)
        graph.initializer.extend(self._initializers)

    # -- strings ------------------------------------------------------------------------------

    def find_all(self, texts: Name, expression: str) -> Name:
        """Return all leftmost-longest matches of each text, ``(n,) -> (n, k)`` padded with ''."""
        return self._tokens(texts, tokenexp=expression)

    def split(self, texts: Name, separator: str) -> Name:
        """Cut each text where an expression matches, ``(n,) -> (n, k)``; empty parts are lost."""
        return self._tokens(texts, separators=[separator])

    def characters(self, texts: Name) -> Name:
        """Return the characters of each text, ``(n,) -> (n, k)`` padded with ''."""
        return self._tokens(texts, separators=[""])

    def _tokens(self, texts: Name, **how: Any) -> Name:
        how |= {"mark": 0, "mincharnum": 1, "pad_value": ""}
        return self.op("Tokenizer", texts, domain=MICROSOFT, **how)

    def matches(self, texts: Name, expression: str) -> Name:
        """Say which texts match an expression as a whole."""
        return self.op("RegexFullMatch", texts, pattern=expression)

    def look_up(self, texts: Name, table: Mapping[str, int], default: int) -> Name:
        """Return the number of each text."""
        return self.op(
            "LabelEncoder",
            texts,
            domain=ML,
            keys_strings=list(table),
            values_int64s=list(table.values()),
            default_int64=default,
        )

    def translate(self, characters: Name, table: Mapping[str, str]) -> Name:
        """Replace characters by strings; those that the table lacks stay."""
        absent = "\ufffe"  # a noncharacter: what LabelEncoder gives for a key it lacks
        found = self.op(
            "LabelEncoder",
            characters,
            domain=ML,
            keys_strings=list(table),
            values_strings=list(table.values()),
            default_string=absent,
        )
        return self.op("Where", self.equal(found, self.text(absent)), characters, found)

    def join(self, matrix: Name) -> Name:
        """Join the strings of each row, ``(n, k) -> (n,)``: one turn of a loop a column."""
        proto = self._onnx.TensorProto
        turn, going, so_far = self.fresh("turn"), self.fresh("going"), self.fresh("so_far")

        def draw(inner: Graph) -> Sequence[tuple[Name, int]]:
            column = inner.op("Gather", matrix, turn, axis=1)
            longer = inner.op("StringConcat", so_far, column)
            return [(inner.op("Identity", going), proto.BOOL), (longer, proto.STRING)]

        body = self.nested([(turn, proto.INT64), (going, proto.BOOL), (so_far, proto.STRING)], draw)
        start = self.op("Expand", self.text(""), self.size(matrix, 0))
        times = self.op("Squeeze", self.size(matrix, 1))
        return self.op("Loop", times, "", start, body=body)

    def in_blocks(
        self, strings: Sequence[Name], draw: Callable[[Graph, Sequence[Name]], Name]
    ) -> Name:
        """Apply something to rows of aligned strings, some thousands at a time; returns integers.

        What works on characters needs memory for a block, and not for all words of a long text.
        ``draw`` returns one int64 a row. The last block is filled up with a letter.
        """
        proto, turn, going = self._onnx.TensorProto, self.fresh("turn"), self.fresh("going")
        n = self.size(strings[0], 0)
        block = self.op("Max", self.op("Min", n, self.constant([BLOCK])), self.constant([1]))
        ahead = self.op("Sub", self.op("Add", n, block), self.constant([1]))
        turns = self.op("Max", self.op("Div", ahead, block), self.constant([1]))
        lacking = self.op("Sub", self.op("Mul", turns, block), n)
        blank = self.op("Expand", self.text("a"), lacking)
        padded = [self.op("Concat", values, blank, axis=0) for values in strings]

        def body(inner: Graph) -> Sequence[tuple[Name, int]]:
            start = inner.op("Mul", turn, block)
            end = inner.op("Add", start, block)
            parts = [inner.op("Slice", values, start, end) for values in padded]
            return [(inner.op("Identity", going), proto.BOOL), (draw(inner, parts), proto.INT64)]

        drawn = self.nested([(turn, proto.INT64), (going, proto.BOOL)], body)
        found = self.op("Loop", self.op("Squeeze", turns), "", body=drawn)
        return self.op("Slice", self.flat(found), self.constant([0]), n)

    def by_length(self, texts: Name, draw: Callable[[Name], Name]) -> Name:
        """Apply something to short, middling and long texts apart; returns the results in order.

        What works on characters pads all texts to the longest: one address among a million words
        would fill the memory. No group is ever empty: a letter is added to it and taken out.
        """
        groups, places = self._groups(texts)
        return self._regrouped([draw(group) for group in groups], places)

    def _groups(self, texts: Name) -> tuple[list[Name], list[Name]]:
        bounds = [self.matches(texts, f"(?s).{{{least},}}") for least in LENGTHS]
        masks = [self.no(bounds[0])]
        masks += [self.both(low, self.no(high)) for low, high in pairwise(bounds)]
        masks.append(bounds[-1])
        extra = self.text("a")
        groups = [self.op("Concat", self.keep(texts, mask), extra, axis=0) for mask in masks]
        return groups, [self.where_true(mask) for mask in masks]

    def _regrouped(self, results: list[Name], places: list[Name]) -> Name:
        ends = self.constant([0]), self.constant([-1])
        joined = self.op("Concat", *(self.op("Slice", r, *ends) for r in results), axis=0)
        order = self.op("Concat", *places, axis=0)
        n = self.size(order, 0)
        return self.take(joined, self.put(self.whole(0, n), order, self.upto(n)))

    def mapped(self, texts: Name, table: Mapping[str, str], tokens: str = "(?s).") -> Name:
        """Replace the characters of texts, or what an expression finds, by a table.

        The table stands in the graph once, for the characters of all groups of lengths.
        """
        groups, places = self._groups(texts)
        found = [self.find_all(group, tokens) for group in groups]
        flat = [self.flat(matrix) for matrix in found]
        every = self.translate(self.op("Concat", *flat, axis=0), table)
        start, results = self.constant([0]), []
        for matrix, values in zip(found, flat, strict=True):
            end = self.op("Add", start, self.size(values, 0))
            part = self.op("Slice", every, start, end)
            results.append(self.join(self.op("Reshape", part, self.op("Shape", matrix))))
            start = end
        return self._regrouped(results, places)

    # -- arrays -------------------------------------------------------------------------------

    def size(self, value: Name, axis: int) -> Name:
        """Return the length of one axis, ``(1,)``."""
        return self.op("Shape", value, start=axis, end=axis + 1)

    def equal(self, left: Name, right: Name) -> Name:
        """Compare element by element."""
        return self.op("Equal", left, right)

    def both(self, *masks: Name) -> Name:
        """And."""
        return self._fold("And", masks)

    def either(self, *masks: Name) -> Name:
        """Or."""
        return self._fold("Or", masks)

    def _fold(self, kind: str, masks: Iterable[Name]) -> Name:
        first, *rest = masks
        for mask in rest:
            first = self.op(kind, first, mask)
        return first

    def no(self, mask: Name) -> Name:
        """Not."""
        return self.op("Not", mask)

    def integer(self, value: Name) -> Name:
        """Cast to int64."""
        return self.op("Cast", value, to=self._onnx.TensorProto.INT64)

    def flat(self, value: Name) -> Name:
        """Reshape to one axis."""
        return self.op("Reshape", value, self.constant([-1]))

    def where_true(self, mask: Name) -> Name:
        """Return the positions at which a mask of one axis is true."""
        return self.flat(self.op("NonZero", mask))

    def filled(self, strings: Name) -> tuple[Name, Name]:
        """Return the row and the string of all that is not '' in a padded matrix."""
        used = self.no(self.equal(strings, self.text("")))
        rows = self.op("Gather", self.op("NonZero", used), self.constant(0), axis=0)
        kept = self.op("Compress", self.flat(strings), self.flat(used))
        return rows, kept

    def count_filled(self, strings: Name) -> Name:
        """Return how many strings of each row are not ''."""
        used = self.integer(self.no(self.equal(strings, self.text(""))))
        return self.op("ReduceSum", used, self.constant([1]), keepdims=0)

    def take(self, values: Name, index: Name) -> Name:
        """Return these rows."""
        return self.op("Gather", values, index, axis=0)

    def keep(self, values: Name, mask: Name) -> Name:
        """Return the rows where a mask is true."""
        return self.op("Compress", values, mask, axis=0)

    def running(self, values: Name, *, before: bool = False) -> Name:
        """Sum from the start; ``before`` leaves out the element itself."""
        return self.op("CumSum", values, self.constant(0), exclusive=int(before))

    def whole(self, fill: Any, length: Name, dtype: Any = np.int64) -> Name:
        """Return an array of one value, of a length ``(1,)``."""
        tensor = self._onnx.numpy_helper.from_array(np.array([fill], dtype))
        return self.op("ConstantOfShape", length, value=tensor)

    def put(self, base: Name, index: Name, values: Name, how: str = "none") -> Name:
        """Write values at positions; ``how`` is ``none``, ``add`` or ``max``."""
        return self.op("ScatterElements", base, index, values, axis=0, reduction=how)

    def sums(self, owners: Name, values: Name, n: Name) -> Name:
        """Sum values by owner, ``(n,)``."""
        return self.put(self.whole(0, n), owners, values, "add")

    def upto(self, n: Name) -> Name:
        """Count from 0 below ``n`` (a scalar or ``(1,)``)."""
        return self.op("Range", self.constant(0), self.op("Squeeze", n), self.constant(1))

    def unique(self, values: Name) -> tuple[Name, Name]:
        """Return the distinct values, and for each value which of them it is."""
        distinct, _, inverse, _ = self.ops(4, "Unique", values, sorted=1)
        return distinct, inverse


def renamed(items: Iterable[Any], prefix: str, new: Mapping[str, str] | None = None) -> list[Any]:
    """Return copies of nodes, inputs or constants under names with a prefix.

    ``new`` names what is called otherwise. Names in the bodies of loops change, too.
    """

    def named(name: str) -> str:
        return name and (new or {}).get(name, prefix + name)

    copies = []
    for item in items:
        copy = type(item)()
        copy.CopyFrom(item)
        copies.append(copy)
        if not hasattr(copy, "op_type"):
            copy.name = named(copy.name)
            continue
        copy.input[:] = [named(name) for name in copy.input]
        copy.output[:] = [named(name) for name in copy.output]
        for attribute in copy.attribute:
            if attribute.HasField("g"):
                for part in ("node", "input", "output", "initializer"):
                    inner = getattr(attribute.g, part)
                    changed = renamed(inner, prefix, new)
                    del inner[:]
                    inner.extend(changed)
    return copies


def raised(model: Any) -> Any:
    """Copy a graph and bring it to operator sets that know strings; newer ones stay."""
    onnx = library()
    known = {item.domain: item.version for item in model.opset_import}
    if known.get("", known.get("ai.onnx", 0)) < OPSET:
        model = onnx.version_converter.convert_version(model, OPSET)
        known[""] = OPSET
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.ir_version = max(copy.ir_version, IR_VERSION)
    versions = {ML: ML_OPSET, MICROSOFT: 1, **known}
    del copy.opset_import[:]
    copy.opset_import.extend(onnx.helper.make_opsetid(*pair) for pair in versions.items())
    return copy


def character_class(codes: Iterable[int], *, inverse: bool = False) -> str:
    """Write code points as a class of RE2 in explicit ranges, so that no Unicode version matters.

    ``inverse`` gives the complement.
    """
    ranges: list[list[int]] = []
    for code in sorted(set(codes)):
        if 0xD800 <= code < 0xE000:
            continue  # surrogates are no characters of UTF-8
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    written = "".join(
        f"\\x{{{first:X}}}" + (f"-\\x{{{last:X}}}" if last > first else "")
        for first, last in ranges
    )
    return f"[{'^' if inverse else ''}{written}]"
