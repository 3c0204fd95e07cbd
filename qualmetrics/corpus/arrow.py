"""Scorers for other engines: one function from Arrow batches to Arrow batches.

Spark's ``mapInArrow``, Ray Data's ``map_batches(batch_format="pyarrow")``, Hugging Face's
``Dataset.with_format("arrow").map(batched=True)`` and a stage of any pipeline take it. Commit and
resume are then theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus.commit import score_columns
from qualmetrics.corpus.parquet import pyarrow
from qualmetrics.corpus.readers import Place, Reading, row_of
from qualmetrics.corpus.scoring import score_batch


@dataclass(frozen=True)
class ArrowScorer:
    """Appends scores to tables; can be pickled, as its scorers can.

    Parameters
    ----------
    scorers : mapping of column name -> Scorer
    reading : Reading
        Which fields hold text, id, references and columns.
    float32 : bool

    Examples
    --------
    In Spark, see ``examples/corpora/spark_map_in_arrow.py``::

        frame.mapInArrow(scorer.map_in_arrow, from_arrow_schema(scorer.schema(...)))
    """

    scorers: Mapping[str, Scorer]
    reading: Reading = Reading()  # noqa: RUF009 - a frozen value
    float32: bool = False

    def __call__(self, table: Any) -> Any:
        """Return a table, or a record batch, with the columns of a run after its own.

        A row whose text is no string has the status *error* and no value; no row is dropped.
        """
        arrow = pyarrow("scoring Arrow tables", "")
        documents = [
            row_of(Place(str(i), "", None), row, self.reading)
            for i, row in enumerate(table.to_pylist())
        ]
        scores = score_batch(documents, self.scorers).scores
        columns = score_columns(scores, float32=self.float32)
        # Spark takes no dictionaries, and others make them themselves.
        added = {name: _plain(arrow, column) for name, column in columns.items()}
        whole = {name: table.column(name) for name in table.schema.names} | added
        if isinstance(table, arrow.RecordBatch):
            return arrow.RecordBatch.from_arrays(list(whole.values()), names=list(whole))
        return arrow.table(whole)

    def schema(self, schema: Any) -> Any:
        """Return the Arrow schema of the result for tables of a schema."""
        return self(schema.empty_table()).schema

    def map_in_arrow(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Score a stream of record batches: what Spark's ``mapInArrow`` calls."""
        for batch in batches:
            yield self(batch)


def _plain(arrow: Any, column: Any) -> Any:
    return column.dictionary_decode() if arrow.types.is_dictionary(column.type) else column
