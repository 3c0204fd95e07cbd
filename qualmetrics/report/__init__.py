"""Reports: one self-contained HTML file about a table of scores, or about two side by side.

``report(source, "report.html")`` is the whole of it; ``statistics`` holds the numbers that it
shows, for whoever wants them without a page. See docs/reports.md.
"""

from qualmetrics.report.page import compare_report, report, rows_shown
from qualmetrics.report.pictures import write_pictures
from qualmetrics.report.statistics import (
    Difference,
    differences,
    gate_effects,
    gates_of,
    keep_curve,
    suggestions,
    summary,
    where,
)
from qualmetrics.report.table import Scored, table_of

__all__ = [
    "Difference",
    "Scored",
    "compare_report",
    "differences",
    "gate_effects",
    "gates_of",
    "keep_curve",
    "report",
    "rows_shown",
    "suggestions",
    "summary",
    "table_of",
    "where",
    "write_pictures",
]
