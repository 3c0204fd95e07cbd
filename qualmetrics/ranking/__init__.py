"""Orders from scores and comparisons, without a model: strengths, selection, calibration. numpy."""

from qualmetrics.ranking.calibration import (
    CEFR_BANDS,
    Calibration,
    calibrated,
    fit_calibration,
    read_calibration,
)
from qualmetrics.ranking.chunks import chunked
from qualmetrics.ranking.comparisons import (
    aggregate,
    compare,
    debias_order,
    fit_bradley_terry,
    fit_scale,
)
from qualmetrics.ranking.selection import select

__all__ = [
    "CEFR_BANDS",
    "Calibration",
    "aggregate",
    "calibrated",
    "chunked",
    "compare",
    "debias_order",
    "fit_bradley_terry",
    "fit_calibration",
    "fit_scale",
    "read_calibration",
    "select",
]
