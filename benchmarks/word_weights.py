"""What learned word weights cost in the counting pass, one process, one run.

Usage: ``QUALMETRICS_DATA=<folder> python benchmarks/word_weights.py``. The documents of
``engine.py``; a table with random weights of half of their words, and up to 3,000 n-grams for
the others.
Prints MB/s of a first pass (empty memory) and of the best of four more, in processor seconds.
"""

from __future__ import annotations

import numpy as np
from engine import FLESCH, STATUS, documents, seconds

from qualmetrics.text import count, memo
from qualmetrics.text.counts import occurrences
from qualmetrics.text.weights import WordWeights
from qualmetrics.training.lexicon import spelled_grams


def tables(texts: list[str]) -> dict[str, tuple[WordWeights, ...]]:
    """Return no table, one, and one that tells names apart."""
    rng = np.random.default_rng(0)
    keys = occurrences(texts).keys
    grams = rng.choice(sorted({gram for key in keys for gram in spelled_grams(key)}), 3_000)
    words = {key: (int(rng.integers(-4_000, 4_000)),) for key in keys[::2]}
    weights = {str(gram): (int(rng.integers(-500, 500)),) for gram in grams}
    return {
        "no table": (),
        "a table": (WordWeights("plain", ("weight",), words, weights),),
        "a table, names apart": (WordWeights("named", ("weight",), words, weights, proper=(3,)),),
    }


def main() -> None:
    """Print the table."""
    texts = documents()
    size = sum(len(text.encode()) for text in texts) / 1e6
    columns = (*FLESCH, *STATUS)
    print(f"{len(texts)} documents, {size:.2f} MB; the columns of Flesch, and what statuses need")
    for name, given in tables(texts).items():
        memo.forget()
        count(["Warm up zibbleworth."], columns, tables=given)
        first = seconds(lambda given=given: count(texts, columns, tables=given))
        later = min(
            seconds(lambda given=given: count(texts, columns, tables=given)) for _ in range(4)
        )
        print(f"{name}: first {size / first:.1f} MB/s, later {size / later:.1f} MB/s")


if __name__ == "__main__":
    main()
