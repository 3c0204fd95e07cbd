"""Machinery: why two texts are that similar, as an alignment of pieces and as a heat map."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, References, Rows, Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.similarity.matching import SIDES, normalise

MAX_SHOWN = 150
"""Pieces a side that a picture shows; the data hold all of them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A token (or sentence) of one side and its best match on the other.

    ``start`` and ``end`` are offsets into the text as given; ``weight`` is its share of its side's
    mean; ``match`` is the position of its best match among the other side's pieces, None where
    there is nothing to match.
    """

    start: int
    end: int
    text: str
    weight: float
    match: int | None
    cosine: float | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which pieces of a text match which pieces of its best reference, and how closely.

    ``values`` are the scorer's outputs for this pair; for a scorer without baseline and order
    guard the first is ``sum(p.weight * p.cosine for p in text_pieces)`` and the second the same
    sum over ``reference_pieces``, before limits. ``cosines[i][j]`` belongs to text piece ``i`` and
    reference piece ``j``.
    """

    scorer: str
    signature: str
    values: Mapping[str, float]
    status: Status
    text: str
    reference: str
    text_pieces: tuple[Piece, ...]
    reference_pieces: tuple[Piece, ...]
    cosines: tuple[tuple[float, ...], ...]

    def pairs(self) -> list[tuple[Piece, Piece]]:
        """Return each text piece with the reference piece that it matches best."""
        return [
            (piece, self.reference_pieces[piece.match])
            for piece in self.text_pieces
            if piece.match is not None
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; an undefined value is None."""
        data = asdict(self)
        data["status"] = str(self.status)
        data["values"] = {k: None if v != v else v for k, v in self.values.items()}
        return data


def align(scorer: Scorer, text: str, reference: str | Sequence[str]) -> Alignment:
    """Say which pieces of a text match which pieces of its best reference.

    Raises
    ------
    InputError
        Without a reference.
    """
    if reference is None:
        raise InputError(
            f"{scorer.spec.name} explains a pair; call explain(scorer, text, reference=...)"
        )
    several = [reference] if isinstance(reference, str) else list(reference)
    scores = scorer([text] * len(several), several)
    primary = np.where(np.isnan(scores.primary), -np.inf, scores.primary)
    best = int(primary.argmax())
    chosen = several[best]
    rows = Rows((text,), References(((chosen,),)))
    arrays = {key: a for item in scorer.inputs for key, a in item.read(rows).arrays.items()}
    vectors = getattr(scorer.forward, "vectors", dict)(arrays)
    spans = [scorer.abilities["spans"](item) for item in (text, chosen)]
    left, right, close = _matched(vectors, scorer.forward, spans, (text, chosen))
    return Alignment(
        scorer=scorer.spec.name,
        signature=scorer.signature,
        values=dict(zip(scorer.spec.outputs, scores.values[best].tolist(), strict=True)),
        status=Status(int(scores.status[best])),
        text=text,
        reference=chosen,
        text_pieces=left,
        reference_pieces=right,
        cosines=tuple(tuple(row) for row in close.tolist()),
    )


def _matched(
    arrays: Arrays,
    forward: Any,
    spans: Sequence[Sequence[tuple[int, int]]],
    texts: tuple[str, str],
) -> tuple[tuple[Piece, ...], tuple[Piece, ...], Any]:
    """Match the pieces that weigh something; special tokens are in neither list."""
    match = getattr(forward, "match", forward)
    weights, kept, normal = [], [], []
    for side in SIDES:
        row = match.weights(arrays, side)[0]
        vectors = normalise(np.asarray(arrays[f"{side}_vectors"])[0])
        if side == "reference":
            row, vectors = row[0], vectors[0]
        keep = np.flatnonzero(row > 0)
        kept.append(keep)
        normal.append(vectors[keep])
        total = row[keep].sum() if len(keep) else 1.0
        weights.append(np.asarray(row[keep], dtype=np.float64) / total)
    close = np.asarray(normal[0] @ normal[1].T, dtype=np.float64)
    sides = []
    for k, cosines in enumerate((close, close.T)):
        pieces = []
        for i, token in enumerate(kept[k].tolist()):
            start, end = spans[k][token]
            found = int(cosines[i].argmax()) if cosines.shape[1] else None
            value = None if found is None else float(cosines[i, found])
            piece = Piece(start, end, texts[k][start:end], float(weights[k][i]), found, value)
            pieces.append(piece)
        sides.append(tuple(pieces))
    return sides[0], sides[1], close


# -- pictures -------------------------------------------------------------------------------------

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CELL = 22
_MARGIN = 120


def heat_map_svg(alignment: Alignment) -> str:
    """Return the cosines of an alignment as an SVG picture: rows text, columns reference.

    Self-contained, escaped, readable without a script; a frame marks each row's best match, and
    pointing at a cell tells its pieces and cosine. At most 150 pieces a side are drawn.
    """
    left, right = alignment.text_pieces[:MAX_SHOWN], alignment.reference_pieces[:MAX_SHOWN]
    width, height = (_MARGIN + _CELL * max(1, len(side)) + 8 for side in (right, left))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">',
        f"<title>{_safe(_headline(alignment))}</title>",
    ]
    for j, piece in enumerate(right):
        x = _MARGIN + _CELL * j + _CELL // 2 + 4
        parts.append(
            f'<text transform="translate({x},{_MARGIN - 6}) rotate(-60)">{_label(piece)}</text>'
        )
    for i, piece in enumerate(left):
        y = _MARGIN + _CELL * i + _CELL // 2 + 4
        parts.append(f'<text x="{_MARGIN - 6}" y="{y}" text-anchor="end">{_label(piece)}</text>')
        parts += [
            _cell(i, j, alignment.cosines[i][j], (piece, other), best=piece.match == j)
            for j, other in enumerate(right)
        ]
    parts.append("</svg>")
    return "\n".join(parts)


def _cell(i: int, j: int, cosine: float, pieces: tuple[Piece, Piece], *, best: bool) -> str:
    frame = ' stroke="#222" stroke-width="1.5"' if best else ""
    said = f"{pieces[0].text!r} and {pieces[1].text!r}: {cosine:.3f}"
    return (
        f'<rect x="{_MARGIN + _CELL * j + 1}" y="{_MARGIN + _CELL * i + 1}" width="{_CELL - 2}" '
        f'height="{_CELL - 2}" fill="{_colour(cosine)}"{frame}><title>{_safe(said)}</title></rect>'
    )


def _colour(cosine: float) -> str:
    """White at 0, blue at 1, red below 0."""
    depth = min(1.0, abs(cosine))
    far = (8, 69, 148) if cosine >= 0 else (165, 15, 21)
    red, green, blue = (round(255 + (end - 255) * depth) for end in far)
    return f"#{red:02x}{green:02x}{blue:02x}"


def heat_map_html(alignment: Alignment) -> str:
    """Return one HTML page: the values, both texts, the heat map and the list of matches.

    It loads nothing and runs no script; everything that came from the texts is escaped.
    """
    rows = "\n".join(
        f"<tr><td>{_safe(a.text)}</td><td>{_safe(b.text)}</td><td>{a.cosine:.3f}</td>"
        f"<td>{a.weight:.3f}</td></tr>"
        for a, b in alignment.pairs()[:MAX_SHOWN]
        if a.cosine is not None
    )
    hidden = max(len(alignment.text_pieces), len(alignment.reference_pieces)) - MAX_SHOWN
    note = f"<p>{hidden} more pieces are not drawn.</p>" if hidden > 0 else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{_safe(_headline(alignment))}</title>"
        "<style>body{font-family:sans-serif;margin:2em}td,th{padding:.15em .8em;text-align:left}"
        ".map{overflow:auto}</style></head><body>\n"
        f"<h1>{_safe(_headline(alignment))}</h1><p><code>{_safe(alignment.signature)}</code></p>\n"
        f"<p><b>text</b> {_safe(alignment.text)}</p><p><b>reference</b> "
        f'{_safe(alignment.reference)}</p>\n<div class="map">{heat_map_svg(alignment)}</div>{note}'
        "\n<table><tr><th>text</th><th>best match</th><th>cosine</th><th>weight</th></tr>\n"
        f"{rows}\n</table></body></html>\n"
    )


def _headline(alignment: Alignment) -> str:
    values = ", ".join(f"{name} {value:.3f}" for name, value in alignment.values.items())
    return f"{alignment.scorer}: {values} ({alignment.status})"


def _label(piece: Piece) -> str:
    return _safe(piece.text if len(piece.text) <= 16 else piece.text[:15] + "…")


def _safe(text: str) -> str:
    """Escape for HTML and SVG; characters that XML does not know are replaced."""
    return html.escape(_NO_XML.sub("\ufffd", text), quote=True)
