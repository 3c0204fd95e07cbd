"""HTML cut into blocks of prose, each piece with its place in the source.

Machinery. A scanner of its own, and not ``html.parser``: that one changes what it reads between
patch releases of Python, decodes entities without saying where they stood and goes back over
unclosed tags. Here every step moves forward, so that a document is read in linear time, and what
is malformed is read as text or skipped as a browser would, never refused.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from qualmetrics.text.prose import FRAGMENT_KINDS, Block, Piece


def _names(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


_BLOCKS = _names(
    "address article aside blockquote body br center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li "
    "main menu nav ol optgroup option p pre search section summary table tbody td tfoot th thead "
    "title tr ul"
)
"""Elements at whose start and end a paragraph ends (``br`` only when doubled)."""
_KIND_OF = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "title"), "headings"),
    **dict.fromkeys(("pre", "xmp", "listing"), "code"),
    "table": "tables",
    **dict.fromkeys(("nav", "footer"), "navigation"),
    **dict.fromkeys(("script", "style", "template", "noscript", "noframes"), "scripts"),
    **dict.fromkeys(("select", "button", "textarea", "datalist"), "controls"),
    **dict.fromkeys(
        ("svg", "math", "canvas", "iframe", "object", "audio", "video", "img", "noembed"), "embeds"
    ),
    **dict.fromkeys(("li", "dt", "dd"), "list_items"),
    **dict.fromkeys(("figcaption", "caption", "legend", "summary"), "captions"),
}
_SCOPES = {"li": ("ul", "ol", "menu", "dir"), "dt": ("dl",), "dd": ("dl",)}
_SIBLINGS = {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd")}
_TRACKED = frozenset(_KIND_OF).union(*_SCOPES.values())
RAW = _names("script style textarea title xmp iframe noembed noframes")
"""Elements whose content holds no tags; they end only at their own end tag."""
_VOID = frozenset({"img"})
_ENDS_HEADING = _names(
    "p ul ol dl table section article aside nav main blockquote pre hr footer form"
)
"""An unclosed heading would swallow the document: these close it, a browser would not."""
_MAX_DEPTH = 64
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_TAG_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_MARK = re.compile(r"[>=]")
_SPACE = re.compile(r"\s*")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in sorted(RAW)}
_REFERENCE = r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,9}|[A-Za-z][A-Za-z0-9]{1,31});?"
_SPECIAL = re.compile(rf"[ \t\n\r\f]{{2,}}|[\t\n\r\f]|{_REFERENCE}")
_LINE_SPACE = re.compile(r"[\t\n\r\f]")


class Event(NamedTuple):
    """What stands at one place of a text: a stretch of text, a tag or a comment."""

    what: str
    """``text``, ``open``, ``close`` or ``comment`` (also a declaration, such as the doctype)."""
    start: int
    end: int
    name: str = ""


class Scanner:
    """Cuts a range of a text into text, tags and comments, never reading a character twice."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.at = start
        self.end = end
        self.trust_quotes = True
        self.last_close = text.rfind(">", start, end)

    def events(self) -> Iterator[Event]:
        """Yield what stands in the range, in order."""
        kept_from = self.at
        while (mark := self.text.find("<", self.at, self.end)) >= 0:
            event = self._markup(mark)
            if event is None:  # a "<" that opens nothing is text
                self.at = mark + 1
                continue
            if kept_from < mark:
                yield Event("text", kept_from, mark)
            yield event
            self.at = kept_from = event.end
            if event.what == "open" and event.name in RAW:
                close = _RAW_END[event.name].search(self.text, self.at, self.end)
                self.at = kept_from = close.start() if close else self.end
        if kept_from < self.end:
            yield Event("text", kept_from, self.end)

    def _markup(self, mark: int) -> Event | None:
        following = self.text[mark + 1 : mark + 2]
        if following in ("!", "?"):
            return self._declaration(mark)
        closing = following == "/"
        name = _TAG_NAME.match(self.text, mark + 1 + closing, self.end)
        if name is None:
            return None
        end = self._tag_end(name.end())
        if end < 0:
            return None
        # a name of a megabyte is not lower-cased: no element is called so
        spelt = name.group().lower() if name.end() - name.start() < 32 else ""
        return Event("close" if closing else "open", mark, end, spelt)

    def _declaration(self, mark: int) -> Event:
        closer = ">"
        if self.text.startswith("<!--", mark):
            closer = "-->"
        elif self.text.startswith("<![CDATA[", mark):
            closer = "]]>"
        # "<!-->" is a whole comment: the search may begin on the opener's own dashes
        found = self.text.find(closer, mark + 2, self.end)
        end = found + len(closer) if found >= 0 else self.end
        return Event("comment", mark, end)

    def _tag_end(self, at: int) -> int:
        """Return the place after the ``>`` that ends a tag, or -1."""
        if at > self.last_close:
            return -1
        plain = self.text.find(">", at, self.end) + 1
        if not self.trust_quotes or self.text.find("=", at, plain) < 0:
            return plain
        end = self._quoted_end(at)
        if end < 0:
            # One tag with an unclosed quote is read on to the end of the text; a second one would
            # make that quadratic, so from here on a tag ends at its first ">".
            self.trust_quotes = False
            return plain
        return end

    def _quoted_end(self, at: int) -> int:
        while (mark := _MARK.search(self.text, at, self.end)) is not None:
            if mark.group() == ">":
                return mark.end()
            space = _SPACE.match(self.text, mark.end(), self.end)
            at = space.end() if space else mark.end()
            quote = self.text[at : min(at + 1, self.end)]
            if quote in ('"', "'"):
                at = self.text.find(quote, at + 1, self.end) + 1
                if at == 0:
                    return -1
        return -1


@dataclass(slots=True)
class _Reader:
    """The open elements that matter, and the block being filled."""

    text: str
    keep: frozenset[str]
    skipped: Counter[str]
    stack: list[str] = field(default_factory=list)
    n_silent: int = 0
    """Open elements whose text is left out whole."""
    pieces: list[Piece] = field(default_factory=list)
    breaks: int = 0
    """Line breaks (``br``) since the last text: two in a row end a paragraph."""

    def is_silent(self, name: str) -> bool:
        kind = _KIND_OF.get(name)
        return kind is not None and kind not in FRAGMENT_KINDS and kind not in self.keep

    def take(self) -> Iterator[Block]:
        """Yield the block filled so far, if it holds anything, and begin another."""
        self.breaks = 0
        if self.pieces:
            kinds = [kind for name in self.stack if (kind := _KIND_OF.get(name)) in FRAGMENT_KINDS]
            yield Block(kinds[-1] if kinds else None, self.pieces)
            self.pieces = []

    def open(self, name: str) -> None:
        if self.n_silent == 0 and self.is_silent(name):
            self.skipped[_KIND_OF[name]] += 1
        if self.stack and self.stack[-1] in _HEADINGS and (name in _ENDS_HEADING | _HEADINGS):
            self._pop(len(self.stack) - 1)
        if name in _SIBLINGS:
            self._end_sibling(name)
        if name in _TRACKED and name not in _VOID and len(self.stack) < _MAX_DEPTH:
            self.stack.append(name)
            self.n_silent += self.is_silent(name)

    def close(self, name: str) -> None:
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index] == name:
                self._pop(index)
                return

    def _end_sibling(self, name: str) -> None:
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index] in _SCOPES[name]:
                return
            if self.stack[index] in _SIBLINGS[name]:
                self._pop(index)
                return

    def _pop(self, index: int) -> None:
        self.n_silent -= sum(map(self.is_silent, self.stack[index:]))
        del self.stack[index:]

    def add(self, start: int, end: int) -> None:
        before = len(self.pieces)
        self.pieces.extend(text_pieces(self.text, start, end))
        if len(self.pieces) > before and not self.text[start:end].isspace():
            self.breaks = 0


def text_pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    """Cut character data into pieces: entities decoded, runs of white space as one space."""
    at = start
    for match in _SPECIAL.finditer(text, start, end):
        read = as_text(match.group())
        if read == match.group():
            continue
        if at < match.start():
            yield Piece(at, match.start())
        yield Piece(match.start(), match.end(), read)
        at = match.end()
    if at < end:
        yield Piece(at, end)


def as_text(spelt: str) -> str:
    """Return what white space or a character reference stands for."""
    if spelt[0] != "&":
        return " "
    return _LINE_SPACE.sub(" ", html.unescape(spelt))


def blocks(
    text: str, start: int, end: int, *, keep: frozenset[str], skipped: Counter[str]
) -> Iterator[Block]:
    """Yield the blocks of prose of a range of HTML and count what is left out.

    Parameters
    ----------
    text : str
        The whole source.
    start, end : int
        The range of it to read; pieces carry offsets into the whole.
    keep : frozenset of str
        Kinds that are read as prose instead of being left out.
    skipped : Counter
        Gains the number of elements left out, by kind.
    """
    reader = _Reader(text, keep, skipped)
    for event in Scanner(text, start, end).events():
        if event.what == "text":
            if reader.n_silent == 0:
                reader.add(event.start, event.end)
        elif event.what == "comment":
            skipped["comments"] += text.startswith("<!--", event.start)
        else:
            yield from _tag(reader, event)
    yield from reader.take()


def _tag(reader: _Reader, event: Event) -> Iterator[Block]:
    name = event.name
    if name == "br":
        reader.breaks += 1
        if reader.breaks > 1:
            yield from reader.take()
        elif reader.n_silent == 0:
            reader.pieces.append(Piece(event.start, event.end, " "))
        return
    if name in _BLOCKS or (name in _KIND_OF and name not in _VOID):
        yield from reader.take()
    if event.what == "open":
        reader.open(name)
    else:
        reader.close(name)
