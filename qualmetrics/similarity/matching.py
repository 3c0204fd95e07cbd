"""Machinery: greedy matching of vectors as pure arithmetic, on numpy arrays and ONNX symbols alike.

Each token of one side takes its best cosine on the other side. *Weights* say how much a token's
best match counts; *targets* say which tokens may be matched at all: two different masks, because
bert-score's special tokens weigh nothing and are matched all the same. What may not be matched is
masked by minus infinity, never by zero, so that padding cannot win against a negative cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import Arrays
from qualmetrics.errors import InputError

EPSILON = 1e-12
"""Least norm: a zero vector stays zero instead of becoming NaN."""

MAX_CELLS = 4_000_000
"""Cosines held at a time; longer rows are matched in blocks of reference tokens."""

COMBINES = ("harmonic", "mean", "min")
REFERENCE_CHOICES = ("best", "per_column_max")
SPECIALS = ("exclude", "match")
ORDER_GUARDS = ("none", "bigrams", "lcs")


def normalise(vectors: Any) -> Any:
    """Return vectors of length 1 along the last axis; a zero vector stays zero."""
    norm = xp.sqrt(xp.sum(vectors * vectors, axis=-1, keepdims=True))
    return vectors / xp.where(norm < EPSILON, xp.ones_like(norm) * EPSILON, norm)


def best_matches(
    text: Any, text_targets: Any, reference: Any, reference_targets: Any
) -> tuple[Any, Any]:
    """Return each token's best cosine on the other side.

    Parameters
    ----------
    text : (n, tokens, width), normalised
    text_targets : (n, tokens) of bool, what reference tokens may match
    reference : (n, references, reference_tokens, width), normalised
    reference_targets : (n, references, reference_tokens) of bool

    Returns
    -------
    (n, references, tokens) and (n, references, reference_tokens)
        Minus infinity where the other side has no target.
    """
    if not isinstance(text, np.ndarray):
        return _block(text, text_targets, reference, reference_targets)
    n, several, long, _ = reference.shape
    step = max(1, MAX_CELLS // max(1, n * several * text.shape[1]))
    if long <= step:
        return _block(text, text_targets, reference, reference_targets)
    forward = np.full((n, several, text.shape[1]), -np.inf, dtype=text.dtype)
    backward = []
    for start in range(0, long, step):
        part = slice(start, start + step)
        ahead, back = _block(
            text, text_targets, reference[:, :, part], reference_targets[:, :, part]
        )
        np.maximum(forward, ahead, out=forward)
        backward.append(back)
    return forward, np.concatenate(backward, axis=2)


def _block(text: Any, text_targets: Any, reference: Any, reference_targets: Any) -> tuple[Any, Any]:
    close = xp.matmul(text[:, None, :, :], xp.permute_dims(reference, (0, 1, 3, 2)))
    none = xp.zeros_like(close) - np.inf
    forward = xp.where(reference_targets[:, :, None, :], close, none)
    backward = xp.where(text_targets[:, None, :, None], close, none)
    return xp.max(forward, axis=3), xp.max(backward, axis=2)


def weighted_mean(best: Any, weights: Any) -> Any:
    """Return the weighted mean along the last axis; NaN where nothing weighs or nothing matched."""
    counted = weights > 0
    total = xp.sum(xp.where(counted, weights, xp.zeros_like(weights)), axis=-1)
    mean = xp.sum(xp.where(counted, best * weights, xp.zeros_like(best * weights)), axis=-1) / total
    return xp.where(mean > -np.inf, mean, mean * np.nan)  # NaN stays NaN, minus infinity becomes it


def combine(forward: Any, backward: Any, how: str) -> Any:
    """Put the two directions together: harmonic (the F of BERTScore), mean or min.

    The harmonic mean of numbers of different sign has no meaning and no bounds (.10 and -.09 would
    give -1.8); it is 0 here, which is its limit as the lesser goes to 0. It is 0 for two zeros.
    """
    if how == "mean":
        return (forward + backward) / 2
    if how == "min":
        return xp.where(forward < backward, forward, backward)
    product = forward * backward
    summed = forward + backward
    same_sign = product > 0
    safe = xp.where(same_sign, summed, xp.ones_like(summed))
    zero = product * 0  # NaN where a side is NaN
    return xp.where(same_sign, 2 * product / safe, zero)


@dataclass(frozen=True)
class GreedyMatch:
    """The ``forward`` of token matching: vectors and masks of both sides -> ``(n, 3)``.

    Reads ``{side}_vectors``, ``{side}_mask``, ``{side}_special`` (1 for special tokens) and, where
    ``weighted``, ``{side}_weights``; the sides are ``text`` and ``reference``. The columns are
    precision (forward), recall (backward) and their combination, all three from the same
    reference: the one with the highest combination (``several="per_column_max"`` takes each
    column's maximum by itself, as bert-score does).
    """

    combine: str = "harmonic"
    several: str = "best"
    specials: str = "exclude"
    weighted: bool = False
    baseline: tuple[float, float, float] | None = None
    limits: tuple[float | None, float | None] = (-1.0, 1.0)
    order_guard: str = "none"

    def __post_init__(self) -> None:
        one_of("combine", self.combine, COMBINES)
        one_of("multi_reference", self.several, REFERENCE_CHOICES)
        one_of("specials", self.specials, SPECIALS)
        one_of("order_guard", self.order_guard, ORDER_GUARDS)

    def __call__(self, arrays: Arrays) -> Any:
        """Match; NaN for a row without a token that counts on either side."""
        text, reference = (normalise(arrays[f"{side}_vectors"]) for side in SIDES)
        targets = [self._targets(arrays, side) for side in SIDES]
        weights = [self.weights(arrays, side) for side in SIDES]
        both = best_matches(text, targets[0], reference, targets[1])
        forward = weighted_mean(both[0], weights[0][:, None, :] + xp.zeros_like(both[0]))
        backward = weighted_mean(both[1], weights[1])
        joined = combine(forward, backward, self.combine)
        if self.order_guard == "bigrams":
            joined = joined * self._bigrams(text, weights[0] > 0, reference, weights[1] > 0)
        elif self.order_guard == "lcs":
            joined = joined * subsequence_ratio(arrays, weights[0] > 0, weights[1] > 0)
        values = choose((forward, backward, joined), self.several)
        if self.baseline is not None:
            values = rescale(values, self.baseline)
        return limit(values, self.limits)

    def _targets(self, arrays: Arrays, side: str) -> Any:
        there = arrays[f"{side}_mask"] > 0
        if self.specials == "match":
            return there
        return xp.logical_and(there, arrays[f"{side}_special"] == 0)

    def weights(self, arrays: Arrays, side: str) -> Any:
        """Return what each token of a side counts; 0 for special tokens and padding, always."""
        ordinary = xp.logical_and(arrays[f"{side}_mask"] > 0, arrays[f"{side}_special"] == 0)
        ones = xp.ones_like(arrays[f"{side}_mask"])
        counts = arrays[f"{side}_weights"] if self.weighted else ones
        return xp.where(ordinary, counts, xp.zeros_like(counts))

    def _bigrams(self, text: Any, text_there: Any, reference: Any, reference_there: Any) -> Any:
        """Match pairs of neighbours the same way; 1 where a side has no pair."""
        pairs = xp.concat([text[:, :-1, :], text[:, 1:, :]], axis=2)
        pair_there = xp.logical_and(text_there[:, :-1], text_there[:, 1:])
        others = xp.concat([reference[:, :, :-1, :], reference[:, :, 1:, :]], axis=3)
        other_there = xp.logical_and(reference_there[:, :, :-1], reference_there[:, :, 1:])
        both = best_matches(normalise(pairs), pair_there, normalise(others), other_there)
        ones = xp.ones_like(both[0])
        ahead = weighted_mean(both[0], xp.where(pair_there[:, None, :], ones, ones * 0))
        ones = xp.ones_like(both[1])
        back = weighted_mean(both[1], xp.where(other_there, ones, ones * 0))
        guard = combine(ahead, back, "mean")
        guard = xp.where(guard < 0, guard * 0, guard)
        return xp.where(xp.isnan(guard), xp.ones_like(guard), guard)


def rescale(values: Any, baseline: Sequence[float]) -> Any:
    """Return (x - b) / (1 - b) of each column ``(n, k)``: 0 is what unrelated texts score."""
    columns = [(values[:, k] - b) / (1 - b) for k, b in enumerate(baseline)]
    return xp.stack(columns, axis=1)


def limit(values: Any, limits: tuple[float | None, float | None]) -> Any:
    """Cut values to limits; None is no limit."""
    least, most = limits
    if least is not None:
        values = xp.where(values < least, xp.zeros_like(values) + least, values)
    if most is not None:
        values = xp.where(values > most, xp.zeros_like(values) + most, values)
    return values


SIDES = ("text", "reference")


def choose(columns: Sequence[Any], several: str) -> Any:
    """Reduce columns ``(n, references)`` to ``(n, k)``; a reference with NaN is passed over."""
    low = [xp.where(xp.isnan(c), xp.zeros_like(c) - np.inf, c) for c in columns]
    if several == "per_column_max":
        best = [xp.max(column, axis=1) for column in low]
        values = xp.stack(best, axis=1)
        return xp.where(values > -np.inf, values, values * np.nan)
    index = xp.argmax(low[-1], axis=1)[:, None]
    return xp.concat([xp.take_along_axis(column, index, axis=1) for column in columns], axis=1)


@dataclass(frozen=True)
class Cosine:
    """The ``forward`` of pooled vectors: cosine to the nearest of the references -> ``(n, 1)``.

    Reads ``text_vector`` and ``{other}_vector``: ``(n, references, width)`` with
    ``reference_mask`` where the other side is references, ``(n, width)`` where it is a column.
    """

    other: str = "reference"

    def __call__(self, arrays: Arrays) -> Any:
        """Return the cosine; NaN for a row without a reference."""
        text, other = normalise(arrays["text_vector"]), normalise(arrays[f"{self.other}_vector"])
        if self.other != "reference":
            return limit(xp.sum(text * other, axis=1, keepdims=True), (-1.0, 1.0))
        close = xp.sum(text[:, None, :] * other, axis=2)
        there = arrays["reference_mask"] > 0
        return limit(choose([xp.where(there, close, close * np.nan)], "best"), (-1.0, 1.0))


def subsequence_ratio(arrays: Arrays, text_there: Any, reference_there: Any) -> Any:
    """Return 2 x longest common subsequence of token ids / tokens of both, ``(n, references)``.

    No array arithmetic: numpy only.
    """
    ids, others = arrays["text_ids"], arrays["reference_ids"]
    ratio = np.ones(others.shape[:2], dtype=np.float32)
    for i, several in enumerate(others):
        mine = ids[i][text_there[i]]
        for j, reference in enumerate(several):
            theirs = reference[reference_there[i, j]]
            if len(mine) + len(theirs):
                common = _common_subsequence(mine, theirs)
                ratio[i, j] = 2 * common / (len(mine) + len(theirs))
    return ratio


def _common_subsequence(left: Any, right: Any) -> int:
    row = np.zeros(len(right) + 1, dtype=np.int64)
    for item in left:
        row[1:] = np.where(right == item, row[:-1] + 1, row[1:])
        np.maximum.accumulate(row, out=row)
    return int(row[-1])


def one_of(parameter: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that a parameter does not know, with those it does."""
    if value not in known:
        raise InputError(f"{parameter}={value!r} is not one of {', '.join(known)}")
