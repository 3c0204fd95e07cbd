"""Which words a reader is taken to know: the Dale and Spache lists with their inflection rules.

The rules are applied to the lists, once, so that a word is looked up as it stands and no rule
runs while counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from qualmetrics.text.language import Language, codes, load, word_set
from qualmetrics.text.lexicon import cmudict, word_list

_VOWELS = "aeiou"


def _doubled(word: str) -> str | None:
    """Return ``stopp`` for ``stop``; None where the last consonant is not doubled."""
    if len(word) < 3 or word[-1] in "aeiouwxyh" or word[-2] not in _VOWELS or word[-3] in _VOWELS:
        return None
    return word + word[-1]


def inflections(word: str, endings: frozenset[str]) -> set[str]:
    """Return a word with the endings that apply to it, by the regular rules of spelling."""
    stems: dict[str, tuple[str, ...]] = {
        word: ("s", "es", "ing", "ed", "er", "est", "ly", "'s", "s'", "'"),
    }
    if word.endswith("e"):
        stems[word] = ("s", "d", "r", "st", "ly", "'s", "s'", "'")
        stems[word[:-1]] = ("ing",)
    elif word.endswith("y"):
        stems[word[:-1]] = ("ies", "ied", "ier", "iest", "ily", "ies'")
    elif (doubled := _doubled(word)) is not None:
        stems[doubled] = ("ing", "ed", "er", "est")
    return {stem + ending for stem, all_ in stems.items() for ending in all_ if ending in endings}


_DALE_1995 = word_set("s es ies d ed ied ing r er ier st est iest 's s' ' ies'")
_DALE_1948 = _DALE_1995 | {"ly", "ily"}
_SPACHE = word_set("s es ies d ed ied ing r er ier st est iest 's s' ' ies' ly ily")


def _expanded(name: str, endings: frozenset[str]) -> frozenset[str]:
    listed = {word.replace("’", "'").lower() for word in word_list(name)}
    return frozenset(listed.union(*(inflections(word, endings) for word in listed)))


DALE_1948 = 1
DALE_1995 = 2
SPACHE = 4


@cache
def forms() -> Mapping[str, int]:
    """Return every familiar form with the lists and rules that make it so, as bits."""
    known: dict[str, int] = {}
    for bit, name, endings in (
        (DALE_1948, "dale_chall_easy", _DALE_1948),
        (DALE_1995, "dale_chall_easy", _DALE_1995),
        (SPACHE, "spache_easy", _SPACHE),
    ):
        for form in _expanded(name, endings):
            known[form] = known.get(form, 0) | bit
    return MappingProxyType(known)


def familiarity(keys: list[str]) -> list[int]:
    """Return the bits of each word; a hyphen compound has those that all its parts have."""
    known = forms().get
    return [known(key, 0) | (_of_parts(key) if "-" in key else 0) for key in keys]


def _of_parts(key: str) -> int:
    bits = DALE_1948 | DALE_1995 | SPACHE
    known = forms()
    for part in key.split("-"):
        bits &= known.get(part, 0) if part else bits
    return bits


def inflections_of_two_syllables(keys: list[str]) -> list[bool]:
    """Say which words are a known word of two syllables with an ending -es, -ed or -ing."""
    known = cmudict().get
    return [
        key.endswith(("es", "ed", "ing"))
        and known(key, 3) == 3
        and any(known(stem) == 2 for stem in _stems(key))
        for key in keys
    ]


def _stems(key: str) -> list[str]:
    stem = key[:-3] if key.endswith("ing") else key[:-2]
    stems = [stem, stem + "e"]
    if len(stem) > 2 and stem[-1] == stem[-2]:
        stems.append(stem[:-1])
    if stem.endswith("i"):
        stems.append(stem[:-1] + "y")
    return stems


@cache
def other_function_words(language: Language) -> frozenset[str]:
    """Return the function words of the other bundled languages that are none in this one."""
    others = (load(code).function_words for code in codes() if code != language.code)
    return frozenset().union(*others) - language.function_words
