"""Shared fixtures: the data folder, and a counted line for what was skipped without it."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

ABSENT = re.compile(r"could not import '([^']+)'")
DATA = os.environ.get("QUALMETRICS_DATA")


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder named by QUALMETRICS_DATA, or skip."""
    if not DATA:
        pytest.skip("QUALMETRICS_DATA is not set")
    if not Path(DATA).is_dir():
        pytest.fail(f"QUALMETRICS_DATA names {DATA}, which is no folder")
    return Path(DATA)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests need data that is not here."""
    skipped = terminalreporter.stats.get("skipped", [])
    missing = sum("QUALMETRICS_DATA" in str(report.longrepr) for report in skipped)
    if missing:
        terminalreporter.write_line(f"{missing} tests skipped: set QUALMETRICS_DATA to run them")
    absent = Counter(found for report in skipped for found in ABSENT.findall(str(report.longrepr)))
    for package, count in sorted(absent.items()):
        terminalreporter.write_line(f"{count} tests or files of tests skipped: no {package!r} here")
