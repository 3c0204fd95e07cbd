"""The toy encoder for every test of this folder, and the shipped one where its files are here."""

from pathlib import Path

import pytest

from qualmetrics.encoder import Encoder, load_encoder


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx", reason="the toy encoder is made with onnx")
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    from tests.encoder.toys import write_bundle

    return write_bundle(tmp_path_factory.mktemp("bundles") / "toy")


@pytest.fixture
def toy(toy_folder: Path) -> Encoder:
    return load_encoder(toy_folder)


@pytest.fixture(scope="session")
def minilm() -> Encoder:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    package = pytest.importorskip(
        "qualmetrics_models.encoder_minilm", reason="the package qualmetrics-models is not here"
    )
    return load_encoder(Path(next(iter(package.__path__))))
