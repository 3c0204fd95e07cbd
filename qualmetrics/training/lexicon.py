"""Words of texts as columns of a fit, and the fitted numbers as a table of word weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.text.counts import occurrences
from qualmetrics.text.weights import (
    DIGIT,
    END,
    OTHER,
    READ_CLOSELY,
    START,
    SYMBOLS,
    WordWeights,
)

Floats = NDArray[np.float64]

RATE = 30.0
"""A word's share of a text is multiplied by this, so that penalties are comparable with those of
standardised features."""

LARGEST = 4000
"""Weights are rounded to whole numbers, the largest of them to this."""

GRAM_SIZES = (2, 3, 4)
CHANNEL = "lexical"


@dataclass(frozen=True)
class LexiconConfig:
    """Which words are weighed: those of at least ``min_texts`` texts, the commonest ``max_words``.

    Others are weighed by their character n-grams (``max_grams``, each in at least ``min_words``
    of them). ``max_words = 0`` leaves words out altogether. The weights of a text are summed and
    divided by its number of words plus ``shrink``: what few words say is believed less.
    """

    min_texts: int = 3
    max_words: int = 20_000
    max_grams: int = 3_000
    min_words: int = 8
    shrink: float = 50.0
    penalty: tuple[float, ...] = (1e-2, 1e-3, 1e-4)

    def __post_init__(self) -> None:
        if not self.penalty or min(self.penalty) <= 0:
            raise InputError(f"penalty must be positive numbers; got {self.penalty}")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Shares of words in texts, as columns: known words, then names, unknown words, n-grams."""

    words: tuple[str, ...]
    grams: tuple[str, ...]
    table: Any
    """Sparse ``(n, columns)``."""

    def weights(
        self, solutions: Sequence[Floats], name: str
    ) -> tuple[WordWeights | None, list[tuple[str, float]]]:
        """Return fitted numbers as a table, and its channels with the worth of 1 in each."""
        if not self.table.shape[1]:
            return None, []
        fitted = RATE * np.stack(solutions, axis=1)  # (columns, criteria)
        units = np.maximum(np.abs(fitted).max(axis=0), 1e-12) / LARGEST
        whole = np.rint(fitted / units).astype(np.int64)
        n = len(self.words)
        single = len(solutions) == 1
        channels = tuple(CHANNEL if single else f"{CHANNEL}_{i}" for i in range(len(solutions)))
        table = WordWeights(
            name=name,
            channels=channels,
            words={w: tuple(row) for w, row in zip(self.words, whole[:n].tolist(), strict=True)},
            grams={
                gram: tuple(row)
                for gram, row in zip(self.grams, whole[n + 2 :].tolist(), strict=True)
                if any(row)
            },
            unknown=tuple(whole[n + 1].tolist()),
            proper=tuple(whole[n].tolist()),
        )
        return table, list(zip(channels, units.tolist(), strict=True))


def learn_words(texts: Sequence[str], config: LexiconConfig, *, rules: str = "en/1") -> Lexicon:
    """Return the words of texts as columns to fit.

    Raises
    ------
    MissingExtraError
        Without scipy.
    """
    sparse = _sparse()
    n = len(texts)
    if not config.max_words:
        return Lexicon((), (), sparse.csr_matrix((n, 0)))
    found = occurrences(texts, rules)
    known = _vocabulary(found, config)
    where = {word: i for i, word in enumerate(known)}
    column = np.array([_place(key, where) for key in found.keys], dtype=np.int64)
    of = column[found.word]
    of[found.is_name] = len(known)
    unknown = ~found.is_name & (of < 0)
    of[unknown] = len(known) + 1
    grams, links = _grams([found.keys[i] for i in np.unique(found.word[unknown])], config)
    share = RATE / np.maximum(np.bincount(found.text, minlength=n) + config.shrink, 1)
    rows, columns, values = [found.text], [of], [share[found.text]]
    key_of = {key: i for i, key in enumerate(found.keys)}
    grams_of = {key_of[key]: index for key, index in links.items()}
    for text, word in zip(found.text[unknown], found.word[unknown], strict=True):
        index = grams_of.get(int(word))
        if index is not None and len(index):
            rows.append(np.full(len(index), text))
            columns.append(index + len(known) + 2)
            values.append(np.full(len(index), share[text]))
    shape = (n, len(known) + 2 + len(grams))
    triple = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return Lexicon(known, grams, sparse.csr_matrix(triple, shape=shape))


def _vocabulary(found: Any, config: LexiconConfig) -> tuple[str, ...]:
    bases: dict[str, int] = {}
    base = np.array([bases.setdefault(k.removesuffix("'s"), len(bases)) for k in found.keys])
    plain = ~found.is_name
    pairs = np.unique(np.stack([base[found.word[plain]], found.text[plain]], axis=1), axis=0)
    n_texts = np.bincount(pairs[:, 0], minlength=len(bases))
    order = np.argsort(-n_texts, kind="stable")
    names = list(bases)
    chosen = [i for i in order.tolist() if n_texts[i] >= config.min_texts]
    spelled = [names[i] for i in chosen if re.search(r"[^\W\d_]", names[i])]
    return tuple(sorted(spelled[: config.max_words]))


def _place(key: str, where: dict[str, int]) -> int:
    return where.get(key, where.get(key.removesuffix("'s"), -1))


def _grams(
    words: Sequence[str], config: LexiconConfig
) -> tuple[tuple[str, ...], dict[str, NDArray[np.int64]]]:
    """Return the n-grams that are common among some words, and those of each word."""
    of = {word: spelled_grams(word, GRAM_SIZES) for word in words}
    n_words: dict[str, int] = {}
    for grams in of.values():
        for gram in set(grams):
            n_words[gram] = n_words.get(gram, 0) + 1
    common = sorted((-n, gram) for gram, n in n_words.items() if n >= config.min_words)
    chosen = tuple(sorted(gram for _, gram in common[: config.max_grams]))
    where = {gram: i for i, gram in enumerate(chosen)}
    links = {
        word: np.array([where[gram] for gram in grams if gram in where], dtype=np.int64)
        for word, grams in of.items()
    }
    return chosen, links


def spelled_grams(word: str, sizes: Sequence[int] = GRAM_SIZES) -> list[str]:
    """Return the n-grams of a word as a table of weights spells them: marked, digits as 0."""
    known = set(SYMBOLS)
    inner = "".join(
        DIGIT if c in "0123456789" else c if c in known and c not in (START, END) else OTHER
        for c in word
    )
    marked = f"{START}{inner}{END}"[:READ_CLOSELY]
    return [marked[i : i + size] for size in sizes for i in range(len(marked) - size + 1)]


def _sparse() -> Any:
    try:
        from scipy import sparse
    except ImportError:
        raise MissingExtraError("scipy", "fit", "training a ranker") from None
    return sparse


__all__ = ["Lexicon", "LexiconConfig", "learn_words"]
