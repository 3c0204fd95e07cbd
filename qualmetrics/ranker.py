"""Machinery: rankers, scalars learned from which of two texts stands higher, as plain arithmetic.

A *linear ranker* weighs ratios of counts: words per sentence, long words per word, the mean of
learned word weights. Its score is on the scale of the pairwise logistic model: the difference of
two scores is the log-odds that the first text stands higher. Since it is arithmetic on counts
through ``xp``, it runs on numpy, is traced to ONNX, has a graph of strings, and explains itself in
shares that add up, exactly as a formula does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import Arrays, Input, Scorer, Spec
from qualmetrics.errors import BundleError, InputError

FORMAT = "qualmetrics-ranker/1"
FILE = "ranker.json"
"""Beside ``scorer.json`` in a bundle: the same ranker as plain data, which numpy alone can run."""

SHAPES = ("plain", "log", "sqrt")
TOLERANCE = 1e-9
"""Sums of some dozens of logarithms, which runtimes round differently in the last digits."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One feature of a text: ``shape((over + plus) / (under + plus_under) ** power)``.

    ``over`` and ``under`` are count columns, or channels of word weights. The additions keep a
    ratio of few words from being extreme, and a logarithm from being asked for nothing.
    """

    over: str
    under: str
    shape: str = "plain"
    plus: float = 0.0
    plus_under: float = 0.0
    power: float = 1.0

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise InputError(f"shape {self.shape!r} is not one of {', '.join(SHAPES)}")

    @property
    def name(self) -> str:
        """What reports call it, such as ``log words/sentences``."""
        ratio = f"{self.over}/{self.under}" + (f"^{self.power:g}" if self.power != 1 else "")
        return ratio if self.shape == "plain" else f"{self.shape} {ratio}"

    def to_list(self) -> list[Any]:
        """Return the arguments that make it again."""
        return [self.over, self.under, self.shape, self.plus, self.plus_under, self.power]

    def __call__(self, columns: Arrays) -> Any:
        """Return the feature of each text, ``(n,)``."""
        over, under = columns[self.over], columns[self.under]
        over = over + self.plus if self.plus else over
        under = under + self.plus_under if self.plus_under else under
        ratio = over / (under if self.power == 1 else under**self.power)
        return ratio if self.shape == "plain" else getattr(xp, self.shape)(ratio)


@dataclass(frozen=True)
class LinearForward:
    """Weighted ratios of counts: named float64 arrays ``(n,)`` -> ``(n, k)``, a column a criterion.

    ``weights`` is ``k`` rows, one number a feature; NaN where there are no words.
    """

    features: tuple[Ratio, ...]
    weights: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]

    def __post_init__(self) -> None:
        k = len(self.intercepts)
        if len(self.weights) != k or any(len(row) != len(self.features) for row in self.weights):
            raise InputError(
                f"weights must be {k} rows of {len(self.features)} numbers; got "
                f"{[len(row) for row in self.weights]}"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The counts and channels that it reads, ``words`` among them."""
        names = (name for f in self.features for name in (f.over, f.under))
        return tuple(dict.fromkeys((*names, "words")))

    def __call__(self, arrays: Arrays) -> Any:
        """Run on numpy arrays, or on anything else that follows the array API."""
        words = arrays["words"]
        with np.errstate(all="ignore"):  # what is undefined is masked
            values = xp.stack([self.criterion(arrays, i) for i in range(len(self.weights))], axis=1)
            nothing = (xp.zeros_like(words) + np.nan)[:, None]
            return xp.where((words > 0)[:, None], values, nothing)

    def criterion(self, columns: Arrays, index: int) -> Any:
        """Return one output, unmasked."""
        total: Any = None
        for feature, weight in zip(self.features, self.weights[index], strict=True):
            if weight:
                term = feature(columns) * weight
                total = term if total is None else total + term
        if total is None:
            return columns["words"] * 0.0 + self.intercepts[index]
        return total + self.intercepts[index]

    def evaluate(self, columns: Arrays) -> Any:
        """Return the only output, unmasked: what an explanation needs."""
        return self.criterion(columns, 0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; ``from_dict`` reads it back."""
        return {
            "kind": "linear",
            "features": [feature.to_list() for feature in self.features],
            "weights": [list(row) for row in self.weights],
            "intercepts": list(self.intercepts),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LinearForward:
        """Read what ``to_dict`` wrote."""
        return cls(
            tuple(Ratio(*row) for row in data["features"]),
            tuple(tuple(map(float, row)) for row in data["weights"]),
            tuple(map(float, data["intercepts"])),
        )


class CountsForward(Protocol):
    """The arithmetic of a ranker of counts: linear, or trees."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The counts and channels that it reads."""

    @property
    def intercepts(self) -> tuple[float, ...]:
        """What is added to each output."""

    def __call__(self, arrays: Arrays) -> Any:
        """Return the outputs ``(n, k)``."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""


@dataclass(frozen=True)
class Ranker:
    """All that makes a ranker of counts.

    ``typical`` holds the counts of an average text of those it was trained on, which explanations
    compare with; ``inputs`` must yield ``forward.columns``.
    """

    name: str
    forward: CountsForward
    inputs: tuple[Input, ...]
    criteria: tuple[str, ...]
    increases_with: str = "difficulty"
    description: str = ""
    languages: tuple[str, ...] = ("en",)
    licence: str = ""
    source: str = ""
    tier: str = "experimental"
    version: int = 1
    typical: Mapping[str, float] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Eight digits that tell one training from another; they are in the signature."""
        text = json.dumps(self.forward.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def scorer(self) -> Scorer:
        """Return the scorer; it has no recipe until it is exported and loaded."""
        single = len(self.criteria) == 1
        spec = Spec(
            name=self.name,
            description=self.description,
            version=self.version,
            family="ranker",
            tier=self.tier,
            outputs=(self.name,) if single else self.criteria,
            primary=self.name if single else self.criteria[0],
            increases_with=self.increases_with,
            unit="log-odds",
            languages=self.languages,
            parameters={"ranker": self.digest},
            source=self.source,
            licence=self.licence,
            tolerance=TOLERANCE,
        )
        return Scorer(
            spec, self.inputs, self.forward, abilities=_abilities(self.forward, self.typical)
        )


def _abilities(forward: CountsForward, typical: Mapping[str, float]) -> dict[str, Any]:
    """Return ``explain`` where there are exact shares: of one output, and no tree."""
    additive = isinstance(forward, LinearForward) and len(forward.weights) == 1
    return {"explain": partial(_explain, dict(typical))} if additive else {}


def _explain(typical: Mapping[str, float], scorer: Scorer, text: str, reference: Any = None) -> Any:
    from qualmetrics.formula_explain import explain_formula

    explanation = explain_formula(scorer, text, reference or dict(typical) or None)
    if reference is None and typical:
        return replace(explanation, reference="an average text of those it was trained on")
    return explanation


# -- beside a bundle ------------------------------------------------------------------------------


def write_ranker(folder: str | Path, scorer: Scorer) -> Path:
    """Write a ranker's arithmetic as plain data beside its bundle, and return the file."""
    if not hasattr(scorer.forward, "to_dict"):
        raise InputError(f"{scorer.spec.name} is no ranker of counts")
    explain = scorer.abilities.get("explain")
    typical = explain.args[0] if isinstance(explain, partial) else {}
    arithmetic = scorer.forward.to_dict()
    data = {"format": FORMAT, "signature": scorer.signature, "typical": typical, **arithmetic}
    path = Path(folder) / FILE
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path


def read_ranker(folder: str | Path) -> Scorer:
    """Return the ranker of a bundle as arithmetic: it needs no ONNX Runtime, and explains itself.

    Raises
    ------
    BundleError
        When the bundle holds none, or was altered.
    """
    from qualmetrics.onnx.bundle import load

    path = Path(folder) / FILE
    loaded = load(folder)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise BundleError(f"{path} has format {data['format']!r}; this version reads {FORMAT}")
        forward, typical = _forward(data), data["typical"]
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{path} is no ranker: {error!r}") from error
    made = Ranker("", forward, loaded.inputs, loaded.spec.outputs)
    if made.digest != loaded.spec.parameters.get("ranker"):
        raise BundleError(f"{path} is not the ranker of this bundle, or it was altered")
    abilities = _abilities(forward, typical)
    scorer = Scorer(loaded.spec, loaded.inputs, forward, abilities=abilities)
    return scorer.with_recipe("qualmetrics.ranker:read_ranker", folder=str(Path(folder).resolve()))


def _forward(data: Mapping[str, Any]) -> CountsForward:
    if data["kind"] == "linear":
        return LinearForward.from_dict(data)
    if data["kind"] == "trees":
        from qualmetrics.ranker_trees import TreesForward

        return TreesForward.from_dict(data)
    raise ValueError(f"unknown kind {data['kind']!r}")


def standardised(
    features: Sequence[Ratio], weights: Any, means: Any, scales: Any
) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """Fold a standardisation into weights ``(k, f)``; return weights and intercepts of a ranker."""
    table = np.asarray(weights, dtype=np.float64) / np.asarray(scales, dtype=np.float64)
    if table.shape[1] != len(features):
        raise InputError(f"{table.shape[1]} weights a criterion for {len(features)} features")
    shift = -table @ np.asarray(means, dtype=np.float64)
    rows = tuple(tuple(float(value) for value in row) for row in table)
    return rows, tuple(float(value) for value in shift)


__all__ = ["LinearForward", "Ranker", "Ratio", "read_ranker", "standardised", "write_ranker"]
