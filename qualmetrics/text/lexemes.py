"""The distinct words of a process as columns: each attribute computed once a word, when asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualmetrics.text import familiar
from qualmetrics.text.language import Language
from qualmetrics.text.skeleton import (
    DIGIT,
    ENDER,
    LETTER,
    PUNCTUATION,
    character_class,
    normal_form,
    script,
)
from qualmetrics.text.weights import WordWeights

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
        for code in set(codes[found == 0].tolist()):
            _CLASSES[code] = character_class(chr(code))
        found = _CLASSES[codes]
    lengths = np.fromiter(map(len, strings), np.intp, len(strings))
    return found, np.concatenate(([0], np.cumsum(lengths)))


def segment_sums(values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[np.int64]:
    """Sum the stretches ``values[starts[i]:starts[i + 1]]``; an empty stretch sums to 0."""
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running[starts[1:]] - running[starts[:-1]]


def count_in(hits: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[np.int64]:
    """Count the few non-zero values of each stretch ``hits[starts[i]:starts[i + 1]]``."""
    return np.diff(np.searchsorted(np.flatnonzero(hits), starts))


# --- attributes ------------------------------------------------------------------------------

_SPELLED: Final = {"0": 2, "7": 2}
_RUN: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*+'?|\d+")
_NUMERAL: Final = re.compile(r"[$€£¥₹¢+#-]?\d[\d.,:/-]*+(?:%|st|nd|rd|th|s)?")
_NUMERIC: Final = frozenset("0123456789$€£¥₹¢+#-")
_VOWELS: Final = re.compile("[aeiouy]+")
_MOST_PARTS: Final = 16
_LONGEST_LOOKED_UP: Final = 64


def is_address(key: str) -> bool:
    """Say whether a word is a URL or an e-mail address."""
    return "://" in key or key.startswith("www.") or "@" in key


def _all_syllables(words: Words) -> IntArray:
    """Count the syllables of each word: the language's dictionary first, in bulk."""
    language = words.language
    known = language.dictionary().get if language.dictionary is not None else lambda _: None
    found = np.fromiter((known(key) or 0 for key in words.keys), np.int64, len(words.keys))
    unknown = np.flatnonzero(found == 0).tolist()
    plain = []
    for i in unknown:
        spelled = words.spelled[i]
        if language.many_syllables is not None and _is_plain(spelled):
            plain.append(i)
        else:
            found[i] = _syllables(spelled, language)
    if plain and language.many_syllables is not None:
        found[plain] = language.many_syllables([words.spelled[i].lower() for i in plain])
    return found


def _is_plain(spelled: str) -> bool:
    """Say whether a word is ASCII letters, none of them a capital but the first."""
    if not (spelled.isascii() and spelled.isalpha() and len(spelled) <= _LONGEST_LOOKED_UP):
        return False
    return spelled.islower() or (len(spelled) > 2 and spelled[1:].islower())


def _syllables(word: str, language: Language) -> int:
    if language.any_syllables is not None and word.isalpha():
        return language.any_syllables(word)
    key = word.lower()
    if is_address(key) or (key[0] in _NUMERIC and _NUMERAL.fullmatch(key)):
        return 1
    if language.any_syllables is not None:
        return language.any_syllables(word)
    if key.isalpha() and len(key) <= _LONGEST_LOOKED_UP:
        return language.syllables(key)
    return max(1, sum(_run(match.group(), language) for match in _RUN.finditer(key)))


def _run(run: str, language: Language) -> int:
    if run[0].isdigit():
        return 1
    if len(run) > _LONGEST_LOOKED_UP:
        return max(1, len(_VOWELS.findall(run)))
    return language.syllables(run)


def _spelled_extra(key: str) -> int:
    """Return how many syllables more a numeral has when it is read digit by digit."""
    if not _NUMERAL.fullmatch(key):
        return 0
    return sum(_SPELLED.get(digit, 1) for digit in key if digit.isdigit()) - 1


def _foreign(key: str, language: Language) -> int:
    own = _scripts(language)
    if key.isascii():
        return 0 if "LATIN" in own else sum(map(str.isalpha, key))
    codes = np.frombuffer(key.encode("utf-32-le", "surrogatepass"), np.uint32)
    distinct, counts = np.unique(codes, return_counts=True)
    return sum(
        count
        for letter, count in zip(map(chr, distinct.tolist()), counts.tolist(), strict=True)
        if letter.isalpha() and (script(letter) or own[0]) not in own
    )


def _all_foreign(words: Words) -> IntArray:
    """Count letters of other scripts; under a Latin language only where a word leaves ASCII."""
    language = words.language
    if "LATIN" not in _scripts(language):
        return np.array([_foreign(key, language) for key in words.keys], np.int64)
    found = [0 if key.isascii() else _foreign(key, language) for key in words.keys]
    return np.array(found, np.int64)


@cache
def _scripts(language: Language) -> tuple[str, ...]:
    return tuple(name.upper() for name in language.scripts)


class Words(NamedTuple):
    """Some words, spelled and compared, and the language they are read in."""

    spelled: list[str]
    keys: list[str]
    language: Language


Attribute = Callable[[Words], IntArray]
_Test = Callable[[str, Language], "int | bool"]


def _each(function: _Test, kind: Any) -> Attribute:
    def attribute(words: Words) -> IntArray:
        found = [function(key, words.language) for key in words.keys]
        return np.array(found, kind)

    return attribute


def _unusual(function: _Test, kind: Any) -> Attribute:
    """Ask only words that hold something else than letters; the others get 0."""

    def attribute(words: Words) -> IntArray:
        language = words.language
        found = [0 if key.isalpha() else function(key, language) for key in words.keys]
        return np.array(found, kind)

    return attribute


def _of_class(bit: int) -> Attribute:
    def attribute(words: Words) -> IntArray:
        found, starts = classes(words.keys)
        return segment_sums((found & bit) != 0, starts)

    return attribute


def _of_class_beside_letters(bit: int) -> Attribute:
    """As ``_of_class`` for a class that no letter is in: only words with other signs are read."""

    def attribute(words: Words) -> IntArray:
        where = [index for index, key in enumerate(words.keys) if not key.isalpha()]
        found, starts = classes([words.keys[index] for index in where])
        sums = np.zeros(len(words.keys), np.int64)
        sums[where] = count_in(found & bit, starts)
        return sums

    return attribute


def _member(known_words: Callable[[Language], Container[str]]) -> Attribute:
    def attribute(words: Words) -> IntArray:
        known = known_words(words.language)
        return np.array([key in known for key in words.keys], np.bool_)

    return attribute


def _is_numeral(key: str, _: Language) -> bool:
    return _NUMERAL.fullmatch(key) is not None


def _is_easy_compound(key: str, language: Language) -> bool:
    """Say whether a word is a hyphen compound of parts below three syllables."""
    parts = key.split("-")
    if not 1 < len(parts) < _MOST_PARTS:
        return False
    known = language.dictionary() if language.dictionary is not None else {}
    return all((known.get(part) or _syllables(part, language)) < 3 for part in parts if part)


def _all_inflected(words: Words) -> IntArray:
    if words.language.code != "en":
        return np.zeros(len(words.keys), np.bool_)
    return np.array(familiar.inflections_of_two_syllables(words.keys), np.bool_)


def _all_familiar(words: Words) -> IntArray:
    return np.array(familiar.familiarity(words.keys), np.uint8)


ATTRIBUTES: Final[dict[str, Attribute]] = {
    "letters": _of_class(LETTER),
    "digits": _of_class(DIGIT),
    "punctuation": _of_class_beside_letters(PUNCTUATION),
    "enders": _of_class_beside_letters(ENDER),
    "syllables": _all_syllables,
    "spelled_extra": _unusual(lambda key, _: _spelled_extra(key), np.int64),
    "foreign_letters": _all_foreign,
    "is_numeral": _unusual(_is_numeral, np.bool_),
    "is_address": _unusual(lambda key, _: is_address(key), np.bool_),
    "is_easy_compound": _unusual(_is_easy_compound, np.bool_),
    "is_inflected_easy": _all_inflected,
    "familiarity": _all_familiar,
    "is_own_function_word": _member(lambda language: language.function_words),
    "is_other_function_word": _member(familiar.other_function_words),
}


MAX_WEIGHTS: Final = 8
"""Tables of weights that are kept for all words of a process; another makes the oldest go."""

BITS: Final = {
    "is_dale_1948": ("familiarity", familiar.DALE_1948),
    "is_dale_1995": ("familiarity", familiar.DALE_1995),
    "is_spache": ("familiarity", familiar.SPACHE),
}
"""Attributes that are one bit of another."""


class WordTable:
    """Distinct spellings in order of arrival. Grown and filled only under its owner's lock.

    Spellings that differ in capitals after the first letter are kept apart, because GPU and
    YouTube are read otherwise; ``type_of`` tells which of them are the same word.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._index: dict[str, int] = {}
        self._words = Words([], [], language)
        self._types: list[int] = []
        self._type_array: NDArray[np.int32] = np.zeros(0, np.int32)
        self._columns: dict[str, IntArray] = {}
        self._weights: dict[WordWeights, IntArray] = {}
        self._name_index: dict[str, int] = {}
        self._names: NDArray[np.int64] = np.zeros(0, np.int64)

    def indices(self, spelled: list[str]) -> NDArray[np.int32]:
        """Return the index of each word, taking in the new ones."""
        index = self._index
        for word in dict.fromkeys(spelled):
            if word not in index:
                self._take_in(word)
        return np.fromiter(map(index.__getitem__, spelled), np.int32, len(spelled))

    def _take_in(self, word: str) -> int:
        key = word if word.islower() and word.isascii() else normal_form(word)
        if key == word or word[1:] != key[1:]:
            same = len(self._types) if key == word else self._index_of(key)
            self._index[word] = number = len(self._types)
            self._words.spelled.append(word)
            self._words.keys.append(key)
            self._types.append(same)
            return number
        self._index[word] = number = self._index_of(key)
        return number

    def _index_of(self, key: str) -> int:
        known = self._index.get(key)
        return self._take_in(key) if known is None else known

    def type_of(self, words: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the index of the lower-case form of each word."""
        fresh = np.array(self._types[len(self._type_array) :], np.int32)
        self._type_array = np.concatenate((self._type_array, fresh))
        return self._type_array[words]

    def name_of(self, words: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return a number for each word that is the same for ``Ann`` and ``Ann's``."""
        known = self._name_index
        new = self._words.keys[len(self._names) :]
        fresh = [known.setdefault(key.removesuffix("'s"), len(known)) for key in new]
        self._names = np.concatenate((self._names, np.array(fresh, np.int64)))
        return self._names[words]

    def attribute(self, name: str) -> IntArray:
        """Return an attribute of all words, computing what is missing."""
        known = self._columns.get(name)
        start = 0 if known is None else len(known)
        if known is None or start < len(self._types):
            new = Words(self._words.spelled[start:], self._words.keys[start:], self._language)
            fresh = ATTRIBUTES[name](new)
            known = fresh if known is None else np.concatenate((known, fresh))
            self._columns[name] = known
        return known

    def weights(self, table: WordWeights) -> IntArray:
        """Return what all words weigh in a table, ``(n, channels)``, computing what is missing."""
        known = self._weights.get(table)
        start = 0 if known is None else len(known)
        if known is None or start < len(self._types):
            fresh = table.weigh(self._words.keys[start:])
            known = fresh if known is None else np.concatenate((known, fresh))
            self._weights.pop(table, None)
            while len(self._weights) >= MAX_WEIGHTS:
                self._weights.pop(next(iter(self._weights)))
            self._weights[table] = known
        return known

    def keys(self, indices: NDArray[np.int32]) -> list[str]:
        """Return some words in lower case."""
        keys = self._words.keys
        return [keys[index] for index in indices.tolist()]


class WordView:
    """The attributes of a sequence of words, such as ``view.syllables``, aligned to it."""

    def __init__(self, table: WordTable, indices: NDArray[np.int32]) -> None:
        self._table = table
        self._indices = indices
        self._taken: dict[str, IntArray] = {}

    def __len__(self) -> int:
        return len(self._indices)

    def __getattr__(self, name: str) -> IntArray:
        if name in BITS:
            whole, bit = BITS[name]
            return np.asarray((getattr(self, whole) & bit) != 0)
        if name not in ATTRIBUTES:
            raise AttributeError(name)
        if name not in self._taken:
            self._taken[name] = self._table.attribute(name)[self._indices]
        return self._taken[name]
