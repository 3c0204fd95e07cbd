"""``select FILE --budget N``: rows of a file chosen by score, at random in proportion if asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.errors import InputError


@dataclass(frozen=True)
class Request:
    """What was typed."""

    files: tuple[str, ...]
    budget: float
    metric: str | None
    score_field: str | None
    lowest: bool
    text_field: str
    size_field: str | None
    domain_field: str | None
    temperature: float
    standardise: bool
    lang: str | None
    seed: int
    output: str | None


def select_rows(request: Request) -> int:
    """Write the chosen rows, in the order of the files; return the exit code."""
    from qualmetrics.cli import FAILED, OK
    from qualmetrics.cli.messages import fail
    from qualmetrics.ranking import select
    from qualmetrics.training.rows import read_rows

    if (request.metric is None) == (request.score_field is None):
        raise InputError("name a scorer with -m, or a field that holds the score: --score-field")
    read = [row for file in request.files for row in read_rows(file)]
    rows = [row for row in read if not row.problem]
    for row in read:
        if row.problem:
            fail(f"{row.place}: {row.problem}")
    scores = _scores(rows, request)
    sizes = None if request.size_field is None else _numbers(rows, request.size_field)
    domains = None
    if request.domain_field is not None:
        domains = [str(row.cells.get(request.domain_field, "")) for row in rows]
    index = select(
        -scores if request.lowest else scores,
        request.budget,
        temperature=request.temperature,
        sizes=sizes,
        domains=domains,
        standardise=request.standardise,
        seed=request.seed,
    )
    chosen = np.sort(index)
    _write([json.dumps(rows[i].cells, ensure_ascii=False) for i in chosen], request.output)
    without = int(np.isnan(scores).sum())
    told = f"{len(chosen):,} of {len(rows):,} rows"
    told += f"; {without:,} without a score" if without else ""
    if sizes is not None:
        told += f"; {sizes[chosen].sum():,.0f} of {request.budget:,.0f} {request.size_field}"
    sys.stderr.write(f"qualmetrics: chosen: {told}\n")
    return FAILED if len(rows) < len(read) else OK


def _scores(rows: Sequence[Any], request: Request) -> Any:
    if request.score_field is not None:
        return _numbers(rows, request.score_field, missing=np.nan)
    from qualmetrics.corpus.metrics import resolve

    (scorer,) = resolve([str(request.metric)], lang=request.lang).values()
    texts = [row.cells.get(request.text_field) for row in rows]
    wrong = next((i for i, t in enumerate(texts) if not (t is None or isinstance(t, str))), None)
    if wrong is not None or (rows and not any(texts)):
        place = rows[wrong or 0]
        raise InputError(
            f"{place.place}: no text in the field {request.text_field!r}; fields: "
            f"{', '.join(map(repr, place.cells))}. Name the one that holds it: --text-field"
        )
    return scorer(texts).primary


def _numbers(rows: Sequence[Any], field: str, missing: float | None = None) -> Any:
    found = []
    for row in rows:
        cell = row.cells.get(field)
        if cell in (None, "") and missing is not None and field in row.cells:
            found.append(missing)
            continue
        try:
            found.append(float(cell))
        except (TypeError, ValueError):
            raise InputError(
                f"{row.place}: the field {field!r} holds {cell!r}, expected a number"
            ) from None
    return np.array(found, dtype=np.float64)


def _write(lines: Sequence[str], output: str | None) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if output is None:
        sys.stdout.write(text)
    else:
        Path(output).write_text(text, encoding="utf-8")
