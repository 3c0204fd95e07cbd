"""What is said on standard error: one line each, safe to print whatever a file is called."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qualmetrics.corpus.readers import Found


def fail(message: str) -> None:
    """Print an error."""
    _say("error", message)


def warn(message: str) -> None:
    """Print a warning."""
    _say("warning", message)


def warn_of_repeated(found: Found) -> None:
    """Say that files which were named more than once are scored once."""
    if found.repeated:
        n, first = len(found.repeated), found.repeated[0]
        what = f"{first} was" if n == 1 else f"{n:,} files, such as {first}, were"
        warn(f"{what} named more than once; each is scored once")


def note(message: str) -> None:
    """Print what is neither an error nor a warning."""
    _say("", message)


def gate_failed(message: str) -> None:
    """Print what broke a gate."""
    _say("gate failed", message)


def _say(kind: str, message: str) -> None:
    line = f"qualmetrics: {kind}{': ' if kind else ''}{printable(message)}\n"
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding))


def printable(text: str) -> str:
    """Escape what could move the cursor or start a terminal sequence: names come from outside."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
