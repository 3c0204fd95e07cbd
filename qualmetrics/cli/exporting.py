"""``export NAME -o DIR`` and ``export-encoder SOURCE -o DIR``: scorers, encoders -> bundles."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


def export_scorer(
    name: str,
    folder: str,
    *,
    lang: str | None,
    rules: str | None,
    overwrite: bool,
    graph: str | None = None,
    parameters: Sequence[str] = (),
) -> None:
    """Write the bundle; print its path, and how far the graph is from Python."""
    from qualmetrics.cli.beside import parameters as parsed
    from qualmetrics.corpus.metrics import resolve
    from qualmetrics.errors import InputError
    from qualmetrics.onnx import export

    if not overwrite and (Path(folder) / "scorer.json").exists():
        raise InputError(f"{folder} holds a bundle already; type --overwrite to replace it")
    given = parsed(parameters)
    (scorer,) = resolve([name], lang=lang, rules=rules, parameters=given).values()
    form = graph or ("ids" if "form" in scorer.abilities else "values")
    path = export(scorer, folder, graph=form, overwrite=overwrite)
    data = json.loads((path / "scorer.json").read_text(encoding="utf-8"))
    parity = data["parity"]
    sys.stdout.write(
        f"{path}\n{data['signature']}\n"
        f"agrees with Python on {parity['texts']} texts; largest difference "
        f"{parity['max_difference']:.3g}\n"
    )


def export_encoder_folder(
    source: str,
    folder: str,
    *,
    name: str | None,
    layer: int | None,
    revision: str | None,
    int8: bool,
) -> None:
    """Write the encoder bundle; print its path, its part of signatures, and how far it is off."""
    from qualmetrics.encoder import load_encoder
    from qualmetrics.training.export_encoder import export_encoder

    name = name or Path(source).name
    if int8:
        from qualmetrics.onnx.quantise import quantise_encoder

        with tempfile.TemporaryDirectory() as scratch:
            plain = export_encoder(
                source, Path(scratch) / "float32", name=name, layer=layer, revision=revision
            )
            path = quantise_encoder(plain, folder)
    else:
        path = export_encoder(source, folder, name=name, layer=layer, revision=revision)
    encoder = load_encoder(path)
    sys.stdout.write(
        f"{path}\n{encoder.part}\n"
        f"differs from torch by {encoder.data['parity']['max_difference']:.0e} in float32\n"
    )
    if int8:
        least = encoder.data["agreement"]["least_pooled_cosine"]
        sys.stdout.write(f"int8 keeps a cosine of at least {least} to float32\n")
