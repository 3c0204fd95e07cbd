"""Trains a pair regressor: a reference and a candidate in, a rating out (PrefBERT).

Li et al. 2025: both texts in one sequence, the reference first; a pooled vector, dropout, one
linear output through a sigmoid; squared error to the rating brought to 0..1.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Spec
from qualmetrics.encoder.bundle import EncodedPair
from qualmetrics.encoder.pairs import PairTokens
from qualmetrics.errors import InputError
from qualmetrics.training.batches import Stream
from qualmetrics.training.config import plain
from qualmetrics.training.data import RatedPairs
from qualmetrics.training.export_encoder import model_directory
from qualmetrics.training.leave import leave
from qualmetrics.training.loop import (
    OptimiserConfig,
    Progress,
    Task,
    device_of,
    fingerprint,
    run,
    torch_library,
)
from qualmetrics.training.pair_models import (
    LAW_TOLERANCE,
    PairModel,
    Reading,
    outputs_of,
    pair_input,
    pair_module,
    run_folders,
    value_of,
    write_pair_model,
)
from qualmetrics.training.result import Trained
from qualmetrics.training.transformer import layers_of

PARITY_PAIRS = 200
POOLS = ("cls", "mean")


@dataclass(frozen=True)
class PairRegressorConfig:
    """Settings of a pair regressor.

    ``scale`` is the range of the ratings (Likert 1 to 5); ``range`` that of the scorer's values,
    such as 0 to 1 or again 1 to 5. ``pool`` is ``cls`` (a sequence classifier, as published) or
    ``mean``.
    """

    encoder: str = ""
    revision: str | None = None
    name: str = "pair_regressor"
    increases_with: str = "quality"
    seed: int = 0
    licence: str = ""
    pool: str = "cls"
    scale: tuple[float, ...] = (1.0, 5.0)
    range: tuple[float, ...] = (0.0, 1.0)
    max_tokens: int = 512
    batch_pairs: int = 16
    optimiser: OptimiserConfig = field(
        default_factory=lambda: OptimiserConfig(learning_rate=2e-5, head_learning_rate=2e-4)
    )
    dev_fraction: float = 0.0
    dev_pairs: int = 400
    quantise: bool = True

    def __post_init__(self) -> None:
        for name in ("scale", "range"):
            limits = getattr(self, name)
            if len(limits) != 2 or not limits[0] < limits[1]:
                raise InputError(f"{name} must be (low, high) with low < high; got {limits}")
        if self.pool not in POOLS:
            raise InputError(f"pool {self.pool!r} is not one of {', '.join(POOLS)}")
        if self.batch_pairs < 1:
            raise InputError(f"batch_pairs must be at least 1; got {self.batch_pairs}")


def train_pair_regressor(
    examples: RatedPairs,
    config: PairRegressorConfig,
    folder: str | Path,
    *,
    dev: RatedPairs | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Trained:
    """Train a pair regressor and write its bundle.

    The scorer is called as ``scorer(candidates, references)``; inside, the reference comes first.
    Of several references the best rating counts.

    Parameters
    ----------
    examples : RatedPairs
    config : PairRegressorConfig
    folder : path
    dev : RatedPairs, optional
        By default ``config.dev_fraction`` of the groups (0: none), or of the references where there
        are no groups.
    resume, progress
        As in ``train_transformer``.

    Raises
    ------
    InputError
        When a rating lies outside of ``scale``, or the two parts share a pair.
    ExportError
        When the bundle differs from torch by more than 1e-5.
    MissingExtraError
        Without the extra ``train``.
    """
    torch = torch_library()
    _check_scale(examples, config)
    train, held = (examples, dev) if dev is not None else _cut(examples, config)
    if held is not None:
        _check_scale(held, config)
        _check_disjoint(train, held)
    directory = model_directory(config.encoder, config.revision)
    path = Path(folder).resolve()
    home, scratch = run_folders(path)
    try:
        torch.manual_seed(config.seed)
        model = pair_module(directory, 1, config.pool).to(device_of(config.optimiser))
        tokens = pair_input(
            model, directory, scratch, config.name, max_tokens=config.max_tokens, first="reference"
        )
        task = _task(model, tokens, config, train, held)
        state = run(task, config.optimiser, home, resume=resume, progress=progress)
        limits = (config.range[0], config.range[1])
        made = PairModel(model, directory, config.name, tokens, Reading("rating", limits))
        shown = train if held is None else held
        pairs = list(zip(shown.candidates, shown.references, strict=True))[:PARITY_PAIRS]
        scorer, report = write_pair_model(
            made, _spec(config), scratch, quantised=config.quantise, pairs=pairs
        )
        report |= {
            "data": {**examples.report, "train": len(train.scores), "digest": _digest(train)},
            "steps": state.step,
            "best_step": state.best_step,
        }
        trained = leave(
            path, scorer, config=config, history=state.history, report=report, graph="ids",
            text_graph=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(home)
    return trained


def _check_scale(part: RatedPairs, config: PairRegressorConfig) -> None:
    low, high = config.scale
    outside = part.scores[(part.scores < low) | (part.scores > high)]
    if len(outside):
        raise InputError(
            f"{len(outside)} of {len(part.scores)} ratings lie outside of scale=({low:g}, "
            f"{high:g}), such as {outside[0]:g}; give the scale that was rated on"
        )


def _cut(examples: RatedPairs, config: PairRegressorConfig) -> tuple[RatedPairs, RatedPairs | None]:
    """Hold out whole groups; where there are none, all candidates of a reference."""
    if not config.dev_fraction:
        return examples, None
    keys = [g or r for g, r in zip(examples.groups, examples.references, strict=True)]
    names = sorted(set(keys))
    if len(names) < 2:
        raise InputError("nothing can be held out: one group only; pass dev, or dev_fraction=0")
    order = np.random.default_rng(config.seed).permutation(len(names))
    n_held = min(len(names) - 1, max(1, round(config.dev_fraction * len(names))))
    chosen = {names[i] for i in order[:n_held]}
    is_dev = np.array([key in chosen for key in keys])
    return examples.take(np.flatnonzero(~is_dev)), examples.take(np.flatnonzero(is_dev))


def _check_disjoint(train: RatedPairs, held: RatedPairs) -> None:
    first, second = (set(zip(p.references, p.candidates, strict=True)) for p in (train, held))
    shared = first & second
    groups = ({g for g in part.groups if g} for part in (train, held))
    twice = sorted(set.intersection(*groups))
    if shared or twice:
        what = f"group {twice[0]!r}" if twice else f"candidate {min(shared)[1][:60]!r}"
        raise InputError(f"{what} is in the training and the development part; take it out of one")


def _spec(config: PairRegressorConfig) -> Spec:
    return Spec(
        config.name,
        description="Rating of a text against its reference; of several, against the best one.",
        family="ranker",
        increases_with=config.increases_with,
        bounds=(config.range[0], config.range[1]),
        source="Li et al. 2025, PrefBERT",
        licence=config.licence,
        tolerance=LAW_TOLERANCE,
    )


def _task(
    model: Any,
    tokens: PairTokens,
    config: PairRegressorConfig,
    train: RatedPairs,
    held: RatedPairs | None,
) -> Task:
    torch = torch_library()
    settings = config.optimiser
    device = device_of(settings)
    stream = Stream(0, np.arange(len(train.scores)), float(config.batch_pairs), (config.seed,))
    low, high = config.scale
    target = (train.scores - low) / (high - low)
    known: dict[tuple[str, str], EncodedPair] = {}

    def encoded(part: RatedPairs, index: NDArray[Any]) -> list[EncodedPair]:
        found = []
        for i in index.tolist():
            both = part.references[i], part.candidates[i]
            if both not in known:
                known[both] = tokens.pair(reference=both[0], text=both[1])
            found.append(known[both])
        return found

    def loss(number: int) -> tuple[Any, Mapping[str, float]]:
        index = stream.draw(number)
        out = torch.sigmoid(outputs_of(model, encoded(train, index), device)[:, 0])
        wanted = torch.from_numpy(target[index]).float().to(device)
        return (out - wanted).square().mean(), {}

    def evaluate() -> Mapping[str, float]:
        if held is None:
            return {}
        index = np.arange(min(len(held.scores), config.dev_pairs))
        out = outputs_of(model, encoded(held, index), device).cpu().numpy()
        wanted = (held.scores[index] - low) / (high - low)
        error = value_of(out, Reading("rating")) - wanted
        return {"dev": -float(np.square(error).mean())}

    a_step = config.batch_pairs * settings.accumulation
    n_steps = settings.steps or max(1, math.ceil(settings.epochs * len(train.scores) / a_step))
    data = [_digest(train), "" if held is None else _digest(held)]
    layers = layers_of(model.inner.base_model)
    return Task(
        model, layers, loss, evaluate, fingerprint(plain(config), data), n_steps, config.seed
    )


def _digest(part: RatedPairs) -> str:
    text = json.dumps([part.references, part.candidates, part.scores.tolist()])
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = ["PairRegressorConfig", "train_pair_regressor"]
