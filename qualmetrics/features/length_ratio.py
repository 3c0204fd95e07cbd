"""Length of a text beside its reference."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import feature
from qualmetrics.text.plain import PART, plain_words


def length_ratio(*, column: str = "reference") -> Scorer:
    """Shorter over longer of a text and its reference, in words: 1 for the same length.

    .5 for half as long and for twice as long. Outputs ``times``, words of the text / words of the
    reference, and ``length_ratio``, the primary one. With several references the one nearest in
    length counts. Not applicable without a reference that has a word.

    Parameters
    ----------
    column : str
        ``reference``, or the column that holds the other texts.
    """
    spec = Spec(
        name="length_ratio",
        description=length_ratio.__doc__ or "",
        outputs=("times", "length_ratio"),
        increases_with="similarity",
        bounds=(0.0, None),
        unit="0 to 1",
        source="The length term of the regression reward in zli12321/long_form_rl (PrefBERT)",
    )
    return feature(spec, _measure, side=column, uses=(PART,), arguments={"column": column})


def _measure(text: str, others: tuple[str, ...]) -> Sequence[float] | None:
    mine = len(plain_words(text))
    theirs = [n for n in (len(plain_words(other)) for other in others) if n]
    if not theirs:
        return None
    ratio, times = max((min(mine, n) / max(mine, n), mine / n) for n in theirs)
    return times, ratio
