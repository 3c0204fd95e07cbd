"""Machinery: runs the inputs of scorers over rows, each equal input once, and restores the order.

Rows go through in macro-batches of bounded size. Inputs that pad rows to each other (they have a
``cost``) are read in micro-batches sorted by that cost, cut under its budget, and put back by the
inverse permutation; all other inputs are read once per macro-batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import (
    UNDEFINED,
    Array,
    Batch,
    Input,
    Lenient,
    References,
    Rows,
    Scorer,
    Scores,
    Status,
    status_array,
)
from qualmetrics.errors import InputError

MACRO_CHARACTERS = 4_000_000
MACRO_ROWS = 16_384


# -- the call, checked before any work ----------------------------------------------------------


def as_rows(
    scorers: Sequence[Scorer],
    texts: Sequence[str | None],
    references: Sequence[str | Sequence[str]] | References | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> Rows:
    """Check a call against what the scorers need and return its rows.

    Raises
    ------
    InputError
        See ``Scorer.__call__``.
    """
    checked = _as_texts(texts)
    rows = Rows(checked, _as_references(references, len(checked)), _as_columns(columns, checked))
    for scorer in scorers:
        for need in sorted(scorer.needs):
            if need == "references" and rows.references is None:
                raise InputError(
                    f"{scorer.spec.name} compares texts with references; call it as "
                    "scorer(texts, references), with one reference, or a list of them, per text"
                )
            if need != "references" and need not in rows.columns:
                given = ", ".join(rows.columns) or "none"
                raise InputError(
                    f"{scorer.spec.name} reads the column {need!r}; columns given: {given}. "
                    f"Call it as scorer(texts, columns={{{need!r}: [...]}})"
                )
    return rows


def _as_texts(texts: Any) -> tuple[str, ...]:
    if isinstance(texts, str):
        raise InputError(
            "got one string where a sequence of texts is expected. "
            "For one text call scorer.score_one(text); for several, scorer([text, ...])"
        )
    if isinstance(texts, (bytes, Mapping)) or not hasattr(texts, "__iter__"):
        raise InputError(f"texts must be a sequence of strings; got {type(texts).__name__}")
    rows = tuple(texts)
    for i, text in enumerate(rows):
        if not (text is None or isinstance(text, str)):
            hint = "; decode it first" if isinstance(text, bytes) else ""
            raise InputError(
                f"texts[{i}] is {type(text).__name__}, expected a string or None{hint}"
            )
    return tuple("" if text is None else text for text in rows)


def _as_references(references: Any, n: int) -> References | None:
    if references is None:
        return None
    if isinstance(references, References):
        checked = references
    elif isinstance(references, (str, bytes)):
        raise InputError(
            "references must be a sequence aligned to texts; got one string. "
            "For one text call scorer.score_one(text, reference)"
        )
    else:
        checked = References(tuple(_one_reference(i, r) for i, r in enumerate(references)))
    if len(checked) != n:
        raise InputError(
            f"{n} texts but {len(checked)} references; references[i] belongs to texts[i]. "
            "Several references of one text go into a list: [[ref_a, ref_b], ...]"
        )
    return checked


def _one_reference(i: int, reference: Any) -> tuple[str, ...]:
    several = (reference,) if isinstance(reference, str) else reference
    if several is None or isinstance(several, bytes) or not hasattr(several, "__iter__"):
        raise InputError(
            f"references[{i}] is {type(reference).__name__}, expected a string or several"
        )
    several = tuple(several)
    if not several or not all(isinstance(item, str) for item in several):
        raise InputError(f"references[{i}] must hold at least one string, and strings only")
    return several


def _as_columns(columns: Any, texts: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    if columns is None:
        return {}
    if not isinstance(columns, Mapping):
        raise InputError(f"columns must map names to sequences; got {type(columns).__name__}")
    for name, cells in columns.items():
        if isinstance(cells, str) or not hasattr(cells, "__len__"):
            raise InputError(f"column {name!r} must be a sequence; got {type(cells).__name__}")
        if len(cells) != len(texts):
            raise InputError(f"{len(texts)} texts but {len(cells)} cells in column {name!r}")
    return columns


# -- the run ------------------------------------------------------------------------------------


def run(scorers: Sequence[Scorer], rows: Rows) -> list[Scores]:
    """Score checked rows with several scorers; equal inputs are read once.

    Returns one ``Scores`` per scorer, in the order of ``rows``.
    """
    if not len(rows):
        return [_nothing(scorer) for scorer in scorers]  # no input ever sees an empty batch
    parts = [_run_macro(scorers, part) for part in _macro_batches(rows)]
    return [Scores.join(column) for column in zip(*parts, strict=True)]


def _nothing(scorer: Scorer) -> Scores:
    values = np.empty((0, len(scorer.spec.outputs)))
    children = {child.spec.name: _nothing(child) for child in _children(scorer)}
    return Scores(values, status_array(0), scorer.spec, scorer.signature, children)


def _macro_batches(rows: Rows) -> Iterator[Rows]:
    if len(rows) <= MACRO_ROWS and sum(map(len, rows.texts)) <= MACRO_CHARACTERS:
        yield rows
        return
    start, size = 0, 0
    for i, text in enumerate(rows.texts):
        if i > start and (i - start >= MACRO_ROWS or size + len(text) > MACRO_CHARACTERS):
            yield rows.take(range(start, i))
            start, size = i, 0
        size += len(text)
    yield rows.take(range(start, len(rows)))


@dataclass
class _Reader:
    """Reads each input of one batch once.

    ``unions`` maps an input to the one that is read in its place; ``whole`` is the batch that
    this one was cut from, at ``index``.
    """

    rows: Rows
    unions: Mapping[Input, Input] = field(default_factory=dict)
    whole: _Reader | None = None
    index: Array | None = None
    batches: dict[Input, Batch] = field(default_factory=dict)
    scores: dict[Scorer, Scores] = field(default_factory=dict)
    unique: tuple[Rows, NDArray[np.intp] | None] | None = None

    def read(self, item: Input) -> Batch:
        """Return what an input makes of these rows."""
        if item not in self.batches:
            self.batches[item] = self._read(item)
        return self.batches[item]

    def _read(self, item: Input) -> Batch:
        if isinstance(item, Scorer):
            scores = self.score(item)
            return Batch({item.spec.name: scores.values}, scores.status)
        if isinstance(item, Lenient):
            return Lenient.soften(self.read(item.input))
        if self.whole is not None and self.index is not None and self.whole.cost(item) is None:
            return self.whole.read(item).take(self.index)
        if self.unions.get(item, item) != item:
            batch = self.read(self.unions[item])
            return Batch({key: batch.arrays[key] for key in item.layout}, batch.status)
        if item.needs:
            return _checked(item, item.read(self.rows), len(self.rows))
        rows, inverse = self.unique_texts()
        batch = _checked(item, item.read(rows), len(rows))
        return batch if inverse is None else batch.take(inverse)

    def cost(self, item: Input) -> NDArray[np.int64] | None:
        """Return the units that an input costs, None where it pads nothing."""
        found = item.cost(self.rows)
        return None if found is None else found.units

    def unique_texts(self) -> tuple[Rows, NDArray[np.intp] | None]:
        """Return each distinct text once, and the positions that give all rows back."""
        if self.unique is None:
            first: dict[str, int] = {}
            inverse = [first.setdefault(text, len(first)) for text in self.rows.texts]
            if len(first) == len(inverse):
                self.unique = self.rows, None
            else:
                self.unique = Rows(tuple(first)), np.array(inverse, dtype=np.intp)
        return self.unique

    def score(self, scorer: Scorer) -> Scores:
        """Return the scores of a scorer over these rows."""
        if scorer not in self.scores:
            self.scores[scorer] = self._score(scorer)
        return self.scores[scorer]

    def _score(self, scorer: Scorer) -> Scores:
        n, spec = len(self.rows), scorer.spec
        arrays: dict[str, Any] = {}
        status = status_array(n)
        for item in scorer.inputs:
            batch = self.read(item)
            arrays.update(batch.arrays)
            status |= batch.status
        for key, (least, most) in spec.valid_range.items():
            status[_outside(np.asarray(arrays[key]), least, most)] |= np.uint16(Status.TOO_SHORT)
        with np.errstate(all="ignore"):  # what is undefined gets a status below, not a warning
            values = np.asarray(scorer.forward(arrays))
        if values.shape != (n, len(spec.outputs)):
            raise InputError(
                f"forward of {spec.name} returned shape {values.shape} for {n} rows and "
                f"{len(spec.outputs)} outputs; expected {(n, len(spec.outputs))}"
            )
        values = values.astype(np.float64)  # a copy: what forward returned is never written to
        _mask(values, status, spec.undefined)
        children = {child.spec.name: self.score(child) for child in _children(scorer)}
        return Scores(values, status, spec, scorer.signature, children)


def _mask(values: NDArray[np.float64], status: NDArray[np.uint16], undefined: float) -> None:
    """Make NaN and status agree: no infinity leaves, and no NaN without a reason."""
    broken = ~np.isfinite(values)
    values[broken] = np.nan
    defined = (status & UNDEFINED) == 0
    status[defined & broken.all(axis=1)] |= np.uint16(Status.NOT_APPLICABLE)
    status[defined & broken.any(axis=1) & ~broken.all(axis=1)] |= np.uint16(Status.PARTIAL)
    values[(status & UNDEFINED) != 0] = undefined


def _outside(values: Array, least: float | None, most: float | None) -> NDArray[np.bool_]:
    outside = np.zeros(len(values), dtype=bool)
    if least is not None:
        outside |= values < least
    if most is not None:
        outside |= values > most
    return outside


def _checked(item: Input, batch: Batch, n: int) -> Batch:
    lengths = {key: len(array) for key, array in batch.arrays.items()}
    if len(batch.status) != n or set(lengths.values()) - {n} or set(lengths) != set(item.layout):
        raise InputError(
            f"{item!r} was given {n} rows and returned arrays {lengths} with "
            f"{len(batch.status)} statuses; expected {tuple(item.layout)} of length {n}"
        )
    return batch


def _children(scorer: Scorer) -> Iterator[Scorer]:
    for item in scorer.inputs:
        inner = item.input if isinstance(item, Lenient) else item
        if isinstance(inner, Scorer):
            yield inner


def leaves(scorer: Scorer) -> Iterator[Input]:
    """Yield the inputs at the bottom of a composition, each once."""
    seen: set[Input] = set()
    stack: list[Input] = [scorer]
    while stack:
        item = stack.pop()
        if isinstance(item, Scorer):
            stack.extend(item.inputs)
        elif isinstance(item, Lenient):
            stack.append(item.input)
        elif item not in seen:
            seen.add(item)
            yield item


def _unions(scorers: Sequence[Scorer]) -> dict[Input, Input]:
    """Map each leaf to the input that is read in its place: itself, or a union with others."""
    groups: list[tuple[Input, list[Input]]] = []
    for leaf in dict.fromkeys(leaf for scorer in scorers for leaf in leaves(scorer)):
        for i, (united, members) in enumerate(groups):
            union = getattr(united, "union", None)
            larger = union(leaf) if union else None
            if larger is not None:
                groups[i] = (larger, [*members, leaf])
                break
        else:
            groups.append((leaf, [leaf]))
    return {member: united for united, members in groups for member in members}


def _run_macro(scorers: Sequence[Scorer], rows: Rows) -> list[Scores]:
    unions = _unions(scorers)
    whole = _Reader(rows, unions)
    costs = {}
    for scorer in scorers:
        for leaf in leaves(scorer):
            found = leaf.cost(rows)
            if found is not None:
                costs[leaf] = found
    if not costs or len(rows) < 2:
        return [whole.score(scorer) for scorer in scorers]
    padded = [scorer for scorer in scorers if any(leaf in costs for leaf in leaves(scorer))]
    units = np.sum([cost.units for cost in costs.values()], axis=0)
    order = np.argsort(units, kind="stable")
    inverse = np.argsort(order, kind="stable")
    parts: list[list[Scores]] = []
    for index in _micro_batches(units, order, sum(cost.budget for cost in costs.values())):
        reader = _Reader(rows.take(index.tolist()), unions, whole, index)
        parts.append([reader.score(scorer) for scorer in padded])
    joined = [Scores.join(column).take(inverse) for column in zip(*parts, strict=True)]
    done = dict(zip(padded, joined, strict=True))
    return [done[scorer] if scorer in done else whole.score(scorer) for scorer in scorers]


def _micro_batches(
    units: NDArray[np.int64], order: NDArray[np.intp], budget: int
) -> Iterator[NDArray[np.intp]]:
    """Cut a sorted order so that rows x the longest row stays under the budget."""
    start = 0
    for end in range(len(order)):
        longest = int(units[order[end]])  # sorted: the last is the longest
        if end > start and (end + 1 - start) * longest > budget:
            yield order[start:end]
            start = end
    yield order[start:]
