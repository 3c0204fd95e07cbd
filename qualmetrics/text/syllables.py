"""How many syllables an English word has: dictionary first, then rules, then n-gram weights.

The order for one word: CMUdict as it stands; else its pieces (hyphen, slash, underscore, full
stop) added up; for a piece the dictionary, then numeral, contraction or possessive, acronym,
camelCase, and last ``fallback_syllables``, an integer sum over character n-grams, which is exact
in Python and in an ONNX graph alike. The rule set carries the name ``english_syllable_rule``:
any change that moves a count raises its version.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qualmetrics.text.lexicon import cmudict, syllable_weights

english_syllable_rule = "cmu+ng/1"

WEIGHT_SCALE = 64
"""One syllable in the unit of the n-gram weights."""
LONGEST_GRAM = 6
READ_CLOSELY = 64
"""Letters of a piece that the n-grams see; beyond it vowel groups are counted."""
PARSE_AT_MOST = 256
"""Characters of a word that are cut into pieces; beyond it vowel groups are counted."""

_APOSTROPHES = str.maketrans(dict.fromkeys("‘’ʼ＇`´", "'") | dict.fromkeys("\u00ad\u200b\u2060"))
_NO_DECOMPOSITION = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | {"Æ": "Ae", "Œ": "Oe", "Ø": "O", "Ł": "L", "Đ": "D", "Þ": "Th"}
)
_PIECE = re.compile(
    r"(?P<numeral>\d+(?:[.,:]\d+)*)(?P<after>(?:'?[^\W\d_]+)*)"
    r"|'?[^\W\d_]+(?:'[^\W\d_]+)*'?"
)
_HUMP = re.compile(r"([a-z])([A-Z])")
_HUMP_AFTER_CAPITALS = re.compile(r"([A-Z])([A-Z][a-z])")
_ACRONYM_PLURAL = re.compile(r"[A-Z]{2,5}s|[B-DF-HJ-NP-TV-Z]s")
CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]{2,5}")
_DOUBLED = re.compile(r"(.)\1")
SPOKEN = frozenset({"nth", "tsk", "pst", "cwm", "crwth"})
"""Words without a vowel letter that are said, not spelled."""
_SIBILANT = re.compile(r"(?:[sxz]|[cs]he?|[cgsz]e)$")
_HARD_CH = ("tech", "ache")
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]\.?")
_FINAL_ACCENTED_E = re.compile(r"[éèë]e?s?$")
_AFTER_NUMERAL = frozenset({"st", "nd", "rd", "th", "s", "'s"})

# What an English syllable may begin and end with, in letters: decides whether four or five
# capitals that no dictionary knows are said (NAFTA) or spelled (MPEG).
_ONSETS = (
    "bl|br|ch|chr|cl|cr|dr|dw|fl|fr|gl|gr|kl|kn|kr|ph|pl|pr|sc|sch|scr|sh|shr|sk|sl|sm|sn|sp|spl|"
    "spr|sq|st|str|sw|th|thr|tr|tw|wh|wr|[b-df-hj-np-tv-xz]"
)
_CODAS = (
    "ck|ct|ch|ft|ld|lf|lk|ll|lm|lp|lt|mp|nd|ng|nk|ns|nt|ph|pt|rb|rd|rf|rk|rl|rm|rn|rp|rs|rt|sh|"
    "sk|sm|sp|ss|st|th|ts|[b-gk-np-tvxz]"
)
SAYABLE = re.compile(
    rf"(?:{_ONSETS})?[aeiouy]{{1,2}}(?:[b-df-hj-np-tv-xz]{{1,3}}[aeiouy]{{1,2}})*(?:{_CODAS})?"
)

_VOWEL_OR_BLANK = bytes(118 if chr(byte) in "AEIOUYaeiouy" else 32 for byte in range(256))
"""Translates vowel letters to ``v`` and all else to a blank."""

_Reader = Callable[[str], int]


def english_syllables(word: str) -> int:
    """Count the syllables of an English word.

    Parameters
    ----------
    word : str
        One word as a tokeniser gives it: any case and Unicode form, inner apostrophes straight
        or curly, hyphens, digits. A numeral is one syllable whatever its length (3.14, 1,000,
        45%, 21st); letters beside it are counted on their own (MP3 is 3).

    Returns
    -------
    int
        At least 1. Equal to ``cmudict()[word]`` wherever that is defined, but for initials with
        full stops (U.S.), which are spelled. A word without a Latin letter or a digit counts 1.

    Notes
    -----
    ``english_syllable_rule`` names the rule in signatures. Capitals matter only for words
    outside the dictionary: GPU is spelled out, YouTube is read as two words.

    Examples
    --------
    >>> [english_syllables(word) for word in ("church’s", "mother-in-law", "GPUs", "1,000")]
    [2, 4, 3, 1]
    """
    return _count(word, _one_a_numeral)


def spelled_digits(word: str) -> int:
    """Count the syllables of an English word whose numerals are read digit by digit.

    ``0`` and ``7`` have two syllables (zero, seven), the other digits one; the decimal point,
    the thousands comma and signs are not read, nor is an ordinal ending (21st is two, one). A
    word without a digit counts as in ``english_syllables``. At least 1.

    Examples
    --------
    >>> spelled_digits("1970"), spelled_digits("3.14"), spelled_digits("seven")
    (6, 3, 2)
    """
    return _count(word, _digit_by_digit)


def fallback_syllables(word: str) -> int:
    """Estimate the syllables of a word outside the dictionary from its letters alone.

    A pure function of the lower-case word, ``a`` to ``z``; other characters carry no weight.
    Two to five consonants are spelled (html, 4) unless one is doubled (pfft, 1); all else is the
    sum of the weights of its n-grams of 1 to 6 characters, rounded. Its accuracy on words it has
    not seen is printed by ``scripts/make_lexicon.py --evaluate``. At least 1.

    Examples
    --------
    >>> fallback_syllables("borogoves")
    3
    """
    if CONSONANTS.fullmatch(word) and not _DOUBLED.search(word) and word not in SPOKEN:
        return _spelled(word)
    weight = syllable_weights().get
    marked = f"^{word}$" if len(word) <= READ_CLOSELY else f"^{word[:READ_CLOSELY]}"
    total = 0
    for size in range(1, LONGEST_GRAM + 1):
        for start in range(len(marked) - size + 1):
            total += weight(marked[start : start + size], 0)
    rest = _vowel_groups(word[READ_CLOSELY:])
    return max(1, (total + WEIGHT_SCALE // 2) // WEIGHT_SCALE + rest)


def fallback_many(words: Sequence[str]) -> NDArray[np.int64]:
    """Estimate as ``fallback_syllables`` does, for many words of ``a`` to ``z`` at once: ``(n,)``.

    All words stand in one row of symbols; each position adds up the weights of the n-grams that
    begin there, and no n-gram of the table runs from one word into the next.
    """
    row = np.frombuffer(("^" + "{^".join(words) + "{").encode("ascii"), np.uint8)
    symbols = (row & 31).astype(np.uint64)
    totals, codes = np.zeros(len(row), np.int64), np.zeros(len(row), np.uint64)
    for size, (present, known, weights) in enumerate(_gram_tables(), 1):
        codes = codes[: len(row) - size + 1] << np.uint64(5) | symbols[size - 1 :]
        likely = np.flatnonzero(present[_folded(codes)])
        where = np.searchsorted(known, codes[likely])
        totals[likely] += np.where(known[where] == codes[likely], weights[where], 0)
    lengths = np.fromiter(map(len, words), np.int64, len(words)) + 2
    sums = np.add.reduceat(totals, np.cumsum(lengths) - lengths)
    found: NDArray[np.int64] = np.maximum(1, (sums + WEIGHT_SCALE // 2) // WEIGHT_SCALE)
    for i in np.flatnonzero((lengths - 2 < 6) | (lengths - 2 > READ_CLOSELY)).tolist():
        found[i] = fallback_syllables(words[i])  # may be spelled out; may be read in part
    return found


def _folded(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    folded: NDArray[np.uint64] = (codes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)
    return folded


@cache
def _gram_tables() -> tuple[tuple[NDArray[np.bool_], NDArray[np.uint64], NDArray[np.int64]], ...]:
    """Return for each size: which folded codes occur, the codes in order, and their weights."""
    tables = []
    for size in range(1, LONGEST_GRAM + 1):
        pairs = []
        for gram, weight in syllable_weights().items():
            if len(gram) == size:
                code = 0
                for character in gram.replace("$", "{"):
                    code = code << 5 | (ord(character) & 31)
                pairs.append((code, weight))
        pairs.sort()
        known = np.array([code for code, _ in pairs] + [2**63], np.uint64)
        present = np.zeros(1 << 16, np.bool_)
        present[_folded(known[:-1])] = True
        tables.append((present, known, np.array([w for _, w in pairs] + [0], np.int64)))
    return tuple(tables)


def _count(word: str, numeral: _Reader) -> int:
    """Count a whole word; ``numeral`` says what a run of digits is worth."""
    if word.isascii() and len(word) <= PARSE_AT_MOST:  # what follows would come to the same, for
        if word.isalpha():  # three times the time
            return _letters(word)
        pieces = word.split("-")
        if all(map(str.isalpha, pieces)):
            return cmudict().get(word.lower()) or sum(map(_letters, pieces))
    beyond = _vowel_groups(word[PARSE_AT_MOST:])
    head = unicodedata.normalize("NFC", word[:PARSE_AT_MOST]).translate(_APOSTROPHES)
    if not beyond:
        lower = head.lower()
        if _INITIALS.fullmatch(lower):
            return _spelled(lower.replace(".", ""))  # CMUdict has "u.s" as the plural of "u."
        known = cmudict().get(lower)
        if known is not None:
            return known
    plain = head if head.isascii() else without_marks(head)
    total = sum(
        numeral(match["numeral"]) + _after_numeral(match["after"])
        if match["numeral"]
        else _letters(match[0])
        for match in _PIECE.finditer(plain)
    )
    if _FINAL_ACCENTED_E.search(head.lower()):
        # The mark says that the e is heard: "resume" may have a silent one, "résumé" has none.
        total = max(total, _vowel_groups(plain))
    return max(1, total + beyond)


def without_marks(text: str) -> str:
    """Reduce Latin letters to a to z; letters of other scripts stay what they are."""
    apart = unicodedata.normalize("NFKD", text.translate(_NO_DECOMPOSITION))
    return "".join(char for char in apart if not unicodedata.category(char).startswith("M"))


def _vowel_groups(text: str) -> int:
    """Count runs of vowel letters by byte operations: a megabyte costs a few milliseconds."""
    if not text:
        return 0
    return (b" " + text.encode("ascii", "replace").translate(_VOWEL_OR_BLANK)).count(b" v")


def _one_a_numeral(digits: str) -> int:
    """Count a numeral as one syllable."""
    return 1


def _digit_by_digit(digits: str) -> int:
    """Count a numeral as its digits read aloud, in any script's digits."""
    return sum(
        2 if unicodedata.decimal(char) in (0, 7) else 1 for char in digits if char.isdecimal()
    )


def _after_numeral(letters: str) -> int:
    """Count what is glued to a numeral: nothing for 21st and 1990s, a unit or name else."""
    return 0 if not letters or letters.lower() in _AFTER_NUMERAL else _letters(letters)


def _spelled(letters: str) -> int:
    """Count letters read one by one; w is the only one with more than one syllable."""
    return len(letters) + 2 * letters.lower().count("w")


def _letters(piece: str) -> int:
    """Count a run of letters that may hold apostrophes."""
    lower = piece.lower()
    known = cmudict().get(lower)
    if known is not None:
        return known
    if "'" in piece:
        return _with_apostrophe(piece)
    if not lower.isascii():
        letters = "".join(char for char in lower if char.isascii())
        return fallback_syllables(letters) if letters else 0
    if piece.islower() or (len(piece) > 2 and piece[1:].islower()):
        return fallback_syllables(lower)
    if _ACRONYM_PLURAL.fullmatch(piece):
        return _letters(piece[:-1]) + int(piece[-2] in "SXZH")
    if piece.isupper():
        return _capitals(piece)
    humps = _HUMP_AFTER_CAPITALS.sub(r"\1 \2", _HUMP.sub(r"\1 \2", piece)).split(" ")
    if len(humps) > 1:
        return sum(_letters(hump) for hump in humps)
    return fallback_syllables(lower)


def _capitals(piece: str) -> int:
    """Count capitals that no dictionary knows: spelled out, or a word that is shouted."""
    lower = piece.lower()
    if len(lower) <= 3 or (len(lower) <= 5 and not SAYABLE.fullmatch(lower)):
        return _spelled(lower)
    return fallback_syllables(lower)


def _with_apostrophe(piece: str) -> int:
    """Count a contraction, possessive or elision as what is before plus what the rest adds."""
    base, _, suffix = piece.strip("'").rpartition("'")
    if not base:
        return _bare(piece)
    if base.count("'") > 3:
        return sum(_letters(part) for part in piece.split("'") if part)
    adds = _ADDS.get(suffix.lower())
    if adds is not None:
        return _letters(base) + int(adds(base.lower()))
    if suffix.lower() == "t" and base[-1] in "nN" and len(base) > 1:
        return _letters(base[:-1]) + int(base[-2].lower() not in "aiouwy")
    if suffix.lower() in ("er", "en"):
        return _letters(base) + int(len(base) > 1)  # o'er and e'en drop a consonant and a syllable
    before = 0 if len(base) == 1 and base.lower() in "cdjlmnqst" else _letters(base)
    return before + _letters(suffix)


def _bare(piece: str) -> int:
    """Count a word with an apostrophe at its ends only: walkin', dogs', 'neath."""
    bare = piece.strip("'")
    with_g = bare.lower() + "g"
    if piece.endswith("in'") and with_g in cmudict():
        return cmudict()[with_g]
    return _letters(bare)  # CMUdict, too, adds nothing for the apostrophe of boss' and princess'


def _needs_a_vowel(base: str) -> bool:
    """Guess whether 'll and 've are a syllable of their own after a word (company'll: yes)."""
    if base.endswith("e"):
        return len(base) > 3  # a silent e, except in he, she, we
    return base[-1] not in "aiouw"


_ADDS: dict[str, Callable[[str], bool]] = {
    "s": lambda base: bool(_SIBILANT.search(base)) and not base.endswith(_HARD_CH),
    "d": lambda base: base.endswith(("t", "d", "te", "de")),
    "m": lambda base: False,
    "ll": _needs_a_vowel,
    "ve": _needs_a_vowel,
    "re": lambda base: True,
}
"""Ending after the apostrophe -> whether it adds a syllable to that word."""
