"""What a language has to say before its text can be counted: one frozen value per language.

Machinery. The instances live in ``text/languages/``, one file a language, each holding a value
named ``LANGUAGE``; ``load`` finds them by file name and imports only the one asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import UnknownLanguageError


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language, as data and one function.

    Words in the sets are lower case, NFC, with a straight apostrophe and no final full stop.
    """

    code: str
    """Primary subtag, such as ``de``."""
    name: str
    """English name, such as ``German``."""
    scripts: tuple[str, ...]
    """Unicode scripts whose letters belong to it, such as ``("Latin",)``."""
    syllables: Callable[[str], int]
    """Lower-case NFC word of letters (inner apostrophes allowed) -> syllables, at least 1."""
    syllable_rule: str
    """Name and version of that function as the signature prints it, such as ``de-vowels/1``."""
    any_syllables: Callable[[str], int] | None = None
    """Reads a whole word as it is spelled (capitals, digits, hyphens), where a language can;
    asked only for words that ``dictionary`` does not hold."""
    many_syllables: Callable[[Sequence[str]], NDArray[np.int64]] | None = None
    """Plain lower-case words of ``a`` to ``z`` outside the dictionary -> syllables ``(n,)``; what
    ``any_syllables`` says of each, for less."""
    dictionary: Callable[[], Mapping[str, int]] | None = None
    """Lower-case words whose syllables are known; must agree with the functions above."""
    titles: frozenset[str] = frozenset()
    """Abbreviations that never end a sentence: a name or a number follows (dr, prof, nr)."""
    abbreviations: frozenset[str] = frozenset()
    """Abbreviations that end a sentence only where the next word looks like a new one (etc)."""
    before_numbers: frozenset[str] = frozenset()
    """Abbreviations whose stop ends no sentence before a number (no, fig, jan)."""
    function_words: frozenset[str] = frozenset()
    """The commonest grammatical words, by which a text in another language is noticed."""
    elisions: frozenset[str] = frozenset()
    """Forms that end in an apostrophe and are a word of their own before it (l', d', qu')."""
    ordinal_dot: bool = False
    """True where a full stop after a number marks an ordinal (German: am 3. Mai)."""
    capitalises_nouns: bool = False
    """True where a capital inside a sentence does not mean a name (German)."""
    version: int = 1
    """Raised by any change that moves a count."""
    notes: tuple[str, ...] = field(default=())
    """Sources, and what is known to be approximate."""


_ALIASES = {"no": "nb", "nn": "nb"}
"""Norwegian as a whole and Nynorsk are read by the rules of Bokmål."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a blank-separated list, for a language file to state its sets in."""
    return frozenset(text.split())


def codes() -> tuple[str, ...]:
    """Return the codes of the bundled languages, without importing any of them."""
    from qualmetrics.text import languages

    return tuple(sorted(module.name for module in pkgutil.iter_modules(languages.__path__)))


def normalise(code: str) -> str:
    """Reduce ``en_US``, ``en-US`` or ``EN`` to the primary subtag ``en``, ``no`` to ``nb``."""
    primary = code.replace("_", "-").strip().split("-", 1)[0].lower()
    return _ALIASES.get(primary, primary)


@cache
def load(code: str) -> Language:
    """Return the language of a code in any of its spellings.

    Raises
    ------
    UnknownLanguageError
        When no rules are bundled for it.
    """
    primary = normalise(code)
    if primary not in codes():
        raise UnknownLanguageError(code, codes())
    module = importlib.import_module(f"qualmetrics.text.languages.{primary}")
    language = module.LANGUAGE
    assert isinstance(language, Language)  # noqa: S101 - a bundled file, not user input
    return language
