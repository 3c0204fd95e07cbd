"""Toy scorers of every family to come: what the contract must carry without bending.

A toy encoder that pads token rows to each other (so the planner must sort and restore), a ranker
on its vectors, a similarity with several references, and a reward over two children.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Layout,
    Lenient,
    Rows,
    Scorer,
    Spec,
    Status,
    status_array,
)

WIDTH = 8
LIMIT = 64
READS: list[tuple[str, int, int]] = []
"""Every encoder pass: which side, how many rows, how many tokens wide."""


def _vector(token: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    return np.frombuffer(digest[:WIDTH], dtype=np.uint8).astype(np.float64) / 255 - 0.5


def _encode(texts: Sequence[str], side: str) -> Batch:
    """Pad rows to the longest, as a real encoder does."""
    tokens = [text.split() for text in texts]
    width = max((min(len(row), LIMIT) for row in tokens), default=0)
    READS.append((side, len(texts), width))
    vectors = np.zeros((len(texts), width, WIDTH))
    mask = np.zeros((len(texts), width))
    status = status_array(len(texts))
    for i, row in enumerate(tokens):
        for j, token in enumerate(row[:LIMIT]):
            vectors[i, j], mask[i, j] = _vector(token), 1.0
        if not row:
            status[i] = Status.EMPTY
        elif len(row) > LIMIT:
            status[i] = Status.TRUNCATED
    return Batch({f"{side}_vectors": vectors, f"{side}_mask": mask}, status)


@dataclass(frozen=True)
class ToyVectors:
    """Token vectors of the text, or of one reference at a time (flattened by the caller)."""

    side: str = "text"

    @property
    def layout(self) -> Mapping[str, Layout]:
        rows: tuple[str, ...] = ("n", "tokens")
        if self.side == "reference":
            rows = ("n", "references", "reference_tokens")
        return {
            f"{self.side}_vectors": Layout((*rows, WIDTH)),
            f"{self.side}_mask": Layout(rows),
        }

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"references"}) if self.side == "reference" else frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        return (f"{self.side}:toy/{LIMIT}",)

    def cost(self, rows: Rows) -> Cost | None:
        units = [min(len(t.split()), LIMIT) for t in self._texts(rows)]
        return Cost(np.array(units, dtype=np.int64), 256)

    def _texts(self, rows: Rows) -> Sequence[str]:
        if self.side == "text":
            return rows.texts
        assert rows.references is not None
        return [max(several, key=len) for several in rows.references.rows]

    def read(self, rows: Rows) -> Batch:
        if self.side == "text":
            return _encode(rows.texts, "text")
        assert rows.references is not None
        several = rows.references.rows
        flat = _encode([text for row in several for text in row], "reference")
        wide = max(map(len, several), default=1)
        start = np.cumsum([0, *map(len, several)])[:-1]
        index = start[:, None] + np.minimum(
            np.arange(wide)[None, :], np.array([len(r) - 1 for r in several])[:, None]
        )
        status = np.array(
            [np.bitwise_and.reduce(flat.status[row]) for row in index], dtype=np.uint16
        ).reshape(len(rows))
        vectors = flat.arrays["reference_vectors"][index]
        mask = flat.arrays["reference_mask"][index]
        return Batch({"reference_vectors": vectors, "reference_mask": mask}, status)


def _mean_score(arrays: Arrays) -> Any:
    vectors, mask = arrays["text_vectors"], arrays["text_mask"]
    with np.errstate(all="ignore"):
        pooled = (vectors * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
    return pooled.sum(axis=1)[:, None]


def toy_ranker(bias: float = 0.0) -> Scorer:
    spec = Spec("toy_ranker", family="ranker", tolerance=1e-9, parameters={"bias": bias})
    made = Scorer(spec, (ToyVectors(),), _mean_score)
    return made.with_recipe("tests.core.toys:toy_ranker", bias=bias)


def _match(arrays: Arrays) -> Any:
    """Best reference by F; precision, recall and F of greedy matching, masked by -inf."""
    text, mask = arrays["text_vectors"], arrays["text_mask"]
    refs, ref_mask = arrays["reference_vectors"], arrays["reference_mask"]
    close = np.einsum("nld,nrmd->nrlm", text, refs)
    both = mask[:, None, :, None] * ref_mask[:, :, None, :]
    close = np.where(both > 0, close, -np.inf)
    with np.errstate(all="ignore"):
        weight = mask[:, None, :]
        best = np.where(weight > 0, close.max(axis=3, initial=-np.inf), 0.0)
        precision = best.sum(axis=2) / weight.sum(axis=2)
        best = np.where(ref_mask > 0, close.max(axis=2, initial=-np.inf), 0.0)
        recall = best.sum(axis=2) / ref_mask.sum(axis=2)
        f1 = (precision + recall) / 2
    chosen = np.where(np.isfinite(f1), f1, -np.inf).argmax(axis=1)[:, None]
    triple = [np.take_along_axis(a, chosen, axis=1) for a in (precision, recall, f1)]
    return np.concatenate(triple, axis=1)


def toy_similarity() -> Scorer:
    spec = Spec(
        "toy_similarity",
        family="similarity",
        increases_with="similarity",
        outputs=("precision", "recall", "f1"),
        needs_references=True,
        tolerance=1e-9,
    )
    made = Scorer(spec, (ToyVectors(), ToyVectors("reference")), _match)
    return made.with_recipe("tests.core.toys:toy_similarity")


@dataclass(frozen=True)
class Weighted:
    """Mean of two children's primary values with weights; an undefined child drops out."""

    names: tuple[str, str]
    weights: tuple[float, float]

    def __call__(self, arrays: Arrays) -> Any:
        total, used = 0.0, 0.0
        for name, weight in zip(self.names, self.weights, strict=True):
            value = arrays[name][:, -1]
            there = xp.logical_not(xp.isnan(value))
            total = total + weight * xp.where(there, value, xp.zeros_like(value))
            used = used + weight * xp.where(there, xp.ones_like(value), xp.zeros_like(value))
        return (total / used)[:, None]


def toy_reward(undefined: float = math.nan, *, lenient: bool = False) -> Scorer:
    from qualmetrics.registry import get

    children = (get("flesch_kincaid_grade"), toy_ranker())
    spec = Spec("toy_reward", family="reward", undefined=undefined, tolerance=1e-9)
    forward = Weighted(("flesch_kincaid_grade", "toy_ranker"), (0.25, 0.75))
    inputs = tuple(Lenient(child) for child in children) if lenient else children
    made = Scorer(spec, inputs, forward)
    return made.with_recipe("tests.core.toys:toy_reward", undefined=undefined, lenient=lenient)
