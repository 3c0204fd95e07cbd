"""Trains a neural ranker: an encoder, the mean of its states, a linear head, a pairwise loss.

Any Hugging Face or sentence-transformers encoder directory. The loss of a pair is
``-log sigmoid(s_higher - s_lower)``, with soft labels, margins, and what else ``LossConfig`` names.
The result is a bundle that runs without torch.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import DIRECTIONS
from qualmetrics.encoder import Encoder, Policy
from qualmetrics.errors import InputError
from qualmetrics.text.spans import sentence_spans, word_spans
from qualmetrics.training.batches import Mixture, Step
from qualmetrics.training.config import plain
from qualmetrics.training.data import Examples
from qualmetrics.training.edits import degenerate, edited
from qualmetrics.training.export_encoder import (
    export_tokenizer,
    load_model,
    model_directory,
    stack_of,
)
from qualmetrics.training.loop import (
    OptimiserConfig,
    Progress,
    State,
    Task,
    device_of,
    fingerprint,
    run,
    torch_library,
)
from qualmetrics.training.measure import pair_accuracy
from qualmetrics.training.pairs import PairConfig, sample
from qualmetrics.training.result import Trained
from qualmetrics.training.splits import check_disjoint, split_by_group

PAD_TOKENS = {"cpu": 2_048, "cuda": 16_384}
"""Tokens, padding included, that go through the encoder at once in training: on a CPU, what is
saved by larger batches is lost by padding."""


@dataclass(frozen=True)
class LossConfig:
    """What is minimised beside the pairwise loss; every weight is 0 where it is not wanted.

    ``label_smoothing`` moves hard labels off 0 and 1. ``consistency`` weighs the squared difference
    between the scores of a text and of a copy after a meaning-preserving edit, for a share
    ``edited`` of the texts. ``degenerate`` weighs a pairwise loss that sets texts without content
    below real ones. ``length`` weighs the squared correlation of scores with log token counts in a
    batch. ``regression`` weighs the squared error to the ratings, in units of ``scale``, where
    texts have some. ``centre`` pulls the mean score to 0: pairs do not fix it.
    """

    label_smoothing: float = 0.0
    consistency: float = 0.0
    edited: float = 0.25
    degenerate: float = 0.0
    length: float = 0.0
    regression: float = 0.0
    scale: float = 1.0
    centre: float = 0.001

    def __post_init__(self) -> None:
        names = ("consistency", "degenerate", "length", "regression", "centre")
        if any(getattr(self, name) < 0 for name in names) or not 0 <= self.label_smoothing < 0.5:
            raise InputError("weights of a loss must be at least 0, label_smoothing below .5")
        if not 0 <= self.edited <= 1 or self.scale <= 0:
            raise InputError("edited must lie in 0 to 1, scale above 0")


@dataclass(frozen=True)
class TransformerConfig:
    """Settings of a neural ranker.

    ``encoder`` is a directory (or a hub id with its ``revision``). ``policy`` is how the finished
    scorer reads texts of more than ``max_tokens`` (``stride`` 0: windows side by side); training
    reads their beginning, or the mean over up to ``windows`` of their windows at random. With
    ``crop``, that share of the drawn pairs is cut to whole sentences of
    a random length between ``crop_words``, from a sentence on, so that length says nothing.
    ``limits`` put the score through a sigmoid into a range. ``sources`` weigh several examples;
    ``within_groups`` is the share of draws inside groups. ``increases_with`` is what the score
    rises with; ``version`` is to go up whenever numbers change. ``dev_fraction`` of the groups is
    held out where no development examples are given. ``quantise`` ships int8; ``text_form`` adds
    one graph that reads strings.
    """

    encoder: str = ""
    revision: str | None = None
    name: str = "ranker"
    increases_with: str = "difficulty"
    seed: int = 0
    licence: str = ""
    description: str = ""
    version: int = 1
    languages: tuple[str, ...] = ("any",)
    pool: str = "mean"
    max_tokens: int = 256
    policy: str = "windows"
    stride: int = 0
    windows: int = 1
    limits: tuple[float, ...] = ()
    dropout: float = 0.1
    encoder_dropout: float | None = None
    batch_pairs: int = 16
    within_groups: float = 0.0
    crop: float = 0.0
    crop_words: tuple[int, ...] = (30, 150)
    sources: Mapping[str, float] = field(default_factory=dict)
    pairs: PairConfig = field(default_factory=PairConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    dev_fraction: float = 0.0
    dev_pairs: int = 400
    quantise: bool = True
    text_form: bool = True

    def __post_init__(self) -> None:
        if self.pool not in ("mean", "cls"):
            raise InputError(f"pool {self.pool!r} is neither 'mean' nor 'cls'")
        if self.increases_with not in DIRECTIONS:
            known = ", ".join(DIRECTIONS)
            raise InputError(f"increases_with={self.increases_with!r} is not one of {known}")
        if self.limits and not (len(self.limits) == 2 and self.limits[0] < self.limits[1]):
            raise InputError(f"limits must be (low, high) or empty; got {self.limits}")
        if not (len(self.crop_words) == 2 and 1 <= self.crop_words[0] <= self.crop_words[1]):
            raise InputError(f"crop_words must be (least, most); got {self.crop_words}")
        if self.windows < 1:
            raise InputError(f"windows must be at least 1; got {self.windows}")
        if self.batch_pairs < 1 or not 0 <= self.crop <= 1 or not 0 <= self.within_groups <= 1:
            raise InputError("batch_pairs must be at least 1, crop and within_groups in 0 to 1")
        self.reading()

    def reading(self) -> Policy:
        """Return how the finished scorer reads long texts."""
        windows = self.policy == "windows"
        stride = (self.stride or self.max_tokens) if windows else 0
        return Policy(self.policy, self.max_tokens, stride)


def train_transformer(
    examples: Examples | Mapping[str, Examples],
    config: TransformerConfig,
    folder: str | Path,
    *,
    dev: Examples | Mapping[str, Examples] | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Trained:
    """Train a neural ranker and write its bundle.

    Parameters
    ----------
    examples : Examples, or mapping of name -> Examples
        Several are mixed by ``config.sources``. Pairs, or values that pairs are made of.
    config : TransformerConfig
    folder : path
        Gets the bundle, ``text/`` (the same scorer as one graph of strings, where the tokenizer is
        WordPiece), ``training.json`` and a draft of ``card.md``. Checkpoints lie beside it, in
        ``NAME.run``, until the bundle is written.
    dev : the same, optional
        Decides which weights are kept; by default ``config.dev_fraction`` of the groups of each
        source (0: none, and the last weights are kept). They share no text and no group with the
        examples.
    resume : bool
        Go on with an interrupted run, where there is one.
    progress : function, optional
        Called after each step with (steps done, of how many, a note).

    Raises
    ------
    InputError
        When the examples cannot be learned from, or development data overlap them.
    ExportError
        When the bundle differs from torch by more than 1e-5.
    MissingExtraError
        Without the extras ``train`` and ``export``.
    """
    torch = torch_library()
    train, held = cut_sources(examples, dev, config)
    directory = model_directory(config.encoder, config.revision)
    torch.manual_seed(config.seed)
    encoder = load_model(directory, attention=_attention(directory, device_of(config.optimiser)))
    _set_dropout(encoder, config.encoder_dropout)
    path = Path(folder).resolve()
    home = path.with_name(f"{path.name}.run")
    scratch = home.with_name(f".{home.name}-tokenizer")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        tokenizer = export_tokenizer(encoder, directory, scratch, config.name)
        criteria = next(iter(train.values())).criteria
        model = ranker_module(encoder, len(criteria), config).to(device_of(config.optimiser))
        task = _task(model, tokenizer, config, train, held)
        state = run(task, config.optimiser, home, resume=resume, progress=progress)
        from qualmetrics.training.neural_export import write_ranker

        trained = write_ranker(model, directory, config, path, state, (train, held))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(home)
    return trained


def cut_sources(
    examples: Examples | Mapping[str, Examples],
    dev: Examples | Mapping[str, Examples] | None,
    config: TransformerConfig,
) -> tuple[dict[str, Examples], dict[str, Examples]]:
    """Return training and development parts by source, with pairs, that share nothing."""
    train = _named(examples)
    if dev is None and config.dev_fraction:
        parts = {
            name: split_by_group(part, config.dev_fraction, config.seed)
            for name, part in train.items()
            if not config.sources or config.sources.get(name)
        }
        train = {name: first for name, (first, _) in parts.items()}
        held = {name: second for name, (_, second) in parts.items()}
    else:
        held = _named(dev) if dev is not None else {}
    for name, part in held.items():
        for other, seen in train.items():
            check_disjoint({f"{other} (training)": seen, f"{name} (development)": part})
    train = {name: sample(part, config.pairs) for name, part in train.items()}
    made = {}
    for name, part in held.items():
        few = replace(config.pairs, max_pairs=config.dev_pairs, confidence=0.0)
        try:
            made[name] = sample(part, few)
        except InputError:
            if dev is not None:
                raise  # a source of its own that is too small to hold anything out is no error
    if len({part.criteria for part in (*train.values(), *made.values())}) > 1:
        raise InputError("the sources judge different criteria; train them one by one")
    return train, made


def _named(examples: Examples | Mapping[str, Examples]) -> dict[str, Examples]:
    if isinstance(examples, Examples):
        return {"examples": examples}
    if not examples:
        raise InputError("no examples to train on")
    return dict(examples)


# -- the model ------------------------------------------------------------------------------------


def ranker_module(encoder: Any, n_criteria: int, config: TransformerConfig) -> Any:
    """Return the module from ids and mask to scores ``(n, criteria)``, before any sigmoid."""
    torch = torch_library()

    class Ranker(torch.nn.Module):  # type: ignore[misc, name-defined]
        """Encoder, pooling, dropout, linear head."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.dropout = torch.nn.Dropout(config.dropout)
            self.head = torch.nn.Linear(int(encoder.config.hidden_size), n_criteria)
            torch.nn.init.normal_(self.head.weight, std=0.02)
            torch.nn.init.zeros_(self.head.bias)

        def vector(self, ids: Any, mask: Any) -> Any:
            states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            if config.pool == "cls":
                return states[:, 0]
            there = mask.float()[:, :, None]
            return (states * there).sum(dim=1) / there.sum(dim=1)

        def forward(self, ids: Any, mask: Any) -> Any:
            vector = self.dropout(self.vector(ids, mask))
            with torch.autocast(vector.device.type, enabled=False):
                return self.head(vector)

    return Ranker()


def layers_of(encoder: Any) -> tuple[Any, ...]:
    """Return an encoder's parts from below: embeddings, and each layer, the last with the rest."""
    torch = torch_library()
    stack = stack_of(encoder)
    if stack is None:  # such as ALBERT, whose layers are one
        return (encoder,)
    inside = {id(p) for p in stack.parameters()}
    table = encoder.get_input_embeddings()
    below = next((c for c in encoder.children() if any(m is table for m in c.modules())), table)
    if any(id(p) in inside for p in below.parameters()):
        below = table
    seen = inside | {id(p) for p in below.parameters()}
    rest = torch.nn.ParameterList([p for p in encoder.parameters() if id(p) not in seen])
    last = torch.nn.ModuleList([stack[-1], rest])
    return (below, *stack[:-1], last)


def _attention(directory: Path, device: str) -> str:
    """Return how attention is computed: on a CPU torch's fused one has a backward half as fast."""
    data = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    fused = data.get("model_type") not in ("mpnet", "deberta", "deberta-v2", "t5", "mt5")
    return "sdpa" if fused and device != "cpu" else "eager"


def _set_dropout(encoder: Any, share: float | None) -> None:
    torch = torch_library()
    if share is None:
        return
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share
        for name in ("dropout_prob", "attention_dropout", "dropout"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, share)


# -- scores of texts ------------------------------------------------------------------------------


def scores_of(model: Any, rows: Sequence[NDArray[np.int64]], device: str) -> Any:
    """Return the scores of rows of token ids, ``(n, criteria)``; like lengths go together."""
    torch = torch_library()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found: list[Any] = []
    start, most = 0, PAD_TOKENS.get(device.split(":")[0], PAD_TOKENS["cuda"])
    for end in range(1, len(order) + 1):
        if end < len(order) and (end + 1 - start) * len(rows[order[end]]) <= most:
            continue
        batch = [rows[i] for i in order[start:end]]
        width = max(map(len, batch))
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros((len(batch), width), dtype=np.int64)
        for k, row in enumerate(batch):
            ids[k, : len(row)], mask[k, : len(row)] = row, 1
        found.append(model(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)))
        start = end
    inverse = np.argsort(np.array(order), kind="stable")
    return torch.cat(found)[torch.from_numpy(inverse).to(device)]


Rows = list[NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class _Reader:
    """Texts as the rows of ids that training reads: their beginning, or several windows."""

    tokenizer: Encoder
    max_tokens: int
    known: dict[str, Rows] = field(default_factory=dict)

    def windows(self, text: str, *, keep: bool = True) -> Rows:
        """Return the ids of all windows of a text, side by side."""
        found = self.known.get(text)
        if found is None:
            policy = Policy("windows", self.max_tokens, self.max_tokens)
            (encoded,) = self.tokenizer.tokenize([text], policy=policy)
            found = [encoded.ids[window] for window in encoded.windows]
            if keep:
                self.known[text] = found
        return found

    def ids(self, text: str) -> NDArray[np.int64]:
        """Return the ids of the beginning of a text."""
        return self.windows(text)[0]

    def some(self, text: str, most: int, rng: np.random.Generator, *, keep: bool) -> Rows:
        """Return the first window, or some at random where several are asked for."""
        found = self.windows(text, keep=keep)
        if most == 1 or len(found) <= most:
            return found[:most]
        return [found[i] for i in sorted(rng.permutation(len(found))[:most])]


def _means(scores: Any, counts: Sequence[int]) -> Any:
    """Return the mean of the scores of each text's windows."""
    torch = torch_library()
    if max(counts) == 1:
        return scores
    owner = torch.repeat_interleave(torch.tensor(counts, device=scores.device))
    total = torch.zeros((len(counts), scores.shape[1]), device=scores.device)
    total = total.index_add(0, owner, scores)
    return total / torch.tensor(counts, device=scores.device)[:, None]


def passage(text: str, max_words: int, rng: np.random.Generator) -> str:
    """Return whole sentences from a random one on, of at most so many words together.

    Where that one alone is longer, it is cut after its last word that fits.
    """
    spans, words = _places(text)
    if not len(words):
        return text
    # From the first half, so that what follows is seldom too short to be like the other side.
    first = int(rng.integers(0, len(spans) // 2 + 1)) if len(spans) > 1 else 0
    start = int(spans[first, 0])
    at = int(np.searchsorted(words[:, 0], start))
    if len(words) - at <= max_words:
        return text[start:]
    last = at + max_words - 1
    ends = spans[first:, 1]
    whole = ends[(ends <= words[last + 1, 0]) & (ends >= words[at, 1])]
    return text[start : int(whole[-1]) if len(whole) else int(words[last, 1])].rstrip()


@lru_cache(maxsize=16_384)
def _places(text: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where the sentences and the words of a text stand: found once, used every round."""
    found = sentence_spans(text), word_spans(text)
    sentences, words = (np.array(spans, dtype=np.int32).reshape(-1, 2) for spans in found)
    return sentences, words


# -- the loss -------------------------------------------------------------------------------------


def _task(
    model: Any,
    tokenizer: Encoder,
    config: TransformerConfig,
    train: Mapping[str, Examples],
    held: Mapping[str, Examples],
) -> Task:
    settings = config.optimiser
    mixture = Mixture(
        train,
        config.sources,
        config.batch_pairs,
        min_gap=config.pairs.min_gap,
        within_groups=config.within_groups,
        seed=config.seed,
    )
    reader = _Reader(tokenizer, config.max_tokens)
    device = device_of(settings)
    a_step = config.batch_pairs * settings.accumulation
    n_steps = settings.steps or max(1, math.ceil(settings.epochs * mixture.n_pairs / a_step))

    def loss(number: int) -> tuple[Any, Mapping[str, float]]:
        return _loss(model, mixture, reader, config, number, device)

    def evaluate() -> Mapping[str, float]:
        return measure(model, held, reader.ids, device)

    data = {
        "train": {name: _digest(part) for name, part in train.items()},
        "dev": {name: _digest(part) for name, part in held.items()},
    }
    return Task(
        model,
        layers_of(model.encoder),
        loss,
        evaluate,
        fingerprint(plain(config), data),
        n_steps,
        config.seed,
    )


def _digest(part: Examples) -> str:
    found = hashlib.sha256("\0".join(part.texts).encode("utf-8", "replace"))
    for array in (part.pairs, part.p, part.margin, part.values):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _loss(
    model: Any,
    mixture: Mixture,
    reader: _Reader,
    config: TransformerConfig,
    number: int,
    device: str,
) -> tuple[Any, dict[str, float]]:
    torch = torch_library()
    step = mixture.step(number)
    rng = np.random.default_rng((config.seed, 7, number))
    texts = [mixture.text(at) for at in step.texts]
    shown = _cropped(texts, step, config, rng)
    parts = [
        reader.some(text, config.windows, rng, keep=text is whole)
        for text, whole in zip(shown, texts, strict=True)
    ]
    n_real = len(parts)
    copies, empties = _others(shown, config.loss, rng)
    parts += [reader.windows(text, keep=False)[:1] for _, text in (*copies, *empties)]
    rows = [row for several in parts for row in several]
    scores = _means(scores_of(model, rows, device), [len(several) for several in parts])
    real = scores[:n_real]
    total = pairwise_loss(real, step, config.loss.label_smoothing, device)
    beside = {"pairs": float(len(step.pairs)), "pair_loss": float(total.detach())}
    settings = config.loss
    if copies:
        index = torch.tensor([i for i, _ in copies], device=device)
        apart = scores[n_real : n_real + len(copies)] - real[index]
        total = total + _noted(beside, "consistency", settings.consistency, apart.square().mean())
    if empties:
        index = torch.tensor([i for i, _ in empties], device=device)
        below = torch.nn.functional.softplus(scores[n_real + len(copies) :] - real[index]).mean()
        total = total + _noted(beside, "degenerate", settings.degenerate, below)
    if settings.length:
        lengths = [math.log(sum(map(len, several))) for several in parts[:n_real]]
        found = _correlation(real, torch.tensor(lengths, device=device))
        total = total + _noted(beside, "length", settings.length, found.square().mean())
    if settings.regression and np.isfinite(step.values).any():
        error = _rating_loss(real, step.values, config, device)
        total = total + _noted(beside, "regression", settings.regression, error)
    return total + settings.centre * real.mean().square(), beside


def _noted(beside: dict[str, float], name: str, weight: float, value: Any) -> Any:
    beside[name] = float(value.detach())
    return weight * value


def pairwise_loss(scores: Any, step: Step, smoothing: float, device: str) -> Any:
    """Return ``-log sigmoid`` of the differences, weighted, with soft labels and margins."""
    torch = torch_library()
    pairs = torch.from_numpy(step.pairs).to(device)
    p = np.where(np.isnan(step.p), np.nan, smoothing + (1 - 2 * smoothing) * step.p)
    judged = torch.from_numpy(~np.isnan(p)).to(device)
    q = torch.from_numpy(np.nan_to_num(p)).float().to(device)
    margin = torch.from_numpy(step.margin).float().to(device)[:, None]
    weight = torch.from_numpy(step.weight).float().to(device)[:, None] * judged
    apart = scores[pairs[:, 0]] - scores[pairs[:, 1]]
    soft = torch.nn.functional.softplus
    each = q * soft(margin - apart) + (1 - q) * soft(margin + apart)
    return (each * weight).sum() / weight.sum().clamp_min(1e-9)


def _cropped(
    texts: Sequence[str], step: Step, config: TransformerConfig, rng: np.random.Generator
) -> list[str]:
    """Cut the texts of some pairs to passages of one length; what hangs together is cut alike."""
    if not config.crop:
        return list(texts)
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in step.pairs.tolist():
        parent[root(b)] = root(a)
    least, most = (math.log(n) for n in config.crop_words)
    words: dict[int, int] = {}
    for i in range(len(texts)):
        if root(i) == i:
            drawn = math.exp(rng.uniform(least, most))
            words[i] = round(drawn) if rng.random() < config.crop else 0
    return [
        passage(text, words[root(i)], rng) if words[root(i)] else text
        for i, text in enumerate(texts)
    ]


def _others(
    texts: Sequence[str], config: LossConfig, rng: np.random.Generator
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return edited copies, and texts without content, each with whose they are."""
    copies, empties = [], []
    if config.consistency:
        some = max(1, round(config.edited * len(texts)))
        copies = [(int(i), edited(texts[i], rng)) for i in rng.permutation(len(texts))[:some]]
    if config.degenerate:
        some = max(1, len(texts) // 8)
        empties = [(int(i), degenerate(texts[i], rng)) for i in rng.permutation(len(texts))[:some]]
    return copies, empties


def _correlation(scores: Any, lengths: Any) -> Any:
    x = lengths - lengths.mean()
    y = scores - scores.mean(dim=0)
    down = (x.square().sum() * y.square().sum(dim=0)).clamp_min(1e-9).sqrt()
    return (x[:, None] * y).sum(dim=0) / down


def _rating_loss(scores: Any, values: Any, config: TransformerConfig, device: str) -> Any:
    torch = torch_library()
    judged = torch.from_numpy(np.isfinite(values)).to(device)
    wanted = torch.from_numpy(np.nan_to_num(values)).float().to(device)
    if config.limits:
        low, high = config.limits
        scores = low + (high - low) * torch.sigmoid(scores)
    return (((scores - wanted) / config.loss.scale).square() * judged).sum() / judged.sum()


# -- development data -----------------------------------------------------------------------------


def measure(
    model: Any,
    held: Mapping[str, Examples],
    ids: Callable[[str], NDArray[np.int64]],
    device: str,
) -> dict[str, float]:
    """Return the pair accuracy on each source's development pairs, and their mean as ``dev``."""
    found: dict[str, float] = {}
    for name, part in held.items():
        used, where = np.unique(part.pairs, return_inverse=True)
        rows = [ids(part.texts[i]) for i in used]
        scores = scores_of(model, rows, device).cpu().numpy()
        found[f"dev/{name}"] = pair_accuracy(scores, where.reshape(-1, 2), part.p)
    if found:
        found["dev"] = float(np.mean(list(found.values())))
    return found


__all__ = [
    "LossConfig",
    "State",
    "TransformerConfig",
    "passage",
    "train_transformer",
]
