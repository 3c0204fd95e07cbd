"""What a chunk says about sentence boundaries: one set of bits per chunk, read off its ends.

``HOT`` bits are looked at for every chunk; ``COLD`` bits only for the few that may end a sentence
and for those that follow them. ``sentences`` turns the bits of a sequence into boundaries.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from qualmetrics.text.language import Language
from qualmetrics.text.skeleton import DASH, ELLIPSIS, FULL_STOP, skeleton
from qualmetrics.text.words import MONSTER, Word, monster_word, words

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
ASKS: Final = 1 << 17  # the stop holds a question mark
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
    if len(chunk) > MONSTER:
        return _monster(chunk)
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
    if not found:
        return Parsed([], *_wordless(chunk, shadow), [], [])
    last, end = found[-1], len(shadow)
    if _is_footnote(shadow, found):
        last, end = found[-2], last.start - 1
    tail_hot, tail_cold = _tail(shadow[last.end : end], shadow[last.end - 1])
    if tail_cold & DOT:
        tail_cold |= dot_bits(last.key, shadow[last.start].isupper(), language)
    head_hot, head_cold = _head(chunk, shadow, found[0], language)
    hot = HAS_WORD | tail_hot | head_hot
    hot |= (CAPITAL if names[0] else 0) | (MULTIPLE if len(found) > 1 else 0)
    return Parsed(found, hot, tail_cold | head_cold, inner, names)


def _monster(chunk: str) -> Parsed:
    """Read a chunk too long to be prose by its two ends."""
    word = monster_word(chunk)
    if word is None:
        return Parsed([], 0, 0, [], [])
    hot, cold = _tail(skeleton(chunk[word.end :][-16:]))
    return Parsed([word], HAS_WORD | hot, cold | _first_character(chunk[word.start]), [], [False])


def _is_footnote(shadow: str, found: list[Word]) -> bool:
    """Say whether a chunk ends in a note's number after a stop: ``left.[3]``."""
    if len(found) < 2 or shadow[-1] != "]":
        return False
    start, end = found[-1].start, found[-1].end
    return shadow[start - 1] == "[" and end == len(shadow) - 1 and shadow[start:end].isdigit()


NEVER_NAMES: Final = frozenset(("i", "i'm", "i'll", "i've", "i'd", "o"))


def is_name_like(surface: str, language: Language) -> bool:
    """Say whether a word inside a sentence is a name by its capital."""
    if language.capitalises_nouns:
        return False
    first = surface[0] if surface[0] not in "$#+" else surface[1]
    return first.isupper() and surface.replace("’", "'").lower() not in NEVER_NAMES


def _ends_between(chunk: str, shadow: str, before: Word, after: Word, language: Language) -> bool:
    """Say whether a sentence ends between two words of one chunk (``done.But``)."""
    gap = shadow[before.end : after.start]
    if FULL_STOP in gap:
        return True
    if not _INNER_STOP.search(gap) or not chunk[after.start].isupper():
        return False
    single = before.end - before.start == 1 and gap[:1] == "."
    return not single and before.key not in language.titles


def _tail(tail: str, last: str = "") -> tuple[int, int]:
    """Read what follows a word, keeping the answers for the short ones."""
    return _short_tail(tail, last) if len(tail) < 9 else _any_tail(tail, last)


def _any_tail(tail: str, last: str) -> tuple[int, int]:
    """Read what follows the last character of a word; the word tells what a ``DOT`` is."""
    open_end = tail.rstrip(_CLOSERS)
    if open_end[-1:] in (":", ";"):
        return COLON, 0
    stops = open_end[len(open_end.rstrip(STOP_CHARACTERS)) :]
    if not stops:
        if open_end or last != ".":
            return 0, 0
        stops = "."
    closed = CLOSED if _QUOTING.intersection(tail[len(open_end) :]) else 0
    return STOPS, closed | _kind(stops)


_short_tail = lru_cache(maxsize=4096)(_any_tail)


def _kind(stops: str) -> int:
    if FULL_STOP in stops:
        return HARD
    if "!" in stops or "?" in stops:
        return BANG | (ASKS if "?" in stops else 0)
    return DOTS if len(stops) > 1 or stops == ELLIPSIS else DOT


def dot_bits(key: str, is_capitalised: bool, language: Language) -> int:  # noqa: FBT001
    """Say what a full stop after a word may be beside the end of a sentence."""
    if key in language.titles:
        return TITLE
    if key in language.before_numbers:
        return NUMBERED
    if key in language.abbreviations or _DOTTED(key):
        return MAYBE
    if is_capitalised and len(key) == 1:
        return MAYBE
    return PLAIN_NUMBER if key.isdigit() else 0


def _wordless(chunk: str, shadow: str) -> tuple[int, int]:
    """Read a chunk without a word: a stop by itself, a bullet, a dash."""
    hot, cold = _tail(shadow)
    if hot & STOPS and not shadow.strip(STOP_CHARACTERS):
        cold |= BARE_STOP
    if len(shadow) < 7 and _BULLET.fullmatch(shadow):
        cold |= BULLET
    body = shadow.lstrip(_OPENERS)
    return hot, cold | (_first_character(chunk[-len(body)]) if body else 0)


def _head(chunk: str, shadow: str, first: Word, language: Language) -> tuple[int, int]:
    """Read how a chunk with a word begins."""
    opened = len(shadow) - len(shadow.lstrip(_OPENERS))
    cold = ENUMERATOR if len(shadow) < 8 and _ENUMERATOR.fullmatch(shadow) else 0
    cold |= OPENED if _QUOTES.intersection(shadow[:opened]) else 0
    surface = chunk[first.start : first.end]
    cold |= _first_character(chunk[opened])
    return _capitals(surface), cold | (_starter(first.key, language) if cold & UPPER else 0)


def _capitals(surface: str) -> int:
    return CAPITALS if len(surface) > 1 and surface.isupper() and surface.isalpha() else 0


def _starter(key: str, language: Language) -> int:
    known = language.function_words
    return STARTER if key in known or _stem(key) in known else 0


def _stem(key: str) -> str:
    return key.split("'", 1)[0]


def _first_character(character: str) -> int:
    if character.isupper():
        return UPPER
    if character.islower():
        return LOWER
    return FIGURE if character.isdigit() else 0


# --- the common chunk, without looking at its characters one by one --------------------------

_COMMON_LONGEST = 64
_ENUMERATOR_LONGEST = 4
_COMMON: Final = re.compile(
    "([\"'(\\[{`*_“‘—–-]*+)([A-Za-z]++(?:['’-][A-Za-z]++)*+)([.,;:!?\"')\\]}`*_…”’—–-]*+)"
).fullmatch


def parse_common(chunk: str, language: Language) -> tuple[str, int, int] | None:
    """Read a chunk of one word of ASCII letters among common marks; None for anything else.

    Returns the word as spelled, with a straight apostrophe, and the bits; agrees with ``parse``
    (a test compares them).
    """
    if chunk.islower() and chunk.isascii():
        if chunk.isalpha():
            return chunk, HAS_WORD, LOWER
        short = _lower_word(chunk, language)
        if short is not None:
            return short
    match = _COMMON(chunk) if len(chunk) <= _COMMON_LONGEST else None
    if match is None:
        return None
    before, surface, after = match.groups()
    if not chunk.isascii():
        surface = surface.replace("’", "'")
    if language.elisions and "'" in surface:
        return None
    hot, cold = _common_head(before, surface, language)
    if after:
        tail_hot, tail_cold = _common_tail(after)
        hot |= tail_hot
        cold |= tail_cold
        if tail_cold & DOT:
            cold |= dot_bits(surface.lower(), surface[0].isupper(), language)
        if len(chunk) < 8 and _ENUMERATOR.fullmatch(skeleton(chunk)):
            cold |= ENUMERATOR
    return surface, hot, cold


def _lower_word(chunk: str, language: Language) -> tuple[str, int, int] | None:
    """Read a lower-case word and one mark; None for what may be the number of a list item."""
    word, mark = chunk[:-1], chunk[-1]
    if mark not in ",.;:!?" or not word.isalpha():
        return None
    if mark == ",":
        return word, HAS_WORD, LOWER
    if len(word) <= _ENUMERATOR_LONGEST:
        return None
    hot, cold = _common_tail(mark)
    if mark == ".":
        cold |= dot_bits(word, is_capitalised=False, language=language)
    return word, HAS_WORD | hot, LOWER | cold


def _common_head(before: str, surface: str, language: Language) -> tuple[int, int]:
    opened = _quotes_before(before) if before else 0
    if surface.islower():
        return HAS_WORD, LOWER | opened
    hot, cold = _with_capitals(surface, language)
    return hot, cold | opened


def _with_capitals(surface: str, language: Language) -> tuple[int, int]:
    hot = HAS_WORD | _capitals(surface)
    if not surface[0].isupper():
        return hot, LOWER
    hot |= CAPITAL if is_name_like(surface, language) else 0
    return hot, UPPER | _starter(surface.lower(), language)


@lru_cache(maxsize=1024)
def _quotes_before(before: str) -> int:
    return OPENED if _QUOTES.intersection(skeleton(before)) else 0


@lru_cache(maxsize=1024)
def _common_tail(after: str) -> tuple[int, int]:
    return _tail(skeleton(after))
