"""Graphs that read strings: do they give what Python gives, and where do they not? One run.

Usage: QUALMETRICS_DATA=... python benchmarks/text_graph.py [--tokenizer tokenizer.json]
           [--encoder folder] [--rows N]

*Token ids*: the WordPiece graph against the tokenizers library on 2,000 real texts (STS-B English
sentences, SummEval and REALSumm summaries and articles, OneStopEnglish documents), cut at 256
tokens, with every exception by kind; the Big List of Naughty Strings is a row of its own. Needs
the tokenizer.json of all-MiniLM-L6-v2; without it the part is skipped with a line.

*Formulas*: every count column from strings against Python's on the same texts and on the English
paragraphs of speed_corpus (all of them unless --rows says otherwise); then every English formula
on those paragraphs, exported, loaded back and compared in value and status.

*Similarities*: bertscore, bmas and embedding_cosine from strings against Python on 500 pairs of
STS-B dev, with the encoder bundle in --encoder; without it the part is skipped with a line.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

import qualmetrics as qm
from qualmetrics.onnx import export, load
from qualmetrics.onnx.counting import COLUMNS, counts_graph
from qualmetrics.onnx.wordpiece import wordpiece_graph
from qualmetrics.text import count, memo

MAX_TOKENS = 256


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file of the data folder."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def session(model: Any) -> Any:
    """Open a graph on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def sample(texts: list[str], n: int) -> list[str]:
    """Take n distinct texts, always the same."""
    distinct = sorted({text for text in texts if text.strip()})
    picked = np.random.default_rng(3).permutation(len(distinct))[:n]
    return [distinct[index] for index in sorted(picked)]


def real_texts(data: Path) -> dict[str, list[str]]:
    """Return 2,000 texts by where they come from."""
    sts = rows(data / "stsb_multi" / "stsb.train_dev.jsonl.gz")
    sentences = [text for row in sts if row["lang"] == "en" for text in (row["a"], row["b"])]
    summaries: list[str] = []
    for name in ("summeval", "realsumm", "qags_cnn", "qags_xsum"):
        for row in rows(data / "summ_human" / f"{name}.dev.jsonl.gz"):
            outputs = [item["hyp"] for item in row["outputs"]]
            summaries += [row["src"], *outputs]
    documents = [r["text"] for r in rows(data / "onestop_english" / "ose_docs.dev.jsonl.gz")]
    return {
        "stsb_multi en": sample(sentences, 1000),
        "summ_human": sample(summaries, 600),
        "onestop_english": sample(documents, 400),
    }


def kind_of(text: str, vocabulary: dict[str, int]) -> str:
    """Name why the ids of a text may differ."""
    if any(name in text for name in vocabulary if name[0] == "[" and name[-1] == "]"):
        return "a special token spelled out"
    return "unexplained"


def token_ids(data: Path, path: Path) -> None:
    """Compare the ids."""
    import tokenizers

    began = time.perf_counter()
    graph = wordpiece_graph(path, MAX_TOKENS)
    drawn = time.perf_counter() - began
    opened = session(graph)
    library = tokenizers.Tokenizer.from_file(str(path))
    library.no_padding()
    library.enable_truncation(MAX_TOKENS)
    vocabulary = library.get_vocab()
    print(f"token ids: {len(graph.graph.node)} nodes, {graph.ByteSize() / 1e6:.1f} MB", end=", ")
    print(f"drawn in {drawn:.1f} s; at most {MAX_TOKENS} tokens")
    naughty = [r["text"] for r in rows(data / "naughty_strings" / "blns.jsonl.gz")]
    total = same = 0
    for name, texts in {**real_texts(data), "naughty_strings": naughty}.items():
        ours: list[list[int]] = []
        began = time.process_time()
        for start in range(0, len(texts), 32):
            feed = {"texts": np.array(texts[start : start + 32], dtype=object)}
            ids, mask = opened.run(["ids", "mask"], feed)
            ours += [row[kept == 1].tolist() for row, kept in zip(ids, mask, strict=True)]
        spent = time.process_time() - began
        began = time.process_time()
        theirs = [library.encode(text).ids for text in texts]
        spent_there = time.process_time() - began
        wrong = [i for i in range(len(texts)) if ours[i] != theirs[i]]
        kinds = collections.Counter(kind_of(texts[i], vocabulary) for i in wrong)
        print(f"  {name:18} {len(texts) - len(wrong)} of {len(texts)} identical", end="")
        print(f"  {dict(kinds) or ''}  CPU {spent:.2f} s, tokenizers {spent_there:.2f} s")
        for i in wrong:
            print(f"    {kind_of(texts[i], vocabulary)}: {texts[i][:70]!r}")
        if name != "naughty_strings":
            total, same = total + len(texts), same + len(texts) - len(wrong)
    print(f"  real texts together {same} of {total} = {same / total:.2%} (bar 99.5 %)")


def english_formulas() -> list[qm.Scorer]:
    """Return every registered formula that counts by en/1."""
    found = []
    for name in qm.names():
        scorer = qm.get(name)
        counts = [item for item in scorer.inputs if getattr(item, "rules", "") == "en/1"]
        if scorer.spec.family == "formula" and counts:
            found.append(scorer)
    return found


def counted_by(graph: Any, names: list[str], texts: list[str]) -> tuple[dict[str, Any], float]:
    """Run a graph of counts; returns them and the CPU seconds."""
    opened = session(graph)
    began = time.process_time()
    parts = []
    for start in range(0, len(texts), 256):
        feed = {"texts": np.array(texts[start : start + 256], dtype=object)}
        parts.append(opened.run(names, feed))
    spent = time.process_time() - began
    columns = zip(names, zip(*parts, strict=True), strict=True)
    return {name: np.concatenate(values) for name, values in columns}, spent


def columns_of(graph: Any, name: str, texts: list[str]) -> None:
    """Compare all count columns on some texts."""
    names = list(COLUMNS)
    ours, spent = counted_by(graph, names, texts)
    memo.forget()
    began = time.process_time()
    theirs = count(texts, names)
    python = time.process_time() - began
    same = np.all([ours[column] == theirs[column] for column in names], axis=0)
    megabytes = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    print(
        f"  {name:18} {int(same.sum())} of {len(texts)} identical in all {len(names)} columns",
        end="",
    )
    print(f"  {megabytes / spent:.1f} MB/s, Python's first pass {megabytes / python:.1f} MB/s")
    for index in np.flatnonzero(~same)[:20].tolist():
        wrong = [n for n in names if ours[n][index] != theirs[n][index]]
        print(f"    {', '.join(wrong)}: {texts[index][:90]!r}")


def paragraphs(data: Path, n: int | None) -> list[str]:
    """Return the English paragraphs of the speed corpus."""
    found = rows(data / "speed_corpus" / "books_paragraphs.jsonl.gz")
    return [row["text"] for row in found if row["lang"] == "en"][:n]


def formulas(data: Path, n: int | None) -> None:
    """Compare columns on four corpora, then every English formula on the paragraphs."""
    graph = counts_graph(list(COLUMNS))
    texts = paragraphs(data, n)
    size = graph.ByteSize() / 1e6
    print(f"counts from strings: a graph of {size:.1f} MB with all {len(COLUMNS)} columns")
    columns_of(graph, "speed_corpus en", texts)
    for name, more in real_texts(data).items():
        columns_of(graph, name, more)
    naughty = [r["text"] for r in rows(data / "naughty_strings" / "blns.jsonl.gz")]
    columns_of(graph, "naughty_strings", naughty)
    print("formulas from strings on the English paragraphs of speed_corpus:")
    total = np.zeros(len(texts), bool)
    bits, largest, scorers = 0, 0.0, english_formulas()
    for scorer in scorers:
        with tempfile.TemporaryDirectory() as folder:
            loaded = load(export(scorer, Path(folder) / "bundle", graph="text"))
            ours, theirs = loaded(texts), scorer(texts)
        gap = np.abs(ours.values - theirs.values) / np.maximum(1, np.abs(theirs.values))
        gap = np.where(np.isnan(ours.values) & np.isnan(theirs.values), 0, gap)
        near = (gap <= scorer.spec.tolerance).all(axis=1) & (ours.status == theirs.status)
        total |= ~near
        bits += int((gap == 0).all())
        largest = max(largest, float(np.nanmax(gap)))
        if not near.all():
            print(f"  {scorer.spec.name}: {int(near.sum())} of {len(texts)} identical")
    same = len(texts) - int(total.sum())
    print(f"  {same} of {len(texts)} paragraphs = {same / len(texts):.3%} identical (value within")
    print(f"  1e-12 and status) in all {len(scorers)} formulas (bar 99.5 %); bit for bit in {bits}")
    print(f"  of the formulas; largest difference {largest:.2g}")


def similarities(data: Path, encoder: Path) -> None:
    """Compare similarities from strings with Python's on real pairs."""
    sts = rows(data / "stsb_multi" / "stsb.train_dev.jsonl.gz")
    pairs = [(r["a"], r["b"]) for r in sts if r["lang"] == "en" and r["split"] == "dev"][:500]
    texts, references = (list(side) for side in zip(*pairs, strict=True))
    print(f"similarities from strings on {len(pairs)} pairs of STS-B dev, {encoder.name}:")
    for name in ("bertscore", "bmas", "embedding_cosine"):
        scorer = qm.get(name, encoder=str(encoder))
        with tempfile.TemporaryDirectory() as folder:
            path = export(scorer, Path(folder) / "bundle", graph="text")
            size = (path / "model.onnx").stat().st_size / 1e6
            ours = load(path)(texts, references)
        gap = np.abs(ours.values - scorer(texts, references).values).max()
        print(f"  {name:18} largest difference {gap:.2g} (bar 1e-6), {size:.0f} MB")


def main() -> None:
    """Print the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    data = Path(os.environ["QUALMETRICS_DATA"])
    if options.tokenizer:
        token_ids(data, options.tokenizer)
    else:
        print("token ids: skipped, no --tokenizer given")
    formulas(data, options.rows)
    if options.encoder:
        similarities(data, options.encoder)
    else:
        print("similarities: skipped, no --encoder given")


if __name__ == "__main__":
    main()
