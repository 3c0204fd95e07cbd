"""Machinery: one graph from token ids, or from strings, to the scores of a neural ranker.

Encoder, pooling and head stand one behind the other: the encoder is read from its bundle, pooling
is traced from Python, and the head is traced too, or read where it came out of a bundle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qualmetrics.core import Layout, Scorer
from qualmetrics.encoder import Vectors
from qualmetrics.errors import ExportError
from qualmetrics.neural_ranker import Pool
from qualmetrics.onnx.encoder_graph import Drawing, as_new_as, embed, encode, prefix
from qualmetrics.onnx.export import forward_graph, trace
from qualmetrics.onnx.nodes import library


def ids_graph(scorer: Scorer) -> Any:
    """Return the ``onnx.ModelProto`` from token ids to scores, ``(n, k)``, of a ranker.

    ``scorer`` is the form that reads one pooled vector.

    Raises
    ------
    MissingExtraError
        Without the packages onnx and ndonnx.
    """
    onnx = library()
    item = _vectors(scorer)
    tokens = ("n", "text_tokens")
    states = Layout((*tokens, item.encoder.width), "float32")
    layout = {"text_vectors": states, "text_mask": Layout(tokens, "float32")}
    model = trace(Pool(item.pool, item.normalised), layout, scorer.signature)
    prefix(model.graph, "pool/", keep={item.name for item in model.graph.input})
    head = as_new_as(model, forward_graph(scorer))
    prefix(head.graph, "head/", keep={"text_vector", "values"})
    later = list(model.graph.node)
    (pooled,) = (output.name for output in model.graph.output)
    del model.graph.node[:], model.graph.input[:], model.graph.output[:]
    draw = Drawing(model.graph, onnx)
    draw.source("text_ids", np.int64, tokens)
    draw.source("text_mask", np.float32, tokens)
    encode(draw, embed(model, item.encoder, item.layer), "text", item.encoder.width)
    model.graph.node.extend(later)
    draw.node("Identity", [pooled], "text_vector")
    model.graph.initializer.extend(head.graph.initializer)
    model.graph.node.extend(head.graph.node)
    model.graph.output.extend(head.graph.output)
    onnx.checker.check_model(model)
    return model


def text_graph(scorer: Scorer) -> Any:
    """Return the ``onnx.ModelProto`` from strings to scores, its tokenizer inside.

    Raises
    ------
    ExportError
        For a tokenizer other than WordPiece, and for another policy than ``cut``.
    """
    from qualmetrics.onnx.wordpiece import merge, wordpiece_graph

    item = _vectors(scorer)
    if item.policy.kind != "cut":
        raise ExportError(
            f"{scorer.spec.name} with policy={item.policy.kind!r} has no 'text' graph: the "
            "tokenizer inside a graph can only cut; export it with policy='cut', or graph='ids'"
        )
    path, _ = item.encoder.file("tokenizer.json")
    return merge(wordpiece_graph(path, item.policy.max_tokens), ids_graph(scorer))


def _vectors(scorer: Scorer) -> Vectors:
    (item,) = scorer.inputs
    if not isinstance(item, Vectors):
        raise ExportError(f"{scorer.spec.name} reads no vectors of a text")
    return item
