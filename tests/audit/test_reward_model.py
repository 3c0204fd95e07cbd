"""A Hugging Face reward model from a local folder, through the same audit."""

import json

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit, subject_of
from qualmetrics.errors import BundleError
from tests.audit import tiny_reward

pytest.importorskip("torch")
pytest.importorskip("transformers")

TEXTS = ["a short answer.", "yes", "a much longer answer, with many words: " + "and more " * 20]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return tiny_reward.write(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    return tiny_reward.write(tmp_path_factory.mktemp("decoder"), "Llama", chat=True)


def values(folder, material):
    return subject_of(f"hf:{folder}").score(material.rows()).values


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_a_value_does_not_depend_on_company(kind, request):
    folder = request.getfixturevalue(kind)
    together = values(folder, Material(tuple(TEXTS)))
    alone = [values(folder, Material((text,)))[0] for text in TEXTS]
    assert np.isfinite(together).all()
    assert len(set(together.round(9))) == 3
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_it_gives_what_transformers_gives(encoder):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    model = AutoModelForSequenceClassification.from_pretrained(encoder).eval()
    with torch.no_grad():
        expected = [model(**tokenizer("why", text, return_tensors="pt")).logits for text in TEXTS]
    found = values(encoder, Material(tuple(TEXTS), prompts=("why",) * 3))
    np.testing.assert_allclose(found, [float(one) for one in expected], atol=1e-6)


def test_messages_go_through_the_chat_template(decoder):
    model = subject_of(f"hf:{decoder}")
    asked = [{"role": "user", "content": "why"}]
    by_messages = model.score(Material(("yes",), prompts=(asked,)).rows()).values
    as_text = model.score(Material(("yes",), prompts=("why",)).rows()).values
    whole = model.score(Material(("<|user|>why[SEP]<|assistant|>yes[SEP]",)).rows()).values
    assert by_messages == as_text
    np.testing.assert_allclose(by_messages, whole, atol=1e-6)
    assert by_messages != model.score(Material(("yes",)).rows()).values


def test_a_text_beyond_its_places_is_said_to_be_cut(encoder):
    scored = subject_of(f"hf:{encoder}").score(Material(("a" * 2000, "a")).rows())
    assert scored.status == ("truncated", "ok")
    assert np.isfinite(scored.values).all()


def test_it_is_audited_as_any_other(encoder):
    texts = tuple(f"{text} number {k}" for k in range(6) for text in TEXTS)
    material = Material(texts, tuple(str(k) for k in range(6) for _ in TEXTS),
                        np.array([1.0, 0.0, 2.0] * 6))  # fmt: skip
    found = audit(f"hf:{encoder}", material, checks=["values", "accuracy", "perturbations"],
                  settings=Settings(draws=20))  # fmt: skip
    assert found.get("values", "same_twice").verdict == "pass"
    assert found.signature.startswith(f"hf:{encoder.name}|weights:")
    assert found.get("perturbations", "quoted").found.n == 18


def edited(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: edited(f, auto_map={"AutoModel": "modeling.Mine"}), "code of its own"),
        (lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "no weights in saf"),
        (lambda f: (f / "config.json").write_text("[]"), "holds no object"),
        (lambda f: (f / "config.json").unlink(), "no config.json"),
        (lambda f: (f / "model.safetensors").write_bytes(b"broken"), "cannot be read as a reward"),
    ],
)
def test_a_folder_that_cannot_be_trusted_or_read_is_refused(tmp_path, spoil, message):
    folder = tiny_reward.write(tmp_path / "model")
    spoil(folder)
    with pytest.raises(BundleError, match=message):
        subject_of(f"hf:{folder}")


def test_an_encoder_without_a_trained_head_is_refused(tmp_path):
    import transformers

    folder = tiny_reward.write(tmp_path / "model")
    transformers.BertModel.from_pretrained(folder).save_pretrained(folder)
    edited(folder, num_labels=1, id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0})
    with pytest.raises(BundleError, match=r"it has no weights for classifier\.bias"):
        subject_of(f"hf:{folder}")


def test_two_outputs_and_no_folder_are_refused(tmp_path):
    with pytest.raises(BundleError, match="has 2 outputs"):
        subject_of(f"hf:{tiny_reward.write(tmp_path / 'two', num_labels=2)}")
    with pytest.raises(BundleError, match="nothing is fetched"):
        subject_of("hf:someone/model")
