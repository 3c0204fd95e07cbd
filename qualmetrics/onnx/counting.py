"""Counting as a graph: strings in, count columns and formulas out, by the rules ``en/1``.

The same rules as in ``text``, drawn with the operators of the ordinary onnxruntime: chunks and
words are found by expressions, understood once each (``Unique``), and summed by text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import ExportError
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
from qualmetrics.onnx.nodes import Graph, Name, library, raised, renamed
from qualmetrics.text import columns as registry
from qualmetrics.text.inputs import MIN_WORDS_FOR_LANGUAGE, STATUS_COLUMNS, Counts
from qualmetrics.text.language import load
from qualmetrics.text.rules import get_rules
from qualmetrics.text.skeleton import ENDER, PUNCTUATION, UNCOUNTED

RULES: Final = "en/1"
LONGEST: Final = 250
"""Characters of a chunk; a longer run without white space is read in pieces of that length."""

DIFFERENCES: Final = (
    "an address glued to the letters before it (seewww.example.org) is not told apart",
    f"a run of more than {LONGEST} characters without white space is read in pieces",
    "a letter with three or more combining marks is not composed",
)
"""Where counts may differ from Python's; also written into the graph."""

_BREAKS: Final = "\n\r\v\f\x85\u2028\u2029"
# Behind all texts goes one more that has a word of every kind, so that no array is ever empty.
_SPECIMEN: Final = "Zqxv'zq zqxvs'er GPUx-é 5th e.g. “But,” U.S.—No. x: 3.14 ab.Cd left.[3] XYs"


class Counting:
    """The counts of some texts, drawn when they are asked for."""

    def __init__(self, g: Graph, texts: Name) -> None:
        self.g = g
        self._language = load(RULES.partition("/")[0])
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

    def cut(self) -> None:
        """Find the ends of sentences and paragraphs."""
        if "ends" not in self._kept:
            self._bits = self.bits()
            self._kept["paragraphs"] = paragraph_ends(self.g, self._stream)
            self._kept["ends"] = sentence_ends(
                self.g, self._stream, self._bits, self._kept["paragraphs"]
            )

    def stretches(self, ends: Name) -> Name:
        """Count the stretches between ends that hold a word, by text."""
        return stretches(self.g, self._stream, ends, self._bits["HAS_WORD"], self.n)

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
        before = _but_last(g, self._place)
        after = _but_first(g, self._place)
        same = g.equal(_but_last(g, self._owner), _but_first(g, self._owner))
        gap = g.op("Add", before, g.constant(1))
        raw, keys = _but_last(g, self._raw), _but_last(g, self._keys)
        opens = g.both(
            g.op("Less", gap, after), g.matches(g.take(self._pieces, gap), shadowed("."))
        )
        # The stop of U.S. belongs to it and is not in the gap; that of p.m.The has been cut.
        longer = g.op("Less", g.op("Add", gap, g.constant(1)), after)
        own = g.both(opens, longer, g.matches(keys, r"(?s).(?:\..)+"))
        stops = self._between(shadowed(".!?\x03"), gap, after)
        stops = g.op("Sub", stops, g.integer(own))
        hard = self._between(shadowed("\x04"), gap, after)
        upper = g.matches(_but_first(g, self._raw), f"(?s){where(str.isupper)}.*")
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
        self.cut()
        g, words = self.g, self.running()
        chunks = name_chunks(g, self._stream, self._bits, self._kept["ends"])
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


def _but_last(g: Graph, values: Name) -> Name:
    return g.op("Slice", values, g.constant([0]), g.constant([-1]))


def _but_first(g: Graph, values: Name) -> Name:
    return g.op("Slice", values, g.constant([1]), g.constant([1 << 60]))


# -- columns -------------------------------------------------------------------------------------


def _at_least(name: str, least: int) -> Callable[[Counting], Name]:
    def draw(c: Counting) -> Name:
        reached = c.g.op("GreaterOrEqual", c.attribute(name), c.g.constant(least))
        return c.by_word(c.g.integer(reached))

    return draw


def _exactly(name: str, value: int) -> Callable[[Counting], Name]:
    def draw(c: Counting) -> Name:
        return c.by_word(c.g.integer(c.g.equal(c.attribute(name), c.g.constant(value))))

    return draw


def _sum_of(name: str) -> Callable[[Counting], Name]:
    return lambda c: c.by_word(c.g.integer(c.attribute(name)))


def _short_words(c: Counting) -> Name:
    letters = c.attribute("letters")
    few = c.g.op("LessOrEqual", letters, c.g.constant(3))
    return c.by_word(c.g.integer(c.g.both(few, c.g.op("Greater", letters, c.g.constant(0)))))


def _letters_sq(c: Counting) -> Name:
    letters = c.attribute("letters")
    return c.by_word(c.g.op("Mul", letters, letters))


def _strokes(c: Counting) -> Name:
    return c.by_chunk(c.g.op("Sub", c.characters(), c.other_characters(ENDER)))


def _sentences(c: Counting) -> Name:
    c.cut()
    return c.g.op("Add", c.stretches(c._kept["ends"]), c.inner())


def _units(c: Counting) -> Name:
    c.cut()
    ends = c.g.either(c._kept["ends"], c._bits["COLON"])
    return c.g.op("Add", c.stretches(ends), c.inner())


def _paragraphs(c: Counting) -> Name:
    c.cut()
    return c.stretches(c._kept["paragraphs"])


def _unfamiliar(name: str) -> Callable[[Counting], Name]:
    """Mark running words outside a list; names are familiar (1995: from the second time on)."""

    def draw(c: Counting) -> Name:
        g = c.g
        known = g.either(c.attribute(name), c.attribute("is_numeral"), c.attribute("is_address"))
        case = c.named_before() if name == "is_dale_1995" else c.is_name()
        return g.no(g.either(c.of_words(known), case))

    return draw


def _hard_fog(c: Counting) -> Name:
    g, attribute = c.g, c.attribute
    three = g.equal(attribute("syllables"), g.constant(3))
    excused = g.either(
        attribute("is_easy_compound"),
        attribute("is_numeral"),
        attribute("is_address"),
        g.both(three, attribute("is_inflected_easy")),
    )
    many = g.op("GreaterOrEqual", attribute("syllables"), g.constant(3))
    hard = c.of_words(g.both(many, g.no(excused)))
    return c.by_place(g.both(hard, g.no(c.is_name())))


def _digit_syllables(c: Counting) -> Name:
    return c.by_word(c.g.op("Add", c.attribute("syllables"), c.attribute("spelled_extra")))


COLUMNS: Final[dict[str, Callable[[Counting], Name]]] = {
    "words": _sum_of("words"),
    "syllables": _sum_of("syllables"),
    "letters": _sum_of("letters"),
    "characters": lambda c: c.by_chunk(c.characters()),
    "foreign_letters": _sum_of("foreign_letters"),
    "stop_own": _sum_of("is_own_function_word"),
    "stop_other": _sum_of("is_other_function_word"),
    "monosyllables": _exactly("syllables", 1),
    "polysyllables": _at_least("syllables", 3),
    "long_words": _at_least("letters", 7),
    "strokes": _strokes,
    "short_words": _short_words,
    "letters_6plus": _at_least("letters", 6),
    "numerals": _sum_of("is_numeral"),
    "punctuation": lambda c: c.by_chunk(c.other_characters(PUNCTUATION)),
    "syllables_2": _exactly("syllables", 2),
    "syllables_3": _exactly("syllables", 3),
    "syllables_4": _exactly("syllables", 4),
    "syllables_5": _exactly("syllables", 5),
    "syllables_4plus": _at_least("syllables", 4),
    "syllables_6plus": _at_least("syllables", 6),
    "letters_sq": _letters_sq,
    "sentences": _sentences,
    "units": _units,
    "paragraphs": _paragraphs,
    "digit_syllables": _digit_syllables,
    "hard_fog": _hard_fog,
    "unfamiliar_dale": lambda c: c.by_place(_unfamiliar("is_dale_1948")(c)),
    "unfamiliar_dale_1995": lambda c: c.by_place(_unfamiliar("is_dale_1995")(c)),
    "unfamiliar_spache": lambda c: c.by_place(_unfamiliar("is_spache")(c)),
    "unfamiliar_spache_types": lambda c: c.types(_unfamiliar("is_spache")(c)),
    "types": lambda c: c.types(),
}
"""The columns that have been drawn; the rest is refused by name."""


def counts_graph(columns: Sequence[str]) -> Any:
    """Draw count columns as a graph: strings ``(n,)`` -> float64 ``(n,)`` by name.

    Raises
    ------
    ExportError
        For columns that cannot be drawn, naming them.
    """
    g = Graph()
    counts = _draw(g, "texts", columns)
    double = library().TensorProto.DOUBLE
    outputs = {name: (value, double, ("n",)) for name, value in counts.items()}
    return g.model({"texts": ("n",)}, outputs, {"counting_differences": "; ".join(DIFFERENCES)})


def _draw(g: Graph, texts: Name, columns: Sequence[str]) -> dict[str, Name]:
    """Draw some columns for a tensor of strings."""
    missing = [name for name in columns if name not in COLUMNS]
    if missing:
        known = registry.column_names()
        raise ExportError(
            f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} cannot be counted inside a "
            f"graph; these can: {', '.join(name for name in known if name in COLUMNS)}"
        )
    counting = Counting(g, texts)
    double = library().TensorProto.DOUBLE
    return {
        name: g.op("Cast", _but_last(g, COLUMNS[name](counting)), to=double) for name in columns
    }


# -- formulas ------------------------------------------------------------------------------------


def text_graph(scorer: Scorer) -> Any:
    """Draw a scorer of ``en/1`` counts as a graph from strings to its values.

    Parameters
    ----------
    scorer : Scorer
        Reads nothing but ``Counts("en/1", ...)``; its forward can be traced.

    Returns
    -------
    onnx.ModelProto
        ``text`` ``(n,)`` -> ``values`` float64 ``(n, k)``, NaN where undefined; ``status`` int64
        ``(n,)``, the bits of ``qualmetrics.core.Status``; and the counts by name, float64
        ``(n,)``.

    Raises
    ------
    ExportError
        For a scorer that reads something else, or a column that cannot be drawn.
    """
    from qualmetrics.onnx.export import graph_layout, trace

    others = [item for item in scorer.inputs if not _is_english(item)]
    if others or not scorer.inputs:
        raise ExportError(
            f"{scorer.spec.name} has no 'text' graph: what it reads, {others}, is not counts under "
            f"the rules {RULES}; graph='values' it has"
        )
    layout = graph_layout(scorer)
    g = Graph(prefix="count/")
    counts = _draw(g, "text", tuple(dict.fromkeys((*layout, *STATUS_COLUMNS))))
    model = raised(trace(scorer.forward, layout, scorer.signature))
    for name in layout:
        g.op("Identity", counts[name], into=name)
    inner = {name: name for name in layout}
    nodes = renamed(model.graph.node, "formula/", inner)
    g.include(nodes, renamed(model.graph.initializer, "formula/", inner))
    values, status = _with_status(g, "formula/values", counts, scorer.spec.valid_range)
    g.op("Identity", values, into="values")
    g.op("Identity", status, into="status")
    return _finished(g, model, list(layout), scorer)


def _is_english(item: Any) -> bool:
    return isinstance(item, Counts) and get_rules(item.rules).name == RULES


def _finished(g: Graph, traced: Any, columns: Sequence[str], scorer: Scorer) -> Any:
    """Put a text graph together: what was traced gives its operator sets."""
    onnx = library()
    proto, value = onnx.TensorProto, onnx.helper.make_tensor_value_info
    del traced.graph.node[:], traced.graph.initializer[:], traced.graph.value_info[:]
    del traced.graph.input[:], traced.graph.output[:]
    traced.graph.input.append(value("text", proto.STRING, ["n"]))
    outputs = [
        value("values", proto.DOUBLE, ["n", len(scorer.spec.outputs)]),
        value("status", proto.INT64, ["n"]),
        *(value(name, proto.DOUBLE, ["n"]) for name in columns),
    ]
    traced.graph.output.extend(outputs)
    g.append_to(traced.graph)
    notes = {"signature": scorer.signature, "counting_differences": "; ".join(DIFFERENCES)}
    onnx.helper.set_model_props(traced, notes)
    return traced


def _with_status(
    g: Graph, values: Name, counts: dict[str, Name], valid_range: Mapping[str, Any]
) -> tuple[Name, Name]:
    """Return values, NaN where undefined, and the status of each text, as ``core`` decides it."""
    zero = g.constant(0, np.float64)

    def above(left: Name, right: Name) -> Name:
        return g.op("Greater", left, right)

    def times(name: str, factor: int) -> Name:
        return g.op("Mul", counts[name], g.constant(factor, np.float64))

    seen, words = above(counts["characters"], zero), above(counts["words"], zero)
    alien = g.both(words, above(times("foreign_letters", 2), counts["letters"]))
    enough = g.op("GreaterOrEqual", counts["words"], g.constant(MIN_WORDS_FOR_LANGUAGE, np.float64))
    foreign = g.both(
        enough,
        above(counts["stop_other"], times("stop_own", 2)),
        above(times("stop_other", 10), counts["words"]),
    )
    defined = g.both(words, g.no(alien))
    outside = [zero_mask(g, defined)]
    for name, (least, most) in valid_range.items():
        if least is not None:
            outside.append(g.op("Less", counts[name], g.constant(least, np.float64)))
        if most is not None:
            outside.append(above(counts[name], g.constant(most, np.float64)))
    broken = g.either(g.op("IsNaN", values), g.op("IsInf", values))
    n_broken = g.op("ReduceMin", g.integer(broken), g.constant([1]), keepdims=0)
    all_broken = g.both(defined, above(n_broken, g.constant(0)))
    n_broken = g.op("ReduceMax", g.integer(broken), g.constant([1]), keepdims=0)
    some_broken = g.both(defined, above(n_broken, g.constant(0)), g.no(all_broken))
    flags = {
        Status.EMPTY: g.no(seen),
        Status.NO_WORDS: g.both(seen, g.no(words)),
        Status.NOT_APPLICABLE: g.either(alien, all_broken),
        Status.WRONG_LANGUAGE: g.both(defined, foreign),
        Status.TOO_SHORT: g.both(defined, g.either(*outside)),
        Status.PARTIAL: some_broken,
    }
    total = g.constant([0])
    for flag, mask in flags.items():
        bit = g.op("Where", mask, g.constant(int(flag)), g.constant(0))
        total = g.op("Add", total, bit)
    bad = g.either(broken, g.op("Unsqueeze", g.no(defined), g.constant([1])))
    return g.op("Where", bad, g.constant(math.nan, np.float64), values), total


def zero_mask(g: Graph, like: Name) -> Name:
    """Return a mask that is false everywhere."""
    return g.both(like, g.no(like))


__all__ = ["COLUMNS", "DIFFERENCES", "RULES", "counts_graph", "text_graph"]
