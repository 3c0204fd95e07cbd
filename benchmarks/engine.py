"""Speed of counting against textstat, one process, one run.

Usage: ``QUALMETRICS_DATA=<folder> NLTK_DATA=<folder with cmudict> python benchmarks/engine.py``.
English documents of at least 2 KB from consecutive paragraphs of the same book. Prints MB/s of a
first pass (empty memory) and of a second pass, for the columns of Flesch alone and for the columns
of twelve formulas, and the ratio to textstat's function or twelve functions in the same run.
textstat's caches are keyed by text, so each of its passes sees every text once.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from qualmetrics.text import count, memo

FLESCH = ("words", "sentences", "syllables")
TWELVE = (
    *FLESCH, "letters", "strokes", "characters", "monosyllables", "polysyllables", "long_words",
    "unfamiliar_dale", "unfamiliar_dale_1995", "unfamiliar_spache_types", "unfamiliar_spache",
    "hard_fog", "types", "units", "short_words", "letters_6plus", "numerals",
)  # fmt: skip
STATUS = ("characters", "words", "letters", "foreign_letters", "stop_own", "stop_other")
TEXTSTAT = [
    "flesch_reading_ease",
    "flesch_kincaid_grade",
    "automated_readability_index",
    "coleman_liau_index",
    "smog_index",
    "gunning_fog",
    "dale_chall_readability_score",
    "dale_chall_readability_score_v2",
    "spache_readability",
    "linsear_write_formula",
    "lix",
    "gulpease_index",
]


def documents(minimum: int = 2048) -> list[str]:
    """Return English documents of at least ``minimum`` characters."""
    path = Path(os.environ["QUALMETRICS_DATA"]) / "speed_corpus" / "books_paragraphs.jsonl.gz"
    found: list[str] = []
    current, book = "", None
    with gzip.open(path, "rt") as lines:
        for row in map(json.loads, lines):
            if row["lang"] != "en":
                continue
            if row["book"] != book:
                current, book = "", row["book"]
            current += ("\n\n" if current else "") + row["text"]
            if len(current) >= minimum:
                found.append(current)
                current = ""
    return found


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds some work takes; other processes do not disturb them much."""
    start = time.process_time()
    work()
    return time.process_time() - start


def ours(texts: list[str], columns: tuple[str, ...]) -> tuple[float, float]:
    """Return the seconds of a first pass and the best of five further passes."""
    memo.forget()
    first = seconds(lambda: count(texts, columns))
    return first, min(seconds(lambda: count(texts, columns)) for _ in range(5))


def textstat_passes(texts: list[str], functions: list[str]) -> tuple[float, float]:
    """Return the seconds of a first pass and the best of two further passes."""
    import textstat

    def run() -> None:
        for text in texts:
            for name in functions:
                getattr(textstat, name)(text)

    return seconds(run), min(seconds(run) for _ in range(2))


def main() -> None:
    """Print the table."""
    texts = documents()
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} documents, {size:.2f} MB")
    # Dictionaries are read before the clock starts, on both sides; "zibbleworth" is in none.
    count(["Warm up zibbleworth."], (*TWELVE, *STATUS))
    try:
        import textstat

        textstat.flesch_reading_ease("Warm up the zibbleworth, please.")
        has_peer = True
    except (ImportError, LookupError) as error:
        print(f"textstat is left out: {error}")
        has_peer = False
    gc.collect()
    gc.freeze()  # neither side pays for collecting what the other keeps alive
    for label, columns, functions in (
        ("Flesch alone", (*FLESCH, *STATUS), ["flesch_reading_ease"]),
        ("twelve formulas", (*TWELVE, *STATUS), TEXTSTAT),
    ):
        first, second = ours(texts, columns)
        print(f"{label}: qualmetrics first {size / first:.1f} MB/s, second {size / second:.1f}")
        if has_peer:
            cold, warm = textstat_passes(texts, functions)
            print(f"  textstat first {size / cold:.2f} MB/s, second {size / warm:.2f}")
            print(f"  ratio first {cold / first:.1f}x, second {warm / second:.1f}x")
    bare = ours(texts, FLESCH)[1]
    print(f"Flesch's three columns without the status columns: second {size / bare:.1f} MB/s")
    print(f"one text without a space, 1 MB: {seconds(lambda: count(['a' * 10**6], TWELVE)):.3f} s")


if __name__ == "__main__":
    main()
