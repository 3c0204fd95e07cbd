"""What a chunk says about sentence boundaries: one set of bits per chunk, read off its ends.

``HOT`` bits are looked at for every chunk; ``COLD`` bits only for the few that may end a sentence
and for those that follow them. ``sentences`` turns the bits of a sequence into boundaries.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from qualmetrics.text.language import Language
from qualmetrics.text.skeleton import DASH, ELLIPSIS, FULL_STOP, skeleton
from qualmetrics.text.words import Word, words

# hot: eight bits
HAS_WORD: Final = 1
STOPS: Final = 2  # ends in something that may end a sentence
CAPITAL: Final = 4  # first word is capitalised and would be a name inside a sentence
COLON: Final = 8  # ends in : or ;
MULTIPLE: Final = 16  # more than one word
WIDE: Final = 32  # its counts do not fit the packed fields
BREAK: Final = 64  # a line break
CAPITALS: Final = 128  # all its letters (two or more) are capitals

# cold: how it ends
DOT: Final = 1
BANG: Final = 2  # ! or ?
DOTS: Final = 4  # an ellipsis
HARD: Final = 8  # an ideographic or other full stop of a script without capitals
TITLE: Final = 1 << 4  # the dot belongs to a title, an initial of a name, "vs.", "e.g."
MAYBE: Final = 1 << 5  # the dot belongs to an abbreviation that may end a sentence
NUMBERED: Final = 1 << 6  # "No.", "Fig.", "Jan.": goes with a number
CLOSED: Final = 1 << 7  # a closing quote or bracket follows the stop
# cold: how it starts
UPPER: Final = 1 << 8
LOWER: Final = 1 << 9
FIGURE: Final = 1 << 10
STARTER: Final = 1 << 11  # capitalised function word: "The", "He"
BULLET: Final = 1 << 12
ENUMERATOR: Final = 1 << 13  # "1.", "b)", "(iv)"
BARE_STOP: Final = 1 << 14  # nothing but stops: "..." or "."
OPENED: Final = 1 << 15  # an opening quote comes first
PLAIN_NUMBER: Final = 1 << 16  # the whole chunk is figures and a dot: an ordinal in some languages

_CLOSERS: Final = "\"')]}`*_>" + DASH + "-\x01"
_OPENERS: Final = "\"'([{`*_<" + DASH + "-\x01"
_QUOTING: Final = frozenset("\"'()[]{}`")
_QUOTES: Final = frozenset("\"'`")
STOP_CHARACTERS: Final = ".!?" + ELLIPSIS + FULL_STOP
_BULLET: Final = re.compile("[*+\x05-]|#{1,6}")
_ENUMERATOR: Final = re.compile(r"\(?(?:[0-9]{1,2}|[A-Za-z]|[ivxIVX]{2,4})(?:[.)]|\.\))")
_DOTTED: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])++").fullmatch
_INNER_STOP: Final = re.compile(f"[.!?{ELLIPSIS}]")


class Parsed(NamedTuple):
    """One chunk, understood."""

    words: list[Word]
    hot: int
    cold: int
    inner: list[int]
    """Indices of the words that begin a sentence inside the chunk (never 0)."""
    names: list[bool]
    """For each word, whether it is capitalised and not the first of a sentence by itself; for the
    first word that is decided by what precedes the chunk."""


def parse(chunk: str, language: Language) -> Parsed:
    """Read the words and the boundary bits of one chunk."""
    if chunk == "\0":
        return Parsed([], BREAK, 0, [], [])
    shadow = skeleton(chunk)
    found = words(chunk, shadow, language)
    inner = [
        index
        for index in range(1, len(found))
        if _ends_between(chunk, shadow, found[index - 1], found[index], language)
    ]
    starts = set(inner)
    names = [
        index not in starts and is_name_like(chunk[word.start : word.end], language)
        for index, word in enumerate(found)
    ]
    tail_hot, tail_cold = _tail(shadow, found, language)
    head_hot, head_cold = _head(chunk, shadow, found, language)
    hot = tail_hot | head_hot
    if found:
        hot |= HAS_WORD | (CAPITAL if names[0] else 0) | (MULTIPLE if len(found) > 1 else 0)
    return Parsed(found, hot, tail_cold | head_cold, inner, names)


_NEVER_NAMES: Final = frozenset(("i", "i'm", "i'll", "i've", "i'd", "o"))


def is_name_like(surface: str, language: Language) -> bool:
    """Say whether a word inside a sentence is a name by its capital."""
    if language.capitalises_nouns:
        return False
    first = surface[0] if surface[0] not in "$#+" else surface[1]
    return first.isupper() and surface.replace("’", "'").lower() not in _NEVER_NAMES


def _ends_between(chunk: str, shadow: str, before: Word, after: Word, language: Language) -> bool:
    """Say whether a sentence ends between two words of one chunk (``done.But``)."""
    gap = shadow[before.end : after.start]
    if FULL_STOP in gap:
        return True
    if not _INNER_STOP.search(gap) or not chunk[after.start].isupper():
        return False
    single = before.end - before.start == 1 and gap[:1] == "."
    return not single and before.key not in language.titles


def _tail(shadow: str, found: list[Word], language: Language) -> tuple[int, int]:
    last = found[-1] if found else None
    tail = shadow[last.end :] if last else shadow
    kept_stop = bool(last and shadow[last.end - 1] == ".")
    open_end = tail.rstrip(_CLOSERS)
    if open_end[-1:] in (":", ";"):
        return COLON, 0
    stops = open_end[len(open_end.rstrip(STOP_CHARACTERS)) :]
    if not stops:
        if open_end or not kept_stop:
            return 0, 0
        stops = "."
    closed = CLOSED if _QUOTING.intersection(tail[len(open_end) :]) else 0
    bare = BARE_STOP if not last and len(stops) == len(shadow) else 0
    return STOPS, closed | bare | _kind(stops, last, shadow, language)


def _kind(stops: str, last: Word | None, shadow: str, language: Language) -> int:
    if FULL_STOP in stops:
        return HARD
    if "!" in stops or "?" in stops:
        return BANG
    if len(stops) > 1 or stops == ELLIPSIS:
        return DOTS
    if last is None:
        return DOT
    return DOT | dot_bits(last.key, shadow[last.start].isupper(), language)


def dot_bits(key: str, is_capitalised: bool, language: Language) -> int:
    """Say what a full stop after a word may be beside the end of a sentence."""
    if key in language.titles:
        return TITLE
    if key in language.before_numbers:
        return NUMBERED
    if key in language.abbreviations or _DOTTED(key):
        return MAYBE
    if len(key) == 1 and is_capitalised:
        return MAYBE
    return PLAIN_NUMBER if key.isdigit() else 0


def _head(chunk: str, shadow: str, found: list[Word], language: Language) -> tuple[int, int]:
    cold = ENUMERATOR if len(shadow) < 8 and _ENUMERATOR.fullmatch(shadow) else 0
    body = shadow.lstrip(_OPENERS)
    opened = len(shadow) - len(body)
    if not body:
        return 0, cold | (BULLET if len(shadow) < 7 and _BULLET.fullmatch(shadow) else 0)
    if _BULLET.fullmatch(shadow[:6]) and len(shadow) < 7:
        return 0, BULLET
    if _QUOTES.intersection(shadow[:opened]):
        cold |= OPENED
    cold |= _first_character(chunk[opened])
    if not found:
        return 0, cold
    key = found[0].key
    if cold & UPPER and (key in language.function_words or _stem(key) in language.function_words):
        cold |= STARTER
    surface = chunk[found[0].start : found[0].end]
    capitals = len(surface) > 1 and surface.isupper() and not any(c.isdigit() for c in surface)
    return (CAPITALS if capitals else 0), cold


def _stem(key: str) -> str:
    return key.split("'", 1)[0]


def _first_character(character: str) -> int:
    if character.isupper():
        return UPPER
    if character.islower():
        return LOWER
    return FIGURE if character.isdigit() else 0


# --- the common chunk, without looking at its characters one by one --------------------------

_COMMON: Final = re.compile(r"([A-Z]?[a-z]+)([.,;:!?]?)").fullmatch
_COMMON_HOT: Final = {"": 0, ",": 0, ".": STOPS, "!": STOPS, "?": STOPS, ";": COLON, ":": COLON}


def parse_common(chunk: str, language: Language) -> tuple[str, int, int] | None:
    """Read a chunk of ASCII letters and at most one mark; None where it is anything else.

    Returns the word's key and the bits; agrees with ``parse`` (a test compares them).
    """
    match = _COMMON(chunk)
    if match is None:
        return None
    surface, mark = match.groups()
    key = surface.lower()
    hot = HAS_WORD | _COMMON_HOT[mark]
    cold = LOWER
    if surface is not key and surface != key:
        hot |= CAPITAL if is_name_like(surface, language) else 0
        cold = UPPER | (STARTER if key in language.function_words else 0)
    if mark == ".":
        cold |= DOT | dot_bits(key, surface != key, language)
        cold |= ENUMERATOR if len(key) < 5 and _ENUMERATOR.fullmatch(chunk) else 0
    elif hot & STOPS:
        cold |= BANG
    return key, hot, cold
