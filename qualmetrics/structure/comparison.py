"""Machinery: two trees of tags compared, for as many nodes as that can be done exactly.

Beyond ``max_nodes``, or where two trees would take more than ``edit_distance.MOST_WORK``, a cruder
number stands in, and the comparison says so; nothing falls back in silence.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualmetrics.structure import edit_distance
from qualmetrics.structure.edit_distance import UNIT
from qualmetrics.text.trees import Tree

BUCKETS = 512
"""Into which the words of a node are sorted, to find out which nodes are alike."""
TIES = 100
"""Steps of likeness; of all nodes together they weigh less than one edit."""


class Alikeness(NamedTuple):
    """How alike two trees are, 0 to 1, and whether that is exact."""

    value: float
    is_exact: bool


class Alignment(NamedTuple):
    """Nodes of two trees that belong together and have one tag, and whether that is exact.

    The first nodes, which stand around everything, always belong together.
    """

    pairs: tuple[tuple[int, int], ...]
    is_exact: bool


def tag_f1(first: Tree, second: Tree) -> float:
    """Return the share of tags that two trees have in common, each as often as it occurs: F1.

    Blind to order and nesting, and never below ``tree_similarity``.
    """
    common = (Counter(first.tags[1:]) & Counter(second.tags[1:])).total()
    return 2 * common / (first.size + second.size)


def tree_similarity(first: Tree, second: Tree, *, max_nodes: int) -> Alikeness:
    """Return 1 less the edit distance by the nodes of the larger tree, not below 0.

    ``tag_f1`` stands in where it would be too much work. At least one of the trees must have an
    element.
    """
    if not _is_feasible(first, second, max_nodes):
        return Alikeness(tag_f1(first, second), is_exact=False)
    edits = edit_distance.distance(first.parents, second.parents, _renames(first, second)) / UNIT
    return Alikeness(max(0.0, 1 - edits / max(first.size, second.size)), is_exact=True)


def align(first: Tree, second: Tree, *, max_nodes: int) -> Alignment:
    """Return the nodes that a cheapest edit keeps, those that it renames left out.

    Of equally cheap edits, the one that keeps texts of the same words together. Where it would be
    too much work, the k-th node of a tag goes with the k-th.
    """
    if not _is_feasible(first, second, max_nodes):
        return Alignment(_in_order(first, second), is_exact=False)
    found = kept_and_renamed(first, second)
    same = tuple((i, j) for i, j in found if first.tags[i] == second.tags[j])
    return Alignment(same, is_exact=True)


def kept_and_renamed(first: Tree, second: Tree) -> tuple[tuple[int, int], ...]:
    """Return the nodes that a cheapest edit keeps or renames, of trees that are small enough."""
    cost = _renames(first, second) + _unlike(first, second)
    return edit_distance.mapping(first.parents, second.parents, cost).pairs


def _is_feasible(first: Tree, second: Tree, max_nodes: int) -> bool:
    if max(first.size, second.size) > max_nodes:
        return False
    return edit_distance.work(first.parents, second.parents) <= edit_distance.MOST_WORK


def _renames(first: Tree, second: Tree) -> NDArray[np.int64]:
    """Return what it costs that a node becomes another; what stands around everything stays so."""
    number = {tag: k for k, tag in enumerate(dict.fromkeys(first.tags + second.tags))}
    a, b = (np.array([number[tag] for tag in tree.tags]) for tree in (first, second))
    return np.asarray((a[:, None] != b[None, :]) * np.int64(UNIT))


def _unlike(first: Tree, second: Tree) -> NDArray[np.int64]:
    """Return 0 for nodes whose texts have the same words, up to ``TIES`` for no word in common.

    A cosine of word counts. They are whole numbers, so that every machine rounds alike.
    """
    a, b = _bags(first), _bags(second)
    sizes = np.outer((a * a).sum(axis=1), (b * b).sum(axis=1))
    alike = np.divide(a @ b.T, np.sqrt(sizes), out=np.zeros(sizes.shape), where=sizes > 0)
    alike[np.ix_(~a.any(axis=1), ~b.any(axis=1))] = 1  # two nodes without a text
    return np.asarray(np.rint(TIES * (1 - alike)), dtype=np.int64)


def _bags(tree: Tree) -> NDArray[Any]:
    bags = np.zeros((len(tree.texts), BUCKETS))
    for row, text in zip(bags, tree.texts, strict=True):
        for word in text.split():
            row[_bucket(word)] += 1
    return bags


@lru_cache(maxsize=4096)
def _bucket(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) % BUCKETS


def _in_order(first: Tree, second: Tree) -> tuple[tuple[int, int], ...]:
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for node in range(len(second.tags) - 1, -1, -1):
        waiting[second.tags[node]].append(node)
    pairs = []
    for node, tag in enumerate(first.tags):
        if waiting[tag]:
            pairs.append((node, waiting[tag].pop()))
    return tuple(pairs)
