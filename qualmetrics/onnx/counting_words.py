"""English words and their attributes as graph operators: ``text.words`` and ``text.lexemes``."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from qualmetrics.onnx.counting_classes import (
    DIGITS,
    LETTERS,
    LOWER,
    MARK,
    UPPER,
    counted_as,
    foreign_letters,
    one_of,
    shadowed,
    where,
)
from qualmetrics.onnx.nodes import Graph, Name, character_class
from qualmetrics.text import skeleton
from qualmetrics.text.language import Language
from qualmetrics.text.lexemes import is_address
from qualmetrics.text.skeleton import LETTER, spelling
from qualmetrics.text.words import DEGREES


@cache
def _token_expressions() -> tuple[str, str]:
    """Return the expression of a token, and of one that no stop before a capital joins."""
    letter, digit = shadowed(LETTERS), shadowed(DIGITS)
    inside = shadowed(LETTERS + DIGITS + MARK)
    figures = f"{digit}+(?:{shadowed('.,:/')}{digit}+)*"
    unit = f"(?:{figures}|{letter}){inside}*"
    low_unit = f"(?:{figures}|{shadowed(LOWER)}){inside}*"
    joint, stop = shadowed("'-&_"), shadowed(".")
    before, plus, after = shadowed("$#+"), shadowed("+"), shadowed("#%")
    ending = f"(?:{plus}{plus}|{after})?"
    token = f"{before}?{unit}(?:(?:{joint}|{stop}){unit})*{ending}"
    return token, f"{before}?{unit}(?:{joint}{unit}|{stop}{low_unit})*{ending}"


def pieces(g: Graph, chunks: Name) -> tuple[Name, Name]:
    """Cut chunks into words and single other characters: (chunk, piece) of each, in order."""
    token, cut_token = _token_expressions()
    link = r"(?i:https?://|ftp://|www\.)[!-~]*[A-Za-z0-9/_=&#%+~-]"
    mail = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    owner, found = g.filled(g.find_all(chunks, f"(?s){token}|{link}|{mail}|."))
    letter, stop = shadowed(LETTERS), shadowed(".")
    whole = g.matches(found, f"(?s){letter}(?:{stop}{letter})+|(?i:{one_of(DEGREES)})")
    glued = g.matches(found, f"(?s)..*{stop}{shadowed(UPPER)}.*")
    is_token = g.matches(found, f"(?s){token}")
    return _recut(g, owner, found, (g.both(glued, is_token, g.no(whole)), f"(?s){cut_token}|."))


def _recut(g: Graph, owner: Name, found: Name, which: tuple[Name, str]) -> tuple[Name, Name]:
    """Cut some of the pieces once more, in place: ``done.But`` is three."""
    mask, expression = which
    at = g.where_true(mask)
    again = g.find_all(g.take(found, at), expression)
    n_inner = g.count_filled(again)
    n = g.put(g.whole(1, g.size(found, 0)), at, n_inner)
    start = g.running(n, before=True)
    rows, inner = g.filled(again)
    first = g.take(g.running(n_inner, before=True), rows)
    within = g.op("Sub", g.upto(g.size(inner, 0)), first)
    place = g.op("Add", g.take(g.take(start, at), rows), within)
    total = g.op("ReduceSum", n, keepdims=1)
    blank = g.op("Expand", g.text(""), total)
    kept = g.where_true(g.no(mask))
    index = g.op("Concat", g.take(start, kept), place, axis=0)
    texts = g.op("Concat", g.take(found, kept), inner, axis=0)
    marks = g.put(g.whole(0, total), start, g.whole(1, g.size(start, 0)))
    source = g.op("Sub", g.running(marks), g.constant(1))
    return g.take(owner, source), g.put(blank, index, texts)


@cache
def is_word_expression() -> str:
    """Return what tells a word from a single other character."""
    return f"(?s){shadowed(LETTERS + DIGITS)}.*|..+"


@cache
def _spelled() -> dict[str, str]:
    """Return what the spelling of a word replaces, character by character."""
    characters = (*"’ʼ＇ʹ‛‐‑﹣－", "\u00ad", "\u200c", "\u200d", "\u2060")
    table = {}
    for code in range(0xA0, 0x110000):
        character = chr(code)
        if 0xD800 <= code < 0xE000:
            continue
        if character in characters or unicodedata.normalize("NFC", character) != character:
            table[character] = spelling(character)
    return {key: value for key, value in table.items() if key != value}


@cache
def _composed() -> dict[str, str]:
    """Return the letters that are written as a letter and one or two marks (Hangul aside)."""
    table = {}
    for code in range(0xA0, 0x30000):
        character = chr(code)
        if 0xAC00 <= code < 0xE000 or unicodedata.normalize("NFC", character) != character:
            continue
        apart = unicodedata.normalize("NFD", character)
        step = unicodedata.decomposition(character)
        if 1 < len(apart) < 4:
            table[apart] = character
        if step and step[0] != "<" and " " in step:
            table["".join(chr(int(part, 16)) for part in step.split())] = character
    return table


@cache
def _cluster() -> str:
    """Return the expression of a character with the marks that may be composed with it."""
    marks = character_class({ord(mark) for key in _composed() for mark in key[1:]})
    return f"(?s).{marks}{{1,2}}|."


@cache
def _lowered() -> dict[str, str]:
    """Return the lower case of every character that changes, of a spelled word."""
    characters = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    return {c: skeleton.normal_form(c) for c in characters if skeleton.normal_form(c) != c}


@dataclass(frozen=True)
class Words:
    """Distinct words: as they stand, as they are spelled, and in lower case."""

    raw: Name
    spelled: Name
    keys: Name


def distinct_words(g: Graph, raw: Name) -> Words:
    """Spell distinct words and lower their case."""
    spelled = g.mapped(raw, {**_composed(), **_spelled()}, _cluster())
    return Words(raw, spelled, lowered(g, spelled))


def lowered(g: Graph, texts: Name) -> Name:
    """Return texts in lower case, letter by letter, so that no locale is asked."""
    return g.mapped(texts, _lowered())


def count_of(g: Graph, texts: Name, expression: str) -> Name:
    """Count the matches in each text."""
    return g.by_length(texts, lambda group: g.count_filled(g.find_all(group, expression)))


NUMERAL: Final = r"[$€£¥₹¢+#-]?{digit}[{digits}.,:/-]*(?:%|st|nd|rd|th|s)?"


@cache
def numeral_expression() -> str:
    """Return the expression of a numeral, in any script's digits."""
    digit = where(str.isdecimal)
    return NUMERAL.format(digit=digit, digits=digit[1:-1])


@cache
def address_expression() -> str:
    """Return what ``is_address`` finds."""
    assert is_address("www.a")  # noqa: S101 - the three forms below are those of that function
    return r"(?s).*://.*|www\..*|.*@.*"


def attributes(g: Graph, words: Words, language: Language) -> dict[str, Name]:
    """Return the attributes of distinct words that need no dictionary of syllables."""
    from qualmetrics.text import familiar

    one = g.whole(1, g.size(words.raw, 0))
    own = dict.fromkeys(language.function_words, 1)
    other = dict.fromkeys(familiar.other_function_words(language), 1)
    is_numeral = g.matches(words.keys, numeral_expression())
    return {
        "words": one,
        "letters": count_of(g, words.keys, counted_as(LETTER)),
        "foreign_letters": count_of(g, words.keys, foreign_letters()),
        "is_numeral": is_numeral,
        "is_address": g.matches(words.keys, address_expression()),
        "is_own_function_word": g.look_up(words.keys, own, 0),
        "is_other_function_word": g.look_up(words.keys, other, 0),
    }


__all__ = [
    "UPPER",
    "Words",
    "attributes",
    "count_of",
    "distinct_words",
    "is_word_expression",
    "lowered",
    "numeral_expression",
    "pieces",
]
