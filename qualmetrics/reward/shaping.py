"""Machinery: shapes that make a reward of one scorer, row by row."""

from __future__ import annotations

from typing import Any

from qualmetrics.arrays import xp
from qualmetrics.core import Column, Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.reward.builder import (
    Elementwise,
    Operator,
    Present,
    as_scorer,
    build,
    finite,
    positive,
    with_node,
)
from qualmetrics.reward.builder import at_least as not_below
from qualmetrics.reward.builder import at_most as not_above

SHAPES = ("gaussian", "linear", "plateau", "hinge")

WIDTHS = {
    "points": 10.0,
    "points, most prose 0 to 100": 10.0,
    "US grade": 1.0,
    "school grade": 1.0,
}
"""Default width of a band by the unit of what is banded: a step that a reader would notice."""

BAND_SOURCE = (
    "Ribeiro et al. 2023, Generating Summaries with Controllable Readability Levels, EMNLP: the "
    "gaussian with width 10 is its reward, the linear form with width 100 its look-ahead score"
)


# -- target band ----------------------------------------------------------------------------------


def _gaussian(value: Any, target: Any, *, width: float) -> Any:
    distance = (value - target) / width
    return xp.exp(distance * distance * -0.5)


def _linear(value: Any, target: Any, *, width: float) -> Any:
    return 1.0 - xp.abs(value - target) / width


def _plateau(value: Any, target: Any, *, width: float) -> Any:
    beyond = not_below(xp.abs(value - target) - width, 0.0) / width
    return xp.exp(beyond * beyond * -0.5)


def _hinge(value: Any, target: Any, *, width: float) -> Any:
    return not_below(1.0 - xp.abs(value - target) / width, 0.0)


def _gaussian_fixed(value: Any, *, target: float, width: float) -> Any:
    return _gaussian(value, target, width=width)


def _linear_fixed(value: Any, *, target: float, width: float) -> Any:
    return _linear(value, target, width=width)


def _plateau_fixed(value: Any, *, target: float, width: float) -> Any:
    return _plateau(value, target, width=width)


def _hinge_fixed(value: Any, *, target: float, width: float) -> Any:
    return _hinge(value, target, width=width)


_BANDS = {
    "gaussian": (_gaussian, _gaussian_fixed),
    "linear": (_linear, _linear_fixed),
    "plateau": (_plateau, _plateau_fixed),
    "hinge": (_hinge, _hinge_fixed),
}


def target_band(
    of: Scorer,
    *,
    target: float | str,
    undefined: float | None,
    width: float | None = None,
    shape: str = "gaussian",
    name: str | None = None,
) -> Scorer:
    """How near a score is to a target: 1 on it, less the farther away, on either side.

    Parameters
    ----------
    of : Scorer
        Whose primary value is compared.
    target : float or str
        A number, or the name of a column that holds one for each row.
    undefined : float or None
        What a row without a value, or without a target, is worth; None leaves it NaN.
    width : float, optional
        In the unit of the score; by default 10 points or 1 grade.
    shape : {"gaussian", "linear", "plateau", "hinge"}
        With d the distance in widths: ``gaussian`` exp(-d^2 / 2); ``linear`` 1 - d, which falls
        below 0; ``hinge`` the same, but never below 0; ``plateau`` 1 up to one width, then
        gaussian.

    Returns
    -------
    Scorer
        In [0, 1]; ``linear`` has no lower bound.

    Raises
    ------
    InputError
        For a width that is not positive, or one that cannot be guessed from the unit.

    Examples
    --------
    >>> import qualmetrics as qm
    >>> ease = qm.get("flesch_reading_ease")
    >>> reward = target_band(ease, target=60, undefined=None)
    >>> 0 < float(reward.score_one("The committee considered the proposal at length.")) < 1
    True
    """
    scorer = as_scorer("target_band", of)
    if shape not in _BANDS:
        raise InputError(f"shape {shape!r} is not one of {', '.join(SHAPES)}")
    if width is None:
        width = WIDTHS.get(scorer.spec.unit)
        if width is None:
            raise InputError(
                f"{scorer.spec.name} is in {scorer.spec.unit or 'no unit'!r}, for which there is "
                "no usual width; say how far off is still half good, such as width=0.1"
            )
    wide = positive("width", width)
    varying, fixed = _BANDS[shape]
    from_column = isinstance(target, str)
    options: dict[str, Any] = {"width": wide}
    if not isinstance(target, str):
        # One number, one signature: 60 and 60.0 are the same target.
        target = options["target"] = finite("target", target)
    return build(
        Operator("target_band", varying if from_column else fixed, _doc(target_band), BAND_SOURCE),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, "target": target, "width": wide, "shape": shape},
        options=options,
        parameters={"shape": shape, "width": wide, "target": target},
        name=name,
        bounds=(None if shape == "linear" else 0.0, 1.0),
        columns=(str(target),) if from_column else (),
        gain=1.0 / wide,
    )


# -- maps -----------------------------------------------------------------------------------------


def _mapped(value: Any, *, low: float, high: float, to: tuple[float, float], clipped: bool) -> Any:
    share = (value - low) / (high - low)
    if clipped:
        share = not_above(not_below(share, 0.0), 1.0)
    return to[0] + share * (to[1] - to[0])


def range_map(
    of: Scorer,
    *,
    low: float,
    high: float,
    undefined: float | None,
    to: tuple[float, float] = (0.0, 1.0),
    clipped: bool = True,
    name: str | None = None,
) -> Scorer:
    """A score on another scale: ``low`` becomes ``to[0]``, ``high`` becomes ``to[1]``, straight.

    With ``low`` above ``high`` it falls where the score rises. ``clipped`` keeps what lies outside
    at the ends.

    Raises
    ------
    InputError
        When ``low`` and ``high`` are the same.
    """
    scorer = as_scorer("range_map", of)
    low, high = finite("low", low), finite("high", high)
    ends = (finite("to[0]", to[0]), finite("to[1]", to[1]))
    if low == high:
        raise InputError(f"low and high are both {low:g}; a range has two ends")
    return build(
        Operator("range_map", _mapped, _doc(range_map)),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, "low": low, "high": high, "to": ends, "clipped": clipped},
        options={"low": low, "high": high, "to": ends, "clipped": clipped},
        parameters={"low": low, "high": high, "to": ends, "clipped": clipped},
        name=name,
        bounds=(min(ends), max(ends)) if clipped else (None, None),
        gain=abs((ends[1] - ends[0]) / (high - low)),
    )


def _clipped(value: Any, *, low: float, high: float) -> Any:
    return not_above(not_below(value, low), high)


def clip(
    of: Scorer, *, low: float, high: float, undefined: float | None, name: str | None = None
) -> Scorer:
    """A score cut to [low, high].

    Raises
    ------
    InputError
        When ``low`` is not below ``high``.
    """
    scorer = as_scorer("clip", of)
    low, high = finite("low", low), finite("high", high)
    if low >= high:
        raise InputError(f"low={low:g} must be below high={high:g}")
    return build(
        Operator("clip", _clipped, _doc(clip), unit=scorer.spec.unit),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, "low": low, "high": high},
        options={"low": low, "high": high},
        parameters={"low": low, "high": high},
        name=name,
        bounds=(low, high),
    )


def _standardised(value: Any, *, mean: float, std: float, limit: float | None) -> Any:
    distance = (value - mean) / std
    return distance if limit is None else _clipped(distance, low=-limit, high=limit)


def zscore(
    of: Scorer,
    *,
    mean: float,
    std: float,
    undefined: float | None,
    limit: float | None = None,
    name: str | None = None,
) -> Scorer:
    """A score in standard deviations from a mean that you measured beforehand.

    The statistics are frozen: running ones would give a text another reward tomorrow. ``limit``
    cuts the result to [-limit, limit].
    """
    scorer = as_scorer("zscore", of)
    mean, std = finite("mean", mean), positive("std", std)
    limit = None if limit is None else positive("limit", limit)
    given = {"mean": mean, "std": std, "limit": limit}
    return build(
        Operator("zscore", _standardised, _doc(zscore), unit="standard deviations"),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, **given},
        options=given,
        parameters={key: value for key, value in given.items() if value is not None},
        name=name,
        bounds=(None, None) if limit is None else (-limit, limit),
        gain=1.0 / std,
    )


def _saturated(value: Any, *, rate: float | None, cap: float | None) -> Any:
    if rate is not None:
        value = 1.0 - xp.exp(value * -rate)
    return value if cap is None else not_above(value, cap)


def saturate(
    of: Scorer,
    *,
    undefined: float | None,
    rate: float | None = None,
    cap: float | None = None,
    name: str | None = None,
) -> Scorer:
    """A score with diminishing returns: 1 - exp(-rate x), or cut at ``cap``, or both.

    It keeps one dimension of a sum from paying for all others.

    Raises
    ------
    InputError
        Without either.
    """
    scorer = as_scorer("saturate", of)
    if rate is None and cap is None:
        raise InputError("saturate needs rate=, cap= or both")
    rate = None if rate is None else positive("rate", rate)
    cap = None if cap is None else finite("cap", cap)
    given = {"rate": rate, "cap": cap}
    limits = [limit for limit in (1.0 if rate is not None else None, cap) if limit is not None]
    least = scorer.spec.bounds[0]
    floor = 0.0 if least is not None and least >= 0 and (cap is None or cap >= 0) else None
    return build(
        Operator("saturate", _saturated, _doc(saturate), "After the idea of Rubric Anchors"),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, **given},
        options=given,
        parameters={key: value for key, value in given.items() if value is not None},
        name=name,
        bounds=(floor, min(limits)),
        gain=rate or 1.0,
    )


def _logistic(value: Any, *, centre: float, scale: float) -> Any:
    return 1.0 / (1.0 + xp.exp((value - centre) / -scale))


def logistic(
    of: Scorer,
    *,
    undefined: float | None,
    centre: float = 0.0,
    scale: float = 1.0,
    name: str | None = None,
) -> Scorer:
    """A score as a probability: 1 / (1 + exp(-(score - centre) / scale)), .5 at the centre.

    It makes log-odds, such as a difference of two ranker scores or of two log-probabilities, a
    number in [0, 1].
    """
    scorer = as_scorer("logistic", of)
    given = {"centre": finite("centre", centre), "scale": positive("scale", scale)}
    return build(
        Operator("logistic", _logistic, _doc(logistic), "The logistic function"),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, **given},
        options=given,
        parameters=given,
        name=name,
        bounds=(0.0, 1.0),
        gain=1.0 / given["scale"],
    )


def _passed(value: Any, *, low: float | None, high: float | None) -> Any:
    inside = value * 0 + 1.0  # NaN stays NaN
    if low is not None:
        inside = xp.where(value < low, value * 0, inside)
    if high is not None:
        inside = xp.where(value > high, value * 0, inside)
    return inside


def threshold(
    of: Scorer,
    *,
    undefined: float | None,
    at_least: float | None = None,
    at_most: float | None = None,
    name: str | None = None,
) -> Scorer:
    """1 where a score lies within the limits, both included, else 0.

    Raises
    ------
    InputError
        Without a limit, or with limits that nothing can meet.
    """
    scorer = as_scorer("threshold", of)
    low = None if at_least is None else finite("at_least", at_least)
    high = None if at_most is None else finite("at_most", at_most)
    if low is None and high is None:
        raise InputError("threshold needs at_least=, at_most= or both")
    if low is not None and high is not None and low > high:
        raise InputError(f"nothing is at least {low:g} and at most {high:g}")
    given = {"at_least": low, "at_most": high}
    return build(
        Operator("threshold", _passed, _doc(threshold)),
        {scorer.spec.name: scorer},
        undefined=undefined,
        arguments={"of": scorer, **given},
        options={"low": low, "high": high},
        parameters={key: value for key, value in given.items() if value is not None},
        name=name,
        bounds=(0.0, 1.0),
    )


def _same(value: Any) -> Any:
    return value * 1.0


def pick(of: Scorer, *, output: str, undefined: float | None, name: str | None = None) -> Scorer:
    """One output of a scorer that has several, such as the recall of BERTScore.

    Raises
    ------
    InputError
        With the outputs there are.
    """
    from dataclasses import replace

    scorer = as_scorer("pick", of)
    if output not in scorer.spec.outputs:
        raise InputError(
            f"{scorer.spec.name} has no output {output!r}; it has {', '.join(scorer.spec.outputs)}"
        )
    chosen = replace(scorer, spec=replace(scorer.spec, primary=output))
    return build(
        Operator("pick", _same, _doc(pick), scorer.spec.source, scorer.spec.unit),
        {scorer.spec.name: chosen},
        undefined=undefined,
        arguments={"of": scorer, "output": output},
        options={},
        parameters={"output": output},
        name=name,
        bounds=scorer.spec.bounds,
    )


# -- a column as a scorer -------------------------------------------------------------------------


def column(name: str) -> Scorer:
    """A number that comes with each row, such as a judgement or the length in policy tokens.

    A missing cell is *not applicable*.
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise InputError(f"a column is named by letters, digits and _; got {name!r}")
    spec = Spec(
        name=name,
        description=_doc(column),
        family="reward",
        increases_with="quantity",
        unit="as given",
        source="The caller",
    )
    made = Scorer(spec, (Column(name), Present()), Elementwise(_same, ((name, None),)))
    return with_node(made, {"use": "column", "name": name})


def _doc(function: Any) -> str:
    from inspect import getdoc

    return getdoc(function) or ""
