"""Speed of formulas beside textstat, py-readability-metrics and textdescriptives, in one run.

Usage: python benchmarks/formulas.py [--repeat 3] [--peers textstat], with the two variables below

English documents of at least 2 KB (consecutive paragraphs of one book of speed_corpus), one
process, CPU seconds. *First pass*: caches empty but dictionaries loaded (one tiny text is scored
before). *Second pass*: the same documents again. Rounds alternate between the libraries, and the
ratio is the median over rounds. NLTK_DATA must hold corpora/cmudict unzipped, for textstat; a peer
that is not installed is skipped with a line.

py-readability-metrics asks NLTK for its punkt model, which must be downloaded; a regular
expression stands in for it here, which is faster than punkt and so flatters that library.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import importlib.metadata
import json
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import qualmetrics as qm
from qualmetrics.corpus.metrics import count_scorer
from qualmetrics.text import column_names, memo

TWELVE = (
    "flesch_reading_ease flesch_kincaid_grade smog_index gunning_fog coleman_liau_index "
    "automated_readability_index dale_chall_1948 linsear_write spache_1974 lix rix eflaw"
).split()
TEXTSTAT_TWELVE = (
    "flesch_reading_ease flesch_kincaid_grade smog_index gunning_fog coleman_liau_index "
    "automated_readability_index dale_chall_readability_score linsear_write_formula "
    "spache_readability lix rix mcalpine_eflaw"
).split()

Pass = Callable[[list[str]], None]


def documents(folder: Path, least: int = 2048) -> list[str]:
    """Join consecutive paragraphs of a book until a document holds ``least`` bytes."""
    made: list[str] = []
    book, parts, size = "", [], 0
    with gzip.open(folder / "speed_corpus" / "books_paragraphs.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            if row["lang"] != "en":
                continue
            if row["book"] != book:
                book, parts, size = row["book"], [], 0
            parts.append(row["text"])
            size += len(row["text"].encode())
            if size >= least:
                made.append("\n\n".join(parts))
                parts, size = [], 0
    return made


def ours() -> dict[str, Pass]:
    """Return our passes: Flesch alone; twelve formulas by name; those and every count column."""
    flesch = qm.get("flesch_reading_ease")
    twelve = [qm.get(name) for name in TWELVE]

    def flesch_pass(texts: list[str]) -> None:
        flesch(texts)

    def twelve_pass(texts: list[str]) -> None:
        qm.score(texts, twelve)

    everything = [*twelve, *(count_scorer(name) for name in column_names())]

    def all_pass(texts: list[str]) -> None:
        qm.score(texts, everything)  # one pass: the planner reads the columns of all as one input

    return {"flesch": flesch_pass, "twelve": twelve_pass, "twelve + columns": all_pass}


def textstat_passes() -> dict[str, Pass]:
    """Return textstat's passes, by its own functions, one text at a time as it asks."""
    import textstat

    functions = [getattr(textstat, name) for name in TEXTSTAT_TWELVE]

    def flesch_pass(texts: list[str]) -> None:
        for text in texts:
            textstat.flesch_reading_ease(text)

    def twelve_pass(texts: list[str]) -> None:
        for text in texts:
            for function in functions:
                function(text)

    return {"flesch": flesch_pass, "twelve": twelve_pass}


def readability_metrics_passes() -> dict[str, Pass]:
    """Return the passes of py-readability-metrics, which has eight of the formulas."""
    import readability.text.analyzer as analyzer
    from readability import Readability

    splitter = re.compile(r"[^.!?]+[.!?]*")
    analyzer.sent_tokenize = splitter.findall
    names = "flesch flesch_kincaid gunning_fog coleman_liau ari dale_chall linsear_write spache"

    def flesch_pass(texts: list[str]) -> None:
        for text in texts:
            Readability(text).flesch()

    def many_pass(texts: list[str]) -> None:
        for text in texts:
            scorer = Readability(text)
            for name in names.split():
                getattr(scorer, name)()

    return {"flesch": flesch_pass, "twelve": many_pass}


def textdescriptives_passes() -> dict[str, Pass]:
    """Return the pass of textdescriptives' readability component on a blank pipeline."""
    import spacy
    import textdescriptives  # noqa: F401 - registers its components

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("textdescriptives/readability")

    def readability_pass(texts: list[str]) -> None:
        for doc in pipeline.pipe(texts):
            _ = doc._.readability

    return {"flesch": readability_pass, "twelve": readability_pass}


PEERS: dict[str, Callable[[], dict[str, Pass]]] = {
    "textstat": textstat_passes,
    "py-readability-metrics": readability_metrics_passes,
    "textdescriptives": textdescriptives_passes,
}


def forget() -> None:
    """Empty the caches of every library, keeping dictionaries."""
    memo.forget()
    try:
        import textstat.backend as backend
    except ImportError:
        return
    for module in _modules(backend):
        for value in vars(module).values():
            clear = getattr(value, "cache_clear", None)
            if clear is not None and getattr(value, "__name__", "") != "get_cmudict":
                clear()


def _modules(package: object) -> Iterator[object]:
    import sys

    prefix = package.__name__  # type: ignore[attr-defined]
    yield from (module for name, module in list(sys.modules.items()) if name.startswith(prefix))


def seconds(run: Pass, texts: list[str]) -> float:
    """Return the CPU seconds of one pass."""
    gc.collect()
    gc.freeze()  # so that no library pays for walking the dictionaries of another
    start = time.process_time()
    run(texts)
    spent = time.process_time() - start
    gc.unfreeze()
    return spent


def main() -> None:
    """Print a table of megabytes per second, and the ratio to ours in the same round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    options = parser.parse_args()
    texts = documents(Path(os.environ["QUALMETRICS_DATA"]))[: options.documents]
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} documents, {size:.2f} MB, median of {options.repeat} rounds, CPU seconds")
    libraries = {"qualmetrics": ours()}
    for name in options.peers:
        try:
            libraries[name] = PEERS[name]()
            libraries[name]["flesch"]([texts[0]])
            print(f"{name} {importlib.metadata.version(name)}")
        except Exception as error:  # whatever a peer raises, the others go on
            print(f"{name}: skipped, {type(error).__name__}: {str(error).splitlines()[0][:90]}")
            libraries.pop(name, None)
    for run in libraries["qualmetrics"].values():
        run([texts[0]])
    for task in ("flesch", "twelve", "twelve + columns"):
        rounds: dict[tuple[str, str], list[float]] = {}
        for _ in range(options.repeat):
            for name, passes in libraries.items():
                run = passes.get(task) or passes["twelve"]
                forget()
                rounds.setdefault((name, "first"), []).append(seconds(run, texts))
                rounds.setdefault((name, "second"), []).append(seconds(run, texts))
        print(
            f"\n{task:24s} {'first MB/s':>12s} {'ours/it':>8s} {'second MB/s':>12s} {'ours/it':>8s}"
        )
        for name in libraries:
            cells = []
            for which in ("first", "second"):
                mine, theirs = rounds["qualmetrics", which], rounds[name, which]
                ratio = statistics.median(t / m for m, t in zip(mine, theirs, strict=True))
                cells.append(f"{size / statistics.median(theirs):12.2f} {ratio:8.1f}")
            print(f"{name:24s} {' '.join(cells)}")


if __name__ == "__main__":
    main()
