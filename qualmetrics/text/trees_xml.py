"""XML as a tree of tags, by the parser that Python brings (expat), told to trust nobody.

A declaration of an entity ends the parse: a few lines of them can stand for gigabytes, or for a
file. A document type is allowed, as documentation formats want it; what it points to is not read.
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from qualmetrics.text.trees import Grower, MalformedError, Tree


def read_xml(text: str) -> Tree:
    """Return the tree of a well-formed XML document; names keep their prefix.

    Raises
    ------
    MalformedError
        With the line and column at which it breaks.
    """
    grower = Grower()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = lambda name, attributes: grower.open(name)
    parser.EndElementHandler = lambda name: grower.close()
    parser.CharacterDataHandler = grower.add
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.strip("\ufeff \t\r\n"), True)  # noqa: FBT003 - the parser's call shape
    except expat.ExpatError as error:
        what = expat.errors.messages.get(error.code, "not well-formed")
        raise MalformedError(
            f"no XML: {what}, line {error.lineno}, column {error.offset}"
        ) from None
    except UnicodeEncodeError:
        raise MalformedError("no XML: half a character (a lone surrogate)") from None
    return grower.tree()


def _refuse(name: str, *_: object) -> NoReturn:
    raise MalformedError(f"XML that declares an entity ({name[:40]!r}) is not read")
