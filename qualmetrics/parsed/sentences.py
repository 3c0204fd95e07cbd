"""Machinery: sentences of parsed documents as vectors, in place of those that our rules find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qualmetrics.core import Batch, Cost, Layout, Rows, Status
from qualmetrics.encoder import TextState, pad_states
from qualmetrics.parsed.docs import DocSource, status_of, words
from qualmetrics.similarity.sentence_vectors import SentenceVectors


@dataclass(frozen=True)
class DocSentenceVectors:
    """What ``SentenceVectors`` yields of a text, for the sentences of its document."""

    vectors: SentenceVectors
    source: DocSource
    requires: tuple[str, ...] = ("SENT_START",)

    @property
    def layout(self) -> Mapping[str, Layout]:
        """That of the vectors."""
        return self.vectors.layout

    @property
    def needs(self) -> frozenset[str]:
        """The column of documents, or the text alone."""
        return self.source.needs

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of the vectors, with spaCy's sentences."""
        rest = [part for part in self.vectors.parts if not part.startswith("sent:")]
        return (f"sent:{self.source.name}", *rest)

    def cost(self, rows: Rows) -> Cost | None:
        """Rows are padded once, all together: documents are not read twice."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Encode each distinct sentence once."""
        docs = self.source.read(rows)
        status = np.array([status_of(doc, self.requires) for doc in docs], dtype=np.uint16)
        good = np.flatnonzero(status == Status.OK).tolist()
        cut = {
            i: (docs[i].text, [part.text.strip() for part in docs[i].sents if words(part)])
            for i in good
        }
        states = self.vectors.encode(cut)
        nothing = self.vectors.encode({"": ("", [])})[""]
        flat = [[states.get(i, nothing)] for i in range(len(rows))]
        status |= np.array([_status(state[0]) for state in flat]) * (status == Status.OK)
        arrays = pad_states("text", flat, self.vectors.encoder.width)
        arrays["text_weights"] = arrays.pop("text_ids").astype(np.float32)
        return Batch(arrays, status)


def _status(state: TextState) -> np.uint16:
    return np.uint16(state.status)
