"""Markdown cut into blocks of prose, each piece with its place in the source.

Machinery. markdown-it-py parses; it knows the lines of a block but not the place of a word in it.
So its inline rules are wrapped: each one that consumes something notes which characters were marks
and which stood for others, and what nobody noted is text. A line of a block is then found as the
tail of its source line, for what a container adds (``> ``, an indent) stands before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from qualmetrics.errors import MissingExtraError
from qualmetrics.text import markup_html
from qualmetrics.text.prose import Block, Piece

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
"""First line of front matter (YAML, TOML) and the lines that end it."""
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_GITHUB_MARK = re.compile(r"\[\^[^\[\]\s]{1,99}\]:?")
_GITHUB_LABEL = re.compile(r"\[(?:[ xX]|![A-Z]{1,20})\](?=\s|$)")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(slots=True)
class _Marks:
    """What the inline rules noted in one block; offsets are into the block's content."""

    pieces: list[Piece] = field(default_factory=list)
    """Characters that are not text (read as "") or stand for other text."""
    delimiters: list[tuple[int, int, Token]] = field(default_factory=list)
    """Runs of ``*``, ``_`` or ``~~``: marks if the parser empties their token in the end."""
    last_bracket: int = -1
    """Where the last ``]`` of the block stands: no link begins after it."""
    n_embeds: int = 0
    n_comments: int = 0

    def drop(self, start: int, end: int) -> None:
        if start < end:
            self.pieces.append(Piece(start, end, ""))

    def put(self, start: int, end: int, text: str) -> None:
        self.pieces.append(Piece(start, end, text))


Rule = Callable[["StateInline", bool], bool]
Noter = Callable[["StateInline", _Marks, int], None]


def _note_newline(state: StateInline, marks: _Marks, start: int) -> None:
    while start > 0 and state.src[start - 1] == " ":
        start -= 1
    marks.put(start, state.pos, " ")


def _note_escape(state: StateInline, marks: _Marks, start: int) -> None:
    if state.src[start + 1] == "\n":
        marks.put(start, state.pos, " ")
    elif state.tokens[-1].content != state.tokens[-1].markup:
        marks.drop(start, start + 1)


def _note_code(state: StateInline, marks: _Marks, start: int) -> None:
    if not state.tokens or state.tokens[-1].type != "code_inline" or state.pending:
        return  # back-quotes that close nothing are text
    token, end = state.tokens[-1], state.pos
    size = len(token.markup)
    marks.drop(start, start + size)
    at = start + size
    while (at := state.src.find("\n", at, end - size)) >= 0:
        marks.put(at, at + 1, " ")
        at += 1
    marks.drop(end - size, end)


def _note_delimiters(state: StateInline, marks: _Marks, start: int) -> None:
    at, index = state.pos, len(state.tokens)
    while at > start:
        index -= 1
        token = state.tokens[index]
        marks.delimiters.append((at - len(token.content), at, token))
        at -= len(token.content)


def _note_link(state: StateInline, marks: _Marks, start: int) -> None:
    end = state.pos
    state.pos = start
    label_end = state.md.helpers.parseLinkLabel(state, start, disableNested=True)
    state.pos = end
    marks.drop(start, start + 1)
    marks.drop(label_end, end)


def _note_autolink(state: StateInline, marks: _Marks, start: int) -> None:
    marks.drop(start, start + 1)
    marks.drop(state.pos - 1, state.pos)


def _note_tag(state: StateInline, marks: _Marks, start: int) -> None:
    tag = state.src[start : state.pos]
    if _BREAK_TAG.fullmatch(tag):
        marks.put(start, state.pos, " ")
        return
    marks.n_comments += tag.startswith("<!--")
    marks.n_embeds += tag[:4].lower() == "<img"
    marks.drop(start, state.pos)


def _note_entity(state: StateInline, marks: _Marks, start: int) -> None:
    marks.put(start, state.pos, markup_html.as_text(state.src[start : state.pos]))


def _noted(rule: Rule, note: Noter) -> Rule:
    """Return a rule that also notes what it consumed."""

    def noted(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's call shape
        start = state.pos
        done = rule(state, silent)
        if done and not silent:
            note(state, state.env["marks"], start)
        return done

    return noted


def _link_rule(link: Rule) -> Rule:
    """Return a rule for links that gives up at once where no ``]`` follows.

    The parser's own looks ahead by running every rule on every character.
    """

    def closed_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as above
        return state.pos < state.env["marks"].last_bracket and link(state, silent)

    return closed_link


def _image_rule(link: Rule) -> Rule:
    """Return a rule for images that reads no alternative text.

    The parser's own begins a nested parse for it, in which depth is counted from zero again.
    """

    def image(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's call shape
        start = state.pos
        if not state.src.startswith("![", start):
            return False
        state.pos = start + 1
        if not link(state, True):  # noqa: FBT003 - the parser's call shape
            state.pos = start
            return False
        if not silent:
            state.push("image", "img", 0)
            state.env["marks"].drop(start, state.pos)
            state.env["marks"].n_embeds += 1
        return True

    return image


def _github(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's call shape
    """Consume a footnote mark, a task box or an alert label, which GitHub adds to Markdown."""
    if state.src[state.pos] != "[":
        return False
    match = _GITHUB_MARK.match(state.src, state.pos, state.posMax)
    if match is None and state.pos == 0:
        match = _GITHUB_LABEL.match(state.src)
    if match is None:
        return False
    if not silent:
        state.env["marks"].drop(state.pos, match.end())
    state.pos = match.end()
    return True


@cache
def _parser() -> MarkdownIt:
    """Build the parser once; it holds no state of a document, so that threads can share it."""
    try:
        from markdown_it import MarkdownIt, rules_inline
    except ImportError:
        raise MissingExtraError("markdown-it-py", "markup", "reading Markdown") from None
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.disable(["inline", "text_join"])  # called below, block by block, with fresh notes
    link = _link_rule(rules_inline.link)
    rules: dict[str, tuple[Rule, Noter]] = {
        "newline": (rules_inline.newline, _note_newline),
        "escape": (rules_inline.escape, _note_escape),
        "backticks": (rules_inline.backtick, _note_code),
        "strikethrough": (rules_inline.strikethrough.tokenize, _note_delimiters),
        "emphasis": (rules_inline.emphasis.tokenize, _note_delimiters),
        "link": (link, _note_link),
        "autolink": (rules_inline.autolink, _note_autolink),
        "html_inline": (rules_inline.html_inline, _note_tag),
        "entity": (rules_inline.entity, _note_entity),
    }
    for name, (rule, note) in rules.items():
        parser.inline.ruler.at(name, _noted(rule, note))
    parser.inline.ruler.at("image", _image_rule(link))
    parser.inline.ruler.before("link", "github", _github)
    # Tokens must keep the text they were pushed with: the notes hold on to them.
    parser.disable(["fragments_join"])
    parser.inline.parse("", parser, {"marks": _Marks()}, [])  # compiles the chains of rules
    parser.parse("")
    return parser


def _inline(content: str, env: Mapping[str, object]) -> tuple[_Marks, list[Token]]:
    marks, tokens, parser = _Marks(last_bracket=content.rfind("]")), list[Any](), _parser()
    parser.inline.parse(content, parser, {**env, "marks": marks}, tokens)
    return marks, tokens


def inline_tokens(content: str, env: Mapping[str, object]) -> list[Token]:
    """Return the inline tokens of one block; ``env`` is that of ``block_tokens``."""
    return _inline(content, env)[1]


def _inline_pieces(content: str, env: dict[str, object], skipped: Counter[str]) -> list[Piece]:
    """Cut the content of one block into pieces; offsets are into the content."""
    marks, _ = _inline(content, env)
    for start, end, token in marks.delimiters:
        if token.content == "":
            marks.drop(start, end)
    skipped.update(embeds=marks.n_embeds, comments=marks.n_comments)
    pieces: list[Piece] = []
    at = 0
    for start, end, text in sorted(marks.pieces):
        if start > at:
            pieces.extend(_lines_of(content, at, start))
        if text and end > at:
            pieces.append(Piece(max(start, at), end, text))
        at = max(at, end)
    pieces.extend(_lines_of(content, at, len(content)))
    return pieces


def _lines_of(content: str, start: int, end: int) -> Iterator[Piece]:
    """Cut text at line ends, which the parser leaves in where it gave up on nesting."""
    while start < end:
        stop = content.find("\n", start, end)
        if stop < 0:
            yield Piece(start, end)
            return
        if start < stop:
            yield Piece(start, stop)
        yield Piece(stop, stop + 1, " ")
        start = stop + 1


class _Lines:
    """The lines of the source, and where the lines of a block stand among them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0]
        at = source.find("\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = source.find("\n", at + 1)
        self.starts.append(len(source) + 1)

    def range(self, first: int, stop: int) -> tuple[int, int]:
        """Return the range of characters of lines ``first`` to ``stop`` (exclusive)."""
        after = self.starts[min(stop, len(self.starts) - 1)]
        return self.starts[first], min(after, len(self.source))

    def line(self, number: int) -> str:
        return self.source[self.starts[number] : self.starts[number + 1] - 1]

    def shifts(self, content: str, first: int, stop: int) -> list[tuple[int, int]] | None:
        """Return, per line of a block, its offset in the content and what to add for the source.

        None when a line is not the tail of a source line, which no block of prose is known to do.
        """
        shifts = []
        at = 0
        number = first
        for line in content.split("\n"):
            core = line.strip()
            while number < stop and not self.line(number).rstrip().endswith(core):
                number += 1
            if number >= stop:
                return None
            shifts.append((at, self.starts[number] + self._column(number, line, core) - at))
            at += len(line) + 1
            number += 1
        return shifts

    def _column(self, number: int, line: str, core: str) -> int:
        """Return the column of its source line at which a line of a block begins."""
        source_line = self.line(number)
        if not core:  # only white space that the parser takes for text, such as a no-break space
            return max(0, source_line.rfind(line))
        lead = len(line) - len(line.lstrip())
        return len(source_line.rstrip()) - len(core) - lead

    def shift_inside(self, content: str, number: int, after: int) -> tuple[int, int] | None:
        """Find content that stands within one line, from column ``after``: its place and end."""
        column = self.line(number).find(content, after)
        return None if column < 0 else (self.starts[number] + column, column + len(content))


def _moved(pieces: list[Piece], shifts: list[tuple[int, int]]) -> list[Piece]:
    def place(offset: int) -> int:
        return offset + shifts[bisect_right(shifts, offset, key=_first) - 1][1]

    return [Piece(place(start), place(end - 1) + 1, text) for start, end, text in pieces]


def _first(pair: tuple[int, int]) -> int:
    return pair[0]


def _front_matter_end(source: str) -> int:
    """Return where the text begins after front matter, 0 when there is none."""
    first_end = source.find("\n")
    if first_end < 0:
        return 0
    # a space stands where a byte order mark was
    closers = _FENCES.get(source[:first_end].rstrip().removeprefix(" "))
    if closers is None or not source[first_end + 1 : first_end + 2].strip():
        return 0  # "---" before a blank line is a rule across the page
    at = first_end + 1
    while at < len(source):
        end = source.find("\n", at)
        end = len(source) if end < 0 else end
        if source[at : at + 4].rstrip() in closers and source[at:end].rstrip() in closers:
            return min(end + 1, len(source))
        at = end + 1
    return 0


def _parseable(text: str) -> tuple[str, list[int]]:
    """Return a text without what the parser replaces or chokes on, and where it is shorter.

    Only the carriage return of a pair is taken out; the list holds the places of the line feeds
    that lost theirs. Every other change keeps the length.
    """
    text = _UNREADABLE.sub("\ufffd", text)
    if text.startswith("\ufeff"):
        text = " " + text[1:]
    if "\r" not in text:
        return text, []
    feeds = [match.start() - number for number, match in enumerate(re.finditer("\r\n", text))]
    return text.replace("\r\n", "\n").replace("\r", "\n"), feeds


def _with_returns(pieces: list[Piece], feeds: list[int]) -> list[Piece]:
    """Count the carriage returns that were taken out back in."""
    return [
        Piece(start + bisect_left(feeds, start), end + bisect_right(feeds, end - 1), text)
        for start, end, text in pieces
    ]


@dataclass(slots=True)
class _Reader:
    """Where the walk over the blocks stands."""

    lines: _Lines
    env: dict[str, object]
    keep: frozenset[str]
    skipped: Counter[str]
    n_lists: int = 0
    heading: Token | None = None
    in_table: bool = False
    cell_line: int = -1
    cell_after: int = 0

    def inline(self, token: Token) -> Iterator[Block]:
        first, stop = token.map or (0, 0)
        if self.in_table:
            shifts = self._cell(token, first)
            kind = "tables"
        elif self.heading is not None:
            shifts = self._heading(token, first, stop)
            kind = "headings"
        else:
            shifts = self.lines.shifts(token.content, first, stop)
            kind = "list_items" if self.n_lists else ""
        if (kind in ("tables", "headings") and kind not in self.keep) or not token.content:
            return
        if shifts is None:
            self.skipped["unplaced"] += 1
            return
        pieces = _inline_pieces(token.content, self.env, self.skipped)
        yield Block("list_items" if kind == "list_items" else None, _moved(pieces, shifts))

    def _heading(self, token: Token, first: int, stop: int) -> list[tuple[int, int]] | None:
        assert self.heading is not None  # noqa: S101 - asked by the caller
        if not self.heading.markup.startswith("#"):
            return self.lines.shifts(token.content, first, stop)
        line = self.lines.line(first)
        marks = line.find("#")
        after = len(line) - len(line[marks:].lstrip("#"))
        return self._within(token.content, first, after)

    def _cell(self, token: Token, number: int) -> list[tuple[int, int]] | None:
        if number != self.cell_line:
            self.cell_line, self.cell_after = number, 0
        return self._within(token.content, number, self.cell_after)

    def _within(self, content: str, number: int, after: int) -> list[tuple[int, int]] | None:
        found = self.lines.shift_inside(content, number, after)
        if found is None:
            return None
        start, self.cell_after = found
        return [(0, start)]


def blocks(text: str, *, keep: frozenset[str], skipped: Counter[str]) -> Iterator[Block]:
    """Yield the blocks of prose of a Markdown text and count what is left out.

    Parameters
    ----------
    text : str
        The whole source.
    keep : frozenset of str
        Kinds that are read as prose instead of being left out.
    skipped : Counter
        Gains the number of blocks left out, by kind.
    """
    parsed = block_tokens(text)
    if parsed.has_front_matter:
        skipped["front_matter"] += 1
    reader = _Reader(_Lines(parsed.source), parsed.env, keep, skipped)
    for token in parsed.tokens:
        for block in _block(reader, token):
            pieces = _with_returns(block.pieces, parsed.feeds) if parsed.feeds else block.pieces
            yield Block(block.kind, pieces)


class Parsed(NamedTuple):
    """Blocks of a Markdown text; their inline content is not parsed yet."""

    source: str
    """The text as it was parsed."""
    feeds: list[int]
    """Places in the source whose carriage return was taken out."""
    has_front_matter: bool
    tokens: list[Token]
    env: dict[str, object]
    """Link definitions, which inline content is parsed with."""


def block_tokens(text: str) -> Parsed:
    """Parse the blocks of a Markdown text; front matter is left out."""
    source, feeds = _parseable(text)
    begin = _front_matter_end(source)
    if begin:
        # blanked, not cut, so that lines and offsets stay those of the source
        source = re.sub(r"[^\n]", " ", source[:begin]) + source[begin:]
    env: dict[str, object] = {}
    return Parsed(source, feeds, begin > 0, _parser().parse(source, env), env)


_COUNTED = {
    "fence": "code",
    "code_block": "code",
    "heading_open": "headings",
    "table_open": "tables",
}
_LIST_STEP = {
    "bullet_list_open": 1,
    "ordered_list_open": 1,
    "bullet_list_close": -1,
    "ordered_list_close": -1,
}


def _block(reader: _Reader, token: Token) -> Iterator[Block]:
    kind = _COUNTED.get(token.type)
    if kind and kind not in reader.keep:
        reader.skipped[kind] += 1
    reader.n_lists += _LIST_STEP.get(token.type, 0)
    if token.type == "inline":
        yield from reader.inline(token)
    elif token.type == "html_block":
        yield from _html_block(reader, token)
    elif token.type in ("heading_open", "heading_close"):
        reader.heading = token if token.nesting > 0 else None
    elif token.type in ("table_open", "table_close"):
        reader.in_table = token.nesting > 0


def _html_block(reader: _Reader, token: Token) -> Iterator[Block]:
    if token.level > 0:  # its lines carry the marks of the list or quotation around it
        reader.skipped["html"] += 1
        return
    start, end = reader.lines.range(*(token.map or (0, 0)))
    yield from markup_html.blocks(
        reader.lines.source, start, end, keep=reader.keep, skipped=reader.skipped
    )
