"""The table for people: values rounded, signatures below."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qualmetrics.cli.judging import Verdict
from qualmetrics.cli.messages import printable
from qualmetrics.cli.writers import Header
from qualmetrics.corpus.scoring import ScoredBatch

UNDEFINED = "—"
SHORT = "too_short"


def console(stream: TextIO) -> Console:
    """Return a console: as wide as the terminal, elsewhere as wide as the table."""
    if not stream.isatty():
        return Console(file=stream, width=10_000, highlight=False)
    if os.environ.get("NO_COLOR"):
        return Console(file=stream, color_system=None, highlight=False)
    return Console(file=stream, highlight=False)


def show(out: Console, table: Table) -> None:
    """Print a table without the spaces that fill its last column."""
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        out.file.write(line.rstrip() + "\n")


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
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


class TableWriter:
    """Holds the cells of all rows, because the widest decides, and prints at the end."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.whole = {
            name for name, scorer in header.scorers.items() if scorer.spec.family == "count"
        }
        self.rows: list[tuple[str, list[str], str]] = []
        self.sums: dict[str, tuple[float, int]] = {}
        self.marked: set[str] = set()

    def write(self, batch: ScoredBatch) -> None:
        """Keep the cells of a batch."""
        for row, verdicts in self.header.rows(batch):
            short = {name for name, state in row["flags"].items() if SHORT in state.split("+")}
            if short and len(short) == sum(v is not None for v in row["scores"].values()):
                short = set()  # the status column says it once
            self.marked |= short
            cells = [
                self._cell(name, value, "*" if name in short else "")
                for name, value in row["scores"].items()
            ]
            told = (note(row, short), *(_mark(verdict) for verdict in verdicts))
            self.rows.append((printable(row["id"]), cells, ", ".join(filter(None, told))))

    def _cell(self, name: str, value: float | None, mark: str) -> str:
        if value is None:
            return UNDEFINED
        total, n = self.sums.get(name, (0.0, 0))
        self.sums[name] = total + value, n + 1
        return (f"{value:.0f}" if name in self.whole else rounded(value)) + mark

    def close(self) -> None:
        """Print."""
        out = console(self.stream)
        show(out, self._table())
        if self.marked:
            out.print(Text(f"* {SHORT}: outside the lengths that the formula was made for"))
        out.print()
        for name, signature in self.header.signatures.items():
            out.print(Text(f"{name}: {signature}", style="dim"), soft_wrap=True)

    def _table(self) -> Table:
        noted = any(remark for _, _, remark in self.rows)
        columns = self.header.columns
        table = plain_table("text", *map(_heading, columns))
        if noted:
            table.add_column("status", overflow="fold", vertical="bottom")
        for name, cells, remark in self.rows:
            table.add_row(Text(name), *self._aligned(cells), *([Text(remark)] if noted else []))
        if len(self.rows) > 1:
            means = self._aligned([self._mean(name) for name in columns])
            table.add_row("mean", *means, *([""] if noted else []), style="bold")
        return table

    def _aligned(self, cells: list[str]) -> list[Text]:
        """Leave room for the mark in columns that have one, so that the digits stand in line."""
        return [
            Text(cell if name not in self.marked or cell.endswith("*") else cell + " ")
            for name, cell in zip(self.header.columns, cells, strict=True)
        ]

    def _mean(self, name: str) -> str:
        total, n = self.sums.get(name, (0.0, 0))
        return rounded(total / n if n else None)


def _mark(verdict: Verdict) -> str:
    said = {"error": "fails", "warning": "warning:", "known": "in the baseline:"}
    return f"{said[verdict.level]} {verdict.check.gate}"


def note(row: Mapping[str, Any], marked: Collection[str] = ()) -> str:
    """Say what is not *ok* about a row: what holds for all metrics, then what for some.

    A metric without a value has no flags; it does not keep a flag from holding for all. What is
    ``marked`` in its cell is not said again.
    """
    metrics = {_metric(column) for column in row["scores"]}
    defined = {_metric(column) for column, value in row["scores"].items() if value is not None}
    states: dict[str, set[str]] = {}
    for name, flags in row["flags"].items():
        for state in flags.split("+"):
            if not (state == SHORT and name in marked):
                states.setdefault(state, set()).add(name)
    said = []
    for state, named in sorted(states.items(), key=lambda item: -len(item[1])):
        everywhere = named in (metrics, defined)
        said.append(state if everywhere else f"{state} ({' '.join(sorted(named))})")
    return ", ".join(said)


def _heading(column: str) -> str:
    """Break a long heading: before an output, else after each part of the name."""
    metric, dot, output = column.partition(".")
    return f"{metric}.\n{output}" if dot else column.replace("_", "_\n")


def _metric(column: str) -> str:
    """Return the metric of a column: ``bertscore.f1`` is one of three of ``bertscore``."""
    return column.partition(".")[0]
