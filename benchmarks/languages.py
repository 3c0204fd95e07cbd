"""Our syllables beside Pyphen's, and language detection beside its peers, on the shared texts.

    QUALMETRICS_DATA=../shared/data python benchmarks/languages.py [--show 20] [--detect]

Pyphen 0.18.1 counts hyphenation points plus one. Its patterns keep a margin of two letters (so
that `idea` has one part) and a printer avoids some breaks, so it undercounts; agreement is
therefore given with its own margins, with the closest that make sense (MARGINS) and with the
direction of the difference. No figure here is an accuracy: the disagreements
are printed to be read.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import random
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from qualmetrics.text.language import load

SOURCES = {
    "de": [
        ("stsb_multi/stsb.train_dev.jsonl.gz", "a"),
        ("textcomplexity_de/ratings.dev.jsonl.gz", "text"),
    ],
    "es": [
        ("stsb_multi/stsb.train_dev.jsonl.gz", "a"),
        ("speed_corpus/books_paragraphs.jsonl.gz", "text"),
    ],
    "fr": [
        ("stsb_multi/stsb.train_dev.jsonl.gz", "a"),
        ("readmepp/readmepp.train_dev.jsonl.gz", "text"),
    ],
    "it": [
        ("stsb_multi/stsb.train_dev.jsonl.gz", "a"),
        ("simpitiki_it/simpitiki.dev.jsonl.gz", "hard"),
    ],
    "ru": [("readmepp/readmepp.train_dev.jsonl.gz", "text")],
}
MARGINS = {"de": (1, 2), "fr": (1, 2)}
"""Letters that Pyphen must leave before and after a cut; its German and French patterns were not
made for cuts before a last letter and give `ar-beit-e-t` there. Elsewhere one and one."""
WORD = re.compile(r"[^\W\d_]+")


def texts_of(root: Path, code: str) -> Iterator[str]:
    """Yield the texts of a language; rows that name another one are passed over."""
    for name, field in SOURCES[code]:
        path = root / name
        if not path.exists():
            print(f"  ({name} is not there)")
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row.get("lang", code) == code:
                    yield row[field]


def types_of(texts: Iterator[str]) -> Counter[str]:
    """Count word types that occur in lower case, which leaves names and foreign titles out."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(WORD.findall(unicodedata.normalize("NFC", text).replace("’", "'")))
    return Counter({word: n for word, n in seen.items() if word.islower() and len(word) > 1})


def german(texts: Iterator[str]) -> Counter[str]:
    """Count German types, nouns included: a capital is no sign of a name there."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(WORD.findall(unicodedata.normalize("NFC", text).lower()))
    return Counter({word: n for word, n in seen.items() if len(word) > 1})


def compare_syllables(root: Path, show: int) -> None:
    """Print one row a language and the disagreements asked for."""
    import pyphen

    print("lang    types   agree  agree(close)     tokens   ours more  ours fewer    words/s")
    for code in SOURCES:
        words = (german if code == "de" else types_of)(texts_of(root, code))
        left, right = MARGINS.get(code, (1, 1))
        default = pyphen.Pyphen(lang=code)
        close = pyphen.Pyphen(lang=code, left=left, right=right)
        ours = load(code).syllables
        start = time.process_time()
        counts = {word: ours(word) for word in words}
        speed = len(words) / (time.process_time() - start)
        wide = {word: len(close.positions(word)) + 1 for word in words}
        narrow = {word: len(default.positions(word)) + 1 for word in words}
        apart = sorted(word for word in words if counts[word] != wide[word])
        equal = sum(n for word, n in words.items() if counts[word] == wide[word])
        print(
            f"{code}  {len(words):9,}  "
            f"{sum(counts[w] == narrow[w] for w in words) / len(words):.4f}  "
            f"{1 - len(apart) / len(words):15.4f}  {equal / words.total():.4f}  "
            f"{sum(counts[w] > wide[w] for w in words) / len(words):9.4f}  "
            f"{sum(counts[w] < wide[w] for w in words) / len(words):10.4f}  {speed:9,.0f}"
        )
        more = [word for word in apart if counts[word] > wide[word]]
        fewer = [word for word in apart if counts[word] < wide[word]]
        for title, group in (("more", more), ("fewer", fewer)):
            chosen = random.Random(0).sample(group, min(show // 2, len(group)))  # noqa: S311
            print(
                f"    ours {title}:",
                ", ".join(f"{w} {counts[w]} ({close.inserted(w)})" for w in chosen),
            )


def detectors() -> Iterator[tuple[str, Callable[[str], str | None]]]:
    """Yield the detectors that are installed, ours first."""
    from qualmetrics.text.detect import detect
    from qualmetrics.text.language import normalise

    yield "ours", lambda text: detect([text])[0]
    if importlib.util.find_spec("py3langid"):
        import py3langid

        yield "py3langid, all", lambda text: normalise(py3langid.classify(text)[0])
    if importlib.util.find_spec("lingua"):
        from lingua import LanguageDetectorBuilder

        lingua = LanguageDetectorBuilder.from_all_languages().build()

        def by_lingua(text: str) -> str | None:
            found = lingua.detect_language_of(text)
            return normalise(found.iso_code_639_1.name) if found else None

        yield "lingua, all", by_lingua
    if importlib.util.find_spec("langdetect"):
        import langdetect

        langdetect.DetectorFactory.seed = 0

        def by_langdetect(text: str) -> str | None:
            try:
                return normalise(langdetect.detect(text))
            except langdetect.LangDetectException:
                return None

        yield "langdetect, seeded", by_langdetect


def labelled(root: Path) -> dict[str, list[tuple[str, str]]]:
    """Return single sentences and texts of ten, each with its language."""
    rng = random.Random(0)  # noqa: S311
    short, long = [], []
    for name, field in (SOURCES["de"][0], SOURCES["ru"][0]):
        by_language: dict[str, set[str]] = {}
        with gzip.open(root / name, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                by_language.setdefault(row["lang"], set()).add(row[field])
        for code, texts in sorted(by_language.items()):
            ordered = sorted(texts)
            rng.shuffle(ordered)
            short += [(code, text) for text in ordered[:300]]
            long += [(code, " ".join(ordered[i : i + 10])) for i in range(300, 900, 10)]
    return {"sentences": short, "ten sentences": [row for row in long if row[1]]}


def compare_detection(root: Path) -> None:
    """Print accuracy, abstentions and speed of each detector."""
    sets = labelled(root)
    for name, answer in detectors():
        answer("Load the model before the clock starts, please.")
        for title, rows in sets.items():
            start = time.process_time()
            answers = [answer(text) for _, text in rows]
            spent = time.process_time() - start
            right = sum(lang == got for (lang, _), got in zip(rows, answers, strict=True))
            none = answers.count(None)
            print(
                f"{name:20} {title:14} n {len(rows):5}  right {right / len(rows):.4f}  "
                f"none {none / len(rows):.4f}  right of told {right / (len(rows) - none):.4f}  "
                f"{len(rows) / spent:8,.0f} texts/s"
            )


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, default=20, help="disagreements printed per language")
    parser.add_argument("--detect", action="store_true", help="compare detectors as well")
    arguments = parser.parse_args()
    root = Path(os.environ.get("QUALMETRICS_DATA", "../shared/data"))
    compare_syllables(root, arguments.show)
    if arguments.detect:
        compare_detection(root)


if __name__ == "__main__":
    main()
