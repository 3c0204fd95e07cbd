"""Edit similarity of a text and its source."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import check_count, feature
from qualmetrics.text.plain import PART, plain_words


def edit_similarity(*, column: str = "reference", max_words: int = 2000) -> Scorer:
    """How much of a source is left as it was: exp(-d / (m - d)), d word edits, m the longer length.

    1 for the same words, 0 where no word is kept. Outputs ``edits`` and ``edit_similarity``, the
    primary one. With several references the nearest counts.

    Parameters
    ----------
    column : str
        ``reference``, or the column that holds the sources.
    max_words : int
        Longer texts are compared so far.

    Raises
    ------
    InputError
    """
    check_count("max_words", max_words)
    spec = Spec(
        name="edit_similarity",
        description=edit_similarity.__doc__ or "",
        tier="secondary",
        outputs=("edits", "edit_similarity"),
        increases_with="similarity",
        bounds=(0.0, None),
        unit="0 to 1",
        parameters={"max_words": max_words},
        source="timonziegenbein/inappropriateness-mitigation",
    )
    given = {"column": column, "max_words": max_words}
    return feature(
        spec, _measure, side=column, options={"max_words": max_words}, uses=(PART,), arguments=given
    )


def similarity_of_edits(edits: int, longer: int) -> float:
    """Return exp(-d / (m - d)); 1 without an edit, 0 where all words were edited."""
    return 0.0 if edits >= longer else math.exp(-edits / (longer - edits))


def _measure(text: str, others: tuple[str, ...], *, max_words: int) -> Sequence[float] | None:
    words = plain_words(text)[:max_words]
    found = []
    for other in others:
        source = plain_words(other)[:max_words]
        longer = max(len(words), len(source))
        if longer:
            edits = _edits(words, source)
            found.append((similarity_of_edits(edits, longer), edits))
    if not found:
        return None
    best, edits = max(found, key=lambda item: item[0])
    return float(edits), best


def _edits(left: Sequence[str], right: Sequence[str]) -> int:
    """Levenshtein distance, a row at a time."""
    numbers: dict[str, int] = {}
    a = np.array([numbers.setdefault(word, len(numbers)) for word in left], dtype=np.int64)
    b = np.array([numbers.setdefault(word, len(numbers)) for word in right], dtype=np.int64)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for i, word in enumerate(a.tolist(), start=1):
        change = np.empty_like(row)
        change[0] = i
        change[1:] = np.minimum(row[1:] + 1, row[:-1] + (b != word))
        # An insertion costs one a step: the running minimum of (value - step) carries it along.
        row = np.minimum.accumulate(change - steps) + steps
    return int(row[-1])
