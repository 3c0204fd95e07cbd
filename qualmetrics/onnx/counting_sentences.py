"""Sentence boundaries as graph operators: ``text.marks`` and ``text.sentences``.

Each bit that Python reads off a chunk is here an expression that the whole chunk matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from qualmetrics.onnx.counting_classes import (
    DIGITS,
    LETTERS,
    MARK,
    UPPER,
    one_of,
    shadowed,
    where,
)
from qualmetrics.onnx.counting_syllables import cut
from qualmetrics.onnx.nodes import Graph, Name
from qualmetrics.text import marks
from qualmetrics.text.language import Language
from qualmetrics.text.skeleton import DASH, ELLIPSIS, FULL_STOP

_CLOSERS = "\"')]}`*_>" + DASH + "-" + MARK
_OPENERS = "\"'([{`*_<" + DASH + "-" + MARK


_TAIL = ("STOPS", "COLON", "HARD", "BANG", "ASKS", "DOTS", "CLOSED")
"""Bits read off the end of a chunk."""
_NOTE = f"(?s).*\\[{shadowed(DIGITS)}+\\]"


@dataclass(frozen=True)
class Chunks:
    """Distinct chunks and the words in them."""

    texts: Name
    has_word: Name
    n_words: Name
    first: Name
    """Index of the first word among the words of all distinct chunks; any where there is none."""
    last: Name
    keys: Name
    """Of all words, in order: lower case."""
    raw: Name


@dataclass(frozen=True)
class Marks:
    """What distinct chunks say about boundaries: one truth array each."""

    bits: dict[str, Name]

    def at(self, g: Graph, index: Name) -> dict[str, Name]:
        """Return the bits of the chunks of a stream."""
        return {name: g.take(value, index) for name, value in self.bits.items()}


@cache
def _expressions() -> dict[str, str]:
    """Return the bits that the characters of a chunk decide."""
    stop = shadowed(marks.STOP_CHARACTERS)
    closers = shadowed(_CLOSERS) + "*"
    quoting = shadowed("\"')]}`")
    opener = shadowed(_OPENERS) + "*"
    exclaims = shadowed("!?")
    before = shadowed("(") + "?"
    number = shadowed(DIGITS)
    numeral = f"{number}{{1,2}}|{shadowed(LETTERS)}|{shadowed('ivxIVX')}{{2,4}}"
    after = shadowed(".)")
    enumerator = f"{before}(?:{numeral})(?:{shadowed('.')}{shadowed(')')}|{after})"
    bullet = f"{shadowed('*+' + DASH + '-')}|{shadowed('#')}{{1,6}}"
    found = {
        "STOPS": f".*{stop}{closers}",
        "COLON": f".*{shadowed(':;')}{closers}",
        "HARD": f".*{shadowed(FULL_STOP)}{stop}*{closers}",
        "BANG": f".*{exclaims}{stop}*{closers}",
        "ASKS": f".*{shadowed('?')}{stop}*{closers}",
        "DOTS": f".*(?:{stop}{stop}|{shadowed(ELLIPSIS)}){closers}",
        "CLOSED": f".*{stop}{closers}{quoting}{closers}",
        "OPENED": f"{opener}{shadowed(chr(34) + chr(39) + '`')}.*",
        "UPPER": f"{opener}{where(str.isupper)}.*",
        "LOWER": f"{opener}{where(str.islower)}.*",
        "FIGURE": f"{opener}{where(str.isdigit)}.*",
        "ENUMERATOR": enumerator,
        "BULLET": bullet,
        "BARE_STOP": f"{stop}+",
    }
    return {name: f"(?s){expression}" for name, expression in found.items()}


def read_marks(g: Graph, chunks: Chunks, language: Language) -> Marks:
    """Read the bits off distinct chunks."""
    note = g.both(g.matches(chunks.texts, _NOTE), g.op("Greater", chunks.n_words, g.constant(1)))
    tails = g.op("Where", note, cut(g, chunks.texts, r"\[[^\[]*$"), chunks.texts)
    bits = {
        name: g.matches(tails if name in _TAIL else chunks.texts, expression)
        for name, expression in _expressions().items()
    }
    word, no = chunks.has_word, g.no
    for name in ("BULLET", "BARE_STOP"):
        bits[name] = g.both(bits[name], no(word))
    bits["ENUMERATOR"] = g.both(bits["ENUMERATOR"], word)
    bits["COLON"] = g.both(bits["COLON"], no(bits["STOPS"]))
    bang = g.both(bits["BANG"], no(bits["HARD"]))
    dots = g.both(bits["DOTS"], no(bits["HARD"]), no(bits["BANG"]))
    dot = g.both(bits["STOPS"], no(bits["HARD"]), no(bits["BANG"]), no(bits["DOTS"]))
    bits |= {"BANG": bang, "DOTS": dots, "DOT": dot}
    last = g.op("Sub", chunks.last, g.integer(note))  # left.[3]: the number is a note's
    key, raw = g.take(chunks.keys, last), g.take(chunks.raw, last)
    dotted = f"(?s){where(_is_plain_letter)}(?:\\.{where(_is_plain_letter)})+"
    initial = g.both(g.matches(raw, f"(?s){shadowed(UPPER)}.*"), g.matches(key, "(?s)."))
    title, numbered = _is_in(g, key, language.titles), _is_in(g, key, language.before_numbers)
    maybe = g.either(_is_in(g, key, language.abbreviations), g.matches(key, dotted), initial)
    dotted_word = g.both(dot, word)
    bits["TITLE"] = g.both(dotted_word, title)
    bits["NUMBERED"] = g.both(dotted_word, no(title), numbered)
    bits["MAYBE"] = g.both(dotted_word, no(title), no(numbered), maybe)
    first_key, first_raw = g.take(chunks.keys, chunks.first), g.take(chunks.raw, chunks.first)
    starter = g.matches(first_key, f"(?s)(?:{one_of(language.function_words)})(?:'.*)?")
    bits["STARTER"] = g.both(bits["UPPER"], word, starter)
    bits["HAS_WORD"] = word
    bits["CAPITAL"] = g.both(word, is_name_like(g, first_raw))
    capitals = g.matches(first_raw, f"(?s){where(_is_capital)}{{2,}}")
    bits["CAPITALS"] = g.both(word, capitals)
    return Marks(bits)


def _is_plain_letter(character: str) -> bool:
    return character.isalnum() and not character.isnumeric()


def _is_capital(character: str) -> bool:
    return character.isupper() and character.isalpha()


def _is_in(g: Graph, keys: Name, known: frozenset[str]) -> Name:
    return g.equal(g.look_up(keys, dict.fromkeys(sorted(known), 1), 0), g.constant(1))


def is_name_like(g: Graph, raw: Name) -> Name:
    """Say which words are names by their capital, where they stand inside a sentence."""
    capital = g.matches(raw, f"(?s)[$#+]?{where(str.isupper)}.*")
    never = "|".join(sorted(marks.NEVER_NAMES)).replace("'", "['’]")
    return g.both(capital, g.no(g.matches(raw, f"(?i:{never})")))


@dataclass(frozen=True)
class Stream:
    """The chunks of all texts one after the other, line breaks taken out."""

    chunk: Name
    """Which distinct chunk."""
    text: Name
    breaks: Name
    """How many line breaks precede each chunk in its text."""
    is_first: Name
    """Whether it is the first of its text."""
    is_last: Name
    size: Name


def stream(g: Graph, rows: Name, which: Name, is_break: Name) -> Stream:
    """Take the line breaks out of the chunks of all texts; ``is_break`` is of distinct chunks."""
    breaks = g.take(is_break, which)
    kept = g.no(breaks)
    so_far = g.keep(g.running(g.integer(breaks)), kept)
    text, chunk = g.keep(rows, kept), g.keep(which, kept)
    minus_one = g.constant([-1])
    before = g.op("Concat", minus_one, _slice(g, text, 0, -1), axis=0)
    after = g.op("Concat", _slice(g, text, 1, None), minus_one, axis=0)
    earlier = g.op("Concat", g.constant([0]), _slice(g, so_far, 0, -1), axis=0)
    return Stream(
        chunk=chunk,
        text=text,
        breaks=g.op("Sub", so_far, earlier),
        is_first=g.no(g.equal(text, before)),
        is_last=g.no(g.equal(text, after)),
        size=g.size(chunk, 0),
    )


def _slice(g: Graph, values: Name, start: int, stop: int | None) -> Name:
    return g.op(
        "Slice", values, g.constant([start]), g.constant([1 << 60 if stop is None else stop])
    )


def next_of(g: Graph, mask: Name) -> Name:
    """Return what the chunk after each one has; the last looks at itself."""
    return g.op("Concat", _slice(g, mask, 1, None), _slice(g, mask, -1, None), axis=0)


def previous_of(g: Graph, mask: Name, first: bool = False) -> Name:  # noqa: FBT001, FBT002
    """Return what the chunk before each one has."""
    return g.op("Concat", g.constant([first], bool), _slice(g, mask, 0, -1), axis=0)


def paragraph_ends(g: Graph, s: Stream) -> Name:
    """Mark the chunks that a blank line or the end of the text follows."""
    blank = g.op("GreaterOrEqual", s.breaks, g.constant(2))
    return g.either(_before(g, blank), s.is_last)


def _before(g: Graph, mask: Name) -> Name:
    """Mark the chunk before each marked one."""
    return g.op("Concat", _slice(g, mask, 1, None), g.constant([False], bool), axis=0)


def sentence_ends(g: Graph, s: Stream, bits: dict[str, Name], paragraphs: Name) -> Name:
    """Mark the chunks after which a sentence ends."""
    broken = g.op("Greater", s.breaks, g.constant(0))
    block = g.both(broken, g.either(bits["BULLET"], bits["ENUMERATOR"]))
    by_layout = g.either(paragraphs, _before(g, block))
    ends = g.either(by_layout, _by_stop(g, bits))
    begins = g.either(previous_of(g, ends), s.is_first, broken)
    only_number = g.both(bits["STOPS"], bits["ENUMERATOR"], g.no(by_layout), begins)
    return g.both(ends, g.no(only_number))


def _by_stop(g: Graph, bits: dict[str, Name]) -> Name:
    """Decide for each stop whether a sentence ends there, by its kind and the next chunk."""
    after = {
        name: next_of(g, bits[name])
        for name in ("LOWER", "UPPER", "STARTER", "FIGURE", "BARE_STOP")
    }
    no, lower, closed = g.no, after["LOWER"], bits["CLOSED"]
    dot = g.both(
        bits["DOT"],
        no(bits["TITLE"]),
        g.either(no(bits["MAYBE"]), after["STARTER"]),
        g.either(no(bits["NUMBERED"]), no(after["FIGURE"])),
        no(g.both(lower, g.either(closed, bits["NUMBERED"], bits["BARE_STOP"]))),
    )
    bang = g.both(bits["BANG"], no(g.both(lower, g.either(closed, no(bits["ASKS"])))))
    dots = g.both(bits["DOTS"], no(lower), g.either(after["UPPER"], closed))
    ends = g.either(dot, bang, dots, bits["HARD"])
    return g.both(ends, bits["STOPS"], no(after["BARE_STOP"]))


def stretches(g: Graph, s: Stream, ends: Name, has_word: Name, n: Name) -> Name:
    """Count, for each text, the stretches between ends that hold a word."""
    first = first_of_stretch(g, s, ends, has_word)
    return g.sums(s.text, g.integer(first), n)


def first_of_stretch(g: Graph, s: Stream, ends: Name, has_word: Name) -> Name:
    """Mark the first chunk with a word of each stretch."""
    stretch = g.running(g.integer(ends), before=True)
    worded = g.integer(has_word)
    so_far = g.running(worded, before=True)
    # The number of words before a stretch: that before its first chunk.
    begins = previous_of(g, ends, first=True)
    start = g.keep(so_far, begins)
    return g.both(has_word, g.equal(so_far, g.take(start, stretch)))
