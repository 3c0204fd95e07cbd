"""``Counts``: the input through which scorers read text as numbers of words, sentences and such.

The statuses of a text are decided here, from counts that every request carries along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Array, Batch, Cost, Input, Layout, Rows, Status, status_array
from qualmetrics.errors import BundleError
from qualmetrics.text.weights import WordWeights

STATUS_COLUMNS = ("characters", "words", "letters", "foreign_letters", "stop_own", "stop_other")
"""What the statuses are decided from."""

MIN_WORDS_FOR_LANGUAGE = 20
"""Below this many words a text is too short to be called plainly another language."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Count columns of each text under named rules: arrays of float64 ``(n,)``.

    ``rules`` is a name such as ``en/1``, ``de/1`` or ``textstat``; ``columns`` are names of
    ``qualmetrics.text.column_names()``; ``tables`` are learned word weights, whose channels are
    summed over the words in the same pass. A text is *empty* without a visible character, has *no
    words* without a word, is *not applicable* where more than half of its letters belong to a
    script that these rules cannot read, and is flagged *wrong language* where function words of
    other languages outnumber those of this one.
    """

    rules: str
    columns: tuple[str, ...]
    tables: tuple[WordWeights, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """The sums that the tables yield."""
        return tuple(channel for table in self.tables for channel in table.channels)

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a text for each column, and for each channel of a table."""
        return dict.fromkeys((*self.columns, *self.channels), Layout())

    @property
    def needs(self) -> frozenset[str]:
        """The text alone."""
        return frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """The rules that these columns depend on, with their versions."""
        from qualmetrics.text.rules import get_rules

        parts = get_rules(self.rules).signature_parts(self.columns)
        if self.tables:  # which words there are; and where sentences begin, if names are told apart
            named = any(table.proper is not None for table in self.tables)
            words = get_rules(self.rules).signature_parts(("words", *["sentences"] * named))
            parts = tuple(dict.fromkeys((*parts, *words, *(table.part for table in self.tables))))
        return parts

    def union(self, other: Input) -> Counts | None:
        """Return the columns of both as one input: they are counted in one pass."""
        if not isinstance(other, Counts) or other.rules != self.rules:
            return None
        tables = tuple(dict.fromkeys((*self.tables, *other.tables)))
        union = Counts(self.rules, tuple(dict.fromkeys((*self.columns, *other.columns))), tables)
        shared = len(set(union.channels)) < len(union.channels)  # two tables, one name for the sum
        return None if shared else union

    def cost(self, rows: Rows) -> Cost | None:
        """Counting pads nothing."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Count; one pass over all texts."""
        from qualmetrics.text import count

        wanted = tuple(dict.fromkeys((*self.columns, *STATUS_COLUMNS)))
        table = count(rows.texts, wanted, rules=self.rules, tables=self.tables)
        return Batch({name: table[name] for name in self.layout}, statuses(table))

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Return rules and columns; each table is a file beside them, named with its digest."""
        settings: dict[str, Any] = {"rules": self.rules, "columns": self.columns}
        if self.tables:
            settings["tables"] = [
                {"file": f"{table.name}.weights.gz", "sha256": table.digest}
                for table in self.tables
            ]
            for table, entry in zip(self.tables, settings["tables"], strict=True):
                table.save(folder / entry["file"])
        return settings

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> Counts:
        """Read what ``to_bundle`` wrote."""
        tables = []
        for entry in settings.get("tables", ()):
            path = (folder / entry["file"]).resolve()
            if path.parent != folder.resolve():
                raise BundleError(f"{folder} names {entry['file']!r}, which lies outside of it")
            tables.append(WordWeights.load(path, entry["sha256"]))
        return cls(settings["rules"], tuple(settings["columns"]), tuple(tables))


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
