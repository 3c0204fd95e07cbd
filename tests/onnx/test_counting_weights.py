"""Word weights inside a graph of strings are the ones that Python sums."""

import gzip
import json

import numpy as np
import pytest

from qualmetrics.onnx import export, load
from qualmetrics.onnx.counting import counts_graph
from qualmetrics.ranker import LinearForward, Ranker, Ratio
from qualmetrics.testing import TEXTS, check_scorer
from qualmetrics.text import count
from qualmetrics.text.counts import occurrences
from qualmetrics.text.inputs import Counts
from qualmetrics.text.weights import WordWeights
from qualmetrics.training.lexicon import spelled_grams

onnxruntime = pytest.importorskip("onnxruntime")

WORDS = {"the": (3, 1), "boat": (-20, 0), "don't": (7, 2), "café": (9, 0), "library": (-4, 4)}
GRAMS = {"\x02un": (100, -1), "ing": (7, 2), "ing\x03": (-2, 0), "00": (5, 0), "~": (1, 0),
         "\x02": (-3, 0), "ion": (40, 1)}  # fmt: skip

TABLES = {
    "words": WordWeights("t", ("a", "b"), WORDS),
    "grams": WordWeights("t", ("a", "b"), WORDS, GRAMS, (11, -2)),
    "names": WordWeights("t", ("a", "b"), WORDS, GRAMS, (11, -2), (-30, 1)),
    "grams alone": WordWeights("t", ("a", "b"), {}, GRAMS, (1, 1)),
    "clipped": WordWeights("t", ("a", "b"), {}, {"a": (32767, 0), "e": (32767, 1)}, (32767, 0)),
}

ODD = (
    "unwinding Unwinding 1234 100,000 don’t Don't DON'T café CAFE\u0301 Café's library's",
    "The Boat. A boat in London met the Library of London. Then Nation's notions.",
    "a" * 90 + " " + "ing" * 40 + " naïve 東京 word東京 x_y e-mail state-of-the-art",
    "www.example.org/ing me@example.com U.S. p.m. O'Neill's rock'n'roll '90s",
)


def scorer(table):
    features = (Ratio("a", "words"), Ratio("b", "words"))
    forward = LinearForward(features, ((1.0, 0.0), (0.0, 1.0)), (0.0, 0.0))
    item = Counts("en/1", ("words",), (table,))
    return Ranker("toy", forward, (item,), ("first", "second")).scorer()


@pytest.mark.parametrize("name", TABLES)
def test_a_graph_of_strings_sums_the_weights_of_python(name, tmp_path):
    made = scorer(TABLES[name])
    loaded = load(export(made, tmp_path / "toy", graph="text"))
    texts = [*TEXTS, *ODD]
    ours, theirs = made(texts), loaded(texts)
    assert ours.status.tolist() == theirs.status.tolist()
    assert np.allclose(theirs.values, ours.values, rtol=0, atol=1e-12, equal_nan=True)


def test_the_graph_keeps_every_law(tmp_path):
    check_scorer(load(export(scorer(TABLES["names"]), tmp_path / "toy", graph="text")))


@pytest.mark.full
def test_sums_in_a_graph_are_those_of_python_on_books(data):
    books = data / "speed_corpus" / "books_paragraphs.jsonl.gz"
    with gzip.open(books, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["text"] for row in rows if row["lang"] == "en"][::60]
    keys = occurrences(texts).keys
    rng = np.random.default_rng(0)
    values = rng.integers(-32_767, 32_767, (len(keys), 2)).tolist()
    grams = sorted({gram for key in keys[::9] for gram in spelled_grams(key)})
    heavy = rng.integers(-900, 900, len(grams)).tolist()
    table = WordWeights(
        "random",
        ("a", "b"),
        {key: tuple(row) for key, row in zip(keys[::2], values[::2], strict=True)},
        {gram: (weight, 1) for gram, weight in zip(grams, heavy, strict=True)},
        proper=(500, -7),
    )
    ours = count(texts, ["words"], tables=[table])
    drawn = counts_graph(("words", "a", "b"), (table,)).SerializeToString()
    opened = onnxruntime.InferenceSession(drawn, providers=["CPUExecutionProvider"])
    theirs = opened.run(["words", "a", "b"], {"texts": np.array(texts, dtype=object)})
    for name, found in zip(("words", "a", "b"), theirs, strict=True):
        assert found.tolist() == ours[name].tolist()
