"""A toy encoder bundle whose numbers are known by hand: nine words, states of two numbers.

``layer_0`` is the row of the table; ``layer_1`` adds the mean of ``layer_0`` over the tokens that
go through the encoder together, so a state depends on its window and on nothing else.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, Scorer, Spec
from qualmetrics.encoder import FORMAT, Policy, Vectors, load_encoder

WORDS = ("[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "e", "f")
TABLE = np.array([[i, i * i] for i in range(len(WORDS))], dtype=np.float32)


def graph(opset: int = 17) -> Any:
    """Return the model; see the module."""
    from onnx import TensorProto, helper, numpy_helper

    axes = ["batch", "tokens"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, axes)
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info(f"layer_{i}", TensorProto.FLOAT, [*axes, 2]) for i in (0, 1)
    ]
    node = helper.make_node
    nodes = [
        node("Gather", ["table", "input_ids"], ["layer_0"]),
        node("Cast", ["attention_mask"], ["mask"], to=1),
        node("Unsqueeze", ["mask", "last"], ["mask3"]),
        node("Mul", ["layer_0", "mask3"], ["kept"]),
        node("ReduceSum", ["kept", "second"], ["total"]),
        node("ReduceSum", ["mask3", "second"], ["count"]),
        node("Div", ["total", "count"], ["mean"]),
        node("Add", ["layer_0", "mean"], ["layer_1"]),
    ]
    weights = [
        numpy_helper.from_array(TABLE, "table"),
        numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "second"),
    ]
    made = helper.make_graph(nodes, "toy", inputs, outputs, weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def tokenizer() -> Any:
    """Return a tokenizer of words between white space; control characters are dropped."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return made


def write_bundle(folder: Path, **changes: Any) -> Path:
    """Write the toy encoder's bundle; ``changes`` go into ``encoder.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph().SerializeToString())
    (folder / "tokenizer.json").write_text(tokenizer().to_str(), encoding="utf-8")
    data = {
        "format": FORMAT,
        "name": "toy",
        "layers": 1,
        "width": 2,
        "max_tokens": 8,
        "max_positions": 16,
        "pooling": "mean",
        "normalise": False,
        "quantisation": "none",
        "table": {"values": "table"},
        "files": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in ("model.onnx", "tokenizer.json")
        },
    } | changes
    (folder / "encoder.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def mean_of_states(arrays: Arrays) -> Any:
    """Return the mean of all states of a text, both numbers of them added."""
    vectors, mask = arrays["text_vectors"], arrays["text_mask"]
    total = (vectors * mask[:, :, None]).sum(axis=(1, 2))
    return (total / mask.sum(axis=1))[:, None]


def nearest_reference(arrays: Arrays) -> Any:
    """Return the least distance of pooled vectors to a reference that is there."""
    apart = np.abs(arrays["text_vector"][:, None] - arrays["reference_vector"]).sum(axis=2)
    return np.where(arrays["reference_mask"] > 0, apart, np.inf).min(axis=1)[:, None]


def text_scorer(folder: str, kind: str = "cut") -> Scorer:
    policy = Policy(kind, 8)
    spec = Spec("toy_text", tolerance=1e-6)
    made = Scorer(spec, (Vectors("text", load_encoder(folder), 1, policy=policy),), mean_of_states)
    return made.with_recipe("tests.encoder.toys:text_scorer", folder=folder, kind=kind)


def reference_scorer(folder: str) -> Scorer:
    encoder = load_encoder(folder)
    inputs = tuple(Vectors(s, encoder, 1, "mean", Policy("cut", 8)) for s in ("text", "reference"))
    made = Scorer(Spec("toy_reference", tolerance=1e-6), inputs, nearest_reference)
    return made.with_recipe("tests.encoder.toys:reference_scorer", folder=folder)
