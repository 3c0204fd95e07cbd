"""English syllables as graph operators: ``text.syllables``, with its dictionary and weights."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from qualmetrics.onnx.counting_classes import where
from qualmetrics.onnx.counting_words import Words, count_of, lowered, numeral_expression
from qualmetrics.onnx.nodes import Graph, Name
from qualmetrics.text import syllables as rules
from qualmetrics.text.lexicon import cmudict, syllable_weights

_READ_CLOSELY: Final = rules.READ_CLOSELY


@cache
def _plain() -> dict[str, str]:
    """Return the Latin letters without marks that stand for a character."""
    found = {}
    for code in range(0x80, 0x110000):
        if not 0xD800 <= code < 0xE000:
            character = chr(code)
            plain = rules.without_marks(unicodedata.normalize("NFC", character))
            if plain != character:
                found[character] = plain
    return found


def syllables(g: Graph, words: Words, is_address: Name) -> Name:
    """Count the syllables of distinct words."""
    known = g.look_up(words.keys, dict(cmudict()), 0)
    one = g.either(is_address, g.matches(words.keys, f"(?s){numeral_expression()}"))
    is_known = g.op("Greater", known, g.constant(0))
    asked = g.where_true(g.no(g.either(is_known, one)))
    total = g.in_blocks((g.take(words.spelled, asked), g.take(words.keys, asked)), _unknown)
    start = g.op("Where", one, g.constant(1), known)
    start = g.op("Where", is_known, known, start)
    return g.put(start, asked, total)


def _unknown(g: Graph, words: Sequence[Name]) -> Name:
    """Count the syllables of words, as spelled and as looked up, that the dictionary lacks."""
    spelled, keys = words
    plain = g.mapped(spelled, _plain())
    total = _pieces(g, plain)
    # The mark says that the e is heard: "resume" may have a silent one, "résumé" has none.
    marked = g.matches(keys, "(?s).*[éèë]e?s?")
    total = g.op("Where", marked, g.op("Max", total, _vowel_groups(g, plain)), total)
    said = g.op(
        "Add", count_of(g, keys, "[a-z]"), g.op("Mul", count_of(g, keys, "w"), g.constant(2))
    )
    initials = g.matches(keys, r"(?:[a-z]\.)+[a-z]\.?")
    total = g.op("Where", initials, said, total)
    return g.op("Max", total, g.constant(1))


def _vowel_groups(g: Graph, texts: Name) -> Name:
    return count_of(g, texts, "[aeiouyAEIOUY]+")


def _pieces(g: Graph, words: Name) -> Name:
    """Add up the pieces of each word: numerals, and runs of letters with apostrophes."""
    letter = where(_is_letter)
    digit = where(str.isdecimal)
    number = f"{digit}+(?:[.,:]{digit}+)*"
    # Any other character is a piece, too, worth nothing: it keeps "1_st" from being an ordinal.
    found = g.find_all(words, f"(?s){number}|'?{letter}+(?:'{letter}+)*'?|.")
    owners, pieces = g.filled(found)
    is_number = g.matches(pieces, number)
    follows = _shifted(g, g.both(is_number, _same_as_next(g, owners)))
    ending = g.both(follows, g.matches(pieces, "(?i:st|nd|rd|th|s|'s)"))
    distinct, which = g.unique(pieces)
    value = g.take(_letters(g, _ascii_only(g, distinct)), which)
    value = g.op("Where", g.matches(pieces, f"(?s).*{letter}.*"), value, g.constant(0))
    value = g.op("Where", is_number, g.constant(1), value)
    value = g.op("Where", ending, g.constant(0), value)
    return g.sums(owners, value, g.size(words, 0))


def _is_letter(character: str) -> bool:
    return character.isalnum() and not character.isnumeric() and character != "_"


def _ascii_only(g: Graph, pieces: Name) -> Name:
    """Reduce pieces with letters of other scripts to their Latin letters, in lower case."""
    foreign = g.matches(pieces, r"(?s).*[^\x00-\x7F].*")
    latin = g.by_length(pieces, lambda group: g.join(g.find_all(group, "[A-Za-z']")))
    latin = lowered(g, latin)
    return g.op("Where", foreign, latin, pieces)


def _same_as_next(g: Graph, owners: Name) -> Name:
    after = g.op(
        "Concat",
        g.op("Slice", owners, g.constant([1]), g.constant([1 << 60])),
        g.constant([-1]),
        axis=0,
    )
    return g.equal(owners, after)


def _shifted(g: Graph, mask: Name) -> Name:
    """Move a mask one to the right."""
    start = g.op("Slice", mask, g.constant([0]), g.constant([-1]))
    return g.op("Concat", g.constant([False], bool), start, axis=0)


_LEVELS: Final = 3
"""Apostrophes of one word that are read one inside the other; what is inside them, as letters."""


@dataclass(frozen=True)
class _Cut:
    """Words at their last inner apostrophe: ``law's`` is ``law`` and ``s``."""

    words: Name
    bare: Name
    base: Name
    suffix: Name
    low: Name
    known_ending: Name
    """Whether the ending is one that adds a syllable or none, and is not read by itself."""


def _at_apostrophe(g: Graph, words: Name) -> _Cut:
    bare = cut(g, words, "^'+|'+$")
    low = lowered(g, bare)
    base = cut(g, bare, "'[^']*$")
    base = g.op("Where", g.matches(low, ".+n't"), cut(g, bare, "(?i:n't)$"), base)
    known = g.matches(low, ".*'(?:s|d|m|ll|ve|re|er|en)|.+n't")
    suffix = g.op("Where", known, g.text(""), cut(g, bare, "^.*'"))
    return _Cut(words, bare, base, suffix, low, known)


def _letters(g: Graph, pieces: Name) -> Name:
    """Count runs of letters that may hold apostrophes.

    All that has to be looked up, the pieces and what apostrophes and capitals make of them, is
    looked up at once: the dictionary is large, and stands in the graph once for this.
    """
    levels = [_at_apostrophe(g, pieces)]
    while len(levels) < _LEVELS:
        levels.append(_at_apostrophe(g, levels[-1].base))
    strings = [part for level in levels for part in (level.words, level.suffix, level.bare)]
    asked, split = _stacked(g, (*strings, levels[-1].base))
    owners, atoms = _humps(g, asked)
    atoms, which = g.unique(atoms)
    low_atoms = lowered(g, atoms)
    with_g = g.op("StringConcat", levels[0].low, g.text("g"))
    everything, divide = _stacked(g, (lowered(g, asked), low_atoms, with_g))
    known, known_atoms, known_with_g = divide(g.look_up(everything, dict(cmudict()), 0))
    value = g.take(_atoms(g, atoms, low_atoms, known_atoms), which)
    simple = _or_atoms(g, asked, known, g.sums(owners, value, g.size(asked, 0)))
    *values, total = split(simple)
    in_dictionary = split(g.op("Greater", known, g.constant(0)))
    for number in reversed(range(_LEVELS)):
        at = 3 * number
        whole, rest, of_bare = values[at : at + 3]
        level = levels[number]
        # Only a piece of the text can end in an apostrophe: its base has lost it.
        ends = _bare(g, level, of_bare, known_with_g) if number == 0 else of_bare
        total = _added(g, level, total, (rest, ends))
        plain = g.either(in_dictionary[at], g.matches(level.words, "[^']*"))
        total = g.op("Where", plain, whole, total)
    return total


def _added(g: Graph, level: _Cut, before: Name, others: tuple[Name, Name]) -> Name:
    """Add what follows the last apostrophe to the syllables of what is before it."""
    rest, at_ends = others
    silent = g.both(g.matches(level.low, "[cdjlmnqst]'[^']*"), g.no(level.known_ending))
    total = g.op("Add", g.op("Where", silent, g.constant(0), before), rest)
    with_ending = g.op("Add", before, g.integer(_adds(g, level.low)))
    total = g.op("Where", level.known_ending, with_ending, total)
    return g.op("Where", g.matches(level.bare, "(?s).*'.*"), total, at_ends)


def _bare(g: Graph, level: _Cut, of_bare: Name, known_with_g: Name) -> Name:
    """Count a word with apostrophes at its ends only: walkin', dogs', 'neath."""
    drops_g = g.matches(level.words, "(?s).*in'")
    drops_g = g.both(drops_g, g.op("Greater", known_with_g, g.constant(0)))
    return g.op("Where", drops_g, known_with_g, of_bare)


def _stacked(g: Graph, values: tuple[Name, ...]) -> tuple[Name, Callable[[Name], tuple[Name, ...]]]:
    """Put arrays one behind the other; also returns what takes results apart again."""
    ends = [g.constant([0])]
    for value in values:
        ends.append(g.op("Add", ends[-1], g.size(value, 0)))

    def apart(joined: Name) -> tuple[Name, ...]:
        return tuple(g.op("Slice", joined, *pair) for pair in pairwise(ends))

    return g.op("Concat", *values, axis=0), apart


def cut(g: Graph, texts: Name, ending: str) -> Name:
    """Return texts without what matches at one of their ends; '' where nothing is left."""
    return _column(g, texts, g.split(texts, ending))


def _first(g: Graph, texts: Name, expression: str) -> Name:
    """Return the first match in each text, or ''."""
    return _column(g, texts, g.find_all(texts, expression))


def _column(g: Graph, texts: Name, parts: Name) -> Name:
    """Return the first of some parts, of which there may be none."""
    blank = g.op("Expand", g.text(""), g.op("Concat", g.size(texts, 0), g.constant([1]), axis=0))
    return g.op("Gather", g.op("Concat", parts, blank, axis=1), g.constant(0), axis=1)


_PLURAL: Final = "[A-Z]{2,5}s"
"""An acronym in the plural: the last letter is not part of a word."""


def _humps(g: Graph, texts: Name) -> tuple[Name, Name]:
    """Cut runs of letters at their capitals (YouTube, HTMLParser): (row, atom) of each."""
    rows, runs = g.filled(g.find_all(texts, "[A-Z]+[a-z]*|[a-z]+"))
    plural = g.take(g.matches(texts, _PLURAL), rows)
    mixed = g.both(g.matches(runs, "[A-Z]{2,}[a-z]+"), g.no(plural))
    none = g.text("")
    heads = g.op("Where", mixed, cut(g, runs, "[A-Z][a-z]+$"), runs)
    heads = g.op("Where", plural, cut(g, runs, "s$"), heads)
    # The last capital belongs to the small letters that follow it.
    tails = g.op("Where", mixed, _first(g, runs, "[A-Z][a-z]+"), none)
    column = g.constant([1])
    both = g.op(
        "Concat", g.op("Unsqueeze", heads, column), g.op("Unsqueeze", tails, column), axis=1
    )
    where_from, atoms = g.filled(both)
    return g.take(rows, where_from), atoms


def _adds(g: Graph, words: Name) -> Name:
    """Say whether the ending after the apostrophe is a syllable of its own."""
    return g.either(
        g.both(
            g.matches(words, ".*(?:[sxz]|[cs]he?|[cgsz]e)'s"),
            g.no(g.matches(words, ".*(?:tech|ache)'s")),
        ),
        g.matches(words, ".*(?:t|d|te|de)'d"),
        g.matches(words, ".*'re|.{3,}e'(?:ll|ve)|.*[^aeiouw']'(?:ll|ve)|..+'(?:er|en)"),
        g.matches(words, ".*[^aiouwy]n't"),
    )


def _or_atoms(g: Graph, texts: Name, known: Name, atoms: Name) -> Name:
    """Take the dictionary's word, or else the sum of the atoms (YouTube: You, Tube)."""
    hissed = g.both(g.matches(texts, _PLURAL), g.matches(texts, ".*[SXZH]s"))
    atoms = g.op("Add", atoms, g.integer(hissed))
    return g.op("Where", g.op("Greater", known, g.constant(0)), known, atoms)


def _atoms(g: Graph, atoms: Name, low: Name, known: Name) -> Name:
    """Count ASCII letters of one case, capitalised at most: known, spelled out, or estimated."""
    is_known = g.op("Greater", known, g.constant(0))
    doubled = "|".join(f"{c}{c}" for c in "abcdefghijklmnopqrstuvwxyz")
    consonants = g.both(
        g.matches(low, rules.CONSONANTS.pattern),
        g.no(g.matches(low, f".*(?:{doubled}).*")),
        g.no(g.matches(low, "|".join(sorted(rules.SPOKEN)))),
    )
    capitals = g.both(g.matches(atoms, "[A-Z]{4,5}"), g.no(g.matches(low, rules.SAYABLE.pattern)))
    spelled = g.either(consonants, capitals, g.matches(atoms, "[A-Z]{1,3}"))
    length = count_of(g, low, "[a-z]")
    said = g.op("Add", length, g.op("Mul", count_of(g, low, "w"), g.constant(2)))
    asked = g.where_true(g.no(is_known))
    weighed = g.by_length(g.take(low, asked), lambda group: _by_weights(g, group))
    value = g.put(known, asked, weighed)
    # One letter in the plural: its name, and a syllable more after a hiss.
    named = g.matches(atoms, "[B-DF-HJ-NP-TV-Z]s")
    longer = g.integer(g.matches(atoms, "[SXZH]s"))
    longer = g.op("Add", longer, g.op("Mul", g.integer(g.matches(atoms, "Ws")), g.constant(2)))
    said = g.op("Where", named, g.op("Add", longer, g.constant(1)), said)
    return g.op("Where", g.both(g.either(spelled, named), g.no(is_known)), said, value)


def _by_weights(g: Graph, words: Name) -> Name:
    """Sum the integer weights of the n-grams of each word."""
    marked = g.op("StringConcat", g.op("StringConcat", g.text("^"), words), g.text("$"))
    letters = g.op(
        "Slice",
        g.characters(marked),
        g.constant([0]),
        g.constant([_READ_CLOSELY + 2]),
        g.constant([1]),
    )
    grams, rest, total = letters, letters, _weight_sum(g, letters, 1)
    for size in range(2, rules.LONGEST_GRAM + 1):
        # The next letter of each position; at the end there is none, and no gram.
        rest = moved_left(g, rest)
        longer = g.op("StringConcat", grams, rest)
        ended = g.equal(rest, g.text(""))
        grams = g.op("Where", ended, g.text(""), longer)
        total = g.op("Add", total, _weight_sum(g, grams, size))
    half = g.op("Add", total, g.constant(rules.WEIGHT_SCALE // 2))
    rounded = g.op("Div", g.op("Max", half, g.constant(0)), g.constant(rules.WEIGHT_SCALE))
    return g.op("Max", rounded, g.constant(1))


def _weight_sum(g: Graph, grams: Name, size: int) -> Name:
    """Sum the weights of the n-grams of one size of each word."""
    weights = {gram: w for gram, w in syllable_weights().items() if len(gram) == size}
    return g.op("ReduceSum", g.look_up(grams, weights, 0), g.constant([1]), keepdims=0)


def moved_left(g: Graph, matrix: Name) -> Name:
    """Move every row one to the left."""
    tail = g.op("Slice", matrix, g.constant([1]), g.constant([1 << 60]), g.constant([1]))
    blank = g.op("Expand", g.text(""), g.op("Concat", g.size(matrix, 0), g.constant([1]), axis=0))
    return g.op("Concat", tail, blank, axis=1)
