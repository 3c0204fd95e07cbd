"""Cuts a document into what gets a row of its own: paragraphs, sentences or lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import islice

from qualmetrics.corpus.readers import Document
from qualmetrics.errors import InputError
from qualmetrics.reward.completion import Completion

LEVELS = ("document", "paragraph", "sentence", "line")
"""What a row of the output stands for."""

_BLANK = re.compile(r"\n[ \t\r]*\n\s*")


def units(document: Document, level: str) -> Iterator[Document]:
    """Yield the parts of a document that hold anything, called ``id#1`` and so on.

    Paragraphs are parted by blank lines. A document without a text, or with nothing in it, is one
    row as it stands, so that it is not lost.
    """
    if level == "document" or not document.text or not document.text.strip():
        yield document
        return
    pieces = (piece for piece in _CUTTERS[level](document.text) if piece.strip())
    for i, piece in enumerate(pieces, 1):
        yield replace(document, id=f"{document.id}#{i}", text=piece)


def completed(document: Document, completion: Completion | None) -> Document:
    """Return a document with what of a model's output counts: thoughts and tokens taken off."""
    if completion is None or document.text is None:
        return document
    return replace(document, text=completion.text(document.text, document.columns.get("prompt")))


def check_selection(*, level: str, sample: float, limit: int | None) -> None:
    """Refuse a level that is none, a share that is none, a limit below 1.

    Raises
    ------
    InputError
        With what was expected.
    """
    if level not in LEVELS:
        raise InputError(f"level {level!r} is not one of {', '.join(LEVELS)}")
    if not 0 < sample <= 1:
        raise InputError(f"sample must be a share above 0, up to 1; got {sample:g}")
    if limit is not None and limit < 1:
        raise InputError(f"limit must be at least 1; got {limit}")


def is_drawn(document: Document, share: float) -> bool:
    """Draw a row by its id, where it has one of its own, and what it holds.

    Every run, shard and engine draws the same rows, whatever the file is called, wherever it is cut
    and however it is packed. A file that cannot be read is always told.
    """
    if document.whole and document.problem:
        return True
    name = "" if document.id in document.default_ids else document.id
    held = document.problem if document.text is None else document.text
    identity = f"{name}\n{held}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(identity, digest_size=8).digest()) < share * 2**64


def selected(
    documents: Iterable[Document], *, level: str, sample: float, limit: int | None
) -> Iterator[Document]:
    """Yield the rows of a stream of documents: those drawn, cut, and no more than the limit."""
    drawn = (d for d in documents if sample >= 1 or is_drawn(d, sample))
    return islice((unit for d in drawn for unit in units(d, level)), limit)


def _sentences(text: str) -> list[str]:
    from qualmetrics.text.spans import sentence_spans

    return [text[start:end] for start, end in sentence_spans(text)]


_CUTTERS: Mapping[str, Callable[[str], Sequence[str]]] = {
    "paragraph": _BLANK.split,
    "line": str.splitlines,
    "sentence": _sentences,
}
