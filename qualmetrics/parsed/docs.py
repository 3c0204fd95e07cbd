"""Machinery: parsed documents, from the caller's column ``doc`` or by an installed pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from qualmetrics.core import Rows, Status
from qualmetrics.errors import InputError, MissingExtraError

COLUMN = "doc"
"""Where the caller puts documents."""
PIPES = {
    "DEP": "a parser",
    "POS": "a tagger with attribute_ruler, or a morphologizer",
    "SENT_START": "a parser, a senter or a sentencizer",
}
"""Annotation -> what sets it in a pipeline."""

_lock = Lock()


@dataclass(frozen=True, slots=True)
class DocSource:
    """Where the documents of a call come from, and what a signature calls it.

    With ``pipeline``, the texts are parsed by the spaCy pipeline package of that name; without, a
    document for each text is read from the column ``doc``. ``label`` is what a signature says of
    documents whose pipeline the caller knows.
    """

    pipeline: str = ""
    label: str = ""

    @property
    def needs(self) -> frozenset[str]:
        """The column, or the text alone."""
        return frozenset() if self.pipeline else frozenset({COLUMN})

    @property
    def name(self) -> str:
        """Name and version, such as ``spacy:en_core_web_sm/3.8.0``."""
        if self.pipeline:
            return f"spacy:{self.pipeline}/{_version(self.pipeline)}"
        return "spacy:" + re.sub(r"[\s|]", "_", self.label or "given")

    def read(self, rows: Rows) -> Sequence[Any]:
        """Return a document for each row; what the caller gave may be anything else.

        Raises
        ------
        MissingExtraError
            When a pipeline is to parse and spaCy is not installed.
        InputError
            When the pipeline is not.
        """
        if not self.pipeline:
            return rows.columns[COLUMN]
        nlp = _pipeline(self.pipeline)
        with _lock:
            return list(nlp.pipe(rows.texts))


def check_pipeline(name: str) -> None:
    """Refuse what cannot be the name of a package.

    Raises
    ------
    InputError
    """
    if not isinstance(name, str) or (name and not name.isidentifier()):
        raise InputError(
            f"pipeline must be the name of an installed spaCy package, such as en_core_web_sm, or "
            f"'' to read the column {COLUMN!r}; got {name!r}"
        )


@lru_cache(maxsize=8)
def _pipeline(name: str) -> Any:
    try:
        import spacy
    except ImportError:
        raise MissingExtraError("spacy", "spacy", f"parsing with {name}") from None
    if not spacy.util.is_package(name):
        raise InputError(
            f"no spaCy pipeline {name!r} is installed. Type: python -m spacy download {name}, or "
            f"give documents of your own: scorer(texts, columns={{{COLUMN!r}: docs}})"
        )
    return spacy.load(name)


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


# -- one document ---------------------------------------------------------------------------------


def is_doc(cell: Any) -> bool:
    """Tell whether something is a spaCy document, without importing spaCy."""
    return hasattr(cell, "has_annotation") and hasattr(cell, "sents")


def is_word(token: Any) -> bool:
    """Tell whether a token holds a letter or a digit; spaCy's ``n't`` and ``'s`` are words."""
    return any(map(str.isalnum, token.text))


def words(tokens: Iterable[Any]) -> list[Any]:
    """Return the words among some tokens."""
    return [token for token in tokens if is_word(token)]


def lacking(doc: Any, annotations: Iterable[str]) -> list[str]:
    """Return which of these annotations a document has not."""
    return [name for name in annotations if not doc.has_annotation(name)]


def status_of(cell: Any, annotations: Iterable[str]) -> Status:
    """Return why nothing can be said of a cell of the column, or ``OK``."""
    if cell is None:
        return Status.NOT_APPLICABLE
    if not is_doc(cell):
        return Status.ERROR
    if not cell.text.strip():
        return Status.EMPTY
    if not any(map(is_word, cell)):
        return Status.NO_WORDS
    return Status.NOT_APPLICABLE if lacking(cell, annotations) else Status.OK
