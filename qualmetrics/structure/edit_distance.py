"""Machinery: the edit distance of two ordered trees, and a cheapest mapping between their nodes.

Zhang and Shasha's algorithm (1989), exact. Deleting or inserting a node costs ``UNIT``; renaming
costs what a matrix says, so that a caller can prefer, among mappings of equally many edits, those
that keep alike texts together. Written for numpy: a row of the tables of all subtrees of the second
tree is one vector, cut into segments. The libraries on PyPI that do this under a free licence are
plain Python, without a release since 2018, and forty times slower (benchmarks/tree_distance.py);
the tests hold these numbers against one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]

UNIT = 1 << 18
"""What one deletion or insertion costs; a rename costs from 0 to twice that."""
MOST_NODES = 2_000
"""Of one tree: so far ``UNIT`` times all nodes fits the tables, and the tables into memory."""
MOST_WORK = 40_000_000
"""Cells that ``distance`` may fill: a second or two, and 160 MB, at the very worst."""
_FAR = np.int64(1 << 40)
"""More than any distance: marks what cannot be, and keeps segments apart. With its own dtype, for
numpy cuts a plain number down to that of the array beside it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A tree in post-order.

    ``order`` is the place of each node in the caller's order, ``left`` the place of the first leaf
    below it (or itself), ``parent`` that of its parent; ``keyroots`` are the root and every node
    that has a sibling before it.
    """

    order: Ints
    left: Ints
    parent: Ints
    keyroots: Ints

    @property
    def size(self) -> int:
        """How many nodes it has."""
        return len(self.left)

    @property
    def work(self) -> int:
        """Nodes of the subtrees of all keyroots together, with an empty one for each."""
        return int((self.keyroots - self.left[self.keyroots] + 2).sum())


def shape(parents: Sequence[int], *, mirrored: bool = False) -> Shape:
    """Return the shape of a tree given by the parent of each node, in document order.

    Parameters
    ----------
    parents : sequence of int, length n
        ``parents[0]`` is -1, and every other parent stands before its children.
    mirrored : bool
        Read each node's children from the last to the first. The distance of two mirrored trees
        is that of the trees; the work may be much less.
    """
    children: list[list[int]] = [[] for _ in parents]
    for node, parent in enumerate(parents[1:], start=1):
        children[parent].append(node)
    order, stack = [], [0]
    while stack:  # a parent before its children, and those from the far side: a post-order reversed
        node = stack.pop()
        order.append(node)
        stack.extend(reversed(children[node]) if mirrored else children[node])
    order.reverse()
    place = {node: at for at, node in enumerate(order)}
    left: list[int] = []
    parent_at: list[int] = []
    keyroot: dict[int, int] = {}
    for at, node in enumerate(order):
        below = children[node]
        left.append(left[place[below[-1 if mirrored else 0]]] if below else at)
        parent_at.append(place.get(parents[node], -1))
        keyroot[left[at]] = at
    return Shape(np.array(order), np.array(left), np.array(parent_at), np.sort([*keyroot.values()]))


class Mapping(NamedTuple):
    """A cheapest way from one tree to another.

    ``cost`` is in ``UNIT``; ``pairs`` are nodes of the first and the second tree, in the caller's
    order, that become one another.
    """

    cost: int
    pairs: tuple[tuple[int, int], ...]


def work(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many cells ``distance`` fills for two trees given by their parents."""
    a, b = _cheaper(first, second)
    return a.work * b.work


def _cheaper(first: Sequence[int], second: Sequence[int]) -> tuple[Shape, Shape]:
    ways = [(shape(first, mirrored=m), shape(second, mirrored=m)) for m in (False, True)]
    return min(ways, key=lambda way: way[0].work * way[1].work)


def distance(first: Sequence[int], second: Sequence[int], rename: Ints) -> int:
    """Return the least cost of the edits that turn one tree into the other, in ``UNIT``.

    Parameters
    ----------
    first, second : sequence of int
        Parents of each node, in document order; at most ``MOST_NODES``.
    rename : array of int, shape (len(first), len(second))
        What it costs that a node becomes another; 0 where they are the same.

    Examples
    --------
    >>> same = np.zeros((2, 3), dtype=int)
    >>> distance([-1, 0], [-1, 0, 1], same) / UNIT  # a chain that grows by one
    1.0
    """
    a, b = _cheaper(first, second)
    return int(_subtrees(a, b, rename[np.ix_(a.order, b.order)])[-1, -1])


def mapping(first: Sequence[int], second: Sequence[int], rename: Ints) -> Mapping:
    """Return a cheapest mapping; see ``distance``. Of equally cheap ones, always the same."""
    a, b = _cheaper(first, second)
    cost = rename[np.ix_(a.order, b.order)]
    known = _subtrees(a, b, cost)
    found: list[tuple[int, int]] = []
    todo = [(a.size - 1, b.size - 1)]
    while todo:
        _trace(_forests(a, b, cost, known, todo.pop()), found, todo)
    pairs = sorted((int(a.order[i]), int(b.order[j])) for i, j in found)
    return Mapping(int(known[-1, -1]), tuple(pairs))


# -- every subtree against every subtree ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Columns:
    """The tables of all keyroots of the second tree side by side, in segments.

    A segment is a column for the empty forest, then one for each node below the keyroot: the forest
    that ends there. Keyroots that hold others come after them.
    """

    node: Ints
    """The node of each column; any where the forest is empty."""
    before: Ints
    """The column of the forest to the left of the node's subtree."""
    is_empty: NDArray[np.bool_]
    is_tree: NDArray[np.bool_]
    """The forest is the node's subtree: they begin at the same leaf."""
    shift: Ints
    """Taken off before a running minimum and put back after it, this makes a step to the right
    cost ``UNIT`` and a step into the next segment impossible."""
    empty: Ints
    """The row of no node of the first tree: insertions only."""
    levels: tuple[tuple[slice, Ints], ...]
    """Columns that wait only for those of earlier levels, and which of them are trees."""


def _columns(tree: Shape) -> _Columns:
    level = _levels(tree)
    roots = tree.keyroots[np.argsort(level[tree.keyroots], kind="stable")]
    sizes = roots - tree.left[roots] + 2
    starts = np.cumsum(sizes) - sizes
    segment = np.repeat(np.arange(len(roots)), sizes)
    position = np.arange(len(segment)) - starts[segment]
    first = tree.left[roots][segment]
    is_empty = position == 0
    node = np.where(is_empty, 0, first + position - 1)
    is_tree = ~is_empty & (tree.left[node] == first)
    cuts = [0, *(np.flatnonzero(np.diff(level[roots])) + 1), len(roots)]
    edges = [*starts, len(segment)]
    slices = [slice(int(edges[a]), int(edges[b])) for a, b in pairwise(cuts)]
    return _Columns(
        node=node,
        before=np.where(is_empty, 0, starts[segment] + tree.left[node] - first),
        is_empty=is_empty,
        is_tree=is_tree,
        shift=position * UNIT + segment * _FAR,
        empty=position * UNIT,
        levels=tuple((part, np.flatnonzero(is_tree[part]) + part.start) for part in slices),
    )


def _levels(tree: Shape) -> Ints:
    """Return, for each keyroot, how many keyroots stand inside one another below it."""
    level = np.zeros(tree.size, dtype=np.int64)
    for node, parent in enumerate(tree.parent[:-1].tolist()):
        step = tree.left[node] != tree.left[parent]
        level[parent] = max(level[parent], level[node] + step)
    return level


def _subtrees(a: Shape, b: Shape, rename: Ints) -> Ints:
    """Return the distance of each subtree of one tree to each of the other, ``(n, m)``."""
    columns = _columns(b)
    known = np.zeros((a.size, b.size), dtype=np.int32)
    for root in a.keyroots.tolist():
        _fill(a, root, columns, rename, known)
    return known


def _fill(a: Shape, root: int, columns: _Columns, rename: Ints, known: Ints) -> None:
    """Work out the tables of one keyroot of the first tree, and keep what they say of trees."""
    first = int(a.left[root])
    table = np.empty((root - first + 2, len(columns.node)), dtype=np.int32)
    table[0] = columns.empty
    for row, node in enumerate(range(first, root + 1), start=1):
        above = table[row - 1].astype(np.int64)
        if a.left[node] == first:
            _tree_row(node, above, columns, rename, known, table[row])
            continue
        # Not a tree on this side: all that is asked of ``known`` was settled by earlier keyroots.
        best = table[a.left[node] - first].take(columns.before) + known[node].take(columns.node)
        best = np.where(columns.is_empty, _FAR, best)
        table[row] = _running(np.minimum(best, above + UNIT), columns.shift)


def _tree_row(
    node: int, above: Ints, columns: _Columns, rename: Ints, known: Ints, row: Ints
) -> None:
    """Fill a row whose forest is a tree, level by level, for a tree meets the trees inside it."""
    renamed = np.concatenate(([_FAR], above[:-1])) + rename[node].take(columns.node)
    for part, trees in columns.levels:
        apart = columns.empty.take(columns.before[part]) + known[node].take(columns.node[part])
        best = np.where(columns.is_tree[part], renamed[part], apart)
        best = np.where(columns.is_empty[part], _FAR, best)
        row[part] = _running(np.minimum(best, above[part] + UNIT), columns.shift[part])
        known[node, columns.node[trees]] = row[trees]


def _running(best: Ints, shift: Ints) -> Ints:
    """Let each column be reached from those to its left, one insertion a step."""
    return np.minimum.accumulate(best - shift) + shift


# -- which nodes become which ---------------------------------------------------------------------


class _Forests(NamedTuple):
    """One table: forests of a subtree against forests of another, and what they are made of."""

    first: tuple[int, int]
    """The first leaf of either subtree."""
    left: tuple[Ints, Ints]
    table: Ints
    change: Ints
    """The cost of the way that maps the last two nodes, or their subtrees, ``(rows, columns)``."""


def _forests(a: Shape, b: Shape, rename: Ints, known: Ints, pair: tuple[int, int]) -> _Forests:
    (i, j), first = pair, (int(a.left[pair[0]]), int(b.left[pair[1]]))
    rows, columns = slice(first[0], i + 1), slice(first[1], j + 1)
    left = a.left[rows] - first[0], b.left[columns] - first[1]
    steps = np.arange(j - first[1] + 2) * UNIT
    table = np.empty((i - first[0] + 2, len(steps)), dtype=np.int64)
    change = np.full(table.shape, _FAR)
    table[0] = steps
    for row, node in enumerate(range(first[0], i + 1), start=1):
        apart = table[left[0][row - 1]].take(left[1]) + known[node, columns]
        if left[0][row - 1] == 0:
            renamed = table[row - 1, :-1] + rename[node, columns]
            apart = np.where(left[1] == 0, renamed, apart)
        change[row, 1:] = apart
        best = np.minimum(change[row], table[row - 1] + UNIT)
        table[row] = _running(best, steps)
    return _Forests(first, left, table, change)


def _trace(forests: _Forests, found: list[tuple[int, int]], todo: list[tuple[int, int]]) -> None:
    """Walk a table back from its last cell; subtrees that became one another are left to do."""
    table, change, (left_a, left_b) = forests.table, forests.change, forests.left
    row, column = table.shape[0] - 1, table.shape[1] - 1
    while row > 0 and column > 0:
        if table[row, column] == table[row - 1, column] + UNIT:
            row -= 1
        elif table[row, column] != change[row, column]:
            column -= 1
        else:
            pair = forests.first[0] + row - 1, forests.first[1] + column - 1
            if left_a[row - 1] == 0 and left_b[column - 1] == 0:
                found.append(pair)
                row, column = row - 1, column - 1
            else:
                todo.append(pair)
                row, column = int(left_a[row - 1]), int(left_b[column - 1])
