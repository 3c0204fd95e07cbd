"""The pictures of a report as files of their own, for a slide or a paper: PNG, or SVG.

PNG is made by resvg (MIT), which brings no font: without one on the machine its text would be left
out, and that is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.gates import Gate
from qualmetrics.report import statistics as st
from qualmetrics.report import svg
from qualmetrics.report.page import comparison_of
from qualmetrics.report.table import Scored, table_of

FORMS = ("png", "svg")
HEADING = 24
"""Room above a picture for its name."""
LONGEST_NAME = 72
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
STYLE = (
    "text{fill:#5b6562;font:11px 'DejaVu Sans','Liberation Sans',sans-serif}"
    ".name{fill:#1d2321;font-size:13px}.mid{text-anchor:middle}.end{text-anchor:end}"
    ".axis{stroke:#dfe0da;fill:none}.bars{fill:#9cc4bd}"
    ".curve{fill:none;stroke:#1f5f5b;stroke-width:1.8}.dotted{stroke-dasharray:2 3}"
    ".gate{stroke:#b3261e;stroke-width:1.6;stroke-dasharray:5 3}"
)
"""The light colours of the page: a picture cannot ask what its reader prefers."""


def write_pictures(
    source: Any,
    folder: str | Path,
    *,
    columns: Mapping[str, Sequence[Any]] | None = None,
    metrics: Sequence[str] | None = None,
    gates: Iterable[str | Gate] = (),
    form: str = "png",
    scale: float = 2.0,
    font: str | Path | None = None,
) -> list[Path]:
    """Write the distribution and the keep-ratio curve of each column as pictures.

    Parameters
    ----------
    source, columns
        What ``report`` takes.
    folder : path
        Made where it is not there; files in it that have the same names are written anew.
    metrics : names of columns, optional
        All that have a value unless told.
    gates : sequence of str or Gate
        Limits to draw, such as ``fkgl>9``.
    form : {"png", "svg"}
    scale : float
        Pixels of a PNG by the 560 that a picture is wide.
    font : path, optional
        A font file for a PNG on a machine that has none.

    Returns
    -------
    list of Path
        ``fkgl.png`` and ``fkgl-kept.png`` for each column that has a value, in their order.

    Raises
    ------
    InputError
        For a source, column, gate or form that is not there, a scale that is no positive number,
        a folder that cannot be written, or a PNG without any font.
    MissingExtraError
        For a PNG without the extra ``pictures``.
    """
    if form not in FORMS:
        raise InputError(f"form={form!r} is not one of {', '.join(FORMS)}")
    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0 < scale <= 20:
        raise InputError(f"scale must be a number above 0, at most 20; got {scale!r}")
    table = table_of(source, columns=columns)
    found = st.gates_of(table, gates)
    shown = list(table.values if metrics is None else metrics)
    absent = [name for name in shown if name not in table.values]
    if absent:
        raise InputError(f"no column {absent[0]!r}; there are: {', '.join(table.values)}")
    write = _png_writer(scale, font) if form == "png" else _as_text
    target, written = Path(folder), []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in shown:
            for stem, picture in _pictures(table, name, found):
                written.append(target / f"{stem}.{form}")
                written[-1].write_bytes(write(picture))
    except OSError as error:
        raise InputError(f"cannot write pictures to {str(folder)!r}: {error}") from error
    return written


def _pictures(table: Scored, column: str, gates: Sequence[Gate]) -> Iterable[tuple[str, str]]:
    """Yield the stem of a file and a picture; nothing for a column without a value."""
    cuts = st.keep_curve(table, column, comparison_of(table, column, gates))
    if not np.isfinite(table.values[column]).any():
        return
    lines = [(gate.limit, str(gate)) for gate in gates if gate.name == column]
    stem, marked = _stem(table, column), "".join(f"  | {name}" for _, name in lines)
    histogram = svg.histogram_svg("", st.histogram(table.values[column]), None, lines)
    yield stem, alone(histogram, column + marked)
    if not cuts:  # every value is too short for a gate
        return
    name = f"share kept by limit of {column}{marked}"
    yield f"{stem}-kept", alone(svg.keep_svg("", cuts, lines), name)


def _stem(table: Scored, column: str) -> str:
    """Return a file name: the column's, numbered where two would be the same."""
    stems = [re.sub(r"[^\w@.+-]+", "-", name).strip(".-") or "column" for name in table.values]
    at = list(table.values).index(column)
    folded = [stem.casefold() for stem in stems]
    return stems[at] if folded.count(folded[at]) == 1 else f"{stems[at]}-{at + 1}"


def alone(picture: str, name: str) -> str:
    """Return a picture of the page as an SVG file: with a size, colours, and its name above."""
    head = re.match(r'<svg viewBox="0 0 (\d+) (\d+)"[^>]*>', picture)
    if head is None:
        raise InputError("no picture of a report")
    width, height = int(head[1]), int(head[2]) + HEADING
    name = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return _NO_XML.sub(
        "\ufffd",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><style>{STYLE}</style>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        f'<text x="{svg.LEFT}" y="17" class="name">{escape(name)}</text>'
        f'<g transform="translate(0 {HEADING})">{picture[head.end() : -len("</svg>")]}</g></svg>',
    )


def _as_text(picture: str) -> bytes:
    return picture.encode("utf-8")


def _png_writer(scale: float, font: str | Path | None) -> Any:
    try:
        import resvg_py
    except ImportError:
        raise MissingExtraError("resvg-py", "pictures", "a picture as PNG") from None
    if font is not None and not Path(font).is_file():
        raise InputError(f"font={str(font)!r} is no file")
    fonts = None if font is None else [str(font)]
    draw = partial(resvg_py.svg_to_bytes, zoom=scale, font_files=fonts)
    blank, one = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">' + inner + "</svg>"
        for inner in ("", f'<style>{STYLE}</style><text x="2" y="15">8</text>')
    )
    if bytes(draw(svg_string=one)) == bytes(draw(svg_string=blank)):
        raise InputError(
            "a PNG needs a font to write its numbers, and none was found. Install one (Debian: "
            "apt-get install fonts-dejavu-core), name a file with font=, or take form='svg'"
        )
    return lambda picture: bytes(draw(svg_string=picture))
