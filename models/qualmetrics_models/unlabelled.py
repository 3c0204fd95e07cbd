"""Texts without labels that a teacher scores for its student: public domain, or CC BY.

Nothing of them stands in a text that is measured on: a window that shares eight running words with
one is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from qualmetrics_models import corpora

WINDOW = (60, 180)
"""Words of a window of a book, at least and about at most."""

SHARED = 8
"""Running words that two texts have in common by more than chance."""

MEASURED_ON = (
    "clear/clear.dev.jsonl.gz",
    "readmepp/readmepp.train_dev.jsonl.gz",
    "medreadme/medreadme.train_dev.jsonl.gz",
)


def texts(data: Path) -> list[str]:
    """Return the texts, each once, without what stands in a measured one."""
    measured = {shingle for text in _measured(data) for shingle in _shingles(text)}
    found = dict.fromkeys((*_books(data), *_sentences(data)))
    return [text for text in found if measured.isdisjoint(_shingles(text))]


def _measured(data: Path) -> Iterator[str]:
    yield from corpora.held_out(data)
    for file in MEASURED_ON:
        yield from (row["text"] for row in corpora.rows(data / file))


def _books(data: Path) -> Iterator[str]:
    """Yield windows of whole paragraphs of English books in the public domain."""
    rows = corpora.rows(data / "speed_corpus" / "books_paragraphs.jsonl.gz")
    window: list[str] = []
    n_words, book = 0, ""
    for row in rows:
        if row["lang"] != "en":
            continue
        size = len(row["text"].split())
        full = n_words >= WINDOW[0] and n_words + size > WINDOW[1]
        if window and (full or row["book"] != book):
            yield "\n\n".join(window)
            window, n_words = [], 0
        book = row["book"]
        if size <= WINDOW[1]:
            window.append(row["text"])
            n_words += size
    if window:
        yield "\n\n".join(window)


def _sentences(data: Path) -> Iterator[str]:
    """Yield the sentences of CompLex, CC BY 4.0: Bible, biomedicine, Europarl."""
    for row in corpora.rows(data / "complex_lcp2021" / "complex.train_trial.jsonl.gz"):
        yield row["sentence"]


def _shingles(text: str) -> Iterable[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + SHARED]) for i in range(max(len(words) - SHARED + 1, 0))}
