"""Numbers of a report: summaries, histograms, keep ratios, correlation, two corpora compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError, QualmetricsError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, mean_over_units
from qualmetrics.evaluation.correlation import pearson, ranks
from qualmetrics.feature import thresholds_of
from qualmetrics.gates import OPERATORS, Gate, parse_gate
from qualmetrics.registry import ALIASES, get
from qualmetrics.report.table import Scored, scorer_of

Values = NDArray[np.float64]

BINS = 40
UNITS = 10_000
"""So many units are drawn at most: rows of a larger corpus are dealt into them in turn."""
SAMPLE = 20_000
"""Rows that a rank correlation is taken over at most; what is left out is drawn at random."""


@dataclass(frozen=True)
class Summary:
    """What a column holds: quantiles by linear interpolation, ``sd`` with n - 1."""

    n: int
    n_undefined: int
    n_short: int
    mean: float
    sd: float
    least: float
    p5: float
    p50: float
    p95: float
    most: float


def summary(table: Scored, column: str) -> Summary:
    """Summarise a column; NaN where nothing is defined."""
    values = table.values[column]
    there = values[np.isfinite(values)]
    short = int((np.isfinite(values) & ~table.gated(column)).sum())
    if not len(there):
        return Summary(len(values), len(values), short, *[math.nan] * 7)
    quantiles = np.percentile(there, [0, 5, 50, 95, 100]).tolist()
    sd = _spread(there, 1) if len(there) > 1 else math.nan
    return Summary(
        len(values), len(values) - len(there), short, float(there.mean()), sd, *quantiles
    )


def _spread(values: Values, less: int) -> float:
    with np.errstate(over="ignore"):  # of values near the end of what a float can hold
        return float(values.std(ddof=less))


@dataclass(frozen=True)
class Histogram:
    """Shares of documents in bins of one width, and what share lies at or below each edge.

    ``edges`` has one more entry than ``shares``. The ends hold the middle 99 % of the values, so
    that one stray value does not flatten the picture; ``below`` and ``above`` are the shares beyond
    them.
    """

    edges: Values
    shares: Values
    cumulative: Values
    below: float
    above: float


def histogram(
    values: Values, weights: Values | None = None, edges: Values | None = None
) -> Histogram:
    """Return the histogram of the finite values, each weighing 1 unless told."""
    there = np.isfinite(values)
    kept = values[there]
    if edges is None:
        low, high = span(kept)
        edges = np.linspace(low, high, BINS + 1)
    mass = np.ones(len(kept)) if weights is None else weights[there].astype(np.float64)
    total = float(mass.sum()) or 1.0
    shares = np.histogram(kept, edges, weights=mass)[0] / total
    below = float(mass[kept < edges[0]].sum()) / total
    above = float(mass[kept > edges[-1]].sum()) / total
    return Histogram(
        edges, shares, below + np.concatenate(([0.0], np.cumsum(shares))), below, above
    )


def span(values: Values) -> tuple[float, float]:
    """Return the ends of an axis: the middle 99 % of the values, never of no width."""
    if not len(values):
        return 0.0, 1.0
    low, high = np.percentile(values, [0.5, 99.5]).tolist()
    if low == high:
        low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)


# -- thresholds -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class GateEffect:
    """What a gate drops: documents, share of them and of their characters, and it alone."""

    gate: Gate
    dropped: int
    share: float
    size_share: float
    only: int
    """Documents that no other gate drops."""


def dropped(table: Scored, gate: Gate) -> NDArray[np.bool_]:
    """Return which documents a gate drops; undefined and too short ones it never does.

    Raises
    ------
    InputError
        For a column that is not there.
    """
    if gate.name not in table.values:
        raise InputError(
            f"the gate {gate} is on {gate.name!r}, which is no column; there are "
            f"{', '.join(table.values)}"
        )
    values = table.values[gate.name]
    with np.errstate(invalid="ignore"):
        hit = np.asarray(OPERATORS[gate.comparison](values, gate.limit))  # type: ignore[arg-type]
    found: NDArray[np.bool_] = hit & table.gated(gate.name)
    return found


def gate_effects(table: Scored, gates: Sequence[Gate]) -> tuple[list[GateEffect], int]:
    """Return what each gate drops, and how many documents all of them leave."""
    hits = np.array([dropped(table, gate) for gate in gates]).reshape(len(gates), len(table))
    times = hits.sum(axis=0)
    sizes = np.ones(len(table)) if table.sizes is None else table.sizes
    total = float(sizes.sum()) or 1.0
    n = max(len(table), 1)
    effects = [
        GateEffect(
            gate, int(hit.sum()), int(hit.sum()) / n, float(sizes[hit].sum()) / total,
            int((hit & (times == 1)).sum()),
        )
        for gate, hit in zip(gates, hits, strict=True)
    ]  # fmt: skip
    return effects, int((times == 0).sum())


@dataclass(frozen=True)
class Cut:
    """One threshold of a keep-ratio curve: what stays where values beyond it are dropped."""

    limit: float
    kept: float
    """Share of all documents; those that the gate cannot judge stay."""
    kept_size: float
    """Share of their characters; that of documents where no sizes are known."""


def keep_curve(
    table: Scored, column: str, comparison: str = ">", limits: Sequence[float] | None = None
) -> list[Cut]:
    """Return the share kept for each limit of a gate such as ``fkgl>LIMIT``.

    Parameters
    ----------
    column : str
    comparison : {">", ">=", "<", "<="}
        What drops a document.
    limits : sequence of float, optional
        By default quantiles, every 2.5 %, of what a gate can judge; without such there are none.
    """
    values = table.values[column]
    gated = np.flatnonzero(table.gated(column))
    gated = gated[np.argsort(values[gated], kind="stable")]
    ordered = values[gated]
    if limits is None:
        if not len(ordered):
            return []
        limits = np.unique(np.percentile(ordered, np.arange(0, 100.1, 2.5))).tolist()
    sizes = np.ones(len(table)) if table.sizes is None else table.sizes
    total = float(sizes.sum()) or 1.0
    below = np.concatenate(([0.0], np.cumsum(sizes[gated])))
    side: Literal["left", "right"] = "right" if comparison in (">", "<=") else "left"
    cuts = []
    for limit in limits:
        at = int(np.searchsorted(ordered, limit, side))
        upper = comparison.startswith(">")
        count = len(ordered) - at if upper else at
        size = float(below[-1] - below[at]) if upper else float(below[at])
        kept = 1 - count / max(len(table), 1)
        cuts.append(Cut(float(limit), kept, 1 - size / total))
    return cuts


def bad_end(table: Scored, column: str) -> str:
    """Return what drops a document where nobody says: ``<`` on a scale of quality, else ``>``."""
    spec = table.spec(column)
    good = spec is not None and spec.increases_with in ("ease", "quality", "similarity")
    return "<" if good else ">"


def suggestions(table: Scored, column: str, comparison: str = ">") -> dict[str, float]:
    """Return limits that people start from: quantiles of the dropped side, and three sigmas.

    Shares are of all documents, as in ``keep_curve``, and quantiles of what a gate can judge; a
    share that is more than those is left out.
    """
    there = table.values[column][table.gated(column)]
    if not len(there):
        return {}
    upper = comparison.startswith(">")
    found = {}
    for share in (1, 5, 10):
        part = share * len(table) / len(there)
        if part <= 100:
            found[f"drops {share} %"] = float(np.percentile(there, 100 - part if upper else part))
    sigmas = 3 * _spread(there, 0)
    found["mean and 3 sd"] = float(there.mean()) + (sigmas if upper else -sigmas)
    return found


# -- several columns ------------------------------------------------------------------------------


def correlations(table: Scored, columns: Sequence[str], seed: int = 0) -> Values:
    """Return Spearman's coefficients ``(k, k)`` over the rows where both are defined."""
    index = np.arange(len(table))
    if len(index) > SAMPLE:
        index = np.sort(np.random.default_rng(seed).choice(len(index), SAMPLE, replace=False))
    sample = [table.values[column][index] for column in columns]
    there = [np.isfinite(values) for values in sample]
    whole = [ranks(v) if t.all() and len(v) else None for v, t in zip(sample, there, strict=True)]
    found = np.full((len(columns), len(columns)), math.nan)
    for i in range(len(columns)):
        for j in range(i + 1):
            left, right = whole[i], whole[j]
            if left is None or right is None:
                both = there[i] & there[j]
                if not both.any():
                    continue
                left, right = ranks(sample[i][both]), ranks(sample[j][both])
            found[i, j] = found[j, i] = pearson(left, right)
    return found


# -- two corpora ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """How two corpora differ in one column.

    ``difference`` is the mean of the second less that of the first, with a percentile interval;
    ``d`` is Cohen's, in pooled standard deviations; ``delta`` is Cliff's: the chance that a value
    of the second is the greater one, less the chance that it is the smaller.
    """

    column: str
    first: Estimate
    second: Estimate
    difference: Estimate
    d: float
    delta: float
    paired: bool


def differences(
    first: Scored, second: Scored, *, draws: int = DRAWS, seed: int = 0
) -> list[Difference]:
    """Compare two corpora column by column, in the columns that both have.

    Where every id of one occurs in the other, once, rows are paired by id and drawn together;
    otherwise each corpus is drawn on its own. Rows without a value are left out, in a pair both.

    Parameters
    ----------
    first, second : Scored
    draws : int
        Resamples of each mean.
    seed : int

    Raises
    ------
    InputError
        Where they share no column.
    """
    columns = [column for column in first.values if column in second.values]
    if not columns:
        raise InputError(
            f"no column in common: {', '.join(first.values)}; and {', '.join(second.values)}"
        )
    order = _paired(first, second)
    return [
        _difference(column, first.values[column], second.values[column], order, draws, seed)
        for column in columns
    ]


def _paired(first: Scored, second: Scored) -> NDArray[np.intp] | None:
    """Return where each document of the first stands in the second; None where not paired."""
    if len(first) != len(second) or not (first.named and second.named):
        return None
    places: Mapping[str, int] = {str(one): i for i, one in enumerate(second.ids)}
    found = [places.get(str(one), -1) for one in first.ids]
    if -1 in found or len(set(found)) < len(first):
        return None
    return np.array(found, dtype=np.intp)


def _difference(
    column: str, a: Values, b: Values, order: NDArray[np.intp] | None, draws: int, seed: int
) -> Difference:
    if order is not None:
        b = b[order]
        both = np.isfinite(a) & np.isfinite(b)
        a, b = np.where(both, a, math.nan), np.where(both, b, math.nan)
    ours = mean_over_units(a, _units(len(a)), draws=draws, seed=seed)
    theirs = mean_over_units(b, _units(len(b)), draws=draws, seed=seed + (order is None))
    kept = a[np.isfinite(a)], b[np.isfinite(b)]
    return Difference(
        column, ours, theirs, theirs.minus(ours), cohen_d(*kept), cliff_delta(*kept),
        order is not None,
    )  # fmt: skip


def _units(n: int) -> Sequence[int] | None:
    """Return what is drawn: each row, or of many rows every so-manieth together."""
    return None if n <= UNITS else (np.arange(n) % UNITS).tolist()


def cohen_d(a: Values, b: Values) -> float:
    """Return (mean of b - mean of a) / pooled standard deviation; NaN under two values a side."""
    if min(len(a), len(b)) < 2:
        return math.nan
    pooled = ((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2)
    return float((b.mean() - a.mean()) / math.sqrt(pooled)) if pooled > 0 else math.nan


def cliff_delta(a: Values, b: Values) -> float:
    """Return P(b > a) - P(b < a) over all pairs; NaN where a side is empty.

    Examples
    --------
    >>> cliff_delta(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.75
    """
    if not len(a) or not len(b):
        return math.nan
    ordered = np.sort(a)
    greater = np.searchsorted(ordered, b, "left").sum(dtype=np.float64)
    smaller = (len(a) - np.searchsorted(ordered, b, "right")).sum(dtype=np.float64)
    return float((greater - smaller) / (len(a) * len(b)))


# -- gates by the names that people type ----------------------------------------------------------


def gates_of(table: Scored, given: Iterable[str | Gate]) -> list[Gate]:
    """Return gates on columns of a table.

    A name is a column, or an alias or the full name of its scorer; ``source`` stands for the
    thresholds of the programs that scorers are named after.

    Raises
    ------
    InputError
        For a gate that cannot be read, or is on no column.
    """
    found: list[Gate] = []
    for one in given:
        if one == "source":
            found += _of_sources(table)
        else:
            gate = parse_gate(one) if isinstance(one, str) else one
            found.append(replace(gate, name=column_called(table, gate.name)))
    return list(dict.fromkeys(found))


def where(table: Scored, conditions: Iterable[str | Gate]) -> Scored:
    """Return the rows that fulfil all conditions, such as ``fkgl>9``; those without a value do not.

    Raises
    ------
    InputError
        For a condition that cannot be read, or is on no column, and where no row is left.
    """
    found = gates_of(table, conditions)
    mask = np.ones(len(table), dtype=bool)
    for one in found:
        mask &= one.holds(table.values[one.name])
    text = ", ".join(map(str, found))
    if not mask.any():
        raise InputError(f"none of {len(table):,} documents fulfils {text}")
    taken = table.take(np.flatnonzero(mask))
    said = f"{text}: {len(taken):,} of {len(table):,} documents"
    return replace(taken, facts={**table.facts, "where": said})


def column_called(table: Scored, name: str) -> str:
    """Return the column that a name or alias stands for.

    Raises
    ------
    InputError
        Where there is none, with those there are.
    """
    full = _full(name)
    for column in table.values:
        if column == name or _full(column) == full:
            return column
    spec = table.spec(name)
    if spec is not None and f"{name}.{spec.primary}" in table.values:
        return f"{name}.{spec.primary}"
    raise InputError(f"no column is called {name!r}; there are {', '.join(table.values)}")


def _full(column: str) -> str:
    scorer, dot, output = column.partition(".")
    return f"{ALIASES.get(scorer, scorer)}{dot}{output}"


def _of_sources(table: Scored) -> Iterable[Gate]:
    for name in dict.fromkeys(map(scorer_of, table.values)):
        try:
            scorer = get(name)
        except QualmetricsError:
            continue
        for threshold in thresholds_of(scorer):
            column = name if len(scorer.spec.outputs) == 1 else f"{name}.{threshold.output}"
            if column in table.values:
                yield Gate(column, threshold.comparison, threshold.limit)
