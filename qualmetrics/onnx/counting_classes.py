"""Classes of characters as RE2 writes them, taken from the tables that the counting rules use.

The rules of ``text`` are written over the ASCII shadow of a chunk. A graph has no shadow; it reads
the characters themselves, by classes that name every code point with a given shadow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from qualmetrics.onnx.nodes import character_class as written
from qualmetrics.text.skeleton import character_class, script, skeleton

_CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@cache
def _shadows() -> dict[str, list[int]]:
    table: dict[str, list[int]] = {}
    for code in _CODES:
        table.setdefault(skeleton(chr(code)), []).append(code)
    return table


def shadowed(shadows: str, *, inverse: bool = False) -> str:
    """Return the class of all characters whose shadow is one of these."""
    table = _shadows()
    codes = (code for shadow in shadows for code in table.get(shadow, ()))
    return written(codes, inverse=inverse)


@cache
def where(test: Callable[[str], bool], *, inverse: bool = False) -> str:
    """Return the class of all characters that pass a test."""
    return written((code for code in _CODES if test(chr(code))), inverse=inverse)


@cache
def counted_as(bit: int, *, inverse: bool = False) -> str:
    """Return the class of all characters that count as a letter, a mark, an ender, ..."""
    return written((c for c in _CODES if character_class(chr(c)) & bit), inverse=inverse)


@cache
def foreign_letters() -> str:
    """Return the class of the letters of scripts other than Latin."""
    letters = (c for c in _CODES if chr(c).isalpha())
    return written(c for c in letters if (script(chr(c)) or "LATIN") != "LATIN")


def one_of(words: frozenset[str] | tuple[str, ...]) -> str:
    """Write literal words as alternatives."""
    return "|".join(word.replace(".", r"\.") for word in sorted(words))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
UPPER = LETTERS[:26]
LOWER = LETTERS[26:]
DIGITS = "0123456789"
MARK = "\x01"
