"""Documents of any number for benchmarks of corpora: sentences of real books, drawn by a seed.

Sentences are those of the public-domain books in QUALMETRICS_DATA/speed_corpus. About one word in
fifty is made up and there once, so that no memory of words ever knows them all, as it never does on
the web. The same seed gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SYLLABLES = (
    "an bel cor dan el fir gos han il jor kas lem mon nar ost pel qui ras sel tor un vel wes yon "
    "zar bri cla dro fle gri plo stra tre shi cho thu ber der ful ner ster ment ling hood wick"
).split()
COINED = 0.4
"""Share of sentences whose last word is made up: one word in fifty, at twenty a sentence."""


def sentences(lang: str = "en") -> list[str]:
    """Return the sentences of the books of a language, in order."""
    path = Path(os.environ["QUALMETRICS_DATA"]) / "speed_corpus" / "books_paragraphs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["lang"] == lang]
    found = (s for row in rows for s in re.split(r"(?<=[.!?])\s+", " ".join(row["text"].split())))
    return [sentence for sentence in found if len(sentence) > 20 and " " in sentence]


def documents(seed: int = 0, lang: str = "en") -> Iterator[str]:
    """Yield texts without end: 2 KB on average, with a long tail."""
    draw, known = random.Random(seed), sentences(lang)  # noqa: S311 - a corpus, no secret
    while True:
        n = min(250, max(1, round(draw.lognormvariate(2.4, 0.75))))
        drawn = draw.choices(known, k=n)
        for i in range(n):
            if draw.random() < COINED:
                head, _, last = drawn[i].rpartition(" ")
                drawn[i] = f"{head} {''.join(draw.choices(SYLLABLES, k=4))}{last[-1]}"
            elif i % 5 == 4:
                drawn[i] += "\n\n"
        yield " ".join(drawn)


def write_files(folder: Path, size: int, *, files: int = 1, seed: int = 0) -> list[Path]:
    """Write JSON lines with ``id`` and ``text``, about ``size`` bytes in all; return the paths."""
    texts, number = documents(seed), 0
    paths = [folder / f"part-{i:03d}.jsonl" for i in range(files)]
    for path in paths:
        held = 0
        with path.open("w", encoding="utf-8") as lines:
            while held < size // files:
                line = json.dumps({"id": f"d{number}", "text": next(texts)}) + "\n"
                lines.write(line)
                held, number = held + len(line), number + 1
    return paths


def english_formulas() -> list[str]:
    """Return the formulas made for English, or for any language."""
    import qualmetrics as qm
    from qualmetrics.errors import MissingExtraError

    found = []
    for name in qm.names():
        with suppress(MissingExtraError):  # no formula is in an extra
            spec = qm.get(name).spec
            if spec.family == "formula" and {"en", "any"} & set(spec.languages):
                found.append(name)
    return found
