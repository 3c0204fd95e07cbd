"""``export NAME -o DIR``: a scorer to an ONNX bundle."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def export_scorer(
    name: str,
    folder: str,
    *,
    lang: str | None,
    rules: str | None,
    overwrite: bool,
    graph: str | None = None,
) -> None:
    """Write the bundle; print its path, and how far the graph is from Python."""
    from qualmetrics.corpus.metrics import resolve
    from qualmetrics.errors import InputError
    from qualmetrics.onnx import export

    if not overwrite and (Path(folder) / "scorer.json").exists():
        raise InputError(f"{folder} holds a bundle already; type --overwrite to replace it")
    (scorer,) = resolve([name], lang=lang, rules=rules).values()
    form = graph or ("ids" if "form" in scorer.abilities else "values")
    path = export(scorer, folder, graph=form, overwrite=overwrite)
    data = json.loads((path / "scorer.json").read_text(encoding="utf-8"))
    parity = data["parity"]
    sys.stdout.write(
        f"{path}\n{data['signature']}\n"
        f"agrees with Python on {parity['texts']} texts; largest difference "
        f"{parity['max_difference']:.3g}\n"
    )
