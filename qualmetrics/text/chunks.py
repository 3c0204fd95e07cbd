"""Text to chunks: maximal runs without whitespace, and one chunk for each line break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

NEWLINE: Final = "\0"
"""The chunk that stands for a line break; NULs of the text itself are spaces."""

_LINE_BREAKS: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_RARE_ASCII: Final = ("\r", "\0", "\v", "\f")
_RARE: Final = ("\r", "\0", "\v", "\f", "\x85", "\u2028", "\u2029")
_PIECE_SIZE: Final = 1 << 20
_PIECE: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]|\\S+")


def plain_breaks(text: str) -> str:
    r"""Return the text with every kind of line break as ``\n`` and NUL as a space."""
    for rare in _RARE_ASCII if text.isascii() else _RARE:
        if rare in text:
            return _LINE_BREAKS.sub("\n", text.replace("\0", " "))
    return text


def split(text: str) -> list[str]:
    """Return the chunks of a text whose breaks are plain."""
    return text.replace("\n", " \0 ").split()


def pieces(text: str) -> Iterator[str]:
    """Cut a long text, its breaks made plain, at spaces into pieces of about a megabyte."""
    start = 0
    while len(text) - start > _PIECE_SIZE:
        cut = text.rfind(" ", start, start + _PIECE_SIZE)
        if cut < 0:
            cut = text.find(" ", start)
        if cut < 0:
            break
        yield text[start:cut]
        start = cut + 1
    yield text[start:]


def split_with_offsets(text: str) -> tuple[list[str], list[int]]:
    """Return the chunks of a text and where each starts in the text as given."""
    chunks: list[str] = []
    starts: list[int] = []
    for match in _PIECE.finditer(text.replace("\0", " ")):
        piece = match.group()
        chunks.append(NEWLINE if piece[0].isspace() else piece)
        starts.append(match.start())
    return chunks, starts
