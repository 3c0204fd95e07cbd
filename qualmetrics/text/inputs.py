"""``Counts``: the input through which scorers read text as numbers of words, sentences and such.

The statuses of a text are decided here, from counts that every request carries along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Array, Batch, Cost, Input, Layout, Rows, Status, status_array

STATUS_COLUMNS = ("characters", "words", "letters", "foreign_letters", "stop_own", "stop_other")
"""What the statuses are decided from."""

MIN_WORDS_FOR_LANGUAGE = 20
"""Below this many words a text is too short to be called plainly another language."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Count columns of each text under named rules: arrays of float64 ``(n,)``.

    ``rules`` is a name such as ``en/1``, ``de/1`` or ``textstat``; ``columns`` are names of
    ``qualmetrics.text.column_names()``. A text is *empty* without a visible character, has *no
    words* without a word, is *not applicable* where more than half of its letters belong to a
    script that these rules cannot read, and is flagged *wrong language* where function words of
    other languages outnumber those of this one.
    """

    rules: str
    columns: tuple[str, ...]

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a text for each column."""
        return dict.fromkeys(self.columns, Layout())

    @property
    def needs(self) -> frozenset[str]:
        """The text alone."""
        return frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """The rules that these columns depend on, with their versions."""
        from qualmetrics.text.rules import get_rules

        return get_rules(self.rules).signature_parts(self.columns)

    def union(self, other: Input) -> Counts | None:
        """Return the columns of both as one input: they are counted in one pass."""
        if not isinstance(other, Counts) or other.rules != self.rules:
            return None
        return Counts(self.rules, tuple(dict.fromkeys((*self.columns, *other.columns))))

    def cost(self, rows: Rows) -> Cost | None:
        """Counting pads nothing."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Count; one pass over all texts."""
        from qualmetrics.text import count

        wanted = tuple(dict.fromkeys((*self.columns, *STATUS_COLUMNS)))
        table = count(rows.texts, wanted, rules=self.rules)
        return Batch({name: table[name] for name in self.columns}, statuses(table))


def statuses(table: dict[str, Array]) -> NDArray[np.uint16]:
    """Decide the status of each text from its counts, ``(n,)``."""
    words, letters = table["words"], table["letters"]
    status = status_array(len(words))
    status[table["characters"] == 0] = Status.EMPTY
    status[(table["characters"] > 0) & (words == 0)] = Status.NO_WORDS
    readable = (words > 0) & (2 * table["foreign_letters"] <= letters)
    status[(words > 0) & ~readable] = Status.NOT_APPLICABLE
    other, own = table["stop_other"], table["stop_own"]
    foreign = (words >= MIN_WORDS_FOR_LANGUAGE) & (other > 2 * own) & (10 * other > words)
    status[readable & foreign] |= np.uint16(Status.WRONG_LANGUAGE)
    return status
