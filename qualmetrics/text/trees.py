"""XML, HTML and Markdown read as a tree of tags, each with the text that stands directly in it.

The door to ``trees_xml``, ``trees_html`` and ``trees_markdown``. Attributes, comments and
processing instructions are no part of a tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from qualmetrics.errors import InputError

MARKUPS: Final = ("xml", "html", "markdown")
RULES: Final = {"xml": "tree:xml/1", "html": "tree:html/1", "markdown": "tree:markdown/1"}
"""Name and version of each way of reading, for a signature; raised by a change of any number."""
LONGEST: Final = 10_000_000
"""Characters of a text; a longer one is not read as a tree."""
TOP: Final = "#top"
"""The tag of the first node: what stands around everything, and is no element of the text."""


class Tree(NamedTuple):
    """A tree of tags in document order; node 0 is ``TOP``, and no element.

    ``parents[k]`` is the node that node ``k`` stands in, -1 for the first; ``texts[k]`` is the text
    that stands in it and in none of its children, runs of white space as one space.
    """

    tags: tuple[str, ...]
    parents: tuple[int, ...]
    texts: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many elements the text has."""
        return len(self.tags) - 1


@dataclass(slots=True)
class Grower:
    """A tree in the making: elements are opened and closed, and text lands in the open one."""

    tags: list[str] = field(default_factory=lambda: [TOP])
    parents: list[int] = field(default_factory=lambda: [-1])
    texts: list[list[str]] = field(default_factory=lambda: [[]])
    stack: list[int] = field(default_factory=lambda: [0])

    def open(self, tag: str) -> None:
        """Begin an element in the open one."""
        self.leaf(tag)
        self.stack.append(len(self.tags) - 1)

    def leaf(self, tag: str, text: str = "") -> None:
        """Put an element without children into the open one, whose text it parts."""
        self.texts[self.stack[-1]].append(" ")
        self.tags.append(tag)
        self.parents.append(self.stack[-1])
        self.texts.append([text])

    def close(self) -> None:
        """End the open element."""
        self.stack.pop()

    def add(self, text: str) -> None:
        """Put text into the open element."""
        self.texts[self.stack[-1]].append(text)

    def tree(self) -> Tree:
        """Return the tree grown so far."""
        texts = (" ".join("".join(parts).split()) for parts in self.texts)
        return Tree(tuple(self.tags), tuple(self.parents), tuple(texts))


class MalformedError(InputError):
    """A text that is not what its markup asks for, or is longer than ``LONGEST``."""


def read_tree(text: str, markup: str = "xml") -> Tree:
    """Read a text as a tree of tags.

    Parameters
    ----------
    text : str
    markup : {"xml", "html", "markdown"}
        XML must be well-formed, and may declare no entities; no external file is ever opened. No
        HTML or Markdown is malformed.

    Raises
    ------
    InputError
        For an unknown markup. A ``MalformedError`` says where XML breaks, or that the text is
        longer than ``LONGEST``.
    MissingExtraError
        When markdown-it-py is not installed and Markdown is asked for.

    Examples
    --------
    >>> read_tree("<ol><li>One</li><li>Two</li></ol>", "html").tags
    ('#top', 'ol', 'li', 'li')
    """
    if markup == "xml":
        from qualmetrics.text.trees_xml import read_xml as read
    elif markup == "html":
        from qualmetrics.text.trees_html import read_html as read
    elif markup == "markdown":
        from qualmetrics.text.trees_markdown import read_markdown as read
    else:
        raise InputError(f"markup={markup!r}; expected one of {', '.join(MARKUPS)}")
    if len(text) > LONGEST:
        raise MalformedError(
            f"{len(text):,} characters are more than the {LONGEST:,} that are read"
        )
    return read(text)
