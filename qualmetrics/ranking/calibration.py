"""A score on a scale that people know: grade, CEFR level, easiness; by a monotone map, with error.

The map is fitted once on texts with known labels and is plain data from then on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.arrays import xp
from qualmetrics.core import DIRECTIONS, Arrays, Band, Recipe, Scorer, Spec
from qualmetrics.errors import InputError, RecipeError

Floats = NDArray[np.float64]
CEFR_BANDS = ((1.0, "A1"), (1.5, "A2"), (2.5, "B1"), (3.5, "B2"), (4.5, "C1"), (5.5, "C2"))
"""Levels 1 to 6 in words: each holds from halfway to the one below."""


@dataclass(frozen=True)
class Calibration:
    """A monotone piecewise-linear map from a score to a scale, and how far off it is.

    Flat outside of its knots. ``rmse``, ``mae`` and ``within_one`` (share of texts less than one
    unit off) are of texts that were held out, fold by fold; ``baseline_rmse`` is that of saying the
    mean of all.
    """

    scale: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    n: int
    rmse: float
    mae: float
    within_one: float
    baseline_rmse: float
    signature: str = ""
    """Of the scorer it was fitted to."""
    source: str = ""
    """What the labels are, and their licence."""
    bands: tuple[tuple[float, str], ...] = ()

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            object.__setattr__(self, name, tuple(float(item) for item in getattr(self, name)))
        object.__setattr__(self, "bands", tuple((float(a), str(b)) for a, b in self.bands))
        steps = np.diff(self.y)
        if len(self.x) != len(self.y) or not self.x or not (np.diff(self.x) > 0).all():
            raise InputError("the knots of a calibration must rise in x, one y each")
        if (steps < 0).any() and (steps > 0).any():
            raise InputError("a calibration must rise or fall throughout")

    def __call__(self, values: Any) -> Floats:
        """Map scores, ``(n,)``; NaN stays NaN."""
        return np.asarray(_piecewise(np.asarray(values, dtype=np.float64), self.x, self.y))

    def to_json(self) -> str:
        """Return it as text; ``from_json`` reads it back."""
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read what ``to_json`` wrote.

        Raises
        ------
        InputError
            For anything else.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise InputError(f"this is no calibration: {error}") from None


def _piecewise(value: Any, x: Sequence[float], y: Sequence[float]) -> Any:
    """Add up the rise over each stretch between two knots; numpy or symbols."""
    total = value * 0 + y[0]
    for left, right, low, high in zip(x, x[1:], y, y[1:], strict=False):
        if low == high:
            continue
        over = value - left
        over = xp.where(over > 0, over, over * 0)
        over = xp.where(over < right - left, over, over * 0 + (right - left))
        total = total + over * ((high - low) / (right - left))
    return xp.where(xp.isnan(value), value, total)


def fit_calibration(
    values: Any,
    targets: Any,
    *,
    scale: str,
    groups: Sequence[Any] | None = None,
    knots: int = 20,
    folds: int = 5,
    falling: bool = False,
    signature: str = "",
    source: str = "",
    bands: Sequence[tuple[float, str]] = (),
    seed: int = 0,
) -> Calibration:
    """Fit a monotone map from scores to labels, and measure it on folds it has not seen.

    Parameters
    ----------
    values, targets : array (n,)
        Scores and labels; a text that lacks either is left out.
    scale : str
        What the labels are: ``US grade``, ``CEFR level``.
    groups : sequence of length n, optional
        Texts of a group are never in two folds.
    knots : int
        Bins of equal count whose means are the knots, before those that break the order are pooled.
    folds : int
    falling : bool
        Whether labels fall where scores rise (difficulty to ease).
    signature, source, bands
        For the record.

    Raises
    ------
    InputError
        For fewer than two texts a knot, or fewer groups than folds.

    Notes
    -----
    Isotonic regression by pooling adjacent violators (Ayer et al. 1955) on bin means.
    """
    x, y = (np.asarray(side, dtype=np.float64) for side in (values, targets))
    if x.shape != y.shape or x.ndim != 1:
        raise InputError(f"expected one score and one label a text; got {x.shape} and {y.shape}")
    there = np.isfinite(x) & np.isfinite(y)
    names = np.arange(len(x)) if groups is None else np.unique(groups, return_inverse=True)[1]
    x, y, names = x[there], y[there], names[there]
    distinct = np.unique(names)
    if len(x) < 2 * knots or len(distinct) < folds or folds < 2 or knots < 2:
        raise InputError(
            f"{len(x)} labelled texts in {len(distinct)} groups are too few for {knots} knots and "
            f"{folds} folds: at least {2 * knots} texts are needed, or fewer knots"
        )
    shuffled = np.random.default_rng(seed).permutation(distinct)
    fold_of = {int(name): k % folds for k, name in enumerate(shuffled)}
    fold = np.array([fold_of[int(name)] for name in names])
    sign = -1.0 if falling else 1.0
    held, mean = np.empty(len(x)), np.empty(len(x))
    for k in range(folds):
        inside, outside = fold != k, fold == k
        knots_x, knots_y = _isotonic(x[inside], sign * y[inside], knots)
        held[outside] = sign * _piecewise(x[outside], knots_x, knots_y)
        mean[outside] = y[inside].mean()
    off = np.abs(held - y)
    knots_x, knots_y = _isotonic(x, sign * y, knots)
    return Calibration(
        scale=scale,
        x=knots_x,
        y=tuple(sign * item for item in knots_y),
        n=len(x),
        rmse=float(np.sqrt((off**2).mean())),
        mae=float(off.mean()),
        within_one=float((off < 1).mean()),
        baseline_rmse=float(np.sqrt(((mean - y) ** 2).mean())),
        signature=signature,
        source=source,
        bands=tuple(bands),
    )


def _isotonic(x: Floats, y: Floats, knots: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return rising knots through the means of bins of equal count."""
    order = np.argsort(x, kind="stable")
    bins = np.array_split(order, min(knots, max(1, len(order) // 2)))
    pooled: list[list[float]] = []  # mean x, mean y, weight
    for item in bins:
        pooled.append([float(x[item].mean()), float(y[item].mean()), float(len(item))])
        while len(pooled) > 1 and (
            pooled[-2][1] >= pooled[-1][1] or pooled[-2][0] >= pooled[-1][0]
        ):
            x2, y2, w2 = pooled.pop()
            x1, y1, w1 = pooled.pop()
            whole = w1 + w2
            pooled.append([(x1 * w1 + x2 * w2) / whole, (y1 * w1 + y2 * w2) / whole, whole])
    return tuple(p[0] for p in pooled), tuple(p[1] for p in pooled)


# -- as a scorer ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mapped:
    """The primary value of a scorer, mapped: named arrays -> ``(n, 1)``."""

    child: str
    output: int
    x: tuple[float, ...]
    y: tuple[float, ...]

    def __call__(self, arrays: Arrays) -> Any:
        return _piecewise(arrays[self.child][:, self.output : self.output + 1], self.x, self.y)


def calibrated(
    scorer: Scorer,
    calibration: Calibration,
    *,
    name: str | None = None,
    increases_with: str | None = None,
) -> Scorer:
    """Return a scorer that gives the primary value of another on a calibrated scale.

    Parameters
    ----------
    scorer : Scorer
    calibration : Calibration
        One that was fitted to this very scorer.
    name : str, optional
        By default the scorer's name and the scale.
    increases_with : str, optional
        By default as the scorer, turned between ease and difficulty where the map falls.

    Raises
    ------
    InputError
        When the calibration was fitted to another scorer.
    """
    if calibration.signature and calibration.signature != scorer.signature:
        raise InputError(
            f"this calibration was fitted to {calibration.signature!r}, not to "
            f"{scorer.signature!r}; fit one with qualmetrics.ranking.fit_calibration"
        )
    falls = calibration.y[-1] < calibration.y[0]
    way = increases_with or _way(scorer.spec.increases_with, falls=falls)
    if way not in DIRECTIONS:
        raise InputError(f"increases_with={way!r} is not one of {', '.join(DIRECTIONS)}")
    word = "_".join(calibration.scale.lower().split())
    slopes = np.abs(np.diff(calibration.y) / np.diff(calibration.x)) if calibration.x[1:] else [0]
    spec = Spec(
        name=name or f"{scorer.spec.name}_{word}",
        description=(
            f"{scorer.spec.name} as {calibration.scale}: a monotone map fitted to "
            f"{calibration.n} texts, off by {calibration.mae:.2f} on average where it had not seen "
            "the text. Undefined where the scorer is."
        ),
        family=scorer.spec.family,
        tier=scorer.spec.tier,
        increases_with=way,
        bounds=(min(calibration.y), max(calibration.y)),
        unit=calibration.scale,
        bands=tuple(Band(*band) for band in calibration.bands),
        languages=scorer.spec.languages,
        parameters={"map": _digest(calibration)},
        source=calibration.source,
        licence=scorer.spec.licence,
        tolerance=max(1e-9, scorer.spec.tolerance * max(1.0, float(np.max(slopes)))),
    )
    output = scorer.spec.outputs.index(scorer.spec.primary)
    forward = _Mapped(scorer.spec.name, output, calibration.x, calibration.y)
    made = Scorer(spec, (scorer,), forward)
    if scorer.recipe is None:
        return made
    arguments = {
        "of": scorer.recipe.to_dict(),
        "calibration": json.loads(calibration.to_json()),
        "name": name,
        "increases_with": increases_with,
    }
    recipe = Recipe("qualmetrics.ranking.calibration:remade", arguments, made.signature)
    return replace(made, recipe=recipe)


def _way(given: str, *, falls: bool) -> str:
    turned = {"ease": "difficulty", "difficulty": "ease"}
    return turned.get(given, given) if falls else given


def remade(
    of: Mapping[str, Any],
    calibration: Mapping[str, Any],
    name: str | None = None,
    increases_with: str | None = None,
) -> Scorer:
    """Return the scorer that a recipe of ``calibrated`` describes."""
    try:
        recipe = Recipe(of["factory"], of["arguments"], of["signature"])
    except KeyError as error:
        raise RecipeError(f"the recipe of what was calibrated lacks {error}") from None
    fitted = Calibration(**calibration)
    child = recipe.build(trusted=True)
    return calibrated(child, fitted, name=name, increases_with=increases_with)


def _digest(calibration: Calibration) -> str:
    import hashlib

    knots = json.dumps([calibration.x, calibration.y]).encode()
    return hashlib.sha256(knots).hexdigest()[:10]


def read_calibration(path: str | Path) -> Calibration:
    """Read a calibration from a JSON file.

    Raises
    ------
    InputError
        When it is missing or no calibration.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file} is missing; fit a map with qualmetrics.ranking.fit_calibration")
    return Calibration.from_json(file.read_text(encoding="utf-8"))
