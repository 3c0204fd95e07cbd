"""Whether a text holds given phrases."""

from __future__ import annotations

from collections.abc import Sequence

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.feature import feature
from qualmetrics.text.plain import PART, plain_words

EXAMPLE = ("the",)


def contains(*, phrases: Sequence[str] = EXAMPLE) -> Scorer:
    """Share of the given phrases that a text holds, as whole words in a row, in any case.

    1 where all are there, 0 where none is. A check of a rubric: required words, section headings,
    or, listed among its pitfalls, what must not be said. Undefined for a blank text.

    Parameters
    ----------
    phrases : sequence of str
        Each with a word.

    Raises
    ------
    InputError
    """
    several = (phrases,) if isinstance(phrases, str) else tuple(phrases)
    if not several or not all(isinstance(item, str) and plain_words(item) for item in several):
        raise InputError(f"phrases must hold strings with a word each; got {phrases!r}")
    given = {"phrases": several}
    spec = Spec(
        name="contains",
        description=contains.__doc__ or "",
        increases_with="quantity",
        bounds=(0.0, 1.0),
        unit="share",
        parameters=given,
        source="Own definition",
    )
    return feature(spec, _measure, options=given, uses=(PART,), arguments=given)


def _measure(text: str, *, phrases: tuple[str, ...]) -> Sequence[float]:
    words = f" {' '.join(plain_words(text))} "
    found = sum(f" {' '.join(plain_words(phrase))} " in words for phrase in phrases)
    return (found / len(phrases),)
