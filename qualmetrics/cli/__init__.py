"""The command line, ``qualmetrics`` or ``qm``: thin, every command calls a public function.

Start-up matters here: Typer is imported on the first call, everything else where it is used.
"""

from __future__ import annotations

import gc
import signal
import sys

OK, GATE_FAILED, FAILED = 0, 1, 2
"""Exit codes: all well; a gate failed; usage, configuration, or something that cannot be read."""

STOPPED = 130
"""What a shell gives for Ctrl-C, which is no failed gate."""

GARBAGE_THRESHOLD = 50_000
"""Imports make objects by the ten thousand: looking for cycles among them, 129 times at Python's
threshold of 700, was 57 of the 421 ms of a short run."""


def main() -> None:
    """Run the command line and exit: errors made for people in one line, others with a trace."""
    if hasattr(signal, "SIGPIPE"):  # `| head` ends us quietly, as it does any other program
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    gc.set_threshold(GARBAGE_THRESHOLD)
    sys.exit(run())


def run() -> int:
    """Run the command line on ``sys.argv`` and return the exit code."""
    from qualmetrics.errors import QualmetricsError

    try:
        return _invoke()
    except QualmetricsError as error:
        from qualmetrics.cli.messages import fail

        fail(str(error))
        return FAILED
    except KeyboardInterrupt:
        return STOPPED
    except Exception:  # a defect: keep the trace, but not the exit code of a failed gate
        import traceback

        traceback.print_exc()
        return FAILED


def _invoke() -> int:
    from qualmetrics.cli.app import app

    try:
        app(prog_name="qualmetrics")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else OK
    return OK


__all__ = ["FAILED", "GATE_FAILED", "OK", "STOPPED", "main", "run"]
