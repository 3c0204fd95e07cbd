"""Markdown as a tree of tags: those of the HTML that it stands for.

Over the parser that reads Markdown as prose, so front matter is left out here as well. HTML inside
of Markdown is one node ``html`` where it is a block, and nothing where it stands within a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualmetrics.text.markup_markdown import block_tokens, inline_tokens
from qualmetrics.text.trees import Grower, Tree

if TYPE_CHECKING:
    from markdown_it.token import Token

_LEAVES = {"fence": "pre", "code_block": "pre", "html_block": "html", "hr": "hr"}
_INLINE_LEAVES = {"code_inline": "code", "image": "img", "hardbreak": "br"}


def read_markdown(text: str) -> Tree:
    """Return the tree of a Markdown text.

    Raises
    ------
    MissingExtraError
        When markdown-it-py is not installed.
    """
    grower, parsed = Grower(), block_tokens(text)
    for token in parsed.tokens:
        if token.type == "inline":
            for inner in inline_tokens(token.content, parsed.env):
                _put(grower, inner)
        elif token.type in _LEAVES:
            grower.leaf(_LEAVES[token.type], token.content)
        elif token.nesting and not token.hidden:  # a paragraph is hidden in a list without gaps
            _step(grower, token)
    return grower.tree()


def _step(grower: Grower, token: Token) -> None:
    if token.nesting > 0:
        grower.open(token.tag)
    else:
        grower.close()


def _put(grower: Grower, token: Token) -> None:
    if token.nesting:
        _step(grower, token)
    elif token.type in _INLINE_LEAVES:
        grower.leaf(_INLINE_LEAVES[token.type], token.content)
    elif token.type == "softbreak":
        grower.add(" ")
    elif token.type != "html_inline":
        grower.add(token.content)
