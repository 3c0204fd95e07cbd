"""``report``, ``compare`` and ``threshold``: what a table of scores says, on a page or here."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qualmetrics.cli.messages import warn
from qualmetrics.errors import InputError

BAR = 40
"""Columns of a full bar of the keep-ratio curve."""


@dataclass(frozen=True)
class Request:
    """All that ``report`` was told."""

    source: str
    output: str
    title: str = ""
    metrics: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    by: str | None = None
    texts: tuple[str, ...] = ()
    text_field: str = "text"
    id_field: str = "id"
    markup: str = "auto"
    examples: int = 5
    lang: str = "en"
    where: tuple[str, ...] = ()
    pictures: str | None = None
    picture_format: str = "png"


def write_report(request: Request) -> None:
    """Write the page; print its path."""
    from qualmetrics.report import report

    table = _table(request.source, request.where)
    pictures = _pictures(request, table)
    if request.texts:
        table = _with_documents(request, table)
    elif request.by and request.by not in table.beside and "path" in table.beside:
        table = _with_groups(request, table, request.by)
    report(
        table,
        request.output,
        title=request.title or Path(request.source).name,
        metrics=_split(request.metrics),
        gates=_split(request.gates) or (),
        by=request.by,
        examples=request.examples,
        lang=request.lang,
    )
    sys.stdout.write("".join(f"{path}\n" for path in (request.output, *pictures)))


def _pictures(request: Request, table: Any) -> list[Path]:
    from qualmetrics.report import write_pictures

    if request.pictures is None:
        return []
    return write_pictures(
        table,
        request.pictures,
        metrics=_split(request.metrics),
        gates=_split(request.gates) or (),
        form=request.picture_format,
    )


def _table(source: str, conditions: Sequence[str]) -> Any:
    """Return the table of a source: the rows that fulfil conditions."""
    from qualmetrics.report import table_of, where

    table, wanted = table_of(Path(source)), _split(conditions)
    return table if wanted is None else where(table, wanted)


def _split(given: Sequence[str]) -> list[str] | None:
    parts = [part.strip() for one in given for part in one.split(",") if part.strip()]
    return parts or None


def _with_documents(request: Request, table: Any) -> Any:
    """Return the table with the texts that are shown, all sizes, and the column to group by."""
    from dataclasses import replace

    import numpy as np

    from qualmetrics.cli.grouping import groups_in
    from qualmetrics.corpus.readers import read_found
    from qualmetrics.report import rows_shown

    by = request.by if request.by and request.by not in table.beside else None
    rows = {str(one): i for i, one in enumerate(table.ids)}
    wanted = rows_shown(
        table,
        metrics=_split(request.metrics),
        gates=_split(request.gates) or (),
        examples=request.examples,
    )
    texts: list[str | None] = [None] * len(table)
    sizes = np.full(len(table), -1.0)
    files, reading = _texts(request)
    for document in read_found(files, reading):
        row = rows.get(document.id)
        if row is None or sizes[row] >= 0:
            continue
        sizes[row] = len(document.text or "")
        if row in wanted:
            texts[row] = document.text
    missing = int((sizes < 0).sum())
    if missing == len(table):
        raise InputError(
            f"none of the ids of {request.source} is one of {', '.join(request.texts)}; name the "
            "files that were scored, and the same --id-field"
        )
    if missing:
        warn(f"{missing} of {len(table)} documents were not found in {', '.join(request.texts)}")
    beside = dict(table.beside)
    if by:
        beside[by] = groups_in(files, list(map(str, _plain(table.ids))), by, reading)
    known = table.sizes if table.sizes is not None else np.maximum(sizes, 0)
    return replace(table, texts=texts, sizes=known, beside=beside)


def _with_groups(request: Request, table: Any, by: str) -> Any:
    """Return the table with a field of the rows that were scored, read from their files."""
    from dataclasses import replace

    from qualmetrics.cli.grouping import groups_of
    from qualmetrics.corpus.readers import Reading

    paths = [str(cell) for cell in _plain(table.beside["path"])]
    ids = [str(one) for one in _plain(table.ids)]
    reading = Reading(text_field=request.text_field, id_field=request.id_field)
    groups = groups_of(request.source, paths, ids, by, reading)
    return replace(table, beside={**table.beside, by: groups})


def _plain(cells: Any) -> Any:
    return cells.to_pylist() if hasattr(cells, "to_pylist") else cells


def _texts(request: Request) -> Any:
    """Return the files that were named, and how they are read."""
    from qualmetrics.corpus.readers import Reading, find

    found = find(request.texts)
    for _, problem in found.problems:
        raise InputError(problem)
    reading = Reading(
        text_field=request.text_field,
        id_field=request.id_field,
        markup=request.markup,
    )
    return found.files, reading


# -- compare --------------------------------------------------------------------------------------


def compare_runs(
    first: str,
    second: str,
    *,
    output: str | None,
    metrics: Sequence[str],
    output_format: str,
    draws: int,
    seed: int,
    where: Sequence[str] = (),
) -> None:
    """Print means, differences and effect sizes; write the page where it is asked for."""
    from qualmetrics.report import compare_report, differences
    from qualmetrics.report.statistics import column_called

    if output_format not in ("table", "json"):
        raise InputError(f"format {output_format!r} is not one of table, json")
    tables = _table(first, where), _table(second, where)
    names = _names(first, second)
    wanted = _split(metrics)
    columns = None if wanted is None else [column_called(tables[0], name) for name in wanted]
    found = [
        one
        for one in differences(*tables, draws=draws, seed=seed)
        if columns is None or one.column in columns
    ]
    if output:
        compare_report(*tables, output, names=names, metrics=columns, draws=draws, seed=seed)
    if output_format == "json":
        _print_json(found, names, draws)
    else:
        _print_differences(found, names)
        if output:
            sys.stdout.write(f"\n{output}\n")


def _names(first: str, second: str) -> tuple[str, str]:
    short = Path(first).name, Path(second).name
    return short if short[0] != short[1] else (first, second)


def _print_json(found: Sequence[Any], names: tuple[str, str], draws: int) -> None:
    import json
    import math

    def plain(value: float) -> float | None:
        return value if math.isfinite(value) else None

    rows = [
        {
            "column": one.column,
            "first": one.first.to_dict(),
            "second": one.second.to_dict(),
            "difference": one.difference.to_dict(),
            "cohen_d": plain(one.d),
            "cliff_delta": plain(one.delta),
        }
        for one in found
    ]
    data: Mapping[str, Any] = {
        "schema": "qualmetrics-comparison/1",
        "names": list(names),
        "paired": bool(found and found[0].paired),
        "draws": draws,
        "results": rows,
    }
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _print_differences(found: Sequence[Any], names: tuple[str, str]) -> None:
    from rich.text import Text

    from qualmetrics.cli.table import console, plain_table, show
    from qualmetrics.report.svg import number

    out = console(sys.stdout)
    table = plain_table("column", *names, "difference", "95 % interval", "d", "delta", left=1)
    for one in found:
        interval = f"{number(one.difference.low)} to {number(one.difference.high)}"
        numbers = (one.first.value, one.second.value, one.difference.value)
        effects = map(number, (one.d, one.delta))
        cells = (one.column, *map(number, numbers), interval, *effects)
        table.add_row(*map(Text, cells))
    show(out, table)
    paired = bool(found and found[0].paired)
    n = f"{found[0].first.n:,} and {found[0].second.n:,} documents" if found else "no column"
    out.print(
        Text(f"\n{n} in the first row, {'paired by id' if paired else 'not paired'}"),
        soft_wrap=True,
    )


# -- threshold ------------------------------------------------------------------------------------


def show_threshold(
    source: str,
    metric: str,
    *,
    drop: str | None,
    keep: float | None,
    output_format: str,
    where: Sequence[str] = (),
) -> None:
    """Print the share kept by limit, and where people start from."""
    from qualmetrics.gates import OPERATORS
    from qualmetrics.report import keep_curve, suggestions
    from qualmetrics.report.statistics import bad_end, column_called

    if output_format not in ("table", "json"):
        raise InputError(f"format {output_format!r} is not one of table, json")
    table = _table(source, where)
    column = column_called(table, metric)
    comparison = drop or bad_end(table, column)
    if comparison not in OPERATORS:
        raise InputError(f"--drop {comparison!r} is not one of {' '.join(OPERATORS)}")
    cuts = keep_curve(table, column, comparison)
    if not cuts:
        raise InputError(_nothing_judged(table, column))
    found = suggestions(table, column, comparison)
    if keep is not None:
        found = {f"keeps at least {keep:g}": limit_for(table, column, comparison, keep)}
        cuts = keep_curve(table, column, comparison, list(found.values()))
    if output_format == "json":
        _threshold_json(column, comparison, cuts, found)
        return
    _print_curve(column, comparison, cuts, found, sized=table.sizes is not None)


def _nothing_judged(table: Any, column: str) -> str:
    import numpy as np

    n = int(np.isfinite(table.values[column]).sum())
    if not n:
        return f"no document has a value in {column}"
    return (
        f"all {n:,} values of {column} are too_short, and a gate drops none of those: no limit on "
        f"{column} drops anything. Name another metric: -m"
    )


def limit_for(table: Any, column: str, comparison: str, keep: float) -> float:
    """Return the strictest limit that keeps at least a share of all documents.

    Those that a gate cannot judge stay; of the others one stays at least.
    """
    import math

    import numpy as np

    if not 0 < keep <= 1:
        raise InputError(f"--keep is a share between 0 and 1; got {keep:g}")
    values = np.sort(table.values[column][table.gated(column)])
    n_dropped = math.floor((1 - keep) * len(table) + 1e-9)
    n_kept = max(1, len(values) - n_dropped)
    upper = comparison.startswith(">")
    limit = float(values[n_kept - 1] if upper else values[len(values) - n_kept])
    if comparison.endswith("="):  # the limit itself goes, too
        limit = math.nextafter(limit, math.inf if upper else -math.inf)
    return limit


def _threshold_json(
    column: str, comparison: str, cuts: Sequence[Any], found: Mapping[str, float]
) -> None:
    import json

    rows = [{"limit": c.limit, "kept": c.kept, "kept_characters": c.kept_size} for c in cuts]
    data = {"column": column, "drop": comparison, "curve": rows, "suggestions": dict(found)}
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _print_curve(
    column: str,
    comparison: str,
    cuts: Sequence[Any],
    found: Mapping[str, float],
    *,
    sized: bool,
) -> None:
    from rich.text import Text

    from qualmetrics.cli.table import console, plain_table, show
    from qualmetrics.report.svg import number, percent

    out = console(sys.stdout)
    heads = ("drop", "documents kept", *(("characters kept",) if sized else ()), "")
    table = plain_table(*heads, left=1)
    table.columns[-1].justify = "left"
    for cut in cuts:
        size = (percent(cut.kept_size),) if sized else ()
        bar = "█" * round(BAR * cut.kept)
        cells = (f"{column}{comparison}{number(cut.limit)}", percent(cut.kept), *size, bar)
        table.add_row(*map(Text, cells))
    show(out, table)
    starts = (f"{column}{comparison}{number(limit)} {what}" for what, limit in found.items())
    out.print(Text("\nto start from: " + "; ".join(starts)), soft_wrap=True)
