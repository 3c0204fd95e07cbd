"""What the trainers of two-text models share: the module, its batches, its graph, its bundle."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer, Spec
from qualmetrics.encoder import Encoder
from qualmetrics.encoder.bundle import EncodedPair
from qualmetrics.encoder.pairs import PairTokens
from qualmetrics.errors import ExportError
from qualmetrics.onnx.quantise import quantise
from qualmetrics.onnx.runtime import OnnxForward
from qualmetrics.pair_scorer import pair_scorer
from qualmetrics.training.export_encoder import export_tokenizer, quiet
from qualmetrics.training.loop import torch_library
from qualmetrics.training.neural_export import PARITY, kendall_tau
from qualmetrics.training.transformer import PAD_TOKENS

LAW_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Reading:
    """What the graph makes of a model's outputs.

    ``kind`` is ``win`` (two logits; the probability of the first) or ``rating`` (one logit, through
    a sigmoid into ``limits``). Of several references the ``win`` is the mean, the ``rating`` that
    of the best one.
    """

    kind: str
    limits: tuple[float, float] = (0.0, 1.0)


def pair_module(directory: Path, n_outputs: int, pool: str) -> Any:
    """Return a module from ids, mask and types of pairs to ``n_outputs`` numbers.

    With ``pool`` ``cls`` it is the sequence classifier that the directory holds or begins (what
    sentence-transformers calls a CrossEncoder); with ``mean`` a linear layer on the mean of all
    states.
    """
    torch = torch_library()
    import transformers

    with quiet(transformers):
        if pool == "cls":
            kind = transformers.AutoModelForSequenceClassification
            inner = kind.from_pretrained(
                directory, num_labels=n_outputs, attn_implementation="eager",
                ignore_mismatched_sizes=True,
            )  # fmt: skip
        else:
            inner = transformers.AutoModel.from_pretrained(directory, attn_implementation="eager")
    inner = inner.float()
    typed = int(getattr(inner.config, "type_vocab_size", 0) or 0) > 1

    class Pairs(torch.nn.Module):  # type: ignore[misc, name-defined]
        """Two texts in one sequence -> numbers."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = inner
            self.typed = typed
            if pool == "mean":
                self.dropout = torch.nn.Dropout(0.1)
                self.head = torch.nn.Linear(int(inner.config.hidden_size), n_outputs)

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            given = {"token_type_ids": types} if self.typed else {}
            out = self.inner(input_ids=ids, attention_mask=mask, **given)
            if pool == "cls":
                return out.logits.float()
            there = mask.float()[:, :, None]
            states = out.last_hidden_state.float()
            vector = (states * there).sum(dim=1) / there.sum(dim=1).clamp_min(1.0)
            return self.head(self.dropout(vector))

    return Pairs()


def outputs_of(model: Any, pairs: Sequence[EncodedPair], device: str) -> Any:
    """Return the outputs for some pairs; like lengths go together."""
    torch = torch_library()
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
    found, start = [], 0
    most = PAD_TOKENS.get(device.split(":")[0], PAD_TOKENS["cuda"])
    for end in range(1, len(order) + 1):
        if end < len(order) and (end + 1 - start) * len(pairs[order[end]].ids) <= most:
            continue
        batch = [pairs[i] for i in order[start:end]]
        shape = len(batch), max(len(pair.ids) for pair in batch)
        ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for k, pair in enumerate(batch):
            n = len(pair.ids)
            ids[k, :n], mask[k, :n], types[k, :n] = pair.ids, 1, pair.types
        found.append(model(*(torch.from_numpy(a).to(device) for a in (ids, mask, types))))
        start = end
    inverse = np.argsort(np.array(order), kind="stable")
    return torch.cat(found)[torch.from_numpy(inverse).to(device)]


def value_of(outputs: NDArray[Any], reading: Reading) -> NDArray[np.float64]:
    """Return what the scorer says of outputs ``(n, outputs)``."""
    raw = np.asarray(outputs, dtype=np.float64)
    logit = raw[:, 0] - raw[:, 1] if reading.kind == "win" else raw[:, 0]
    low, high = reading.limits
    values: NDArray[np.float64] = low + (high - low) / (1 + np.exp(-logit))
    return values


# -- the graph ------------------------------------------------------------------------------------


def pair_graph(model: Any, reading: Reading, opset: int = 17) -> Any:
    """Return the ``onnx.ModelProto`` from pairs ``(n, references, tokens)`` to ``values``."""
    torch = torch_library()
    import onnx

    low, high = reading.limits

    class Values(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            n, several, tokens = ids.shape
            flat = (a.reshape(n * several, tokens) for a in (ids, mask, types))
            out = self.model(*flat)
            logit = out[:, 0] - out[:, 1] if reading.kind == "win" else out[:, 0]
            each = (low + (high - low) * torch.sigmoid(logit)).reshape(n, several)
            there = (mask.sum(dim=2) > 0).float()
            if reading.kind == "win":
                value = (each * there).sum(dim=1) / there.sum(dim=1).clamp_min(1.0)
            else:
                value = (each * there + (low - 1.0) * (1.0 - there)).max(dim=1).values
            return value[:, None]

    ids = torch.ones((2, 2, 7), dtype=torch.int64) * 3
    mask, types = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 1, 5:] = 0
    names = ["pair_ids", "pair_mask", "pair_types"]
    axes: dict[str, dict[int, str]] = {
        name: {0: "n", 1: "references", 2: "pair_tokens"} for name in names
    }
    axes["values"] = {0: "n"}
    buffer = io.BytesIO()
    wrapped = Values().eval()
    with quiet(), torch.no_grad():
        try:
            torch.onnx.export(
                wrapped,
                (ids, mask, types),
                buffer,
                input_names=names,
                output_names=["values"],
                dynamic_axes=axes,
                opset_version=opset,
                dynamo=False,
            )
        except Exception as error:
            raise ExportError(f"{type(model.inner).__name__} cannot be traced: {error}") from error
    graph = onnx.load_from_string(buffer.getvalue())
    graph.producer_name = "qualmetrics"
    return graph


def head_weights(graph: Any) -> list[str]:
    """Return the names of matrices with a few columns: heads, which are not quantised."""
    return [i.name for i in graph.graph.initializer if len(i.dims) == 2 and min(i.dims) <= 8]


# -- the bundle -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class PairModel:
    """A trained two-text model, and how it is read."""

    model: Any
    directory: Path
    name: str
    tokens: PairTokens
    reading: Reading


def pair_input(model: Any, directory: Path, scratch: Path, name: str, **options: Any) -> PairTokens:
    """Return the input of a model, with its tokenizer written to a scratch folder."""
    tokenizer: Encoder = export_tokenizer(model.inner, directory, scratch / "tokenizer", name)
    return PairTokens(tokenizer, **options)


def write_pair_model(
    made: PairModel,
    spec: Spec,
    scratch: Path,
    *,
    quantised: bool,
    pairs: Sequence[tuple[str, str]],
) -> tuple[Scorer, dict[str, Any]]:
    """Return the scorer of a trained model, with a report of parity and of what int8 costs.

    ``pairs`` are (text, reference) on which both are measured. The files lie in ``scratch``.

    Raises
    ------
    ExportError
        When a value differs from torch by more than 1e-5.
    """
    torch = torch_library()
    model = made.model.to("cpu").float().eval()
    graph = pair_graph(model, made.reading)
    scorer = _stored(graph, scratch / "float32.onnx", made, spec)
    texts, references = [a for a, _ in pairs], [b for _, b in pairs]
    with torch.no_grad():
        encoded = [made.tokens.pair(text=a, reference=b) for a, b in pairs]
        expected = value_of(outputs_of(model, encoded, "cpu").numpy(), made.reading)
    before = scorer(texts, references).primary
    worst = float(np.abs(before - expected).max(initial=0.0))
    if not worst <= PARITY:
        raise ExportError(f"{made.name} differs from torch by {worst:.3g}, more than {PARITY:g}")
    parity = {"pairs": len(pairs), "max_difference": float(f"{worst:.1e}")}
    report: dict[str, Any] = {"parity": parity}
    if quantised:
        small = quantise(graph, keep=head_weights(graph))
        scorer = _stored(small, scratch / "int8.onnx", made, spec)
        after = scorer(texts, references).primary
        report["int8"] = {
            "pairs": len(pairs),
            "kendall_tau": round(kendall_tau(before, after), 4),
            "mean_difference": round(float(np.abs(before - after).mean()), 4),
        }
    return scorer, report


def _stored(graph: Any, path: Path, made: PairModel, spec: Spec) -> Scorer:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(graph.SerializeToString(deterministic=True))
    initial = {item.name for item in graph.graph.initializer}
    reads = {item.name for item in graph.graph.input} - initial
    layout = tuple((name, item) for name, item in made.tokens.layout.items() if name in reads)
    forward = OnnxForward(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), layout)
    return pair_scorer(spec, made.tokens, forward)


def run_folders(folder: Path) -> tuple[Path, Path]:
    """Return where checkpoints and scratch files of a run lie: beside the bundle."""
    home = folder.with_name(f"{folder.name}.run")
    scratch = folder.with_name(f".{folder.name}-scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    return home, scratch


Evaluate = Callable[[], Mapping[str, float]]

__all__ = [
    "PairModel",
    "Reading",
    "outputs_of",
    "pair_graph",
    "pair_input",
    "pair_module",
    "run_folders",
    "value_of",
    "write_pair_model",
]
