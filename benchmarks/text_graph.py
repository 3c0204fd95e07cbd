"""Graphs that read strings: do they give what Python gives, and where do they not? One run.

Usage: QUALMETRICS_DATA=... python benchmarks/text_graph.py [--tokenizer tokenizer.json] [--rows N]

*Token ids*: the WordPiece graph against the tokenizers library on 2,000 real texts (STS-B English
sentences, SummEval and REALSumm summaries and articles, OneStopEnglish documents), cut at 256
tokens, with every exception by kind; the Big List of Naughty Strings is a row of its own. Needs
the tokenizer.json of all-MiniLM-L6-v2; without it the part is skipped with a line.

*Formulas*: formulas from strings against the same formulas in Python on the English paragraphs of
speed_corpus, all of them unless --rows says otherwise, then the naughty strings.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from qualmetrics.onnx.wordpiece import wordpiece_graph

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


def main() -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    data = Path(os.environ["QUALMETRICS_DATA"])
    if options.tokenizer:
        token_ids(data, options.tokenizer)
    else:
        print("token ids: skipped, no --tokenizer given")


if __name__ == "__main__":
    main()
