"""bert-score's arithmetic in numpy, habits included: what is padded counts as similarity 0."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.similarity.builder import cut_policy
from qualmetrics.similarity.tables import idf_weight

Floats = NDArray[np.float32]
Weigher = Callable[[Any], Floats]
"""What each token of an encoded text counts."""

HELD = 1024
"""Pairs whose token states are held at a time, rounded to whole batches."""

TOKENS = 1024
"""Tokens, padding included, that are encoded at a time."""


def uniform(encoded: Any) -> Floats:
    """Return 1 for ordinary tokens and 0 for special ones."""
    return 1.0 - np.asarray(encoded.special, dtype=np.float32)


def idf_weigher(encoder: Any, sentences: Sequence[str]) -> Weigher:
    """Weigh tokens by these sentences, special tokens like any other (they are in all of them)."""
    counts: Counter[int] = Counter()
    for encoded in tokenized(encoder, sentences):
        counts.update(set(map(int, encoded.ids)))
    n = len(sentences)

    def weigh(encoded: Any) -> Floats:
        return np.array([idf_weight(n, counts[int(t)]) for t in encoded.ids], dtype=np.float32)

    return weigh


def tokenized(encoder: Any, texts: Sequence[str]) -> list[Any]:
    """Tokenize as bert-score does: white space around a text is not part of it; long texts cut."""
    return list(encoder.tokenize([t.strip() for t in texts], policy=cut_policy(encoder)))


def pair_scores(
    encoder: Any,
    layer: int,
    texts: Sequence[str],
    references: Sequence[str],
    weigher: Weigher,
    batch_size: int,
) -> Floats:
    """Return P, R and F of each pair, ``(n, 3)``, in batches cut as bert-score cuts them."""
    step = batch_size * max(1, HELD // batch_size)
    parts: list[Floats] = [np.empty((0, 3), dtype=np.float32)]
    known: dict[str, tuple[Floats, Floats]] = {}
    for start in range(0, len(texts), step):
        hyps, refs = texts[start : start + step], references[start : start + step]
        wanted = dict.fromkeys([*refs, *hyps])
        known = {text: known[text] for text in wanted if text in known}
        known.update(_encode(encoder, layer, [t for t in wanted if t not in known], weigher))
        for first in range(0, len(hyps), batch_size):
            part = slice(first, first + batch_size)
            pairs = [(known[h], known[r]) for h, r in zip(hyps[part], refs[part], strict=True)]
            parts.append(batch_scores(pairs))
    return np.concatenate(parts)


def batch_scores(pairs: Sequence[tuple[tuple[Floats, Floats], tuple[Floats, Floats]]]) -> Floats:
    """Score pairs of (states, weights) that bert-score would pad to each other, ``(n, 3)``."""
    longest_text = max(len(text[1]) for text, _ in pairs)
    longest_reference = max(len(reference[1]) for _, reference in pairs)
    out = np.empty((len(pairs), 3), dtype=np.float32)
    for i, ((text, text_weights), (reference, reference_weights)) in enumerate(pairs):
        close = text @ reference.T
        forward, backward = close.max(axis=1), close.max(axis=0)
        if len(reference) < longest_reference:  # padded columns hold 0 and take part
            forward = np.maximum(forward, 0)
        if len(text) < longest_text:
            backward = np.maximum(backward, 0)
        out[i] = _triple(_mean(forward, text_weights), _mean(backward, reference_weights))
        empty = {"candidate": len(text) == 2, "reference": len(reference) == 2}
        for side in (side for side, is_empty in empty.items() if is_empty):
            sys.stderr.write(
                f"Warning: Empty {side} sentence detected; setting raw BERTscores to 0.\n"
            )
            out[i] = 0
    return out


def _mean(best: Floats, weights: Floats) -> float:
    with np.errstate(all="ignore"):
        return float((best * (weights / weights.sum())).sum())


def _triple(precision: float, recall: float) -> tuple[float, float, float]:
    total = precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return precision, recall, 0.0 if f1 != f1 else f1


def _encode(
    encoder: Any, layer: int, texts: Sequence[str], weigher: Weigher
) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
    encoded = tokenized(encoder, texts)
    for batch in _batches([len(item.ids) for item in encoded]):
        wide = max(len(encoded[i].ids) for i in batch)
        ids = np.zeros((len(batch), wide), dtype=np.int64)
        mask = np.zeros((len(batch), wide), dtype=np.int64)
        for row, i in enumerate(batch):
            ids[row, : len(encoded[i].ids)] = encoded[i].ids
            mask[row, : len(encoded[i].ids)] = 1
        states = encoder.states(ids, mask, layer)
        for row, i in enumerate(batch):
            own = states[row, : len(encoded[i].ids)]
            unit = own / np.linalg.norm(own, axis=1, keepdims=True)
            yield texts[i], (unit.astype(np.float32), weigher(encoded[i]))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Cut positions sorted by length so that rows x the longest stays within ``TOKENS``."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
