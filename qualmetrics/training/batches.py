"""Which pairs each step learns from, as a pure function of the seed and the number of the step.

So a run that was interrupted goes on with the very pairs it would have seen. Each source is gone
through without repetition, in a new order each time; several are mixed by weight. The texts of the
drawn pairs are encoded once, and every other pair that the source knows among them is learned from
too: of a tournament, sixteen pairs drawn bring hundreds along at no cost. What was drawn counts as
much as all of these together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError
from qualmetrics.training.data import Examples

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Step(NamedTuple):
    """What one step learns from: distinct texts, and pairs among them.

    ``texts`` are (source, position) of each; ``pairs`` ``(m, 2)`` are positions in ``texts``;
    ``p`` ``(m, k)``, ``margin`` and ``weight`` ``(m,)`` belong to them, and the weights of a step
    add up to 1. ``values`` ``(u, k)`` are ratings of the texts, NaN where there are none.
    """

    texts: tuple[tuple[int, int], ...]
    pairs: Ints
    p: Floats
    margin: Floats
    weight: Floats
    values: Floats


@dataclass(frozen=True, eq=False)
class Stream:
    """Pairs of one source in endless order; ``rate`` are drawn a step, on average."""

    source: int
    index: Ints
    rate: float
    seed: tuple[int, ...]
    phase: float = 0.0

    def draw(self, step: int) -> Ints:
        """Return the pairs drawn in a step."""
        start, end = (int(at * self.rate + self.phase) for at in (step, step + 1))
        n = len(self.index)
        rounds = [(at // n, at % n) for at in range(start, end)]
        found = [self.index[_order(n, (*self.seed, turn))[at]] for turn, at in rounds]
        return np.array(found, dtype=np.int64)


@lru_cache(maxsize=64)
def _order(n: int, seed: tuple[int, ...]) -> Ints:
    return np.random.default_rng(seed).permutation(n)


class Mixture:
    """Sources with pairs, mixed by weight.

    Parameters
    ----------
    sources : mapping of name -> Examples
        Each with pairs (``pairs.sample`` makes them of values).
    weights : mapping of name -> weight
        Of sources among the drawn pairs; by default as many as each has pairs.
    batch_pairs : int
        Drawn a step.
    min_gap : float
        By how much two values of a source must differ to be compared, where all its texts have
        values that may be compared.
    within_groups : float
        Share of a source's draws that are pairs inside a group (an article's own versions), where
        it has both such pairs and others; 0 draws as they come.
    seed : int
    """

    def __init__(
        self,
        sources: Mapping[str, Examples],
        weights: Mapping[str, float],
        batch_pairs: int,
        *,
        min_gap: float = 0.0,
        within_groups: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.min_gap = max(min_gap, 1e-9)
        self.names = tuple(sources)
        self.sources = tuple(sources.values())
        unknown = sorted(set(weights) - set(sources))
        if unknown:
            raise InputError(f"weights name {', '.join(unknown)}; sources: {', '.join(sources)}")
        empty = [name for name, part in sources.items() if not part.n_pairs]
        if empty:
            raise InputError(f"no pairs in {', '.join(empty)}; pairs.sample makes them of values")
        raw = [weights.get(n, 0.0 if weights else part.n_pairs) for n, part in sources.items()]
        total = float(sum(raw))
        if not total > 0 or min(raw) < 0:
            raise InputError(f"weights of sources must be positive; got {dict(weights)}")
        self.shares = tuple(w / total for w in raw)
        self.neighbours = tuple(_neighbours(part) for part in self.sources)
        self.comparable = tuple(_comparable(part) for part in self.sources)
        streams = [
            stream
            for i, part in enumerate(self.sources)
            if self.shares[i]
            for stream in _streams(i, part, batch_pairs * self.shares[i], within_groups, seed)
        ]
        # Streams of less than one pair a step take turns.
        total_rate, before = sum(stream.rate for stream in streams), 0.0
        for at, stream in enumerate(streams):
            streams[at] = replace(stream, phase=1.0 - before / total_rate - 1e-9)
            before += stream.rate
        self.streams = tuple(streams)

    @property
    def n_pairs(self) -> int:
        """Pairs of all sources."""
        return sum(part.n_pairs for part in self.sources)

    def step(self, number: int) -> Step:
        """Return what a step learns from."""
        drawn: dict[int, list[Ints]] = {}
        for stream in self.streams:
            drawn.setdefault(stream.source, []).append(stream.draw(number))
        parts = [(i, np.concatenate(several)) for i, several in drawn.items()]
        parts = [(i, index) for i, index in parts if len(index)]
        if not parts:
            stream = max(self.streams, key=lambda item: item.rate)
            parts = [(stream.source, stream.index[[number % len(stream.index)]])]
        n_drawn = sum(len(index) for _, index in parts)
        texts: list[tuple[int, int]] = []
        columns: list[tuple[Ints, Floats, Floats, Floats]] = []
        for i, index in parts:
            part = self.sources[i]
            chosen = np.unique(part.pairs[index])
            beside, p, margin = self._among(i, chosen)
            share = len(index) / n_drawn
            weight = [np.full(len(rows), 0.5 * share / len(rows)) for rows in (index, beside)]
            where = np.searchsorted(chosen, np.concatenate([part.pairs[index], beside]))
            columns.append(
                (
                    where + len(texts),
                    np.concatenate([part.p[index], p]),
                    np.concatenate([part.margin[index], margin]),
                    np.concatenate(weight),
                )
            )
            texts += [(i, int(t)) for t in chosen]
        joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
        values = np.array([self.sources[i].values[t] for i, t in texts])
        return Step(tuple(texts), joined[0], joined[1], joined[2], joined[3], values)

    def text(self, at: tuple[int, int]) -> str:
        """Return a text of a step."""
        return self.sources[at[0]].texts[at[1]]

    def _among(self, source: int, chosen: Ints) -> tuple[Ints, Floats, Floats]:
        """Return all pairs of a source among some texts, as positions, with labels and margins."""
        part = self.sources[source]
        if self.comparable[source]:
            found = part.values[chosen, 0]
            first, second = np.nonzero(found[:, None] - found[None, :] >= self.min_gap)
            if len(first):
                pairs = np.stack([chosen[first], chosen[second]], axis=1)
                return pairs, np.ones((len(pairs), 1)), np.zeros(len(pairs))
        starts, index = self.neighbours[source]
        inside = np.zeros(len(part.texts), dtype=bool)
        inside[chosen] = True
        near = np.concatenate([index[starts[t] : starts[t + 1]] for t in chosen])
        kept = near[inside[part.pairs[near, 1]]]
        return part.pairs[kept], part.p[kept], part.margin[kept]


def _comparable(part: Examples) -> bool:
    """Say whether any two texts of a source may be compared by their values."""
    one = part.values.shape[1] == 1 and not part.within_groups and not part.margin.any()
    return one and bool(np.isfinite(part.values).all()) and bool((part.p == 1).all())


def _neighbours(part: Examples) -> tuple[Ints, Ints]:
    """Return, for each text, the pairs in which it is the first, one text after the other."""
    order = np.argsort(part.pairs[:, 0], kind="stable")
    starts = np.searchsorted(part.pairs[order, 0], np.arange(len(part.texts) + 1))
    return starts, order


def _streams(source: int, part: Examples, rate: float, within: float, seed: int) -> list[Stream]:
    grouped = np.array([bool(group) for group in part.pair_groups])
    if within and grouped.any() and not grouped.all():
        inner, outer = np.flatnonzero(grouped), np.flatnonzero(~grouped)
        return [
            Stream(source, inner, rate * within, (seed, source, 0)),
            Stream(source, outer, rate * (1 - within), (seed, source, 1)),
        ]
    return [Stream(source, np.arange(part.n_pairs), rate, (seed, source, 2))]


__all__ = ["Mixture", "Step", "Stream"]
