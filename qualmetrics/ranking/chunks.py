"""Long documents with a scorer of short texts: whole sentences at a time, averaged by length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.text.spans import sentence_spans, word_spans


def chunks(text: str, max_words: int, *, lang: str = "en") -> list[tuple[str, int]]:
    """Cut a text into runs of whole sentences of at most so many words, each with its words.

    A sentence that is longer stays whole: a scorer that cannot read it says so by its status.
    """
    if max_words < 1:
        raise InputError(f"max_words must be at least 1; got {max_words}")
    starts = [start for start, _ in word_spans(text, lang=lang)]
    found: list[tuple[str, int]] = []
    begin, words, last = 0, 0, 0
    for start, end in sentence_spans(text, lang=lang):
        n = int(np.searchsorted(starts, end) - np.searchsorted(starts, start))
        if words and words + n > max_words:
            found.append((text[begin:last], words))
            begin, words = start, 0
        words, last = words + n, end
    if words or not found:
        found.append((text[begin:], words))
    return found


def chunked_score(
    scorer: Scorer, texts: Sequence[str], *, max_words: int = 200, lang: str = "en"
) -> NDArray[np.float64]:
    """Return the mean of the primary values of a text's chunks, weighted by words, ``(n,)``.

    Chunks without a value are left out; NaN where none has one.
    """
    if isinstance(texts, str):
        raise InputError("expected a sequence of texts; for one text pass [text]")
    several = [chunks(text, max_words, lang=lang) for text in texts]
    flat = [chunk for row in several for chunk, _ in row]
    values = scorer(flat).primary
    weights = np.array([words for row in several for _, words in row], dtype=np.float64)
    return weighted_means(values, weights, [len(row) for row in several])


def weighted_means(
    values: NDArray[np.float64], weights: NDArray[np.float64], lengths: Sequence[int]
) -> NDArray[np.float64]:
    """Return the weighted mean of each run of values; undefined ones are left out.

    Examples
    --------
    >>> weighted_means(np.array([0.2, 0.8, 0.5]), np.array([512.0, 512.0, 100.0]), [3]).round(6)
    array([0.5])
    """
    owner = np.repeat(np.arange(len(lengths)), lengths)
    used = np.where(np.isfinite(values), weights, 0.0)
    total = np.bincount(owner, used * np.nan_to_num(values), len(lengths))
    weight = np.bincount(owner, used, len(lengths))
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
