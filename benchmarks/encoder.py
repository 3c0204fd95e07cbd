"""Measures an int8 encoder bundle against the float32 one it was made of, and against torch.

``python benchmarks/encoder.py --float32 FOLDER [--int8 FOLDER] [--weights HF_FOLDER]``

Prints size, agreement (cosine) over real texts, how far a row moves with its batch, how many sums
would saturate on a CPU without VNNI, and speed in CPU seconds of one thread, best of several turns
taken by all in alternation. Texts: $QUALMETRICS_DATA/stsb_multi, English, dev split.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from qualmetrics.core import Rows
from qualmetrics.encoder import Encoder, Policy, Vectors, load_encoder

FLAGS = ("avx2", "avx512f", "avx512bw", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8")
SHAPES = ((32, 32), (8, 128), (4, 256))
TURNS = 12


def main() -> None:
    """Measure one bundle against another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--float32", type=Path, required=True)
    parser.add_argument("--int8", default="minilm")
    parser.add_argument("--weights", type=Path, help="Hugging Face folder, to time torch on it")
    parser.add_argument("--texts", type=int, default=400)
    given = parser.parse_args()
    plain, small = load_encoder(given.float32), load_encoder(given.int8)
    texts = real_texts(given.texts)
    machine()
    for encoder in (plain, small):
        size = sum(file.stat().st_size for file in Path(encoder.folder).glob("*.onnx"))
        print(f"{encoder.part}: {size / 1e6:.2f} MB")
    agreement(plain, small, texts)
    for encoder in (plain, small):
        invariance(encoder, texts)
    saturation(small, texts[:16])
    speed(plain, small, given.weights)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this whole program: {peak:.0f} MiB")


def real_texts(n: int) -> list[str]:
    """Return up to ``n`` distinct texts, spread over the file."""
    data = Path(os.environ["QUALMETRICS_DATA"]) / "stsb_multi" / "stsb.train_dev.jsonl.gz"
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    dev = [r for r in rows if r["lang"] == "en" and r["split"] == "dev"]
    texts = list(dict.fromkeys(text for row in dev for text in (row["a"], row["b"])))
    return texts[:: max(1, len(texts) // n)][:n]


def machine() -> None:
    """Print what the figures hold for."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    found = next((line.split() for line in lines if line.startswith("flags")), [])
    flags = " ".join(flag for flag in FLAGS if flag in found)
    print(f"CPU: {platform.machine()}, flags {flags or 'unknown'}; onnxruntime", end=" ")
    print(f"{onnxruntime.__version__}, numpy {np.__version__}, {platform.python_version()}")


# -- agreement ------------------------------------------------------------------------------------


def cosine(a: Any, b: Any) -> Any:
    """Return the cosines of aligned vectors."""
    return (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))


def agreement(plain: Encoder, small: Encoder, texts: list[str]) -> None:
    """Compare states, pooled vectors and the cosines of pairs."""
    print(f"cosine int8 to float32 over {len(texts)} texts: mean, least")
    rows = Rows(tuple(texts))
    for layer in range(plain.layers + 1):
        ours, theirs = (Vectors("text", e, layer).read(rows).arrays for e in (small, plain))
        there = theirs["text_mask"] > 0
        found = cosine(ours["text_vectors"][there], theirs["text_vectors"][there])
        print(f"  tokens, layer {layer}: {found.mean():.5f} {found.min():.5f} (n {len(found)})")
    pooled = [
        Vectors("text", e, -1, "mean").read(rows).arrays["text_vector"] for e in (small, plain)
    ]
    found = cosine(*pooled)
    print(f"  pooled: {found.mean():.5f} {found.min():.5f}")
    table = cosine(small.table(), plain.table())
    print(f"  embedding table: {table.mean():.5f} {table.min():.5f}")
    pairs = (
        [p[0::2][: len(texts) // 2] for p in pooled],
        [p[1::2][: len(texts) // 2] for p in pooled],
    )
    scores = [cosine(a, b) for a, b in zip(*pairs, strict=True)]
    print(
        f"  cosine of a pair moves by at most {np.abs(scores[0] - scores[1]).max():.4f},", end=" "
    )
    print(f"Kendall tau over {len(scores[0])} unlike pairs {tau(*scores):.4f}")


def tau(a: Any, b: Any) -> float:
    """Return Kendall's tau (ties count as neither)."""
    upper = np.triu_indices(len(a), 1)
    signs = [np.sign(np.subtract.outer(x, x)[upper]) for x in (a, b)]
    return float((signs[0] * signs[1]).mean())


# -- invariance -----------------------------------------------------------------------------------


def invariance(encoder: Encoder, texts: list[str]) -> None:
    """Compare a row alone with the same row in company, straight through the graph."""
    few = encoder.tokenize(texts[:64], policy=Policy())
    (long,) = encoder.tokenize([" ".join(texts)], policy=Policy("cut", encoder.max_tokens))
    for threads in (1, 2):
        one = Encoder(encoder.folder, encoder.sha256, threads=threads)
        alone = [states(one, [row.ids])[0] for row in few]
        order = np.random.default_rng(0).permutation(len(few))
        shuffled = states(one, [few[i].ids for i in order])
        company = {
            "batch of 64": states(one, [row.ids for row in few]),
            "shuffled": [shuffled[i] for i in np.argsort(order)],
            f"beside {len(long.ids)} tokens": [
                states(one, [row.ids, long.ids])[0] for row in few[:16]
            ],
        }
        for name, found in company.items():
            pairs = list(zip(found, alone, strict=False))
            worst = max(float(np.abs(a - b).max()) for a, b in pairs)
            unit = max(float(np.abs(pooled(a) - pooled(b)).max()) for a, b in pairs)
            print(f"{encoder.name}, {threads} threads, {name} against alone:", end=" ")
            print(f"states {worst:.1e}, pooled {unit:.1e}")


def states(encoder: Encoder, rows: list[Any]) -> list[Any]:
    """Return the last layer's states of each row, from one run of the graph."""
    shape = len(rows), max(map(len, rows))
    ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    out = encoder.states(ids, mask, encoder.layers)
    return [out[i, : len(row)] for i, row in enumerate(rows)]


def pooled(found: Any) -> Any:
    """Return the mean state at length 1."""
    mean = found.mean(axis=0)
    return mean / np.linalg.norm(mean)


# -- saturation -----------------------------------------------------------------------------------


def saturation(encoder: Encoder, texts: list[str]) -> None:
    """Count sums of two neighbouring products beyond 16 bits: AVX2 without VNNI would cut them."""
    try:
        import onnx
    except ImportError:
        print("saturation: not counted, the package onnx is not installed")
        return
    model = onnx.load(Path(encoder.folder) / "model.onnx")
    weights = {item.name: item for item in model.graph.initializer}
    products = [n.input[:2] for n in model.graph.node if n.op_type == "MatMulInteger"]
    sources = sorted({a for a, _ in products})
    kind = onnx.TensorProto.UINT8
    model.graph.output.extend(onnx.helper.make_tensor_value_info(a, kind, None) for a in sources)
    run = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    total = beyond = 0
    for row in encoder.tokenize(texts, policy=Policy()):
        feeds = {"input_ids": row.ids[None], "attention_mask": np.ones_like(row.ids)[None]}
        found = dict(zip(sources, run.run(sources, feeds), strict=True))
        for source, name in products:
            matrix = onnx.numpy_helper.to_array(weights[name]).astype(np.int32)
            left = found[source][0].astype(np.int32)
            for token in left:
                terms = token[:, None] * matrix
                sums = terms[0::2] + terms[1::2]
                total, beyond = total + sums.size, beyond + int((np.abs(sums) > 32767).sum())
    print(f"saturation: {beyond} of {total} pair sums would not fit 16 bits")


# -- speed ----------------------------------------------------------------------------------------


def speed(plain: Encoder, small: Encoder, weights: Path | None) -> None:
    """Time all encoders in turn, so that a busy machine disturbs them alike."""
    rng = np.random.default_rng(0)
    for n, length in SHAPES:
        ids = rng.integers(1_000, 30_000, (n, length))
        mask = np.ones_like(ids)
        runs: dict[str, Callable[[], Any]] = {
            "onnx float32": lambda ids=ids, mask=mask: plain.states(ids, mask, plain.layers),
            "onnx int8": lambda ids=ids, mask=mask: small.states(ids, mask, small.layers),
        }
        if weights is not None:
            runs["torch float32"] = torch_run(weights, ids, mask)
        best = dict.fromkeys(runs, float("inf"))
        for _ in range(TURNS):
            for name, run in runs.items():
                start = time.process_time()
                run()
                best[name] = min(best[name], time.process_time() - start)
        line = ", ".join(f"{name} {ids.size / t:,.0f}" for name, t in best.items())
        print(f"tokens per CPU second, {n} x {length}, 1 thread: {line}")


def torch_run(weights: Path, ids: Any, mask: Any) -> Callable[[], Any]:
    """Return a call of the original model in torch."""
    import torch
    import transformers

    torch.set_num_threads(1)
    model = transformers.AutoModel.from_pretrained(weights).eval()
    given = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def run() -> Any:
        with torch.no_grad():
            return model(**given).last_hidden_state

    return run


if __name__ == "__main__":
    main()
