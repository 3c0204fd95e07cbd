"""Counting inside a graph: strings in, the same counts, statuses and scores as Python out."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.core import Column, Scorer, Spec, Status
from qualmetrics.errors import ExportError, ProviderError
from qualmetrics.onnx import export, load
from qualmetrics.testing import TEXTS, check_scorer
from qualmetrics.text import column_names, count

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("ndonnx")

from qualmetrics.onnx.counting import COLUMNS, counts_graph  # noqa: E402 - needs what is above

NAMES = tuple(COLUMNS)


@pytest.fixture(scope="module")
def counted():
    model = counts_graph(NAMES).SerializeToString()
    opened = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def call(texts):
        found = opened.run(list(NAMES), {"texts": np.array(texts, dtype=object)})
        return dict(zip(NAMES, found, strict=True))

    return call


def test_every_column_can_be_counted_inside_a_graph():
    assert set(column_names()) == set(NAMES)


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("words", "It rains. We stay in.", 5),
        ("sentences", "It rains. We stay in.", 2),
        ("sentences", "Mr. Smith came. He sat.", 2),
        ("sentences", "Wait... what? Yes!", 2),
        ("sentences", "A title\n\nThe text.", 2),
        ("sentences", "done.But why", 2),
        ("sentences", "They left.[3] Then it rained.", 2),
        ("syllables", "readability", 5),
        ("syllables", "mother-in-law's", 4),
        ("syllables", "GPUs 1,000", 4),
        ("letters", "cafe\u0301 3.14", 4),
        ("characters", "a\u0301b c.", 4),
        ("numerals", "On 5/4/2020 it was 3.14, 1st.", 3),
        ("types", "The cat saw the cat.", 3),
        ("paragraphs", "One.\n\nTwo.\n\n***", 2),
        ("hard_fog", "Yesterday Washington remained an extraordinary place.", 2),
    ],
)
def test_counts_by_hand(counted, column, text, expected):
    assert counted([text])[column].tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "“Dr. Smith’s e-mail,” she said; “sent at 3.14 p.m.—No. 5!” (See Fig. 3.)",
        "U.S.—But e.g.But U.S.A's Ph.D. students' A.D. 1_st_ 21st MP3s C++ #1 $45.50 10%",
        "fo'c's'le ma'am's they'd've shan't o'er walkin' 'neath dogs' rock’n’roll",
        "YouTube HTMLParser McDonald's GPUs NASA MPEG J&Ks gTLDs WHŒL résumé façade",
        "1. First item\n2. Second item\n* third\n\n\n- fourth\r\nlast\x0bline",
        "No. 5 of No. He went to St. Paul's. I saw J. R. Smith. and then? no! Yes...",
        "中文。日本語です！ Привет, мир. नमस्ते। العربية؟ 🙂",
        "www.example.org/a?b=c, http://x.com/a.b and foo@bar.com.",
        "Bob met Bob and Bob's friend ANN BEE. “Hello,” Tom said: Yes.",
        "a\x00b zero\u200bwidth re\u00adformat naïve re\u0301sume\u0301",
    ],
)
def test_counts_are_those_of_python(counted, text):
    theirs = count([text], NAMES)
    assert {k: v.tolist() for k, v in theirs.items()} == {
        k: v.tolist() for k, v in counted([text]).items()
    }


def test_a_text_counts_the_same_alone_and_in_a_batch(counted):
    texts = [text.replace("\ud800", "") for text in TEXTS]
    together = counted(texts)
    alone = [counted([text]) for text in texts]
    assert {n: together[n].tolist() for n in NAMES} == {
        n: [one[n][0] for one in alone] for n in NAMES
    }


@pytest.mark.parametrize("block", [1, 3])
def test_words_taken_apart_in_small_blocks_have_the_same_syllables(block, monkeypatch):
    from qualmetrics.onnx import nodes

    monkeypatch.setattr(nodes, "BLOCK", block)
    model = counts_graph(["syllables"]).SerializeToString()
    opened = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    texts = ["Zorblax's grimbleflit O'Quaffle walkin' blorped; 3rd frobnicators.", "The cat.", ""]
    (found,) = opened.run(["syllables"], {"texts": np.array(texts, dtype=object)})
    assert found.tolist() == count(texts, ["syllables"])["syllables"].tolist()


def test_no_texts_give_no_counts(counted):
    assert {values.shape for values in counted([]).values()} == {(0,)}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "grade"
    return export(qm.get("flesch_kincaid_grade"), folder, graph="text")


def test_the_signature_says_that_strings_are_read_inside(bundle):
    python = qm.get("flesch_kincaid_grade").signature
    assert load(bundle).signature == python.replace("|v:1", "|graph:text|v:1")


def test_a_formula_from_strings_keeps_all_laws(bundle):
    check_scorer(load(bundle))


def test_the_bundle_says_where_it_may_differ(bundle):
    data = json.loads((bundle / "scorer.json").read_text(encoding="utf-8"))
    assert any("address" in item for item in data["graph"]["may_differ_from_python"])


def test_the_file_alone_gives_value_status_and_counts(bundle):
    opened = onnxruntime.InferenceSession(
        str(bundle / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    texts = np.array(["The cat sat.", "", "!!!", "今日の天気は、晴れです。"], dtype=object)
    values, status, words = opened.run(["values", "status", "words"], {"text": texts})
    assert status.tolist() == [0, Status.EMPTY, Status.NO_WORDS, Status.NOT_APPLICABLE]
    assert np.isnan(values[1:]).all()
    assert abs(values[0, 0] - (0.39 * 3 + 11.8 * 1 - 15.59)) < 1e-12
    assert words[0] == 3


def test_a_text_outside_the_valid_range_is_flagged_inside_the_graph(tmp_path):
    folder = export(qm.get("smog_index"), tmp_path / "smog", graph="text")
    opened = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    (status,) = opened.run(["status"], {"text": np.array(["The cat sat."], dtype=object)})
    assert status.tolist() == [Status.TOO_SHORT]


def test_a_provider_that_is_not_there_is_an_error_for_graphs_of_strings_too(bundle):
    with pytest.raises(ProviderError, match="NoSuchProvider"):
        load(bundle, providers=["NoSuchProvider"])(["The cat sat."])


def test_counts_of_another_language_are_refused(tmp_path):
    with pytest.raises(ExportError, match="is not counts under the rules en/1"):
        export(qm.get("amstad"), tmp_path / "amstad", graph="text")


def test_a_scorer_that_reads_something_else_is_refused(tmp_path):
    scorer = Scorer(Spec("level"), (Column("level"),), lambda arrays: arrays["level"][:, None])
    with pytest.raises(ExportError, match="has no 'text' graph"):
        export(scorer, tmp_path / "level", graph="text")


def test_an_unknown_column_is_refused_by_name():
    with pytest.raises(ExportError, match="column wishes cannot"):
        counts_graph(["words", "wishes"])


@pytest.mark.full
def test_paragraphs_of_books_count_as_in_python(counted):
    folder = os.environ.get("QUALMETRICS_DATA")
    if not folder:
        pytest.skip("QUALMETRICS_DATA is unset")
    path = Path(folder) / "speed_corpus" / "books_paragraphs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [row["text"] for row in map(json.loads, lines) if row["lang"] == "en"]
    texts = texts[::7]
    ours, theirs = counted(texts), count(texts, NAMES)
    same = np.all([ours[name] == theirs[name] for name in NAMES], axis=0)
    assert same.mean() >= 0.995
