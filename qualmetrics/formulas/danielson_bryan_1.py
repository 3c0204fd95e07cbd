"""Danielson-Bryan grade."""

from typing import Any

from qualmetrics.formula import formula


@formula(
    source="Danielson & Bryan 1963, Journalism Quarterly 40(2), 201-206",
    increases_with="difficulty",
    unit="US grade",
    tier="verified",
)
def danielson_bryan_1(words: Any, sentences: Any, strokes: Any, *, last_blank: bool = False) -> Any:
    """Weigh strokes per blank against strokes per sentence, as a US school grade.

    Made for a computer that could count keys but not syllables. Higher is harder; undefined for a
    text of one word, which has no blank. Blanks are one fewer than words; the article's own
    example counts as many as words: ``last_blank=True``.
    """
    blanks = words if last_blank else words - 1.0
    return 1.0364 * (strokes / blanks) + 0.0194 * (strokes / sentences) - 0.6059
