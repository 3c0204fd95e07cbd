"""Second transcription of the Fry and Raygor graphs: every grade as a closed shape on paper.

Typed from the printed corner points, grade by grade, where the formulas hold the
lines between grades; points are tested by winding in plain Python.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

Shape = Sequence[tuple[float, float]]

FRY_AXIS = [
    25, 20, 16.7, 14.3, 12.5, 11.1, 10, 9.1, 8.3, 7.7, 7.1, 6.7, 6.3, 5.9, 5.6, 5.2, 5, 4.8, 4.5,
    4.3, 4.2, 4, 3.8, 3.7, 3.6, 3.5, 3.3, 3, 2.5, 2,
]  # fmt: skip

FRY: dict[int, Shape] = {
    1: [(108, 11.1), (108, 25), (132, 25), (132.2, 23), (109, 10)],
    2: [(109, 10), (132.2, 23), (140.2, 23), (109, 7.9)],
    3: [(109, 7.9), (140.2, 23), (142, 18), (109, 6.5)],
    4: [(109, 6.5), (142, 18), (144.3, 14.3), (109.55, 5.8)],
    5: [(109.55, 5.8), (144.3, 14.3), (146, 12.5), (109.55, 5.15)],
    6: [(109.55, 5.15), (146, 12.5), (149, 11.2), (112, 4.2)],
    7: [(112, 4.2), (149, 11.2), (153, 9.1), (120, 3.58)],
    8: [(120, 3.58), (153, 9.1), (157, 8.6), (127, 3.2)],
    9: [(127, 3.2), (157, 8.6), (159.5, 8.2), (137.2, 3.1)],
    10: [(137.2, 3.1), (159.5, 8.2), (164, 7.6), (144.1, 2.5)],
    11: [(144.1, 2.5), (164, 7.6), (168, 7.2), (149, 2.5)],
    12: [(149, 2.5), (168, 7.2), (170.2, 7.1), (155.5, 2.4)],
    13: [(155.5, 2.4), (170.2, 7.1), (172.2, 7), (162, 2.4)],
    14: [(162, 2.4), (172.2, 7), (174.2, 6.8), (168.5, 2.4)],
    15: [(168.5, 2.4), (174.2, 6.8), (176.2, 6.8), (173.8, 2.4)],
    16: [(173.8, 2.4), (176.2, 6.8), (180.2, 6.8), (179, 2.4)],
    17: [(179, 2.4), (180.2, 6.8), (182, 6.8), (182, 2.4)],
}

FRY_SHADED: list[Shape] = [
    [(108, 2), (124, 2), (108, 4.2)],
    [
        (141, 25), (148, 14.3), (154, 11.1), (158, 10), (162, 9.1), (168, 8.3), (175, 7.6),
        (182, 7.3), (182, 25),
    ],
]  # fmt: skip

RAYGOR: dict[int, Shape] = {
    3: [(6, 6.3), (6, 28), (16, 28), (24, 12.5), (7.5, 5.8)],
    4: [(7.5, 5.8), (24, 12.5), (26, 11.7), (9.8, 5.3)],
    5: [(9.8, 5.3), (26, 11.7), (26.8, 10.3), (11.5, 4.95)],
    6: [(11.5, 4.95), (26.8, 10.3), (30, 9.8), (13.5, 4.6)],
    7: [(13.5, 4.6), (30, 9.8), (31.5, 9), (18.4, 4)],
    8: [(18.4, 4), (31.5, 9), (33.2, 8.5), (22.8, 3.8)],
    9: [(22.8, 3.8), (33.2, 8.5), (34.3, 8), (24.8, 3.7)],
    10: [(24.8, 3.7), (34.3, 8), (36, 7.7), (26.8, 3.5)],
    11: [(26.8, 3.5), (36, 7.7), (38, 7.6), (29.5, 3.4)],
    12: [(29.5, 3.4), (38, 7.6), (39.4, 7.2), (32, 3.3)],
    13: [(32, 3.3), (39.4, 7.2), (42, 6.6), (36.1, 3.2)],
    14: [(36.1, 3.2), (42, 6.6), (44, 6.3), (44, 3.2)],
}


def fry_height(y: float) -> float:
    """Tick number of a count of sentences on Fry's axis, counted from the top."""
    rising = FRY_AXIS[::-1]
    upper = min(max(bisect_left(rising, y), 1), len(rising) - 1)
    low, high = rising[upper - 1], rising[upper]
    return len(rising) - 1 - (upper - 1 + (y - low) / (high - low))


def raygor_height(y: float) -> float:
    """Words per sentence."""
    return 100.0 / y


def contains(shape: Shape, x: float, y: float) -> bool:
    """Say whether the border winds around the point."""
    winding = 0
    for (x1, y1), (x2, y2) in zip(shape, [*shape[1:], shape[0]], strict=True):
        side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if y1 <= y < y2 and side > 0:
            winding += 1
        elif y2 <= y < y1 and side < 0:
            winding -= 1
    return winding != 0


def grades_at(graph: str, x: float, y: float) -> list[int]:
    """Grades whose shape holds a point (0 for a shaded corner of the Fry graph)."""
    height = fry_height if graph == "fry" else raygor_height
    shapes = FRY if graph == "fry" else RAYGOR
    found = [g for g, shape in shapes.items() if _holds(shape, x, y, height)]
    shaded = FRY_SHADED if graph == "fry" else []
    return found + [0 for shape in shaded if _holds(shape, x, y, height)]


def _holds(shape: Shape, x: float, y: float, height: Callable[[float], float]) -> bool:
    return contains([(px, height(py)) for px, py in shape], x, height(y))
