"""Cuts of labelled texts by group, joined corpora, and the check that no text is on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError
from qualmetrics.training.data import Examples

NAMED = 5
"""How many of the texts on both sides an error names."""


def units(examples: Examples) -> NDArray[np.int64]:
    """Return what each text cannot be parted from, as a number ``(n,)``.

    Texts of a group stay together, and the two texts of a pair, with all that they are paired
    with in turn; unless everything hangs together so, as in a tournament: then the pairs do not
    count.
    """
    n = len(examples.texts)
    named = _connected(n, _same_group(examples))
    whole = _connected(n, [*_same_group(examples), *map(tuple, examples.pairs.tolist())])
    largest = int(np.bincount(whole).max()) if n else 0
    return whole if 2 * largest <= n else named


def split_by_group(examples: Examples, fraction: float, seed: int = 0) -> tuple[Examples, Examples]:
    """Return a training and a development part that share no text and no group.

    Parameters
    ----------
    fraction : float
        About what part of the texts goes to the second.
    seed : int

    Raises
    ------
    InputError
        When all texts hang together in one group, so that nothing can be held out.
    """
    if not 0 < fraction < 1:
        raise InputError(f"fraction must lie between 0 and 1; got {fraction:g}")
    member = units(examples)
    n_units = int(member.max()) + 1 if len(member) else 0
    if n_units < 2:
        raise InputError(
            "nothing can be held out: all texts belong together (one group, or pairs that link "
            "them all). Give the groups' field, or a file of development examples"
        )
    sizes = np.bincount(member, minlength=n_units)
    order = np.random.default_rng(seed).permutation(n_units)
    before = np.cumsum(sizes[order]) - sizes[order]
    held = set(order[before < fraction * len(member)].tolist())
    if len(held) == n_units:
        held.discard(int(order[-1]))
    is_dev = np.isin(member, sorted(held))
    return _part(examples, np.flatnonzero(~is_dev)), _part(examples, np.flatnonzero(is_dev))


def folds(examples: Examples, n_folds: int, seed: int = 0) -> list[tuple[Examples, Examples]]:
    """Return (training, held out) for each of several folds by group, of about equal size."""
    member = units(examples)
    n_units = int(member.max()) + 1 if len(member) else 0
    if not 2 <= n_folds <= n_units:
        raise InputError(f"{n_folds} folds of {n_units} groups: expected 2 to {n_units}")
    fold = np.empty(n_units, dtype=np.int64)
    fold[np.random.default_rng(seed).permutation(n_units)] = np.arange(n_units) % n_folds
    of = fold[member]
    return [
        (_part(examples, np.flatnonzero(of != i)), _part(examples, np.flatnonzero(of == i)))
        for i in range(n_folds)
    ]


def _part(examples: Examples, index: NDArray[np.intp]) -> Examples:
    part = examples.take(index)
    inside = np.isin(examples.pairs, index).sum(axis=1)
    across = int((inside == 1).sum())
    return replace(
        part,
        report={
            **examples.report,
            "texts": len(part.texts),
            "pairs": part.n_pairs,
            "pairs_across_the_split": across,
        },
    )


def _same_group(examples: Examples) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    links = []
    for i, group in enumerate(examples.groups):
        if group:
            links.append((first.setdefault(group, i), i))
    for (a, b), group in zip(examples.pairs.tolist(), examples.pair_groups, strict=True):
        if group:
            start = first.setdefault(group, a)
            links += [(start, a), (start, b)]
    return links


def _connected(n: int, links: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """Number the connected parts of a graph of ``n`` nodes, by union and find."""
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in links:
        parent[root(b)] = root(a)
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root(i), len(numbers)) for i in range(n)], dtype=np.int64)


def check_disjoint(parts: Mapping[str, Examples]) -> None:
    """Refuse parts that share a text, an id or a named group.

    Texts count as the same without regard to case and white space.

    Raises
    ------
    InputError
        Naming what is on both sides.
    """
    for what, keys in (("text", _texts), ("id", _ids), ("group", _groups)):
        owner: dict[str, str] = {}
        twice: list[str] = []
        for name, part in parts.items():
            found = keys(part)
            twice += [f"{key[:60]!r} ({owner[key]} and {name})" for key in found if key in owner]
            owner.update(dict.fromkeys(found, name))
        if twice:
            more = f" and {len(twice) - NAMED} more" if len(twice) > NAMED else ""
            raise InputError(
                f"{len(twice)} {what}{'s' * (len(twice) > 1)} in two parts: "
                f"{'; '.join(twice[:NAMED])}{more}. What is measured on them would be worth "
                "nothing; take them out of one part"
            )


def _texts(part: Examples) -> dict[str, None]:
    return dict.fromkeys(" ".join(text.split()).casefold() for text in part.texts)


def _ids(part: Examples) -> dict[str, None]:
    return dict.fromkeys(name for name in part.ids if name)


def _groups(part: Examples) -> dict[str, None]:
    return dict.fromkeys(group for group in (*part.groups, *part.pair_groups) if group)


def join(*corpora: Examples) -> Examples:
    """Put several corpora together; a text that two of them hold is kept once.

    Ratings keep the scale of their corpus, so make pairs of each before (``pairs.sample``).

    Raises
    ------
    InputError
        When their criteria differ.
    """
    criteria = corpora[0].criteria
    if any(part.criteria != criteria for part in corpora):
        raise InputError(f"criteria differ: {[part.criteria for part in corpora]}")
    where: dict[str, int] = {}
    rows: list[tuple[str, str, NDArray[np.float64]]] = []
    pairs: list[NDArray[np.int64]] = []
    for part in corpora:
        index = np.array([where.setdefault(text, len(where)) for text in part.texts], np.int64)
        for i, text in enumerate(part.texts):
            if where[text] == len(rows):
                rows.append((part.groups[i], part.ids[i], part.values[i]))
        pairs.append(index[part.pairs].reshape(-1, 2))
    kept: list[Any] = [
        np.concatenate([getattr(c, name) for c in corpora]) for name in ("p", "margin")
    ]
    return Examples(
        texts=tuple(where),
        pairs=np.concatenate(pairs),
        p=kept[0],
        margin=kept[1],
        pair_groups=tuple(group for part in corpora for group in part.pair_groups),
        values=np.array([values for _, _, values in rows]).reshape(-1, len(criteria)),
        groups=tuple(group for group, _, _ in rows),
        criteria=criteria,
        ids=tuple(name for _, name, _ in rows),
        within_groups=any(part.within_groups for part in corpora),
        report={"parts": [dict(part.report) for part in corpora]},
    )


__all__ = ["check_disjoint", "folds", "join", "split_by_group", "units"]
