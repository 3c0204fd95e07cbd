"""Scores a stream of documents in batches of bounded size, in order, losing none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics import planner
from qualmetrics.core import UNDEFINED, Column, Scorer, Scores, Status
from qualmetrics.corpus.languages import ByColumn, run
from qualmetrics.corpus.readers import Document
from qualmetrics.errors import InputError

BATCH_DOCUMENTS = 512
BATCH_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class ScoredBatch:
    """Some consecutive documents and their scores, aligned.

    A document with a ``problem`` has the status *error* and no value.
    """

    documents: tuple[Document, ...]
    scores: Mapping[str, Scores]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one plain JSON-able dictionary per document.

        ``status`` joins the statuses of all scorers; ``flags`` names those that are not *ok*.
        """
        tables = {name: scores.to_dict() for name, scores in self.scores.items()}
        for i, document in enumerate(self.documents):
            values = {
                key: tables[name][output][i]
                for name, scores in self.scores.items()
                for key, output in output_keys(name, scores.spec.outputs)
            }
            states = {name: _plain(int(s.status[i])) for name, s in self.scores.items()}
            joined = Status.OK
            for state in states.values():
                joined |= state
            yield {
                "id": document.id,
                "path": document.path,
                "line": document.line,
                "status": str(joined),
                "scores": values,
                "flags": {name: str(state) for name, state in states.items() if state},
                "message": document.problem or document.warning,
            }


def _plain(code: int) -> Status:
    """Drop the flags of a value that is not there: an empty text is not *too short* as well."""
    state = Status(code)
    return state & UNDEFINED if state.undefined else state


def plain_status(codes: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Drop the flags of values that are not there, of a whole column."""
    undefined = codes & np.uint16(UNDEFINED)
    return np.where(undefined, undefined, codes).astype(np.uint16)


def output_keys(name: str, outputs: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pair what a column is called with the output in it: ``name``, or ``name.output``."""
    if len(outputs) == 1:
        return [(name, outputs[0])]
    return [(f"{name}.{output}", output) for output in outputs]


def score_documents(
    documents: Iterable[Document],
    scorers: Mapping[str, Scorer],
    *,
    batch_documents: int = BATCH_DOCUMENTS,
    batch_characters: int = BATCH_CHARACTERS,
) -> Iterator[ScoredBatch]:
    """Score documents as a stream.

    Parameters
    ----------
    documents : iterable of Document
        From ``read_documents``, or your own.
    scorers : mapping of column name -> Scorer
    batch_documents, batch_characters : int
        A batch is closed when it reaches either; no number depends on them.

    Yields
    ------
    ScoredBatch
        In the order of the documents, all of them.

    Raises
    ------
    InputError
        At the first document that lacks what a scorer needs: references, or a column.
    """
    return _batches(documents, scorers, batch_documents, batch_characters)


def _batches(
    documents: Iterable[Document], scorers: Mapping[str, Scorer], most: int, characters: int
) -> Iterator[ScoredBatch]:
    held: list[Document] = []
    size = 0
    for document in documents:
        held.append(document)
        size += len(document.text or "")
        if len(held) >= most or size >= characters:
            yield score_batch(held, scorers)
            held, size = [], 0
    if held:
        yield score_batch(held, scorers)


def score_batch(documents: Sequence[Document], scorers: Mapping[str, Scorer]) -> ScoredBatch:
    """Score some documents together; see ``score_documents``."""
    chosen = tuple(scorers.values())
    needs = {need: scorer.spec.name for scorer in chosen for need in sorted(scorer.needs)}
    for document in documents if needs else ():
        _check(document, needs)
    leaves = {leaf for one in chosen for leaf in planner.leaves(one)}
    read = [leaf for leaf in leaves if isinstance(leaf, (Column, ByColumn))]
    if read:
        documents = [_with_cells(document, read) for document in documents]
    rows = planner.as_rows(
        chosen,
        [d.text for d in documents],
        [d.references or ("",) for d in documents] if "references" in needs else None,
        {n: [d.columns.get(n) for d in documents] for n in needs if n != "references"},
    )
    found = run(chosen, rows)
    broken = np.array([bool(d.problem) for d in documents])
    scores = {}
    for name, one in zip(scorers, found, strict=True):
        status = np.where(broken, np.uint16(Status.ERROR), one.status).astype(np.uint16)
        scores[name] = replace(one, status=status)
    return ScoredBatch(tuple(documents), scores)


def _with_cells(document: Document, columns: Sequence[Column | ByColumn]) -> Document:
    """Return a document, or what is left of it where a cell cannot be read: a row that says so."""
    for column in columns:
        wrong = column.problem(document.columns.get(column.name))
        if wrong and not document.problem:
            return replace(document, text=None, problem=wrong, columns={})
    return document


def _check(document: Document, needs: Mapping[str, str]) -> None:
    """Refuse a document without what a scorer needs; one that could not be read has a status."""
    for need, name in needs.items():
        lacks = not document.references if need == "references" else need not in document.columns
        if lacks and not document.problem:
            what = "references" if need == "references" else f"column {need!r}"
            raise InputError(f"{document.place or document.id} has no {what}, which {name} reads")
