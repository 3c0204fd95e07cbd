"""What scoring costs: documents a second and core, for each class of scorer, and a trillion tokens.

Usage: ``QUALMETRICS_DATA=... python benchmarks/cost.py [--seconds 10] [--price 0.04]
[--tokens-per-word 1.3] [--tokens 1e12]``, with ``qualmetrics[onnx,corpus]`` and the models.

Texts are those of ``stream.py``: English, about 2 KB. Each scorer gets batches of them that it has
not seen, as a run would hand them over, for so many seconds of processor time after a first batch;
processor time counts, so that other programs disturb little. Reading and writing are not in it
(``corpus.py`` measures those). The price of a core and hour, and how many tokens a word is, are
assumptions: what a machine is rented for differs tenfold, and so does a tokenizer.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from stream import documents, english_formulas

import qualmetrics as qm

RULES, NEURAL = 1024, 32
HEURISTICS = ("gopher_quality", "gopher_repetition", "c4_quality", "fineweb_quality")


def classes() -> Iterator[tuple[str, list[Any], int]]:
    """Yield what is measured: a name, the scorers, and the documents of a batch."""
    formulas = english_formulas()
    curation = [f"{name}@datatrove" for name in HEURISTICS]
    yield "one formula (Flesch-Kincaid)", ["flesch_kincaid_grade"], RULES
    yield f"all {len(formulas)} English formulas", formulas, RULES
    yield "lexical diversity (MATTR, MTLD, HD-D)", ["mattr", "mtld", "hdd"], RULES
    yield "heuristics of four curation filters", curation, RULES
    yield "ranker on features (`readability_features`)", ["readability_features"], RULES
    yield "ranker on static vectors (`readability_static`)", ["readability_static"], RULES
    yield "ranker on MiniLM (`readability_minilm`)", ["readability_minilm"], NEURAL
    yield "BERTScore, a reference each", ["bertscore"], NEURAL
    yield "reward `simplify`, a source each", [qm.get("simplify", undefined=0.0)], NEURAL


def measure(scorers: list[Any], batch: int, seconds: float) -> tuple[float, float, float]:
    """Return documents, words and MB a second of processor time."""
    texts = documents(seed=1)
    others = documents(seed=2)
    made = [qm.get(one) if isinstance(one, str) else one for one in scorers]
    compared = any("references" in one.needs for one in made)

    def run() -> tuple[int, int, int, float]:
        some = list(islice(texts, batch))
        references = list(islice(others, batch)) if compared else None
        began = time.process_time()
        qm.score(some, made, references)
        took = time.process_time() - began
        return (
            len(some),
            sum(len(t.split()) for t in some),
            sum(len(t.encode()) for t in some),
            took,
        )

    run()
    rows = [run()]
    while sum(row[3] for row in rows) < seconds:
        rows.append(run())
    n, words, size, took = (sum(column) for column in zip(*rows, strict=True))
    return n / took, words / took, size / took / 1e6


def main() -> None:
    """Print the table, in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--price", type=float, default=0.04, help="of a core and hour")
    parser.add_argument("--tokens-per-word", type=float, default=1.3)
    parser.add_argument("--tokens", type=float, default=1e12)
    given = parser.parse_args()
    words = given.tokens / given.tokens_per_word
    print(
        f"{given.tokens:.0e} tokens at {given.tokens_per_word} a word, {given.price} a core-hour\n"
    )
    print("| scorers | documents/s/core | MB/s/core | core-hours | cost |")
    print("|---|---|---|---|---|")
    for name, scorers, batch in classes():
        pace, words_a_second, size = measure(scorers, batch, given.seconds)
        hours = words / words_a_second / 3600
        print(
            f"| {name} | {pace:,.0f} | {size:.2f} | {hours:,.0f} | {hours * given.price:,.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
