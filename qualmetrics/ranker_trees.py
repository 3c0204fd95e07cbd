"""Machinery: gradient-boosted trees over ratios of counts, as array arithmetic.

All trees have the same depth and are evaluated together: one comparison a position, for every tree
at once, and the leaves picked from the bottom up. So the same function runs on numpy and is traced
to ONNX, also behind counting, without an operator for trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import Arrays
from qualmetrics.errors import InputError
from qualmetrics.ranker import Ratio


@dataclass(frozen=True)
class TreesForward:
    """A sum of trees over ratios of counts: named float64 arrays ``(n,)`` -> ``(n, 1)``.

    Positions of a tree are numbered as in a heap: 0 is the root, the children of ``i`` are
    ``2 i + 1`` (at most the threshold) and ``2 i + 2``. ``chosen`` and ``thresholds`` have a row a
    position, ``leaves`` a row a leaf from left to right, and each row one entry a tree.
    """

    features: tuple[Ratio, ...]
    chosen: tuple[tuple[int, ...], ...]
    thresholds: tuple[tuple[float, ...], ...]
    leaves: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]

    def __post_init__(self) -> None:
        n_splits, n_leaves = len(self.chosen), len(self.leaves)
        rows = (*self.chosen, *self.thresholds, *self.leaves)
        sizes = {len(row) for row in rows}
        complete = n_leaves == n_splits + 1 and (n_leaves & n_splits) == 0
        if not complete or len(self.thresholds) != n_splits or len(sizes) != 1:
            raise InputError(
                f"trees of {n_splits} positions need {n_splits + 1} leaves, a power of two, and "
                f"rows of one length; got {n_leaves} leaves and lengths {sorted(sizes)}"
            )
        if not all(0 <= i < len(self.features) for row in self.chosen for i in row):
            raise InputError(f"a tree asks for a feature outside of the {len(self.features)}")
        if len(self.intercepts) != 1:
            raise InputError("trees have one output")

    @property
    def columns(self) -> tuple[str, ...]:
        """The counts that it reads, ``words`` among them."""
        names = (name for f in self.features for name in (f.over, f.under))
        return tuple(dict.fromkeys((*names, "words")))

    def __call__(self, arrays: Arrays) -> Any:
        """Run on numpy arrays, or on anything else that follows the array API."""
        words = arrays["words"]
        with np.errstate(all="ignore"):  # what is undefined is masked
            table = xp.stack([feature(arrays) for feature in self.features], axis=1)
            values = xp.sum(self._value(table, 0), axis=1) + self.intercepts[0]
            nothing = xp.zeros_like(words) + np.nan
            return xp.where(words > 0, values, nothing)[:, None]

    def _value(self, table: Any, position: int) -> Any:
        """Return what each tree gives below a position, ``(n, trees)`` or ``(trees,)``."""
        library = table.__array_namespace__()
        if position >= len(self.chosen):
            return library.asarray(np.array(self.leaves[position - len(self.chosen)]))
        index = library.asarray(np.array(self.chosen[position], dtype=np.int64))
        threshold = library.asarray(np.array(self.thresholds[position]))
        return library.where(
            library.take(table, index, axis=1) <= threshold,
            self._value(table, 2 * position + 1),
            self._value(table, 2 * position + 2),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; ``from_dict`` reads it back."""
        return {
            "kind": "trees",
            "features": [feature.to_list() for feature in self.features],
            "chosen": [list(row) for row in self.chosen],
            "thresholds": [list(row) for row in self.thresholds],
            "leaves": [list(row) for row in self.leaves],
            "intercepts": list(self.intercepts),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TreesForward:
        """Read what ``to_dict`` wrote."""
        return cls(
            tuple(Ratio(*row) for row in data["features"]),
            tuple(tuple(map(int, row)) for row in data["chosen"]),
            tuple(tuple(map(float, row)) for row in data["thresholds"]),
            tuple(tuple(map(float, row)) for row in data["leaves"]),
            tuple(map(float, data["intercepts"])),
        )


__all__ = ["TreesForward"]
