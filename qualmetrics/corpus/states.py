"""Looks into a run: how far it is, what went wrong, whether every row is there once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qualmetrics.corpus import places
from qualmetrics.corpus.commit import FIXED, read_footer, read_part
from qualmetrics.corpus.parquet import pyarrow
from qualmetrics.corpus.runs import Run, added
from qualmetrics.corpus.splits import Split
from qualmetrics.errors import InputError


@dataclass(frozen=True)
class State:
    """How far a run is."""

    n_splits: int
    """Splits in the plan; a stream counts as the chunks that are known."""
    n_done: int
    rows: int
    errors: int
    size: int
    """Bytes of input that are done."""
    size_total: int
    complete: bool
    warned: int = 0
    """Rows that were scored with a warning, such as that bytes were replaced."""
    warning: str = ""
    """The first of these warnings, with its place."""


@dataclass(frozen=True)
class Problem:
    """A row that has no value because it could not be read or scored."""

    id: str
    place: str
    message: str


def parts(run: Run) -> Iterator[tuple[Split, dict[str, Any] | None]]:
    """Yield the splits of a run in order, each with the footer of its part, None where missing."""
    done = run.committed()
    for split in run.splits:
        if not split.stream:
            yield split, _footer(run, split) if split.key in done else None
            continue
        number, last = 0, False
        while not last:
            chunk = replace(split, chunk=number)
            if chunk.key not in done:
                yield chunk, None
                break
            footer = _footer(run, chunk)
            last = footer["split"]["last"]
            yield Split.from_dict(footer["split"]), footer
            number += 1


def _footer(run: Run, split: Split) -> dict[str, Any]:
    return read_footer(run.part(split))


def state(run: Run) -> State:
    """Count what is done; with a limit, a run is complete when it has as many rows."""
    n_splits = n_done = rows = errors = size = warned = 0
    warning = ""
    for split, footer in parts(run):
        n_splits += 1
        if footer is not None:
            n_done += 1
            rows, errors = rows + footer["rows"], errors + footer["errors"]
            size += split.size
            warned += footer.get("warned", 0)  # absent in parts of earlier versions
            warning = warning or footer.get("warning", "")
    total = sum(split.size for split in run.splits)
    limit = run.settings.limit
    complete = n_done == n_splits or (limit is not None and rows >= limit)
    return State(n_splits, n_done, rows, errors, size, total, complete, warned, warning)


def problems(run: Run) -> Iterator[Problem]:
    """Yield the rows that have an error, in the order of the input."""
    for split, footer in parts(run):
        if footer is None or not footer["errors"]:
            continue
        table = read_part(run.part(split), ["id", "path", "line", "n_chars", "message", "status"])
        for row in table.to_pylist():
            if row["message"] and row["n_chars"] is None:
                line = row["line"]
                place = row["path"] if line is None else f"{row['path']}:{line}"
                place = row["id"] if line is None and row["id"].startswith(place) else place
                yield Problem(row["id"], place, row["message"])


def verify(run: Run) -> Iterator[str]:
    """Yield what is wrong with a run: parts missing, unreadable, of another run, or left over."""
    known: set[str] = set()
    done = run.committed()
    for split in _expected(run, done):
        name = f"part-{split.key}-{run.signature[:8]}.parquet"
        known.add(name)
        if split.key not in done:
            yield f"{name} is missing"
            continue
        try:
            yield from _checked(run, split, name)
        except InputError as error:
            yield str(error)
        except KeyError as error:
            yield f"{name} does not say what it was made from: {error}"
    for name in places.listed(run.parts):
        if name not in known:
            kind = "half written" if name.startswith(places.TEMPORARY) else "not in the plan"
            yield f"{name} is {kind}"


def _expected(run: Run, done: set[str]) -> Iterator[Split]:
    for split in run.splits:
        if not split.stream:
            if run.settings.limit is None or split.key in done:
                yield split
            continue
        numbers = {int(k[7:]) for k in done if k.startswith(f"{split.file:06d}-")}
        last = max(numbers, default=-1)
        more = run.settings.limit is None and not (numbers and _is_last(run, split, last))
        for number in range(last + 1 + more):
            yield replace(split, chunk=number)


def _is_last(run: Run, split: Split, number: int) -> bool:
    """Tell whether a stream ends with a chunk; one that cannot be read is a problem of its own."""
    try:
        return bool(_footer(run, replace(split, chunk=number))["split"]["last"])
    except (InputError, KeyError):
        return True


def _checked(run: Run, split: Split, name: str) -> Iterator[str]:
    footer = read_footer(run.part(split))
    table = read_part(run.part(split), ["row"])
    if footer["signature"] != run.signature:
        yield f"{name} was made under another signature"
    if table.num_rows != footer["rows"]:
        yield f"{name} holds {table.num_rows} rows, and says {footer['rows']}"
    if table.column("row").to_pylist() != list(range(table.num_rows)):
        yield f"{name} has rows out of order"
    if not split.stream and footer["input"] != split.fingerprint:
        yield f"{name} was made from another input"


def read_run(run: Run, columns: Sequence[str] | None = None) -> Any:
    """Return the rows of a run as one ``pyarrow.Table``, in the order of the input.

    Metrics that were added later stand beside the others. Not for runs that do not fit in memory:
    point DuckDB, Polars or pyarrow at ``RUN/parts`` for those.
    """
    arrow = pyarrow("reading .parquet", "")
    others = _added(run)
    tables = [_beside(read_part(run.part(s)), s, others) for s, footer in parts(run) if footer]
    if columns is not None:
        tables = [table.select(columns) for table in tables]
    tables = [table.replace_schema_metadata(None) for table in tables]
    return arrow.concat_tables(tables, promote_options="permissive").unify_dictionaries()


def read_rows(run: Run, split: Split) -> Any:
    """Return the rows of one split that is done, with metrics that were added later."""
    return _beside(read_part(run.part(split)), split, _added(run))


def _added(run: Run) -> list[tuple[Run, set[str]]]:
    return [(other, other.committed()) for other in added(run)]


def _beside(table: Any, split: Split, others: Sequence[tuple[Run, set[str]]]) -> Any:
    for other, done in others:
        if split.key in done:
            there = read_part(other.part(split))
            for name in there.column_names:
                if name not in FIXED and name not in table.column_names:
                    table = table.append_column(name, there.column(name))
    return table
