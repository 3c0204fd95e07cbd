"""The one contract: what a scorer is, what it reads, and what it returns. Read this file first.

A **scorer** is a frozen value of four parts: ``spec`` (plain data about it), ``inputs`` (what turns
texts into arrays), ``forward`` (pure arithmetic from arrays to numbers) and ``recipe`` (how to make
it again elsewhere). A formula of 1948, a transformer and a reward made of both are this same class.

Three rules hold for every scorer, and ``qualmetrics.testing`` checks them by name:

- rows never see each other: alone, in a batch, shuffled, the number is the same;
- a value is NaN exactly where the status says *undefined*, and no text ever raises;
- wrong *calls* raise before any work is done.
"""

from __future__ import annotations

import importlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import IntFlag
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import (
    InputError,
    MissingExtraError,
    RecipeError,
    UnknownParameterError,
)

Array = NDArray[Any]
"""A numpy array whose first axis is the rows."""

Arrays = Mapping[str, Any]
"""Named arrays aligned to rows: what inputs yield and ``forward`` takes."""


class Status(IntFlag):
    """What is known about one row, as bits of one number; 0 is *ok*.

    The upper half means **undefined**: the value is NaN. The lower half means **flagged**: the
    value stands, but read it with care.
    """

    OK = 0
    TOO_SHORT = 1
    """Outside the scorer's valid range, such as SMOG under 30 sentences."""
    TRUNCATED = 2
    """Longer than the scorer reads; the policy is in the signature."""
    WRONG_LANGUAGE = 4
    """Plainly another language than the one the scorer counts in."""
    PARTIAL = 8
    """Some of several outputs are NaN, the others stand."""
    EMPTY = 256
    """Nothing but white space, or no text at all (``None``)."""
    NO_WORDS = 512
    """Characters, but no word: punctuation or emoji only."""
    NOT_APPLICABLE = 1024
    """The scorer has no meaning here: another script, a missing label, a denominator of 0."""
    ERROR = 2048
    """An input failed on this row; the log says why."""

    @property
    def undefined(self) -> bool:
        """True where the value is NaN."""
        return bool(self & UNDEFINED)

    def __str__(self) -> str:
        """Lower-case names joined by ``+``; ``ok`` where nothing is set."""
        names = [flag.name.lower() for flag in Status if flag and flag & self and flag.name]
        return "+".join(names) or "ok"


UNDEFINED = Status.EMPTY | Status.NO_WORDS | Status.NOT_APPLICABLE | Status.ERROR


def status_array(n: int) -> NDArray[np.uint16]:
    """Return ``n`` statuses, all *ok*."""
    return np.zeros(n, dtype=np.uint16)


class Band(NamedTuple):
    """One step of a scale in words: holds from ``lower`` up to the next band's ``lower``."""

    lower: float
    label: str


def _frozen(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(mapping))


@dataclass(frozen=True)
class Spec:
    """Everything about a scorer that is plain data; ``to_dict`` is JSON-able.

    ``bounds`` are the limits that hold for *every* text (None where there is no limit);
    ``valid_range`` maps an array that the scorer reads to the (least, most) it was made for, and
    rows outside are flagged ``too_short``; ``needs_references`` and ``columns`` follow from the
    scorer's inputs; ``undefined`` is the value of undefined rows, NaN but
    where the caller of a reward chose a number; ``tolerance`` is how far the laws may differ.
    """

    name: str
    description: str = ""
    version: int = 1
    family: str = "custom"
    tier: str = "experimental"
    outputs: tuple[str, ...] = ()
    primary: str = ""
    increases_with: str = "quality"
    bounds: tuple[float | None, float | None] = (None, None)
    unit: str = ""
    bands: tuple[Band, ...] = ()
    languages: tuple[str, ...] = ("any",)
    needs_references: bool = False
    columns: tuple[str, ...] = ()
    valid_range: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    resources: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    tolerance: float = 1e-12
    undefined: float = math.nan

    def __post_init__(self) -> None:
        outputs = tuple(self.outputs) or (self.name,)
        object.__setattr__(self, "outputs", outputs)
        object.__setattr__(self, "primary", self.primary or outputs[-1])
        object.__setattr__(self, "bands", tuple(Band(*band) for band in self.bands))
        for name in ("languages", "columns", "bounds"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("valid_range", "parameters", "resources"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))
        if self.tier not in TIERS:
            raise InputError(f"tier {self.tier!r} is not one of {', '.join(TIERS)}")
        if self.increases_with not in DIRECTIONS:
            raise InputError(
                f"increases_with={self.increases_with!r} is not one of {', '.join(DIRECTIONS)}"
            )
        if math.isinf(self.undefined):
            raise InputError("undefined must be a finite number, or NaN")
        if self.primary not in outputs:
            raise InputError(f"primary {self.primary!r} is not one of the outputs {outputs}")

    def __hash__(self) -> int:
        return hash((self.name, self.version))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spec) and self.to_dict() == other.to_dict()

    def __reduce__(self) -> tuple[Any, ...]:
        return Spec.from_dict, (self.to_dict(),)

    def band(self, value: float) -> str:
        """Return the band of a value in words; empty where undefined or where there are none."""
        label = ""
        for lower, text in self.bands:
            if value >= lower:
                label = text
        return label

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; ``from_dict`` reads it back."""
        data = {item.name: _plain(getattr(self, item.name)) for item in fields(self)}
        if math.isnan(self.undefined):
            data["undefined"] = None
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spec:
        """Rebuild a spec; unknown keys are refused, so that a newer file is not half read."""
        unknown = set(data) - {item.name for item in fields(cls)}
        if unknown:
            raise InputError(f"a spec has no field {', '.join(sorted(unknown))}")
        values = dict(data)
        if values.get("undefined") is None:
            values["undefined"] = math.nan
        if "valid_range" in values:
            values["valid_range"] = {k: tuple(v) for k, v in values["valid_range"].items()}
        return cls(**values)


TIERS = ("verified", "secondary", "experimental")
DIRECTIONS = ("ease", "difficulty", "similarity", "quality", "quantity")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


@dataclass(frozen=True, slots=True)
class References:
    """References of each row, and what an input has already computed for them.

    ``rows[i]`` holds the one or several references of text ``i``. A scorer that can prepare them
    returns this value with ``prepared`` filled; passed in place of ``references`` it saves work
    and changes no number.
    """

    rows: tuple[tuple[str, ...], ...]
    prepared: Mapping[Any, Any] = field(default_factory=dict)
    """What inputs computed beforehand: (input, reference) -> whatever that input wants back."""

    def __post_init__(self) -> None:
        for i, several in enumerate(self.rows):
            if isinstance(several, str) or not all(isinstance(item, str) for item in several):
                raise InputError(
                    f"References.rows[{i}] must be a tuple of strings; got {several!r}"
                )

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, index: Sequence[int]) -> References:
        """Return the references of these positions, in this order; an index may repeat."""
        return References(tuple(self.rows[i] for i in index), self.prepared)


@dataclass(frozen=True, slots=True)
class Rows:
    """What one call is about: texts, and aligned to them references and columns."""

    texts: tuple[str, ...]
    references: References | None = None
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, index: Sequence[int]) -> Rows:
        """Return the rows of these positions, in this order."""
        references = None if self.references is None else self.references.take(index)
        columns = {name: [cells[i] for i in index] for name, cells in self.columns.items()}
        return Rows(tuple(self.texts[i] for i in index), references, columns)

    @staticmethod
    def join(parts: Sequence[Rows]) -> Rows:
        """Put rows together that have the same columns, and all or no references."""
        if len(parts) == 1:
            return parts[0]
        texts = tuple(text for rows in parts for text in rows.texts)
        several = [rows.references.rows for rows in parts if rows.references is not None]
        references = References(tuple(r for rows in several for r in rows)) if several else None
        columns = {
            name: [cell for rows in parts for cell in rows.columns[name]]
            for name in parts[0].columns
        }
        return Rows(texts, references, columns)


@dataclass(frozen=True, slots=True)
class Batch:
    """What an input makes of some rows: named arrays aligned to them, and a status each.

    Every array has the rows as its first axis; token arrays are padded along the second, with a
    mask beside them.
    """

    arrays: Arrays
    status: NDArray[np.uint16]

    def take(self, index: Array) -> Batch:
        """Return these rows of every array; an index may repeat."""
        return Batch({k: a[index] for k, a in self.arrays.items()}, self.status[index])


class Layout(NamedTuple):
    """What one array of an input looks like: its dtype, and its axes by name or size.

    The first axis is always ``n``; a name stands for a size that varies (``tokens``).
    """

    axes: tuple[str | int, ...] = ("n",)
    dtype: str = "float64"


class Cost(NamedTuple):
    """What rows cost an input that pads: the planner sorts by it and cuts batches under a budget.

    ``units`` is ``(n,)``, such as token counts; ``budget`` bounds rows x the longest row.
    """

    units: NDArray[np.int64]
    budget: int


@runtime_checkable
class Input(Protocol):
    """Anything that turns rows into arrays: a small frozen hashable value.

    Equal inputs are computed once, whatever number of scorers share them. Caches and sessions
    belong to the process, never to the value.
    """

    @property
    def layout(self) -> Mapping[str, Layout]:
        """The arrays it yields, by name."""

    @property
    def needs(self) -> frozenset[str]:
        """What it reads beside the text: ``"references"``, or names of columns."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Pieces of the signature, such as ``("words:en/1", "sent:en/1")``."""

    def cost(self, rows: Rows) -> Cost | None:
        """What each row costs where rows are padded to each other; None where they are not."""

    def read(self, rows: Rows) -> Batch:
        """Turn rows into arrays. A row that cannot be read gets a status and never raises."""

    # Optional: ``union(self, other) -> Input | None``. Where one pass serves several inputs (count
    # columns under the same rules), it returns an input that yields the arrays of both with the
    # same statuses, and the planner reads that one instead of each.


@dataclass(frozen=True, slots=True)
class Column:
    """One number a row, from the caller's columns: a target level, a weight."""

    name: str

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a row, under the column's own name."""
        return {self.name: Layout()}

    @property
    def needs(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.name})

    @property
    def parts(self) -> tuple[str, ...]:
        """Piece of the signature."""
        return (f"column:{self.name}",)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Return the column as float64; a missing cell is *not applicable*.

        Missing are None, NaN and a blank string. A number may stand in a string, as in every CSV;
        True is 1 and False 0. Any other cell is an *error* of its row, whatever the other rows
        hold: other strings, bytes, lists, arrays that are no single number.
        """
        cells = rows.columns[self.name]
        values, status = np.full(len(cells), math.nan), status_array(len(cells))
        for i, cell in enumerate(cells):
            try:
                values[i] = _number(cell)
            except (TypeError, ValueError, OverflowError):
                status[i] = Status.ERROR
        status[np.isnan(values) & (status == 0)] = Status.NOT_APPLICABLE
        wrong = int((status == Status.ERROR).sum())
        if wrong:
            import logging

            log = logging.getLogger("qualmetrics")  # told how many: a cell may be anybody's text
            log.warning("column %r: %d cells are no numbers", self.name, wrong)
        return Batch({self.name: values}, status)

    def problem(self, cell: Any) -> str:
        """Say what is wrong with a cell; empty where it is a number, or missing."""
        try:
            _number(cell)
        except (TypeError, ValueError, OverflowError):
            return f"column {self.name!r} is {_shown(cell)}, expected a number"
        return ""


def _number(cell: Any) -> float:
    """Return the number in a cell, NaN where there is none; raise where it holds something else."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return math.nan
    if isinstance(cell, (bytes, bytearray)) or getattr(cell, "ndim", False):
        raise TypeError("a number is neither bytes nor an array")
    if isinstance(cell, str) and "_" in cell:
        raise ValueError("1_000 is a number in Python alone")
    return float(cell)


def _shown(cell: Any) -> str:
    try:
        return f"{cell!r:.80}"
    except ValueError:  # a whole number of more digits than Python writes
        return type(cell).__name__


@dataclass(frozen=True, slots=True)
class Lenient:
    """An input whose undefined rows do not make the reader undefined; one in error still does.

    The arrays still hold NaN there, and ``forward`` decides what that is worth (a mean over the
    terms that are defined, a number the caller chose). The child's own status stays visible in
    ``Scores.children``.
    """

    input: Input

    @property
    def layout(self) -> Mapping[str, Layout]:
        """That of the input."""
        return self.input.layout

    @property
    def needs(self) -> frozenset[str]:
        """Those of the input."""
        return self.input.needs

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of the input, marked."""
        return tuple(f"lenient({part})" for part in self.input.parts)

    def cost(self, rows: Rows) -> Cost | None:
        """That of the input."""
        return self.input.cost(rows)

    def read(self, rows: Rows) -> Batch:
        """Read the input, and keep of its status the flags and *error*."""
        return self.soften(self.input.read(rows))

    @staticmethod
    def soften(batch: Batch) -> Batch:
        """Drop the undefined bits of a batch, but for *error*: something is wrong with that row."""
        return Batch(batch.arrays, batch.status & ~np.uint16(UNDEFINED & ~Status.ERROR))


@dataclass(frozen=True)
class Recipe:
    """How to make a scorer again: a dotted factory, its arguments, and the signature to expect.

    The one form that pickle, configuration files and ``scorer.json`` carry.
    """

    factory: str
    arguments: Mapping[str, Any]
    signature: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", _frozen(self.arguments))

    def __reduce__(self) -> tuple[Any, ...]:
        return Recipe, (self.factory, dict(self.arguments), self.signature)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; a number that JSON lacks is written as a word."""
        return {
            "factory": self.factory,
            "arguments": _plain(self.arguments),
            "signature": self.signature,
        }

    def build(self, *, trusted: bool = False) -> Scorer:
        """Run the factory and check the signature.

        A recipe read from a file may name only ``FACTORIES`` and the entry points of installed
        plug-ins, word for word; ``trusted=True`` lifts that for a recipe that this process made.

        Raises
        ------
        RecipeError
            When the factory is not allowed, is not there, or makes another scorer.
        """
        if not trusted and self.factory not in allowed_factories():
            raise RecipeError(
                f"a recipe from a file may name {', '.join(FACTORIES)} or the entry point of an "
                f"installed plug-in; this one names {self.factory!r}"
            )
        module_name, _, attribute = self.factory.partition(":")
        try:
            made: Any = getattr(importlib.import_module(module_name), attribute)
        except (ImportError, AttributeError) as error:
            raise RecipeError(f"cannot find {self.factory!r}: {error}") from error
        scorer = made if isinstance(made, Scorer) else made(**self.arguments)
        if not isinstance(scorer, Scorer):
            raise RecipeError(f"{self.factory} made a {type(scorer).__name__}, not a Scorer")
        if scorer.signature != self.signature:
            raise RecipeError(
                f"it is {scorer.signature!r} here, but the recipe expects "
                f"{self.signature!r}: another version, other resources or other arguments"
            )
        return scorer


FACTORIES = (
    "qualmetrics.registry:get",
    "qualmetrics.onnx:load",
    "qualmetrics.corpus.metrics:count_scorer",
    "qualmetrics.corpus.languages:by_column",
    "qualmetrics.reward.builder:from_node",
    "qualmetrics.reward.config:scorer_of",
)
"""What a recipe from a file may run beside plug-ins' entry points: each makes, from plain
data, scorers that are installed here or bundles, and runs nothing that the data brings."""


def allowed_factories() -> frozenset[str]:
    """Return what a recipe from a file may run: ``FACTORIES``, and the entry points of plug-ins."""
    from importlib.metadata import entry_points

    return frozenset({*FACTORIES, *(p.value for p in entry_points(group="qualmetrics.scorers"))})


class Mean(NamedTuple):
    """A mean, over how many values it was taken, and of how many rows."""

    value: float
    n_used: int
    n_total: int


@dataclass(frozen=True)
class Scores:
    """What a scorer returns, always: one row of values per text, and a status each.

    ``values`` is float64 ``(n, k)`` in the columns ``spec.outputs``; ``children`` holds the scores
    of the parts of a composition. Nothing is rounded.
    """

    values: NDArray[np.float64]
    status: NDArray[np.uint16]
    spec: Spec
    signature: str
    children: Mapping[str, Scores] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def __float__(self) -> float:
        """Return the primary value of a single row."""
        if len(self) != 1:
            raise InputError(f"float() needs scores of one text; these are of {len(self)}")
        return float(self.primary[0])

    def __repr__(self) -> str:
        mean = self.mean()
        return (
            f"Scores({self.spec.name}: mean {mean.value:.4g} over {mean.n_used} of {mean.n_total}"
            f" texts; {self.signature})"
        )

    @property
    def primary(self) -> NDArray[np.float64]:
        """The main output, ``(n,)``."""
        return self.values[:, self.spec.outputs.index(self.spec.primary)]

    @property
    def undefined(self) -> NDArray[np.bool_]:
        """True where the status says that there is no value, ``(n,)``."""
        return np.asarray(self.status & np.uint16(UNDEFINED), dtype=bool)

    @property
    def status_names(self) -> list[str]:
        """The statuses in words, such as ``ok``, ``no_words`` or ``too_short+wrong_language``."""
        return [str(Status(int(code))) for code in self.status]

    @property
    def bands(self) -> list[str]:
        """The primary values in words, where the scorer has bands."""
        return [self.spec.band(value) for value in self.primary]

    def mean(self, output: str | None = None) -> Mean:
        """Return the mean of an output over the rows that have a value, and how many those are."""
        name = self.spec.primary if output is None else output
        if name not in self.spec.outputs:
            raise InputError(f"{self.spec.name} has no output {name!r}, only {self.spec.outputs}")
        values = self.values[~self.undefined, self.spec.outputs.index(name)]
        return Mean(float(values.mean()) if len(values) else math.nan, len(values), len(self))

    def to_dict(self) -> dict[str, list[Any]]:
        """Return one list per output, and ``status``; undefined values are None."""
        table: dict[str, list[Any]] = {}
        for k, name in enumerate(self.spec.outputs):
            table[name] = [v if math.isfinite(v) else None for v in self.values[:, k].tolist()]
        table["status"] = list(self.status_names)
        return table

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one plain dictionary per text."""
        table = self.to_dict()
        for cells in zip(*table.values(), strict=True):
            yield dict(zip(table, cells, strict=True))

    def to_arrow(self) -> Any:
        """Return a ``pyarrow.Table``; the signature is in its metadata."""
        arrow = _frame_library("pyarrow")
        return arrow.table(self.to_dict()).replace_schema_metadata({"signature": self.signature})

    def to_pandas(self) -> Any:
        """Return a ``pandas.DataFrame``; the signature is in its ``attrs``."""
        table = {**self.to_dict(), **dict(zip(self.spec.outputs, self.values.T, strict=True))}
        frame = _frame_library("pandas").DataFrame(table)
        frame.attrs["signature"] = self.signature
        return frame

    def to_polars(self) -> Any:
        """Return a ``polars.DataFrame``; undefined values are null."""
        return _frame_library("polars").DataFrame(self.to_dict())

    def take(self, index: Array) -> Scores:
        """Return the scores of these rows, in this order."""
        index = np.asarray(index, dtype=np.intp)
        children = {name: child.take(index) for name, child in self.children.items()}
        return replace(
            self, values=self.values[index], status=self.status[index], children=children
        )

    @staticmethod
    def join(parts: Sequence[Scores]) -> Scores:
        """Put the scores of consecutive rows together."""
        if len(parts) == 1:
            return parts[0]
        first = parts[0]
        names = first.children
        return replace(
            first,
            values=np.concatenate([part.values for part in parts]),
            status=np.concatenate([part.status for part in parts]),
            children={n: Scores.join([part.children[n] for part in parts]) for n in names},
        )


def _frame_library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError(name, "frames", f"a {name} table") from None


Forward = Callable[[Arrays], Any]
"""Arrays aligned to rows -> ``(n, k)``; pure arithmetic, compared by value."""


@dataclass(frozen=True, eq=False)
class Scorer:
    """A number about text: call it with texts, get ``Scores``.

    ``forward`` runs once per batch of rows; it must compare by value (a module's function or a
    frozen dataclass) and must not write to its arrays. What the number depends on beyond spec
    parameters and inputs, it names in ``forward.parts``.

    ``abilities`` is what a family adds, functions by name, so that nobody asks for the family:
    ``configure(**parameters) -> Scorer``, ``parameters() -> dict`` of its options and defaults,
    ``explain(scorer, text, reference) -> Explanation``, ``prepare(scorer, references) ->
    References``, ``graph(form) -> onnx.ModelProto`` with an input per array and the output
    ``values``, ``form(graph) -> Scorer`` with the inputs that this form of graph reads. They are
    not written to bundles.

    A scorer is itself an ``Input``, which is how compositions are made.
    """

    spec: Spec
    inputs: tuple[Input, ...]
    forward: Forward
    recipe: Recipe | None = None
    abilities: Mapping[str, Callable[..., Any]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", tuple(self.inputs))
        object.__setattr__(self, "abilities", _frozen(self.abilities))
        keys = [key for item in self.inputs for key in item.layout]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise InputError(
                f"two inputs of {self.spec.name!r} yield an array called {', '.join(twice)}; "
                "give a child another name with scorer.named('...')"
            )
        flat = [
            k for item in self.inputs for k, layout in item.layout.items() if layout.axes == ("n",)
        ]
        missing = set(self.spec.valid_range) - set(flat)
        if missing:
            raise InputError(
                f"valid_range of {self.spec.name!r} names {', '.join(sorted(missing))}, which no "
                f"input yields as one number a row; they yield {', '.join(flat) or 'none'}"
            )
        needs = self.needs
        spec = replace(
            self.spec,
            needs_references="references" in needs,
            columns=tuple(sorted(needs - {"references"})),
        )
        object.__setattr__(self, "spec", spec)

    # -- what people call ---------------------------------------------------------------------

    def __call__(
        self,
        texts: Sequence[str | None],
        references: Sequence[str | Sequence[str]] | References | None = None,
        *,
        columns: Mapping[str, Sequence[Any]] | None = None,
    ) -> Scores:
        """Score texts.

        Parameters
        ----------
        texts : sequence of str, length n
            None stands for a missing text and gets the status *empty*.
        references : sequence of length n, optional
            ``references[i]`` belongs to ``texts[i]``: one string, or several.
        columns : mapping of name -> sequence of length n, optional
            What else a row needs.

        Returns
        -------
        Scores
            ``values`` is ``(n, k)``, NaN where the status is undefined.

        Raises
        ------
        InputError
            For a bare string, unequal lengths, a row that is no string, or a missing reference
            or column.
        """
        from qualmetrics import planner

        rows = planner.as_rows((self,), texts, references, columns)
        return planner.run((self,), rows)[0]

    def score_one(
        self,
        text: str | None,
        references: str | Sequence[str] | None = None,
        *,
        columns: Mapping[str, Any] | None = None,
    ) -> Scores:
        """Score one text; ``float()`` of the result is its primary value."""
        if not (text is None or isinstance(text, str)):
            raise InputError(
                f"score_one takes one string; got {type(text).__name__}. "
                "For several, call the scorer itself: scorer(texts)"
            )
        aligned = None if columns is None else {name: [cell] for name, cell in columns.items()}
        return self([text], None if references is None else [references], columns=aligned)

    @property
    def signature(self) -> str:
        """One line that names all that the number depends on, and nothing else."""
        parameters = (f"{key}:{_word(value)}" for key, value in self.spec.parameters.items())
        sources = (*self.inputs, self.forward)
        parts = dict.fromkeys(part for item in sources for part in getattr(item, "parts", ()))
        worth = () if math.isnan(self.spec.undefined) else (f"undefined:{self.spec.undefined:g}",)
        name, version = self.spec.name, f"v:{self.spec.version}"
        return "|".join([name, *parameters, *parts, *worth, version])

    def with_recipe(self, factory: str, **arguments: Any) -> Scorer:
        """Return the same scorer with the recipe that makes it: ``module:name`` and arguments."""
        return replace(self, recipe=Recipe(factory, arguments, self.signature))

    def configure(self, **parameters: Any) -> Scorer:
        """Return this scorer with other parameters, such as ``lang="de"`` or an option.

        Raises
        ------
        UnknownParameterError
            With the parameters it takes.
        """
        if "configure" not in self.abilities:
            raise UnknownParameterError(self.spec.name, next(iter(parameters), "?"), ())
        made: Scorer = self.abilities["configure"](**parameters)
        return made

    def prepare(self, references: Sequence[str | Sequence[str]]) -> References:
        """Compute what can be known of references before the texts come.

        The result is passed in place of ``references``, in as many calls as you like; it saves
        work and changes no number.

        Raises
        ------
        InputError
            When this scorer has nothing to prepare.
        """
        if "prepare" not in self.abilities:
            raise InputError(f"{self.spec.name} has nothing to prepare; pass the references as is")
        prepared: References = self.abilities["prepare"](self, references)
        return prepared

    def named(self, name: str) -> Scorer:
        """Return the same scorer under another name, for a composition that holds two alike.

        It has no recipe of its own; the composition's recipe makes it again.
        """
        outputs = tuple(name if o == self.spec.name else o for o in self.spec.outputs)
        primary = name if self.spec.primary == self.spec.name else self.spec.primary
        return replace(
            self, spec=replace(self.spec, name=name, outputs=outputs, primary=primary), recipe=None
        )

    # -- as an input of another scorer --------------------------------------------------------

    @property
    def layout(self) -> Mapping[str, Layout]:
        """Its values, ``(n, k)``, under its name."""
        return {self.spec.name: Layout(("n", len(self.spec.outputs)))}

    @property
    def needs(self) -> frozenset[str]:
        """What its inputs need."""
        return frozenset().union(*(item.needs for item in self.inputs))

    @property
    def parts(self) -> tuple[str, ...]:
        """Its whole signature, in brackets."""
        return (f"[{self.signature}]",)

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing of its own: the planner asks its inputs."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Score rows on its own; inside a call the planner shares the work instead."""
        from qualmetrics import planner

        scores = planner.run((self,), rows)[0]
        return Batch({self.spec.name: scores.values}, scores.status)

    # -- identity, pickle ---------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Scorer)
            and self.forward == other.forward
            and self.inputs == other.inputs
            and self.spec == other.spec
        )

    def __hash__(self) -> int:
        return hash((self.spec, self.inputs))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.recipe is None:
            raise RecipeError(
                f"{self.spec.name!r} cannot be pickled: it has no recipe. Make it with "
                "qualmetrics.get(...), load a bundle, or define it at the top of a module"
            )
        if self.recipe.build(trusted=True) != self:
            raise RecipeError(
                f"{self.spec.name!r} cannot be pickled: its recipe makes another scorer. A changed "
                "copy needs a recipe of its own, and a forward must compare by value"
            )
        return _rebuild, (self.recipe,)


def _rebuild(recipe: Recipe) -> Scorer:
    return recipe.build(trusted=True)


def _word(value: Any) -> str:
    """Write a parameter value for a signature: no spaces, no bars."""
    word = value if isinstance(value, str) else json.dumps(_plain(value), separators=(",", ":"))
    return re.sub(r"[\s|]", "_", word)
