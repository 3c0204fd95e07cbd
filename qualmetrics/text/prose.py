"""What is left of a marked-up text once its markup is read: prose, and the way back to the source.

Machinery. ``markup_html`` and ``markup_markdown`` cut a source into ``Block`` values (pieces of the
source, in order); ``assemble`` joins them and keeps, for every stretch of prose, where it stood.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qualmetrics.errors import InputError

FRAGMENT_WORDS = 15
"""An unterminated list item or caption shorter than this is no sentence."""
FRAGMENT_KINDS = frozenset({"list_items", "captions"})
"""Kinds left out only when they are fragments; every other kind is left out whole."""
_CLOSERS = "\"'”’»›)]}*_ \u00a0"
_TERMINATORS = frozenset(".!?…。！？؟।")
_SEPARATOR = "\n\n"


class Segment(NamedTuple):
    """A stretch of prose and where it stood in the source, as half-open character ranges."""

    prose_start: int
    prose_end: int
    source_start: int
    source_end: int
    exact: bool
    """True where both ranges hold the same characters; False for an entity or a line break."""


class Piece(NamedTuple):
    """A range of the source, read as it stands (``text is None``) or as other characters."""

    start: int
    end: int
    text: str | None = None


class Block(NamedTuple):
    """One paragraph, heading or list item: a kind (None is plain prose) and its pieces."""

    kind: str | None
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Prose:
    """The prose of a marked-up text, with a map back to the characters it came from."""

    text: str
    """Paragraphs with a blank line between them; with ``markup="none"``, the text as given."""
    markup: str
    """How the source was read: ``none``, ``markdown`` or ``html``."""
    skipped: Mapping[str, int]
    """What was left out, counted by kind, such as ``{"headings": 2, "code": 1}``."""
    segments: tuple[Segment, ...]
    """The offset map, in order; the blank lines between paragraphs belong to no segment."""

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Locate a range of the prose in the source.

        Parameters
        ----------
        start, end : int
            Half-open range of characters of ``text``.

        Returns
        -------
        tuple of int
            The smallest range of the source that holds it. Marks that stand between its first and
            its last character (``**``, a tag) lie inside; an entity is covered whole.

        Raises
        ------
        InputError
            When the range does not lie within the prose.

        Examples
        --------
        >>> from qualmetrics.text.markup import read
        >>> source = "R&amp;D is **hard**."
        >>> prose = read(source, "html")
        >>> first, last = prose.to_source(0, 3)
        >>> prose.text[0:3], source[first:last]
        ('R&D', 'R&amp;D')
        """
        if not 0 <= start <= end <= len(self.text):
            raise InputError(
                f"({start}, {end}) is no range of this prose, which has {len(self.text)} "
                "characters; expected 0 <= start <= end <= len(prose.text)."
            )
        if start == end:
            point = self._source_of(start) if start < len(self.text) else self._end()
            return point, point
        first = self._source_of(start)
        return first, max(first, self._source_end_of(end - 1))

    def _segment_at(self, position: int) -> int:
        return bisect_right(self.segments, position, key=_prose_start) - 1

    def _source_of(self, position: int) -> int:
        index = self._segment_at(position)
        segment = self.segments[index]
        if position >= segment.prose_end:  # in the blank line between two paragraphs
            return self.segments[index + 1].source_start
        return segment.source_start + (position - segment.prose_start) * segment.exact

    def _source_end_of(self, position: int) -> int:
        segment = self.segments[self._segment_at(position)]
        if position >= segment.prose_end or not segment.exact:
            return segment.source_end
        return segment.source_start + position - segment.prose_start + 1

    def _end(self) -> int:
        return self.segments[-1].source_end if self.segments else 0


def _prose_start(segment: Segment) -> int:
    return segment.prose_start


def verbatim(text: str) -> Prose:
    """Return a text that has no markup as its own prose, not a character changed."""
    size = len(text)
    segments = (Segment(0, size, 0, size, exact=True),) if size else ()
    return Prose(text=text, markup="none", skipped={}, segments=segments)


def assemble(
    source: str,
    markup: str,
    blocks: Iterable[Block],
    *,
    skipped: Counter[str],
    keep: frozenset[str],
) -> Prose:
    """Join blocks into prose, leaving out the fragments among list items and captions."""
    parts: list[str] = []
    segments: list[Segment] = []
    length = 0
    for block in blocks:
        pieces = _trimmed(source, block.pieces)
        if not pieces:
            continue
        if block.kind in FRAGMENT_KINDS and block.kind not in keep and is_fragment(_join(pieces)):
            skipped[block.kind] += 1
            continue
        if parts:
            parts.append(_SEPARATOR)
            length += len(_SEPARATOR)
        for piece in pieces:
            assert piece.text is not None  # noqa: S101 - _trimmed fills it in
            segments.append(_segment(source, piece, length))
            parts.append(piece.text)
            length += len(piece.text)
    return Prose("".join(parts), markup, dict(sorted((+skipped).items())), tuple(segments))


def _segment(source: str, piece: Piece, at: int) -> Segment:
    text = piece.text or ""
    exact = len(text) == piece.end - piece.start and source.startswith(text, piece.start)
    return Segment(at, at + len(text), piece.start, piece.end, exact)


def is_fragment(text: str) -> bool:
    """Tell whether a list item or a caption is no sentence: short and not terminated."""
    core = text.rstrip(_CLOSERS)
    return core[-1:] not in _TERMINATORS and len(text.split(None, FRAGMENT_WORDS)) < FRAGMENT_WORDS


def _join(pieces: list[Piece]) -> str:
    return "".join(piece.text or "" for piece in pieces)


def _trimmed(source: str, pieces: list[Piece]) -> list[Piece]:
    """Fill in the pieces, drop white space at both ends, let no two spaces meet at a seam."""
    filled: list[Piece] = []
    after_space = True
    for piece in pieces:
        text = source[piece.start : piece.end] if piece.text is None else piece.text
        if after_space:
            text = text.lstrip()
        if text:
            start = piece.start if piece.text is not None else piece.end - len(text)
            filled.append(Piece(start, piece.end, text))
            after_space = text[-1].isspace()
    while filled:
        last = filled.pop()
        text = (last.text or "").rstrip()
        if text:
            whole = len(text) == len(last.text or "")
            filled.append(Piece(last.start, last.end if whole else last.start + len(text), text))
            break
    return filled
