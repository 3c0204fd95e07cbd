"""Machinery: a text and a reference as one sequence, for models that read both at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Batch, Cost, Layout, Rows, Status, status_array
from qualmetrics.encoder.bundle import EncodedPair, Encoder
from qualmetrics.encoder.inputs import ROWS_BUDGET, Tokens
from qualmetrics.encoder.long_texts import Policy
from qualmetrics.errors import InputError

ORDERS = ("text", "reference")


@dataclass(frozen=True)
class PairTokens:
    """A text and each of its references, as the tokenizer joins two texts.

    ``first`` says which of the two comes first, ``text`` or ``reference``: a model that was trained
    one way means nothing the other way. What is beyond ``max_tokens`` is cut, the longer text
    first, and the row has the status *truncated*.

    Yields ``pair_ids``, ``pair_types`` and ``pair_mask``, int64 ``(n, references, tokens)``; the
    mask is 0 throughout where there is no reference, or one without a token. A row is undefined
    where its text, or all of its references, have no token.
    """

    encoder: Encoder
    max_tokens: int = 512
    first: str = "text"

    def __post_init__(self) -> None:
        if self.first not in ORDERS:
            raise InputError(f"first={self.first!r} is neither 'text' nor 'reference'")
        self.encoder.check_policy(Policy("cut", self.max_tokens))

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The arrays it yields; see the class."""
        axes = ("n", "references", "pair_tokens")
        return {f"pair_{kind}": Layout(axes, "int64") for kind in ("ids", "mask", "types")}

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def parts(self) -> tuple[str, ...]:
        """Pieces of the signature."""
        return self.encoder.part, f"pair:{self.first}-first/{self.max_tokens}"

    def cost(self, rows: Rows) -> Cost | None:
        """Tokens of each row, as they will be padded."""
        pairs = self._pairs(rows)
        units = [len(row) * max(len(pair.ids) for pair in row) for row in pairs]
        return Cost(np.array(units, dtype=np.int64), ROWS_BUDGET * self.encoder.budget)

    def read(self, rows: Rows) -> Batch:
        """Tokenise each pair."""
        pairs = self._pairs(rows)
        wide = max(map(len, pairs), default=1)
        shape = len(pairs), wide, max((len(p.ids) for row in pairs for p in row), default=1)
        ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for i, row in enumerate(pairs):
            for j, pair in enumerate(row):
                if pair.n_first and pair.n_second:
                    n = len(pair.ids)
                    ids[i, j, :n], mask[i, j, :n], types[i, j, :n] = pair.ids, 1, pair.types
        status = status_array(len(pairs))
        for i, row in enumerate(pairs):
            status[i] = self._status(rows, i, row)
        return Batch({"pair_ids": ids, "pair_mask": mask, "pair_types": types}, status)

    def _pairs(self, rows: Rows) -> list[list[EncodedPair]]:
        if rows.references is None:
            raise InputError("there are no references to read beside the texts")
        return [
            [self.pair(text=text, reference=reference) for reference in several]
            for text, several in zip(rows.texts, rows.references.rows, strict=True)
        ]

    def pair(self, *, text: str, reference: str) -> EncodedPair:
        """Return one pair in the order of this input; by keyword, so that none is turned round."""
        both = (text, reference) if self.first == "text" else (reference, text)
        return self.encoder.tokenize_pair(*both, max_tokens=self.max_tokens)

    def _status(self, rows: Rows, at: int, row: Sequence[EncodedPair]) -> int:
        several = rows.references.rows[at] if rows.references is not None else ()
        mine = 0 if self.first == "text" else 1
        if not (row[0].n_first, row[0].n_second)[mine]:
            return _without_tokens(rows.texts[at])
        good = [pair for pair in row if pair.n_first and pair.n_second]
        if not good:
            return _without_tokens(several[0])
        return int(Status.TRUNCATED) if any(pair.truncated for pair in good) else 0

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Copy the tokenizer to a bundle's folder and return what ``from_bundle`` needs."""
        copied = Tokens("text", self.encoder, Policy("cut", self.max_tokens)).to_bundle(folder)
        return {"sha256": copied["sha256"], "max_tokens": self.max_tokens, "first": self.first}

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> PairTokens:
        """Return the input that ``to_bundle`` wrote; its encoder can tokenise and nothing else."""
        encoder = Encoder(str(folder / "tokenizer"), str(settings["sha256"]))
        return cls(encoder, int(settings["max_tokens"]), str(settings["first"]))


def _without_tokens(text: str) -> int:
    return int(Status.NO_WORDS if text.strip() else Status.EMPTY)
