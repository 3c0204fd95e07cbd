"""Which documents a report shows, and how one of them is marked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.gates import Gate
from qualmetrics.report.table import Scored

ENDS: Mapping[str, tuple[str, str]] = {
    "ease": ("hardest", "easiest"),
    "difficulty": ("easiest", "hardest"),
    "similarity": ("least similar", "most similar"),
    "quality": ("worst", "best"),
    "quantity": ("lowest", "highest"),
}
"""What the lower and the upper end of a scale are called."""

MAX_TEXT = 1200
"""Characters of a document that its view shows."""


@dataclass(frozen=True)
class Pick:
    """Documents of one end of a column, or next to a gate: positions in the table."""

    column: str
    why: str
    rows: tuple[int, ...]


def picks(table: Scored, column: str, gates: Sequence[Gate], count: int) -> list[Pick]:
    """Return the documents at either end of a column, and those nearest to each gate on it."""
    values = table.values[column]
    there = np.flatnonzero(np.isfinite(values))
    if not len(there) or count < 1:
        return []
    spec = table.spec(column)
    is_primary = spec is not None and column.partition(".")[2] in ("", spec.primary)
    low, high = ENDS[spec.increases_with if spec and is_primary else "quantity"]
    kept = values[there]
    found = [
        Pick(column, _end(high, "highest"), _least(there, -kept, count)),
        Pick(column, _end(low, "lowest"), _least(there, kept, count)),
    ]
    for gate in gates:
        if gate.name == column:
            near = _least(there, np.abs(kept - gate.limit), count)
            found.append(Pick(column, f"nearest to {gate}", near))
    return found


def _least(rows: NDArray[np.intp], values: NDArray[np.float64], count: int) -> tuple[int, ...]:
    """Return the rows of the least values, in order, without sorting all of them."""
    if len(values) > count:
        part = np.argpartition(values, count)[:count]
        rows, values = rows[part], values[part]
    return tuple(rows[np.lexsort((rows, values))].tolist())


def _end(word: str, side: str) -> str:
    return word if word == side else f"{word} ({side})"


@dataclass(frozen=True)
class Sentence:
    """A piece of a document: a sentence with its level 0 to 4, or what stands between two."""

    parts: tuple[tuple[str, bool], ...]
    """Its text in pieces, and whether each is a hard word."""
    level: int | None
    title: str


def marked(text: str, lang: str = "en") -> dict[str, Any]:
    """Return a document cut into sentences with their levels and hard words, and the levels' names.

    The grade of a sentence is its Flesch-Kincaid grade in English, LIX elsewhere; one of under five
    words has no level.
    """
    from qualmetrics.serve.analysis import sentences_and_words

    shown = text[:MAX_TEXT]
    data = sentences_and_words(shown, lang)
    if len(text) > len(shown) and len(data["sentences"]) > 1:  # the last one is cut in two
        data["sentences"].pop()
        shown = shown[: data["sentences"][-1]["end"]]
    hard = sorted(tuple(place) for word in data["words"] for place in word["places"])
    unit = data["graded_by"]["unit"]
    sentences: list[Sentence] = []
    at = 0
    for one in data["sentences"]:
        if one["start"] > at:
            sentences.append(Sentence(((shown[at : one["start"]], False),), None, ""))
        at = one["end"]
        title = f"{one['words']} words"
        if one["grade"] is not None:
            title = f"{unit} {one['grade']:.1f}, {data['levels'][one['level']][1]}, {title}"
        parts = _parts(shown, one["start"], one["end"], hard)
        sentences.append(Sentence(tuple(parts), one["level"], title))
    if at < len(shown):
        sentences.append(Sentence(((shown[at:], False),), None, ""))
    return {
        "sentences": sentences,
        "hardest": _hardest(shown, data["sentences"]),
        "levels": data["levels"],
        "graded_by": data["graded_by"]["title"],
        "rest": len(text) - len(shown),
    }


def _hardest(text: str, sentences: Sequence[Mapping[str, Any]]) -> list[tuple[float, str]]:
    """Return the grades of the two hardest sentences, and how they begin."""
    graded = [one for one in sentences if one["grade"] is not None]
    graded.sort(key=lambda one: -one["grade"])
    return [(one["grade"], snippet(text[one["start"] : one["end"]], 60)) for one in graded[:2]]


def _parts(
    text: str, start: int, end: int, hard: Sequence[tuple[int, int]]
) -> list[tuple[str, bool]]:
    found = []
    for first, last in hard:
        if start <= first and last <= end:
            if first > start:
                found.append((text[start:first], False))
            found.append((text[first:last], True))
            start = last
    if start < end:
        found.append((text[start:end], False))
    return found


def snippet(text: str, most: int = 110) -> str:
    """Return the beginning of a text on one line."""
    flat = " ".join(text[: 4 * most].split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
