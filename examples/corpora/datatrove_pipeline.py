"""Score and filter in a datatrove pipeline.

Usage: ``python datatrove_pipeline.py FOLDER OUTPUT``, with ``pip install datatrove orjson``. FOLDER
holds ``.jsonl`` files with a field ``text``. Documents above grade 9 are left out; those without a
grade as well.
"""

import sys
from typing import Any

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from qualmetrics.adapters.datatrove import ScoreStep
from qualmetrics.corpus.metrics import resolve


def is_easy(document: Any) -> bool:
    """Tell whether a document has a grade below 9."""
    grade = document.metadata["fkgl"]
    return grade is not None and grade < 9


def main(folder: str, output: str) -> None:
    """Run the pipeline in one process."""
    LocalPipelineExecutor(
        [
            JsonlReader(folder),
            ScoreStep(resolve(["fkgl", "gopher_quality@datatrove"])),
            LambdaFilter(is_easy),
            JsonlWriter(output, compression=None),
        ],
        logging_dir=f"{output}/logs",
    ).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
