"""Machinery: reads a grade off a published table or a printed graph, for formula bodies.

Written against the array API like the bodies that use it, so that a chart is traced to ONNX with
them. A value that is NaN or infinite stays undefined: a table would otherwise give it a grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from qualmetrics.formula import xp

Point = tuple[float, float]


def read_table(value: Any, below: float, rows: Sequence[Point]) -> Any:
    """Return the entry of the last row whose lower limit a value has reached.

    Parameters
    ----------
    value : array ``(n,)``
    below : float
        The entry of values under the first limit.
    rows : sequence of (lower limit, entry)
        Ascending. A value between two printed rows, such as 14.6 between "10-14" and "15-19",
        belongs to the lower one.
    """
    entry = value * 0.0 + below
    for lower, step in rows:
        entry = xp.where(value >= lower, step, entry)
    return entry + value * 0.0


def tick(value: Any, ticks: Sequence[float]) -> Any:
    """Return where a value lies on an axis whose printed ticks are evenly spaced, from 0.

    ``ticks`` descend; between two of them the axis is taken as linear.
    """
    place = value * 0.0
    for upper, lower in pairwise(ticks):
        share = (upper - value) / (upper - lower)
        place = place + xp.minimum(xp.maximum(share, 0.0), 1.0)
    return place


def beyond(x: Any, y: Any, line: tuple[Point, Point]) -> Any:
    """Return 1 where a point lies right of a rising line, or below it, else 0; y grows downwards.

    The line is continued straight past both ends.
    """
    (x1, y1), (x2, y2) = line
    side = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
    return xp.where(side < 0.0, 1.0, x * 0.0)


def inside(x: Any, y: Any, corners: Sequence[Point]) -> Any:
    """True where a point lies in a polygon: a ray to the right crosses its border an odd time."""
    crossings = x * 0.0
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y1 == y2:  # a level edge is never crossed
            continue
        between = xp.logical_and(y >= min(y1, y2), y < max(y1, y2))
        crossed = x < x1 + (y - y1) * ((x2 - x1) / (y2 - y1))
        crossings = crossings + xp.where(xp.logical_and(between, crossed), 1.0, x * 0.0)
    return crossings - 2.0 * xp.floor(crossings / 2.0) > 0.5
