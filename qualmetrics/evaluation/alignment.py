"""Requested against measured: whether a generator wrote at the level that it was asked for.

Imperial and Tayyar Madabushi 2023 (*Flesch or Fumble?*, GEM) asked models for grade 2 and measured
what came: never more than 18 % of the texts were within one grade. The level alone says too
little: a model that always writes at grade 2 is right there and deaf, so the report also tells how
the measured level moves with the requested one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Values, bootstrap, numbered
from qualmetrics.evaluation.correlation import spearman

SCHEMA = "qualmetrics-alignment/1"
ALL = "all"
GRADE, POINTS = 1.0, 10.0
"""Tolerances by default: one school grade; ten points of a scale like Flesch's."""
FLESCH = "points, most prose 0 to 100"
Z = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson 1927: right also near 0 and 1.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0, 20)]
    [0.0, 0.161]
    """
    if not n:
        return math.nan, math.nan
    share, square = hits / n, Z * Z / n
    middle = share + square / 2
    reach = Z * math.sqrt(share * (1 - share) / n + square / (4 * n))
    ends = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    return max(0.0, ends[0]), min(1.0, ends[1])


@dataclass(frozen=True)
class Aligned:
    """One metric under one condition. All numbers are in the metric's unit."""

    metric: str
    condition: str
    n: int
    n_undefined: int
    """Texts without a measured value, or without a request; left out."""
    requested: float
    """Mean of what was asked for."""
    mean: float
    sd: float
    """Of the sample (n - 1)."""
    bias: float
    """Mean of measured less requested."""
    tolerance: float
    within: Estimate
    """Share of texts at most ``tolerance`` away, with Wilson's interval."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; undefined numbers are None."""
        plain = {key: getattr(self, key) for key in ("requested", "mean", "sd", "bias")}
        shown = {key: v if math.isfinite(v) else None for key, v in plain.items()}
        head = {"metric": self.metric, "condition": self.condition, "n": self.n}
        rest = {"tolerance": self.tolerance, "within": self.within.to_dict()}
        return {**head, "n_undefined": self.n_undefined, **shown, **rest}


@dataclass(frozen=True)
class Response:
    """How the measured level follows the requested one; needs two or more requested levels.

    ``monotone`` is Spearman's rho of requested levels with the mean measured at each: 1 where
    every step asked for is a step made. ``slope`` is by least squares over texts: 1 where a step
    has the size that was asked for, 0 for a writer who does not listen.
    """

    metric: str
    condition: str
    n_levels: int
    monotone: float
    slope: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; undefined numbers are None."""
        rho = self.monotone if math.isfinite(self.monotone) else None
        head = {"metric": self.metric, "condition": self.condition, "n_levels": self.n_levels}
        return {**head, "monotone": rho, "slope": self.slope.to_dict()}


@dataclass(frozen=True)
class Alignment:
    """The report: rows by metric and condition, and how each metric responds."""

    rows: tuple[Aligned, ...]
    responses: tuple[Response, ...]
    signatures: Mapping[str, str] = field(default_factory=dict)

    def get(self, metric: str, condition: str = ALL) -> Aligned:
        """Return one row.

        Raises
        ------
        InputError
            Where there is none.
        """
        for row in self.rows:
            if (row.metric, row.condition) == (metric, condition):
                return row
        there = ", ".join(f"{row.metric} ({row.condition})" for row in self.rows)
        raise InputError(f"no row {metric} ({condition}); there are: {there}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        return {
            "schema": SCHEMA,
            "signatures": dict(self.signatures),
            "rows": [row.to_dict() for row in self.rows],
            "responses": [row.to_dict() for row in self.responses],
        }

    def to_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return both tables."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "| metric | condition | n | undefined | requested | mean | sd | bias | within |"
        yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
        for row in self.rows:
            numbers = (row.requested, row.mean, row.sd)
            cells = [row.metric, row.condition, f"{row.n:,}", f"{row.n_undefined:,}"]
            cells += [_number(value) for value in numbers]
            cells += [_number(row.bias, "+"), f"{_share(row.within)} (± {row.tolerance:g})"]
            yield f"| {' | '.join(cells)} |"
        if self.responses:
            yield from ("", "| metric | condition | levels | monotone | slope |")
            yield "|---|---|---:|---:|---:|"
        for found in self.responses:
            slope = found.slope
            told = f"{_number(slope.value)} [{_number(slope.low)}, {_number(slope.high)}]"
            cells = [found.metric, found.condition, str(found.n_levels), _number(found.monotone)]
            yield f"| {' | '.join([*cells, told])} |"


def _number(value: float, sign: str = "") -> str:
    return f"{value:{sign}.2f}" if math.isfinite(value) else "–"


def _share(found: Estimate) -> str:
    if not math.isfinite(found.value):
        return "–"
    return f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}]"


Request = float | Sequence[float | None]


def alignment_report(
    texts: Sequence[str | None],
    requested: Request | Mapping[str, Request],
    metrics: Iterable[str | Scorer] = ("flesch_kincaid_grade",),
    *,
    tolerance: float | Mapping[str, float] | None = None,
    condition: Sequence[Any] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Alignment:
    """Compare the readability that was asked for with what came, by several metrics at once.

    Parameters
    ----------
    texts : sequence of str, length n
    requested : float, sequence of length n, or mapping of metric -> either
        In the metric's own unit: grade 2, Flesch 80. None or NaN where nothing was asked for.
        With several metrics a mapping is needed, since their units differ.
    metrics : names or scorers
    tolerance : float or mapping of metric -> float, optional
        How far off still counts; by default 1 where the unit is a grade, 10 on Flesch's scale.
        Other units must be told.
    condition : sequence of length n, optional
        What to tell apart: the model, how specific the prompt was. A row for each, and for all.
    draws, seed : int
        Of the interval of the slope; texts are redrawn.

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        For unequal lengths, a metric without a request, a tolerance that is not above 0, or a
        unit without a default.

    Examples
    --------
    >>> easy, hard = "The dog ran. It was hot.", "Meteorological conditions deteriorated rapidly."
    >>> found = alignment_report([easy, hard], -2, draws=10)
    >>> found.get("flesch_kincaid_grade").within.value
    0.5
    """
    from qualmetrics.registry import get, score

    if isinstance(texts, str):
        raise InputError("alignment_report takes a sequence of texts; got one string")
    given = [metrics] if isinstance(metrics, (str, Scorer)) else list(metrics)
    named = {s if isinstance(s, str) else s.spec.name: s for s in given}
    if not named:
        raise InputError("alignment_report needs at least one metric")
    scorers = {name: get(s) if isinstance(s, str) else s for name, s in named.items()}
    for what, told in (("requested", requested), ("tolerance", tolerance)):
        odd = sorted(set(told) - set(named)) if isinstance(told, Mapping) else []
        if odd:
            raise InputError(
                f"{what} names {', '.join(odd)}, which is not among the metrics {', '.join(named)}"
            )
    targets = {name: _target(name, requested, len(texts), len(named)) for name in named}
    allowed = {name: _tolerance(name, scorer, tolerance) for name, scorer in scorers.items()}
    values = {name: s.primary for name, s in score(texts, list(named.values())).items()}
    rows: list[Aligned] = []
    responses: list[Response] = []
    for name, measured in values.items():
        for label, index in _conditions(condition, len(texts)).items():
            pair = measured[index], targets[name][index]
            rows.append(aligned_levels(*pair, allowed[name], metric=name, condition=label))
            found = response(*pair, metric=name, condition=label, draws=draws, seed=seed)
            responses += [found] if found else []
    return Alignment(
        tuple(rows), tuple(responses), {name: s.signature for name, s in scorers.items()}
    )


def aligned_levels(
    measured: Any, requested: Any, tolerance: float, *, metric: str = "", condition: str = ALL
) -> Aligned:
    """Return one row of the report from numbers that were measured elsewhere.

    Parameters
    ----------
    measured : array (n,)
    requested : float or array (n,)
    tolerance : float

    Examples
    --------
    >>> row = aligned_levels([1.0, 2.5, 4.0], 2.0, 1.0)
    >>> round(row.bias, 3), round(row.within.value, 3)
    (0.5, 0.667)
    """
    values, asked_for = (np.asarray(side, dtype=np.float64) for side in (measured, requested))
    if values.ndim != 1 or asked_for.shape not in ((), values.shape):
        raise InputError(
            f"expected measured (n,) and requested (n,) or one number; got {values.shape} and "
            f"{asked_for.shape}"
        )
    wanted = np.broadcast_to(asked_for, values.shape)
    there = np.isfinite(values) & np.isfinite(wanted)
    mine, theirs = values[there], wanted[there]
    n = len(mine)
    # An off-by-rounding 1.0000000000000002 is within 1.
    hits = int((np.abs(mine - theirs) <= tolerance * (1 + 1e-12)).sum())
    share = hits / n if n else math.nan
    mean, asked, bias = (
        float(side.mean()) if n else math.nan for side in (mine, theirs, mine - theirs)
    )
    return Aligned(
        metric,
        condition,
        n,
        len(values) - n,
        requested=asked,
        mean=mean,
        sd=float(mine.std(ddof=1)) if n > 1 else math.nan,
        bias=bias,
        tolerance=tolerance,
        within=Estimate(share, *wilson(hits, n), n, len(values) - n),
    )


def response(
    measured: Values,
    requested: Values,
    *,
    metric: str = "",
    condition: str = ALL,
    draws: int = DRAWS,
    seed: int = 0,
) -> Response | None:
    """Return how measured levels follow requested ones; None for fewer than two levels."""
    there = np.isfinite(measured) & np.isfinite(requested)
    mine, asked = measured[there], requested[there]
    levels = np.unique(asked)
    if len(levels) < 2:
        return None
    means = np.array([mine[asked == level].mean() for level in levels])

    def slope(index: Any) -> float:
        x, y = asked[index] - asked[index].mean(), mine[index] - mine[index].mean()
        spread = float(x @ x)
        return float(x @ y) / spread if spread else math.nan

    found = bootstrap(slope, range(len(mine)), draws=draws, seed=seed)
    return Response(metric, condition, len(levels), spearman(levels, means), found)


def _conditions(condition: Sequence[Any] | None, n: int) -> dict[str, Any]:
    whole = {ALL: np.arange(n)}
    if condition is None:
        return whole
    if len(condition) != n:
        raise InputError(f"{n} texts but {len(condition)} conditions")
    codes, names = numbered(condition), list(dict.fromkeys(condition))
    found = {str(name): np.flatnonzero(codes == k) for k, name in enumerate(names)}
    if ALL in found or len(found) < len(names):
        raise InputError(f"conditions need names of their own, and none may be {ALL!r}: {names}")
    return {**found, **whole}


def _target(name: str, requested: Any, n: int, n_metrics: int) -> Values:
    if isinstance(requested, Mapping):
        if name not in requested:
            raise InputError(
                f"nothing was requested of {name}; requested names {', '.join(requested)}"
            )
        asked = requested[name]
    elif n_metrics > 1:
        raise InputError(
            "several metrics have several units: pass requested={'flesch_kincaid_grade': 2, "
            "'flesch_reading_ease': 90}"
        )
    else:
        asked = requested
    try:
        column = np.asarray(asked, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"what is requested of {name} must be numbers; got {asked!r:.80}"
        ) from None
    if column.ndim > 1 or (column.ndim == 1 and len(column) != n):
        raise InputError(f"{n} texts, but {name} was requested with the shape {column.shape}")
    return np.broadcast_to(column, (n,))


def _tolerance(name: str, scorer: Scorer, given: float | Mapping[str, float] | None) -> float:
    found = given.get(name) if isinstance(given, Mapping) else given
    if found is None:
        unit = scorer.spec.unit
        found = GRADE if "grade" in unit else POINTS if unit == FLESCH else None
    if found is None:
        raise InputError(
            f"say how far off still counts: tolerance={{{name!r}: ...}}, in {scorer.spec.unit!r}"
        )
    if not (math.isfinite(found) and found > 0):
        raise InputError(f"a tolerance is above 0; got {found!r} for {name}")
    return float(found)
