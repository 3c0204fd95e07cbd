"""Exports transformer encoders: a Hugging Face directory -> an encoder bundle, with its parity.

The graph reads ``input_ids`` and ``attention_mask``, both int64 ``(batch, tokens)``, and gives one
float32 output per layer, ``layer_0`` (what the embeddings give) to ``layer_L`` (the encoder's last
hidden state). Needs the extra ``train``; what it writes is run without torch.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.encoder.bundle import FORMAT, Encoder, stamp
from qualmetrics.encoder.long_texts import Policy
from qualmetrics.errors import ExportError, MissingExtraError

TOLERANCE = 3e-6
"""Largest difference to torch that is accepted, relative to the largest state of the layer."""

PARITY_TEXTS = (
    "A short sentence.",
    (
        "The committee will publish its report on the state of the harbour, which took two years "
        "to write, before the end of the month; nobody expects it to be read."
    ),
    "Ω, naïve café № 7 — 東京 🙂 don't",
    "word " * 200,
)
PARITY_SHAPES = ((0,), (1, 0), (2, 1, 0, 0), (3, 0))
"""Which texts make a batch: alone, and padded beside shorter and longer ones."""


@dataclass(frozen=True)
class _Source:
    """What is known of a model directory beside its weights."""

    folder: Path
    max_tokens: int
    max_positions: int
    pooling: str
    normalise: bool


def export_encoder(
    source: str | Path,
    folder: str | Path,
    *,
    name: str | None = None,
    revision: str | None = None,
    layer: int | None = None,
    opset: int = 17,
    attention: str | None = None,
    licence: str = "",
    overwrite: bool = False,
) -> Path:
    """Write an encoder to a bundle folder and return its path.

    Parameters
    ----------
    source : path or str
        A Hugging Face or sentence-transformers directory, or a hub id with a ``revision``.
    folder : path
        Made where it does not exist; nothing is left behind when the export fails.
    name : str, optional
        What signatures call it; by default the last part of ``source``.
    revision : str, optional
        The commit of a hub id, 40 hexadecimal digits: a branch may move, a signature may not.
    layer : int, optional
        Leave out the layers above this one.
    opset : int
        Of the ONNX operators.
    attention : {"sdpa", "eager"}, optional
        How torch computes attention; by default eager, whose graph is the faster one on a CPU
        (sdpa is traced with a guard against NaN over every attention matrix).
    licence : str
        Of the weights, for the record.
    overwrite : bool
        Replace an encoder bundle that is there.

    Raises
    ------
    ExportError
        When the graph cannot be made or differs from torch by more than 3e-6 of the layer's
        largest state.
    MissingExtraError
        Without the extra ``train``.
    """
    path = Path(folder).resolve()
    if path.exists() and any(path.iterdir()) and not (overwrite and (path / FILE).is_file()):
        raise ExportError(f"{path} is not empty; pass overwrite=True to replace a bundle there")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        directory = model_directory(source, revision)
        model = load_model(directory, attention)
        _keep_layers(model, layer)
        _write(model, directory, draft, name or Path(source).name, opset, licence)
        if path.exists():
            shutil.rmtree(path)
        draft.rename(path)
        path.chmod(0o755)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return path


FILE = "encoder.json"


def _libraries() -> tuple[Any, Any]:
    try:
        import onnx  # noqa: F401
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train", "exporting an encoder") from None
    return torch, transformers


def model_directory(source: str | Path, revision: str | None) -> Path:
    """Return a local directory; a hub id goes through the hub's own client, pinned."""
    path = Path(source)
    if path.is_dir():
        return path.resolve()
    if revision is None or len(revision) != 40:
        raise ExportError(
            f"{str(source)!r} is no directory here. For a hub id pass revision= with the 40 "
            "hexadecimal digits of a commit: a name alone may mean other weights tomorrow"
        )
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise MissingExtraError("huggingface_hub", "train", "reading a hub id") from None
    patterns = ["*.json", "*.txt", "*.model", "model*.safetensors"]
    found = snapshot_download(str(source), revision=revision, allow_patterns=patterns)
    return Path(found)


def load_model(directory: Path, attention: str | None = None) -> Any:
    """Return an encoder in torch, in float32; attention is eager unless said otherwise."""
    _, transformers = _libraries()
    config = transformers.AutoConfig.from_pretrained(directory)
    kind = transformers.AutoModel
    if config.model_type in ("t5", "mt5"):
        kind = transformers.T5EncoderModel
    try:
        with quiet(transformers):
            model = kind.from_pretrained(directory, attn_implementation=attention or "eager")
    except (OSError, ValueError) as error:
        raise ExportError(f"{directory} cannot be loaded: {error}") from error
    model.config.use_cache = False
    return model.eval().float()


def _keep_layers(model: Any, layer: int | None) -> None:
    if layer is None:
        return
    stack = stack_of(model)
    if stack is None:
        raise ExportError(
            f"cannot find the layers of a {type(model).__name__} to cut them at {layer}"
        )
    if not 0 < layer <= len(stack):
        raise ExportError(f"layer {layer} is not among 1 to {len(stack)}")
    del stack[layer:]
    model.config.num_hidden_layers = layer


def stack_of(model: Any) -> Any:
    """Return the list of an encoder's layers, from below; None where it has none of its own."""
    for owner in model.modules():
        stack: Any = getattr(owner, "layer", None)
        stack = stack if stack is not None else getattr(owner, "layers", None)
        if hasattr(stack, "__delitem__") and len(stack) == model.config.num_hidden_layers:
            return stack
    return None


def _write(model: Any, directory: Path, path: Path, name: str, opset: int, licence: str) -> None:
    data = describe(model, directory, path, name)
    graph = trace(model, opset)
    data["layers"] = len(graph.graph.output) - 1
    data |= {
        "quantisation": "none",
        "table": {"values": TABLE},
        "licence": licence,
        "source": {file.name: _digest(file) for file in _weights(directory)},
    }
    stamp(graph, data)
    (path / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    data["files"] = {f: _digest(path / f) for f in ("model.onnx", "tokenizer.json")}
    write_json(path / FILE, data)
    encoder = Encoder(str(path), _digest(path / FILE))
    data["parity"] = parity(model, encoder, min(data["max_positions"], 200))
    write_json(path / FILE, data)


def describe(model: Any, directory: Path, path: Path, name: str) -> dict[str, Any]:
    """Write a model directory's tokenizer to a folder; return what is known beside the weights."""
    tokenizer = _tokenizer(directory)
    (path / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    source = _describe_source(directory, model.config, tokenizer)
    return {
        "format": FORMAT,
        "name": name,
        "architecture": type(model).__name__,
        "layers": int(model.config.num_hidden_layers),
        "width": int(model.config.hidden_size),
        "vocabulary": int(model.get_input_embeddings().weight.shape[0]),
        "max_tokens": source.max_tokens,
        "max_positions": source.max_positions,
        "pooling": source.pooling,
        "normalise": source.normalise,
    }


def export_tokenizer(model: Any, directory: Path, folder: Path, name: str) -> Encoder:
    """Write the tokenizer of a model as an encoder that can tokenise and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    data = describe(model, directory, folder, name)
    data["table"] = {}
    data["files"] = {"tokenizer.json": _digest(folder / "tokenizer.json")}
    write_json(folder / FILE, data)
    return Encoder(str(folder), _digest(folder / FILE))


TABLE = "table"
"""Name of the input-embedding matrix in the graph."""


def trace(model: Any, opset: int = 17) -> Any:
    """Return the ``onnx.ModelProto`` of an encoder, with one output per layer."""
    torch, _ = _libraries()
    import onnx

    wrapped = _layers_module(model)
    ids = torch.ones((2, 7), dtype=torch.int64) * 3
    mask = torch.ones((2, 7), dtype=torch.int64)
    mask[1, 5:] = 0
    with torch.no_grad():
        outputs = [f"layer_{i}" for i in range(len(wrapped(ids, mask)))]
    axes = {key: {0: "batch", 1: "tokens"} for key in ("input_ids", "attention_mask", *outputs)}
    buffer = io.BytesIO()
    with quiet(), torch.no_grad():
        try:
            torch.onnx.export(
                wrapped,
                (ids, mask),
                buffer,
                input_names=["input_ids", "attention_mask"],
                output_names=outputs,
                dynamic_axes=axes,
                opset_version=opset,
                dynamo=False,
            )
        except Exception as error:
            raise ExportError(f"{type(model).__name__} cannot be traced: {error}") from error
    graph = onnx.load_from_string(buffer.getvalue())
    _name_table(graph, wrapped, model)
    graph.producer_name = "qualmetrics"
    return graph


def _layers_module(model: Any) -> Any:
    torch, _ = _libraries()

    class Layers(torch.nn.Module):  # type: ignore[misc, name-defined]
        """All hidden states; the last is what the model itself calls its last."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            out = self.model(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
            )
            return (*out.hidden_states[:-1], out.last_hidden_state)

    return Layers().eval()


def _name_table(graph: Any, wrapped: Any, model: Any) -> None:
    """Give the input-embedding matrix a name that does not depend on the architecture."""
    weight = model.get_input_embeddings().weight
    names = {name for name, item in wrapped.named_parameters() if item is weight}
    for item in graph.graph.initializer:
        if item.name in names:
            old, item.name = item.name, TABLE
            for node in graph.graph.node:
                for i, key in enumerate(node.input):
                    if key == old:
                        node.input[i] = TABLE
            return
    raise ExportError(f"the graph of {type(model).__name__} holds no input-embedding matrix")


# -- what stands beside the weights ---------------------------------------------------------------


def _tokenizer(directory: Path) -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtraError("tokenizers", "onnx", "exporting an encoder") from None
    file = directory / "tokenizer.json"
    if file.is_file():
        made = tokenizers.Tokenizer.from_file(str(file))
    else:
        _, transformers = _libraries()
        with quiet():
            made = transformers.AutoTokenizer.from_pretrained(directory).backend_tokenizer
    made.no_padding()
    made.no_truncation()
    return made


def _describe_source(directory: Path, config: Any, tokenizer: Any) -> _Source:
    pooling, normalise = _pooling(directory)
    positions = int(getattr(config, "max_position_embeddings", 0) or 512)
    if config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        positions -= int(config.pad_token_id or 0) + 1  # their positions start after the padding
    limits = [
        positions,
        _read(directory / "sentence_bert_config.json").get("max_seq_length"),
        _read(directory / "tokenizer_config.json").get("model_max_length"),
    ]
    usable = min(int(limit) for limit in limits if limit)
    return _Source(directory, usable, positions, pooling, normalise)


def _pooling(directory: Path) -> tuple[str, bool]:
    modules = _read(directory / "modules.json")
    kinds = [str(item.get("type", "")) for item in modules] if isinstance(modules, list) else []
    settings = _read(directory / "1_Pooling" / "config.json")
    pooling = "mean"
    if settings.get("pooling_mode_cls_token") or settings.get("pooling_mode") == "cls":
        pooling = "cls"
    return pooling, any(kind.endswith("Normalize") for kind in kinds)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _weights(directory: Path) -> list[Path]:
    return sorted([*directory.glob("*.safetensors"), *directory.glob("pytorch_model*.bin")])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write plain data as JSON in a fixed form."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


# -- proof ----------------------------------------------------------------------------------------


def parity(model: Any, encoder: Any, max_tokens: int) -> dict[str, Any]:
    """Compare every layer with torch on batches of several shapes.

    Raises
    ------
    ExportError
        When a state differs by more than ``TOLERANCE`` of the layer's largest.
    """
    encoded = encoder.tokenize(PARITY_TEXTS, policy=Policy("cut", max_tokens))
    worst = 0.0
    for batch in PARITY_SHAPES:
        ids, mask = _pad([encoded[i].ids for i in batch])
        expected = _torch_states(model, ids, mask)
        for layer, ours in enumerate(expected):
            found = encoder.states(ids, mask, layer)
            there = mask[:, :, None] > 0
            scale = max(1.0, float(np.abs(np.where(there, ours, 0)).max()))
            worst = max(worst, float(np.abs(np.where(there, found - ours, 0)).max()) / scale)
    if not worst <= TOLERANCE:
        raise ExportError(
            f"the graph of {type(model).__name__} differs from torch by {worst:.3g}, more than "
            f"{TOLERANCE:g}; try attention='eager' or another opset"
        )
    return {"batches": len(PARITY_SHAPES), "max_difference": float(f"{worst:.0e}")}


def _pad(rows: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    longest = max(map(len, rows))
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    return ids, mask


def _torch_states(model: Any, ids: Any, mask: Any) -> list[NDArray[np.float32]]:
    torch, _ = _libraries()
    with torch.no_grad():
        outputs = _layers_module(model)(torch.from_numpy(ids), torch.from_numpy(mask))
    return [item.numpy() for item in outputs]


@contextmanager
def quiet(transformers: Any = None) -> Iterator[None]:
    """Hold back what the exporter and the loader report about parts that are not used."""
    before = logging.root.manager.disable
    bars: Any = getattr(getattr(transformers, "utils", None), "logging", None)
    shown = bars.is_progress_bar_enabled() if bars else False
    logging.disable(logging.WARNING)
    if shown:
        bars.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        if shown:
            bars.enable_progress_bar()
