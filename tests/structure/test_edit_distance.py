"""Tree edit distance: the definition itself, another implementation, and trees drawn by hand."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.structure.edit_distance import UNIT, distance, mapping


def forest(parents, tags):
    """Return nested tuples ``(tag, children)``."""
    below = [[] for _ in parents]
    for node, parent in enumerate(parents[1:], start=1):
        below[parent].append(node)

    def made(node):
        return tags[node], tuple(map(made, below[node]))

    return (made(0),)


def size(trees):
    return sum(1 + size(tree[1]) for tree in trees)


@cache
def edits(a, b):
    """Return the distance of two forests, straight from its definition."""
    if not a or not b:
        return size(a) + size(b)
    (tag, inside), (other, within) = a[-1], b[-1]
    return min(
        edits(a[:-1] + inside, b) + 1,
        edits(a, b[:-1] + within) + 1,
        edits(a[:-1], b[:-1]) + edits(inside, within) + (tag != other),
    )


def renames(first, second):
    return np.array([[UNIT * (a != b) for b in second] for a in first])


@st.composite
def trees(draw, most=9):
    n = draw(st.integers(1, most))
    parents = [-1, *(draw(st.integers(0, node - 1)) for node in range(1, n))]
    order = depth_first(parents)
    return order, [draw(st.sampled_from("xyz")) for _ in range(n)]


def depth_first(parents):
    """Number the nodes anew, in document order."""
    below = [[] for _ in parents]
    for node, parent in enumerate(parents[1:], start=1):
        below[parent].append(node)
    made, todo = [], [(0, -1)]
    while todo:
        node, parent = todo.pop()
        todo += [(child, len(made)) for child in reversed(below[node])]
        made.append(parent)
    return made


@settings(deadline=None, max_examples=150)
@given(trees(), trees())
def test_it_is_the_distance_that_the_definition_gives(first, second):
    expected = edits(forest(*first), forest(*second))
    assert distance(first[0], second[0], renames(first[1], second[1])) == expected * UNIT


@settings(deadline=None, max_examples=100)
@given(trees(30), trees(30))
def test_a_mapping_costs_what_the_distance_says_and_keeps_the_order(first, second):
    found = mapping(first[0], second[0], renames(first[1], second[1]))
    renamed = sum(first[1][i] != second[1][j] for i, j in found.pairs)
    outside = len(first[0]) + len(second[0]) - 2 * len(found.pairs)
    assert found.cost == (renamed + outside) * UNIT
    assert found.cost == distance(first[0], second[0], renames(first[1], second[1]))
    for i, j in found.pairs:
        for k, m in found.pairs:
            assert (i < k) == (j < m)
            assert above(first[0], i, k) == above(second[0], j, m)


def above(parents, node, other):
    while other >= 0 and other != node:
        other = parents[other]
    return other == node


@settings(deadline=None, max_examples=25)
@given(trees(60), trees(60))
def test_it_is_what_apted_says(first, second):
    apted = pytest.importorskip("apted")

    class Nested(apted.Config):
        def rename(self, a, b):
            return int(a[0] != b[0])

        def children(self, node):
            return node[1]

    (one,), (two,) = forest(*first), forest(*second)
    expected = apted.APTED(one, two, Nested()).compute_edit_distance()
    assert distance(first[0], second[0], renames(first[1], second[1])) == expected * UNIT


def test_the_example_of_zhang_and_shasha_takes_two_edits():
    # f(d(a c(b)) e) and f(c(d(a b)) e): the paper's figure; c is taken out and put in elsewhere.
    first, second = [-1, 0, 1, 1, 3, 0], [-1, 0, 1, 2, 2, 0]
    cost = renames("fdacbe", "fcdabe")
    assert distance(first, second, cost) == 2 * UNIT


def test_of_equally_cheap_mappings_the_likelier_is_taken():
    # Three leaves against two: which one is left out costs the same, but for a hair.
    cost = np.array([[0, UNIT, UNIT], [UNIT, 9, 9], [UNIT, 0, 9], [UNIT, 9, 0]])
    assert mapping([-1, 0, 0, 0], [-1, 0, 0], cost).pairs == ((0, 0), (2, 1), (3, 2))
