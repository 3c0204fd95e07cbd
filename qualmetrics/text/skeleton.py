"""Characters as classes: the ASCII shadow of a chunk, and what each character counts as.

The rules that cut words and sentences are written over ASCII only. A chunk (a run without
whitespace) that holds anything else is first mapped, one character to one character, to a shadow
of the same length, so that offsets in the shadow are offsets in the text. A look-up table of
code points does the same inside a graph.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from qualmetrics.text.language import word_set

MARK: Final = "\x01"  # combining marks, joiners, soft hyphens: belong to the letter before them
SEPARATOR: Final = "\x02"  # symbols, emoji, zero-width spaces, control characters
ELLIPSIS: Final = "\x03"
FULL_STOP: Final = "\x04"  # full stops of scripts without capitals: always end a sentence
DASH: Final = "\x05"
MONEY: Final = "$"

_NAMED: Final = {
    **dict.fromkeys("’ʼ＇ʹ‛", "'"),
    **dict.fromkeys("‐‑﹣－", "-"),
    **dict.fromkeys("“”„‟‘‚«»‹›「」『』〝〞＂", '"'),
    **dict.fromkeys("（【〈《［｛", "("),
    **dict.fromkeys("）】〉》］｝", ")"),
    **dict.fromkeys("–—―⸺⸻‒", DASH),
    **dict.fromkeys("。！？｡︒।॥။", FULL_STOP),
    **dict.fromkeys("؟‽⁇", "?"),
    **dict.fromkeys("‼⁉⁈", "!"),
    **dict.fromkeys("۔։．", "."),
    **dict.fromkeys("¿¡", "("),  # they open, like a bracket
    **dict.fromkeys("：", ":"),
    **dict.fromkeys("；؛", ";"),
    **dict.fromkeys("，、،", ","),
    "…": ELLIPSIS,
    **dict.fromkeys("\u200c\u200d\u00ad\u2060", MARK),
    **dict.fromkeys("•●◦▪■‣·∙○▶►✓✔➢⁃", "*"),
}


def _shadow_of(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    category = unicodedata.category(character)
    if category[0] == "L":
        return "Q" if category in ("Lu", "Lt") else "q" if category == "Ll" else "z"
    if category[0] == "N":
        return "0"
    if category[0] == "M":
        return MARK
    if category == "Sc":
        return MONEY
    return DASH if category == "Pd" else SEPARATOR


class _Shadows(dict[int, str]):
    """``str.translate`` table that fills itself; at most one entry per code point."""

    def __missing__(self, code: int) -> str:
        shadow = chr(code) if 0x20 <= code < 0x7F else _shadow_of(chr(code))
        self[code] = shadow
        return shadow


_SHADOWS: Final = _Shadows()


def skeleton(chunk: str) -> str:
    """Return the ASCII shadow of a chunk, of the same length.

    Uncased letters (Arabic, Han, ...) become ``z``; whether a letter is lower case is asked of
    the text, never of the shadow.
    """
    if chunk.isascii() and chunk.isprintable():
        return chunk
    return chunk.translate(_SHADOWS)


_VARIANT: Final = re.compile("[’ʼ＇ʹ‛‐‑﹣－]")
_DROPPED: Final = re.compile("[\u00ad\u200c\u200d\u2060]")
_SPELLING: Final = str.maketrans({**dict.fromkeys("’ʼ＇ʹ‛", "'"), **dict.fromkeys("‐‑﹣－", "-")})


def spelling(word: str) -> str:
    """Return a word as it is looked up: NFC, straight apostrophe, plain hyphen, no soft ones."""
    if word.isascii():
        return word
    if _VARIANT.search(word):
        word = word.translate(_SPELLING)
    return _DROPPED.sub("", unicodedata.normalize("NFC", word))


def normal_form(spelled: str) -> str:
    """Return the form under which spelled words are compared: lower case, again NFC."""
    lower = spelled.lower()
    return lower if lower.isascii() else unicodedata.normalize("NFC", lower)


# --- what a character counts as -------------------------------------------------------------

LETTER: Final = 1
DIGIT: Final = 2
UNCOUNTED: Final = 4  # marks and format characters: no character of their own
PUNCTUATION: Final = 8
ENDER: Final = 16
KNOWN: Final = 128

_APOSTROPHES: Final = frozenset("’ʼ＇ʹ‛")
_ENDERS: Final = frozenset(".!?…。！？｡।॥؟۔։．‼⁉⁈‽")


def character_class(character: str) -> int:
    """Return the bits of one character: letter, digit, uncounted, punctuation, sentence ender."""
    if character in _APOSTROPHES:
        return KNOWN | PUNCTUATION
    category = unicodedata.category(character)
    bits = KNOWN | (ENDER if character in _ENDERS else 0)
    if category[0] in "LN":
        return bits | (LETTER if category[0] == "L" else DIGIT)
    if category[0] == "M" or category in ("Cf", "Cc"):
        return bits | UNCOUNTED
    return bits | (PUNCTUATION if category[0] == "P" else 0)


# Letters that Unicode names after something else than a script; they belong to every script.
_ANY_SCRIPT: Final = word_set(
    "MODIFIER MATHEMATICAL FULLWIDTH HALFWIDTH FEMININE MASCULINE MICRO SCRIPT BLACK-LETTER "
    "DOUBLE-STRUCK KELVIN ANGSTROM OHM TURNED EULER INFORMATION"
)


@lru_cache(maxsize=1 << 14)
def script(character: str) -> str | None:
    """Return the script of a letter in capitals (``LATIN``), or None where it fits any."""
    first = unicodedata.name(character, "UNNAMED").split(" ", 1)[0].split("-", 1)[0]
    return None if first in _ANY_SCRIPT else first
