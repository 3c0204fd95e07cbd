"""Machinery: rewards of a length, in any unit: words, characters, or a column of token counts.

Each takes the scorer that measures the length: ``words``, ``length`` with its unit, or
``column("completion_tokens")``, which adapters fill from the ids that the policy wrote.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from qualmetrics.arrays import xp
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.builder import (
    Operator,
    as_scorer,
    at_least,
    at_most,
    build,
    finite,
    positive,
)


def _soft_overlong(length: Any, *, limit: float, cache: float) -> Any:
    return at_most(at_least((limit - cache - length) / cache, -1.0), 0.0)


def soft_overlong(
    of: Scorer, *, limit: float, cache: float, undefined: float | None, name: str | None = None
) -> Scorer:
    """A penalty on the last stretch before a limit: 0 up to limit - cache, then down to -1.

    Beyond the limit it stays -1.

    Raises
    ------
    InputError
        When the cache is not inside the limit.
    """
    limit, cache = positive("limit", limit), positive("cache", cache)
    if cache > limit:
        raise InputError(f"cache={cache:g} is longer than limit={limit:g}")
    return _curve(
        "soft_overlong", _soft_overlong, of, {"limit": limit, "cache": cache},
        source="DAPO; TRL get_soft_overlong_punishment", bounds=(-1.0, 0.0),
        undefined=undefined, name=name, doc=soft_overlong, gain=1 / cache,
    )  # fmt: skip


def _surrogate(length: Any, *, limit: float, peak: float) -> Any:
    share = at_most(length / limit, 1.0)
    rise, fall = 1.0 - share / peak, (share - peak) / (1.0 - peak)
    return xp.where(share <= peak, 1.0 - rise * rise, 1.0 - 2.0 * (fall * fall))


def surrogate_length(
    of: Scorer,
    *,
    limit: float,
    undefined: float | None,
    peak: float = 0.25,
    name: str | None = None,
) -> Scorer:
    """A length curve that is 0 for nothing, 1 at ``peak`` of the limit, and -1 at the limit.

    With x the share of the limit: 1 - (1 - x/peak)^2 up to the peak, then
    1 - 2 ((x - peak)/(1 - peak))^2; beyond the limit it stays -1.
    """
    limit, peak = positive("limit", limit), positive("peak", peak)
    if peak >= 1:
        raise InputError(f"peak is a share of the limit, below 1; got {peak:g}")
    return _curve(
        "surrogate_length", _surrogate, of, {"limit": limit, "peak": peak},
        source="Surrogate Signals (insightLLM/rl-without-gt)", bounds=(-1.0, 1.0),
        undefined=undefined, name=name, doc=surrogate_length,
        gain=4 / (limit * min(peak, 1 - peak)),
    )  # fmt: skip


def _lppo(length: Any, *, sigma: float, slope: float) -> Any:
    return 2.0 * sigma * (1.0 - slope * length)


def lppo_length(
    of: Scorer,
    *,
    sigma: float,
    undefined: float | None,
    slope: float = 0.01,
    name: str | None = None,
) -> Scorer:
    """A straight penalty on length, to be added to a reward: 2 sigma (1 - slope x length).

    ``sigma`` is the standard deviation of the reward it is added to, measured beforehand.
    """
    sigma, slope = positive("sigma", sigma), positive("slope", slope)
    return _curve(
        "lppo_length", _lppo, of, {"sigma": sigma, "slope": slope},
        source="Singhal et al. 2023, A Long Way to Go (PrasannS/rlhf-length-biases)",
        bounds=(None, 2 * sigma), undefined=undefined, name=name, doc=lppo_length,
        gain=2 * sigma * slope,
    )  # fmt: skip


def _keep_long(length: Any, *, least: float, penalty: float) -> Any:
    return xp.where(length < least, length * 0 + penalty, length * 0)


def keep_long(
    of: Scorer,
    *,
    least: float,
    undefined: float | None,
    penalty: float = -20.0,
    name: str | None = None,
) -> Scorer:
    """A penalty on what is shorter than ``least``, else 0."""
    least, penalty = positive("least", least), finite("penalty", penalty)
    return _curve(
        "keep_long", _keep_long, of, {"least": least, "penalty": penalty},
        source="Singhal et al. 2023, A Long Way to Go (PrasannS/rlhf-length-biases)",
        bounds=(min(penalty, 0.0), max(penalty, 0.0)), undefined=undefined, name=name,
        doc=keep_long,
    )  # fmt: skip


def _target(length: Any, *, target: float) -> Any:
    return 1.0 - xp.abs(length / target - 1.0)


def target_length(
    of: Scorer, *, target: float, undefined: float | None, name: str | None = None
) -> Scorer:
    """How near a length is to a target: 1 - |length/target - 1|; 0 for nothing and for twice."""
    target = positive("target", target)
    return _curve(
        "target_length", _target, of, {"target": target},
        source="Singhal et al. 2023, A Long Way to Go: the length-only reward",
        bounds=(None, 1.0), undefined=undefined, name=name, doc=target_length, gain=1 / target,
    )  # fmt: skip


def _unit_increase(length: Any, *, unit: float, cap: float | None) -> Any:
    value = length / unit
    return value if cap is None else at_most(value, cap)


def unit_increase(
    of: Scorer,
    *,
    undefined: float | None,
    unit: float = 100.0,
    cap: float | None = 1.0,
    name: str | None = None,
) -> Scorer:
    """Length in units of 100, up to a cap: the length incentive of R3.

    R3 itself has no cap (``cap=None``), and then longer is always better.
    """
    unit = positive("unit", unit)
    cap = None if cap is None else positive("cap", cap)
    return _curve(
        "unit_increase", _unit_increase, of, {"unit": unit, "cap": cap},
        source="R3 (naver-ai), length incentive", bounds=(0.0, cap), undefined=undefined,
        name=name, doc=unit_increase, gain=1 / unit,
    )  # fmt: skip


_SINE = tuple((-1.0) ** k / math.factorial(2 * k + 1) for k in range(12))
"""The series of the sine. ONNX Runtime has no cosine of float64, and float32 differs at 1e-8."""


def _cosine(length: Any, *, limit: float, first: float, last: float) -> Any:
    angle = (at_most(length / limit, 1.0) - 0.5) * math.pi
    square, series = angle * angle, angle * 0
    for term in reversed(_SINE):
        series = series * square + term
    return last + 0.5 * (first - last) * (1.0 - series * angle)


def cosine_length(
    of: Scorer,
    *,
    limit: float,
    first: float,
    last: float,
    undefined: float | None,
    name: str | None = None,
) -> Scorer:
    """Half a cosine wave over length: ``first`` at length 0, ``last`` at the limit and beyond."""
    limit, first, last = positive("limit", limit), finite("first", first), finite("last", last)
    return _curve(
        "cosine_length", _cosine, of, {"limit": limit, "first": first, "last": last},
        source="TRL get_cosine_scaled_reward", bounds=(min(first, last), max(first, last)),
        undefined=undefined, name=name, doc=cosine_length, gain=2 * abs(first - last) / limit,
    )  # fmt: skip


def _outside(length: Any, *, low: float, high: float, slope: float) -> Any:
    return -slope * (at_least(low - length, 0.0) + at_least(length - high, 0.0))


def linear_outside(
    of: Scorer,
    *,
    undefined: float | None,
    low: float = 10.0,
    high: float = 1000.0,
    slope: float = 0.01,
    name: str | None = None,
) -> Scorer:
    """A penalty that grows with the distance from [low, high]: 0 inside.

    Raises
    ------
    InputError
        When ``low`` is above ``high``.
    """
    low, high, slope = finite("low", low), finite("high", high), positive("slope", slope)
    if low > high:
        raise InputError(f"low={low:g} is above high={high:g}")
    return _curve(
        "linear_outside", _outside, of, {"low": low, "high": high, "slope": slope},
        source="RM-Gallery length_penalty", bounds=(None, 0.0), undefined=undefined, name=name,
        doc=linear_outside, gain=slope,
    )  # fmt: skip


def _curve(
    operator: str,
    function: Callable[..., Any],
    of: Any,
    constants: Mapping[str, Any],
    *,
    source: str,
    bounds: tuple[float | None, float | None],
    undefined: float | None,
    name: str | None,
    doc: Callable[..., Any],
    gain: float = 1.0,
) -> Scorer:
    from inspect import getdoc

    scorer = as_scorer(operator, of)
    return build(
        Operator(operator, function, getdoc(doc) or "", source),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, **constants},
        options=constants,
        parameters={key: value for key, value in constants.items() if value is not None},
        name=name,
        bounds=bounds,
        gain=gain,
    )
