"""What a training run leaves: a bundle, also as a graph of strings, its record, a card draft."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Scorer
from qualmetrics.errors import ExportError, InputError
from qualmetrics.training.config import plain
from qualmetrics.training.data import Examples
from qualmetrics.training.result import Trained

RECORD = "training.json"
CARD = "card.md"
TEXT = "text"
"""Folder of the graph of strings, inside the bundle."""


def check_folder(folder: str | Path, *, overwrite: bool = False) -> Path:
    """Return the folder a run may write to, before any work is done.

    Raises
    ------
    InputError
        When it holds something and ``overwrite`` is false, or is no folder.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file; name a folder to write the model to")
    bundle = (path / "scorer.json").is_file()
    if path.exists() and any(path.iterdir()) and not (overwrite and bundle):
        held = "a model" if bundle else "files"
        hint = "; pass overwrite=True (--overwrite) to replace it" if bundle else ""
        raise InputError(f"{path} holds {held} already{hint}")
    return path


def leave(
    folder: str | Path,
    scorer: Scorer,
    *,
    config: Any,
    history: Sequence[Mapping[str, Any]] = (),
    report: Mapping[str, Any] | None = None,
    graph: str = "values",
    text_graph: bool = True,
) -> Trained:
    """Write a trained scorer to a folder and return it as the bundle that was written.

    Parameters
    ----------
    folder : path
        What is there of an earlier bundle is replaced.
    config : dataclass
        The settings; they are written to ``training.json``.
    history, report
        As in ``Trained``.
    graph : {"values", "ids"}
        The form of the bundle itself.
    text_graph : bool
        Whether ``text/`` is tried: the scorer as one file that takes strings. Where it cannot be
        made, the report says why.

    Raises
    ------
    ExportError
        When the bundle cannot be made.
    """
    from qualmetrics.onnx import export, load

    path = export(scorer, folder, graph=graph, overwrite=True)
    told = {**(report or {}), "signature": scorer.signature}
    if text_graph:
        told["text_graph"] = _text_graph(scorer, path)
    record = {
        "format": "qualmetrics-training/1",
        "config": plain(config),
        "report": told,
        "history": list(history),
    }
    (path / RECORD).write_text(_json(record), encoding="utf-8")
    (path / CARD).write_text(card(scorer, record), encoding="utf-8")
    return Trained(load(path), path, tuple(history), told)


def _text_graph(scorer: Scorer, path: Path) -> str:
    from qualmetrics.onnx import export

    try:
        export(scorer, path / TEXT, graph="text")
    except ExportError as error:
        return f"none: {error}"
    return f"{TEXT}/model.onnx"


def digest(examples: Examples) -> str:
    """Return the sha256 of what was learned from: texts, pairs and labels."""
    found = hashlib.sha256()
    for text in examples.texts:
        found.update(text.encode("utf-8", "surrogatepass") + b"\0")
    for array in (examples.pairs, examples.p, examples.margin, examples.values):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def told(examples: Examples) -> dict[str, Any]:
    """Return what a report says of the examples of a run."""
    return {**examples.report, "digest": digest(examples)}


def _json(data: Any) -> str:
    text = json.dumps(_finite(data), indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, np.generic):
        return _finite(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


# -- the card -------------------------------------------------------------------------------------


def card(scorer: Scorer, record: Mapping[str, Any]) -> str:
    """Return a draft of the model's card: what is known, and what only its maker can fill in."""
    spec, report = scorer.spec, record["report"]
    lines = [
        f"# {spec.name}",
        "",
        f"A draft, made by the training run. Higher means more {spec.increases_with}.",
        "",
        f"Signature: `{scorer.signature}`",
        "",
        "## Data",
        "",
        *_data_lines(report),
        "",
        "Licence of the data, and what it allows: *fill in*.",
        "",
        "## Measured",
        "",
        *_measured_lines(report.get("dev")),
        "",
        "## To fill in",
        "",
        "- What it is for, and what it is not for.",
        "- Numbers on texts of another source, with intervals: `qualmetrics evaluate`.",
        "- Where it fails; what typos and letter case do to it.",
        "- Speed, size, and the loss of a quantised form, if any.",
        "",
    ]
    return "\n".join(lines)


def _data_lines(report: Mapping[str, Any]) -> list[str]:
    data = report.get("data", {})
    rows = [
        f"- {name.replace('_', ' ')}: {value}"
        for name, value in data.items()
        if isinstance(value, (int, str)) and value
    ]
    return rows or ["*fill in*"]


def _measured_lines(dev: Mapping[str, Any] | None) -> list[str]:
    if not dev:
        return ["Nothing: there was no development part."]
    rows = [f"| {name} | {_figure(value)} |" for name, value in dev["pair_accuracy"].items()]
    return [
        f"Share of {dev['pairs']} held-out pairs in the right order:",
        "",
        "| | pair accuracy |",
        "|---|---:|",
        *rows,
    ]


def _figure(value: float | None) -> str:
    return "undefined" if value is None or not math.isfinite(value) else f"{value:.3f}"


__all__ = ["card", "check_folder", "digest", "leave", "told"]
