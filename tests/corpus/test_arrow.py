"""Scores of Arrow tables for other engines: beside the columns that were there, no row lost."""

import pickle

import pyarrow as pa

from qualmetrics.corpus.arrow import ArrowScorer
from qualmetrics.corpus.metrics import resolve
from qualmetrics.corpus.readers import Reading

SCORER = ArrowScorer(resolve(["words", "fkgl"]), Reading(text_field="body"))
TABLE = pa.table({"body": ["One two.", None, "Three."], "n": [1, 2, 3]})


def test_a_table_keeps_its_columns_and_rows() -> None:
    found = pickle.loads(pickle.dumps(SCORER))(TABLE)  # noqa: S301 - our own
    assert found.column_names == ["body", "n", "words", "fkgl", "words.status", "fkgl.status"]
    assert found.column("words").to_pylist() == [2, None, 1]
    assert found.column("words.status").to_pylist() == ["ok", "error", "ok"]


def test_a_stream_of_record_batches_is_what_spark_calls_for() -> None:
    batches = list(SCORER.map_in_arrow(iter(TABLE.to_batches(max_chunksize=2))))
    assert [type(batch) for batch in batches] == [pa.RecordBatch] * 2
    assert pa.Table.from_batches([b.select(["words"]) for b in batches])["words"].to_pylist() == [
        2,
        None,
        1,
    ]
