"""The paragraph rule of mC4, as datatrove counts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import Threshold, feature

LONG_LINE: Final = 200
"""Characters of the shortest line that mC4 takes for a paragraph."""
THRESHOLDS: Final = (Threshold("long_lines", "<", 3, "< 3 paragraphs"),)


def c4_paragraph__datatrove() -> Scorer:
    """Lines of 200 characters or more: mC4 keeps a page that has three of them.

    Undefined for a blank text only.
    """
    spec = Spec(
        name="c4_paragraph@datatrove",
        description=c4_paragraph__datatrove.__doc__ or "",
        tier="secondary",
        outputs=("long_lines",),
        increases_with="quantity",
        bounds=(0.0, None),
        unit="lines",
        source="Xue et al. 2021, mT5, section 3.1; datatrove 0.10.1, c4_filters.py",
    )
    return feature(spec, _measure, thresholds=THRESHOLDS)


def _measure(text: str) -> Sequence[float]:
    return (float(sum(len(line) >= LONG_LINE for line in text.split("\n"))),)
