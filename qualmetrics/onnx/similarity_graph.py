"""Machinery: one graph from token ids to similarity scores, encoder and matching together.

The matching is traced from the very function that numpy runs. The encoder's nodes are set in front
of it twice, once for the texts and once for the references, over one copy of the weights. The
inputs are ``{side}_ids``, ``{side}_mask`` and ``{side}_special`` of the sides ``text`` and
``reference``; ``qualmetrics.onnx.wordpiece.merge`` sets a tokenizer in front of such a graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, Layout
from qualmetrics.errors import ExportError
from qualmetrics.onnx.encoder_graph import Drawing, embed, encode, prefix
from qualmetrics.onnx.export import trace
from qualmetrics.onnx.nodes import library
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
    onnx = library()
    signature = similarity.from_ids().signature
    model = trace(_States(similarity.match, similarity.pool), _layout(similarity), signature)
    prefix(model.graph, "match/", keep={item.name for item in model.graph.input} | {"values"})
    later = list(model.graph.node)
    del model.graph.node[:], model.graph.input[:]
    draw = Drawing(model.graph, onnx)
    _sources(draw, similarity)
    if similarity.layer is None:
        table = draw.constant("table", unit_table(similarity.encoder))
        for side in SIDES:
            draw.node("Gather", [table, f"{side}_ids"], f"{side}_vectors")
    else:
        encoder = embed(model, similarity.encoder, similarity.layer)
        for side in SIDES:
            encode(draw, encoder, side, similarity.encoder.width)
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


def _sources(draw: Drawing, similarity: Similarity) -> None:
    """Declare the inputs that the graph reads."""
    masked = ("mask", "special") if similarity.pool == "none" else ("mask",)
    for side in SIDES:
        axes = ["n", *(["references"] if side == "reference" else []), f"{side}_tokens"]
        draw.source(f"{side}_ids", np.int64, axes)
        for kind in masked:
            draw.source(f"{side}_{kind}", np.float32, axes)
