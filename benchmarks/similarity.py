"""Speed, memory and batch invariance of BERTScore beside bert-score and torchmetrics, in one run.

Usage::

    python benchmarks/similarity.py [--rounds 3]

with QUALMETRICS_DATA, QUALMETRICS_MINILM and QUALMETRICS_MINILM_INT8 (folders of encoder bundles)
and MINILM_TORCH (folder of the same model for torch) in the environment.

All use the last layer of all-MiniLM-L6-v2, one thread, the same texts: real summaries against a
reference (summ_human), for 4,096 pairs also sentence pairs (stsb_multi). The GRPO load is 64
prompts with 8 completions each. Every figure comes from a process of its own that has scored two
pairs before; the systems take turns, CPU seconds are the least over rounds, peak memory the most;
4,096 pairs are scored once. A process that asks for more memory than ``--memory`` GB is stopped,
and the table says so. References of the GRPO load are prepared before the call (the cache of an
earlier step) or within it, as stated. A peer that is not installed is skipped with a line.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

LAYER = 6
WARM = (["A first text.", "Another one, longer."], ["A text.", "One more text to compare with."])
Score = Callable[[Sequence[str], Sequence[str]], Any]


# -- texts ----------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def documents(folder: Path) -> list[tuple[str, list[str]]]:
    """Return (reference, summaries by systems) of each article."""
    found = []
    for name in ("realsumm", "summeval"):
        for row in _rows(folder / "summ_human" / f"{name}.dev.jsonl.gz"):
            texts = [output["hyp"] for output in row["outputs"]]
            found.append((row["refs"][0], list(dict.fromkeys(texts))))
    return found


def load_texts(name: str) -> tuple[list[str], list[str]]:
    """Return texts and references of a load: ``grpo``, or a number of pairs."""
    folder = Path(os.environ["QUALMETRICS_DATA"])
    if name == "grpo":
        groups = [(ref, texts[:8]) for ref, texts in documents(folder) if len(texts) >= 8][:64]
        return [t for _, texts in groups for t in texts], [r for r, texts in groups for _ in texts]
    pairs = [(text, ref) for ref, texts in documents(folder) for text in texts]
    random.Random(0).shuffle(pairs)  # noqa: S311 - the same order each time
    if int(name) > len(pairs):
        rows = _rows(folder / "stsb_multi" / "stsb.train_dev.jsonl.gz")
        pairs += [(row["a"], row["b"]) for row in rows if row["lang"] == "en"]
    pairs = pairs[: int(name)]
    return [a for a, _ in pairs], [b for _, b in pairs]


# -- systems --------------------------------------------------------------------------------------


def ours(variable: str) -> Score:
    """Return our scorer, set up to match special tokens as bert-score does."""
    import qualmetrics as qm

    folder = os.environ[variable]
    return qm.get("bertscore", encoder=folder, layer=LAYER, specials="match", max_tokens=512)


def _compat() -> Score:
    from qualmetrics.compat.bert_score import BERTScorer

    scorer = BERTScorer(model_type=os.environ["QUALMETRICS_MINILM"], num_layers=LAYER)
    return lambda texts, refs: np.stack(scorer.score(list(texts), list(refs)), axis=1)


def _bert_score() -> Score:
    import bert_score
    import torch

    torch.set_num_threads(int(os.environ.get("BENCHMARK_THREADS", "1")))
    scorer = bert_score.BERTScorer(
        model_type=os.environ["MINILM_TORCH"], num_layers=LAYER, nthreads=0, device="cpu"
    )
    return lambda texts, refs: np.stack(
        [part.numpy() for part in scorer.score(list(texts), list(refs))], axis=1
    )


def _torchmetrics() -> Score:
    import torch
    from torchmetrics.functional.text.bert import bert_score
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(int(os.environ.get("BENCHMARK_THREADS", "1")))
    model = AutoModel.from_pretrained(os.environ["MINILM_TORCH"]).eval()
    tokenizer = AutoTokenizer.from_pretrained(os.environ["MINILM_TORCH"])

    def score(texts: Sequence[str], refs: Sequence[str]) -> Any:
        found = bert_score(
            list(texts), list(refs), model=model, user_tokenizer=tokenizer, num_layers=LAYER,
            truncation=True, user_forward_fn=_last_layer,
        )  # fmt: skip
        return np.stack([np.atleast_1d(found[k]) for k in ("precision", "recall", "f1")], axis=1)

    return score


def _last_layer(model: Any, batch: dict[str, Any]) -> Any:
    return model(batch["input_ids"], batch["attention_mask"]).last_hidden_state


SYSTEMS: dict[str, tuple[str, Callable[[], Score]]] = {
    "bert-score": ("bert_score", _bert_score),
    "compat fp32": ("onnxruntime", _compat),
    "qualmetrics fp32": ("onnxruntime", lambda: ours("QUALMETRICS_MINILM")),
    "qualmetrics int8": ("onnxruntime", lambda: ours("QUALMETRICS_MINILM_INT8")),
    "torchmetrics": ("torchmetrics", _torchmetrics),
}


# -- one measurement in a process of its own ------------------------------------------------------


def work(system: str, load: str, cached: bool, out: str) -> None:  # noqa: FBT001
    """Score a load once and print seconds and memory; the values go to a file."""
    score = SYSTEMS[system][1]()
    texts, references = load_texts(load)
    score(*WARM)
    before = _peak()
    prepared: Any = references
    spent = -time.process_time()
    if cached:
        prepared = score.prepare(references)  # type: ignore[attr-defined]
    preparing = spent + time.process_time()
    started, wall = time.process_time(), time.perf_counter()
    found = score(texts, prepared)
    spent, wall = time.process_time() - started, time.perf_counter() - wall
    np.save(out, np.asarray(getattr(found, "values", found), dtype=np.float64))
    print(json.dumps({"cpu": spent, "preparing": preparing, "wall": wall, "peak": _peak(),
                      "before": before, "pairs": len(texts)}))  # fmt: skip


def _peak() -> float:
    """Return the most memory this process held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(system: str, load: str, memory: float, *, cached: bool = False) -> dict[str, Any]:
    """Return time, memory and values of one process, or what it died of under ``problem``."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                   "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}  # fmt: skip
    limit = int(memory * 1e9)
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "values.npy")
        done = subprocess.run(
            [sys.executable, __file__, "--work", system, load, str(int(cached)), out],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
        if done.returncode == 0:
            return {**json.loads(done.stdout.splitlines()[-1]), "values": np.load(out)}
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if "memory" in done.stderr.lower() or "bad_alloc" in done.stderr:
        return {"problem": f"out of memory with {memory:g} GB: {last:.100}"}
    raise SystemExit(f"{system} on {load} failed:\n{done.stderr[-2000:]}")


def best(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the quickest of several turns, with the most memory of all."""
    broken = [result for result in results if "problem" in result]
    if broken:
        return broken[0]
    quickest = min(results, key=lambda r: float(r["cpu"]))
    return {**quickest, "peak": max(r["peak"] for r in results)}


# -- the tables -----------------------------------------------------------------------------------


def speed(loads: Sequence[str], rounds: int, systems: Sequence[str], memory: float) -> None:
    """Print pairs a second and memory of each system on each load."""
    print(f"\n{'load':<6} {'system':<18} {'pairs/s':>8} {'x':>6} {'peak MB':>8} {'max |dF|':>9}")
    for load in loads:
        runs = [
            (system, cached)
            for system in systems
            for cached in ((False, True) if load == "grpo" and _can_cache(system) else (False,))
        ]
        turns: dict[tuple[str, bool], list[dict[str, Any]]] = {run: [] for run in runs}
        for _ in range(1 if load == "4096" else rounds):
            for system, cached in runs:
                turns[system, cached].append(measure(system, load, memory, cached=cached))
        reference = best(turns[runs[0]])
        for (system, cached), results in turns.items():
            found = best(results)
            if "problem" in found:
                print(f"{load:<6} {system:<18} {found['problem']}", flush=True)
                continue
            ratio, rate = reference["cpu"] / found["cpu"], found["pairs"] / found["cpu"]
            gap = np.nanmax(np.abs(found["values"][:, 2] - reference["values"][:, 2]))
            said = f"{load:<6} {system:<18} {rate:8.1f} {ratio:6.2f} {found['peak']:8.0f}"
            note = f"  references prepared in {found['preparing']:.2f} s" if cached else ""
            print(f"{said} {gap:9.1e}{note}", flush=True)


def _can_cache(system: str) -> bool:
    return system.startswith("qualmetrics")


def invariance(systems: Sequence[str], threads: int) -> None:
    """Print how far a score moves with the batch: 32 summaries and 32 pairs of sentences."""
    os.environ["QUALMETRICS_THREADS"] = os.environ["BENCHMARK_THREADS"] = str(threads)
    texts, references = load_texts("32")
    rows = _rows(Path(os.environ["QUALMETRICS_DATA"]) / "stsb_multi" / "stsb.train_dev.jsonl.gz")
    short = [(row["a"], row["b"]) for row, _ in zip(rows, range(32), strict=False)]
    texts, references = texts + [a for a, _ in short], references + [b for _, b in short]
    long_text = " ".join(texts)[:4000]
    order = np.random.default_rng(0).permutation(len(texts)).tolist()
    print(f"\nlargest change of F with {threads} threads, alone = 0:")
    for system in systems:
        score = SYSTEMS[system][1]()

        def f1(a: Sequence[str], b: Sequence[str], score: Score = score) -> Any:
            found = score(a, b)
            return np.asarray(getattr(found, "values", found))[:, 2]

        alone = np.array([f1([a], [b])[0] for a, b in zip(texts, references, strict=True)])
        batch = f1(texts, references)
        shuffled = np.empty(len(texts))
        shuffled[order] = f1([texts[i] for i in order], [references[i] for i in order])
        beside = f1([*texts, long_text], [*references, long_text])[:-1]
        seen = {"batch of 64": batch, "shuffled": shuffled, "beside 512 tokens": beside}
        gaps = {name: float(np.abs(values - alone).max()) for name, values in seen.items()}
        wrong = int((np.abs(batch - alone) > 1e-6).sum())
        verdict = "invariant" if max(gaps.values()) <= 1e-6 else f"FAILS ({wrong} of 64 in a batch)"
        shown = ", ".join(f"{name} {gap:.1e}" for name, gap in gaps.items())
        print(f"  {system:<20} {shown}: {verdict}", flush=True)


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=float, default=8.0, help="GB that a process may ask for")
    parser.add_argument("--loads", nargs="+", default=["grpo", "32", "256", "4096"])
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        system, load, cached, out = given.work
        work(system, load, cached == "1", out)
        return
    os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    systems = [s for s, (package, _) in SYSTEMS.items() if importlib.util.find_spec(package)]
    if "QUALMETRICS_MINILM_INT8" not in os.environ:
        systems.remove("qualmetrics int8")
    for name in sorted(set(SYSTEMS) - set(systems)):
        print(f"{name}: not here, skipped")
    print(f"{platform.machine()}, {_cpu()}, {os.cpu_count()} cores, 1 thread")
    print(f"load average {os.getloadavg()[0]:.1f}; {_versions()}")
    speed(given.loads, given.rounds, systems, given.memory)
    for threads in (1, 2):
        invariance(systems, threads)


def _versions() -> str:
    names = ("bert-score", "torchmetrics", "torch", "transformers", "onnxruntime", "numpy")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    found = {key.strip(): value.strip() for key, value in facts.items()}
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")
    flags = [flag for flag in wanted if flag in found.get("flags", "").split()]
    return f"{found.get('model name', 'unknown CPU')} [{' '.join(flags)}]"


if __name__ == "__main__":
    main()
