"""Markdown and HTML read as prose: what a sentence is counted in, and where it stood.

The door to ``markup_html`` and ``markup_markdown``, which are imported where they are used.
Headings, code, tables, front matter, navigation and scripts are no sentences and are left out,
each counted by kind; list items and captions are left out when they are fragments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import PurePath

from qualmetrics.errors import InputError
from qualmetrics.text.prose import Prose, Segment, assemble, verbatim

__all__ = ["KEEPABLE", "MARKUPS", "Prose", "Segment", "markup_of", "read"]

MARKUPS = ("none", "markdown", "html")
"""How a text can be read."""
KEEPABLE = frozenset({"captions", "headings", "list_items", "tables"})
"""Kinds that ``read(..., keep=...)`` can count as prose after all."""
RULES = {"none": "none", "markdown": "markdown/1", "html": "html/1"}
"""Name and version of each way of reading, for a signature; raised by a change of any number."""
_SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".mkd": "markdown",
    ".mdx": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}


def markup_of(path: str | PurePath) -> str:
    """Name the markup of a file by its suffix: ``markdown``, ``html`` or ``none``.

    A ``.gz`` at the end is looked through.

    Examples
    --------
    >>> markup_of("README.md"), markup_of("page.HTM"), markup_of("notes.txt")
    ('markdown', 'html', 'none')
    """
    path = PurePath(path)
    suffix = path.suffix.lower()
    if suffix == ".gz":
        suffix = PurePath(path.stem).suffix.lower()
    return _SUFFIXES.get(suffix, "none")


def read(text: str, markup: str = "none", *, keep: Collection[str] = ()) -> Prose:
    r"""Read a text as prose, with a map from every character back to the source.

    Parameters
    ----------
    text : str
        The source. No text is malformed: what does not parse is read as the text it is.
    markup : {"none", "markdown", "html"}
        ``none`` returns the text unchanged. Markdown is CommonMark with tables, strikethrough,
        front matter, and GitHub's footnote marks, task boxes and alert labels.
    keep : collection of str
        Kinds to read as prose that are left out otherwise, from ``KEEPABLE``.

    Returns
    -------
    Prose
        ``text`` holds one paragraph per block, with a blank line between two; ``skipped`` counts
        what was left out; ``to_source`` maps offsets back.

    Raises
    ------
    InputError
        When ``text`` is no string, or ``markup`` or a kind in ``keep`` is unknown.
    MissingExtraError
        When markdown-it-py is not installed and Markdown is asked for.

    Examples
    --------
    >>> prose = read("# Title\n\nSome *good* prose.\n\n- item\n", "markdown")
    >>> prose.text
    'Some good prose.'
    >>> prose.skipped
    {'headings': 1, 'list_items': 1}
    >>> prose.to_source(5, 9)
    (15, 19)
    """
    kinds = _checked(text, markup, keep)
    if markup == "none":
        return verbatim(text)
    skipped: Counter[str] = Counter()
    if markup == "html":
        from qualmetrics.text import markup_html

        blocks = markup_html.blocks(text, 0, len(text), keep=kinds, skipped=skipped)
    else:
        from qualmetrics.text import markup_markdown

        blocks = markup_markdown.blocks(text, keep=kinds, skipped=skipped)
    return assemble(text, markup, blocks, skipped=skipped, keep=kinds)


def _checked(text: str, markup: str, keep: Collection[str]) -> frozenset[str]:
    if not isinstance(text, str):
        raise InputError(
            f"read() takes one text (str), not {type(text).__name__}. "
            "Bytes of a file: type read(decode(data).text, ...)."
        )
    if markup not in MARKUPS:
        hint = " For a file, type read(text, markup_of(path))." if markup == "auto" else ""
        raise InputError(f"markup={markup!r}; expected one of {', '.join(MARKUPS)}.{hint}")
    kinds = frozenset({keep} if isinstance(keep, str) else keep)
    if not kinds <= KEEPABLE:
        unknown = ", ".join(sorted(map(repr, kinds - KEEPABLE)))
        raise InputError(f"keep= cannot take {unknown}; it takes: {', '.join(sorted(KEEPABLE))}.")
    return kinds
