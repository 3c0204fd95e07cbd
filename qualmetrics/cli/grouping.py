"""``report --by FIELD``: a field of the rows that were scored, read from the files they are in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qualmetrics.corpus.readers import Reading, find, read_found
from qualmetrics.errors import InputError

_PIECE = re.compile("#[0-9]+$")


def groups_of(
    source: str, paths: Sequence[str], ids: Sequence[str], field: str, told: Reading
) -> list[Any]:
    """Return the cell of a field for each row of scores, None where its row has none.

    Rows are found by path and id, a piece of a text by the id of the whole; of several rows with
    one id, the n-th scores are those of the n-th row.

    Raises
    ------
    InputError
        Where no row has the field, or a file cannot be found.
    """
    reading = _reading(source, field, told)
    files = [path for path in dict.fromkeys(paths) if path not in ("", "-")]
    cells, problem = _cells([f for f in files if reading.format_of(f) != "text"], field, reading)
    if not any(cells.values()):
        raise _nowhere(field, "what was scored", problem)
    taken: dict[tuple[str, str], int] = {}
    groups: list[Any] = []
    for place in zip(paths, ids, strict=True):
        whole = place[0], _PIECE.sub("", place[1])
        known = cells.get(place) or cells.get(whole) or [None]
        nth = taken.get(place, 0)
        taken[place] = nth + 1
        groups.append(known[min(nth, len(known) - 1)])
    return groups


def groups_in(files: Sequence[str], ids: Sequence[str], field: str, reading: Reading) -> list[Any]:
    """Return the cell of a field for each id, from files that were named; None where it has none.

    Of several rows with one id, the first that has the field counts.

    Raises
    ------
    InputError
        Where no row of these ids has the field.
    """
    reading = replace(reading, columns=((field, field),))
    cells, problem = _cells([f for f in files if reading.format_of(f) != "text"], field, reading)
    by_id: dict[str, Any] = {}
    for (_, name), found in cells.items():
        by_id.setdefault(name, found[0])
    if by_id.keys().isdisjoint(ids):
        more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
        raise _nowhere(field, f"{files[0]}{more}", problem)
    return [by_id.get(one) for one in ids]


def _nowhere(field: str, files: str, problem: str) -> InputError:
    return InputError(
        f"cannot group by {field!r}, which stands neither beside the scores nor in {files}: "
        f"{problem or 'its files hold one text each, and no rows'}"
    )


def _reading(source: str, field: str, told: Reading) -> Reading:
    """Return how the files are read: as the run says of itself, else as it was typed."""
    if (Path(source) / "run.json").is_file():
        from qualmetrics.corpus.runs import open_run

        told = replace(open_run(source).settings.reading, referenced=False)
    return replace(told, columns=((field, field),))


def _cells(
    files: Sequence[str], field: str, reading: Reading
) -> tuple[dict[tuple[str, str], list[Any]], str]:
    """Return the cells by path and id, and what is wrong with the first row without one."""
    found = find(files)
    for path, _ in found.problems:
        raise InputError(
            f"cannot group by {field!r}: {path}, which was scored, is not there; name the files "
            "that hold the rows: --texts FILE"
        )
    cells: dict[tuple[str, str], list[Any]] = {}
    problem = ""
    for document in read_found(found.files, reading):
        if field in document.columns:
            key = document.path, document.id
            cells.setdefault(key, []).append(document.columns[field])
        elif document.problem:
            reason = document.problem.partition(". Name the one")[0]
            problem = problem or f"{document.place}: {reason}"
    return cells, problem
