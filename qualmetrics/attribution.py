"""Machinery: which part of a text drove a formula, in contributions that add up exactly.

Readability formulas are ratios of counts, and a ratio does not change when all counts grow alike:
its gradients sum to nothing, so they explain nothing. What can be said is how far each sentence
pulls the value away from a *reference*: for a term ``weight x N/D`` with reference rate ``r``, the
share of sentence i is ``weight x (n_i - r d_i) / D``, and these add up to ``weight x (N/D - r)``.

A ``Quantity`` carries value, reference value and shares through the formula's own arithmetic:
linear steps exactly, products by the mean of both factors, and functions of one quantity (the
square root in SMOG, the logarithm of Tuldava) by the secant between reference and value. So the
shares of every smooth formula add up to ``f - f(reference)``. Formulas that look a value up or
compare (Fry, Linsear Write, a median of others) have no such shares and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray


class NotAdditiveError(TypeError):
    """The formula compares or looks up, so its value has no additive shares."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number on its way through a formula, with each part's share of ``value - reference``.

    ``shares`` is ``(m + 1,)``: one for each part of the text, and last what belongs to the text as
    a whole. For a count (``is_count``) the shares are the parts' own counts and add up to
    ``value``; for anything else they add up to ``value - reference``.
    """

    value: float
    reference: float
    shares: NDArray[np.float64]
    is_count: bool = False

    def __array_namespace__(self) -> SimpleNamespace:
        return _NAMESPACE

    def settled(self) -> Quantity:
        """Return a count as a plain quantity: its shares less the reference count."""
        if not self.is_count:
            return self
        shares = self.shares.copy()
        shares[-1] -= self.reference
        return Quantity(self.value, self.reference, shares)

    def _like(self, other: Any) -> Quantity:
        if isinstance(other, Quantity):
            return other
        number, shares = float(other), np.zeros_like(self.shares)
        if self.is_count:
            shares[-1] = number
        return Quantity(number, number, shares, self.is_count)

    def _scaled(self, factor: float) -> Quantity:
        return Quantity(
            self.value * factor, self.reference * factor, self.shares * factor, self.is_count
        )

    def __add__(self, other: Any) -> Quantity:
        left, right = self, self._like(other)
        if left.is_count != right.is_count:
            left, right = left.settled(), right.settled()
        return Quantity(
            left.value + right.value,
            left.reference + right.reference,
            left.shares + right.shares,
            left.is_count,
        )

    __radd__ = __add__

    def __neg__(self) -> Quantity:
        return self._scaled(-1.0)

    def __sub__(self, other: Any) -> Quantity:
        return self + -self._like(other)

    def __rsub__(self, other: Any) -> Quantity:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> Quantity:
        if not isinstance(other, Quantity):
            return self._scaled(float(other))
        left, right = self.settled(), other.settled()
        shares = left.shares * (right.value + right.reference) / 2
        shares = shares + right.shares * (left.value + left.reference) / 2
        return Quantity(left.value * right.value, left.reference * right.reference, shares)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Quantity:
        if not isinstance(other, Quantity):
            return self._scaled(1.0 / float(other))
        if self.is_count and other.is_count:
            rate = self.reference / other.reference
            shares = (self.shares - rate * other.shares) / other.value
            return Quantity(self.value / other.value, rate, shares)
        return self * through(lambda x: 1.0 / x, other)

    def __rtruediv__(self, other: Any) -> Quantity:
        return self._like(other) / self

    def __pow__(self, exponent: Any) -> Quantity:
        power = float(exponent)
        return through(lambda x: x**power, self)

    def _compare(self, other: Any) -> Any:
        raise NotAdditiveError("this formula compares or looks up a value")

    __lt__ = __le__ = __gt__ = __ge__ = _compare


def through(function: Callable[[float], Any], quantity: Quantity) -> Quantity:
    """Send a quantity through a function of one variable, along the secant."""
    settled = quantity.settled()
    value, reference = float(function(settled.value)), float(function(settled.reference))
    distance = settled.value - settled.reference
    if distance == 0:
        step = 1e-6 * max(1.0, abs(settled.value))
        slope = (float(function(settled.value + step)) - value) / step
    else:
        slope = (value - reference) / distance
    return Quantity(value, reference, settled.shares * slope)


def _function(name: str) -> Callable[[Any], Quantity]:
    return lambda quantity: through(getattr(np, name), quantity)


def _refuse(*_: Any, **__: Any) -> Any:
    raise NotAdditiveError("this formula compares or looks up a value")


_SMOOTH = ("abs", "exp", "log", "sqrt")
_NAMESPACE = SimpleNamespace(
    **{name: _function(name) for name in _SMOOTH},
    **dict.fromkeys(
        ("where", "minimum", "maximum", "sort", "stack", "isnan", "floor", "ceil", "round"), _refuse
    ),
    **dict.fromkeys(("logical_and", "logical_or", "logical_not"), _refuse),
    **dict.fromkeys(("zeros_like", "ones_like"), _refuse),
)
