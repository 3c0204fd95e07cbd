"""Machinery: the score of what stands beside a text, such as the source that it rewrites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import getdoc
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, Batch, Cost, Layout, Rows, Scorer, Spec, Status, status_array
from qualmetrics.errors import InputError
from qualmetrics.reward.builder import Present, Traced, as_scorer, from_node, node_of, with_node

REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class Beside:
    """A scorer's primary value on what stands beside each text; the mean over several references.

    ``side`` is ``references``, or the name of a column of texts. A row without such a text, or
    whose text has no value, is *not applicable*.
    """

    of: Scorer
    side: str = REFERENCES

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a row."""
        return {"beside": Layout()}

    @property
    def needs(self) -> frozenset[str]:
        """References, or the column."""
        return frozenset({self.side})

    @property
    def parts(self) -> tuple[str, ...]:
        """What is scored there, and with what."""
        return (f"beside:{self.side}", *self.of.parts)

    def cost(self, rows: Rows) -> Cost | None:
        """The scorer's own run sorts and pads."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Score the texts beside; each different one once."""
        from qualmetrics import planner

        several = self._beside(rows)
        distinct = tuple(dict.fromkeys(text for texts in several for text in texts))
        found = planner.run((self.of,), Rows(distinct))[0] if distinct else None
        worth = {} if found is None else dict(zip(distinct, found.primary.tolist(), strict=True))
        values = np.full(len(rows), np.nan)
        for i, texts in enumerate(several):
            scored = [worth[text] for text in texts if not np.isnan(worth[text])]
            if scored:
                values[i] = sum(scored) / len(scored)
        status = status_array(len(rows))
        status[np.isnan(values)] = Status.NOT_APPLICABLE
        return Batch({"beside": values}, status)

    def _beside(self, rows: Rows) -> list[tuple[str, ...]]:
        if self.side == REFERENCES:
            several = rows.references.rows if rows.references else ((),) * len(rows)
            return [tuple(text for text in row if text.strip()) for row in several]
        cells = rows.columns[self.side]
        for i, cell in enumerate(cells):
            if not (cell is None or isinstance(cell, str)):
                raise InputError(
                    f"column {self.side!r} must hold strings or None; cell {i} is "
                    f"{type(cell).__name__}"
                )
        return [(cell,) if cell and cell.strip() else () for cell in cells]

    def to_bundle(self, folder: Path) -> dict[str, Any]:
        """Return the scorer as its node; a bundle makes it again, it holds no graph of it."""
        return {"of": node_of(self.of), "side": self.side}

    @classmethod
    def from_bundle(cls, folder: Path, settings: Mapping[str, Any]) -> Beside:
        """Return the input that settings describe."""
        return cls(from_node(settings["of"]), settings["side"])


@dataclass(frozen=True)
class _AsRead:
    def __call__(self, arrays: Arrays) -> Any:
        return arrays["beside"][:, None] * 1.0


def beside(of: Scorer, *, column: str = REFERENCES, name: str | None = None) -> Scorer:
    """A score of what stands beside the text: of its references, or of a column of texts.

    With several references, their mean. ``weighted_sum({"text": s, "source": beside(s)}, ...)``
    with the weights 1 and -1 is what a rewrite gained over its source. Not applicable where there
    is nothing beside the text.

    Parameters
    ----------
    of : Scorer
        Of a text alone.
    column : str
        ``references``, or the column that holds the texts.

    Raises
    ------
    InputError
        For a scorer that itself needs references or columns.
    """
    scorer = as_scorer("beside", of)
    if scorer.needs:
        raise InputError(
            f"beside takes a scorer of a text alone; {scorer.spec.name} also reads "
            f"{', '.join(sorted(scorer.needs))}"
        )
    if not isinstance(column, str) or not column.isidentifier():
        raise InputError(f"column must be 'references' or name a column; got {column!r}")
    spec = Spec(
        name=name or "beside",
        description=getdoc(beside) or "",
        family="reward",
        increases_with=scorer.spec.increases_with,
        bounds=scorer.spec.bounds,
        unit=scorer.spec.unit,
        source=scorer.spec.source,
        tolerance=scorer.spec.tolerance,
    )
    item = Beside(scorer, column)
    forward = _AsRead()
    made = Scorer(spec, (item, Present()), forward, abilities={"graph": Traced((item,), forward)})
    node = {"use": "beside", "of": scorer, "column": column}
    return with_node(made, node if name is None else {**node, "name": name})
