"""Scorers as a step of a datatrove pipeline: values go to the metadata of each document.

datatrove takes any callable beside its own blocks, so nothing of it is imported here. Filters after
this step decide by the values; a writer keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus.readers import Document
from qualmetrics.corpus.scoring import BATCH_DOCUMENTS, score_batch


class ScoreStep:
    """Puts scores into ``document.metadata``, and passes every document on.

    Parameters
    ----------
    scorers : mapping of column name -> Scorer
        A scorer with one output is one key of the metadata, one with several is ``name.output``.
        An undefined value is None; where one is, or is flagged, ``name.status`` says why.
    batch_size : int
        Documents that are scored together; no number depends on it.

    Examples
    --------
    ::

        from datatrove.executor import LocalPipelineExecutor
        from datatrove.pipeline.filters import LambdaFilter
        from datatrove.pipeline.readers import JsonlReader
        from datatrove.pipeline.writers import JsonlWriter
        from qualmetrics.corpus.metrics import resolve

        LocalPipelineExecutor([
            JsonlReader("data/"),
            ScoreStep(resolve(["fkgl"])),
            LambdaFilter(lambda d: d.metadata["fkgl"] is not None and d.metadata["fkgl"] < 9),
            JsonlWriter("kept/"),
        ], tasks=2, workers=2).run()
    """

    def __init__(self, scorers: Mapping[str, Scorer], batch_size: int = BATCH_DOCUMENTS) -> None:
        self.scorers, self.batch_size = dict(scorers), batch_size

    def __repr__(self) -> str:
        """What datatrove writes into its logs: the signatures."""
        return f"qualmetrics({', '.join(s.signature for s in self.scorers.values())})"

    def __call__(
        self, data: Iterable[Any] | None, rank: int = 0, world_size: int = 1
    ) -> Iterator[Any]:
        """Score the documents of a task as they come.

        Raises
        ------
        InputError
            Where a scorer reads references or a column that the metadata does not have.
        """
        stream = iter(data or ())
        needs = {need for scorer in self.scorers.values() for need in scorer.needs}
        while batch := list(islice(stream, self.batch_size)):
            rows = list(score_batch([_row(d, needs) for d in batch], self.scorers).rows())
            for document, row in zip(batch, rows, strict=True):
                document.metadata.update(row["scores"])
                flags = row["flags"].items()
                document.metadata.update({f"{name}.status": state for name, state in flags})
                yield document


def _row(document: Any, needs: set[str]) -> Document:
    """Read references from ``metadata["references"]``, and columns by their names."""
    columns = {name: document.metadata[name] for name in needs if name in document.metadata}
    given = columns.pop("references", ())
    references = (given,) if isinstance(given, str) else tuple(given)
    return Document(document.id, "", text=document.text, references=references, columns=columns)


__all__ = ["ScoreStep"]
