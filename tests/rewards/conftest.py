"""A tiny encoder for presets that compare texts."""

import pytest

from tests.similarity import tiny_encoder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of the tiny encoder."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    return str(tiny_encoder.make(tmp_path_factory.mktemp("encoder") / "tiny"))
