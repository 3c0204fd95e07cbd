"""The loop that trainers on torch share: steps, schedule, checkpoints, early stopping, resuming.

What is learned is a ``Task``: a model, a loss for each step, and a measure on development data.
Everything a step does follows from the seed and its number, so that a run that was interrupted and
resumed goes through the same losses as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualmetrics.errors import InputError, MissingExtraError

PRECISIONS = ("auto", "fp32", "bf16")
FORMAT = "qualmetrics-run/1"
Progress = Callable[[int, int, str], None]
"""Called after each step: steps done, of how many, and a note of what was measured."""


@dataclass(frozen=True)
class OptimiserConfig:
    """How a model is trained.

    ``steps`` (or ``epochs`` over the drawn pairs, where it is 0) of AdamW; the rate rises over the
    first ``warmup`` of them and falls to 0 in a straight line. Each layer below the last learns
    ``layer_decay`` times as fast as the one above; the head at ``head_learning_rate``.
    ``frozen_layers`` from below stay as they are, from 1 on with the embeddings; ``frozen_table``
    holds the embeddings alone. ``accumulation`` batches make one step. ``precision`` auto is bf16
    on a GPU that has it, else fp32; bf16 on a CPU only where it is asked for. ``average`` keeps a
    running mean of the weights with this decay, which is what is measured and exported; 0 keeps
    none. ``eval_every`` steps the development data are measured; after ``patience`` measurements
    without a better one the run stops (0: never), and the best weights are kept.
    """

    steps: int = 0
    epochs: float = 3.0
    learning_rate: float = 5e-5
    head_learning_rate: float = 1e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup: float = 0.1
    clip: float = 1.0
    accumulation: int = 1
    frozen_layers: int = 0
    frozen_table: bool = False
    average: float = 0.0
    precision: str = "auto"
    device: str = "auto"
    threads: int = 0
    eval_every: int = 100
    patience: int = 0
    checkpoint_every: int = 100

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise InputError(f"precision {self.precision!r} is not one of {', '.join(PRECISIONS)}")
        least = {"steps": 0, "accumulation": 1, "eval_every": 1, "checkpoint_every": 1,
                 "patience": 0, "frozen_layers": 0, "threads": 0}  # fmt: skip
        for name, lowest in least.items():
            if getattr(self, name) < lowest:
                raise InputError(f"{name} must be at least {lowest}; got {getattr(self, name)}")
        if self.learning_rate <= 0 or not 0 <= self.warmup < 1 or not 0 <= self.average < 1:
            raise InputError("learning_rate must be above 0, warmup and average in [0, 1)")


@dataclass(frozen=True, eq=False)
class Task:
    """What is learned.

    ``loss(number)`` is that of one batch, with what is reported beside it; ``evaluate()`` returns
    measures, of which ``dev`` decides (higher is better), or nothing where there are no
    development data. ``layers`` are the encoder's parts from below, for their learning rates.
    """

    model: Any
    layers: tuple[Any, ...]
    loss: Callable[[int], tuple[Any, Mapping[str, float]]]
    evaluate: Callable[[], Mapping[str, float]]
    fingerprint: str
    n_steps: int
    seed: int = 0


@dataclass
class State:
    """Where a run stands."""

    step: int = 0
    best: float = -math.inf
    best_step: int = 0
    waited: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def torch_library() -> Any:
    """Return the ``torch`` module, or say how to install it."""
    try:
        import torch
    except ImportError:
        raise MissingExtraError("torch", "train", "training a neural model") from None
    return torch


def device_of(config: OptimiserConfig) -> str:
    """Return the device that a run uses."""
    torch = torch_library()
    if config.device != "auto":
        return config.device
    return "cuda" if torch.cuda.is_available() else "cpu"


def autocast(config: OptimiserConfig) -> Any:
    """Return the context in which a model computes."""
    torch = torch_library()
    device = device_of(config).split(":")[0]
    wanted = config.precision == "bf16" or (
        config.precision == "auto" and device == "cuda" and torch.cuda.is_bf16_supported()
    )
    return torch.autocast(device, dtype=torch.bfloat16) if wanted else nullcontext()


def fingerprint(config: Any, data: Any) -> str:
    """Return a digest of what a run depends on, so that only the same run is resumed."""
    text = json.dumps([config, data], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def run(
    task: Task,
    config: OptimiserConfig,
    folder: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
) -> State:
    """Train the model of a task in place; it holds the best weights afterwards.

    Checkpoints go to ``folder``: weights as safetensors, where the run stands as JSON, and the
    optimiser as a file of tensors that is read with ``weights_only``.

    Raises
    ------
    InputError
        When there is a run to resume that had other settings or other data.
    """
    torch = torch_library()
    optimiser = _optimiser(task, config)
    average = _average_of(task.model) if config.average else None
    state = State()
    if resume and (folder / "state.json").is_file():
        state = _restore(task, optimiser, average, folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    _keep_memory()
    with _threads(torch, config.threads):
        while state.step < task.n_steps:
            if config.patience and state.waited >= config.patience:
                break
            began = time.perf_counter()
            entry = _step(task, config, optimiser, state.step)
            if average is not None:
                _update(average, task.model, config.average, state.step)
            state.step += 1
            last = state.step == task.n_steps
            if last or state.step % config.eval_every == 0:
                entry |= _measure(task, average, state, folder)
            state.seconds += time.perf_counter() - began
            state.history.append({"step": state.step, **entry})
            if last or state.step % config.checkpoint_every == 0:
                _save(task, optimiser, average, state, folder)
            if progress is not None:
                progress(state.step, task.n_steps, _note(state.history[-1]))
    if (folder / "best.safetensors").is_file():
        _load_weights(task.model, folder / "best.safetensors")
    elif average is not None:
        task.model.load_state_dict(average)
    task.model.eval()
    return state


def _note(entry: Mapping[str, float]) -> str:
    shown = (k for k in entry if k == "loss" or k.startswith("dev"))
    return ", ".join(f"{key} {entry[key]:.3f}" for key in shown)


# -- one step -------------------------------------------------------------------------------------


def _step(task: Task, config: OptimiserConfig, optimiser: Any, number: int) -> dict[str, float]:
    torch = torch_library()
    task.model.train()
    rate = _rate(config, task.n_steps, number)
    for group in optimiser.param_groups:
        group["lr"] = group["base"] * rate
    optimiser.zero_grad(set_to_none=True)
    entry: dict[str, float] = {}
    for i in range(config.accumulation):
        batch = number * config.accumulation + i
        torch.manual_seed((task.seed * 1_000_003 + batch) % (1 << 62))
        with autocast(config):
            loss, beside = task.loss(batch)
        (loss / config.accumulation).backward()
        for key, value in {"loss": float(loss.detach()), **beside}.items():
            entry[key] = entry.get(key, 0.0) + float(value) / config.accumulation
    if not math.isfinite(entry["loss"]):
        raise InputError(
            f"the loss is {entry['loss']} at step {number + 1}; a lower learning_rate, or "
            "precision='fp32', may help"
        )
    if config.clip:
        torch.nn.utils.clip_grad_norm_(task.model.parameters(), config.clip)
    optimiser.step()
    return entry


def _rate(config: OptimiserConfig, n_steps: int, number: int) -> float:
    warm = max(1, round(config.warmup * n_steps))
    if number < warm:
        return (number + 1) / warm
    return max(0.0, (n_steps - number) / max(1, n_steps - warm))


def _optimiser(task: Task, config: OptimiserConfig) -> Any:
    torch = torch_library()
    depth = {
        id(parameter): i for i, layer in enumerate(task.layers) for parameter in layer.parameters()
    }
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in task.model.named_parameters():
        level = depth.get(id(parameter))
        frozen = level is not None and (
            (config.frozen_layers and level <= config.frozen_layers)
            or (config.frozen_table and level == 0)
        )
        parameter.requires_grad_(not frozen)
        if frozen:
            continue
        rate = config.head_learning_rate
        if level is not None:
            rate = config.learning_rate * config.layer_decay ** (len(task.layers) - 1 - level)
        plain = parameter.ndim < 2 or name.endswith("bias")
        groups.setdefault((rate, 0.0 if plain else config.weight_decay), []).append(parameter)
    made = [
        {"params": several, "lr": rate, "base": rate, "weight_decay": decay}
        for (rate, decay), several in groups.items()
    ]
    return torch.optim.AdamW(made, fused=True)


@contextmanager
def _threads(torch: Any, n: int) -> Iterator[None]:
    before = torch.get_num_threads()
    if n:
        torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _keep_memory() -> None:
    """Tell glibc to keep freed memory: giving it back each step takes a third of the time."""
    import ctypes

    trim_threshold, top_pad, mmap_threshold = -1, -2, -3
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return  # another C library, which has its own ways
    sizes = {trim_threshold: 1 << 30, top_pad: 1 << 28, mmap_threshold: 1 << 30}
    for parameter, size in sizes.items():
        mallopt(parameter, size)


# -- running mean of the weights ------------------------------------------------------------------


def _average_of(model: Any) -> dict[str, Any]:
    return {key: value.detach().clone() for key, value in model.state_dict().items()}


def _update(average: dict[str, Any], model: Any, decay: float, step: int) -> None:
    # Early on the mean follows closely, so that it does not remember the untrained head.
    now = min(decay, (1 + step) / (10 + step))
    for key, value in model.state_dict().items():
        if value.is_floating_point():
            average[key].lerp_(value.detach(), 1 - now)
        else:
            average[key].copy_(value)


def _measure(
    task: Task, average: dict[str, Any] | None, state: State, folder: Path
) -> dict[str, float]:
    """Measure the model, or the mean of its weights, and keep it where it is the best so far."""
    torch = torch_library()
    own = _average_of(task.model) if average is not None else None
    if average is not None:
        task.model.load_state_dict(average)
    task.model.eval()
    with torch.no_grad():
        found = dict(task.evaluate())
    if found:
        if found["dev"] > state.best:
            state.best, state.best_step, state.waited = found["dev"], state.step, 0
            _write_weights(task.model.state_dict(), folder / "best.safetensors")
        else:
            state.waited += 1
    if own is not None:
        task.model.load_state_dict(own)
    return found


# -- checkpoints ----------------------------------------------------------------------------------


def _save(
    task: Task, optimiser: Any, average: dict[str, Any] | None, state: State, folder: Path
) -> None:
    torch = torch_library()
    # One folder a checkpoint, named last: a run that is killed meanwhile finds the one before.
    home = folder / f"checkpoint-{state.step}"
    home.mkdir(exist_ok=True)
    _write_weights(task.model.state_dict(), home / "model.safetensors")
    if average is not None:
        _write_weights(average, home / "average.safetensors")
    torch.save(optimiser.state_dict(), home / "optimiser.pt")
    data = {
        "format": FORMAT,
        "fingerprint": task.fingerprint,
        "checkpoint": home.name,
        "step": state.step,
        "best": state.best if math.isfinite(state.best) else None,
        "best_step": state.best_step,
        "waited": state.waited,
        "seconds": state.seconds,
        "history": state.history,
    }
    draft = folder / "state.json.draft"
    draft.write_text(json.dumps(data), encoding="utf-8")
    draft.replace(folder / "state.json")
    for old in folder.glob("checkpoint-*"):
        if old != home:
            shutil.rmtree(old)


def _restore(task: Task, optimiser: Any, average: dict[str, Any] | None, folder: Path) -> State:
    torch = torch_library()
    data = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    if data.get("format") != FORMAT or data.get("fingerprint") != task.fingerprint:
        raise InputError(
            f"the run in {folder} had other settings or other data, so it cannot be resumed; "
            "start anew without resume, or give what it was started with"
        )
    home = folder / str(data["checkpoint"])
    _load_weights(task.model, home / "model.safetensors")
    if average is not None:
        average |= _read_weights(home / "average.safetensors")
    optimiser.load_state_dict(torch.load(home / "optimiser.pt", weights_only=True))
    best = -math.inf if data["best"] is None else float(data["best"])
    names = ("step", "best_step", "waited", "seconds", "history")
    return State(best=best, **{name: data[name] for name in names})


def _write_weights(weights: Mapping[str, Any], path: Path) -> None:
    from safetensors.torch import save_file

    # Clones: weights that share memory (a tied table) are refused by the format.
    save_file({key: value.detach().cpu().clone() for key, value in weights.items()}, str(path))


def _read_weights(path: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    found: dict[str, Any] = load_file(str(path))
    return found


def _load_weights(model: Any, path: Path) -> None:
    model.load_state_dict(_read_weights(path))


__all__ = [
    "OptimiserConfig",
    "Progress",
    "State",
    "Task",
    "autocast",
    "device_of",
    "fingerprint",
    "run",
    "torch_library",
]
