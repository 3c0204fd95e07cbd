"""``train``: labelled files in, a bundle out; which backend does it is loaded only then."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qualmetrics.errors import InputError
from qualmetrics.training.config import build, read_config
from qualmetrics.training.data import Fields, read_examples, read_rated_pairs
from qualmetrics.training.leave import check_folder
from qualmetrics.training.result import Trained
from qualmetrics.training.splits import check_disjoint, split_by_group

Paths = str | Path | Sequence[str | Path]
Progress = Callable[[int, int, str], None]


class Backend(NamedTuple):
    """Where a backend is: its module, its function, its settings, and what it reads."""

    module: str
    function: str
    config: str
    reads: str = "examples"


BACKENDS: Mapping[str, Backend] = {
    "features": Backend("features", "train_features", "FeaturesConfig"),
    "static": Backend("static", "train_static", "StaticConfig"),
    "transformer": Backend("transformer", "train_transformer", "TransformerConfig"),
    "cross-encoder": Backend("cross_encoder", "train_cross_encoder", "CrossEncoderConfig"),
    "pair-regressor": Backend(
        "pair_regressor", "train_pair_regressor", "PairRegressorConfig", "rated_pairs"
    ),
}
"""Name -> where it is; none is imported before it is used."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """How the files of a run are read; see ``training.data.read_examples``."""

    fields: Fields = dataclasses.field(default_factory=Fields)
    levels: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    descending: bool = False
    contradictions: str = "average"


def train(
    files: Paths,
    folder: str | Path,
    *,
    backend: str = "features",
    config: str | Path | Mapping[str, Any] | None = None,
    dev: Paths | None = None,
    dev_fraction: float = 0.2,
    reading: Reading | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
    **settings: Any,
) -> Trained:
    """Train a ranker on files of pairs, ratings or levels, and export it to a folder.

    Parameters
    ----------
    files : path or several
        What ``read_examples`` reads (``pair-regressor``: ``read_rated_pairs``).
    folder : path
        Where the bundle goes.
    backend : {"features", "static", "transformer", "cross-encoder", "pair-regressor"}
    config : path of a TOML or YAML file, or a mapping
        Settings of the backend.
    dev : path or several, optional
        Development examples. Without them ``dev_fraction`` of the texts is held out, by group.
    dev_fraction : float
        0 trains on everything and measures nothing.
    reading : Reading, optional
        Names of fields, levels and criteria.
    overwrite : bool
        Replace a model that is in the folder.
    resume : bool
        Go on with an interrupted run.
    progress : callable of (done, total, note), optional
    **settings
        Single settings that go before those of ``config``, such as ``name="my_ranker"``.

    Returns
    -------
    trained : Trained

    Raises
    ------
    InputError
        For an unknown backend or setting, unusable data, or a text that is in both parts.
    MissingExtraError
        When the backend's packages are not installed.

    Examples
    --------
    >>> train("pairs.jsonl", "my_model", name="my_ranker")  # doctest: +SKIP
    """
    if backend not in BACKENDS:
        raise InputError(f"backend {backend!r} is not one of {', '.join(BACKENDS)}")
    chosen = BACKENDS[backend]
    if not resume:
        check_folder(folder, overwrite=overwrite)
    module = importlib.import_module(f"qualmetrics.training.{chosen.module}")
    given = read_config(config) if isinstance(config, (str, Path)) else dict(config or {})
    made = build(getattr(module, chosen.config), {**given, **settings})
    how = reading or Reading()
    if chosen.reads == "rated_pairs":
        parts = _rated_parts(files, dev, dev_fraction, how, made)
    else:
        parts = _example_parts(files, dev, dev_fraction, how, made)
    function = getattr(module, chosen.function)
    trained: Trained = function(
        parts[0], made, Path(folder), dev=parts[1], resume=resume, progress=progress
    )
    return trained


def _example_parts(
    files: Paths, dev: Paths | None, fraction: float, how: Reading, config: Any
) -> tuple[Any, Any]:
    def read(paths: Paths) -> Any:
        return read_examples(
            paths,
            fields=how.fields,
            levels=how.levels,
            criteria=how.criteria,
            descending=how.descending,
            contradictions=how.contradictions,
        )

    examples = read(files)
    if dev is not None:
        held = read(dev)
        check_disjoint({"train": examples, "dev": held})
        return examples, held
    if not fraction:
        return examples, None
    return split_by_group(examples, fraction, getattr(config, "seed", 0))


def _rated_parts(
    files: Paths, dev: Paths | None, fraction: float, how: Reading, config: Any
) -> tuple[Any, Any]:
    import numpy as np

    rows = read_rated_pairs(files, fields=how.fields)
    if dev is not None:
        held = read_rated_pairs(dev, fields=how.fields)
        both = set(zip(rows.references, rows.candidates, strict=True)) & set(
            zip(held.references, held.candidates, strict=True)
        )
        if both:
            shown = sorted(candidate[:60] for _, candidate in both)[:5]
            raise InputError(f"{len(both)} rows are in both parts: {shown}")
        return rows, held
    if not fraction:
        return rows, None
    keys = [group or ref for group, ref in zip(rows.groups, rows.references, strict=True)]
    names = sorted(set(keys))
    if len(names) < 2:
        raise InputError("nothing can be held out: all rows have one reference or one group")
    order = np.random.default_rng(getattr(config, "seed", 0)).permutation(len(names))
    n_held = min(max(1, round(fraction * len(names))), len(names) - 1)
    chosen = {names[i] for i in order[:n_held]}
    is_dev = np.array([key in chosen for key in keys])
    return rows.take(np.flatnonzero(~is_dev)), rows.take(np.flatnonzero(is_dev))


__all__ = ["BACKENDS", "Reading", "train"]
