"""Score a data set of Hugging Face ``datasets``, whole or streamed.

Usage: ``python datasets_map.py INPUT.jsonl OUTPUT``, with ``pip install datasets``. Nothing is
taken from the hub.
"""

import sys

from datasets import load_dataset

from qualmetrics.corpus.arrow import ArrowScorer
from qualmetrics.corpus.metrics import resolve


def main(source: str, output: str) -> None:
    """Score twice: as a data set that is saved, and as a stream whose first rows are shown."""
    scorer = ArrowScorer(resolve(["fkgl", "words"]))
    data = load_dataset("json", data_files=source, split="train")
    data.with_format("arrow").map(scorer, batched=True).with_format(None).save_to_disk(output)
    stream = load_dataset("json", data_files=source, split="train", streaming=True)
    for row in stream.with_format("arrow").map(scorer, batched=True).with_format(None).take(3):
        print(row["fkgl"], row["fkgl.status"])


if __name__ == "__main__":
    main(*sys.argv[1:])
