"""``rank FILE...``: texts in order, hardest (or best) first, each held against the next."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from typing import Any

from qualmetrics.errors import InputError

FIRST = {
    "difficulty": ("hardest", 1.0),
    "ease": ("hardest", -1.0),
    "quality": ("best", 1.0),
    "similarity": ("most alike", 1.0),
    "quantity": ("most", 1.0),
}
"""By what a score increases with: which texts come first, and the sign that puts them there."""


def rank_paths(
    paths: Sequence[str],
    metric: str,
    *,
    lang: str | None,
    markup: str,
    text_field: str,
    output_format: str,
) -> int:
    """Print the order; return the exit code, 2 where something could not be read."""
    from qualmetrics.cli import FAILED, OK
    from qualmetrics.cli.messages import fail
    from qualmetrics.corpus.metrics import resolve
    from qualmetrics.corpus.readers import read_documents
    from qualmetrics.ranking.comparisons import has_log_odds, sigmoid

    if output_format not in ("table", "json"):
        raise InputError(f"format {output_format!r} is not one of table, json")
    (scorer,) = resolve([metric], lang=lang).values()
    documents = list(read_documents(paths, text_field=text_field, markup=markup))
    readable = [document for document in documents if not document.problem]
    for document in documents:
        if document.problem:
            fail(f"{document.place}: {document.problem}")
    scores = scorer([document.text for document in readable])
    _, sign = FIRST[scorer.spec.increases_with]
    values = (sign * scores.primary).tolist()
    order = sorted(
        range(len(readable)),
        key=lambda i: (math.isnan(values[i]), -values[i] if not math.isnan(values[i]) else 0.0),
    )
    rows: list[dict[str, Any]] = []
    for place, i in enumerate(order):
        following = values[order[place + 1]] if place + 1 < len(order) else math.nan
        gap = values[i] - following
        known = has_log_odds(scorer) and not math.isnan(gap)
        rows.append(
            {
                "rank": None if math.isnan(values[i]) else place + 1,
                "id": readable[i].id,
                "score": None if math.isnan(values[i]) else float(scores.primary[i]),
                "p_above_next": float(sigmoid(gap)) if known else None,
                "status": scores.status_names[i],
            }
        )
    _print(rows, scorer, output_format)
    return FAILED if len(readable) < len(documents) else OK


def _print(rows: Sequence[dict[str, Any]], scorer: Any, output_format: str) -> None:
    from qualmetrics.cli.table import UNDEFINED, console, plain_table, show
    from qualmetrics.ranking.comparisons import has_log_odds

    first, _ = FIRST[scorer.spec.increases_with]
    if output_format == "json":
        told = {"signature": scorer.signature, "first": first, "ranking": list(rows)}
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        return
    from rich.text import Text

    from qualmetrics.cli.messages import printable

    table = plain_table(f"{first} first", "score", "P(above next)")
    for row in rows:
        number = UNDEFINED if row["score"] is None else f"{row['score']:.2f}"
        p = UNDEFINED if row["p_above_next"] is None else f"{row['p_above_next']:.2f}"
        place = "  –" if row["rank"] is None else f"{row['rank']:>3}"
        note = "" if row["score"] is not None else f" ({row['status']})"
        table.add_row(Text(f"{place}  {printable(row['id'])}{note}"), Text(number), Text(p))
    out = console(sys.stdout)
    show(out, table)
    sys.stdout.write(f"\n{scorer.signature}\n")
    if not has_log_odds(scorer):
        sys.stdout.write("no probabilities: differences of this score are no log-odds\n")
