"""Score a data frame of Spark.

Usage: ``python spark_map_in_arrow.py INPUT.jsonl OUTPUT``, with Java 17 and ``pip install pyspark
pyarrow pandas``. Workers need qualmetrics as well, and the Python that runs them is named by
``PYSPARK_PYTHON``.
"""

import sys

from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from qualmetrics.corpus.arrow import ArrowScorer
from qualmetrics.corpus.metrics import resolve


def main(source: str, output: str) -> None:
    """Read JSON lines, score them, and write Parquet."""
    spark = SparkSession.builder.getOrCreate()
    frame = spark.read.json(source)
    scorer = ArrowScorer(resolve(["fkgl", "words"]))
    schema = from_arrow_schema(scorer.schema(to_arrow_schema(frame.schema)))
    frame.mapInArrow(scorer.map_in_arrow, schema).write.parquet(output)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
