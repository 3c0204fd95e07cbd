"""The same sentences in another order, twice, by halves, or half in another language."""

from __future__ import annotations

import re
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng

_BLANK: Final = re.compile(r"\n[ \t]*\n")
_WORD: Final = re.compile(r"\S+")

GERMAN: Final = (
    "Der Zug nach Norden fährt heute etwas später ab.",
    "Im Garten hinter dem Haus stehen drei alte Apfelbäume.",
    "Niemand weiß genau, wann die Brücke wieder geöffnet wird.",
    "Am Abend trafen sich die Nachbarn auf dem kleinen Platz.",
    "Das Museum bleibt am Montag geschlossen.",
    "Sie legte den Brief auf den Tisch und ging hinaus.",
)
ENGLISH: Final = (
    "The train to the north leaves a little later today.",
    "Three old apple trees stand in the garden behind the house.",
    "Nobody knows exactly when the bridge will open again.",
    "In the evening the neighbours met on the small square.",
    "The museum is closed on Mondays.",
    "She put the letter on the table and went out.",
)
"""Sentences of our own that replace some of a text; English ones in a German text."""


def _reordered(draft: Draft, rng: Rng) -> str:
    spans = draft.sentences
    if len(spans) < 2:
        return draft.text
    order = rng.permutation(len(spans))
    if (order == range(len(spans))).all():
        order = order[::-1]
    return _filled(draft.text, spans, [draft.text[slice(*spans[i])] for i in order])


def _filled(text: str, spans: list[tuple[int, int]], sentences: list[str]) -> str:
    """Put sentences in the places of others; what stands between them stays."""
    parts, last = [], 0
    for (start, end), sentence in zip(spans, sentences, strict=True):
        parts += [text[last:start], sentence]
        last = end
    return "".join([*parts, text[last:]])


def _foreign(draft: Draft, rng: Rng) -> str:
    """Replace every second sentence."""
    spans = draft.sentences
    if not spans:
        return draft.text
    strange = ENGLISH if draft.lang.startswith("de") else GERMAN
    at = int(rng.integers(len(strange)))
    sentences = [
        strange[(at + k) % len(strange)] if k % 2 == len(spans) % 2 else draft.text[start:end]
        for k, (start, end) in enumerate(spans)
    ]
    if len(spans) == 1:
        sentences = [strange[at]]
    return _filled(draft.text, spans, sentences)


def _again(draft: Draft, rng: Rng) -> str:
    del rng
    ends = [match.end() for match in _BLANK.finditer(draft.text.rstrip())]
    return f"{draft.text.rstrip()}\n\n{draft.text[ends[-1] if ends else 0 :].strip()}"


def _half(draft: Draft, rng: Rng) -> str:
    """Cut after half of the words, wherever that is."""
    del rng
    words = list(_WORD.finditer(draft.text))
    return draft.text[: words[(len(words) + 1) // 2 - 1].end()] if len(words) > 1 else draft.text


PERTURBATIONS: Final = (
    Perturbation("sentence_shuffle", "decrease", "all sentences in random order", _reordered),
    Perturbation("last_paragraph_twice", "decrease", "the last paragraph comes again", _again),
    Perturbation(
        "half", "decrease", "cut after half of the words", _half, only="references"
    ),
    Perturbation(
        "language_swap", "decrease", "every second sentence is about something else, in German",
        _foreign,
    ),
)  # fmt: skip
