"""Texts for a teacher are windows of books and sentences, none a piece of a measured text."""

import gzip
import json

import pytest

unlabelled = pytest.importorskip(
    "qualmetrics_models.unlabelled", reason="the package qualmetrics-models is not here"
)

PARAGRAPH = "The boat {i} crossed the bay before noon, and nobody on the shore saw it come home. "


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def test_windows_are_whole_paragraphs_of_one_book(tmp_path):
    rows = [
        {"book": "A" if i < 6 else "B", "lang": "en", "text": PARAGRAPH.format(i=i) * 3}
        for i in range(9)
    ]
    rows.append({"book": "C", "lang": "es", "text": "Un barco cruzó la bahía. " * 20})
    write(tmp_path / "speed_corpus" / "books_paragraphs.jsonl.gz", rows)
    found = list(unlabelled._books(tmp_path))
    assert "\n\n".join(found) == "\n\n".join(row["text"] for row in rows[:9])
    assert len(found) == 3  # three of 51 words fit, a fourth would be more than 180
    assert not any("barco" in window for window in found)


def test_texts_that_share_a_run_of_words_are_told_from_those_that_do_not():
    measured = unlabelled._shingles("He said that the boat crossed the wide bay before noon.")
    inside = unlabelled._shingles("Then the boat crossed the wide bay before noon again.")
    other = unlabelled._shingles("The boat crossed a bay, and before noon it was home.")
    assert not measured.isdisjoint(inside)
    assert measured.isdisjoint(other)
