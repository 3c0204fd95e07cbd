"""Machinery: references encoded once, for as many calls as you like, in memory or in a file.

A file is a plain ``.npz`` without pickled objects. It belongs to one input (encoder, layer, policy)
and is refused by a scorer that reads references another way.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics import planner
from qualmetrics.core import References, Scorer
from qualmetrics.encoder import TextState
from qualmetrics.errors import BundleError, InputError

FORMAT = "qualmetrics-references/1"


def prepare_references(
    scorer: Scorer, references: Sequence[str | Sequence[str]] | References
) -> References:
    """Return references with what this scorer's inputs make of them; equal ones once.

    Pass the result, or ``.take(index)`` of its rows, in place of ``references``. It saves work and
    changes no number.

    Raises
    ------
    InputError
        For a bare string, or a row that is no string and no list of strings.
    """
    n = len(references) if hasattr(references, "__len__") else 0
    checked = planner.as_rows((), [""] * n, references).references
    if checked is None:
        raise InputError("prepare takes references, one string or several for each text")
    texts = {text for row in checked.rows for text in row}
    prepared = dict(checked.prepared)
    for item in scorer.inputs:
        if getattr(item, "side", "") == "reference" and hasattr(item, "prepared"):
            prepared |= item.prepared(texts)
    return References(checked.rows, prepared)


def save_references(references: References, path: str | Path) -> Path:
    """Write prepared references to an ``.npz`` file and return its path.

    Raises
    ------
    InputError
        When nothing is prepared, or by several scorers that read them in different ways.
    """
    items = {item for item, _ in references.prepared}
    if len(items) != 1:
        raise InputError(
            f"save_references writes what one input prepared; these hold {len(items)}. Make them "
            "with scorer.prepare(references)"
        )
    (item,) = items
    texts = [text for _, text in references.prepared]
    states = list(references.prepared.values())
    head = {"format": FORMAT, "input": list(item.parts), "rows": references.rows, "texts": texts}
    target = Path(path)
    with target.open("wb") as file:
        np.savez(
            file,
            head=np.frombuffer(json.dumps(head).encode("ascii"), dtype=np.uint8),
            vectors=np.concatenate([np.atleast_2d(state.vectors) for state in states]),
            lengths=np.array([np.atleast_2d(state.vectors).shape[0] for state in states]),
            ids=np.concatenate([state.ids for state in states]),
            tokens=np.array([len(state.ids) for state in states]),
            special=np.concatenate([state.special for state in states]),
            status=np.array([state.status for state in states], dtype=np.int64),
        )
    return target


def load_references(path: str | Path, scorer: Scorer) -> References:
    """Return the references that ``save_references`` wrote, for this scorer.

    Raises
    ------
    BundleError
        When the file is damaged, or was made for a scorer that reads references another way.
    """
    item = _reference_input(scorer)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        head = json.loads(arrays["head"].tobytes())
        if head["format"] != FORMAT:
            raise BundleError(f"{path} has format {head['format']!r}; expected {FORMAT}")
        if head["input"] != list(item.parts):
            raise BundleError(
                f"{path} was made with {head['input']}, but {scorer.spec.name} reads references "
                f"with {list(item.parts)}; prepare them again"
            )
        states = _states(arrays, pooled=getattr(item, "pool", "none") != "none")
        texts = head["texts"]
        rows = tuple(tuple(row) for row in head["rows"])
        prepared = dict(zip([(item, text) for text in texts], states, strict=True))
    except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(f"{path} holds no prepared references: {error}") from error
    return References(rows, prepared)


def _reference_input(scorer: Scorer) -> Any:
    for item in scorer.inputs:
        if getattr(item, "side", "") == "reference" and hasattr(item, "prepared"):
            return item
    raise InputError(f"{scorer.spec.name} prepares no references")


def _states(arrays: dict[str, Any], *, pooled: bool) -> list[TextState]:
    at = np.cumsum([0, *arrays["lengths"].tolist()]).tolist()
    token = np.cumsum([0, *arrays["tokens"].tolist()]).tolist()
    states = []
    for i, status in enumerate(arrays["status"].tolist()):
        vectors = arrays["vectors"][at[i] : at[i + 1]]
        part = slice(token[i], token[i + 1])
        states.append(
            TextState(
                vectors[0] if pooled else vectors,
                arrays["ids"][part],
                arrays["special"][part],
                int(status),
            )
        )
    return states
