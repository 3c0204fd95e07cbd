"""The table for people: values rounded, signatures below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qualmetrics.cli.messages import printable
from qualmetrics.cli.writers import Header
from qualmetrics.corpus.scoring import ScoredBatch

UNDEFINED = "—"


def console(stream: TextIO) -> Console:
    """Return a console: as wide as the terminal, elsewhere as wide as the table."""
    on_terminal = stream.isatty()
    return Console(file=stream, width=None if on_terminal else 10_000, highlight=False)


def plain_table(*headings: str, left: int = 1) -> Table:
    """Return a table without frame; the columns after the first ``left`` hold numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for i, heading in enumerate(headings):
        justify: Any = "left" if i < left else "right"
        table.add_column(Text(heading), justify=justify, overflow="fold", vertical="bottom")
    return table


def rounded(value: float | None) -> str:
    """Write a value for reading: whole, or with one or two decimals by its size."""
    if value is None or math.isnan(value):
        return UNDEFINED
    if value == int(value) and abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


class TableWriter:
    """Holds the cells of all rows, because the widest decides, and prints at the end."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.whole = {
            name for name, scorer in header.scorers.items() if scorer.spec.family == "count"
        }
        self.rows: list[tuple[str, list[str], str]] = []
        self.sums: dict[str, list[float]] = {}

    def write(self, batch: ScoredBatch) -> None:
        """Keep the cells of a batch."""
        for row in batch.rows():
            cells = [self._cell(name, value) for name, value in row["scores"].items()]
            self.rows.append((printable(row["id"]), cells, note(row)))

    def _cell(self, name: str, value: float | None) -> str:
        if value is None:
            return UNDEFINED
        return f"{value:.0f}" if name in self.whole else rounded(value)

    def close(self) -> None:
        """Print."""
        noted = any(remark for _, _, remark in self.rows)
        headings = [name.replace("_", "_\n") for name in self.header.columns]
        table = plain_table("text", *headings)
        if noted:
            table.add_column("status", overflow="fold", vertical="bottom")
        for name, cells, remark in self.rows:
            extra = [Text(remark)] if noted else []
            table.add_row(Text(name), *map(Text, cells), *extra)
        out = console(self.stream)
        out.print(table)
        out.print()
        for name, signature in self.header.signatures.items():
            out.print(Text(f"{name}: {signature}", style="dim"), soft_wrap=True)


def note(row: Mapping[str, Any]) -> str:
    """Say what is not *ok* about a row, naming the metrics where they differ."""
    flags: dict[str, list[str]] = {}
    for name, state in row["flags"].items():
        flags.setdefault(state, []).append(name)
    if len(flags) == 1 and len(row["flags"]) == len(row["scores"]):
        return next(iter(flags))
    return ", ".join(f"{state} ({' '.join(names)})" for state, names in flags.items())
