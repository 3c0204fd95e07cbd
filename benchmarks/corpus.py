"""Corpus engines side by side: JSON lines to Parquet, the same four values, two workers.

Usage, in an environment with what should be compared (what is not installed is left out)::

    pip install '.[corpus,ray]' datatrove orjson datasets polars duckdb
    QUALMETRICS_DATA=... python benchmarks/corpus.py [--mb 81] [--repeats 3] [--wait 10] [--tries 4]
    QUALMETRICS_DATA=... python benchmarks/corpus.py --memory 80 --memory 5000
    QUALMETRICS_DATA=... python benchmarks/corpus.py --rules
    QUALMETRICS_DATA=... python benchmarks/corpus.py --heuristics

Every engine reads the same twenty files and writes id, words, sentences and two formulas, counted
by the same scorers, called in whatever way that engine calls Python by the batch. Each row is a
process of its own. *total* is its whole time in seconds; *work* is without imports and without
starting the engine's own services, and with the start of worker processes; *cpu* is processor time
of it and its workers; *others* is how many processors other programs used meanwhile. A row waits
until the machine is quiet and is repeated where it was not. Repeats are interleaved, and ratios are
medians over pairs of the same repeat. *main* and *child* are the highest memory in MB of the
process and of its largest worker. Ray and datatrove work in processes that a server of theirs
starts: what these use is not known, and nan here. The values of all are compared with those of the
bare loop, bit for bit.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

NAMES = ("words", "sentences", "flesch_reading_ease", "flesch_kincaid_grade")
BATCH = 1024
FILES = 20
HEURISTICS = (
    "gopher_quality@datatrove",
    "gopher_repetition@datatrove",
    "c4_quality@datatrove",
    "fineweb_quality@datatrove",
)

Work = Callable[[], Any]


# -- the engines: each imports and starts what it needs, and returns the work ---------------------


def scorers_of(names: Sequence[str]) -> dict[str, Any]:
    """Return scorers by name."""
    from qualmetrics.corpus.metrics import resolve

    return resolve(names)


def values_of(texts: list[str]) -> dict[str, Any]:
    """Score some texts: the one function that every engine calls."""
    from qualmetrics import planner

    global _SCORERS  # noqa: PLW0603 - loaded once a process, as any engine's workers do
    _SCORERS = _SCORERS or scorers_of(NAMES)
    chosen = tuple(_SCORERS.values())
    found = planner.run(chosen, planner.as_rows(chosen, texts, None, {}))
    return {name: one.primary for name, one in zip(NAMES, found, strict=True)}


_SCORERS: dict[str, Any] = {}


def bare(files: list[str], out: Path) -> Work:
    """One process, a loop over lines, a table for each file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    scorers_of(NAMES)

    def batches(path: str) -> Iterator[list[Any]]:
        rows: list[Any] = []
        with open(path, encoding="utf-8") as lines:  # noqa: PTH123 - the plainest way there is
            for line in lines:
                rows.append(json.loads(line))
                if len(rows) == BATCH:
                    yield rows
                    rows = []
        if rows:
            yield rows

    def work() -> None:
        out.mkdir()
        for path in files:
            tables = []
            for rows in batches(path):
                ids = [row["id"] for row in rows]
                tables.append(pa.table({"id": ids, **values_of([row["text"] for row in rows])}))
            pq.write_table(pa.concat_tables(tables), out / f"{Path(path).stem}.parquet")

    return work


def ours(files: list[str], out: Path, workers: int = 2, names: Sequence[str] = NAMES) -> Work:
    """A run of qualmetrics."""
    from qualmetrics.corpus import runs

    scorers = scorers_of(names)

    def work() -> None:
        run = runs.start(files, str(out), scorers)
        for _ in runs.work(run, scorers, workers=workers):
            pass

    return work


def ours_alone(files: list[str], out: Path) -> Work:
    """The same with one worker."""
    return ours(files, out, 1)


def ours_on_ray(files: list[str], out: Path) -> Work:
    """The same through Ray, over descriptions of splits."""
    import ray

    from qualmetrics.corpus import ray_engine, runs

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    scorers = scorers_of(NAMES)

    def work() -> None:
        run = runs.start(files, str(out), scorers)
        for _ in ray_engine.work(run, scorers, workers=2):
            pass

    return work


def with_ray(files: list[str], out: Path) -> Work:
    """Ray Data: rows to a pool of two actors, and to Parquet."""
    import pyarrow as pa
    import ray

    # Four processors in name: two actors hold two, and reading and writing need some as well.
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False

    class Actor:
        def __call__(self, table: pa.Table) -> pa.Table:
            found = values_of(table.column("text").to_pylist())
            return pa.table({"id": table.column("id"), **found})

    def work() -> None:
        data = ray.data.read_json(files).map_batches(
            Actor,
            batch_size=BATCH,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=2),
        )
        data.write_parquet(str(out))

    return work


def with_datasets(files: list[str], out: Path) -> Work:
    """Hugging Face ``datasets``: load, ``map`` in two processes, Parquet."""
    import datasets

    datasets.disable_progress_bars()
    cache = out.with_name(out.name + ".cache")

    def work() -> None:
        data = datasets.load_dataset(
            "json", data_files=files, split="train", cache_dir=str(cache), num_proc=2
        )
        scored = data.map(
            lambda batch: values_of(batch["text"]),
            batched=True,
            batch_size=BATCH,
            num_proc=2,
            remove_columns=["text"],
        )
        out.mkdir()
        scored.to_parquet(str(out / "all.parquet"))
        shutil.rmtree(cache)

    return work


def with_polars(files: list[str], out: Path) -> Work:
    """Polars: a lazy scan, ``map_batches`` over the text, a streaming sink."""
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars as pl

    kinds = pl.Struct(dict.fromkeys(NAMES, pl.Float64))

    def score(texts: pl.Series) -> pl.Series:
        return pl.DataFrame(values_of(texts.to_list())).to_struct()

    def work() -> None:
        out.mkdir()
        found = pl.col("text").map_batches(score, return_dtype=kinds, is_elementwise=True)
        lazy = pl.scan_ndjson(files, schema={"id": pl.String, "text": pl.String})
        lazy.select("id", found.alias("found")).unnest("found").sink_parquet(out / "all.parquet")

    return work


def with_duckdb(files: list[str], out: Path) -> Work:
    """DuckDB: a vectorised Python function over Arrow, ``COPY`` to Parquet."""
    import duckdb
    import pyarrow as pa

    def score(texts: Any) -> Any:
        found = values_of(texts.to_pylist())
        return pa.StructArray.from_arrays(list(map(pa.array, found.values())), list(found))

    base = duckdb.connect()
    base.execute("SET threads=2")
    kinds = ", ".join(f"{name} DOUBLE" for name in NAMES)
    base.create_function("score", score, ["VARCHAR"], f"STRUCT({kinds})", type="arrow")

    def work() -> None:
        out.mkdir()
        columns = "columns={id: 'VARCHAR', text: 'VARCHAR'}"
        rows = f"read_json($files, format='newline_delimited', {columns})"
        query = f"SELECT id, unnest(score(text)) FROM {rows}"  # noqa: S608 - all of it is ours
        base.execute(f"COPY ({query}) TO '{out}/all.parquet'", {"files": files})

    return work


def _datatrove(files: list[str], out: Path, step: Any, keys: Sequence[str] = NAMES) -> Work:
    import datatrove.data
    import pyarrow as pa
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import ParquetWriter
    from loguru import logger

    logger.remove()

    def adapter(_: Any, document: datatrove.data.Document) -> dict[str, Any]:
        return {"id": document.id, **{key: document.metadata[key] for key in keys}}

    schema = pa.schema([("id", pa.string()), *((key, pa.float64()) for key in keys)])

    def work() -> None:
        LocalPipelineExecutor(
            [
                JsonlReader(str(Path(files[0]).parent), recursive=False, doc_progress=False),
                *step,
                ParquetWriter(str(out), adapter=adapter, schema=schema),
            ],
            tasks=FILES,
            workers=2,
            logging_dir=str(out) + ".logs",
        ).run()

    return work


def with_datatrove(files: list[str], out: Path) -> Work:
    """Pipelines of datatrove with a step that scores 1,024 documents at a time (our adapter)."""
    from qualmetrics.adapters.datatrove import ScoreStep

    return _datatrove(files, out, [ScoreStep(scorers_of(NAMES), BATCH)])


def with_datatrove_one_by_one(files: list[str], out: Path) -> Work:
    """Pipelines of datatrove with a step for one document at a time, as its own blocks are."""
    from qualmetrics.adapters.datatrove import ScoreStep

    return _datatrove(files, out, [ScoreStep(scorers_of(NAMES), 1)])


def with_datatrove_filters(files: list[str], out: Path) -> Work:
    """Four filters of curation of datatrove itself, one after the other, as in its examples."""
    from datatrove.pipeline import filters

    four = [
        filters.GopherRepetitionFilter(),
        filters.GopherQualityFilter(),
        filters.C4QualityFilter(),
        filters.FineWebQualityFilter(),
    ]
    return _datatrove(files, out, four, ())


def ours_heuristics(files: list[str], out: Path) -> Work:
    """The same heuristics as a run: every value of each document, none dropped."""
    return ours(files, out, 2, HEURISTICS)


ENGINES: dict[str, tuple[Callable[[list[str], Path], Work], str]] = {
    "bare loop, 1 process": (bare, "pyarrow"),
    "qualmetrics, 1 worker": (ours_alone, "pyarrow"),
    "qualmetrics, 2 workers": (ours, "pyarrow"),
    "qualmetrics on Ray, 2 actors": (ours_on_ray, "ray"),
    "datatrove, our step": (with_datatrove, "datatrove"),
    "datatrove, one document at a time": (with_datatrove_one_by_one, "datatrove"),
    "datasets.map, 2 processes": (with_datasets, "datasets"),
    "Polars": (with_polars, "polars"),
    "DuckDB": (with_duckdb, "duckdb"),
    "Ray Data, 2 actors": (with_ray, "ray"),
}
HEURISTIC_ENGINES = {
    "qualmetrics, every value": (ours_heuristics, "pyarrow"),
    "datatrove, its filters": (with_datatrove_filters, "datatrove"),
}
OURS = "qualmetrics, 2 workers"


# -- one row --------------------------------------------------------------------------------------

QUIET = 0.15
"""Processors that others may use while a row is measured; it is measured again above that."""

TRIES = 4


def child(name: str, source: str, out: str) -> None:
    """Run one engine and print its times."""
    files = sorted(map(str, Path(source).glob("*.jsonl")))
    work = {**ENGINES, **HEURISTIC_ENGINES}[name][0](files, Path(out))
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    # The highest of this program; getrusage would tell that of whoever started it, if larger.
    (own,) = (s for s in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in s)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"work": took, "main": int(own.split()[1]) / 1024, "child": workers}))


def busy() -> float:
    """Return the seconds for which processors of this machine have worked since it started."""
    cells = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
    return (sum(cells) - cells[3] - cells[4]) / os.sysconf("SC_CLK_TCK")


def spent() -> float:
    """Return the processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wait_for_quiet(most: float) -> None:
    """Wait until nobody else works, for so many seconds at most."""
    until = time.monotonic() + most
    while time.monotonic() < until:
        before = busy()
        time.sleep(0.5)
        if busy() - before < QUIET / 2:
            return


def measure(
    name: str, source: Path, out: Path, *, wait: float = 10.0, tries: int = TRIES
) -> dict[str, float]:
    """Run one engine in a process of its own; return the row that others disturbed least."""
    rows = []
    for _ in range(tries):
        wait_for_quiet(wait)
        rows.append(_measure(name, source, out))
        if not rows[-1]["others"] >= QUIET:
            break
    return min(rows, key=lambda row: row["others"])


def _measure(name: str, source: Path, out: Path) -> dict[str, float]:
    for left in out.parent.glob(out.name + "*"):
        shutil.rmtree(left)
    began, worked, used = time.perf_counter(), busy(), spent()
    done = subprocess.run(
        [sys.executable, __file__, "--child", name, str(source), str(out)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_DATASETS_OFFLINE": "1"},
    )
    total, cpu = time.perf_counter() - began, spent() - used
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-3000:]}")
    others = (busy() - worked - cpu) / total
    if "Ray" in name:  # its services are no children of ours, and cannot be told from others
        cpu, others = float("nan"), 0.0
    return {
        "total": total,
        "cpu": cpu,
        "others": others,
        **json.loads(done.stdout.splitlines()[-1]),
    }


def table_of(out: Path) -> Any:
    """Return what an engine wrote, by id."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = sorted((out / "parts" if (out / "parts").is_dir() else out).rglob("*.parquet"))
    tables = [pq.ParquetFile(part).read(columns=["id", *NAMES]) for part in parts]
    plain = [table.cast(tables[0].schema) for table in tables]
    return pa.concat_tables(plain).sort_by("id")


# -- what is printed ------------------------------------------------------------------------------


def there(engines: dict[str, Any], only: Sequence[str] | None) -> list[str]:
    """Return the engines that are installed and asked for; say which are not."""
    found = []
    for name, (_, package) in engines.items():
        if only and not any(word in name for word in only):
            continue
        if find_spec(package) is None:
            print(f"left out: {name} ({package} is not installed)")
            continue
        found.append(name)
    return found


def compare(source: Path, place: Path, engines: dict[str, Any], args: Any, first: str) -> None:
    """Print the table of engines, and ratios to ours."""
    names = there(engines, args.only)
    texts = [line for path in sorted(source.glob("*.jsonl")) for line in path.open()]
    size = sum(map(len, texts)) / 1e6
    print(f"{len(texts):,} documents, {size:.1f} MB, {FILES} files, {args.repeats} repeats\n")
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    expected = None
    for repeat in range(args.repeats):
        for name in names:
            out = place / "out"
            rows[name].append(measure(name, source, out, wait=args.wait, tries=args.tries))
            print(f"  {repeat} {name}: {rows[name][-1]}", file=sys.stderr)
            if engines is ENGINES and repeat == 0:
                found = table_of(out)
                expected = expected or found
                assert found.num_rows == len(texts), (name, found.num_rows)
                for key in ("id", *NAMES):
                    assert found[key].to_pylist() == expected[key].to_pylist(), (name, key)
    keys = ("total", "work", "cpu", "others", "main", "child")
    print(
        f"{'':34}" + "".join(f"{key:>8}" for key in keys) + f"{'docs/s':>9}{'MB/s':>6}  by {first}"
    )
    for name in names:
        middle = {key: median(row[key] for row in rows[name]) for key in keys}
        cells = "".join(f"{middle[key]:8.{0 if key in keys[4:] else 2}f}" for key in keys)
        pace = f"{len(texts) / middle['total']:>9,.0f}{size / middle['total']:>6.1f}"
        print(f"{name:34}{cells}{pace}  {_ratios(rows, name, first)}")


def _ratios(rows: dict[str, list[dict[str, float]]], name: str, first: str) -> str:
    if first not in rows:
        return ""
    told = []
    for key in ("total", "work", "cpu"):
        pairs = [a[key] / b[key] for a, b in zip(rows[name], rows[first], strict=True)]
        told.append(f"{key} {median(pairs):.2f}x ({min(pairs):.2f}-{max(pairs):.2f})")
    return ", ".join(told)


def memory(place: Path, sizes: Sequence[int]) -> None:
    """Print the highest memory of parent and workers for inputs of several sizes."""
    from stream import write_files

    for size in sizes:
        source = place / f"memory-{size}"
        source.mkdir()
        write_files(source, size * 1_000_000)
        found = measure(OURS, source, place / "out", tries=1)
        shutil.rmtree(source)
        print(
            f"{size:>6,} MB in one file: main {found['main']:.0f} MB, largest worker "
            f"{found['child']:.0f} MB, {found['work']:.0f} s, {size / found['work']:.1f} MB/s"
        )


def rules(source: Path, place: Path) -> None:
    """Print the speed of one worker with every English formula."""
    from stream import english_formulas

    names = english_formulas()
    files = sorted(map(str, source.glob("*.jsonl")))
    size = sum(Path(path).stat().st_size for path in files) / 1e6
    for chosen in (names[:15], names):
        shutil.rmtree(place / "out", ignore_errors=True)
        work = ours(files, place / "out", 1, chosen)
        used, began = spent(), time.process_time()
        work()
        took = spent() - used + time.process_time() - began
        print(f"{len(chosen)} English formulas, one worker: {size:.1f} MB in {took:.1f} s of "
              f"processor time, {size / took:.1f} MB/s from JSON lines to Parquet")  # fmt: skip


def main() -> None:
    """Do what was asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--mb", type=int, default=81)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--tries", type=int, default=TRIES, help="of a row that was disturbed")
    parser.add_argument("--wait", type=float, default=10.0, help="seconds for a quiet moment")
    parser.add_argument("--memory", type=int, action="append")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--heuristics", action="store_true")
    parser.add_argument("--child", nargs=3)
    args = parser.parse_args()
    if args.child:
        child(*args.child)
        return
    from stream import write_files

    with tempfile.TemporaryDirectory() as folder:
        place, source = Path(folder), Path(folder) / "source"
        if args.memory:
            memory(place, args.memory)
            return
        source.mkdir()
        write_files(source, args.mb * 1_000_000, files=FILES)
        if args.rules:
            rules(source, place)
        elif args.heuristics:
            compare(source, place, HEURISTIC_ENGINES, args, "qualmetrics, every value")
        else:
            compare(source, place, ENGINES, args, OURS)


if __name__ == "__main__":
    main()
