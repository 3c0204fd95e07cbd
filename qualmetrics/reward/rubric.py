"""Machinery: a rubric: named checks with weights, pitfalls and vetoes, as one scorer.

A check is any scorer in [0, 1]: a limit on a score (``threshold``), a phrase that must be there
(``contains``), or a judgement made elsewhere and handed over as a column (``column("accurate")``).
There is no judge in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import getdoc
from typing import Any

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.builder import (
    Operator,
    Terms,
    at_least,
    at_most,
    build,
    check_children,
    positive,
    unknown_key,
)

CATEGORIES: Mapping[str, float] = {
    "essential": 1.0, "important": 0.7, "optional": 0.3, "pitfall": 0.9,
}  # fmt: skip
"""Weights of Rubrics as Rewards by their names."""

MISSING = ("undefined", "skip", "no")
VETO = 0.5
"""A critical check below this zeroes the whole."""


def _rubric(
    *values: Any,
    weights: tuple[float, ...],
    pitfalls: tuple[bool, ...],
    critical: tuple[bool, ...],
    missing: str,
) -> Any:
    zero = values[0] * 0
    zero = xp.where(xp.isnan(zero), xp.zeros_like(zero), zero)
    total, used, alive, seen = zero, zero, zero + 1.0, zero
    for value, weight, is_pitfall, is_critical in zip(
        values, weights, pitfalls, critical, strict=True
    ):
        there = xp.logical_not(xp.isnan(value))
        met = at_most(at_least(value, 0.0), 1.0)
        met = 1.0 - met if is_pitfall else met
        counted = xp.where(there, met, zero)  # a missing answer is a no
        total = total + counted * weight
        seen = seen + xp.where(there, zero + 1.0, zero)
        skipped = missing == "skip"
        used = used + (xp.where(there, zero + weight, zero) if skipped else weight)
        if is_critical:
            failed = counted < VETO
            if skipped:
                failed = xp.logical_and(failed, there)
            alive = xp.where(failed, zero, alive)
    return xp.where(seen > 0, total / used * alive, zero + np.nan)


def rubric(
    checks: Terms,
    *,
    undefined: float | None,
    weights: Mapping[str, float | str] | None = None,
    pitfalls: Sequence[str] = (),
    critical: Sequence[str] = (),
    missing: str = "undefined",
    name: str | None = None,
) -> Scorer:
    """Share of a rubric that is met: sum of weight x check over sum of weights, in [0, 1].

    Parameters
    ----------
    checks : mapping of id -> Scorer
        Each cut to [0, 1]; injected judgements are columns. The order does not matter.
    undefined : float or None
        What an undefined row is worth; None leaves it NaN.
    weights : mapping of id -> number, or one of essential, important, optional, pitfall
        1, .7, .3 and .9, as in Rubrics as Rewards; what is not named weighs 1, a pitfall .9.
    pitfalls : ids
        Checks that say a fault is *there*; they count 1 - check. A check that says the fault was
        avoided is an ordinary one.
    critical : ids
        A check below .5 zeroes the whole, whatever the weights; a pitfall where the fault is there.
    missing : {"undefined", "skip", "no"}
        What a check without an answer does: leaves the whole undefined, drops out, or is a no
        (for a pitfall, too: it was not shown to be avoided).

    Raises
    ------
    InputError
        For ids that no check has.
    """
    check_children("rubric", _as_mapping(checks))
    if missing not in MISSING:
        raise InputError(f"missing={missing!r} is not one of {', '.join(MISSING)}")
    ordered = {key: checks[key] for key in sorted(checks)}  # so that no sum depends on the order
    faults, vetoes = _ids("pitfalls", pitfalls, ordered), _ids("critical", critical, ordered)
    for key in weights or {}:
        if key not in ordered:
            raise InputError(unknown_key(key, list(ordered), "weights"))
    sizes = {key: _weight(key, (weights or {}).get(key), key in faults) for key in ordered}
    operator = Operator(
        "rubric",
        _rubric,
        getdoc(rubric) or "",
        "Gunjal et al. 2025, Rubrics as Rewards (explicit aggregation); veto after Rubric Anchors",
    )
    shown = {"weights": sizes, "pitfalls": faults, "critical": vetoes, "missing": missing}
    return build(
        operator,
        ordered,
        undefined=undefined,
        arguments={"checks": ordered, **shown},
        options={
            "weights": tuple(sizes.values()),
            "pitfalls": tuple(key in faults for key in ordered),
            "critical": tuple(key in vetoes for key in ordered),
            "missing": missing,
        },
        parameters={key: value for key, value in shown.items() if value},
        name=name,
        bounds=(0.0, 1.0),
        lenient=missing != "undefined",
    )


def _as_mapping(checks: Any) -> Terms:
    if not isinstance(checks, Mapping):
        raise InputError(f"checks must map ids to scorers; got {type(checks).__name__}")
    return checks


def _weight(key: str, given: float | str | None, is_pitfall: bool) -> float:  # noqa: FBT001
    if given is None:
        return CATEGORIES["pitfall"] if is_pitfall else 1.0
    if isinstance(given, str):
        if given not in CATEGORIES:
            raise InputError(unknown_key(given, list(CATEGORIES), f"weight of {key}"))
        return CATEGORIES[given]
    return positive(f"weight of {key}", given)


def _ids(what: str, given: Any, checks: Mapping[str, Any]) -> tuple[str, ...]:
    ids = (given,) if isinstance(given, str) else tuple(given)
    for key in ids:
        if key not in checks:
            raise InputError(unknown_key(key, list(checks), what))
    return tuple(sorted(ids))
