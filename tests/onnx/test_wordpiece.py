"""WordPiece as a graph: the same ids as the tokenizers library, and strings to scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.core import Status
from qualmetrics.errors import ExportError
from qualmetrics.onnx.wordpiece import merge, wordpiece_graph

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
tokenizers = pytest.importorskip("tokenizers")

PIECES = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] a b un the cafe ange ##aff ##able ##a ##b ##lo 中 ! ' - ; "
    "ᄒ ##ᅡ ##ᆫ naive hello"
).split()
VOCABULARY = {piece: index for index, piece in enumerate(PIECES)}


def library(vocabulary, max_tokens):
    model = tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]")  # noqa: S106
    made = tokenizers.Tokenizer(model)
    made.normalizer = tokenizers.normalizers.BertNormalizer()
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    made.enable_truncation(max_tokens)
    return made


def session(model):
    return onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )


@pytest.fixture(scope="module")
def graph():
    return wordpiece_graph(VOCABULARY, 12)


@pytest.fixture(scope="module")
def run(graph):
    opened = session(graph)

    def call(texts):
        return opened.run(None, {"texts": np.array(texts, dtype=object)})

    return call


def ids_of(run, text):
    ids, mask, *_ = run([text])
    return ids[0][mask[0] == 1].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "unaffable",
        "Hello the CAFÉ",
        "cafe\u0301 Ange\u0301lo",
        "naïve",
        "a\x00b\u200bb",
        "un\u00adaffable",
        "中a中",
        "한",
        "a!'b-;\u037e",
        "unaffablex",
        "x",
        " \t\n\u00a0\u2003",
        "",
        "a\u0301",
        "\u0301 a",
        "a" * 100,
        "a" * 101,
        "a" * 5000 + " b",
        "a b " * 30,
        "🙂 a",
        "ab ab ab ba abb",
    ],
)
def test_ids_are_those_of_the_tokenizers_library(run, text):
    expected = library(VOCABULARY, 12).encode(text).ids
    assert expected == ids_of(run, text)


def test_a_batch_is_padded_to_its_longest_text(run):
    ids, mask, special, _ = run(["a", "", "unaffable b"])
    assert ids.tolist() == [[2, 5, 3, 0, 0, 0], [2, 3, 0, 0, 0, 0], [2, 7, 11, 12, 6, 3]]
    assert mask.tolist() == [[1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]]
    assert special.tolist() == [[1, 0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 1]]


def test_no_text_gives_no_rows(run):
    assert [value.shape[0] for value in run([])] == [0, 0, 0, 0]


def test_a_text_that_is_too_long_is_cut_and_keeps_its_last_special_token(run):
    ids, mask, _, truncated = run(["a b " * 30])
    assert truncated.tolist() == [1]
    assert (ids.shape, ids[0, -1], mask.sum()) == ((1, 12), VOCABULARY["[SEP]"], 12)


def test_a_special_token_spelled_out_is_read_as_text(run):
    assert VOCABULARY["[MASK]"] not in ids_of(run, "a [MASK] b")


def test_the_graph_says_where_its_ids_may_differ(graph):
    notes = {entry.key: entry.value for entry in graph.metadata_props}
    assert "[MASK]" in notes["tokenizer_differences"]


def test_a_vocabulary_without_special_tokens_is_refused():
    with pytest.raises(ExportError, match=r"lacks \[UNK\]"):
        wordpiece_graph({"a": 0})


def test_a_tokenizer_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizers.Tokenizer(tokenizers.models.BPE()).save(str(path))
    with pytest.raises(ExportError, match="expected a WordPiece tokenizer"):
        wordpiece_graph(path)


def scores_graph(opset, reference_axes):
    """Sum the ids of each side, as a graph from ids to scores."""
    helper, proto = onnx.helper, onnx.TensorProto
    axes = list(range(1, len(reference_axes)))
    nodes = [
        helper.make_node("Mul", ["text_ids", "text_mask"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "one"], ["a"], keepdims=0),
        helper.make_node("Cast", ["reference_mask"], ["cast"], to=proto.INT64),
        helper.make_node("Mul", ["reference_ids", "cast"], ["kept_too"]),
        helper.make_node("ReduceSum", ["kept_too", "axes"], ["b"], keepdims=0),
        helper.make_node("Sub", ["a", "b"], ["difference"]),
        helper.make_node("Cast", ["difference"], ["float"], to=proto.FLOAT),
        helper.make_node("Unsqueeze", ["float", "one"], ["values"]),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "sums",
        [
            value("text_ids", proto.INT64, ["n", "t"]),
            value("text_mask", proto.INT64, ["n", "t"]),
            value("reference_ids", proto.INT64, reference_axes),
            value("reference_mask", proto.FLOAT, reference_axes),
        ],
        [value("values", proto.FLOAT, ["n", 1])],
        [
            onnx.numpy_helper.from_array(np.array([1]), "one"),
            onnx.numpy_helper.from_array(np.array(axes), "axes"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def scored(graph, opset, axes, **texts):
    merged = session(merge(graph, scores_graph(opset, axes)))
    feeds = {name: np.array(value, dtype=object) for name, value in texts.items()}
    values, status = merged.run(["values", "status"], feeds)
    return values[:, 0].tolist(), status.tolist()


@pytest.mark.parametrize("opset", [17, 20, 21])
def test_merged_with_a_graph_from_ids_it_reads_strings(graph, opset):
    found = scored(graph, opset, ["n", "r"], text=["a b", "a"], reference=["b", "unaffable"])
    assert found == ([5, 5 - (7 + 11 + 12)], [0, 0])


def test_a_reference_that_is_missing_is_masked(graph):
    axes = ["n", "references", "r"]
    several = [["a", "b"], ["a", ""]]
    values, status = scored(graph, 20, axes, text=["a", "a"], reference=several)
    ends = VOCABULARY["[CLS]"] + VOCABULARY["[SEP]"]
    assert (values, status) == ([5 + ends - (5 + 6 + 2 * ends), 0], [0, 0])


def test_a_text_or_a_row_of_references_without_a_token_is_undefined(graph):
    axes = ["n", "references", "r"]
    texts = ["", "\u200b", "a", "a b " * 30]
    several = [["a", ""], ["a", ""], ["", " "], ["a b " * 30, ""]]
    values, status = scored(graph, 20, axes, text=texts, reference=several)
    assert np.isnan(values).tolist() == [True, True, True, False]
    assert status == [Status.EMPTY, Status.NO_WORDS, Status.EMPTY, Status.TRUNCATED]


def test_a_graph_without_ids_cannot_be_merged(graph):
    with pytest.raises(ExportError, match="expected a graph that reads SIDE_ids"):
        merge(graph, graph)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab ##un"), max_size=40))
def test_any_text_has_the_ids_of_the_tokenizers_library(run, text):
    expected = library(VOCABULARY, 12).encode(text).ids
    assert expected == ids_of(run, text)
