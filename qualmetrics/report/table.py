"""What a report is made of: a table of scores, whatever it comes from, with what stands beside it.

One row a document. A column is ``name``, or ``name.output`` of a scorer with several outputs;
``name.status`` holds its statuses, as the corpus engine writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scores, Spec, Status
from qualmetrics.errors import InputError, MissingExtraError, QualmetricsError

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

FIXED = ("id", "path", "line", "row", "split", "n_chars", "status", "message", "text")
"""Columns that are no metric and no group."""
TO_GROUP = ("path", "status")
"""Those of them that rows can be grouped by all the same."""
FOOTER = b"qualmetrics"
"""Key of what the corpus engine writes into the footer of a part."""


@dataclass(frozen=True)
class Scored:
    """Scores of ``n`` documents.

    ``values`` are float64 ``(n,)`` by column, NaN where undefined; ``short`` says by scorer which
    rows are flagged ``too_short``; ``states`` counts statuses by scorer, and ``coded`` holds them
    row by row, as codes and what these stand for; ``beside`` holds other columns, to group by;
    ``sizes`` is what a document weighs (its characters); ``facts`` are lines of the run card.
    """

    values: Mapping[str, Values]
    ids: Sequence[Any]
    short: Mapping[str, Mask] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    beside: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    texts: Sequence[str | None] | None = None
    sizes: Values | None = None
    named: bool = True
    """Whether the ids are names, not positions: only then do rows of two tables pair."""
    signatures: Mapping[str, str] = field(default_factory=dict)
    specs: Mapping[str, Spec] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    coded: Mapping[str, tuple[NDArray[np.integer[Any]], list[str]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def spec(self, column: str) -> Spec | None:
        """Return the spec of the scorer of a column, None where it is not known here."""
        name = scorer_of(column)
        if name in self.specs:
            return self.specs[name]
        return _spec(self.signatures.get(name, name).split("|")[0])

    def gated(self, column: str) -> Mask:
        """Return where a gate may hold: a value is there, and the text is not too short for it."""
        there: Mask = np.isfinite(self.values[column])
        short = self.short.get(scorer_of(column))
        return there if short is None else there & ~short

    def take(self, index: NDArray[np.intp]) -> Scored:
        """Return the table of these rows, in this order."""
        coded = {name: (codes[index], words) for name, (codes, words) in self.coded.items()}
        return replace(
            self,
            values={name: values[index] for name, values in self.values.items()},
            ids=_picked(self.ids, index),
            short={name: mask[index] for name, mask in self.short.items()},
            states={name: _counted(*one) for name, one in coded.items()},
            beside={name: _picked(cells, index) for name, cells in self.beside.items()},
            texts=None if self.texts is None else _picked(self.texts, index),
            sizes=None if self.sizes is None else self.sizes[index],
            coded=coded,
        )


def _picked(cells: Any, index: NDArray[np.intp]) -> Any:
    return cells.take(index) if hasattr(cells, "take") else [cells[i] for i in index.tolist()]


def scorer_of(column: str) -> str:
    """Return the scorer of a column: ``name`` of ``name.output``."""
    return column.split(".", 1)[0]


def _spec(name: str) -> Spec | None:
    from qualmetrics.registry import get

    try:
        return get(name).spec
    except QualmetricsError:
        return None


# -- from what was computed here ----------------------------------------------------------------


def table_of(
    source: Any,
    *,
    texts: Sequence[str | None] | None = None,
    ids: Sequence[Any] | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> Scored:
    """Return the table of a source.

    Parameters
    ----------
    source : mapping of name -> Scores, Scores, path, table of columns, or Scored
        What ``qualmetrics.score`` returns; a ``.jsonl`` or ``.json`` of ``qualmetrics score``; a
        ``.parquet``, or a folder of them; a pyarrow, pandas or Polars table; a mapping of columns.
    texts, ids : sequence of length n, optional
        What the documents say, and are called.
    columns : mapping of name -> sequence of length n, optional
        To group by.

    Raises
    ------
    InputError
        For a file that is not there or holds no scores, and for lengths that do not match.
    """
    made = _made(source)
    n = len(made)
    given = {"texts": texts, "ids": ids, **{f"column {k!r}": v for k, v in (columns or {}).items()}}
    for what, values in given.items():
        if values is not None and len(values) != n:
            raise InputError(f"{what}: {len(values)} values for {n} documents")
    if not made.values:
        raise InputError("there is no column of numbers to report on")
    made = replace(made, beside={**made.beside, **(columns or {})})
    if ids is not None:
        made = replace(made, ids=ids, named=True)
    if texts is not None:
        sizes = np.array([len(text or "") for text in texts], dtype=np.float64)
        made = replace(made, texts=texts, sizes=sizes if made.sizes is None else made.sizes)
    return made


def _made(source: Any) -> Scored:
    if isinstance(source, Scored):
        return source
    if isinstance(source, Scores):
        return _of_scores({source.spec.name: source})
    if isinstance(source, (str, Path)):
        return _of_path(Path(source))
    if isinstance(source, Mapping) and any(isinstance(v, Scores) for v in source.values()):
        return _of_scores(source)
    return _of_columns(_columns(source))


def _of_scores(scores: Mapping[str, Scores]) -> Scored:
    values, short, coded = {}, {}, {}
    for name, one in scores.items():
        outputs = one.spec.outputs
        for k, output in enumerate(outputs):
            values[name if len(outputs) == 1 else f"{name}.{output}"] = one.values[:, k]
        short[name] = (one.status & np.uint16(Status.TOO_SHORT)) != 0
        coded[name] = _coded(one.status_names)
    n = len(next(iter(scores.values())))
    return Scored(
        values=values,
        ids=range(1, n + 1),
        named=False,
        short=short,
        states={name: _counted(*found) for name, found in coded.items()},
        coded=coded,
        signatures={name: one.signature for name, one in scores.items()},
        specs={name: one.spec for name, one in scores.items()},
    )


# -- from tables of columns ---------------------------------------------------------------------


def _columns(source: Any) -> dict[str, Any]:
    """Return the columns of a table: arrays or lists by name."""
    if isinstance(source, Mapping):
        return dict(source)
    if hasattr(source, "column_names"):  # pyarrow
        return {name: source.column(name) for name in source.column_names}
    if hasattr(source, "columns"):  # pandas, Polars
        return {str(name): source[name].to_numpy() for name in source.columns}
    raise InputError(
        f"cannot report on a {type(source).__name__}; give what qualmetrics.score returns, a path, "
        "a pyarrow, pandas or Polars table, or a mapping of columns"
    )


def _of_columns(columns: Mapping[str, Any], **more: Any) -> Scored:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"columns of unequal length: {lengths}")
    n = next(iter(lengths.values()), 0)
    names = {name.removesuffix(".status") for name in columns if name.endswith(".status")}
    values: dict[str, Values] = {}
    beside: dict[str, Any] = {}
    for name, column in columns.items():
        if name in FIXED or name.endswith(".status"):
            if name in TO_GROUP:
                beside[name] = column
            continue
        numbers = _numbers(column)
        if numbers is not None and (not names or scorer_of(name) in names):
            values[name] = numbers
        else:
            beside[name] = column
    coded = {name: _coded(columns[f"{name}.status"]) for name in names}
    sizes = _numbers(columns["n_chars"]) if "n_chars" in columns else None
    return Scored(
        values=values,
        ids=columns.get("id", range(1, n + 1)),
        named="id" in columns,
        short={name: _holds(*one, "too_short") for name, one in coded.items()},
        states={name: _counted(*one) for name, one in coded.items()},
        coded=coded,
        beside=beside,
        texts=columns.get("text"),
        sizes=None if sizes is None else np.nan_to_num(sizes),
        **more,
    )


def _numbers(column: Any) -> Values | None:
    """Return a column as float64, None where it does not hold numbers."""
    if hasattr(column, "to_numpy"):
        column = column.to_numpy()
    try:
        kept = [np.nan if v is None else v for v in column] if isinstance(column, list) else column
        array = np.asarray(kept)
        if array.dtype == object:
            array = np.array([np.nan if v is None else v for v in array])
        return array.astype(np.float64, copy=False) if array.dtype.kind in "fiu" else None
    except (TypeError, ValueError):
        return None


def _coded(column: Any) -> tuple[NDArray[np.integer[Any]], list[str]]:
    """Return a column of few different strings as codes, and what they stand for."""
    if hasattr(column, "dictionary_encode"):  # pyarrow
        found = column.combine_chunks() if hasattr(column, "combine_chunks") else column
        found = found if hasattr(found, "dictionary") else found.dictionary_encode()
        return found.indices.to_numpy(), [str(name) for name in found.dictionary.to_pylist()]
    names: dict[str, int] = {}
    codes = [names.setdefault(str(one), len(names)) for one in column]
    return np.array(codes, dtype=np.int32), list(names)


def _holds(codes: NDArray[np.integer[Any]], names: Sequence[str], word: str) -> Mask:
    known = np.array([word in name for name in names], dtype=bool)
    return known[codes] if len(codes) else np.zeros(0, dtype=bool)


def _counted(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> dict[str, int]:
    counts = np.bincount(codes, minlength=len(names)).tolist()
    return {name: count for name, count in zip(names, counts, strict=True) if count}


# -- from files ---------------------------------------------------------------------------------


def _of_path(path: Path) -> Scored:
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if (path / "run.json").is_file():
        return _of_run(str(path))
    if path.is_dir():
        parts = sorted(p for p in path.rglob("*.parquet") if not p.name.startswith((".", "_")))
        if not parts:
            raise InputError(
                f"{path}: no .parquet in this folder; it is no finished run. {_first(path)}"
            )
        return _of_parquet(parts)
    if path.suffix == ".parquet":
        return _of_parquet([path])
    if path.suffix in (".jsonl", ".json"):
        return _of_json(path)
    raise InputError(
        f"{path}: expected .jsonl, .json, .parquet, or the folder of a run. {_first(path)}"
    )


def _first(path: Path) -> str:
    return f"Texts are scored first: qualmetrics score {path} -o scores.jsonl"


def _of_run(folder: str) -> Scored:
    """Return the table of a run, with the metrics that were added to it later."""
    from qualmetrics.corpus.runs import added, open_run
    from qualmetrics.corpus.states import read_run, state

    run = open_run(folder)
    runs, now = [run, *added(run)], state(run)
    if not now.n_done:
        raise InputError(f"{folder}: the run has no part yet; go on with score --resume")
    found = _of_columns(_columns(read_run(run)))
    specs = {
        name: Spec.from_dict(about["spec"])
        for one in runs
        for name, about in one.about["scorers"].items()
    }
    facts = {
        "run": folder,
        "signature": run.signature,
        "input": str(run.about["input"]),
        "files": f"{len(run.files):,}",
        "splits": f"{now.n_done:,} of {now.n_splits:,} done, {now.errors:,} rows with errors",
    }
    signatures = {name: text for one in runs for name, text in one.signatures.items()}
    return replace(found, signatures=signatures, specs=specs, facts=facts)


def _of_parquet(paths: Sequence[Path]) -> Scored:
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError:
        raise MissingExtraError("pyarrow", "frames", "reading .parquet") from None
    try:
        files = [parquet.ParquetFile(path) for path in paths]
        table = arrow.concat_tables(
            [file.read(use_threads=False) for file in files], promote_options="default"
        )
    except (arrow.ArrowException, OSError) as error:
        raise InputError(f"{paths[0]} ...: {error}") from None
    footer = (files[0].schema_arrow.metadata or {}).get(FOOTER, b"{}")
    return _of_columns(_columns(table), **_footer(footer))


def _footer(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    signatures = found.get("signatures")
    if not isinstance(signatures, Mapping):
        signatures = {}
    shown = {k: str(v) for k, v in found.items() if isinstance(v, (str, int, float))}
    return {"signatures": dict(signatures), "facts": shown}


OF_A_ROW = frozenset({*FIXED, "scores", "flags", "gates"})
"""What ``score`` writes of a row; what else stands there was put beside it by someone."""


def _of_json(path: Path) -> Scored:
    try:
        header, rows = _json_rows(path)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path}: no scores of qualmetrics: {error}") from None
    signatures = header.get("signatures", {})
    keys = list(dict.fromkeys(key for row in rows for key in row["scores"]))
    values = {
        key: np.array([_number(row["scores"].get(key)) for row in rows], dtype=np.float64)
        for key in keys
    }
    flags = [row.get("flags") or {} for row in rows]
    coded = {
        name: _coded([flag.get(name, "ok") for flag in flags]) for name in map(scorer_of, keys)
    }
    others = dict.fromkeys(key for row in rows for key in row if key not in OF_A_ROW)
    return Scored(
        values=values,
        ids=[row["id"] for row in rows],
        short={name: _holds(*one, "too_short") for name, one in coded.items()},
        states={name: _counted(*one) for name, one in coded.items()},
        coded=coded,
        beside={name: [row.get(name) for row in rows] for name in (*TO_GROUP, *others)},
        signatures=signatures,
        facts={k: str(v) for k, v in header.items() if k in ("schema", "markup")},
    )


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _json_rows(path: Path) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        data = json.loads(text)
        header, rows = data, data["results"]
    else:
        header, *rows = list(_lines(text))
    if not isinstance(header, Mapping) or "signatures" not in header:
        raise ValueError(f"the header with the signatures is missing. {_first(path)}")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not isinstance(row.get("scores"), Mapping):
            raise ValueError(f"row {number} holds no scores")
    return header, rows


def _lines(text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
