"""The count columns as graph operators, each a few lines, as in ``text.columns``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qualmetrics.onnx.counting_chunks import Counting
from qualmetrics.onnx.nodes import Name
from qualmetrics.text.skeleton import ENDER, PUNCTUATION


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
    return c.g.op("Add", c.stretches(c.boundaries().ends), c.inner())


def _units(c: Counting) -> Name:
    found = c.boundaries()
    ends = c.g.either(found.ends, found.bits["COLON"])
    return c.g.op("Add", c.stretches(ends), c.inner())


def _paragraphs(c: Counting) -> Name:
    return c.stretches(c.boundaries().paragraphs)


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
