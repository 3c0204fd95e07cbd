"""Machinery: an input that reads a text as the embeddings of its sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qualmetrics.core import UNDEFINED, Batch, Cost, Layout, Rows, Status
from qualmetrics.encoder import (
    Encoder,
    Policy,
    TextState,
    Vectors,
    pad_states,
    row_status,
    side_texts,
)
from qualmetrics.text import sentence_spans

BUDGET = 8_192
"""Sentences, padding included, that are compared at a time."""


@dataclass(frozen=True)
class SentenceVectors:
    """One vector for each sentence of a text, or of its references.

    Yields ``{side}_vectors`` ``(n, sentences, width)``, ``{side}_mask``, ``{side}_special`` (0) and
    ``{side}_weights`` (tokens of each sentence); references have one more axis after ``n``. A row
    without a sentence is *empty* or has *no words*; it is *truncated* where a sentence is longer
    than the encoder reads.
    """

    side: str
    encoder: Encoder
    layer: int
    lang: str = "en"
    policy: Policy = field(default_factory=Policy)

    @property
    def _vectors(self) -> Vectors:
        return Vectors(self.side, self.encoder, self.layer, self.encoder.pooling, self.policy)

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The arrays it yields; see the class."""
        rows = ("n", "references") if self.side == "reference" else ("n",)
        tokens = (*rows, f"{self.side}_sentences")
        masks = {f"{self.side}_{k}": Layout(tokens, "float32") for k in ("mask", "special")}
        return {
            f"{self.side}_vectors": Layout((*tokens, self.encoder.width), "float32"),
            f"{self.side}_weights": Layout(tokens, "float32"),
            **masks,
        }

    @property
    def needs(self) -> frozenset[str]:
        """References, or nothing beside the text."""
        return self._vectors.needs

    @property
    def parts(self) -> tuple[str, ...]:
        """Pieces of the signature."""
        return (f"sent:{self.lang}/1", *self._vectors.parts)

    def cost(self, rows: Rows) -> Cost | None:
        """Return a guess at the sentences of each row, from its length."""
        units = [len(row) * (1 + max(map(len, row)) // 40) for row in side_texts(self.side, rows)]
        return Cost(np.array(units, dtype=np.int64), BUDGET)

    def read(self, rows: Rows) -> Batch:
        """Split and encode what is not known yet, each distinct sentence once."""
        several = side_texts(self.side, rows)
        prepared = rows.references.prepared if rows.references else {}
        texts = {text for row in several for text in row}
        known = {text: prepared[self, text] for text in texts if (self, text) in prepared}
        known |= self._encode(sorted(texts - known.keys()))
        flat = [[known[text] for text in row] for row in several]
        arrays = pad_states(self.side, flat, self.encoder.width)
        arrays[f"{self.side}_weights"] = arrays.pop(f"{self.side}_ids").astype(np.float32)
        return Batch(arrays, row_status(flat))

    def prepared(self, texts: Iterable[str]) -> dict[tuple[SentenceVectors, str], TextState]:
        """Encode texts beforehand: what goes into ``References.prepared``."""
        return {(self, text): state for text, state in self._encode(sorted(set(texts))).items()}

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the sentences of a text stand."""
        return [(start, end) for start, end in sentence_spans(text, self.lang)]

    def _encode(self, texts: Sequence[str]) -> dict[str, TextState]:
        return self.encode({t: (t, [t[a:b] for a, b in self.spans(t)]) for t in texts})

    def encode(self, cut: Mapping[Any, tuple[str, Sequence[str]]]) -> dict[Any, TextState]:
        """Encode texts that are cut already: a text and its sentences by whatever key."""
        distinct = {sentence for _, several in cut.values() for sentence in several}
        vectors = self._vectors
        found = {text: state for (_, text), state in vectors.prepared(distinct).items()}
        return {
            key: self._state(text, [found[sentence] for sentence in several])
            for key, (text, several) in cut.items()
        }

    def _state(self, text: str, several: Sequence[TextState]) -> TextState:
        """Put the sentences of a text together: vectors, and tokens of each in place of ids."""
        good = [state for state in several if not state.status & UNDEFINED]
        if not good:
            status = Status.NO_WORDS if text.strip() else Status.EMPTY
            width = self.encoder.width
            nothing: Any = np.empty((0, width), dtype=np.float32)
            return TextState(nothing, np.empty(0, np.int64), np.empty(0, bool), int(status))
        return TextState(
            np.stack([state.vectors for state in good]),
            np.array([int((~state.special).sum()) for state in good], dtype=np.int64),
            np.zeros(len(good), dtype=bool),
            int(np.bitwise_or.reduce([state.status for state in good])),
        )
