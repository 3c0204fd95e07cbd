"""Trains a cross-encoder on pairs, as NPRM was published: two texts in one sequence, two logits.

Lee & Vajjala 2022 (Findings of ACL): a sequence classifier over both texts, the pairwise-logistic
loss on its two logits, each pair in both orders, of a group its hardest, its easiest and one at
random between them. A set is ordered by ``qualmetrics.pair_scorer.softmax_sum``.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
from qualmetrics.training.data import Examples
from qualmetrics.training.export_encoder import model_directory
from qualmetrics.training.leave import digest, leave, told
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
    write_pair_model,
)
from qualmetrics.training.pairs import PairConfig, both_orders, sample
from qualmetrics.training.result import Trained
from qualmetrics.training.splits import check_disjoint, split_by_group
from qualmetrics.training.transformer import layers_of

PARITY_PAIRS = 200


@dataclass(frozen=True)
class CrossEncoderConfig:
    """Settings of a cross-encoder; the defaults are those of NPRM, but for Adam's warm-up.

    ``encoder`` is a Hugging Face directory, or one of a sentence-transformers CrossEncoder. With
    ``keep_weights`` the trained weights are left in ``weights/``, which a CrossEncoder loads.
    """

    encoder: str = ""
    revision: str | None = None
    name: str = "cross_encoder"
    increases_with: str = "difficulty"
    seed: int = 0
    licence: str = ""
    max_tokens: int = 512
    batch_pairs: int = 5
    pairs: PairConfig = field(default_factory=lambda: PairConfig(strategy="nprm"))
    optimiser: OptimiserConfig = field(
        default_factory=lambda: OptimiserConfig(
            learning_rate=1e-5, head_learning_rate=1e-5, layer_decay=1.0, weight_decay=0.0
        )
    )
    dev_fraction: float = 0.0
    dev_pairs: int = 200
    quantise: bool = True
    keep_weights: bool = False

    def __post_init__(self) -> None:
        if self.batch_pairs < 1:
            raise InputError(f"batch_pairs must be at least 1; got {self.batch_pairs}")


def train_cross_encoder(
    examples: Examples,
    config: CrossEncoderConfig,
    folder: str | Path,
    *,
    dev: Examples | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Trained:
    """Train a cross-encoder and write its bundle.

    The scorer reads a text and a reference; its value is the probability that the text stands
    higher, of several references their mean. The bundle's graph reads token ids.

    Parameters
    ----------
    examples : Examples
        Pairs, or values that pairs are made of, of one criterion.
    config : CrossEncoderConfig
    folder : path
    dev : Examples, optional
        By default ``config.dev_fraction`` of the groups (0: none).
    resume, progress
        As in ``train_transformer``.

    Raises
    ------
    InputError
        When the examples cannot be learned from.
    ExportError
        When the bundle differs from torch by more than 1e-5.
    MissingExtraError
        Without the extra ``train``.
    """
    torch = torch_library()
    train, held = _cut(examples, dev, config)
    directory = model_directory(config.encoder, config.revision)
    path = Path(folder).resolve()
    home, scratch = run_folders(path)
    try:
        torch.manual_seed(config.seed)
        model = pair_module(directory, 2, "cls").to(device_of(config.optimiser))
        tokens = pair_input(
            model, directory, scratch, config.name, max_tokens=config.max_tokens, first="text"
        )
        state = run(
            _task(model, tokens, config, train, held),
            config.optimiser,
            home,
            resume=resume,
            progress=progress,
        )
        made = PairModel(model, directory, config.name, tokens, Reading("win"))
        shown = _texts(held if held is not None else train)
        scorer, report = write_pair_model(
            made, _spec(config), scratch, quantised=config.quantise, pairs=shown
        )
        report |= {"data": told(train), "steps": state.step, "best_step": state.best_step}
        trained = leave(
            path, scorer, config=config, history=state.history, report=report, graph="ids",
            text_graph=False,
        )  # fmt: skip
        if config.keep_weights:
            _keep(model, directory, path / "weights")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(home)
    return trained


def _cut(
    examples: Examples, dev: Examples | None, config: CrossEncoderConfig
) -> tuple[Examples, Examples | None]:
    if len(examples.criteria) > 1:
        raise InputError(
            f"a cross-encoder judges one criterion; these examples have {examples.criteria}"
        )
    held = dev
    if dev is None and config.dev_fraction:
        examples, held = split_by_group(examples, config.dev_fraction, config.seed)
    train = both_orders(sample(examples, config.pairs))
    if held is None:
        return train, None
    check_disjoint({"training": examples, "development": held})
    few = replace(config.pairs, max_pairs=config.dev_pairs, confidence=0.0)
    try:
        return train, sample(held, few)
    except InputError:
        if dev is not None:
            raise
        return train, None


def _spec(config: CrossEncoderConfig) -> Spec:
    return Spec(
        config.name,
        description="Probability that a text stands higher than its reference.",
        family="ranker",
        increases_with=config.increases_with,
        bounds=(0.0, 1.0),
        unit="probability",
        source="Lee & Vajjala 2022, Findings of ACL, sec. 3",
        licence=config.licence,
        tolerance=LAW_TOLERANCE,
    )


def _task(
    model: Any,
    tokens: PairTokens,
    config: CrossEncoderConfig,
    train: Examples,
    held: Examples | None,
) -> Task:
    torch = torch_library()
    stream = Stream(0, np.arange(train.n_pairs), float(config.batch_pairs), (config.seed,))
    device = device_of(config.optimiser)
    known: dict[tuple[str, str], EncodedPair] = {}

    def encoded(part: Examples, index: NDArray[Any]) -> list[EncodedPair]:
        found = []
        for a, b in part.pairs[index].tolist():
            both = part.texts[a], part.texts[b]
            if both not in known:
                known[both] = tokens.pair(text=both[0], reference=both[1])
            found.append(known[both])
        return found

    def loss(number: int) -> tuple[Any, Mapping[str, float]]:
        index = stream.draw(number)
        out = outputs_of(model, encoded(train, index), device)
        p = torch.from_numpy(train.p[index, 0]).float().to(device)
        margin = torch.from_numpy(train.margin[index]).float().to(device)
        soft, apart = torch.nn.functional.softplus, out[:, 0] - out[:, 1]
        return (p * soft(margin - apart) + (1 - p) * soft(margin + apart)).mean(), {}

    def evaluate() -> Mapping[str, float]:
        if held is None:
            return {}
        every = np.arange(held.n_pairs)
        turned = replace(held, pairs=held.pairs[:, ::-1])
        ways = [
            outputs_of(model, encoded(part, every), device).cpu().numpy() for part in (held, turned)
        ]
        apart = (ways[0][:, 0] - ways[0][:, 1]) - (ways[1][:, 0] - ways[1][:, 1])
        return {"dev": float(np.mean((apart > 0) == (held.p[:, 0] > 0.5)))}

    settings = config.optimiser
    a_step = config.batch_pairs * settings.accumulation
    n_steps = settings.steps or max(1, math.ceil(settings.epochs * train.n_pairs / a_step))
    data = [digest(train), digest(held) if held is not None else ""]
    layers = layers_of(model.inner.base_model)
    return Task(
        model, layers, loss, evaluate, fingerprint(plain(config), data), n_steps, config.seed
    )


def _texts(part: Examples) -> list[tuple[str, str]]:
    """Return pairs of any texts: of judged ones alone, nearly all values are 0 or 1."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(part.texts), (PARITY_PAIRS, 2)).tolist()
    judged = part.pairs[: PARITY_PAIRS // 4].tolist()
    return [(part.texts[a], part.texts[b]) for a, b in (*judged, *drawn) if a != b]


def _keep(model: Any, directory: Path, weights: Path) -> None:
    weights.mkdir()
    model.inner.save_pretrained(weights)
    for pattern in ("tokenizer*", "vocab*", "special_tokens*", "merges*", "spiece*"):
        for file in directory.glob(pattern):
            shutil.copyfile(file, weights / file.name)


__all__ = ["CrossEncoderConfig", "train_cross_encoder"]
