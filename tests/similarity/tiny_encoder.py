"""A tiny encoder bundle, made on the spot: WordPiece, three layers, no download, no training.

Layer 0 is a table row plus a position, layer 1 adds the mean of all tokens, layer 2 mixes columns.
The weights are seeded noise: texts with the same words come out alike, and nothing else is learnt.
"""

from __future__ import annotations

import hashlib
import json
import string
from pathlib import Path

import numpy as np

WIDTH, POSITIONS, MAX_TOKENS = 16, 64, 48
WORDS = (
    "the a cat dog sat on mat bay boat crossed small before noon hello word it rained day all "
    "is was in of and to committee library readers chapter nobody objected"
).split()


def make(folder: Path, name: str = "tiny", seed: int = 0) -> Path:
    """Write the bundle and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _tokenizer(folder / "tokenizer.json")
    _model(folder / "model.onnx", len(vocabulary), np.random.default_rng(seed))
    files = {
        path: hashlib.sha256((folder / path).read_bytes()).hexdigest()
        for path in ("model.onnx", "tokenizer.json")
    }
    data = {
        "format": "qualmetrics-encoder/1",
        "name": name,
        "layers": 2,
        "width": WIDTH,
        "vocabulary": len(vocabulary),
        "max_tokens": MAX_TOKENS,
        "max_positions": POSITIONS,
        "pooling": "mean",
        "normalise": True,
        "table": {"values": "table"},
        "files": files,
    }
    (folder / "encoder.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def _tokenizer(path: Path) -> dict[str, int]:
    import tokenizers
    from tokenizers import normalizers, pre_tokenizers, processors

    letters = string.ascii_lowercase + string.digits
    pieces = [
        *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
        *(letters + string.punctuation),
        *(f"##{letter}" for letter in letters),
        *(word for word in WORDS if len(word) > 1),
    ]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    unknown = pieces[1]
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token=unknown))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(mark, vocabulary[mark]) for mark in ("[CLS]", "[SEP]")],
    )
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    made.save(str(path))
    return vocabulary


def _model(path: Path, size: int, rng: np.random.Generator) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = {
        "table": rng.normal(size=(size, WIDTH)),
        "positions": 0.3 * rng.normal(size=(POSITIONS, WIDTH)),
        "mixing": rng.normal(size=(WIDTH, WIDTH)) / 4,
        "half": np.array(0.5),
        "one": np.array(1.0),
    }
    constants = [numpy_helper.from_array(w.astype(np.float32), n) for n, w in weights.items()]
    sizes = {"zero": 0, "step": 1}
    constants += [numpy_helper.from_array(np.array(v, np.int64), n) for n, v in sizes.items()]
    lists = {"first": [1], "second": [2], "middle": [1]}
    constants += [numpy_helper.from_array(np.array(v, np.int64), n) for n, v in lists.items()]
    node = helper.make_node
    nodes = [
        node("Gather", ["table", "input_ids"], ["rows"]),
        node("Shape", ["input_ids"], ["shape"]),
        node("Gather", ["shape", "step"], ["tokens"]),
        node("Range", ["zero", "tokens", "step"], ["places"]),
        node("Gather", ["positions", "places"], ["placed"]),
        node("Add", ["rows", "placed"], ["layer_0"]),
        node("Cast", ["attention_mask"], ["there"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["there", "second"], ["there3"]),
        node("Mul", ["layer_0", "there3"], ["masked"]),
        node("ReduceSum", ["masked", "middle"], ["total"], keepdims=1),
        node("ReduceSum", ["there3", "middle"], ["n"], keepdims=1),
        node("Max", ["n", "one"], ["n1"]),
        node("Div", ["total", "n1"], ["mean"]),
        node("Mul", ["mean", "half"], ["context"]),
        node("Add", ["layer_0", "context"], ["layer_1"]),
        node("MatMul", ["layer_1", "mixing"], ["mixed"]),
        node("Tanh", ["mixed"], ["layer_2"]),
    ]
    axes = ["n", "tokens"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, axes)
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info(f"layer_{i}", TensorProto.FLOAT, [*axes, WIDTH])
            for i in range(3)
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
