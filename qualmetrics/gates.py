"""Gates: conditions on a score that fail a run, such as ``fkgl>9``.

Undefined values and texts too short for a formula never gate: there is nothing to hold against
the author.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import UNDEFINED, Status
from qualmetrics.errors import InputError

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
"""Comparisons that a gate may hold."""

_GATE = re.compile(r"([^<>=\s]+) *(>=|<=|>|<) *([^<>=\s]+)")


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition; a text for which it holds fails."""

    name: str
    """Scorer by name or alias."""
    comparison: str
    """One of ``OPERATORS``."""
    limit: float

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.name}{self.comparison}{self.limit:g}"

    def fails(self, value: float, status: int) -> bool:
        """Return True where a value breaks the gate; undefined and too short ones never do."""
        state = Status(int(status))
        if state.undefined or state & Status.TOO_SHORT or math.isnan(value):
            return False
        return OPERATORS[self.comparison](value, self.limit)

    def failing(self, values: NDArray[np.float64], status: NDArray[np.uint16]) -> NDArray[np.intp]:
        """Return the positions of the values that break the gate, as ``fails`` says of each."""
        left_out = (status & np.uint16(UNDEFINED | Status.TOO_SHORT)) != 0
        return np.flatnonzero(self.holds(values) & ~left_out)

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where the condition holds, whatever the status; nowhere for NaN."""
        compare: Callable[[Any, float], Any] = OPERATORS[self.comparison]
        with np.errstate(invalid="ignore"):
            return np.asarray(compare(values, self.limit), dtype=bool)


@dataclass(frozen=True, slots=True)
class CorpusGate:
    """One condition on all texts together; texts without a value or too short are left out."""

    function: str
    """``mean``, ``median``, ``min``, ``max``, ``p90`` (a percentile), or ``share``."""
    name: str
    comparison: str
    limit: float
    of: Gate | None = None
    """For ``share``: what the texts that are counted fulfil."""

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.function}({self.of or self.name}){self.comparison}{self.limit:g}"

    def statistic(self, column: str) -> str:
        """Return what is compared, of a column: ``p90(fkgl)``, ``share(fkgl>9)``."""
        of = "" if self.of is None else f"{self.of.comparison}{self.of.limit:g}"
        return f"{self.function}({column}{of})"

    def value(self, values: NDArray[np.float64], status: NDArray[np.uint16]) -> float:
        """Return what the condition is about; NaN where no text has a value."""
        left_out = np.uint16(UNDEFINED | Status.TOO_SHORT)
        kept = values[((status & left_out) == 0) & ~np.isnan(values)]
        if not len(kept):
            return math.nan
        if self.of is not None:
            return float(np.mean(OPERATORS[self.of.comparison](kept, self.of.limit)))
        if self.function.startswith("p"):
            return float(np.percentile(kept, int(self.function[1:])))
        return float(_FUNCTIONS[self.function](kept))

    def fails(self, value: float) -> bool:
        """Return True where the value breaks the gate; NaN never does."""
        return OPERATORS[self.comparison](value, self.limit)


_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
}
_CORPUS_GATE = re.compile(r"(mean|median|min|max|share|p[0-9]{1,2}) *\((.+)\)(.*)")


def parse_any(expression: str) -> Gate | CorpusGate:
    """Read a gate on each text (``fkgl>9``) or on all (``p90(fkgl)>12``, ``share(fkgl>9)>0.1``).

    Raises
    ------
    InputError
        When it is neither.

    Examples
    --------
    >>> str(parse_any("share(fkgl > 9) > 0.1"))
    'share(fkgl>9)>0.1'
    """
    found = _CORPUS_GATE.fullmatch(expression.strip())
    if found is None:
        return parse_gate(expression)
    function, inside, rest = found.groups()
    try:
        limit = parse_gate(f"x{rest}")
    except InputError:
        raise InputError(_explained(expression)) from None
    if function == "share":
        if not any(sign in inside for sign in OPERATORS):
            name = inside.strip()
            raise InputError(
                f"cannot read the gate {expression!r}; share(...) takes a condition, as in "
                f"share({name}>9){rest.strip()}"
            )
        of = parse_gate(inside)
        return CorpusGate(function, of.name, limit.comparison, limit.limit, of)
    if any(sign in inside for sign in OPERATORS):
        raise InputError(
            f"cannot read the gate {expression!r}; {function}(...) takes a name alone, as in "
            f"{function}(fkgl)>12, and share(...) a condition, as in share(fkgl>9)>0.1"
        )
    return CorpusGate(function, inside.strip(), limit.comparison, limit.limit)


def _explained(expression: str) -> str:
    return (
        f"cannot read {expression!r}. A condition on each text is NAME, one of > >= < <=, and a "
        'number: "fkgl>9". One on all texts together, for --fail-if alone, puts mean, median, min, '
        'max or p0 to p99 around the name, or share around a condition: "p90(fkgl)>12", '
        '"share(fkgl>9)>0.1"'
    )


def parse_gate(expression: str) -> Gate:
    """Read a gate such as ``fkgl>9`` or ``flesch_reading_ease <= 50``.

    Raises
    ------
    InputError
        When it is anything but NAME, one of ``> >= < <=``, NUMBER.

    Examples
    --------
    >>> parse_gate("fkgl > 9")
    Gate(name='fkgl', comparison='>', limit=9.0)
    """
    found = _GATE.fullmatch(expression.strip())
    if "(" in expression:
        raise InputError(_explained(expression))
    try:
        if found is None:
            raise ValueError
        name, comparison, number = found.groups()
        limit = float(number)
        if not math.isfinite(limit):
            raise ValueError
    except ValueError:
        raise InputError(
            f"cannot read the gate {expression!r}; expected NAME, one of > >= < <=, and a number, "
            'such as "fkgl>9"; several are separated by commas'
        ) from None
    return Gate(name, comparison, limit)
