"""Machinery: numbers that a plain function makes of one parsed document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qualmetrics.core import Batch, Cost, Layout, Recipe, Rows, Scorer, Spec, Status, status_array
from qualmetrics.feature import AsMeasured, Flagged, Measure
from qualmetrics.parsed.docs import COLUMN, DocSource, is_doc, status_of


@dataclass(frozen=True, slots=True)
class OfDoc:
    """What a function makes of each document: ``(n, outputs)`` under the feature's name.

    ``requires`` are annotations, such as ``DEP``. A row whose document lacks one, or is None, is
    *not applicable*; one whose cell is no document is an *error*.
    """

    name: str
    measure: Measure
    outputs: int
    requires: tuple[str, ...]
    source: DocSource
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The outputs side by side."""
        return {self.name: Layout(("n", self.outputs))}

    @property
    def needs(self) -> frozenset[str]:
        """The column of documents, or the text alone."""
        return self.source.needs

    @property
    def parts(self) -> tuple[str, ...]:
        """Whose parse it is."""
        return (self.source.name,)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Measure each document."""
        values = np.zeros((len(rows), self.outputs))
        status = status_array(len(rows))
        wrong = 0
        for i, doc in enumerate(self.source.read(rows)):
            status[i] = status_of(doc, self.requires)
            wrong += status[i] == Status.ERROR
            if status[i] != Status.OK:
                continue
            found = self.measure(doc, **dict(self.options))
            if found is None:
                status[i] = Status.NOT_APPLICABLE
            elif isinstance(found, Flagged):
                values[i], status[i] = found.values, found.status
            else:
                values[i] = found
        if wrong:
            import logging

            logging.getLogger("qualmetrics").warning(
                "column %r: %d cells are no spaCy documents", COLUMN, wrong
            )
        return Batch({self.name: values}, status)

    def problem(self, cell: Any) -> str:
        """Say what is wrong with a cell; empty where it is a document, or missing."""
        if cell is None or is_doc(cell):
            return ""
        return f"column {COLUMN!r} is {type(cell).__name__}, expected a spaCy Doc"

    def of(self, source: DocSource) -> OfDoc:
        """Return the same measure of other documents."""
        return replace(self, source=source)


def doc_feature(
    spec: Spec,
    measure: Measure,
    *,
    requires: Sequence[str],
    pipeline: str,
    options: Mapping[str, Any] | None = None,
) -> Scorer:
    """Return the scorer of a measure of documents.

    Parameters
    ----------
    spec : Spec
        Its outputs are those of the measure, in order.
    measure : function at the top of a module
        Takes a document and the options.
    requires : sequence of annotations
        Such as ``DEP``; see ``docs.PIPES``.
    pipeline : str
        The package that parses texts; empty where the column ``doc`` holds documents.
    options : mapping
        Keywords of the measure, which are those of the factory too.
    """
    given = dict(options or {})
    item = OfDoc(
        name=spec.name,
        measure=measure,
        outputs=len(spec.outputs),
        requires=tuple(requires),
        source=DocSource(pipeline),
        options=tuple(given.items()),
    )
    made = Scorer(replace(spec, family="feature"), (item,), AsMeasured(spec.name))
    named = {"pipeline": pipeline} if pipeline else {}
    arguments = {"name": spec.name, **given, **named}
    return replace(made, recipe=Recipe("qualmetrics.registry:get", arguments, made.signature))
