"""Counting as a graph: strings in, count columns and formulas out, by the rules ``en/1``.

The same rules as in ``text``, drawn with the operators of the ordinary onnxruntime: chunks and
words are found by expressions, understood once each (``Unique``), and summed by text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import ExportError
from qualmetrics.onnx.counting_chunks import LONGEST, Counting, but_last
from qualmetrics.onnx.counting_columns import COLUMNS
from qualmetrics.onnx.counting_weights import channels, draw_channel
from qualmetrics.onnx.nodes import Graph, Name, library, raised, renamed
from qualmetrics.text import columns as registry
from qualmetrics.text.inputs import MIN_WORDS_FOR_LANGUAGE, STATUS_COLUMNS, Counts
from qualmetrics.text.language import load
from qualmetrics.text.rules import get_rules
from qualmetrics.text.weights import WordWeights

RULES: Final = "en/1"

DIFFERENCES: Final = (
    "an address glued to the letters before it (seewww.example.org) is not told apart",
    f"a run of more than {LONGEST} characters without white space is read in pieces",
    "a letter with three or more combining marks is not composed",
    "syllables of a word that mixes Latin letters with those of other scripts",
)


def counts_graph(columns: Sequence[str], tables: Sequence[WordWeights] = ()) -> Any:
    """Draw count columns as a graph: strings ``(n,)`` -> float64 ``(n,)`` by name.

    The channels of ``tables`` are columns, too.

    Raises
    ------
    ExportError
        For columns that cannot be drawn, naming them.
    """
    g = Graph()
    counts = _draw(g, "texts", columns, tables)
    double = library().TensorProto.DOUBLE
    outputs = {name: (value, double, ("n",)) for name, value in counts.items()}
    return g.model({"texts": ("n",)}, outputs, {"counting_differences": "; ".join(DIFFERENCES)})


def _draw(
    g: Graph, texts: Name, columns: Sequence[str], tables: Sequence[WordWeights] = ()
) -> dict[str, Name]:
    """Draw some columns, and channels of word weights, for a tensor of strings."""
    weighed = channels(tables)
    missing = [name for name in columns if name not in COLUMNS and name not in weighed]
    if missing:
        known = registry.column_names()
        raise ExportError(
            f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} cannot be counted inside a "
            f"graph; these can: {', '.join(name for name in known if name in COLUMNS)}"
        )
    counting = Counting(g, texts, load(RULES.partition("/")[0]))
    double = library().TensorProto.DOUBLE

    def drawn(name: str) -> Name:
        if name in weighed:
            return draw_channel(counting, *weighed[name])
        return COLUMNS[name](counting)

    return {name: g.op("Cast", but_last(g, drawn(name)), to=double) for name in columns}


# -- formulas ------------------------------------------------------------------------------------


def text_graph(scorer: Scorer) -> Any:
    """Draw a scorer of ``en/1`` counts as a graph from strings to its values.

    Parameters
    ----------
    scorer : Scorer
        Reads nothing but ``Counts("en/1", ...)``; its forward can be traced.

    Returns
    -------
    onnx.ModelProto
        ``text`` ``(n,)`` -> ``values`` float64 ``(n, k)``, NaN where undefined; ``status`` int64
        ``(n,)``, the bits of ``qualmetrics.core.Status``; and the counts by name, float64
        ``(n,)``.

    Raises
    ------
    ExportError
        For a scorer that reads something else, or a column that cannot be drawn.
    """
    from qualmetrics.onnx.export import graph_layout, trace

    others = [item for item in scorer.inputs if not _is_english(item)]
    if others or not scorer.inputs:
        raise ExportError(
            f"{scorer.spec.name} has no 'text' graph: what it reads, {others}, is not counts under "
            f"the rules {RULES}; graph='values' it has"
        )
    layout = graph_layout(scorer)
    g = Graph(prefix="count/")
    tables = tuple(dict.fromkeys(t for item in scorer.inputs for t in getattr(item, "tables", ())))
    counts = _draw(g, "text", tuple(dict.fromkeys((*layout, *STATUS_COLUMNS))), tables)
    model = raised(trace(scorer.forward, layout, scorer.signature))
    for name in layout:
        g.op("Identity", counts[name], into=name)
    inner = {name: name for name in layout}
    nodes = renamed(model.graph.node, "formula/", inner)
    g.include(nodes, renamed(model.graph.initializer, "formula/", inner))
    values, status = _with_status(g, "formula/values", counts, scorer.spec.valid_range)
    g.op("Identity", values, into="values")
    g.op("Identity", status, into="status")
    return _finished(g, model, list(layout), scorer)


def _is_english(item: Any) -> bool:
    return isinstance(item, Counts) and get_rules(item.rules).name == RULES


def _finished(g: Graph, traced: Any, columns: Sequence[str], scorer: Scorer) -> Any:
    """Put a text graph together: what was traced gives its operator sets."""
    onnx = library()
    proto, value = onnx.TensorProto, onnx.helper.make_tensor_value_info
    del traced.graph.node[:], traced.graph.initializer[:], traced.graph.value_info[:]
    del traced.graph.input[:], traced.graph.output[:]
    traced.graph.input.append(value("text", proto.STRING, ["n"]))
    outputs = [
        value("values", proto.DOUBLE, ["n", len(scorer.spec.outputs)]),
        value("status", proto.INT64, ["n"]),
        *(value(name, proto.DOUBLE, ["n"]) for name in columns),
    ]
    traced.graph.output.extend(outputs)
    g.append_to(traced.graph)
    notes = {"signature": scorer.signature, "counting_differences": "; ".join(DIFFERENCES)}
    onnx.helper.set_model_props(traced, notes)
    return traced


def _with_status(
    g: Graph, values: Name, counts: dict[str, Name], valid_range: Mapping[str, Any]
) -> tuple[Name, Name]:
    """Return values, NaN where undefined, and the status of each text, as ``core`` decides it."""
    zero = g.constant(0, np.float64)

    def above(left: Name, right: Name) -> Name:
        return g.op("Greater", left, right)

    def times(name: str, factor: int) -> Name:
        return g.op("Mul", counts[name], g.constant(factor, np.float64))

    seen, words = above(counts["characters"], zero), above(counts["words"], zero)
    alien = g.both(words, above(times("foreign_letters", 2), counts["letters"]))
    enough = g.op("GreaterOrEqual", counts["words"], g.constant(MIN_WORDS_FOR_LANGUAGE, np.float64))
    foreign = g.both(
        enough,
        above(counts["stop_other"], times("stop_own", 2)),
        above(times("stop_other", 10), counts["words"]),
    )
    defined = g.both(words, g.no(alien))
    outside = [zero_mask(g, defined)]
    for name, (least, most) in valid_range.items():
        if least is not None:
            outside.append(g.op("Less", counts[name], g.constant(least, np.float64)))
        if most is not None:
            outside.append(above(counts[name], g.constant(most, np.float64)))
    broken = g.either(g.op("IsNaN", values), g.op("IsInf", values))
    n_broken = g.op("ReduceMin", g.integer(broken), g.constant([1]), keepdims=0)
    all_broken = g.both(defined, above(n_broken, g.constant(0)))
    n_broken = g.op("ReduceMax", g.integer(broken), g.constant([1]), keepdims=0)
    some_broken = g.both(defined, above(n_broken, g.constant(0)), g.no(all_broken))
    flags = {
        Status.EMPTY: g.no(seen),
        Status.NO_WORDS: g.both(seen, g.no(words)),
        Status.NOT_APPLICABLE: g.either(alien, all_broken),
        Status.WRONG_LANGUAGE: g.both(defined, foreign),
        Status.TOO_SHORT: g.both(defined, g.either(*outside)),
        Status.PARTIAL: some_broken,
    }
    total = g.constant([0])
    for flag, mask in flags.items():
        bit = g.op("Where", mask, g.constant(int(flag)), g.constant(0))
        total = g.op("Add", total, bit)
    bad = g.either(broken, g.op("Unsqueeze", g.no(defined), g.constant([1])))
    return g.op("Where", bad, g.constant(math.nan, np.float64), values), total


def zero_mask(g: Graph, like: Name) -> Name:
    """Return a mask that is false everywhere."""
    return g.both(like, g.no(like))


__all__ = ["COLUMNS", "DIFFERENCES", "RULES", "counts_graph", "text_graph"]
