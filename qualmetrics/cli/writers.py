"""What scores are written as: a table for people; json, jsonl and csv for programs.

Every form carries the schema and the signature of each metric. The three for programs are written
as batches arrive and round nothing.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from qualmetrics.cli.judging import Judge, Verdict
from qualmetrics.core import Scorer
from qualmetrics.corpus.scoring import ScoredBatch, output_keys
from qualmetrics.errors import InputError, cannot_write

SCHEMA = "qualmetrics-scores/1"
FORMATS = (
    *("table", "json", "jsonl", "csv", "parquet"),
    *("markdown", "github", "sarif", "junit"),
)
"""What ``--format`` takes; ``parquet`` is a folder, see ``running``."""
SUFFIXES = {"txt": "table", "md": "markdown", "xml": "junit"}
READ_AS = {"markdown": "markdown/1", "html": "html/1", "auto": "auto(markdown/1,html/1)"}


@dataclass(frozen=True)
class Header:
    """What holds for every row."""

    signatures: Mapping[str, str]
    scorers: Mapping[str, Scorer]
    markup: str
    judge: Judge
    """Holds the gates that were asked for."""

    @property
    def columns(self) -> list[str]:
        """Value columns in order."""
        return [
            key
            for name, scorer in self.scorers.items()
            for key, _ in output_keys(name, scorer.spec.outputs)
        ]

    @property
    def gated(self) -> bool:
        """Whether there are gates, so that rows tell which they do not pass."""
        return bool(self.judge.checks)

    def rows(self, batch: ScoredBatch) -> Iterator[tuple[dict[str, Any], list[Verdict]]]:
        """Yield the rows of a batch as plain data, each with the gates that it does not pass."""
        yield from zip(batch.rows(), self.judge.of(batch), strict=True)

    def plain(self, batch: ScoredBatch) -> Iterator[dict[str, Any]]:
        """Yield the rows as they stand in json and jsonl."""
        for row, verdicts in self.rows(batch):
            yield row | {"gates": [v.to_dict() for v in verdicts]} if self.gated else row

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it stands in json and jsonl."""
        return {
            "schema": SCHEMA,
            "signatures": dict(self.signatures),
            "markup": READ_AS.get(self.markup, self.markup),
        }


class Writer(Protocol):
    """Takes batches in order."""

    def write(self, batch: ScoredBatch) -> None:
        """Write the rows of a batch."""

    def close(self) -> None:
        """Write what comes after the last row."""


def choose_format(given: str | None, output: str | None) -> str:
    """Return the format: what was asked for, else by the suffix of the file, else ``table``."""
    if given is None and output is not None:
        suffix = Path(output).suffix.lstrip(".").lower()
        given = SUFFIXES.get(suffix, suffix)
        if given not in ("", *FORMATS):
            known = " ".join(f".{name}" for name in (*SUFFIXES, *FORMATS[1:]))
            raise InputError(
                f"{output}: no format has the suffix .{suffix}; the suffixes are {known}. Or name "
                "the format: --format table"
            )
    form = given or "table"
    if form not in FORMATS:
        raise InputError(f"format {form!r} is not one of {', '.join(FORMATS)}")
    return form


@contextmanager
def opened(form: str, output: str | None, header: Header) -> Iterator[Writer]:
    """Open the output and yield its writer; a file appears under its name only when complete."""
    with _stream(output) as stream:
        writer = _WRITERS[form](stream, header)
        yield writer
        writer.close()
        stream.flush()


@contextmanager
def _stream(output: str | None) -> Iterator[TextIO]:
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A lone surrogate in a name becomes \udc80, which in JSON is that very character.
            sys.stdout.reconfigure(errors="backslashreplace")
        yield sys.stdout
        return
    path, part = Path(output), Path(f"{output}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        os.replace(part, path)  # noqa: PTH105 - the atomic one, and it says so
    except OSError as error:
        run = f", or for a run of many processes: --format parquet -o {output}"
        raise cannot_write(output, error, instead=run) from error
    finally:
        with suppress(OSError):  # where nothing can be written, nothing is left
            part.unlink(missing_ok=True)


def marks(verdicts: Sequence[Verdict]) -> str:
    """Write the gates that a row does not pass in one cell: ``fkgl>9:error``."""
    return " ".join(f"{verdict.check.gate}:{verdict.level}" for verdict in verdicts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class _Json:
    """One object: schema, signatures, results."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.started, self.header = stream, False, header
        head = _json(header.to_dict()).removesuffix("}")
        self.stream.write(head + ', "results": [')

    def write(self, batch: ScoredBatch) -> None:
        for row in self.header.plain(batch):
            self.stream.write((",\n" if self.started else "\n") + _json(row))
            self.started = True

    def close(self) -> None:
        whole = [verdict.to_dict() for verdict in self.header.judge.of_all()]
        gates = f',\n"gates": {_json(whole)}' if self.header.gated else ""
        self.stream.write(f"\n]{gates}}}\n")


class _Jsonl:
    """The header as the first line, then one object a text."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.stream.write(_json(header.to_dict()) + "\n")

    def write(self, batch: ScoredBatch) -> None:
        for row in self.header.plain(batch):
            self.stream.write(_json(row) + "\n")

    def close(self) -> None:
        """Nothing comes after the rows."""


class _Csv:
    """Comment lines that begin with ``# ``, a header row, one row a text.

    Every string is quoted, so that a ``#`` in a name is no comment to whoever skips those.
    """

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.header = header
        self.rows = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        head = header.to_dict()
        stream.write(f"# schema: {head['schema']}\n# markup: {head['markup']}\n")
        for name, signature in header.signatures.items():
            stream.write(f"# {name}: {signature}\n")
        last = ("status", "flags", "message", *(("gates",) if header.gated else ()))
        self.rows.writerow(["id", "path", "line", *header.columns, *last])

    def write(self, batch: ScoredBatch) -> None:
        for row, verdicts in self.header.rows(batch):
            same = len(row["flags"]) == len(batch.scores)  # the status says it already
            flags = {} if same else row["flags"]
            self.rows.writerow(
                [
                    *(row[key] for key in ("id", "path", "line")),
                    *row["scores"].values(),
                    row["status"],
                    " ".join(f"{name}:{state}" for name, state in flags.items()),
                    row["message"],
                    *((marks(verdicts),) if self.header.gated else ()),
                ]
            )

    def close(self) -> None:
        """Nothing comes after the rows."""


def _table(stream: TextIO, header: Header) -> Writer:
    from qualmetrics.cli.table import TableWriter

    return TableWriter(stream, header)


def _for_tools(form: str) -> Callable[[TextIO, Header], Writer]:
    def make(stream: TextIO, header: Header) -> Writer:
        from qualmetrics.cli.for_tools import WRITERS

        return WRITERS[form](stream, header)

    return make


_WRITERS: Mapping[str, Callable[[TextIO, Header], Writer]] = {
    **{form: _for_tools(form) for form in ("markdown", "github", "sarif", "junit")},
    "json": _Json,
    "jsonl": _Jsonl,
    "csv": _Csv,
    "table": _table,
}
