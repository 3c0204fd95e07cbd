"""Orders from scores and comparisons, without a model: strengths, selection, calibration. numpy."""

from qualmetrics.ranking.calibration import Calibration, calibrated, fit_calibration
from qualmetrics.ranking.chunks import chunked_score
from qualmetrics.ranking.comparisons import (
    aggregate,
    compare,
    debias_order,
    fit_bradley_terry,
)
from qualmetrics.ranking.selection import select

__all__ = [
    "Calibration",
    "aggregate",
    "calibrated",
    "chunked_score",
    "compare",
    "debias_order",
    "fit_bradley_terry",
    "fit_calibration",
    "select",
]
