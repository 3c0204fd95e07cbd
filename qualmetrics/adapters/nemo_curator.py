"""Scorers as a stage of a NeMo Curator pipeline: columns are added, no document is dropped.

Curator's stages are classes of its own, so this one is made when it is asked for. A ``Filter``
after it decides by the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus.arrow import ArrowScorer
from qualmetrics.corpus.readers import Reading
from qualmetrics.errors import QualmetricsError


def score_stage(scorers: Mapping[str, Scorer], *, text_field: str = "text") -> Any:
    """Return a ``ProcessingStage`` from ``DocumentBatch`` to ``DocumentBatch``.

    Parameters
    ----------
    scorers : mapping of column name -> Scorer
        The columns added are those of ``ArrowScorer``: ``name`` or ``name.output``, and
        ``name.status``.
    text_field : str

    Raises
    ------
    QualmetricsError
        Where NeMo Curator is not installed.
    """
    try:
        from nemo_curator.stages.base import ProcessingStage
        from nemo_curator.tasks import DocumentBatch
    except ImportError:
        raise QualmetricsError(
            "a stage of NeMo Curator needs NeMo Curator, which is not installed. "
            "Type: pip install nemo-curator"
        ) from None
    scorer = ArrowScorer(dict(scorers), Reading(text_field=text_field))

    class ScoreStage(ProcessingStage):  # type: ignore[misc]
        name = "qualmetrics"

        def inputs(self) -> tuple[list[str], list[str]]:
            return ["data"], [text_field]

        def outputs(self) -> tuple[list[str], list[str]]:
            return ["data"], added

        def process(self, task: Any) -> Any:
            return DocumentBatch(
                dataset_name=task.dataset_name,
                data=scorer(task.to_pyarrow()),
                _metadata=task._metadata,
                _stage_perf=task._stage_perf,
            )

    import pyarrow

    added = scorer.schema(pyarrow.schema([(text_field, pyarrow.string())])).names[1:]
    return ScoreStage()


__all__ = ["score_stage"]
