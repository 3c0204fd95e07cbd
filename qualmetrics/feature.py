"""Machinery: numbers that a plain function makes of one text, and of what stands beside it.

A feature file in ``features/`` holds such a function and the scorer it makes. The function sees one
text, and the texts of its references or of a column where it asks for them; it returns its outputs,
or None where it has nothing to say. Thresholds stand beside a feature and change no value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Layout,
    Recipe,
    Rows,
    Scorer,
    Scores,
    Spec,
    Status,
    status_array,
)
from qualmetrics.errors import InputError
from qualmetrics.gates import OPERATORS


def check_count(name: str, value: Any) -> None:
    """Refuse an option that is no whole number from 1.

    Raises
    ------
    InputError
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{name} must be a whole number from 1; got {value!r}")


class Flagged(NamedTuple):
    """Outputs that stand, with a flag: ``TOO_SHORT`` where a window did not fill."""

    values: Sequence[float]
    status: Status = Status.TOO_SHORT


Measure = Callable[..., Sequence[float] | Flagged | None]
"""``measure(text, **options)``, or ``measure(text, others, **options)`` with texts beside it."""


class Threshold(NamedTuple):
    """One rule of a filter: a document whose output lies beyond the limit is dropped.

    ``reason`` is what the source calls it.
    """

    output: str
    comparison: str
    limit: float
    reason: str

    def __str__(self) -> str:
        """As a gate is typed."""
        return f"{self.output}{self.comparison}{self.limit:g}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a function makes of each text: ``(n, outputs)`` under the feature's name.

    ``side`` is ``text`` (nothing beside it), ``reference``, or the name of a column of texts, whose
    missing cells make a row *not applicable*. ``arguments`` are those of ``registry.get``.
    """

    name: str
    measure: Measure
    outputs: int
    side: str = "text"
    options: tuple[tuple[str, Any], ...] = ()
    uses: tuple[str, ...] = ()
    arguments: tuple[tuple[str, Any], ...] = ()

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The outputs side by side."""
        return {self.name: Layout(("n", self.outputs))}

    @property
    def needs(self) -> frozenset[str]:
        """References, a column, or the text alone."""
        if self.side == "text":
            return frozenset()
        return frozenset({"references" if self.side == "reference" else self.side})

    @property
    def parts(self) -> tuple[str, ...]:
        """What it cuts text by, and the column it reads."""
        column = () if self.side in ("text", "reference") else (f"column:{self.side}",)
        return (*self.uses, *column)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Measure each row; one that occurs twice is measured once."""
        values = np.zeros((len(rows), self.outputs))
        status = status_array(len(rows))
        known: dict[Any, Sequence[float] | Flagged | None] = {}
        for i, (text, beside) in enumerate(zip(rows.texts, self._beside(rows), strict=True)):
            if not text.strip():
                status[i] = Status.EMPTY
                continue
            if beside is not None and not beside:
                status[i] = Status.NOT_APPLICABLE
                continue
            row = text, beside
            if row not in known:
                known[row] = self._one(text, beside)
            found = known[row]
            if found is None:
                status[i] = Status.NOT_APPLICABLE
            elif isinstance(found, Flagged):
                values[i], status[i] = found.values, found.status
            else:
                values[i] = found
        return Batch({self.name: values}, status)

    def _one(self, text: str, beside: tuple[str, ...] | None) -> Sequence[float] | Flagged | None:
        sides = (text,) if beside is None else (text, beside)
        return self.measure(*sides, **dict(self.options))

    def _beside(self, rows: Rows) -> Sequence[tuple[str, ...] | None]:
        if self.side == "text":
            return [None] * len(rows)
        if self.side == "reference":
            several = rows.references.rows if rows.references else ((),) * len(rows)
            return [tuple(item for item in row if item.strip()) for row in several]
        cells = rows.columns[self.side]
        for i, cell in enumerate(cells):
            if not (cell is None or isinstance(cell, str)):
                raise InputError(
                    f"column {self.side!r} must hold strings or None; cell {i} is "
                    f"{type(cell).__name__}"
                )
        return [(cell,) if cell and cell.strip() else () for cell in cells]

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Return what makes the feature again: its name and arguments."""
        return {"name": self.name, "arguments": {k: _listed(v) for k, v in self.arguments}}

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> Measured:
        """Return the input of the feature of that name."""
        from qualmetrics.registry import get

        given = {k: _frozen(v) for k, v in settings["arguments"].items()}
        (item,) = get(settings["name"], **given).inputs
        if not isinstance(item, cls):
            raise InputError(f"{settings['name']!r} is no feature")
        return item


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class AsMeasured:
    """The forward of a feature: what was measured, as it is."""

    name: str

    def __call__(self, arrays: Arrays) -> Any:
        """Return the one array."""
        return arrays[self.name] * 1.0


def feature(
    spec: Spec,
    measure: Measure,
    *,
    side: str = "text",
    options: Mapping[str, Any] | None = None,
    uses: Sequence[str] = (),
    arguments: Mapping[str, Any] | None = None,
    thresholds: Sequence[Threshold] = (),
) -> Scorer:
    """Return the scorer of a measure.

    Parameters
    ----------
    spec : Spec
        Its outputs are those of the measure, in order.
    measure : function at the top of a module
    side : {"text", "reference"} or a column
    options : mapping
        Keywords of the measure.
    uses : pieces of the signature, such as ``words:plain/1``
    arguments : mapping
        What the factory was called with, for the recipe.
    thresholds : sequence of Threshold
        The limits that its source drops documents by, in that order; see ``thresholds_of``.
    """
    given = {key: _frozen(value) for key, value in (arguments or {}).items()}
    item = Measured(
        name=spec.name,
        measure=measure,
        outputs=len(spec.outputs),
        side=side,
        options=tuple((key, _frozen(value)) for key, value in (options or {}).items()),
        uses=tuple(uses),
        arguments=tuple(given.items()),
    )
    limits = tuple(thresholds)
    abilities = {"thresholds": lambda: limits} if limits else {}
    made = Scorer(replace(spec, family="feature"), (item,), AsMeasured(spec.name), None, abilities)
    recipe = Recipe("qualmetrics.registry:get", {"name": spec.name, **given}, made.signature)
    return replace(made, recipe=recipe)


def thresholds_of(scorer: Scorer) -> tuple[Threshold, ...]:
    """Return the thresholds of the source that a scorer is named after; none for most scorers."""
    found: tuple[Threshold, ...] = scorer.abilities.get("thresholds", tuple)()
    return found


def dropped_by(scores: Scores, thresholds: Sequence[Threshold]) -> list[list[Threshold]]:
    """Return, for each row, the thresholds that it breaks, in their order: none means kept.

    An output that is NaN breaks none: say yourself what becomes of undefined rows.

    Parameters
    ----------
    scores : Scores
        Of the scorer that the thresholds belong to.
    thresholds : sequence of Threshold
        Those of ``thresholds_of(scorer)``, or your own.

    Raises
    ------
    InputError
        For an output that the scores do not have, or a comparison that there is none of.

    Examples
    --------
    >>> import qualmetrics as qm
    >>> scorer = qm.get("c4_paragraph@datatrove")
    >>> [str(t) for t in dropped_by(scorer(["Too short."]), thresholds_of(scorer))[0]]
    ['long_lines<3']
    """
    broken: list[list[Threshold]] = [[] for _ in range(len(scores))]
    for threshold in thresholds:
        if threshold.output not in scores.spec.outputs:
            raise InputError(
                f"{scores.spec.name} has no output {threshold.output!r}; it has "
                f"{', '.join(scores.spec.outputs)}"
            )
        if threshold.comparison not in OPERATORS:
            raise InputError(f"{threshold.comparison!r} is not one of {' '.join(OPERATORS)}")
        compare = OPERATORS[threshold.comparison]
        values = scores.values[:, scores.spec.outputs.index(threshold.output)]
        for row, value in zip(broken, values.tolist(), strict=True):
            if not math.isnan(value) and compare(value, threshold.limit):
                row.append(threshold)
    return broken
