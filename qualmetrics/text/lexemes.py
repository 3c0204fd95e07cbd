"""The distinct words of a process as columns: each attribute computed once a word, when asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qualmetrics.text import familiar
from qualmetrics.text.language import Language
from qualmetrics.text.skeleton import (
    DIGIT,
    ENDER,
    LETTER,
    PUNCTUATION,
    UNCOUNTED,
    character_class,
    script,
)

IntArray = NDArray[Any]

# --- counting characters of many strings at once ---------------------------------------------

_CLASSES: Final = np.zeros(0x110000, np.uint8)
for _code in range(128):
    _CLASSES[_code] = character_class(chr(_code))


def classes(strings: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the class bits of all characters one after the other, and where each string starts."""
    codes = np.frombuffer("".join(strings).encode("utf-32-le", "surrogatepass"), np.uint32)
    found = _CLASSES[codes]
    if not found.all():
        for code in np.unique(codes[found == 0]).tolist():
            _CLASSES[code] = character_class(chr(code))
        found = _CLASSES[codes]
    lengths = np.fromiter(map(len, strings), np.intp, len(strings))
    return found, np.concatenate(([0], np.cumsum(lengths)))


def segment_sums(values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[np.int64]:
    """Sum the stretches ``values[starts[i]:starts[i + 1]]``; an empty stretch sums to 0."""
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running[starts[1:]] - running[starts[:-1]]


# --- attributes ------------------------------------------------------------------------------

_SPELLED: Final = {"0": 2, "7": 2}
_LETTER_RUN: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*+'?|\d+")
_NUMERAL: Final = re.compile(r"[$€£¥₹¢+#-]?\d[\d.,:/-]*+(?:%|st|nd|rd|th|s)?")
_DOTTED: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])++")
_VOWELS: Final = re.compile("[aeiouy]+")
_LONGEST_LOOKED_UP: Final = 64


def is_address(key: str) -> bool:
    """Say whether a word is a URL or an e-mail address."""
    return "://" in key or key.startswith("www.") or "@" in key


def _syllables(key: str, language: Language) -> int:
    if key.isalpha() and len(key) <= _LONGEST_LOOKED_UP:
        return language.syllables(key)
    if is_address(key) or _NUMERAL.fullmatch(key):
        return 1
    if _DOTTED.fullmatch(key):
        return sum(3 if part == "w" and language.code == "en" else 1 for part in key.split("."))
    total = 0
    for match in _LETTER_RUN.finditer(key):
        run = match.group()
        if run[0].isdigit():
            total += 1
        elif len(run) > _LONGEST_LOOKED_UP:
            total += max(1, len(_VOWELS.findall(run)))
        else:
            total += language.syllables(run)
    return max(1, total)


def _spelled_extra(key: str) -> int:
    """Return how many syllables more a numeral has when it is read digit by digit."""
    if not _NUMERAL.fullmatch(key):
        return 0
    return sum(_SPELLED.get(digit, 1) for digit in key if digit.isdigit()) - 1


def _foreign(key: str, language: Language) -> int:
    if key.isascii():
        return 0 if "LATIN" in _scripts(language) else sum(map(str.isalpha, key))
    own = _scripts(language)
    return sum(1 for letter in key if letter.isalpha() and (script(letter) or own[0]) not in own)


def _scripts(language: Language) -> tuple[str, ...]:
    return tuple(name.upper() for name in language.scripts)


def _is_numeral(key: str, language: Language) -> bool:
    return _NUMERAL.fullmatch(key) is not None


def _is_easy_compound(key: str, language: Language) -> bool:
    parts = key.split("-")
    return len(parts) > 1 and all(_syllables(part, language) < 3 for part in parts if part)


Attribute = Callable[[list[str], Language], IntArray]


def _each(function: Callable[[str, Language], int | bool], kind: Any) -> Attribute:
    def attribute(keys: list[str], language: Language) -> IntArray:
        return np.fromiter((function(key, language) for key in keys), kind, len(keys))

    return attribute


def _of_class(bit: int) -> Attribute:
    def attribute(keys: list[str], language: Language) -> IntArray:
        found, starts = classes(keys)
        return segment_sums((found & bit) != 0, starts)

    return attribute


def _member(words: Callable[[Language], Iterable[str]]) -> Attribute:
    def attribute(keys: list[str], language: Language) -> IntArray:
        known = words(language)
        return np.fromiter((key in known for key in keys), np.bool_, len(keys))

    return attribute


ATTRIBUTES: Final[dict[str, Attribute]] = {
    "letters": _of_class(LETTER),
    "digits": _of_class(DIGIT),
    "punctuation": _of_class(PUNCTUATION),
    "enders": _of_class(ENDER),
    "uncounted": _of_class(UNCOUNTED),
    "syllables": _each(_syllables, np.int64),
    "spelled_extra": _each(lambda key, _: _spelled_extra(key), np.int64),
    "foreign_letters": _each(_foreign, np.int64),
    "is_numeral": _each(_is_numeral, np.bool_),
    "is_address": _each(lambda key, _: is_address(key), np.bool_),
    "is_easy_compound": _each(_is_easy_compound, np.bool_),
    "is_inflected_easy": _each(familiar.is_inflection_of_two_syllables, np.bool_),
    "is_dale_1948": _each(lambda key, _: familiar.is_dale_1948(key), np.bool_),
    "is_dale_1995": _each(lambda key, _: familiar.is_dale_1995(key), np.bool_),
    "is_spache": _each(lambda key, _: familiar.is_spache(key), np.bool_),
    "name_hash": _each(lambda key, _: hash(key.removesuffix("'s")), np.int64),
    "is_own_function_word": _member(lambda language: language.function_words),
    "is_other_function_word": _member(familiar.other_function_words),
}


class WordTable:
    """Distinct words in order of arrival. Grown and filled only under its owner's lock."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._index: dict[str, int] = {}
        self.keys: list[str] = []
        self._columns: dict[str, IntArray] = {}

    def indices(self, keys: list[str]) -> NDArray[np.int32]:
        """Return the index of each word, taking in the new ones."""
        index = self._index
        for key in keys:
            if key not in index:
                index[key] = len(self.keys)
                self.keys.append(key)
        return np.fromiter(map(index.__getitem__, keys), np.int32, len(keys))

    def attribute(self, name: str) -> IntArray:
        """Return an attribute of all words, computing what is missing."""
        known = self._columns.get(name)
        start = 0 if known is None else len(known)
        if known is None or start < len(self.keys):
            fresh = ATTRIBUTES[name](self.keys[start:], self._language)
            known = fresh if known is None else np.concatenate((known, fresh))
            self._columns[name] = known
        return known


class WordView:
    """The attributes of a sequence of words, such as ``view.syllables``, aligned to it."""

    def __init__(self, table: WordTable, indices: NDArray[np.int32]) -> None:
        self._table = table
        self._indices = indices
        self._taken: dict[str, IntArray] = {}

    def __len__(self) -> int:
        return len(self._indices)

    def __getattr__(self, name: str) -> IntArray:
        if name not in ATTRIBUTES:
            raise AttributeError(name)
        if name not in self._taken:
            self._taken[name] = self._table.attribute(name)[self._indices]
        return self._taken[name]
