"""``train``: files in, a bundle out, from Python and from the command line."""

import json

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.training import train
from tests.training import labelled


@pytest.fixture
def file(tmp_path):
    return labelled.write(tmp_path / "rated.jsonl", labelled.ratings(60))


QUICK = {"penalty": [1e-2], "lexicon": {"penalty": [1e-2]}, "beginnings": []}


def test_a_file_becomes_a_bundle_that_the_library_and_the_command_line_score_with(file, tmp_path):
    made = train(file, tmp_path / "model", config=QUICK, name="my_ranker")
    loaded = qm.load(tmp_path / "model")
    texts = ["The cat sat in the sun.", "Comprehensive regulatory frameworks were promulgated."]
    values = loaded(texts).primary
    assert values[0] < values[1]
    assert np.array_equal(values, made.scorer(texts).primary)
    assert loaded.spec.name == "my_ranker"


def test_the_bundle_runs_on_onnxruntime_alone(file, tmp_path):
    import onnxruntime

    made = train(file, tmp_path / "model", config={**QUICK, "lexicon": {"max_words": 0}})
    session = onnxruntime.InferenceSession(
        tmp_path / "model" / "text" / "model.onnx", providers=["CPUExecutionProvider"]
    )
    texts = ["The cat sat in the sun.", "", "Comprehensive regulatory frameworks proliferate."]
    values, status = session.run(["values", "status"], {"text": np.array(texts, dtype=object)})
    expected = made.scorer(texts)
    assert np.allclose(values, expected.values, atol=1e-9, equal_nan=True)
    assert status.tolist() == expected.status.tolist()


def test_settings_are_read_from_a_file(file, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('name = "by_file"\npenalty = [0.5]\n[pairs]\nmin_gap = 1\n', encoding="utf-8")
    train(file, tmp_path / "model", config=path)
    record = json.loads((tmp_path / "model" / "training.json").read_text(encoding="utf-8"))
    assert record["config"]["name"] == "by_file"
    assert record["config"]["pairs"]["min_gap"] == 1.0


def test_a_development_file_that_shares_a_text_is_refused(file, tmp_path):
    with pytest.raises(InputError, match="60 texts in two parts"):
        train(file, tmp_path / "model", dev=file)


def test_a_folder_with_a_model_is_refused_before_any_work(file, tmp_path):
    train(file, tmp_path / "model", config=QUICK)
    with pytest.raises(InputError, match="holds a model already"):
        train("absent.jsonl", tmp_path / "model")
    train(file, tmp_path / "model", config=QUICK, overwrite=True)


def test_a_folder_with_other_files_is_never_overwritten(file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError, match="holds files already"):
        train(file, tmp_path / "mine", overwrite=True)


def test_an_unknown_backend_is_refused(file, tmp_path):
    with pytest.raises(InputError, match="backend 'magic' is not one of features"):
        train(file, tmp_path / "model", backend="magic")


def test_an_unknown_setting_is_refused_with_the_close_match(file, tmp_path):
    with pytest.raises(InputError, match="did you mean 'penalty'"):
        train(file, tmp_path / "model", config={"penalti": [1.0]})


def test_nothing_is_left_behind_where_training_fails(tmp_path):
    path = labelled.write(tmp_path / "one.jsonl", [{"text": "A.", "score": 1}])
    with pytest.raises(InputError, match="one class only"):
        train(path, tmp_path / "model")
    assert not (tmp_path / "model").exists()
