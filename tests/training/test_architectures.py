"""Encoders of other make: their parts are told apart, they train, and what is frozen stays."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("ndonnx", reason="ndonnx is not installed")

from qualmetrics.training.export_encoder import load_model  # noqa: E402
from qualmetrics.training.loop import OptimiserConfig  # noqa: E402
from qualmetrics.training.transformer import (  # noqa: E402
    TransformerConfig,
    layers_of,
    train_transformer,
)
from tests.training import tiny_bert  # noqa: E402

CHANGES: dict[str, dict[str, Any]] = {
    "Bert": {},
    "Roberta": {"pad_token_id": 0},
    "DistilBert": {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48},
    "ModernBert": {"pad_token_id": 0, "global_attn_every_n_layers": 2, "local_attention": 8},
    "MPNet": {"pad_token_id": 0},
    "Albert": {"embedding_size": 16},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_parts_of_an_encoder_are_all_of_it_and_do_not_overlap(
    kind: str, tmp_path: Path
) -> None:
    model = load_model(tiny_bert.write(tmp_path, kind, **CHANGES[kind]))
    parts = [{id(p) for p in layer.parameters()} for layer in layers_of(model)]
    assert set.union(*parts) == {id(p) for p in model.parameters()}
    assert sum(map(len, parts)) == len(set.union(*parts))
    if kind != "Albert":  # whose layers are one
        assert len(parts) == 3
        assert id(model.get_input_embeddings().weight) in parts[0]


@pytest.mark.parametrize("kind", ["Roberta", "DistilBert", "ModernBert", "Albert"])
def test_an_encoder_of_another_make_is_trained_and_exported(kind: str, tmp_path: Path) -> None:
    source = tiny_bert.write(tmp_path / "source", kind, **CHANGES[kind])
    config = TransformerConfig(
        encoder=str(source),
        name="tiny",
        max_tokens=32,
        pool="cls" if kind == "Roberta" else "mean",
        quantise=False,
        optimiser=OptimiserConfig(steps=3),
    )
    trained = train_transformer(tiny_bert.pairs(16), config, tmp_path / "out")
    assert trained.report["parity"]["max_difference"] <= 1e-5


@pytest.mark.parametrize(
    ("frozen", "still"),
    [({"frozen_table": True}, [True, False, False]), ({"frozen_layers": 1}, [True, True, False])],
)
def test_what_is_frozen_stays(
    frozen: dict[str, Any], still: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tiny_bert.write(tmp_path / "source")
    kept: list[Any] = []
    from qualmetrics.training import neural_export

    whole = neural_export.write_ranker

    def watched(model: Any, *rest: Any) -> Any:
        kept.append(model)
        return whole(model, *rest)

    monkeypatch.setattr(neural_export, "write_ranker", watched)
    config = TransformerConfig(
        encoder=str(source),
        name="tiny",
        max_tokens=32,
        quantise=False,
        text_form=False,
        optimiser=OptimiserConfig(steps=3, learning_rate=1e-2, **frozen),
    )
    train_transformer(tiny_bert.pairs(16), config, tmp_path / "out")
    before, after = layers_of(load_model(source)), layers_of(kept[0].encoder)
    same = [
        all(torch.equal(a, b) for a, b in zip(x.parameters(), y.parameters(), strict=True))
        for x, y in zip(before, after, strict=True)
    ]
    assert same == still
