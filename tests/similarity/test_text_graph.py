"""Similarities from strings: one graph with tokenizer, encoder and matching inside."""

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.core import Status
from qualmetrics.encoder import Policy
from qualmetrics.errors import ExportError
from qualmetrics.onnx import export, load
from qualmetrics.testing import check_scorer

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("ndonnx")
pytest.importorskip("tokenizers")


@pytest.mark.parametrize("name", ["bertscore", "bmas", "embedding_cosine"])
def test_a_similarity_from_strings_keeps_all_laws(tiny, tmp_path, name):
    scorer = qm.get(name, encoder=tiny)
    loaded = load(export(scorer, tmp_path / name, graph="text"))
    assert "|graph:text|" in loaded.signature
    check_scorer(loaded)


def test_the_file_alone_reads_strings_and_says_what_is_undefined(tiny, tmp_path):
    folder = export(qm.get("bertscore", encoder=tiny), tmp_path / "b", graph="text")
    opened = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    feeds = {
        "text": np.array(["the cat sat", "", "a dog"], dtype=object),
        "reference": np.array([["the cat sat", ""], ["a", "b"], ["", " "]], dtype=object),
    }
    values, status = opened.run(["values", "status"], feeds)
    assert status.tolist() == [0, Status.EMPTY, Status.EMPTY]
    assert np.allclose(values[0], 1, atol=1e-6)
    assert np.isnan(values[1:]).all()


def test_a_policy_that_does_not_cut_has_no_graph_of_strings(tiny, tmp_path):
    policy = Policy("head+tail", 16)
    scorer = qm.get("bertscore", encoder=tiny, policy=policy.kind, max_tokens=policy.max_tokens)
    with pytest.raises(ExportError, match="has no 'text' graph"):
        export(scorer, tmp_path / "b", graph="text")
