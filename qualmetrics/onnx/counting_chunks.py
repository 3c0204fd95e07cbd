"""The state of a counting graph: chunks, words and boundaries, each drawn when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qualmetrics.onnx.counting_classes import counted_as, shadowed, where
from qualmetrics.onnx.counting_names import (
    LISTS,
    Running,
    distinct,
    is_easy_compound,
    is_familiar,
    is_inflected_easy,
    name_chunks,
    running_words,
    seen_before,
    spelled_extra,
)
from qualmetrics.onnx.counting_sentences import (
    Chunks,
    is_name_like,
    paragraph_ends,
    read_marks,
    sentence_ends,
    stream,
    stretches,
)
from qualmetrics.onnx.counting_syllables import cut, syllables
from qualmetrics.onnx.counting_words import (
    Words,
    address_expression,
    attributes,
    count_of,
    distinct_words,
    is_word_expression,
    pieces,
)
from qualmetrics.onnx.nodes import Graph, Name
from qualmetrics.text.language import Language
from qualmetrics.text.skeleton import UNCOUNTED

LONGEST = 250
"""Characters of a chunk; a longer run without white space is read in pieces of that length."""


_BREAKS = "\n\r\v\f\x85\u2028\u2029"
# Behind all texts goes one more that has a word of every kind, so that no array is ever empty.
_SPECIMEN = "Zqxv'zq zqxvs'er GPUx-é 5th e.g. “But,” U.S.—No. x: 3.14 ab.Cd left.[3] XYs"


@dataclass(frozen=True)
class Boundaries:
    """The bits of every chunk of the stream, and which chunks end a sentence or a paragraph."""

    bits: dict[str, Name]
    ends: Name
    paragraphs: Name


class Counting:
    """The counts of some texts, drawn when they are asked for."""

    def __init__(self, g: Graph, texts: Name, language: Language) -> None:
        self.g = g
        self._language = language
        every = g.op("Concat", texts, g.text(_SPECIMEN), axis=0)
        self.n = g.size(every, 0)
        space = where(_is_space, inverse=True)
        breaks = "[" + "".join(f"\\x{{{ord(c):X}}}" for c in _BREAKS) + "]"
        rows, found = g.filled(g.find_all(every, f"(?s)\r\n|{breaks}|{space}{{1,{LONGEST}}}"))
        self._texts, which = g.unique(found)
        self._stream = stream(g, rows, which, g.matches(self._texts, f"\r\n|{breaks}"))
        self._kept: dict[str, Name] = {}
        self._counted: tuple[Name, Name, Name] | None = None
        self._words_running: Running | None = None
        self._boundaries: Boundaries | None = None
        self._read_words()

    def _read_words(self) -> None:
        g = self.g
        self._piece_owner, self._pieces = pieces(g, self._texts)
        self._place = g.where_true(g.matches(self._pieces, is_word_expression()))
        self._owner = g.take(self._piece_owner, self._place)
        different, self._word = g.unique(g.take(self._pieces, self._place))
        self._words = distinct_words(g, different)
        self._attributes = attributes(g, self._words, self._language)
        n_chunks = g.size(self._texts, 0)
        ones = g.whole(1, g.size(self._owner, 0))
        self._n_words = g.sums(self._owner, ones, n_chunks)
        self._start = g.running(self._n_words, before=True)
        self._keys = g.take(self._words.keys, self._word)
        self._raw = g.take(self._words.raw, self._word)

    @property
    def keys(self) -> Name:
        """The distinct words, in lower case."""
        return self._words.keys

    def once(self, name: str, draw: Callable[[], Name]) -> Name:
        """Draw something the first time that it is asked for."""
        if name not in self._kept:
            self._kept[name] = draw()
        return self._kept[name]

    # -- sums ---------------------------------------------------------------------------------

    def by_word(self, values: Name) -> Name:
        """Sum what each distinct word is worth, by text."""
        n_chunks = self.g.size(self._texts, 0)
        return self.by_chunk(self.g.sums(self._owner, self.g.take(values, self._word), n_chunks))

    def by_chunk(self, values: Name) -> Name:
        """Sum what each distinct chunk is worth, by text."""
        return self.g.sums(self._stream.text, self.g.take(values, self._stream.chunk), self.n)

    def attribute(self, name: str) -> Name:
        """Return an attribute of the distinct words."""
        return self.once(name, lambda: self._attribute(name))

    def _attribute(self, name: str) -> Name:
        g, keys = self.g, self._words.keys
        if name in self._attributes:
            return self._attributes[name]
        if name == "syllables":
            return self._syllables()[0]
        if name == "is_easy_compound":
            _, rows, of_parts = self._syllables()
            return is_easy_compound(g, keys, rows, of_parts)
        if name == "is_inflected_easy":
            return is_inflected_easy(g, keys)
        if name == "spelled_extra":
            return spelled_extra(g, keys)
        return is_familiar(g, keys, LISTS[name])

    def _syllables(self) -> tuple[Name, Name, Name]:
        """Count words and, at the same time, the parts of hyphen compounds: (words, row, part)."""
        if self._counted is None:
            g, words = self.g, self._words
            compound = g.where_true(g.matches(words.keys, "(?s).*-.*"))
            rows, parts = g.filled(g.find_all(g.take(words.keys, compound), "[^-]+"))
            both = Words(
                raw=words.raw,
                spelled=g.op("Concat", words.spelled, parts, axis=0),
                keys=g.op("Concat", words.keys, parts, axis=0),
            )
            found = syllables(g, both, g.matches(both.keys, address_expression()))
            n = g.size(words.keys, 0)
            whole = g.op("Slice", found, g.constant([0]), n)
            of_parts = g.op("Slice", found, n, g.constant([1 << 60]))
            self._counted = whole, g.take(compound, rows), of_parts
        return self._counted

    def other_characters(self, bit: int) -> Name:
        """Count the characters of a class outside words, by distinct chunk."""
        g = self.g
        hits = g.integer(g.matches(self._pieces, f"(?s){counted_as(bit)}"))
        return g.sums(self._piece_owner, hits, g.size(self._texts, 0))

    def characters(self) -> Name:
        """Count the visible characters of each distinct chunk."""
        seen = counted_as(UNCOUNTED, inverse=True)
        return self.once("characters", lambda: count_of(self.g, self._texts, seen))

    # -- sequences ----------------------------------------------------------------------------

    def bits(self) -> dict[str, Name]:
        """Return the boundary bits of every chunk of the stream."""
        g = self.g
        last = g.op("Sub", g.op("Add", self._start, self._n_words), g.constant(1))
        highest = g.op("Sub", g.size(self._owner, 0), g.constant([1]))
        chunks = Chunks(
            texts=self._texts,
            has_word=g.op("Greater", self._n_words, g.constant(0)),
            n_words=self._n_words,
            first=g.op("Min", self._start, highest),
            last=g.op("Max", last, g.constant(0)),
            keys=self._keys,
            raw=self._raw,
        )
        return read_marks(g, chunks, self._language).at(g, self._stream.chunk)

    def boundaries(self) -> Boundaries:
        """Return the ends of sentences and paragraphs."""
        if self._boundaries is None:
            bits = self.bits()
            paragraphs = paragraph_ends(self.g, self._stream)
            ends = sentence_ends(self.g, self._stream, bits, paragraphs)
            self._boundaries = Boundaries(bits, ends, paragraphs)
        return self._boundaries

    def stretches(self, ends: Name) -> Name:
        """Count the stretches between ends that hold a word, by text."""
        has_word = self.boundaries().bits["HAS_WORD"]
        return stretches(self.g, self._stream, ends, has_word, self.n)

    def inner(self) -> Name:
        """Count the sentences that begin inside a chunk (``done.But``), by text."""
        g = self.g
        begins = g.integer(self.begins())
        return self.by_chunk(g.sums(self._owner, begins, g.size(self._texts, 0)))

    def begins(self) -> Name:
        """Mark the words of distinct chunks that begin a sentence inside their chunk."""
        return self.once("begins", self._begins)

    def _begins(self) -> Name:
        g = self.g
        before = but_last(g, self._place)
        after = but_first(g, self._place)
        same = g.equal(but_last(g, self._owner), but_first(g, self._owner))
        gap = g.op("Add", before, g.constant(1))
        raw, keys = but_last(g, self._raw), but_last(g, self._keys)
        opens = g.both(
            g.op("Less", gap, after), g.matches(g.take(self._pieces, gap), shadowed("."))
        )
        # The stop of U.S. belongs to it and is not in the gap; that of p.m.The has been cut.
        longer = g.op("Less", g.op("Add", gap, g.constant(1)), after)
        own = g.both(opens, longer, g.matches(keys, r"(?s).(?:\..)+"))
        stops = self._between(shadowed(".!?\x03"), gap, after)
        stops = g.op("Sub", stops, g.integer(own))
        hard = self._between(shadowed("\x04"), gap, after)
        upper = g.matches(but_first(g, self._raw), f"(?s){where(str.isupper)}.*")
        single = g.both(g.matches(raw, "(?s)."), opens)
        titles = dict.fromkeys(sorted(self._language.titles), 1)
        title = g.equal(g.look_up(keys, titles, 0), g.constant(1))
        zero = g.constant(0)
        soft = g.both(g.op("Greater", stops, zero), upper, g.no(single), g.no(title))
        begins = g.both(same, g.either(g.op("Greater", hard, zero), soft))
        return g.op("Concat", g.constant([False], bool), begins, axis=0)

    # -- words where they stand ---------------------------------------------------------------

    def running(self) -> Running:
        """Return the words of all texts, one after the other."""
        if self._words_running is None:
            self._words_running = running_words(self.g, self._stream, self._n_words, self._start)
        return self._words_running

    def by_place(self, values: Name) -> Name:
        """Sum what each running word is worth, by text."""
        return self.g.sums(self.running().text, self.g.integer(values), self.n)

    def of_words(self, values: Name) -> Name:
        """Return what the distinct word of each running word has."""
        return self.g.take(values, self.g.take(self._word, self.running().occurrence))

    def _first_names(self) -> Name:
        """Mark the running words that are first in their chunk and a name."""
        g, words, found = self.g, self.running(), self.boundaries()
        chunks = name_chunks(g, self._stream, found.bits, found.ends)
        return g.both(words.is_first, g.take(chunks, words.chunk))

    def is_name(self) -> Name:
        """Mark the running words that are names."""
        return self.once("is_name", self._is_name)

    def _is_name(self) -> Name:
        g, words = self.g, self.running()
        inside = g.both(is_name_like(g, self._raw), g.no(self.begins()))
        later = g.both(g.no(words.is_first), g.take(inside, words.occurrence))
        return g.either(self.once("first_names", self._first_names), later)

    def named_before(self) -> Name:
        """Mark the names that stood in the same text before."""
        return self.once("named_before", self._named_before)

    def _named_before(self) -> Name:
        g = self.g
        _, keys = g.unique(cut(g, self._words.keys, "'s$"))
        names = self.once("first_names", self._first_names)
        return seen_before(g, names, self.running().text, self.of_words(keys))

    def types(self, mask: Name = "") -> Name:
        """Count the distinct words of each text, or of those that are marked."""
        g = self.g
        _, keys = g.unique(self._words.keys)
        text, keys = self.running().text, self.of_words(keys)
        if mask:
            text, keys = g.keep(text, mask), g.keep(keys, mask)
        return distinct(g, text, keys, self.n)

    def _between(self, characters: str, start: Name, end: Name) -> Name:
        """Count single characters of a class among the pieces from start to end."""
        g = self.g
        so_far = g.running(g.integer(g.matches(self._pieces, f"(?s){characters}")), before=True)
        return g.op("Sub", g.take(so_far, end), g.take(so_far, start))


def _is_space(character: str) -> bool:
    return character.isspace() or character == "\0"


def but_last(g: Graph, values: Name) -> Name:
    """Leave out the last."""
    return g.op("Slice", values, g.constant([0]), g.constant([-1]))


def but_first(g: Graph, values: Name) -> Name:
    """Leave out the first."""
    return g.op("Slice", values, g.constant([1]), g.constant([1 << 60]))
