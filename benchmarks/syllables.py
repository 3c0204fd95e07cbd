"""English syllable counters side by side: accuracy on unseen types and on running text, and time.

    QUALMETRICS_DATA=../shared/data python benchmarks/syllables.py

Every row is measured in this run. The reference is CMUdict (cmusphinx): ``first`` pronunciation,
or ``any`` of those it lists. Types are the tenth held out of the model that the fallback row
uses; tokens are the English books of speed_corpus. Peers that are not installed are left out
with a line (pip install pyphen syllables syllapy).
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0:1] = [str(ROOT), str(ROOT / "scripts")]  # this folder has a namesake of a peer

import make_lexicon  # noqa: E402 - after the path is set

from qualmetrics.text import lexicon  # noqa: E402
from qualmetrics.text import syllables as ours  # noqa: E402

Syllabler = Callable[[str], int]


def vowel_groups_minus_e(word: str) -> int:
    """Count vowel groups, less a silent final e: the usual home-made rule."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee"))
    return max(1, groups - silent)


def peers() -> dict[str, Syllabler]:
    """Return the installed peers by name and version."""
    found: dict[str, Syllabler] = {}
    try:
        import pyphen

        version = importlib.metadata.version("pyphen")
        for lang in ("en_US", "en"):
            positions = pyphen.Pyphen(lang=lang).positions
            found[f"pyphen {version} {lang}"] = lambda word, p=positions: len(p(word)) + 1
    except ImportError:
        print("pyphen is not installed: no row")
    try:
        import syllables

        found[f"syllables {importlib.metadata.version('syllables')}"] = syllables.estimate
    except ImportError:
        print("syllables is not installed: no row")
    try:
        import syllapy

        found[f"syllapy {importlib.metadata.version('syllapy')}"] = syllapy.count
    except ImportError:
        print("syllapy is not installed: no row")
    return found


def read_pronunciations(data: Path) -> dict[str, tuple[int, int, int]]:
    """Return word -> syllables of the first, the shortest and the longest pronunciation."""
    rows = make_lexicon.read_rows(data / "lexicon" / "cmudict_syllables.csv.gz")
    columns = ("syll_first", "syll_min", "syll_max")
    return {
        row["word"]: tuple(int(row[name]) for name in columns)  # type: ignore[misc]
        for row in rows
    }


def read_tokens(data: Path) -> Counter[str]:
    """Count the lower-case words of the English books."""
    tokens: Counter[str] = Counter()
    with gzip.open(data / "speed_corpus" / "books_paragraphs.jsonl.gz", "rt") as stream:
        for line in stream:
            row = json.loads(line)
            if row["lang"] == "en":
                text = row["text"].lower().replace("’", "'")
                tokens.update(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text))
    return tokens


class Words:
    """The words that every counter is asked for."""

    def __init__(self, data: Path) -> None:
        types = make_lexicon.types(data)
        self.held = [(word, n) for word, n in types.items() if make_lexicon.tenth(word) == 0]
        near = {word[:5] for word in types if make_lexicon.tenth(word) != 0}
        self.far = [(word, n) for word, n in self.held if word[:5] not in near]
        self.coined = make_lexicon.read_coinages()
        self.unknown = [word for word, _ in self.coined]
        self.said = read_pronunciations(data)
        self.tokens = read_tokens(data)


def share(count: Syllabler, words: Sequence[tuple[str, int]]) -> float:
    """Return the share of words counted as the reference says."""
    return sum(count(word) == right for word, right in words) / len(words)


def on_tokens(
    count: Syllabler, tokens: Counter[str], said: dict[str, tuple[int, int, int]]
) -> tuple[float, float, float]:
    """Return first accuracy, any accuracy and bias over the tokens that CMUdict knows."""
    first = any_of = bias = total = 0
    for word, n in tokens.items():
        if word in said:
            right, low, high = said[word]
            got = count(word)
            total += n
            first += n * (got == right)
            any_of += n * (low <= got <= high)
            bias += n * (got - right)
    return first / total, any_of / total, bias / total


def microseconds(count: Syllabler, words: Sequence[str]) -> float:
    """Return the best of five passes, in microseconds a word."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for word in words:
            count(word)
        best = min(best, time.perf_counter() - start)
    return 1e6 * best / len(words)


def show(name: str, count: Syllabler, words: Words) -> None:
    """Print one row."""
    first, any_of, bias = on_tokens(count, words.tokens, words.said)
    print(
        f"{name:34} {share(count, words.held):7.4f} {share(count, words.far):7.4f} "
        f"{share(count, words.coined):7.4f} {first:8.4f} {any_of:7.4f} {bias:+8.4f} "
        f"{microseconds(count, words.unknown):7.2f}"
    )


def main() -> None:
    """Print the table."""
    folder = os.environ.get("QUALMETRICS_DATA")
    if not folder:
        raise SystemExit("set QUALMETRICS_DATA to the data folder (the one with lexicon/ in it)")
    data = Path(folder)
    words = Words(data)
    known = sum(n for word, n in words.tokens.items() if word in words.said)
    total = sum(words.tokens.values())
    print(
        f"{len(words.held):,} held-out types, {len(words.far):,} of them with no 5-letter prefix "
        f"in common with the rest; {len(words.coined)} names and coinages, none in CMUdict;\n"
        f"{total:,} tokens of four books, {known / total:.4f} of them in CMUdict"
    )
    print(
        f"{'':34} {'types':>7} {'far':>7} {'coined':>7} {'tokens 1st':>8} {'any':>5} "
        f"{'bias':>8} {'us/word':>7}"
    )
    weights, _ = make_lexicon.held_out_model(data)
    with make_lexicon.in_use(weights):
        show("qualmetrics fallback, 9/10 model", ours.fallback_syllables, words)
    show("  shipped (has seen these types)", ours.fallback_syllables, words)
    show("  with dictionary (by construction)", ours.english_syllables, words)
    for name, count in {**peers(), "vowel groups minus final e": vowel_groups_minus_e}.items():
        show(name, count, words)
    old = lexicon.cmudict_07a()
    pairs = [(word, n) for word, n in words.tokens.items() if word in old]
    same = sum(n * (ours.english_syllables(word) == old[word]) for word, n in pairs)
    print(
        f"english_syllables = cmudict 0.7a on {same / sum(n for _, n in pairs):.5f} of its tokens"
    )


if __name__ == "__main__":
    main()
