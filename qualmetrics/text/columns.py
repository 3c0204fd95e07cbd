"""The registry of count columns: each a small function, from which the packed layout is derived.

Four kinds. *Word* columns are summed over words and look at a word alone. *Named* columns also
ask whether the word is a name where it stands: ``PLAIN``, ``NAME`` (capitalised inside a sentence,
first time in the text) or ``NAMED_BEFORE``. *Character* columns are summed over chunks. *Text*
columns look at the sequence and are computed in ``counts``; here they only have their definition.
To add one, write a function below; nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

Values = Any
"""An array; ``Any`` because bodies mix integer and truth arrays."""

PLAIN: Final = 0
NAME: Final = 1
NAMED_BEFORE: Final = 2


class Words(Protocol):
    """What a word column may look at: arrays aligned to a sequence of words."""

    letters: Values
    digits: Values
    syllables: Values
    spelled_extra: Values
    foreign_letters: Values
    is_numeral: Values
    is_address: Values
    is_easy_compound: Values
    is_inflected_easy: Values
    is_dale_1948: Values
    is_dale_1995: Values
    is_spache: Values
    is_own_function_word: Values
    is_other_function_word: Values

    def __len__(self) -> int: ...


class Characters(Protocol):
    """What a character column may look at: arrays aligned to a sequence of chunks."""

    characters: Values
    """Visible characters; combining marks and format characters are none of their own."""
    punctuation: Values
    """Characters of a Unicode category P outside words."""
    enders: Values
    """``. ! ? …`` and their like outside words."""


@dataclass(frozen=True, slots=True)
class Column:
    """One count column."""

    name: str
    description: str
    kind: str
    """``word``, ``named``, ``character`` or ``text``."""
    needs: tuple[str, ...]
    """Parts of the rules it depends on: words, sent, syl, dale, spache, fog, stop."""
    compute: Callable[..., Values] | None
    bits: int = 16
    """Width of its field in a packed row."""
    english_only: bool = False


_REGISTRY: dict[str, Column] = {}


def _column(
    kind: str, *needs: str, bits: int = 16, english_only: bool = False
) -> Callable[[Callable[..., Values]], Callable[..., Values]]:
    def register(function: Callable[..., Values]) -> Callable[..., Values]:
        name = function.__name__
        description = (function.__doc__ or "").strip()
        body = None if kind == "text" else function
        _REGISTRY[name] = Column(name, description, kind, needs, body, bits, english_only)
        return function

    return register


def columns() -> dict[str, Column]:
    """Return the registry: name -> column."""
    return dict(_REGISTRY)


def column_names() -> tuple[str, ...]:
    """Return the names of all count columns, in the order of their definition.

    Examples
    --------
    >>> column_names()[:3]
    ('words', 'syllables', 'letters')
    """
    return tuple(_REGISTRY)


# --- words: the first four share one packed field, which is all that Flesch reads --------------


@_column("word", "words")
def words(w: Words) -> Values:
    """Words: runs of letters and digits with inner apostrophe, hyphen or stop (docs/words.md)."""
    return np.ones(len(w), np.int64)


@_column("word", "words", "syl")
def syllables(w: Words) -> Values:
    """Syllables; a numeral and an address count one, parts of a compound add up."""
    return w.syllables


@_column("word", "words")
def letters(w: Words) -> Values:
    """Letters (Unicode category L); digits, marks and punctuation are none."""
    return w.letters


@_column("character")
def characters(c: Characters) -> Values:
    """Visible characters: everything but whitespace, combining marks and format characters."""
    return c.characters


# --- what a status is decided from ---------------------------------------------------------------


@_column("word", "words")
def foreign_letters(w: Words) -> Values:
    """Letters of scripts that are not the language's."""
    return w.foreign_letters


@_column("word", "words", "stop")
def stop_own(w: Words) -> Values:
    """Count function words of this language."""
    return w.is_own_function_word


@_column("word", "words", "stop")
def stop_other(w: Words) -> Values:
    """Function words of other bundled languages and not of this one."""
    return w.is_other_function_word


# --- everything else summed over words and chunks ------------------------------------------------


@_column("word", "words", "syl")
def monosyllables(w: Words) -> Values:
    """Words of one syllable."""
    return w.syllables == 1


@_column("word", "words", "syl")
def polysyllables(w: Words) -> Values:
    """Words of three syllables or more (McLaughlin 1969)."""
    return w.syllables >= 3


@_column("word", "words")
def long_words(w: Words) -> Values:
    """Words of seven letters or more (Bjornsson 1968: "more than six letters")."""
    return w.letters >= 7


@_column("character", "words")
def strokes(c: Characters) -> Values:
    """Letters, digits and punctuation without sentence enders (Smith and Senter 1967, p. 8).

    Every ``. ! ? …`` outside a word is taken for an ender, so the stop of ``Dr.`` is not counted
    and the ones of ``3.14`` and ``p.m`` are.
    """
    return c.characters - c.enders


@_column("named", "words", "sent", "dale", english_only=True)
def unfamiliar_dale(w: Words, case: Values) -> Values:
    """Words outside the Dale list under the rules of Dale and Chall 1948.

    Familiar: listed words, their plurals, possessives, -d -ed -ied -ing -s -es -ies -r -er -est
    -ier -iest -ly, hyphen compounds whose parts are familiar, numerals, addresses, and every name
    (a word capitalised inside a sentence).
    """
    return ~(w.is_dale_1948 | w.is_numeral | w.is_address | (case != PLAIN))


@_column("named", "words", "sent", "dale", english_only=True)
def unfamiliar_dale_1995(w: Words, case: Values) -> Values:
    """Words outside the Dale list under the rules of Chall and Dale 1995.

    As 1948 without -ly; a name is unfamiliar the first time and familiar after that.
    """
    return ~(w.is_dale_1995 | w.is_numeral | w.is_address | (case == NAMED_BEFORE))


@_column("named", "words", "sent", "spache", english_only=True)
def unfamiliar_spache(w: Words, case: Values) -> Values:
    """Words outside the Spache list; inflections, -ly, compounds, numerals and names familiar."""
    return ~(w.is_spache | w.is_numeral | w.is_address | (case != PLAIN))


@_column("named", "words", "sent", "syl", "fog")
def hard_fog(w: Words, case: Values) -> Values:
    """Hard words of Gunning 1952 (1968, p. 38): three syllables or more, with his exceptions.

    Not counted: names (capitalised inside a sentence), words that reach three syllables only
    through -es or -ed (we add -ing), hyphen compounds of parts below three syllables. Compounds
    written together (bookkeeper) cannot be told apart and are counted.
    """
    excused = w.is_easy_compound | w.is_numeral | w.is_address | (case != PLAIN)
    return (w.syllables >= 3) & ~(excused | ((w.syllables == 3) & w.is_inflected_easy))


@_column("word", "words")
def short_words(w: Words) -> Values:
    """Words of up to three letters that hold a letter (McAlpine 2006: miniwords)."""
    return (w.letters <= 3) & (w.letters > 0)


@_column("word", "words")
def letters_6plus(w: Words) -> Values:
    """Words of six letters or more (Raygor 1977)."""
    return w.letters >= 6


@_column("word", "words")
def numerals(w: Words) -> Values:
    """Numerals: 5, 3.14, 1,000, $45.50, 5/4/2020, 10%, 1st, 1990s."""
    return w.is_numeral


@_column("character", "words")
def punctuation(c: Characters) -> Values:
    """Punctuation marks (Unicode category P) outside words."""
    return c.punctuation


@_column("word", "words", "syl")
def syllables_2(w: Words) -> Values:
    """Words of exactly two syllables."""
    return w.syllables == 2


@_column("word", "words", "syl")
def syllables_4plus(w: Words) -> Values:
    """Words of four syllables or more."""
    return w.syllables >= 4


@_column("word", "words", "syl")
def syllables_3(w: Words) -> Values:
    """Words of exactly three syllables (Bezirci and Yilmaz 2010: H3)."""
    return w.syllables == 3


@_column("word", "words", "syl")
def syllables_4(w: Words) -> Values:
    """Words of exactly four syllables (H4)."""
    return w.syllables == 4


@_column("word", "words", "syl")
def syllables_5(w: Words) -> Values:
    """Words of exactly five syllables (H5)."""
    return w.syllables == 5


@_column("word", "words", "syl")
def syllables_6plus(w: Words) -> Values:
    """Words of six syllables or more (H6)."""
    return w.syllables >= 6


@_column("word", "words", "syl", bits=32)
def digit_syllables(w: Words) -> Values:
    """Syllables where numerals are read digit by digit (45 = 2), as Fry and SMOG ask for."""
    return w.syllables + w.spelled_extra


@_column("word", "words", bits=32)
def letters_sq(w: Words) -> Values:
    """Sum over words of the squared number of letters; the variance in Munoz' mu needs it."""
    return w.letters * w.letters


# --- sequences: computed in ``counts``, defined here ---------------------------------------------


@_column("text", "words", "sent")
def sentences(_: Words) -> Values:
    """Sentences: stretches between boundaries that hold a word (docs/sentences.md)."""
    raise NotImplementedError


@_column("text", "words", "sent")
def units(_: Words) -> Values:
    """Sentence units: also broken after : and ; where a word follows (Anderson 1983)."""
    raise NotImplementedError


@_column("text", "words")
def types(_: Words) -> Values:
    """Distinct words, lower-cased."""
    raise NotImplementedError


@_column("text", "words", "sent", "spache", english_only=True)
def unfamiliar_spache_types(_: Words) -> Values:
    """Distinct words that ``unfamiliar_spache`` counts (Spache 1974 counts each once)."""
    raise NotImplementedError


@_column("text", "words")
def paragraphs(_: Words) -> Values:
    """Stretches between blank lines that hold a word."""
    raise NotImplementedError
