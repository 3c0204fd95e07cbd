"""What depends on where a word stands, as graph operators: names, word lists, distinct words.

Works on the words of all texts one after the other, where the rest works on distinct words.
"""

from __future__ import annotations

from dataclasses import dataclass

from qualmetrics.onnx.counting_classes import where
from qualmetrics.onnx.counting_sentences import Stream, first_of_stretch, previous_of
from qualmetrics.onnx.counting_words import count_of, numeral_expression
from qualmetrics.onnx.nodes import Graph, Name
from qualmetrics.text import familiar
from qualmetrics.text.lexicon import cmudict


@dataclass(frozen=True)
class Running:
    """The words of all texts, one after the other."""

    text: Name
    chunk: Name
    """Position in the stream of chunks."""
    is_first: Name
    """Whether it is the first word of its chunk."""
    occurrence: Name
    """Which word of the distinct chunks."""


def running_words(g: Graph, s: Stream, n_words: Name, start: Name) -> Running:
    """Lay out the words of every chunk of the stream."""
    counts = g.take(n_words, s.chunk)
    worded = g.where_true(g.op("Greater", counts, g.constant(0)))
    counts = g.take(counts, worded)
    total = g.op("ReduceSum", counts, keepdims=1)
    begins = g.running(counts, before=True)
    marks = g.put(g.whole(0, total), begins, g.whole(1, g.size(begins, 0)))
    which = g.op("Sub", g.running(marks), g.constant(1))
    within = g.op("Sub", g.upto(total), g.take(begins, which))
    chunk = g.take(worded, which)
    first = g.take(start, g.take(s.chunk, chunk))
    return Running(
        text=g.take(s.text, chunk),
        chunk=chunk,
        is_first=g.equal(within, g.constant(0)),
        occurrence=g.op("Add", first, within),
    )


def name_chunks(g: Graph, s: Stream, bits: dict[str, Name], ends: Name) -> Name:
    """Mark the chunks whose first word is a name: capitalised, and nothing else explains it."""
    first = first_of_stretch(g, s, ends, bits["HAS_WORD"])
    shouted = g.both(previous_of(g, bits["CAPITALS"]), bits["CAPITALS"])
    explained = g.either(first, shouted, bits["OPENED"], previous_of(g, bits["COLON"]))
    return g.both(bits["CAPITAL"], g.no(explained))


def seen_before(g: Graph, names: Name, text: Name, keys: Name) -> Name:
    """Mark those of the marked words that were marked earlier in the same text."""
    at = g.where_true(names)
    n_keys = g.op("Add", g.op("ReduceMax", keys, keepdims=1), g.constant([1]))
    pair = g.op("Add", g.op("Mul", g.take(text, at), n_keys), g.take(keys, at))
    _, first, which, _ = g.ops(4, "Unique", pair, sorted=1)
    again = g.no(g.equal(g.take(first, which), g.upto(g.size(at, 0))))
    return g.put(g.both(names, g.no(names)), at, again)


def distinct(g: Graph, text: Name, keys: Name, n: Name) -> Name:
    """Count the distinct keys of each text."""
    n_keys = g.op("Add", g.op("ReduceMax", keys, keepdims=1), g.constant([1]))
    pairs, _ = g.unique(g.op("Add", g.op("Mul", text, n_keys), keys))
    owner = g.op("Div", pairs, n_keys)
    return g.sums(owner, g.whole(1, g.size(owner, 0)), n)


# -- attributes of distinct words ----------------------------------------------------------------


def is_familiar(g: Graph, keys: Name, bit: int) -> Name:
    """Say which words a list (a bit of ``familiar``) makes familiar, compounds by their parts."""
    strange = {form: 0 for form, bits in sorted(familiar.forms().items()) if bits & bit}
    rows, parts = g.filled(g.find_all(keys, "[^-]+"))
    both = g.op("Concat", keys, parts, axis=0)
    found = g.look_up(both, strange, 1)
    n = g.size(keys, 0)
    whole = g.op("Slice", found, g.constant([0]), n)
    of_parts = g.op("Slice", found, n, g.constant([1 << 60]))
    none_strange = g.equal(g.sums(rows, of_parts, n), g.constant(0))
    compound = g.both(g.matches(keys, "(?s).*-.*"), none_strange)
    return g.either(g.equal(whole, g.constant(0)), compound)


def is_easy_compound(g: Graph, keys: Name, rows: Name, syllables: Name) -> Name:
    """Say which words are hyphen compounds of parts below three syllables."""
    hard = g.integer(g.op("GreaterOrEqual", syllables, g.constant(3)))
    n_hard = g.sums(rows, hard, g.size(keys, 0))
    dashes = count_of(g, keys, "-")
    few = g.both(
        g.op("Greater", dashes, g.constant(0)), g.op("Less", dashes, g.constant(_MOST_DASHES))
    )
    return g.both(few, g.equal(n_hard, g.constant(0)))


_MOST_DASHES = 15


def is_inflected_easy(g: Graph, keys: Name) -> Name:
    """Say which words are a known word of two syllables with an ending -es, -ed or -ing."""
    from qualmetrics.onnx.counting_syllables import cut

    two = dict.fromkeys((word for word, n in cmudict().items() if n == 2), 1)
    none = g.text("")
    ends = g.matches(keys, "(?s).*(?:es|ed|ing)")
    stem = g.op("Where", ends, cut(g, keys, "(?:es|ed|ing)$"), none)
    doubled = "|".join(f"{c}{c}" for c in "abcdefghijklmnopqrstuvwxyz")
    shorter = g.op("Where", g.matches(stem, f"(?s).+(?:{doubled})"), cut(g, stem, ".$"), none)
    with_y = g.op("StringConcat", cut(g, stem, ".$"), g.text("y"))
    with_y = g.op("Where", g.matches(stem, "(?s).*i"), with_y, none)
    with_e = g.op("StringConcat", stem, g.text("e"))
    column = g.constant([1])
    stems = [g.op("Unsqueeze", value, column) for value in (stem, with_e, shorter, with_y)]
    known = g.look_up(g.op("Concat", *stems, axis=1), two, 0)
    found = g.op("ReduceMax", known, g.constant([1]), keepdims=0)
    return g.both(ends, g.op("Greater", found, g.constant(0)))


def spelled_extra(g: Graph, keys: Name) -> Name:
    """Return how many syllables more a numeral has when it is read digit by digit."""
    digits = count_of(g, keys, where(str.isdigit))
    extra = g.op("Add", g.op("Sub", digits, g.constant(1)), count_of(g, keys, "[07]"))
    return g.op("Where", g.matches(keys, numeral_expression()), extra, g.constant(0))


LISTS = {
    "is_dale_1948": familiar.DALE_1948,
    "is_dale_1995": familiar.DALE_1995,
    "is_spache": familiar.SPACHE,
}
