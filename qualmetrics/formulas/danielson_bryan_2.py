"""Danielson-Bryan reading ease."""

from typing import Any

from qualmetrics.formula import LOWEST, formula


@formula(
    source="Danielson & Bryan 1963, Journalism Quarterly 40(2), 201-206",
    increases_with="ease",
    unit="points, most prose 0 to 100",
    tier="verified",
    bands=(
        (LOWEST, "very difficult, college"),
        (30, "difficult, high school"),
        (50, "fairly difficult, junior high school"),
        (60, "standard, grade 6"),
        (70, "fairly easy, grade 5"),
        (80, "easy, grade 4"),
        (90, "very easy, grade 3"),
    ),
)
def danielson_bryan_2(words: Any, sentences: Any, strokes: Any, *, last_blank: bool = False) -> Any:
    """Weigh strokes per blank against strokes per sentence, on Flesch's scale.

    In points; higher is easier; undefined for a text of one word, which has no blank. Blanks as in
    ``danielson_bryan_1``.
    """
    blanks = words if last_blank else words - 1.0
    return 131.059 - 10.364 * (strokes / blanks) - 0.194 * (strokes / sentences)
