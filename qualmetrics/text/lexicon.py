"""The bundled word lists and tables: the one door to ``qualmetrics/data``.

Each file is read on first use, once per process, checked against the digest that
``data/manifest.json`` records, and handed out read-only. How the files are made is in
``scripts/make_lexicon.py``; where they come from and on what terms is in the manifest and NOTICE.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from qualmetrics.errors import BundleError, InputError
from qualmetrics.memo import once

DATA = Path(__file__).resolve().parent.parent / "data"
SYLLABLE_TABLE = "cmudict_syllables.gz"
WEIGHT_TABLE = "syllable_ngrams.gz"
WORD_LISTS = ("dale_chall_easy", "spache_easy")
ABSENT = "-"
"""Stands in the syllable table where one of the two versions of CMUdict lacks the words."""


@once()
def manifest() -> Mapping[str, Mapping[str, object]]:
    """Return the provenance of every bundled file: name -> source, licence, sha256, purpose."""
    files: dict[str, dict[str, object]] = json.loads((DATA / "manifest.json").read_bytes())["files"]
    return MappingProxyType({name: MappingProxyType(entry) for name, entry in files.items()})


def _read(name: str) -> str:
    """Return the text of a bundled file after checking it against the manifest."""
    try:
        raw = (DATA / name).read_bytes()
    except OSError as error:
        raise BundleError(
            f"the bundled file data/{name} cannot be read ({error}). Reinstall qualmetrics."
        ) from error
    found, expected = hashlib.sha256(raw).hexdigest(), manifest()[name]["sha256"]
    if found != expected:
        raise BundleError(
            f"the bundled file data/{name} was altered: sha256 {found}, expected {expected}. "
            "Reinstall qualmetrics."
        )
    return (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("ascii")


@once()
def _syllable_groups() -> tuple[tuple[str, str, list[str]], ...]:
    """Parse the table: count in cmusphinx, count in 0.7a, and all words with that pair.

    Kept, so that the two versions share their strings.
    """
    lines = (line.split(" ") for line in _read(SYLLABLE_TABLE).splitlines())
    return tuple((first, second, words) for first, second, *words in lines)


@once()
def cmudict() -> Mapping[str, int]:
    """Return the syllables of 126,052 English words by the CMU Pronouncing Dictionary.

    Keys are lower case with a straight apostrophe; a value is the number of vowels in the first
    pronunciation, at least 1 ("hmm", without a vowel phone, counts 1: a word said aloud has a
    syllable). Read-only.

    Source: cmusphinx/cmudict.

    Examples
    --------
    >>> cmudict()["readability"]
    5
    """
    counts: dict[str, int] = {}
    for first, _, words in _syllable_groups():
        if first != ABSENT:
            counts.update(dict.fromkeys(words, max(1, int(first))))
    return MappingProxyType(counts)


@once()
def cmudict_07a() -> Mapping[str, int]:
    """Return the same for cmudict 0.7a, the version NLTK distributes (123,455 words).

    The textstat rules are defined by it. Values are the vowels of the first pronunciation as
    ``nltk.corpus.cmudict.dict()[word][0]`` gives it, so 0 occurs ("shh"). Read-only.

    Examples
    --------
    >>> cmudict_07a()["shh"], cmudict()["shh"]
    (0, 1)
    """
    counts: dict[str, int] = {}
    for _, second, words in _syllable_groups():
        if second != ABSENT:
            counts.update(dict.fromkeys(words, int(second)))
    return MappingProxyType(counts)


@once()
def syllable_weights() -> dict[str, int]:
    """Return the integer weight of each character n-gram of the fallback syllable counter.

    ``^`` and ``$`` mark the ends of a word; the unit is 1/``WEIGHT_SCALE`` of a syllable, see
    ``qualmetrics.text.syllables``. A plain dict, since a read-only view doubles the time of the
    forty look-ups that an unknown word takes; not to be written to.
    """
    weights: dict[str, int] = {}
    for line in _read(WEIGHT_TABLE).splitlines():
        weight, grams = line.split(" ", 1)
        weights.update(dict.fromkeys(grams.split(" "), int(weight)))
    return weights


@once()
def word_list(name: str) -> frozenset[str]:
    """Return a bundled list of easy words, lower case with a straight apostrophe.

    Parameters
    ----------
    name : {"dale_chall_easy", "spache_easy"}
        The words familiar to fourth-graders of the Dale-Chall formula, or Spache's. The files
        keep the source's capitals; in lower case 2,946 entries become 2,942 (God, March, May and
        Miss are listed both ways) and 1,064 become 1,063 (I).

    Raises
    ------
    InputError
        When no list of that name is bundled.

    Examples
    --------
    >>> "apple" in word_list("dale_chall_easy")
    True
    """
    if name not in WORD_LISTS:
        raise InputError(
            f"no word list is called {name!r}; there are: {', '.join(WORD_LISTS)}. "
            'Type, for example: word_list("dale_chall_easy").'
        )
    return frozenset(_read(f"{name}.txt").lower().split("\n")[:-1])
