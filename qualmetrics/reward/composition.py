"""Machinery: several scorers as one reward. Their values stay visible in ``Scores.children``.

Terms come as a mapping of names to scorers; the names are what logs show::

    weighted_mean(
        {"ease": target_band(flesch, target=60, undefined=None), "meaning": similarity},
        weights={"ease": 1, "meaning": 2},
        undefined=0.0,
    )

Operators over the completions of one prompt (z-scores, baselines, Pareto sets) are no scorers; they
are in ``qualmetrics.reward.group``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import getdoc
from typing import Any

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Input,
    Layout,
    Lenient,
    Rows,
    Scorer,
    Spec,
    Status,
    status_array,
)
from qualmetrics.errors import InputError
from qualmetrics.reward.builder import (
    Elementwise,
    Operator,
    Present,
    Terms,
    Traced,
    as_scorer,
    at_least,
    at_most,
    build,
    check_children,
    finite,
    positive,
    unknown_key,
)

MISSING = ("undefined", "skip", "zero")
CLOSED: Mapping[str, float | None] = {"at_most_zero": None, "undefined": math.nan}
"""Words for what is behind a closed gate, and the floor that the arithmetic gets for each."""

EPSILON = 1e-6
"""Least value of a term in a harmonic or geometric mean."""


# -- sums and means -------------------------------------------------------------------------------


def _sum(*values: Any, weights: tuple[float, ...]) -> Any:
    total, used = _totals(values, weights)
    return xp.where(used > 0, total, total + np.nan)


def _mean(*values: Any, weights: tuple[float, ...], whole: float | None) -> Any:
    total, used = _totals(values, weights)
    mean = total / used if whole is None else total / whole
    return xp.where(used > 0, mean, total + np.nan)


def _totals(values: tuple[Any, ...], weights: tuple[float, ...]) -> tuple[Any, Any]:
    """Return the weighted sum of what is defined, and the size of the weights used."""
    total, used = values[0] * 0, values[0] * 0
    total, used = xp.where(xp.isnan(total), xp.zeros_like(total), total), xp.zeros_like(used)
    for value, weight in zip(values, weights, strict=True):
        there = xp.logical_not(xp.isnan(value))
        nothing = xp.zeros_like(used)
        total = total + xp.where(there, value * weight, nothing)
        used = used + xp.where(there, nothing + abs(weight), nothing)
    return total, used


def weighted_sum(
    terms: Terms,
    *,
    undefined: float | None,
    weights: Mapping[str, float] | None = None,
    missing: str = "undefined",
    name: str | None = None,
) -> Scorer:
    """Sum of weight x value over terms; weights default to 1 and may be negative.

    Parameters
    ----------
    terms : mapping of name -> Scorer
    undefined : float or None
        What an undefined row is worth; None leaves it NaN.
    weights : mapping of name -> number, optional
        All of them, or none.
    missing : {"undefined", "skip", "zero"}
        What a term without a value does: it leaves the whole undefined; it drops out; or it counts
        as 0, which in a sum is the same. A row in which no term has a value is undefined.

    Raises
    ------
    InputError
        For weights that do not fit the terms.
    """
    sizes = _weights(terms, weights)
    return _composed(
        "weighted_sum", _sum, terms, undefined=undefined, name=name, doc=weighted_sum,
        options={"weights": tuple(sizes.values())}, shown={"weights": sizes, "missing": missing},
        lenient=_missing(missing), bounds=_sum_bounds(terms, sizes),
        gain=sum(map(abs, sizes.values())),
    )  # fmt: skip


def weighted_mean(
    terms: Terms,
    *,
    undefined: float | None,
    weights: Mapping[str, float] | None = None,
    missing: str = "undefined",
    name: str | None = None,
) -> Scorer:
    """Mean of terms by weight; weights default to 1 and are positive.

    Parameters
    ----------
    terms, undefined, weights
        As in ``weighted_sum``.
    missing : {"undefined", "skip", "zero"}
        ``skip`` divides by the weights of the terms that have a value, ``zero`` by all of them.
    """
    sizes = _positive(_weights(terms, weights))
    whole = None if missing == "skip" else sum(sizes.values())
    lows = [scorer.spec.bounds[0] for scorer in terms.values()]
    highs = [scorer.spec.bounds[1] for scorer in terms.values()]
    low = None if None in lows else min(low for low in lows if low is not None)
    high = None if None in highs else max(high for high in highs if high is not None)
    if missing == "zero":
        low, high = (
            (None if low is None else min(low, 0.0)),
            (None if high is None else max(high, 0.0)),
        )
    return _composed(
        "weighted_mean", _mean, terms, undefined=undefined, name=name, doc=weighted_mean,
        options={"weights": tuple(sizes.values()), "whole": whole},
        shown={"weights": sizes, "missing": missing}, lenient=_missing(missing),
        bounds=(low, high),
    )  # fmt: skip


def _harmonic(*values: Any, weights: tuple[float, ...]) -> Any:
    total: Any = 0.0
    for value, weight in zip(values, weights, strict=True):
        total = total + weight / at_most(at_least(value, EPSILON), 1.0)
    return sum(weights) / total


def harmonic(
    terms: Terms,
    *,
    undefined: float | None,
    weights: Mapping[str, float] | None = None,
    name: str | None = None,
) -> Scorer:
    """Harmonic mean of terms by weight, each cut to [1e-6, 1]: a term near 0 pulls all down.

    Terms must be on the scale 0 to 1; map those that are not.
    """
    sizes = _positive(_weights(terms, weights))
    return _composed(
        "harmonic", _harmonic, terms, undefined=undefined, name=name, doc=harmonic,
        options={"weights": tuple(sizes.values())}, shown={"weights": sizes}, bounds=(0.0, 1.0),
        gain=len(sizes) * max(sizes.values()) / min(sizes.values()),
        source="timonziegenbein/inappropriateness-mitigation, the harmonic reward",
    )  # fmt: skip


def _geometric(*values: Any, weights: tuple[float, ...]) -> Any:
    total: Any = 0.0
    for value, weight in zip(values, weights, strict=True):
        total = total + weight * xp.log(at_most(at_least(value, EPSILON), 1.0))
    return xp.exp(total / sum(weights))


def geometric(
    terms: Terms,
    *,
    undefined: float | None,
    weights: Mapping[str, float] | None = None,
    name: str | None = None,
) -> Scorer:
    """Geometric mean of terms by weight, each cut to [1e-6, 1].

    Terms must be on the scale 0 to 1; map those that are not.
    """
    sizes = _positive(_weights(terms, weights))
    return _composed(
        "geometric", _geometric, terms, undefined=undefined, name=name, doc=geometric,
        options={"weights": tuple(sizes.values())}, shown={"weights": sizes}, bounds=(0.0, 1.0),
        gain=1000.0,
    )  # fmt: skip


def _product(*values: Any) -> Any:
    total = values[0] * 1.0
    for value in values[1:]:
        total = total * value
    return total


def product(terms: Terms, *, undefined: float | None, name: str | None = None) -> Scorer:
    """Product of terms."""
    unit = all(_in_unit(scorer) for scorer in _mapping("product", terms).values())
    return _composed(
        "product", _product, terms, undefined=undefined, name=name, doc=product, options={},
        shown={}, bounds=(0.0, 1.0) if unit else (None, None), gain=float(len(terms)),
    )  # fmt: skip


def _minimum(*values: Any) -> Any:
    least = values[0] * 1.0
    for value in values[1:]:
        least = xp.where(value < least, value, least)
    return least


def minimum(terms: Terms, *, undefined: float | None, name: str | None = None) -> Scorer:
    """The least of the terms."""
    lows = [scorer.spec.bounds[0] for scorer in _mapping("minimum", terms).values()]
    highs = [high for scorer in terms.values() if (high := scorer.spec.bounds[1]) is not None]
    low = None if None in lows else min(low for low in lows if low is not None)
    return _composed(
        "minimum", _minimum, terms, undefined=undefined, name=name, doc=minimum, options={},
        shown={}, bounds=(low, min(highs, default=None)),
    )  # fmt: skip


# -- conditions -----------------------------------------------------------------------------------


def _gate(value: Any, condition: Any, *, least: float, floor: float | None) -> Any:
    closed = at_most(value, 0.0) if floor is None else value * 0 + floor
    # A closed gate hides what is behind it, also where that is NaN.
    closed = (
        closed
        if floor is None
        else xp.where(xp.isnan(closed), xp.zeros_like(value) + floor, closed)
    )
    chosen = xp.where(condition >= least, value, closed)
    return xp.where(xp.isnan(condition), condition, chosen)


def gate(
    reward: Scorer,
    *,
    when: Scorer,
    at_least: float,
    floor: float | str,
    undefined: float | None,
    name: str | None = None,
) -> Scorer:
    """The reward where a condition reaches a limit, else a floor.

    Parameters
    ----------
    reward : Scorer
    when : Scorer
        The condition, such as a guard.
    at_least : float
        The gate is open where the condition is this or more.
    floor : float, "at_most_zero" or "undefined"
        What is behind a closed gate: a number; the reward as far as it hurts, min(0, reward); or no
        value, so that the row is worth ``undefined``.
    undefined : float or None
        What an undefined row is worth; None leaves it NaN.

    Raises
    ------
    InputError
        When both scorers have the same name.
    """
    behind, condition = as_scorer("gate", reward), as_scorer("gate", when)
    if behind.spec.name == condition.spec.name:
        raise InputError(f"reward and condition are both called {behind.spec.name!r}; name one")
    if floor not in CLOSED:
        floor = finite("floor", floor)
    limit = finite("at_least", at_least)
    bounds = behind.spec.bounds
    if floor != "undefined":
        low, high = bounds
        least = 0.0 if isinstance(floor, str) else floor
        bounds = (
            None if low is None else min(low, least),
            None if high is None else max(high, least),
        )
    return build(
        Operator("gate", _gate, getdoc(gate) or "", "Surrogate Signals; format gates in general"),
        {behind.spec.name: behind, condition.spec.name: condition},
        undefined=undefined,
        arguments={"reward": behind, "when": condition, "at_least": limit, "floor": floor},
        options={"least": limit, "floor": CLOSED[floor] if isinstance(floor, str) else floor},
        parameters={"at_least": limit, "floor": floor},
        name=name,
        bounds=bounds,
    )


def _veto(value: Any, *critical: Any, least: float, floor: float) -> Any:
    for condition in critical:
        value = xp.where(condition < least, xp.zeros_like(value) + floor, value)
        value = xp.where(xp.isnan(condition), condition, value)
    return value


def veto(
    reward: Scorer,
    *,
    critical: Terms,
    undefined: float | None,
    at_least: float = 0.5,
    floor: float = 0.0,
    name: str | None = None,
) -> Scorer:
    """The reward, unless any of the critical terms stays under a limit: then the floor.

    Raises
    ------
    InputError
        When two scorers have the same name.
    """
    behind = as_scorer("veto", reward)
    limit, least = finite("at_least", at_least), finite("floor", floor)
    if behind.spec.name in _mapping("veto", critical):
        raise InputError(f"reward and a critical term are both called {behind.spec.name!r}")
    low, high = behind.spec.bounds
    bounds = (None if low is None else min(low, least), None if high is None else max(high, least))
    return build(
        Operator("veto", _veto, getdoc(veto) or "", "Rubric Anchors (veto of critical dimensions)"),
        {behind.spec.name: behind, **critical},
        undefined=undefined,
        arguments={"reward": behind, "critical": critical, "at_least": limit, "floor": least},
        options={"least": limit, "floor": least},
        parameters={"at_least": limit, "floor": least},
        name=name,
        bounds=bounds,
    )


# -- cascade --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A slow scorer, run only on rows for which a fast one is inside a band; NaN elsewhere.

    The others are *not applicable*, which says that nobody asked.
    """

    fast: Scorer
    slow: Scorer
    low: float
    high: float

    @property
    def layout(self) -> Mapping[str, Layout]:
        """Outputs of the slow scorer."""
        return {"asked": Layout(("n", len(self.slow.spec.outputs)))}

    @property
    def needs(self) -> frozenset[str]:
        """Those of both."""
        return self.fast.needs | self.slow.needs

    @property
    def parts(self) -> tuple[str, ...]:
        """Both signatures, in brackets, and the band."""
        return (*self.slow.parts, f"where:{self.low:g}..{self.high:g}", *self.fast.parts)

    def cost(self, rows: Rows) -> Cost | None:
        """The slow scorer's own run sorts and pads."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Run the fast one, then the slow one where it is needed."""
        from qualmetrics import planner

        fast = planner.run((self.fast,), rows)[0].primary
        index = np.flatnonzero((fast >= self.low) & (fast <= self.high))
        values = np.full((len(rows), len(self.slow.spec.outputs)), np.nan)
        status = status_array(len(rows))
        status[:] = Status.NOT_APPLICABLE
        if len(index):
            scores = planner.run((self.slow,), rows.take(index.tolist()))[0]
            values[index], status[index] = scores.values, scores.status
        return Batch({"asked": values}, status)


@dataclass(frozen=True)
class _AsRead:
    def __call__(self, arrays: Arrays) -> Any:
        return arrays["asked"]


def _cascade(fast: Any, slow: Any, *, low: float, high: float) -> Any:
    # Chosen by the fast value alone, so a row outside the band never shows the slow one's NaN.
    inside = xp.logical_and(fast >= low, fast <= high)
    return xp.where(inside, slow, fast)


def cascade(
    fast: Scorer,
    *,
    slow: Scorer,
    low: float,
    high: float,
    undefined: float | None,
    name: str | None = None,
) -> Scorer:
    """A fast score where it is sure, and a slow one where the fast one lies in a band.

    The slow scorer runs on those rows only. In ``Scores.children`` the others are
    *not applicable* for it. Both must be on the same scale. A graph computes both and chooses.

    Raises
    ------
    InputError
        When ``low`` is above ``high``, or both have the same name.
    """
    quick, sure = as_scorer("cascade", fast), as_scorer("cascade", slow)
    low, high = finite("low", low), finite("high", high)
    if low > high:
        raise InputError(f"low={low:g} is above high={high:g}")
    if quick.spec.name == sure.spec.name:
        raise InputError(f"fast and slow are both called {quick.spec.name!r}; name one")
    asked = Scorer(_where_asked(sure.spec), (Asked(quick, sure, low, high),), _AsRead())
    limits = zip(quick.spec.bounds, sure.spec.bounds, strict=True)
    (low_a, low_b), (high_a, high_b) = limits
    bounds = (
        None if low_a is None or low_b is None else min(low_a, low_b),
        None if high_a is None or high_b is None else max(high_a, high_b),
    )
    given = {"low": low, "high": high}
    operator = Operator("cascade", _cascade, getdoc(cascade) or "")
    made = build(
        operator,
        {quick.spec.name: quick, asked.spec.name: asked},
        undefined=undefined,
        arguments={"fast": quick, "slow": sure, **given},
        options=given,
        parameters=given,
        name=name,
        bounds=bounds,
        lenient=True,
    )
    whole = (Lenient(quick), Lenient(sure), Present())
    graph = Traced(whole, Elementwise(_cascade, _reads(quick, sure), tuple(given.items())))
    form = _BothComputed(made.spec, whole, graph)
    return replace(made, abilities={"form": form})


@dataclass(frozen=True)
class _BothComputed:
    """A cascade as it is exported: over both scorers, because a graph has no rows to leave out."""

    spec: Spec
    inputs: tuple[Input, ...]
    graph: Traced

    def __call__(self, graph: str) -> Scorer:
        return Scorer(self.spec, self.inputs, self.graph.forward, abilities={"graph": self.graph})


def _reads(*scorers: Scorer) -> tuple[tuple[str, int | None], ...]:
    return tuple((s.spec.name, s.spec.outputs.index(s.spec.primary)) for s in scorers)


def _where_asked(spec: Spec) -> Spec:
    return replace(spec, valid_range={}, parameters={})


# -- what they share ------------------------------------------------------------------------------


def _mapping(operator: str, terms: Any) -> Terms:
    if not isinstance(terms, Mapping):
        raise InputError(
            f"{operator} takes a mapping of names to scorers, such as {{'ease': ..., 'meaning': "
            f"...}}; got {type(terms).__name__}"
        )
    check_children(operator, terms)
    return terms


def _weights(terms: Any, weights: Mapping[str, float] | None) -> dict[str, float]:
    names = list(_mapping("weights", terms))
    if weights is None:
        return dict.fromkeys(names, 1.0)
    if not isinstance(weights, Mapping):
        raise InputError(f"weights must map the names of terms to numbers; got {weights!r}")
    for key in weights:
        if key not in names:
            raise InputError(unknown_key(key, names, "weights"))
    absent = [name for name in names if name not in weights]
    if absent:
        raise InputError(f"weights say nothing of {', '.join(absent)}; name all terms, or none")
    return {name: finite(f"weight of {name}", weights[name]) for name in names}


def _positive(sizes: dict[str, float]) -> dict[str, float]:
    return {name: positive(f"weight of {name}", size) for name, size in sizes.items()}


def _missing(missing: str) -> bool:
    if missing not in MISSING:
        raise InputError(f"missing={missing!r} is not one of {', '.join(MISSING)}")
    return missing != "undefined"


def _in_unit(scorer: Scorer) -> bool:
    low, high = scorer.spec.bounds
    return low is not None and high is not None and low >= 0 and high <= 1


def _sum_bounds(terms: Terms, sizes: Mapping[str, float]) -> tuple[float | None, float | None]:
    low: float | None = 0.0
    high: float | None = 0.0
    for name, size in sizes.items():
        ends = terms[name].spec.bounds if size >= 0 else terms[name].spec.bounds[::-1]
        # A term that drops out counts 0, which its bounds need not hold.
        low = None if low is None or ends[0] is None else low + min(size * ends[0], 0.0)
        high = None if high is None or ends[1] is None else high + max(size * ends[1], 0.0)
    return low, high


def _composed(
    operator: str,
    function: Callable[..., Any],
    terms: Terms,
    *,
    undefined: float | None,
    name: str | None,
    doc: Callable[..., Any],
    options: Mapping[str, Any],
    shown: Mapping[str, Any],
    bounds: tuple[float | None, float | None],
    lenient: bool = False,
    gain: float = 1.0,
    source: str = "Own definition",
) -> Scorer:
    checked = dict(_mapping(operator, terms))
    parameters = {key: value for key, value in shown.items() if value != "undefined"}
    return build(
        Operator(operator, function, getdoc(doc) or "", source),
        checked,
        undefined=undefined,
        arguments={"terms": checked, **parameters},
        options=options,
        parameters=parameters,
        name=name,
        bounds=bounds,
        lenient=lenient,
        gain=gain,
    )
