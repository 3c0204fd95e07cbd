"""Rows of many languages: each is scored by the version made for its own, which a column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics import planner
from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Layout,
    Recipe,
    Rows,
    Scorer,
    Scores,
    Status,
    status_array,
)
from qualmetrics.corpus.readers import LANGUAGE
from qualmetrics.errors import UnknownLanguageError


@dataclass(frozen=True, slots=True)
class ByColumn:
    """The values of a scorer, for each text in the version for the language that its row names.

    A language without a version is *not applicable*, and so is a row that names none.
    """

    versions: tuple[tuple[str, Scorer], ...]
    """Code and scorer; all have as many outputs."""

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The outputs of a version."""
        return {"values": Layout(("n", len(self.versions[0][1].spec.outputs)))}

    @property
    def needs(self) -> frozenset[str]:
        """The column, and what the versions need."""
        return frozenset({LANGUAGE}).union(*(scorer.needs for _, scorer in self.versions))

    @property
    def parts(self) -> tuple[str, ...]:
        """The column, and a digest of the signatures of all versions."""
        text = "\n".join(f"{code} {scorer.signature}" for code, scorer in self.versions)
        return (f"language:column:{LANGUAGE}", f"versions:{sha256(text.encode()).hexdigest()[:8]}")

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded here."""
        return None

    @property
    def name(self) -> str:
        """The column."""
        return LANGUAGE

    def problem(self, cell: Any) -> str:
        """Say what is wrong with a cell; empty where it can be a code, or is missing."""
        if cell is None or isinstance(cell, str):
            return ""
        return f"the language is {type(cell).__name__}, expected a code such as 'de'"

    def read(self, rows: Rows) -> Batch:
        """Group, and score each group."""
        ((values, status),) = _read_together((self,), rows)
        return Batch({"values": values}, status)


def _values(arrays: Arrays) -> Any:
    return arrays["values"]


def by_column(name: str, parameters: Mapping[str, Any]) -> Scorer:
    """Return what was named, scoring each row in the language of its column ``lang``.

    Parameters
    ----------
    name : a name, an alias, a count, or a bundle's folder
    parameters : mapping
        As for the scorer itself, without ``lang``.

    Returns
    -------
    Scorer
        The scorer itself where it fits every language and has no versions.

    Raises
    ------
    QualmetricsError
        As ``metrics.resolve`` does.
    """
    from qualmetrics.corpus.metrics import named, takes
    from qualmetrics.text.language import codes

    if "lang" in takes(name):
        versions: dict[str, Scorer] = {}
        for code in codes():
            with suppress(UnknownLanguageError):
                versions[code] = named(name, {**parameters, "lang": code})
    else:
        scorer = named(name, parameters)
        if "any" in scorer.spec.languages:
            return scorer
        versions = dict.fromkeys(scorer.spec.languages, scorer)
    one = versions.get("en") or next(iter(versions.values()))
    same = all(scorer.spec.bounds == one.spec.bounds for scorer in versions.values())
    spec = replace(
        one.spec,
        parameters={},
        valid_range={},
        languages=tuple(versions),
        bounds=one.spec.bounds if same else (None, None),
    )
    made = Scorer(spec, (ByColumn(tuple(versions.items())),), _values)
    arguments = {"name": name, "parameters": dict(parameters)}
    recipe = Recipe("qualmetrics.corpus.languages:by_column", arguments, made.signature)
    return replace(made, recipe=recipe)


def run(scorers: Sequence[Scorer], rows: Rows) -> list[Scores]:
    """Score as ``planner.run`` does; versions for one language share what they read."""
    inputs = [_by_column(scorer) for scorer in scorers]
    if sum(item is not None for item in inputs) < 2:
        return planner.run(scorers, rows)
    pairs = zip(scorers, inputs, strict=True)
    found = iter(planner.run([scorer for scorer, item in pairs if item is None], rows))
    together = iter(_read_together([item for item in inputs if item is not None], rows))
    results: list[Scores] = []
    for scorer, item in zip(scorers, inputs, strict=True):
        if item is None:
            results.append(next(found))
        else:
            values, status = next(together)
            results.append(Scores(values, status, scorer.spec, scorer.signature, {}))
    return results


def _by_column(scorer: Scorer) -> ByColumn | None:
    item = scorer.inputs[0] if len(scorer.inputs) == 1 else None
    return item if isinstance(item, ByColumn) else None


Read = tuple[NDArray[np.float64], NDArray[np.uint16]]


def _read_together(items: Sequence[ByColumn], rows: Rows) -> list[Read]:
    """Return values and statuses for each input."""
    n = len(rows)
    widths = [len(item.versions[0][1].spec.outputs) for item in items]
    read = [(np.full((n, width), np.nan), status_array(n)) for width in widths]
    groups: dict[str, list[int]] = {}
    for i, (text, cell) in enumerate(zip(rows.texts, rows.columns[LANGUAGE], strict=True)):
        if not text.strip():
            _say([i], Status.EMPTY, read)
        elif items[0].problem(cell):
            _say([i], Status.ERROR, read)
        else:
            groups.setdefault(_code(cell or ""), []).append(i)
    versions = [dict(item.versions) for item in items]
    for code, index in groups.items():
        chosen = [known.get(code) for known in versions]
        there = [scorer for scorer in chosen if scorer is not None]
        scores = iter(planner.run(there, rows.take(index)))
        for (values, status), scorer in zip(read, chosen, strict=True):
            if scorer is None:
                status[index] = Status.NOT_APPLICABLE
            else:
                one = next(scores)
                values[index], status[index] = one.values, one.status
    return read


def _say(index: Sequence[int], status: Status, read: Sequence[Read]) -> None:
    for _, statuses in read:
        statuses[index] = status


def _code(cell: str) -> str:
    from qualmetrics.text.language import normalise

    return normalise(cell)


__all__ = ["ByColumn", "by_column", "run"]
