"""A tiny encoder for every test here, and the real one where somebody exported it."""

import os
from pathlib import Path

import pytest

from tests.similarity import tiny_encoder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of the tiny encoder."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    return str(tiny_encoder.make(tmp_path_factory.mktemp("encoder") / "tiny"))


@pytest.fixture(scope="session")
def minilm() -> str:
    """Return the folder of an fp32 MiniLM bundle, named by QUALMETRICS_MINILM, or skip."""
    folder = os.environ.get("QUALMETRICS_MINILM")
    if not folder or not (Path(folder) / "encoder.json").is_file():
        pytest.skip("QUALMETRICS_MINILM names no folder of an exported fp32 MiniLM")
    return folder
