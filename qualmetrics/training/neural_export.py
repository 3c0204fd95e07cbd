"""From a trained module to a bundle that runs without torch, with proof that both agree."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer, Spec
from qualmetrics.encoder import Encoder, Vectors, load_encoder
from qualmetrics.errors import ExportError
from qualmetrics.neural_ranker import Head, neural_ranker, reading
from qualmetrics.onnx import export, load
from qualmetrics.onnx.quantise import quantise_encoder
from qualmetrics.testing import TEXTS
from qualmetrics.training.config import plain
from qualmetrics.training.data import Examples
from qualmetrics.training.export_encoder import export_encoder
from qualmetrics.training.loop import State, torch_library
from qualmetrics.training.measure import pair_accuracy
from qualmetrics.training.result import Trained

if TYPE_CHECKING:
    from qualmetrics.training.transformer import TransformerConfig

PARITY = 1e-5
"""Largest difference of a score to torch that is accepted, relative to max(1, |score|)."""

PARITY_TEXTS = 64
AGREEMENT_TEXTS = 400
"""Texts on which int8 is compared with float32."""

LAW_TOLERANCE = 1e-6
"""How far a score may differ alone and in a batch, relative to max(1, |score|)."""

Parts = tuple[Mapping[str, Examples], Mapping[str, Examples]]


def write_ranker(
    model: Any,
    directory: Path,
    config: TransformerConfig,
    folder: Path,
    state: State,
    parts: Parts,
) -> Trained:
    """Write a trained ranker's bundle, its forms, ``training.json`` and a draft of its card.

    Raises
    ------
    ExportError
        When a score differs from torch by more than 1e-5.
    """
    train, held = parts
    scratch = folder.with_name(f".{folder.name}-export")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        full = export_module(model.encoder, directory, scratch, config.name, config.licence)
        head = _head(model, config)
        plain_scorer = _scorer(load_encoder(full), head, config, train)
        texts = _texts(held or train)
        report = {
            **_read(train, held),
            "steps": state.step,
            "best_step": state.best_step,
            "seconds": round(state.seconds, 1),
            "parity": _parity(model, plain_scorer, [*TEXTS, *texts[:PARITY_TEXTS]]),
            "dev": {"float32": _accuracy(plain_scorer, held), "length_only": _length_only(held)},
            "versions": {name: version(name) for name in ("torch", "transformers", "qualmetrics")},
        }
        scorer = plain_scorer
        if config.quantise:
            small = quantise_encoder(full, scratch / "int8", name=f"{config.name}-int8")
            scorer = _scorer(load_encoder(small), head, config, train)
            report["int8"] = agreement(plain_scorer, scorer, texts)
            report["dev"]["int8"] = _accuracy(scorer, held)
        export(scorer, folder, overwrite=True)
        if config.text_form:
            report["text_form"] = _text_form(scorer, folder, config)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    report["bytes"] = sum(
        f.stat().st_size for f in folder.rglob("*") if f.is_file() and "text" not in f.parts
    )
    write_run(folder, plain(config), state, report)
    (folder / "card.md").write_text(_card(config, report), encoding="utf-8")
    return Trained(load(folder), folder, tuple(state.history), report)


def export_module(encoder: Any, directory: Path, scratch: Path, name: str, licence: str) -> Path:
    """Write a torch encoder as a float32 encoder bundle; ``directory`` has its tokenizer."""
    source = scratch / "weights"
    source.mkdir(parents=True)
    encoder.to("cpu").float().eval()
    encoder.save_pretrained(source)
    # modules.json, which may say that vectors are normalised, stays behind: the head saw others.
    for pattern in ("tokenizer*", "vocab*", "special_tokens*", "merges*", "spiece*",
                    "sentence_bert_config.json", "sentencepiece*"):  # fmt: skip
        for file in directory.glob(pattern):
            shutil.copyfile(file, source / file.name)
    return export_encoder(source, scratch / "float32", name=name, licence=licence)


def _head(model: Any, config: TransformerConfig) -> Head:
    weights, bias = (p.detach().cpu().float().numpy() for p in model.head.parameters())
    limits = (config.limits[0], config.limits[1]) if config.limits else None
    return Head(weights.T, bias, limits)


def _scorer(
    encoder: Encoder, head: Head, config: TransformerConfig, train: Mapping[str, Examples]
) -> Scorer:
    criteria = next(iter(train.values())).criteria
    outputs = (config.name,) if len(criteria) == 1 else criteria
    spec = Spec(
        config.name,
        version=config.version,
        description=config.description
        or f"A neural ranker trained on pairs; higher means more {config.increases_with}.",
        languages=config.languages,
        family="ranker",
        outputs=outputs,
        primary=outputs[0],
        increases_with=config.increases_with,
        unit="log-odds" if head.limits is None else "",
        licence=config.licence,
        tolerance=LAW_TOLERANCE,
    )
    vectors = Vectors("text", encoder, -1, config.pool, config.reading(), normalise=False)
    return neural_ranker(spec, vectors, head)


def _texts(parts: Mapping[str, Examples]) -> list[str]:
    """Return some texts of all sources, taken in turn."""
    several = [part.texts for part in parts.values()]
    found: dict[str, None] = {}
    for i in range(max(map(len, several), default=0)):
        found |= dict.fromkeys(texts[i] for texts in several if i < len(texts))
        if len(found) >= AGREEMENT_TEXTS:
            break
    return list(found)[:AGREEMENT_TEXTS]


def _read(train: Mapping[str, Examples], held: Mapping[str, Examples]) -> dict[str, Any]:
    def counted(parts: Mapping[str, Examples]) -> dict[str, Any]:
        return {name: {"texts": len(p.texts), "pairs": p.n_pairs} for name, p in parts.items()}

    return {"train": counted(train), "held_out": counted(held)}


# -- proof ----------------------------------------------------------------------------------------


def _parity(model: Any, scorer: Scorer, texts: Sequence[str]) -> dict[str, Any]:
    """Compare scores with torch on whole texts, windows included."""
    torch = torch_library()
    (item,) = scorer.inputs
    if not isinstance(item, Vectors):
        raise ExportError(f"{scorer.spec.name} reads no vectors")
    found = scorer(texts)
    expected = np.full_like(found.values, np.nan)
    model = model.to("cpu").float().eval()
    for i, row in enumerate(item.encoder.tokenize(texts, policy=item.policy)):
        if not row.n_words:
            continue
        with torch.no_grad():
            parts = [
                model(*(torch.from_numpy(a)[None] for a in (row.ids[w], np.ones(len(w), np.int64))))
                for w in row.windows
            ]
        weights = np.array([len(w) for w in row.windows], dtype=np.float64)
        raw = np.average(np.concatenate([p.numpy() for p in parts]), axis=0, weights=weights)
        expected[i] = raw
    limits = scorer.forward.limits  # type: ignore[attr-defined]
    if limits is not None:
        expected = limits[0] + (limits[1] - limits[0]) / (1 + np.exp(-expected))
    apart = np.abs(found.values - expected) / np.maximum(1, np.abs(expected))
    worst = float(np.nanmax(apart, initial=0.0))
    if not (worst <= PARITY and np.array_equal(np.isnan(expected), np.isnan(found.values))):
        raise ExportError(
            f"scores of {scorer.spec.name} differ from torch by {worst:.3g}, more than {PARITY:g}"
        )
    return {"texts": len(texts), "max_difference": float(f"{worst:.1e}")}


def agreement(plain_scorer: Scorer, small: Scorer, texts: Sequence[str]) -> dict[str, Any]:
    """Return how far int8 orders texts as float32 does: Kendall's tau, and the differences."""
    before, after = plain_scorer(texts).primary, small(texts).primary
    there = np.isfinite(before) & np.isfinite(after)
    before, after = before[there], after[there]
    return {
        "texts": len(before),
        "kendall_tau": round(kendall_tau(before, after), 4),
        "mean_difference": round(float(np.abs(before - after).mean()), 4),
        "standard_deviation": round(float(before.std()), 4),
    }


def kendall_tau(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return Kendall's tau-b of two rows of numbers, by all their pairs."""
    x, y = (np.sign(v[:, None] - v[None, :]) for v in (a, b))
    down = np.sqrt(np.square(x).sum() * np.square(y).sum())
    return float((x * y).sum() / down) if down else float("nan")


def _accuracy(scorer: Scorer, held: Mapping[str, Examples]) -> dict[str, float]:
    return {name: _pairs_right(scorer(part.texts).values, part) for name, part in held.items()}


def _length_only(held: Mapping[str, Examples]) -> dict[str, float]:
    """Return what the number of words alone gets right."""
    return {
        name: _pairs_right(np.array([[len(text.split())] for text in part.texts], float), part)
        for name, part in held.items()
    }


def _pairs_right(values: NDArray[np.float64], part: Examples) -> float:
    wide = np.broadcast_to(values, (len(values), part.p.shape[1]))
    return round(pair_accuracy(wide, part.pairs, part.p), 4)


# -- what else lies in the folder -----------------------------------------------------------------


def _text_form(scorer: Scorer, folder: Path, config: TransformerConfig) -> str:
    cut = reading(scorer, "cut", config.max_tokens)
    try:
        export(cut, folder / "text", graph="text")
    except ExportError as error:
        return f"none: {error}"
    return load(folder / "text").signature


def write_run(
    folder: Path, config: Mapping[str, Any], state: State, report: Mapping[str, Any]
) -> None:
    """Write ``training.json``: settings, history, report."""
    data = {"config": config, "report": report, "history": state.history}
    text = json.dumps(data, indent=1, ensure_ascii=False, default=str)
    (folder / "training.json").write_text(text + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _card(config: TransformerConfig, report: Mapping[str, Any]) -> str:
    rows = [
        f"| {kind} | {name} | {value:.3f} |"
        for kind, values in report["dev"].items()
        for name, value in values.items()
    ]
    trained = [f"| {n} | {c['texts']} | {c['pairs']} |" for n, c in report["train"].items()]
    small = report.get("int8")
    lines = [
        f"# {config.name}",
        "",
        f"A neural ranker; its score increases with {config.increases_with}.",
        "Draft: say here what it is for, whom it was made for, and where it fails.",
        "",
        "## Data",
        "",
        "| source | texts | pairs |",
        "|---|---|---|",
        *trained,
        "",
        "## Pair accuracy on held-out groups",
        "",
        "| scorer | source | pair accuracy |",
        "|---|---|---|",
        *rows,
        "",
        f"Largest difference to torch: {report['parity']['max_difference']:.1e}.",
    ]
    if small:
        lines.append(
            f"int8 orders {small['texts']} texts as float32 does to a Kendall tau of "
            f"{small['kendall_tau']}."
        )
    lines += ["", f"Licence of what it was made from: {config.licence or 'not given'}.", ""]
    return "\n".join(lines)


__all__ = ["agreement", "digest", "export_module", "kendall_tau", "write_ranker", "write_run"]
