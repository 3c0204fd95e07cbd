"""HTML as a tree of tags, over the scanner that reads HTML as prose.

No HTML is malformed: an element whose end tag is left out ends where HTML says (``li`` at the next
``li``, ``p`` at the next block), an end tag that ends nothing is passed over, and what is open at
the end of the text ends there. Nothing is put in that is not written: no ``html``, no ``tbody``.
"""

from __future__ import annotations

from qualmetrics.text.markup_html import RAW, Scanner, text_pieces
from qualmetrics.text.trees import Grower, Tree


def _names(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_CODE = _names("script style template noscript noframes")
"""Elements whose text nobody reads."""
_ENDS_PARAGRAPH = _names(
    "address article aside blockquote details dialog div dl fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section table ul"
)
_CELLS, _ROWS = _names("td th"), _names("tr")
_PARTS = _names("thead tbody tfoot")
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (_names("li"), _names("ul ol menu")),
    "dt": (_names("dt dd"), _names("dl")),
    "dd": (_names("dt dd"), _names("dl")),
    "option": (_names("option"), _names("select datalist optgroup")),
    "optgroup": (_names("option optgroup"), _names("select")),
    "td": (_CELLS, _names("tr table")),
    "th": (_CELLS, _names("tr table")),
    "tr": (_ROWS, _PARTS | _names("table")),
    "thead": (_PARTS, _names("table")),
    "tbody": (_PARTS, _names("table")),
    "tfoot": (_PARTS, _names("table")),
    "body": (_names("head"), _names("html")),
}
"""Start tag -> the open elements that it ends, and those that it does not look beyond."""
_DEEPEST = 256
"""Elements inside one another; deeper ones stand side by side, so that reading stays linear."""
_BUTTON_SCOPE = _names("button table td th caption object")
"""A paragraph outside one of these is not ended by a block inside."""


def read_html(text: str) -> Tree:
    """Return the tree of an HTML document or fragment; names in lower case."""
    grower = Grower()
    for event in Scanner(text, 0, len(text)).events():
        if event.what == "text":
            if grower.tags[grower.stack[-1]] not in _CODE:
                for piece in text_pieces(text, event.start, event.end):
                    grower.add(text[piece.start : piece.end] if piece.text is None else piece.text)
        elif event.what == "open" and event.name:
            _open(grower, event.name, is_empty=text[event.end - 2] == "/")
        elif event.what == "close":
            _close(grower, frozenset({event.name}), frozenset())
    return grower.tree()


def _open(grower: Grower, name: str, *, is_empty: bool) -> None:
    if name in _ENDS_PARAGRAPH:
        _close(grower, frozenset({"p"}), _BUTTON_SCOPE)
    if name in _ENDS:
        _close(grower, *_ENDS[name])
    is_deep = len(grower.stack) > _DEEPEST
    if is_deep or name in _VOID or (is_empty and name not in RAW and _foreign(grower, name)):
        grower.leaf(name)
    else:
        grower.open(name)


def _foreign(grower: Grower, name: str) -> bool:
    """Tell whether ``<name/>`` is an element without content: in drawings and formulas only."""
    inside = {grower.tags[node] for node in grower.stack}
    return name in ("svg", "math") or not inside.isdisjoint(("svg", "math"))


def _close(grower: Grower, names: frozenset[str], scope: frozenset[str]) -> None:
    """End the innermost open element of these names, and what is open in it."""
    for depth in range(len(grower.stack) - 1, 0, -1):
        tag = grower.tags[grower.stack[depth]]
        if tag in names:
            del grower.stack[depth:]
            return
        if tag in scope:
            return
