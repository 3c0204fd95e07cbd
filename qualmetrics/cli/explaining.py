"""``explain``: the sentences and words that drive a score, where they stand in the file."""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus.metrics import resolve
from qualmetrics.corpus.readers import read_source
from qualmetrics.errors import InputError
from qualmetrics.explain import Explanation, Span, explain

SNIPPET = 72


def explain_path(
    path: str,
    metric: str,
    *,
    lang: str | None,
    rules: str | None,
    markup: str,
    top: int,
    output_format: str,
) -> None:
    """Print why one text has its score."""
    if output_format not in ("table", "json"):
        raise InputError(f"format {output_format!r} is not one of table, json")
    (scorer,) = resolve([metric], lang=lang, rules=rules).values()
    if "references" in scorer.needs:
        raise InputError(
            f"{metric} explains a pair of texts, which this command does not; from Python: "
            "qualmetrics.explain.explain(scorer, text, reference=...), see docs/similarity.md"
        )
    source, prose = read_source(path, markup=markup)
    explanation = explain(scorer, prose.text)
    places = _Places(source, prose)
    if output_format == "json":
        sys.stdout.write(json.dumps(_plain(explanation, places, path), ensure_ascii=False) + "\n")
    else:
        _print(explanation, places, scorer, path, top)


class _Places:
    """Turns offsets into the prose into offsets, lines and columns of the file."""

    def __init__(self, source: str, prose: Any) -> None:
        self.prose = prose
        self.starts = [0, *(i + 1 for i, c in enumerate(source) if c == "\n")]

    def span(self, piece: Span) -> tuple[int, int]:
        """Return where a piece stands in the file."""
        start, end = self.prose.to_source(piece.start, piece.end)
        return start, end

    def line_and_column(self, piece: Span) -> tuple[int, int]:
        """Return line and column of its first character, from 1."""
        start = self.span(piece)[0]
        line = bisect_right(self.starts, start)
        return line, start - self.starts[line - 1] + 1


def _plain(explanation: Explanation, places: _Places, path: str) -> dict[str, Any]:
    data = {"schema": "qualmetrics-explanation/1", "path": path, **explanation.to_dict()}
    for key in ("sentences", "words"):
        data[key] = [_plain_span(piece, places) for piece in getattr(explanation, key)]
    return data


def _plain_span(piece: Span, places: _Places) -> dict[str, Any]:
    start, end = places.span(piece)
    line, column = places.line_and_column(piece)
    return {**asdict(piece), "start": start, "end": end, "line": line, "column": column}


# -- for people ---------------------------------------------------------------------------------


def _print(explanation: Explanation, places: _Places, scorer: Scorer, path: str, top: int) -> None:
    from rich.text import Text

    from qualmetrics.cli.table import console, rounded

    out = console(sys.stdout)
    state = "" if not explanation.status else f" ({explanation.status})"
    band = scorer.spec.band(explanation.value)
    out.print(
        Text(
            f"{path}: {explanation.scorer} {rounded(explanation.value)} {explanation.unit}"
            f"{', ' + band if band else ''}{state}"
        ),
        soft_wrap=True,
    )
    if not explanation.status.undefined:
        out.print(Text(_against(explanation)), soft_wrap=True)
        _print_sentences(out, explanation, places, top)
        if explanation.words:
            _print_words(out, explanation, places, top)
    out.print(Text(f"\n{explanation.signature}", style="dim"), soft_wrap=True)


def _against(explanation: Explanation) -> str:
    from qualmetrics.cli.table import rounded

    reference = f"{rounded(explanation.reference_value)} ({explanation.reference})"
    if explanation.note:
        return f"reference: {reference}\n{explanation.note}"
    return (
        f"reference: {reference}. Shares add up to the distance: those of all sentences"
        f"{_rest(explanation.rest, 'the rest')}; those of all words"
        f"{_rest(explanation.words_rest, 'the length of sentences')}."
    )


def _rest(rest: float, what: str) -> str:
    return "" if abs(rest) < 0.005 else f" and {rest:+.2f} for {what}"


def _driving(pieces: Sequence[Span], increases_with: str) -> list[Span]:
    """Sort: what makes the text hard first; without shares, the longest first."""
    if any(piece.contribution is None for piece in pieces):
        return sorted(pieces, key=lambda piece: piece.start - piece.end)
    sign = 1.0 if increases_with == "ease" else -1.0
    return sorted(pieces, key=lambda piece: sign * (piece.contribution or 0.0))


def _order(pieces: Sequence[Span]) -> str:
    return "longest" if any(piece.contribution is None for piece in pieces) else "hardest"


def _share(contribution: float | None) -> str:
    return "" if contribution is None else f"{contribution:+.2f}"


def _print_sentences(out: Any, explanation: Explanation, places: _Places, top: int) -> None:
    from rich.text import Text

    from qualmetrics.cli.table import plain_table, show

    pieces = _driving(explanation.sentences, explanation.increases_with)[:top]
    out.print(f"\nsentences: {len(pieces)} of {len(explanation.sentences)}, {_order(pieces)} first")
    columns = list(dict.fromkeys(key for piece in pieces for key in piece.counts))
    columns = [key for key in columns if key not in ("sentences", "paragraphs")][:4]
    table = plain_table("line:col", "share", *columns, "sentence", left=0)
    table.columns[-1].justify = "left"
    for piece in pieces:
        line, column = places.line_and_column(piece)
        counts = [f"{piece.counts.get(key, 0):g}" for key in columns]
        table.add_row(
            f"{line}:{column}", _share(piece.contribution), *counts, Text(_snippet(piece.text))
        )
    show(out, table)


def _print_words(out: Any, explanation: Explanation, places: _Places, top: int) -> None:
    from rich.text import Text

    from qualmetrics.cli.table import plain_table, show

    grouped: dict[str, list[Span]] = {}
    for piece in explanation.words:
        grouped.setdefault(piece.text.casefold(), []).append(piece)
    merged = [replace(group[0], contribution=_together(group)) for group in grouped.values()]
    order = _driving(merged, explanation.increases_with)[:top]
    out.print(f"\nwords: {len(order)} of {len(grouped)} different ones, {_order(order)} first")
    table = plain_table("share", "times", "word", "at line:col", left=0)
    for column in table.columns[-2:]:
        column.justify = "left"
    for piece in order:
        group = grouped[piece.text.casefold()]
        at = ["{}:{}".format(*places.line_and_column(one)) for one in group[:5]]
        table.add_row(
            _share(piece.contribution),
            str(len(group)),
            Text(_snippet(piece.text)),
            " ".join(at) + (" ..." if len(group) > 5 else ""),
        )
    show(out, table)


def _together(group: Sequence[Span]) -> float | None:
    shares = [piece.contribution for piece in group if piece.contribution is not None]
    return sum(shares) if shares else None


def _snippet(text: str) -> str:
    from qualmetrics.cli.messages import printable

    flat = printable(" ".join(text.split()))
    return flat if len(flat) <= SNIPPET else flat[: SNIPPET - 1] + "…"
