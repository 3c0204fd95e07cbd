"""Two texts in one sequence: tokens, order, statuses, and the scorer of a hand-made graph."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")

from qualmetrics.core import References, Rows, Scorer, Spec
from qualmetrics.encoder import Encoder, load_encoder
from qualmetrics.encoder.pairs import PairTokens
from qualmetrics.errors import ExportError, InputError
from qualmetrics.onnx import export, load
from qualmetrics.onnx.runtime import OnnxForward
from qualmetrics.pair_scorer import pair_scorer, softmax_sum
from qualmetrics.testing import check_scorer
from tests.similarity import tiny_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load_encoder(tiny_encoder.make(tmp_path_factory.mktemp("encoder") / "tiny"))


def graph() -> bytes:
    """Return a model by hand: sigmoid(sum of ids of the first text less those of the second)/100.

    The pair's types are what tells them apart; the mean over references that are there.
    """
    from onnx import TensorProto, helper, numpy_helper

    node, axes = helper.make_node, ["n", "references", "pair_tokens"]
    nodes = [
        node("Cast", ["pair_ids"], ["ids"], to=1),
        node("Cast", ["pair_mask"], ["mask"], to=1),
        node("Cast", ["pair_types"], ["types"], to=1),
        node("Mul", ["types", "two"], ["twice"]),
        node("Sub", ["one", "twice"], ["sign"]),
        node("Mul", ["ids", "mask"], ["there"]),
        node("Mul", ["there", "sign"], ["signed"]),
        node("ReduceSum", ["signed", "last"], ["sum"], keepdims=0),
        node("Div", ["sum", "hundred"], ["logit"]),
        node("Sigmoid", ["logit"], ["each"]),
        node("ReduceMax", ["mask"], ["exists"], axes=[2], keepdims=0),
        node("Mul", ["each", "exists"], ["kept"]),
        node("ReduceSum", ["kept", "second"], ["total"], keepdims=1),
        node("ReduceSum", ["exists", "second"], ["count"], keepdims=1),
        node("Max", ["count", "one"], ["some"]),
        node("Div", ["total", "some"], ["values"]),
    ]
    numbers = {"one": 1.0, "two": 2.0, "hundred": 100.0}
    weights = [numpy_helper.from_array(np.array(v, np.float32), k) for k, v in numbers.items()]
    weights += [
        numpy_helper.from_array(np.array([v], np.int64), k) for k, v in (("last", 2), ("second", 1))
    ]
    inputs = [
        helper.make_tensor_value_info(f"pair_{kind}", TensorProto.INT64, axes)
        for kind in ("ids", "mask", "types")
    ]
    outputs = [helper.make_tensor_value_info("values", TensorProto.FLOAT, ["n", 1])]
    made = helper.make_graph(nodes, "pairs", inputs, outputs, weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data


@pytest.fixture(scope="module")
def scorer(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    path = tmp_path_factory.mktemp("graph") / "pairs.onnx"
    path.write_bytes(graph())
    tokens = PairTokens(encoder, 48)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    forward = OnnxForward(str(path), digest, tuple(tokens.layout.items()))
    spec = Spec("toy_pairs", increases_with="difficulty", bounds=(0, 1), tolerance=1e-6)
    return pair_scorer(spec, tokens, forward)


def test_a_bundle_of_pairs_keeps_every_law(scorer: Scorer, tmp_path: Path) -> None:
    export(scorer, tmp_path / "toy", graph="ids")
    check_scorer(load(tmp_path / "toy"))


def test_a_bundle_of_pairs_has_one_form(scorer: Scorer, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="graph='ids' it has"):
        export(scorer, tmp_path / "toy", graph="text")


def read(item: PairTokens, text: str, *references: str) -> dict[str, list]:
    batch = item.read(Rows((text,), References((references,))))
    arrays = {key: array[0].tolist() for key, array in batch.arrays.items()}
    return arrays | {"status": [int(batch.status[0])]}


def test_the_order_of_the_two_texts_is_as_declared(encoder: Encoder) -> None:
    ids = {
        first: read(PairTokens(encoder, 48, first), "a cat", "the dog")["pair_ids"][0]
        for first in ("text", "reference")
    }
    end = ids["text"][-1]
    assert ids["text"][1:3] == ids["reference"][4:6]
    assert ids["text"][4:6] == ids["reference"][1:3]
    assert ids["reference"][-1] == end


def test_the_sequence_is_the_tokenizer_s_own_pair(encoder: Encoder) -> None:
    import tokenizers

    theirs = tokenizers.Tokenizer.from_file(str(Path(encoder.folder) / "tokenizer.json"))
    expected = theirs.encode("a cat sat", "the dog sat on it")
    arrays = read(PairTokens(encoder, 48), "a cat sat", "the dog sat on it")
    assert arrays["pair_ids"][0] == expected.ids
    assert arrays["pair_types"][0] == expected.type_ids


@pytest.mark.parametrize(
    "lengths", [(3, 30), (30, 3), (20, 21), (21, 20), (30, 30), (6, 7), (7, 6)]
)
def test_long_pairs_are_cut_as_the_library_cuts_them(
    lengths: tuple[int, int], encoder: Encoder
) -> None:
    import tokenizers

    theirs = tokenizers.Tokenizer.from_file(str(Path(encoder.folder) / "tokenizer.json"))
    theirs.enable_truncation(16, strategy="longest_first")
    first, second = ("cat " * lengths[0], "dog " * lengths[1])
    ours = encoder.tokenize_pair(first, second, max_tokens=16)
    assert ours.ids.tolist() == theirs.encode(first, second).ids
    assert ours.types.tolist() == theirs.encode(first, second).type_ids


def test_the_longer_text_is_cut_and_the_row_says_so(encoder: Encoder) -> None:
    item = PairTokens(encoder, 16)
    pair = item.pair(text="cat " * 40, reference="a dog sat")
    assert (pair.n_second, len(pair.ids), pair.truncated) == (3, 16, True)
    assert read(item, "cat " * 40, "a dog sat")["status"] == [2]


@pytest.mark.parametrize(
    ("text", "references", "status"),
    [
        ("", ["a cat"], "empty"),
        ("a cat", [" \n"], "empty"),
        ("a cat", ["", "the dog"], "ok"),
        ("\u200b", ["a cat"], "no_words"),
    ],
)
def test_a_side_without_tokens_has_a_status(
    text: str, references: list[str], status: str, scorer: Scorer
) -> None:
    assert scorer([text], [references]).status_names == [status]


def test_an_empty_reference_among_several_does_not_count(scorer: Scorer) -> None:
    both = scorer(["a cat"], [["", "the dog sat"]]).primary[0]
    assert both == pytest.approx(scorer(["a cat"], ["the dog sat"]).primary[0], abs=1e-6)


def test_wins_against_all_others_order_a_set(scorer: Scorer) -> None:
    """By hand: the more and the later words of the vocabulary, the higher the sum of ids."""
    texts = ["chapter nobody objected", "a", "cat dog"]
    wins = softmax_sum(scorer, texts)
    expected = [sum(scorer([a], [b]).primary[0] for b in texts if b != a) for a in texts]
    assert wins == pytest.approx(expected, abs=1e-6)
    assert np.argsort(-wins).tolist() == [0, 2, 1]


def test_a_text_without_words_wins_nothing(scorer: Scorer) -> None:
    wins = softmax_sum(scorer, ["a cat", "", "the dog"])
    assert np.isnan(wins).tolist() == [False, True, False]


@pytest.mark.parametrize("wrong", [{"first": "candidate"}, {"max_tokens": 500}])
def test_what_cannot_be_read_is_refused(wrong: dict, encoder: Encoder) -> None:
    with pytest.raises(InputError):
        PairTokens(**{"encoder": encoder, "max_tokens": 48, **wrong})
