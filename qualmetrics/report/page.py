"""The report: one HTML file with everything inside, that asks for nothing from anywhere."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.errors import InputError, MissingExtraError, cannot_write
from qualmetrics.evaluation.bootstrap import DRAWS, mean_over_units
from qualmetrics.gates import Gate
from qualmetrics.report import statistics as st
from qualmetrics.report import svg
from qualmetrics.report.documents import marked, picks, snippet
from qualmetrics.report.table import Scored, scorer_of, table_of

MAX_POINTS = 2000
MAX_NUMBERS = 10_000
"""Numbers that the scatter plots carry: with many columns, fewer points."""
MAX_GROUPS = 12
GROUP_BINS = 20
MAX_VIEWS = 24
"""Documents that are shown whole."""
WORDS: Mapping[str, str] = {
    "ease": "higher is easier to read",
    "difficulty": "higher is harder to read",
    "similarity": "higher is more like the reference",
    "quality": "higher is better",
    "quantity": "higher is more",
}


def report(
    source: Any,
    output: str | Path | None = None,
    *,
    title: str = "",
    texts: Sequence[str | None] | None = None,
    ids: Sequence[Any] | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
    metrics: Sequence[str] | None = None,
    gates: Iterable[str | Gate] = (),
    by: str | None = None,
    examples: int = 5,
    lang: str = "en",
    alignments: Sequence[Any] = (),
    seed: int = 0,
) -> str:
    """Make a report of scores: one self-contained HTML page.

    Parameters
    ----------
    source
        What ``qualmetrics.score`` returns, a path, or a table of columns: see ``table_of``.
    output : path, optional
        Where it is written, whole or not at all.
    title : str
    texts, ids, columns : optional
        What the documents say, are called, and belong to; see ``table_of``.
    metrics : names of columns, optional
        Those to show; all unless told.
    gates : sequence of str or Gate
        Limits to draw and to count, such as ``fkgl>9``: a document for which one holds is dropped.
        ``source`` stands for the thresholds of the programs that scorers are named after.
    by : str, optional
        A column to group by; the 12 largest groups are shown.
    examples : int
        Documents shown at either end of each column, and beside each gate.
    lang : str
        Language that sentences are graded in.
    alignments : sequence of Alignment
        What ``explain`` of a similarity returned, drawn as heat maps.
    seed : int
        Of the sample in the scatter plot and of the intervals.

    Returns
    -------
    str
        The page.

    Raises
    ------
    InputError
        For a source, column or gate that is not there.
    MissingExtraError
        Without the extra ``report``.
    """
    table = table_of(source, texts=texts, ids=ids, columns=columns)
    shown = _chosen(table, metrics)
    found = st.gates_of(table, gates)
    extra = [g.name for g in found if g.name not in shown]
    shown = [*shown, *dict.fromkeys(extra)]
    effects, left = st.gate_effects(table, found)
    views: dict[int, dict[str, Any]] = {}
    page = render(
        "report.html",
        title=title or "Scores",
        card=_card(table, shown),
        metrics=[_metric(table, name, found, examples, views, lang) for name in shown],
        effects=effects,
        left=left,
        n=len(table),
        correlations=_correlations(table, shown, seed),
        groups=_groups(table, shown, by, found, seed) if by else None,
        views=views,
        has_texts=table.texts is not None,
        sized=table.sizes is not None,
        maps=[_heat_map(alignment) for alignment in alignments],
        data=_data(table, shown, seed),
    )
    return written(page, output)


def rows_shown(
    table: Scored,
    *,
    metrics: Sequence[str] | None = None,
    gates: Iterable[str | Gate] = (),
    examples: int = 5,
) -> set[int]:
    """Return the rows whose texts a report shows: whoever reads a corpus again needs no others."""
    found = st.gates_of(table, gates)
    columns = dict.fromkeys([*_chosen(table, metrics), *(gate.name for gate in found)])
    return {
        row for name in columns for pick in picks(table, name, found, examples) for row in pick.rows
    }


def compare_report(
    first: Any,
    second: Any,
    output: str | Path | None = None,
    *,
    names: tuple[str, str] = ("A", "B"),
    metrics: Sequence[str] | None = None,
    title: str = "",
    draws: int = DRAWS,
    seed: int = 0,
) -> str:
    """Make a page that sets two corpora side by side: means, differences, intervals, effect sizes.

    Parameters
    ----------
    first, second
        As ``source`` of ``report``.
    names : what the two are called
    metrics, title, output, seed
        As for ``report``.
    draws : int
        Resamples of each mean.

    Raises
    ------
    InputError, MissingExtraError
    """
    tables = table_of(first), table_of(second)
    found = [
        one
        for one in st.differences(*tables, draws=draws, seed=seed)
        if metrics is None or one.column in metrics
    ]
    if not found:
        raise InputError(f"none of {', '.join(metrics or ())} is a column of both")
    page = render(
        "compare.html",
        title=title or f"{names[0]} and {names[1]}",
        names=names,
        cards=[_card(table, [one.column for one in found]) for table in tables],
        rows=[_compared(*tables, one, names) for one in found],
        paired=found[0].paired,
        draws=draws,
    )
    return written(page, output)


def _chosen(table: Scored, metrics: Sequence[str] | None) -> list[str]:
    if metrics is None:
        return list(table.values)
    return list(dict.fromkeys(st.column_called(table, name) for name in metrics))


# -- parts of the page ----------------------------------------------------------------------------


def _card(table: Scored, shown: Sequence[str]) -> dict[str, Any]:
    from qualmetrics import __version__

    names = list(dict.fromkeys(map(scorer_of, shown)))
    gaps = [~np.isfinite(table.values[column]) for column in shown]
    return {
        "documents": len(table),
        "characters": None if table.sizes is None else int(table.sizes.sum()),
        "columns": len(shown),
        "gaps": int(np.logical_or.reduce(gaps).sum()),
        "states": {n: _stated(table.states[n]) for n in names if n in table.states},
        "signatures": {n: table.signatures[n] for n in names if n in table.signatures},
        "facts": {**table.facts, "report made by": f"qualmetrics {__version__}"},
    }


def _stated(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))


def _meaning(table: Scored, column: str) -> dict[str, str]:
    spec = table.spec(column)
    if spec is None:
        return {"what": "", "unit": "", "direction": ""}
    output = column.split(".", 1)[1] if "." in column else ""
    primary = not output or output == spec.primary
    what = spec.description.split("\n", 1)[0]
    return {
        "what": what if primary else f"Output {output} of {spec.name}. {what}",
        "unit": spec.unit if primary else "",
        "direction": WORDS[spec.increases_with] if primary else "",
        "tier": spec.tier,
    }


def _anchor(table: Scored, column: str) -> str:
    """Return what a column is called in an address: its name where that is plain and its own."""
    slugs = [re.sub(r"[^a-z0-9_]+", "-", name.lower()) for name in table.values]
    at = list(table.values).index(column)
    return f"m-{slugs[at]}" if slugs.count(slugs[at]) == 1 else f"m-{slugs[at]}-{at + 1}"


def comparison_of(table: Scored, column: str, gates: Sequence[Gate]) -> str:
    """Return what drops a document: as a gate says, else the bad end of the scale."""
    for gate in gates:
        if gate.name == column:
            return gate.comparison
    return st.bad_end(table, column)


def _metric(
    table: Scored,
    column: str,
    gates: Sequence[Gate],
    examples: int,
    views: dict[int, dict[str, Any]],
    lang: str,
) -> dict[str, Any]:
    values = table.values[column]
    found = st.summary(table, column)
    own = [gate for gate in gates if gate.name == column]
    lines = [(gate.limit, str(gate)) for gate in own]
    by_document = st.histogram(values)
    sized = None if table.sizes is None else st.histogram(values, table.sizes, by_document.edges)
    label = (
        f"{column}: median {svg.number(found.p50)}, 90 % of the documents between "
        f"{svg.number(found.p5)} and {svg.number(found.p95)}"
    )
    comparison = comparison_of(table, column, gates)
    cuts = st.keep_curve(table, column, comparison)
    chosen = picks(table, column, own, examples)
    return {
        "name": column,
        "anchor": _anchor(table, column),
        **_meaning(table, column),
        "summary": found,
        "share_undefined": found.n_undefined / max(found.n, 1),
        "share_short": found.n_short / max(found.n, 1),
        "beyond": by_document.below + by_document.above,
        "picture": svg.histogram_svg(label, by_document, sized, lines)
        if found.n > found.n_undefined
        else "",
        "comparison": comparison,
        "cuts": cuts,
        "keep": svg.keep_svg(f"Share kept by limit of {column}", cuts, lines) if cuts else "",
        "suggestions": st.suggestions(table, column, comparison),
        "gates": own,
        "picks": [
            {"why": pick.why, "rows": [_row(table, column, i, views, lang) for i in pick.rows]}
            for pick in chosen
        ],
    }


def _row(
    table: Scored, column: str, i: int, views: dict[int, dict[str, Any]], lang: str
) -> dict[str, Any]:
    text = None if table.texts is None else _cell(table.texts[i])
    if text and i not in views and len(views) < MAX_VIEWS:
        views[i] = {
            "id": _cell(table.ids[i]),
            "values": [(name, float(values[i])) for name, values in table.values.items()],
            **marked(text, lang),
        }
    return {
        "id": _cell(table.ids[i]),
        "value": float(table.values[column][i]),
        "snippet": snippet(text or ""),
        "view": i if i in views else None,
    }


def _cell(value: Any) -> str:
    """Return a cell as text; a table of another library wraps its own."""
    plain = value.as_py() if hasattr(value, "as_py") else value
    return "" if plain is None else str(plain)


def _correlations(table: Scored, shown: Sequence[str], seed: int) -> dict[str, Any] | None:
    if len(shown) < 2:
        return None
    matrix = st.correlations(table, shown, seed)
    return {"names": shown, "rows": matrix.tolist(), "sampled": len(table) > st.SAMPLE}


def _data(table: Scored, shown: Sequence[str], seed: int) -> str:
    """Return what the script of the page reads: the points of the scatter plots, in thousandths."""
    most = min(MAX_POINTS, MAX_NUMBERS // max(len(shown), 1))
    index = np.arange(len(table))
    if len(index) > most:
        index = np.sort(np.random.default_rng(seed).choice(len(index), most, replace=False))
    points = {}
    for column in shown:
        values = table.values[column]
        low, high = st.span(values[np.isfinite(values)])
        with np.errstate(invalid="ignore"):
            share = np.clip((values[index] - low) / (high - low), 0, 1) * 1000
        cells = [None if v != v else round(v) for v in share.tolist()]
        axis = [[t, svg.number(t)] for t in svg.ticks(low, high, 5)]
        points[column] = {"low": low, "high": high, "ticks": axis, "at": cells}
    return json.dumps(points, separators=(",", ":")).replace("<", "\\u003c")


def _groups(
    table: Scored, shown: Sequence[str], by: str, gates: Sequence[Gate], seed: int
) -> dict[str, Any]:
    if by not in table.beside:
        there = ", ".join(table.beside) or "none"
        raise InputError(f"cannot group by {by!r}; the columns beside the scores are: {there}")
    cells = [_cell(value) or "(none)" for value in table.beside[by]]
    common = Counter(cells).most_common()
    names = [name for name, _ in common[:MAX_GROUPS]]
    group_of = np.array([names.index(cell) if cell in names else -1 for cell in cells])
    return {
        "by": by,
        "hidden": len(common) - len(names),
        "metrics": [_grouped(table, column, names, group_of, gates, seed) for column in shown],
    }


def _grouped(
    table: Scored,
    column: str,
    names: Sequence[str],
    group_of: np.ndarray[Any, Any],
    gates: Sequence[Gate],
    seed: int,
) -> dict[str, Any]:
    values = table.values[column]
    edges = np.linspace(*st.span(values[np.isfinite(values)]), GROUP_BINS + 1)
    parts = [values[group_of == g] for g in range(len(names))]
    found = [st.histogram(part, edges=edges) for part in parts]
    top = max((float(one.shares.max(initial=0)) for one in found), default=1.0)
    lines = [(gate.limit, str(gate)) for gate in gates if gate.name == column]
    rows = []
    for name, part, one in zip(names, parts, found, strict=True):
        rows.append(
            {
                "name": name,
                "n": len(part),
                "mean": mean_over_units(part, seed=seed, draws=300),
                "median": float(np.nanmedian(part)) if np.isfinite(part).any() else float("nan"),
                "picture": svg.spark_svg(f"{column} in {name}", one, top, lines),
            }
        )
    return {"name": column, "rows": rows}


def _heat_map(alignment: Any) -> dict[str, Any]:
    from qualmetrics.similarity.explain import heat_map_svg

    return {
        "scorer": alignment.scorer,
        "values": dict(alignment.values),
        "text": alignment.text,
        "reference": alignment.reference,
        "picture": heat_map_svg(alignment),
    }


def _compared(
    first: Scored, second: Scored, one: st.Difference, names: tuple[str, str]
) -> dict[str, Any]:
    a, b = first.values[one.column], second.values[one.column]
    both = np.concatenate([a[np.isfinite(a)], b[np.isfinite(b)]])
    edges = np.linspace(*st.span(both), st.BINS + 1)
    reach = max(map(abs, (one.difference.low, one.difference.high, one.difference.value)))
    label = f"{one.column}: {names[0]} filled, {names[1]} as an outline"
    pair = st.histogram(a, edges=edges), st.histogram(b, edges=edges)
    return {
        "found": one,
        **_meaning(first, one.column),
        "picture": svg.two_svg(label, *pair),
        "interval": svg.interval_svg(
            f"difference {svg.number(one.difference.value)}",
            one.difference.value, one.difference.low, one.difference.high, reach,
        ),
    }  # fmt: skip


# -- the file -------------------------------------------------------------------------------------


def render(name: str, **values: Any) -> str:
    """Return the page that a template of this room makes of values.

    Raises
    ------
    MissingExtraError
        Without the extra ``report``.
    """
    try:
        import jinja2
    except ImportError:
        raise MissingExtraError("jinja2", "report", "making a report") from None
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("qualmetrics.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"number": svg.number, "percent": svg.percent}
    page: str = environment.get_template(name).render(**values)
    return page


def written(page: str, output: str | Path | None) -> str:
    """Write a page, whole or not at all, where a path is given; return it.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    if output is not None:
        part = Path(f"{output}.part")
        try:
            part.write_text(page, encoding="utf-8", errors="replace")
            os.replace(part, output)  # noqa: PTH105 - the atomic one, and it says so
        except OSError as error:
            raise cannot_write(str(output), error) from None
        finally:
            with suppress(OSError):  # where nothing can be written, nothing is left
                part.unlink(missing_ok=True)
    return page
