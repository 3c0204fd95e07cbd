"""Gates: conditions on a score that fail a run, such as ``fkgl>9``.

Undefined values and texts too short for a formula never gate: there is nothing to hold against
the author.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualmetrics.core import Status
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


def failures(gate: Gate, values: Any, statuses: Sequence[str]) -> Iterator[int]:
    """Yield the rows that break a gate, their statuses in words as they stand in a file."""
    too_short = str(Status.TOO_SHORT)
    for i, (value, status) in enumerate(zip(values.tolist(), statuses, strict=True)):
        if value is not None and too_short not in status and gate.fails(value, Status.OK):
            yield i


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
    try:
        if found is None:
            raise ValueError
        name, comparison, number = found.groups()
        limit = float(number)
        if not math.isfinite(limit):
            raise ValueError
    except ValueError:
        raise InputError(
            f"cannot read the gate {expression!r}; expected NAME, one of > >= < <=, and a number. "
            'Type for example: --fail-if "fkgl>9"'
        ) from None
    return Gate(name, comparison, limit)
