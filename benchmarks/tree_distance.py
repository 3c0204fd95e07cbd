"""Our tree edit distance beside apted and zss, on random trees: processor seconds and equality.

Usage: pip install apted zss; python benchmarks/tree_distance.py [--nodes 50,100,200,400]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from qualmetrics.structure.edit_distance import UNIT, distance, mapping

PEERS_UP_TO = {"apted": 2000, "zss": 200}
"""Nodes up to which we wait for a peer."""
WIDE = 12
"""How far from the deepest open element the next one may stand."""


def tree(n: int, seed: int) -> tuple[list[int], list[str]]:
    """Return parents and tags of a random tree in document order."""
    drawn = random.Random(seed)  # noqa: S311
    parents, path = [-1], [0]
    for node in range(1, n):
        depth = drawn.randrange(max(0, len(path) - WIDE), len(path))
        path = path[: depth + 1]
        parents.append(path[-1])
        path.append(node)
    return parents, [f"t{drawn.randrange(5)}" for _ in range(n)]


def nested(parents: list[int], tags: list[str]) -> tuple[str, list[Any]]:
    """Return the tree as ``(tag, children)``."""
    nodes: list[tuple[str, list[Any]]] = [(tag, []) for tag in tags]
    for node, parent in enumerate(parents[1:], start=1):
        nodes[parent][1].append(nodes[node])
    return nodes[0]


def apted_of(a: Any, b: Any) -> float:
    """Ask apted."""
    from apted import APTED, Config

    class Tuples(Config):  # type: ignore[misc]
        def rename(self, node1: Any, node2: Any) -> int:
            return int(node1[0] != node2[0])

        def children(self, node: Any) -> Any:
            return node[1]

    return float(APTED(a, b, Tuples()).compute_edit_distance())


def zss_of(a: Any, b: Any) -> float:
    """Ask zss."""
    import zss

    def made(node: Any) -> Any:
        return zss.Node(node[0], [made(child) for child in node[1]])

    return float(zss.simple_distance(made(a), made(b)))


def timed(call: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Return what a call returns, and its processor seconds."""
    start = time.process_time()
    return call(*arguments), time.process_time() - start


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", default="50,100,200,400,2000")
    sizes = [int(part) for part in parser.parse_args().nodes.split(",")]
    sys.setrecursionlimit(100_000)
    print("nodes   ours  with pairs   apted     zss   (processor seconds)")
    for n in sizes:
        (first, tags), (second, others) = tree(n, 1), tree(n, 2)
        cost = (np.array(tags)[:, None] != np.array(others)[None, :]) * UNIT
        found, ours = timed(distance, first, second, cost)
        _, pairs = timed(mapping, first, second, cost)
        line = f"{n:5} {ours:6.3f} {pairs:11.3f}"
        for name, peer in (("apted", apted_of), ("zss", zss_of)):
            if n > PEERS_UP_TO[name]:
                line += "       -"
                continue
            says, spent = timed(peer, nested(first, tags), nested(second, others))
            assert says * UNIT == found, f"{name} says {says}, we {found / UNIT}"
            line += f" {spent:7.2f}"
        print(line)


if __name__ == "__main__":
    main()
