"""Pictures of a report as SVG text: sized by the page, coloured by its style sheet, no script.

Every number that a picture shows stands in a table or a title beside it as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from qualmetrics.report.statistics import Cut, Histogram

Values = NDArray[np.float64]
Line = tuple[float, str]
"""Where a limit lies, and what it is called."""

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 40, 12, 26


def number(value: float) -> str:
    """Write a number for people: four significant digits, no exponent where none is needed."""
    if not math.isfinite(value):
        return "–"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """Write a share: one decimal, and no 0 or 100 that is not exact."""
    if not math.isfinite(share):
        return "–"
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1:
        return ">99.9 %"
    return f"{100 * share:.1f} %"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers between two ends, at most so many.

    Examples
    --------
    >>> ticks(0.0, 10.0)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    rough = (high - low) / max(most - 1, 1)
    if not rough > 0 or not math.isfinite(rough):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(k * power for k in (1, 2, 2.5, 5, 10) if k * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [step * k for k in range(first, first + most + 1) if step * k <= high + 1e-9 * step]


def _p(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _whole(value: float) -> str:
    return f"{value:.0f}"


class _Axes:
    """Turns values into places of one picture."""

    def __init__(self, low: float, high: float, top: float, *, height: int = HEIGHT) -> None:
        self.low, self.high, self.top_value, self.height = low, high, top or 1.0, height

    def x(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share))

    def y(self, value: float) -> float:
        room = self.height - TOP - BOTTOM
        return TOP + room * (1 - min(1.0, max(0.0, value / self.top_value)))

    def inside(self, value: float) -> bool:
        return self.low <= value <= self.high

    def bottom(self, most: int = 6) -> Iterable[str]:
        base = self.height - BOTTOM
        yield f'<path class="axis" d="M{LEFT} {base}H{WIDTH - RIGHT}"/>'
        for tick in ticks(self.low, self.high, most):
            yield f'<text x="{_p(self.x(tick))}" y="{base + 17}" class="mid">{number(tick)}</text>'

    def shares(self, side: str) -> Iterable[str]:
        """Yield the labels of an axis of shares: of the bars left, of the curve right."""
        x, anchor, top = (
            (LEFT - 5, "end", self.top_value) if side == "left" else (WIDTH - RIGHT + 5, "", 1.0)
        )
        room = self.height - TOP - BOTTOM
        for share in ticks(0, top, 4) if side == "left" else (0, 0.5, 1):
            y = TOP + room * (1 - share / top)
            yield f'<text x="{x}" y="{_p(y + 4)}" class="{anchor}">{_short(share)}</text>'

    def limits(self, lines: Iterable[Line]) -> Iterable[str]:
        base = self.height - BOTTOM
        for value, name in lines:
            if self.inside(value):
                x = _p(self.x(value))
                title = f"<title>{escape(name)}</title>"
                yield f'<path class="gate" d="M{x} {TOP}V{base}">{title}</path>'


def _short(share: float) -> str:
    return f"{100 * share:.3g}%"


def _open(label: str, height: int = HEIGHT, extra: str = "") -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}"{extra}>'


def _steps(axes: _Axes, found: Histogram, place: Callable[[float], str] = _p) -> str:
    """Return the outline of the bars as one path."""
    base = axes.height - BOTTOM
    parts = [f"M{place(axes.x(float(found.edges[0])))} {base}"]
    for share, right in zip(found.shares.tolist(), found.edges[1:].tolist(), strict=True):
        parts.append(f"V{place(axes.y(share))}H{place(axes.x(right))}")
    return "".join(parts) + f"V{base}Z"


def _curve(axes: _Axes, found: Histogram) -> str:
    room = axes.height - TOP - BOTTOM
    points = zip(found.edges.tolist(), found.cumulative.tolist(), strict=True)
    return "M" + "L".join(f"{_p(axes.x(x))} {_p(TOP + room * (1 - y))}" for x, y in points)


def histogram_svg(
    label: str, by_document: Histogram, by_size: Histogram | None, limits: Sequence[Line] = ()
) -> str:
    """Draw bars (left axis) and the share at or below (right axis), with limits as lines.

    ``by_size`` is the same weighed by length; the page shows one or the other.
    """
    low, high = float(by_document.edges[0]), float(by_document.edges[-1])
    parts = [_open(label)]
    for name, found in (("documents", by_document), ("sizes", by_size)):
        if found is None:
            continue
        axes = _Axes(low, high, 1.08 * float(found.shares.max(initial=0.0)))
        parts.append(f'<g class="by-{name}"><path class="bars" d="{_steps(axes, found)}"/>')
        parts.append(f'<path class="curve" d="{_curve(axes, found)}"/>')
        parts += [*axes.shares("left"), "</g>"]
    axes = _Axes(low, high, 1.0)
    parts += [*axes.shares("right"), *axes.bottom(), *axes.limits(limits), "</svg>"]
    return "".join(parts)


def spark_svg(label: str, found: Histogram, top: float, limits: Sequence[Line] = ()) -> str:
    """Draw bars alone, small: one group of several, on the same axes."""
    low, high = float(found.edges[0]), float(found.edges[-1])
    axes = _Axes(low, high, 1.08 * top, height=90)
    inner = [*axes.bottom(4), *axes.limits(limits)]
    return (
        _open(label, 90, ' class="spark"')
        + f'<path class="bars" d="{_steps(axes, found, _whole)}"/>'
        + "".join(inner)
        + "</svg>"
    )


def two_svg(label: str, first: Histogram, second: Histogram) -> str:
    """Draw two corpora over each other: bars, and an outline."""
    low, high = float(first.edges[0]), float(first.edges[-1])
    top = max(float(first.shares.max(initial=0)), float(second.shares.max(initial=0)))
    axes = _Axes(low, high, 1.08 * top)
    return "".join(
        [
            _open(label),
            f'<path class="bars" d="{_steps(axes, first)}"/>',
            f'<path class="outline" d="{_steps(axes, second)}"/>',
            *axes.shares("left"),
            *axes.bottom(),
            "</svg>",
        ]
    )


def keep_svg(label: str, cuts: Sequence[Cut], limits: Sequence[Line] = ()) -> str:
    """Draw the share of documents kept (line) and of their characters (dotted) by limit."""
    low, high = cuts[0].limit, cuts[-1].limit
    if low == high:
        low, high = low - 0.5, high + 0.5
    axes = _Axes(low, high, 1.0, height=150)
    parts = [_open(label, 150), *axes.shares("right"), *axes.bottom(), *axes.limits(limits)]
    for name, pick in (("curve", "kept"), ("curve dotted", "kept_size")):
        points = (f"{_p(axes.x(cut.limit))} {_p(axes.y(getattr(cut, pick)))}" for cut in cuts)
        parts.append(f'<path class="{name}" d="M{"L".join(points)}"/>')
    return "".join([*parts, "</svg>"])


def interval_svg(label: str, value: float, low: float, high: float, reach: float) -> str:
    """Draw a difference with its interval about 0, ``reach`` to either side."""
    if not all(map(math.isfinite, (value, low, high))) or reach <= 0:
        return ""

    def x(at: float) -> str:
        return _p(100 + 92 * min(1.0, max(-1.0, at / reach)))

    return (
        f'<svg viewBox="0 0 200 20" class="interval" role="img" aria-label="{escape(label)}">'
        f'<path class="axis" d="M100 1V19"/><path class="curve" d="M{x(low)} 10H{x(high)}"/>'
        f'<circle cx="{x(value)}" cy="10" r="4"/></svg>'
    )
