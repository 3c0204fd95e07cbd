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
    Cost,
    Input,
    Lenient,
    References,
    Rows,
    Scorer,
    Scores,
    Status,
    status_array,
)
from qualmetrics.errors import InputError, QualmetricsError

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
            hint = "; decode it first" if isinstance(text, bytes) else " for a missing text"
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
    inner = {child.spec.name: _nothing(child) for child in children(scorer)}
    return Scores(values, status_array(0), scorer.spec, scorer.signature, inner)


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
    costs: dict[Input, Cost | None] = field(default_factory=dict)

    def read(self, item: Input) -> Batch:
        """Return what an input makes of these rows."""
        if item not in self.batches:
            self.batches[item] = self._read(item)
        return self.batches[item]

    def _read(self, item: Input) -> Batch:
        if isinstance(item, Scorer):
            scores = self.score(item)
            return _checked(
                item, Batch({item.spec.name: scores.values}, scores.status), len(scores)
            )
        if isinstance(item, Lenient):
            return Lenient.soften(self.read(item.input))
        if self.whole is not None and self.index is not None and self.whole.cost(item) is None:
            return self.whole.read(item).take(self.index)
        if self.unions.get(item, item) != item:
            batch = self.read(self.unions[item])
            return Batch({key: batch.arrays[key] for key in item.layout}, batch.status)
        if item.needs:
            return _read_all(item, self.rows)
        rows, inverse = self.unique_texts()
        batch = _read_all(item, rows)
        return batch if inverse is None else batch.take(inverse)

    def cost(self, item: Input) -> Cost | None:
        """Return what rows cost an input, None where it pads nothing; asked of it once."""
        if item not in self.costs:
            self.costs[item] = _cost(item, self.rows)
        return self.costs[item]

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
            outside = _outside(np.asarray(arrays[key]), least, most) & ((status & UNDEFINED) == 0)
            status[outside] |= np.uint16(Status.TOO_SHORT)
        with np.errstate(all="ignore"):  # what is undefined gets a status below, not a warning
            values = np.asarray(scorer.forward(arrays))
        if values.shape != (n, len(spec.outputs)):
            raise InputError(
                f"forward of {spec.name} returned shape {values.shape} for {n} rows and "
                f"{len(spec.outputs)} outputs; expected {(n, len(spec.outputs))}"
            )
        values = values.astype(np.float64)  # a copy: what forward returned is never written to
        _mask(values, status, spec.undefined)
        inner = {child.spec.name: self.score(child) for child in children(scorer)}
        return Scores(values, status, spec, scorer.signature, inner)


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
    """Hold an input to its layout, and make its arrays read-only: several forwards share them."""
    arrays = {}
    for name, (axes, dtype) in item.layout.items():
        array = np.asarray(batch.arrays.get(name)).view()
        sizes = [n, *(size for size in axes[1:])]
        fits = array.ndim == len(axes) and all(
            not isinstance(size, int) or size == found
            for size, found in zip(sizes, array.shape, strict=True)
        )
        if not fits or array.dtype != dtype:
            raise InputError(
                f"{item!r} returned {name!r} as {array.dtype}{list(array.shape)} for {n} rows; "
                f"its layout says {dtype}{list(axes)}"
            )
        array.flags.writeable = False
        arrays[name] = array
    if np.shape(batch.status) != (n,):
        raise InputError(f"{item!r} returned statuses {np.shape(batch.status)} for {n} rows")
    return Batch(arrays, np.asarray(batch.status, dtype=np.uint16))


def _read_all(item: Input, rows: Rows) -> Batch:
    """Read an input; a row on which it fails gets the status *error*, and the others are read."""
    try:
        return _checked(item, item.read(rows), len(rows))
    except QualmetricsError:
        raise
    except Exception:
        good = [i for i in range(len(rows)) if _can_read(item, rows.take([i]))]
        if len(good) == len(rows):
            raise  # it fails on the rows together: that is no fault of a text
    status = np.full(len(rows), Status.ERROR, dtype=np.uint16)
    if good:
        batch = _checked(item, item.read(rows.take(good)), len(good))
        status[good] = batch.status
        shapes = {name: array.shape[1:] for name, array in batch.arrays.items()}
    else:
        batch = Batch({}, status[:0])
        shapes = {
            name: tuple(size if isinstance(size, int) else 1 for size in axes[1:])
            for name, (axes, _) in item.layout.items()
        }
    arrays = {}
    for name, (_, dtype) in item.layout.items():
        arrays[name] = np.zeros((len(rows), *shapes[name]), dtype=dtype)
        if good:
            arrays[name][good] = batch.arrays[name]
    return _checked(item, Batch(arrays, status), len(rows))


def _can_read(item: Input, row: Rows) -> bool:
    try:
        item.read(row)
    except QualmetricsError:
        raise
    except Exception:
        import logging

        log = logging.getLogger("qualmetrics")
        log.warning("%r failed on %.80r", item, row.texts[0], exc_info=True)
        return False
    return True


def children(scorer: Scorer) -> Iterator[Scorer]:
    """Yield the scorers that a composition is made of."""
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
    costs: list[Cost] = []
    padding: set[Input] = set()
    for leaf in unions:
        found = whole.cost(leaf)
        if found is not None:
            padding.add(leaf)
            costs.append(found)
    if not costs or len(rows) < 2:
        return [whole.score(scorer) for scorer in scorers]
    padded = [scorer for scorer in scorers if not padding.isdisjoint(leaves(scorer))]
    order = np.argsort(np.sum([cost.units for cost in costs], axis=0), kind="stable")
    inverse = np.argsort(order, kind="stable")
    parts: list[list[Scores]] = []
    for index in _micro_batches(costs, order):
        reader = _Reader(rows.take(index.tolist()), unions, whole, index)
        parts.append([reader.score(scorer) for scorer in padded])
    joined = [Scores.join(column).take(inverse) for column in zip(*parts, strict=True)]
    done = dict(zip(padded, joined, strict=True))
    return [done[scorer] if scorer in done else whole.score(scorer) for scorer in scorers]


def _cost(item: Input, rows: Rows) -> Cost | None:
    cost = item.cost(rows)
    if cost is not None and (np.shape(cost.units) != (len(rows),) or cost.budget < 1):
        raise InputError(
            f"{item!r} gave costs {np.shape(cost.units)} and budget {cost.budget} for {len(rows)} "
            "rows; expected one cost a row and a budget of at least 1"
        )
    return cost


def _micro_batches(costs: Sequence[Cost], order: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Cut a sorted order so that, for every input, rows x its longest row fits its budget."""
    start, longest = 0, [0] * len(costs)
    for end, row in enumerate(order.tolist()):
        longest = [max(m, int(c.units[row])) for m, c in zip(longest, costs, strict=True)]
        fits = (
            (end + 1 - start) * most <= cost.budget
            for most, cost in zip(longest, costs, strict=True)
        )
        if end > start and not all(fits):
            yield order[start:end]
            start, longest = end, [int(cost.units[row]) for cost in costs]
    yield order[start:]
