"""Length of a text."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.feature import feature
from qualmetrics.text.plain import PART, plain_words

UNITS = ("words", "characters", "lines")


def length(*, unit: str = "words") -> Scorer:
    """Length in plain words of any script, in characters, or in lines that hold something.

    Outputs all three; ``unit`` says which is the primary one. Unlike the count ``words`` it has a
    value for every text that is not blank, which is what a guard needs.

    Parameters
    ----------
    unit : {"words", "characters", "lines"}

    Raises
    ------
    InputError
    """
    if unit not in UNITS:
        raise InputError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
    spec = Spec(
        name="length",
        description=length.__doc__ or "",
        outputs=UNITS,
        primary=unit,
        increases_with="quantity",
        bounds=(0.0, None),
        unit=unit,
        parameters={"unit": unit},
        source="A count",
    )
    return feature(spec, _measure, uses=(PART,), arguments={"unit": unit})


def _measure(text: str) -> Sequence[float]:
    lines = sum(1 for line in text.splitlines() if line.strip())
    return float(len(plain_words(text))), float(len(text)), float(lines)
