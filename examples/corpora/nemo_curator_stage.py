"""Score in a NeMo Curator pipeline.

Usage: ``python nemo_curator_stage.py FOLDER OUTPUT``, with ``pip install nemo-curator``. FOLDER
holds ``.jsonl`` files with a field ``text``.
"""

import sys

from nemo_curator.pipeline import Pipeline
from nemo_curator.stages.text.filters import Filter
from nemo_curator.stages.text.io.reader import JsonlReader
from nemo_curator.stages.text.io.writer import JsonlWriter

from qualmetrics.adapters.nemo_curator import score_stage
from qualmetrics.corpus.metrics import resolve


def main(folder: str, output: str) -> None:
    """Score, keep what is below grade 9, and write it."""
    pipeline = Pipeline(name="easy texts")
    pipeline.add_stage(JsonlReader(folder))
    pipeline.add_stage(score_stage(resolve(["fkgl"])))
    pipeline.add_stage(Filter(lambda grade: grade is not None and grade < 9, "fkgl"))
    pipeline.add_stage(JsonlWriter(output))
    pipeline.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
