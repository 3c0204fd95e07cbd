r"""The counting rules ``textstat``: what textstat 0.7.13 counts, bug for bug, from one reading.

Text engine. ``count`` gives the house's count columns by these rules; ``read`` gives one text's
counts to ``qualmetrics.compat.textstat``. The rules are frozen: a fault found here that textstat
0.7.13 shares stays. Syllables come from the CMU dictionary (0.7a, first pronunciation) for
English and from Pyphen otherwise, so another Pyphen than 0.18.1 may move a number.

How textstat cuts a text, and why one reading is enough:

- Punctuation is whatever is neither ``\w`` nor white space, and is deleted, which joins what it
  stood between (``3.14`` is the word ``314``). A word is what lies between white space after that.
- An apostrophe survives before ``t s d ve ll re``. Deleting it as well changes no boundary, so
  the words without apostrophes are these words, shortened.
- A sentence runs from the first ``\w`` after a run of ``.!?`` to the end of the next such run,
  and counts only if it holds more than two words; a text that is not empty has at least one.
"""

from __future__ import annotations

import hashlib
import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import (
    InputError,
    MissingExtraError,
    QualmetricsError,
    UnknownLanguageError,
)

RULES: Final = "textstat"
"""Name of these rules in a signature."""
FROZEN_AT: Final = MappingProxyType({"textstat": "0.7.13", "pyphen": "0.18.1"})
"""The releases whose numbers these rules give."""

_MEMO_WORDS: Final = 200_000
_MEMO_WORD_LENGTH: Final = 64
_MEMO_TEXT_LENGTH: Final = 100_000

_ENDINGS: Final = "(?:[tsd]|ve|ll|re)"
_APOSTROPHE_BEFORE_ENDING: Final = re.compile(f"'(?={_ENDINGS})")
_PUNCTUATION_BUT_CONTRACTIONS: Final = re.compile(rf"'(?!{_ENDINGS})|[^\w\s']+")
_PUNCTUATION: Final = re.compile(r"[^\w\s]+")
_PUNCTUATION_BUT_ENDERS: Final = re.compile(r"[^\w\s.!?]+")
_ENDERS: Final = re.compile(r"[.!?]+")

_SHORT_VOWELS: Final = re.compile(
    "[\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0653\u0657\u0658]"
)
_STRESS_MARKS: Final = re.compile("[\u064b\u064c\u064d\u0651]")
_VOWEL_MARKS: Final = re.compile("[\u064b\u064c\u064d\u064e\u064f\u0650\u0651]")
_NOT_ARABIC_SYLLABLES: Final = re.compile(r"[\u0627\u0649?.!,\s*]")
_FASEEH: Final = re.compile("[\u0626\u0621\u0624\u0630\u0638]|\u0648\u0627|\u0648\u0646")

_SPANISH_SHA256: Final = "5db3b3c725558854f1f47f2ec19f68f5c7304bc77f2d29e2d9bda608bdb7625d"


class TextstatLanguageError(UnknownLanguageError, KeyError):
    """Pyphen has no patterns for that language; a ``KeyError`` too, as textstat raises one."""

    def __init__(self, code: str) -> None:
        import pyphen

        UnknownLanguageError.__init__(self, code, pyphen.LANGUAGES, what="Pyphen patterns")

    __str__ = Exception.__str__  # KeyError would print the quoted form of the message


class MissingWordListError(QualmetricsError, LookupError):
    """A word list that may not be bundled is neither installed nor given."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"textstat's Spanish list of 20,000 easy words is needed and {found}. Its origin is "
            "not documented, so it is not bundled. Type: pip install textstat==0.7.13 (it is read "
            "from there, nothing is imported), or give your own list: "
            "qualmetrics.compat.textstat.use_easy_words('es', words)"
        )


# Words


def remove_punctuation(text: str, *, rm_apostrophe: bool) -> str:
    """Delete punctuation; unless `rm_apostrophe`, keep apostrophes before t s d ve ll re."""
    pattern = _PUNCTUATION if rm_apostrophe else _PUNCTUATION_BUT_CONTRACTIONS
    return pattern.sub("", text)


def list_words(
    text: str,
    *,
    punctuation_removed: bool = True,
    split_contractions: bool = False,
    split_hyphens: bool = False,
) -> list[str]:
    """Cut a text at white space as textstat's ``lexicon_count`` does with its options."""
    if split_hyphens:
        text = text.replace("-", " ")
    if punctuation_removed:
        text = remove_punctuation(text, rm_apostrophe=False)
    if split_contractions:
        text = _APOSTROPHE_BEFORE_ENDING.sub(" ", text)
    return text.split()


# Languages


def language_root(lang: str) -> str:
    """Return what stands before the first underscore; a hyphen is no separator here."""
    return lang.split("_", 1)[0]


class _Memo(dict[str, float]):
    """Word -> number, worked out once; capped in words and in the length of a word."""

    def __init__(self, work_out: Callable[[str], float]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, word: str) -> float:
        number = self._work_out(word)
        if len(word) <= _MEMO_WORD_LENGTH:
            if len(self) >= _MEMO_WORDS:
                self.clear()
            self[word] = number
        return number


@lru_cache(maxsize=32)
def _pyphen(lang: str) -> Any:
    """Return Pyphen's hyphenator of a language, or say how to get one."""
    try:
        import pyphen
    except ImportError as error:
        purpose = f"textstat's syllables of words outside its dictionary ({lang!r})"
        raise MissingExtraError("pyphen", "textstat", purpose) from error
    if pyphen.language_fallback(lang) is None:
        raise TextstatLanguageError(lang)
    return pyphen.Pyphen(lang=lang)


def _hyphenated(hyphenator: Any, word: str) -> int:
    """Count Pyphen's parts of a word, without letting Pyphen's own cache grow for ever."""
    parts = len(hyphenator.positions(word)) + 1
    known = hyphenator.hd.cache
    if len(word) > _MEMO_WORD_LENGTH or len(known) > _MEMO_WORDS:
        known.clear()
    return parts


@lru_cache(maxsize=32)
def _syllables(lang: str) -> _Memo:
    """Return the memo of word as written -> syllables for one locale."""
    if language_root(lang) != "en":
        hyphenator = _pyphen(lang)
        return _Memo(lambda word: _hyphenated(hyphenator, word.lower()))

    from qualmetrics.text.lexicon import cmudict_07a

    dictionary = cmudict_07a()

    def english(word: str) -> int:
        word = word.lower()
        known = dictionary.get(word)
        return _hyphenated(_pyphen(lang), word) if known is None else known

    return _Memo(english)


def word_syllables(words: list[str], lang: str) -> list[float]:
    """Return the syllables of each of a text's words."""
    return list(map(_syllables(lang).__getitem__, words)) if words else []


def count_syllables(text: str, lang: str) -> int:
    """Add up the syllables of the words of any text, 0 for an empty one."""
    return int(sum(map(_syllables(lang).__getitem__, list_words(text)))) if text else 0


# Easy words

_given_easy_words: dict[str, frozenset[str]] = {}


def use_easy_words(lang_root: str, words: Iterable[str]) -> None:
    """Give the easy words of a language, in place of the list that textstat would use.

    For the whole process: a word list is a resource, not a setting.

    Parameters
    ----------
    lang_root : str
        Language without a region, such as ``es``.
    words : iterable of str
        Surface forms; they are stripped and made lower case.
    """
    if isinstance(words, str):
        raise InputError("use_easy_words wants a list of words, not one string; write [word, ...]")
    _given_easy_words[lang_root] = frozenset(word.strip().lower() for word in words)
    _easy_words.cache_clear()
    _difficulty.cache_clear()
    _read.cache_clear()
    _read_long.cache_clear()


@cache
def _english_easy_words() -> frozenset[str]:
    """Rebuild textstat's English list of 2,941: the Dale list in lower case without "ma"."""
    from qualmetrics.text.lexicon import word_list

    return word_list("dale_chall_easy") - {"ma"}


def _spanish_easy_words() -> frozenset[str]:
    """Read textstat's Spanish list from an installed textstat 0.7.13, without importing it."""
    package = PathFinder.find_spec("textstat")
    if package is None or not package.origin:
        raise MissingWordListError("textstat is not installed")
    path = Path(package.origin).parent / "resources" / "es" / "easy_words.txt"
    if not path.is_file():
        raise MissingWordListError("the installed textstat has none")
    content = path.read_bytes()
    if hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() != _SPANISH_SHA256:
        raise MissingWordListError("the list of the installed textstat is not that of 0.7.13")
    return frozenset(line.strip() for line in content.decode("utf-8").splitlines())


@lru_cache(maxsize=128)
def _easy_words(root: str) -> frozenset[str]:
    """Return the easy words of a language, English ones (with a warning) where there are none."""
    if root in _given_easy_words:
        return _given_easy_words[root]
    if root == "es":
        return _spanish_easy_words()
    if root != "en":
        warnings.warn(
            f"There is no easy words vocabulary for {root}, using english.", Warning, stacklevel=2
        )
    return _english_easy_words()


def _hardness(word: str, lang: str) -> float:
    """Return a word's syllables, or minus infinity where it is on the easy list."""
    lower = word.lower()
    if lower in _easy_words(language_root(lang)):
        return -math.inf
    # Lower case first, punctuation after: a capital dotted I leaves a mark that is deleted here
    # and is not where syllables alone are counted.
    return count_syllables(lower, lang)


@lru_cache(maxsize=32)
def _difficulty(lang: str) -> _Memo:
    return _Memo(lambda word: _hardness(word, lang))


def is_difficult_word(word: str, syllable_threshold: int, lang: str) -> bool:
    """Tell whether a single word is off the easy list and has at least so many syllables."""
    return len(word.split()) == 1 and _hardness(word, lang) >= syllable_threshold


# One text


class Reading:
    """What textstat counts in one text; each part is worked out when first asked for."""

    def __init__(self, text: str, lang: str) -> None:
        self.text = text
        self.lang = lang
        bare = _PUNCTUATION_BUT_ENDERS.sub("", text)
        self.sentences = _count_sentences(bare) if text else 0
        if "'" in text:
            self.word_list = list_words(text)
        else:
            self.word_list = bare.replace(".", "").replace("!", "").replace("?", "").split()
        self.words = len(self.word_list)

    @cached_property
    def lengths(self) -> Counter[int]:
        """Number of words by length, apostrophes not counted."""
        if "'" in self.text:
            return Counter(len(word) - word.count("'") for word in self.word_list)
        return Counter(map(len, self.word_list))

    @cached_property
    def letters(self) -> int:
        """Characters of words: letters and digits of any script and the underscore."""
        return sum(length * n for length, n in self.lengths.items())

    @cached_property
    def tokens(self) -> int:
        """Pieces between white space, those of punctuation alone included."""
        return len(self.text.split())

    @cached_property
    def characters(self) -> int:
        """Characters that are not white space."""
        return len("".join(self.text.split()))

    @cached_property
    def syllables_by_word(self) -> Counter[float]:
        """Number of words by syllables."""
        return Counter(word_syllables(self.word_list, self.lang))

    @cached_property
    def syllables(self) -> int:
        """All syllables; without words 0, but an unknown language is told, as in textstat."""
        if self.text and not self.word_list:
            _syllables(self.lang)
        return int(sum(syllables * n for syllables, n in self.syllables_by_word.items()))

    @cached_property
    def hardness(self) -> list[tuple[str, float]]:
        """Words off the easy list, in order, each with its syllables."""
        rated = _difficulty(self.lang)
        return [(word, rated[word]) for word in self.word_list if rated[word] >= 0]

    def words_longer_than(self, length: float) -> int:
        """Count words with more letters than `length`."""
        return sum(n for letters, n in self.lengths.items() if letters > length)

    def words_up_to(self, length: float) -> int:
        """Count words with at most `length` letters."""
        return sum(n for letters, n in self.lengths.items() if letters <= length)

    def words_of_syllables(self, lowest: int, highest: float = math.inf) -> int:
        """Count words with so many syllables."""
        by_word = self.syllables_by_word.items()
        return sum(n for syllables, n in by_word if lowest <= syllables <= highest)

    def difficult(self, syllable_threshold: float) -> list[str]:
        """List words off the easy list with at least so many syllables, as written."""
        return [word for word, syllables in self.hardness if syllables >= syllable_threshold]

    # Arabic: the vowel marks are no word characters, so words have lost them before they are
    # looked for, and textstat compares characters with six-character escapes that no character
    # equals. What is left is what it returns.

    @cached_property
    def _unmarked_words(self) -> list[str]:
        return remove_punctuation(self.text, rm_apostrophe=True).split()

    @property
    def arabic_syllables(self) -> int:
        """Characters that are not alif or an ender, less two, and twice the stress marks."""
        return _count_arabic_syllables(self.text)

    @property
    def arabic_long_words(self) -> int:
        """Words of more than five letters, short vowels removed."""
        words = remove_punctuation(_SHORT_VOWELS.sub("", self.text), rm_apostrophe=True).split()
        return sum(len(word) > 5 for word in words)

    @property
    def arabic_complex_words(self) -> int:
        """Words that still hold more than five vowel marks."""
        return sum(len(_VOWEL_MARKS.findall(word)) > 5 for word in self._unmarked_words)

    @property
    def faseeh(self) -> int:
        """Words with a faseeh letter or pair and more than five syllables."""
        return sum(
            _FASEEH.search(word) is not None and _count_arabic_syllables(word) > 5
            for word in self._unmarked_words
        )


def _count_arabic_syllables(text: str) -> int:
    short = len(_NOT_ARABIC_SYLLABLES.sub("", text)) - 2
    return short + 2 * len(_STRESS_MARKS.findall(text))


def _count_sentences(bare: str) -> int:
    """Count stretches of more than two words in a text whose punctuation is enders only."""
    return max(1, sum(len(part.split(None, 2)) > 2 for part in _ENDERS.split(bare)))


def read(text: str, lang: str) -> Reading:
    """Read a text, or return the reading of one of the last texts that were read.

    The memo holds 64 texts of up to 100,000 characters and two longer ones.
    """
    return (_read_long if len(text) > _MEMO_TEXT_LENGTH else _read)(text, lang)


_read = lru_cache(maxsize=64)(Reading)
_read_long = lru_cache(maxsize=2)(Reading)


# Columns

COLUMNS: Final[Mapping[str, Callable[[Reading], float]]] = MappingProxyType(
    {
        "words": lambda r: r.words,
        "sentences": lambda r: r.sentences,
        "units": lambda r: r.sentences,
        "letters": lambda r: r.letters,
        "strokes": lambda r: r.characters,
        "characters": lambda r: r.characters,
        "syllables": lambda r: r.syllables,
        "monosyllables": lambda r: r.words_of_syllables(1, 1),
        "syllables_2": lambda r: r.words_of_syllables(2, 2),
        "polysyllables": lambda r: r.words_of_syllables(3),
        "syllables_4plus": lambda r: r.words_of_syllables(4),
        "long_words": lambda r: r.words_longer_than(6),
        "letters_6plus": lambda r: r.words_longer_than(5),
        "short_words": lambda r: r.words_up_to(3),
        "unfamiliar_dale": lambda r: len(r.difficult(0)),
        "unfamiliar_spache": lambda r: len(r.difficult(2)),
        "hard_fog": lambda r: len(r.difficult(fog_threshold(r.lang))),
        # What the status of a text is decided from: textstat takes any script and language.
        "foreign_letters": lambda _: 0,
        "stop_own": lambda _: 0,
        "stop_other": lambda _: 0,
    }
)
"""The house's columns that textstat counts, each by its rule."""


def fog_threshold(lang: str) -> int:
    """Return the syllables that make a word hard in textstat's Fog: 4 Polish, 5 Hungarian."""
    return {"pl": 4, "hu": 5}.get(language_root(lang), 3)


def count(
    texts: Sequence[str], columns: Iterable[str], lang: str = "en"
) -> dict[str, NDArray[np.float64]]:
    """Count by textstat's rules.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    columns : iterable of str
        Names of `COLUMNS`.
    lang : str
        Locale; ``en`` is read as ``en_US``, textstat's default.

    Returns
    -------
    dict of str to ndarray, float64, shape (n,)
        One array a column, in the order of `texts`.

    Raises
    ------
    InputError
        For a column that textstat does not count.
    MissingExtraError
        When a word needs Pyphen and it is not installed.
    UnknownLanguageError
        When Pyphen has no patterns for `lang`.

    Examples
    --------
    >>> count(["The cat sat on the mat."], ["words", "sentences"])["words"]
    array([6.])
    """
    columns = tuple(columns)
    unknown = sorted(set(columns) - COLUMNS.keys())
    if unknown:
        raise InputError(
            f"the rules 'textstat' do not count {', '.join(unknown)}; "
            f"they count: {', '.join(COLUMNS)}."
        )
    locale = "en_US" if lang == "en" else lang
    counted = np.empty((len(columns), len(texts)), dtype=np.float64)
    for row, text in enumerate(texts):
        reading = Reading(text, locale)
        counted[:, row] = [COLUMNS[column](reading) for column in columns]
    return dict(zip(columns, counted, strict=True))
