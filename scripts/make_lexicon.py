"""Make every file of qualmetrics/data from the source tables, and measure the fallback counter.

    python scripts/make_lexicon.py --data ../shared/data             # writes the files
    python scripts/make_lexicon.py --data ../shared/data --evaluate  # prints held-out accuracy

Writing twice gives the same bytes. Words are split by a hash of their letters: a tenth is held
out of the model that --evaluate measures; the shipped weights are then made from all words by
the same settings. Those settings were chosen on a second tenth (--evaluate --development), not
on the held-out one and not on tests/text/coinages.csv.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qualmetrics.text import syllables  # noqa: E402 - after the path is set
from qualmetrics.text.lexicon import ABSENT, SYLLABLE_TABLE, WEIGHT_TABLE  # noqa: E402

LEAST_FREQUENT = 2  # an n-gram seen in fewer training words is not a feature
SPARSITY = 1.0  # L1 weight
SMOOTHING = 2.0  # L2 weight
FREE_ERROR = 0.1  # a residual below this many syllables costs nothing
STEPS = 300
COINAGES = ROOT / "tests" / "text" / "coinages.csv"


# --- reading the sources ---------------------------------------------------------------------


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a gzipped CSV file with a header line."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_sphinx(data: Path) -> dict[str, int]:
    """Return the first-pronunciation counts of cmusphinx/cmudict."""
    rows = read_rows(data / "lexicon" / "cmudict_syllables.csv.gz")
    return {row["word"]: int(row["syll_first"]) for row in rows}


def read_07a(data: Path) -> dict[str, int]:
    """Return the first-pronunciation counts of cmudict 0.7a as NLTK packs it."""
    with zipfile.ZipFile(data / "nltk_cmudict" / "cmudict.zip") as archive:
        lines = archive.read("cmudict/cmudict").decode("ascii").splitlines()
    counts: dict[str, int] = {}
    for line in lines:
        word, _, *phones = line.split()
        counts.setdefault(word.lower(), sum(phone[-1].isdigit() for phone in phones))
    return counts


# --- writing the tables ----------------------------------------------------------------------


def grouped(words: Iterable[tuple[str, str]]) -> bytes:
    """Write ``key word word ...``, a line per key, sorted: short, and quick to read back."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for key, word in words:
        groups[key].append(word)
    lines = [f"{key} {' '.join(sorted(groups[key]))}\n" for key in sorted(groups)]
    return gzip.compress("".join(lines).encode("ascii"), 9, mtime=0)


def syllable_table(data: Path) -> bytes:
    """Pack both versions of the dictionary into one table."""
    sphinx, nltk = read_sphinx(data), read_07a(data)
    return grouped(
        (f"{sphinx.get(word, ABSENT)} {nltk.get(word, ABSENT)}", word)
        for word in sphinx.keys() | nltk.keys()
    )


def easy_words(data: Path, name: str) -> bytes:
    r"""Return one word a line, sorted; the source's ``I\ll`` is mended to ``I'll``."""
    rows = read_rows(data / "lexicon" / f"{name}.csv.gz")
    words = sorted({row["word"].replace("\\", "'") for row in rows})
    return "".join(f"{word}\n" for word in words).encode("ascii")


# --- the fallback model ----------------------------------------------------------------------


def tenth(word: str) -> int:
    """Return which tenth of the types a word belongs to, 0 to 9."""
    return int(hashlib.sha256(word.encode()).hexdigest()[:8], 16) % 10


def grams(word: str) -> list[str]:
    """List the character n-grams of a word between its end marks."""
    marked = f"^{word}$"
    return [
        marked[start : start + size]
        for size in range(1, syllables.LONGEST_GRAM + 1)
        for start in range(len(marked) - size + 1)
    ]


def vowel_onset(gram: str) -> float:
    """Return the weight to start from: 1 where a group of vowel letters begins."""
    vowels = "aeiouy"
    return float(len(gram) == 2 and gram[1] in vowels and gram[0] not in vowels)


def train(counts: Mapping[str, int]) -> dict[str, int]:
    """Fit integer n-gram weights whose sum is the syllable count.

    Accelerated proximal gradient on squared error beyond ``FREE_ERROR``, with L1 and L2 pulls
    towards counting vowel groups; each weight has its own step. float64 throughout, so that
    rounding to integers gives the same file elsewhere.
    """
    words = sorted(counts)
    listed = [grams(word) for word in words]
    frequency = Counter(gram for each in listed for gram in each)
    names = sorted(gram for gram, n in frequency.items() if n >= LEAST_FREQUENT)
    number = {gram: position for position, gram in enumerate(names)}
    rows = [[number[gram] for gram in each if gram in number] for each in listed]
    sizes = np.array([len(row) for row in rows])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    columns = np.concatenate([np.array(row, dtype=np.int64) for row in rows])
    target = np.array([counts[word] for word in words], dtype=np.float64)

    def total(per_word: np.ndarray) -> np.ndarray:
        return np.bincount(columns, weights=np.repeat(per_word, sizes), minlength=len(names))

    origin = np.array([vowel_onset(gram) for gram in names])
    step = 1.0 / (total(sizes.astype(np.float64)) + SMOOTHING)
    weights, ahead, momentum = origin.copy(), origin.copy(), 1.0
    for _ in range(STEPS):
        error = np.add.reduceat(ahead[columns], starts) - target
        error = np.sign(error) * np.maximum(np.abs(error) - FREE_ERROR, 0.0)
        moved = ahead - step * (total(error) + SMOOTHING * (ahead - origin)) - origin
        shrunk = origin + np.sign(moved) * np.maximum(np.abs(moved) - SPARSITY * step, 0.0)
        following = (1.0 + (1.0 + 4.0 * momentum * momentum) ** 0.5) / 2.0
        ahead = shrunk + (momentum - 1.0) / following * (shrunk - weights)
        weights, momentum = shrunk, following
    rounded = np.rint(weights * syllables.WEIGHT_SCALE).astype(int)
    return {gram: int(weight) for gram, weight in zip(names, rounded, strict=True) if weight}


def weight_table(weights: Mapping[str, int]) -> bytes:
    """Pack the weights, all n-grams of one weight on a line."""
    return grouped((str(weight), gram) for gram, weight in weights.items())


def types(data: Path) -> dict[str, int]:
    """Return the words the model is made from: letters only, at least one syllable."""
    return {word: n for word, n in read_sphinx(data).items() if word.isalpha() and n}


# --- measuring -------------------------------------------------------------------------------


def accuracy(words: Sequence[tuple[str, int]]) -> str:
    """Return the share of words whose fallback count is right, with their number."""
    right = sum(syllables.fallback_syllables(word) == count for word, count in words)
    off = sum(syllables.fallback_syllables(word) - count for word, count in words)
    return f"{right / len(words):.4f} of {len(words):>6,}   bias {off / len(words):+.4f}"


def read_coinages() -> list[tuple[str, int]]:
    """Return the hand-counted names and coinages; none of them is in CMUdict."""
    with COINAGES.open(encoding="utf-8", newline="") as stream:
        return [(row["word"], int(row["syllables"])) for row in csv.DictReader(stream)]


def held_out_model(data: Path, *, development: bool = False) -> tuple[dict[str, int], int]:
    """Train without the held-out tenth (or the development tenth too); return it and its number."""
    unseen = {0, 1} if development else {0}
    known = {word: n for word, n in types(data).items() if tenth(word) not in unseen}
    return train(known), 1 if development else 0


@contextmanager
def in_use(weights: dict[str, int]) -> Iterator[None]:
    """Let the fallback read these weights in place of the shipped ones."""

    def replacement() -> dict[str, int]:
        return weights

    with mock.patch.object(syllables, "syllable_weights", replacement):
        yield


def evaluate(data: Path, *, development: bool = False) -> None:
    """Print the accuracy of a model that has not seen the words it is asked for."""
    weights, part = held_out_model(data, development=development)
    held = [(word, n) for word, n in types(data).items() if tenth(word) == part]
    skipped = {0, 1} if development else {0}
    prefixes = {word[:5] for word in types(data) if tenth(word) not in skipped}
    far = [(word, n) for word, n in held if word[:5] not in prefixes]
    print(f"weights {len(weights):,}, packed {len(weight_table(weights)):,} bytes")
    with in_use(weights):
        print(f"held-out tenth of types        {accuracy(held)}")
        print(f"  no 5-letter prefix in common {accuracy(far)}")
        if not development:
            print(f"names and coinages by hand     {accuracy(read_coinages())}")


# --- the command -----------------------------------------------------------------------------

CMU = "BSD-2-Clause style, Carnegie Mellon University (see NOTICE)"
MIT = "MIT, py-readability-metrics (see NOTICE)"
ABOUT: dict[str, dict[str, str]] = {
    SYLLABLE_TABLE: {
        "source": "cmusphinx/cmudict on GitHub, and cmudict 0.7a as in nltk/nltk_data "
        "(packages/corpora/cmudict.zip, commit 5db857e6f7df11eabb5e5665836db9ec8df07e28)",
        "licence": CMU,
        "made": "vowel phones of the first pronunciation in each version; a line holds the count "
        "in cmusphinx/cmudict, the count in 0.7a ('-' where the version lacks the words), "
        "and all words with that pair",
        "purpose": "English syllables; the second count is for the bug-for-bug textstat rules",
    },
    WEIGHT_TABLE: {
        "source": "cmusphinx/cmudict on GitHub",
        "licence": CMU,
        "made": "integer n-gram weights fitted to all alphabetic words of the table; the accuracy "
        "on unseen words is that of a model made the same way from nine tenths "
        "(scripts/make_lexicon.py --evaluate)",
        "purpose": "English syllables of words outside the dictionary",
    },
    "dale_chall_easy.txt": {
        "source": "cdimascio/py-readability-metrics on GitHub; Dale and Chall's list of words "
        "familiar to 80 % of fourth-graders",
        "licence": MIT,
        "made": "sorted",
        "purpose": "Dale-Chall formulas",
    },
    "spache_easy.txt": {
        "source": "cdimascio/py-readability-metrics on GitHub; Spache's revised list",
        "licence": MIT,
        "made": "sorted; a backslash in ten contractions of the source mended to an apostrophe",
        "purpose": "Spache formulas",
    },
}


def make(data: Path, folder: Path) -> None:
    """Write every data file and the manifest."""
    contents = {
        SYLLABLE_TABLE: syllable_table(data),
        WEIGHT_TABLE: weight_table(train(types(data))),
        "dale_chall_easy.txt": easy_words(data, "dale_chall_easy"),
        "spache_easy.txt": easy_words(data, "spache_easy"),
    }
    entries: dict[str, dict[str, object]] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in sorted(contents.items()):
        (folder / name).write_bytes(raw)
        digest = hashlib.sha256(raw).hexdigest()
        entries[name] = {**ABOUT[name], "bytes": len(raw), "sha256": digest}
        print(f"{name:24} {len(raw):>8,} bytes  {digest[:16]}")
    manifest = {"made_by": "scripts/make_lexicon.py", "files": entries}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with lexicon/ in it")
    parser.add_argument("--out", type=Path, default=ROOT / "qualmetrics" / "data")
    parser.add_argument("--evaluate", action="store_true", help="measure instead of writing")
    parser.add_argument("--development", action="store_true", help="measure on the second tenth")
    chosen = parser.parse_args()
    if chosen.evaluate or chosen.development:
        evaluate(chosen.data, development=chosen.development)
    else:
        make(chosen.data, chosen.out)


if __name__ == "__main__":
    main()
