"""Labelled texts as arrays: pairs, ratings, ordered levels; read from files, nothing lost silently.

``read_examples`` finds out by the names of the fields what a row is, and counts in ``report`` what
it read, merged and left out. What cannot be learned from at all (one class only, no pair) is an
error. Needs numpy only, so that evaluation reads corpora with it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import InputError
from qualmetrics.training.rows import Row, read_rows

PAIR_FIELDS = (
    ("harder", "easier"),
    ("hard", "easy"),
    ("better", "worse"),
    ("chosen", "rejected"),
)
"""Fields of a pair whose first stands higher."""

SCORE_FIELDS = ("score", "rating")
LABEL_FIELDS = ("p", "label", "better")
"""Fields that say which of ``a`` and ``b`` stands higher: a probability, or a name."""

CEFR = {"a1": 1.0, "a2": 2.0, "b1": 3.0, "b2": 4.0, "c1": 5.0, "c2": 6.0}
"""Levels that are known by name."""

FIRST, SECOND, TIE = ("a", "first", "1"), ("b", "second", "0"), ("tie", "same", "equal", "0.5")
CONTRADICTIONS = ("average", "drop", "error")
SHOWN = 20
"""Places of rows that were left out which a report names; all are counted."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Texts, and what is known about which stands higher.

    *Higher* is the direction in which the scorer will increase: difficulty, or quality.
    """

    texts: tuple[str, ...]
    """Distinct texts, ``n``."""
    pairs: Ints
    """``(m, 2)``: positions of a first and a second text."""
    p: Floats
    """``(m, k)``: probability that the first stands higher; NaN where nobody judged."""
    margin: Floats
    """``(m,)``: by how much it should."""
    pair_groups: tuple[str, ...]
    """``(m,)``: what a pair belongs to, such as an article; empty where nothing is known."""
    values: Floats
    """``(n, k)``: ratings or levels, NaN where there are none."""
    groups: tuple[str, ...]
    """``(n,)``: what a text belongs to."""
    criteria: tuple[str, ...] = ("score",)
    """What is judged, ``k`` names."""
    ids: tuple[str, ...] = ()
    """``(n,)``: names of the texts, empty where they have none."""
    within_groups: bool = False
    """Values may only be compared inside a group: levels of one article."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """What was read, merged and left out, in numbers."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", self.ids or ("",) * len(self.texts))
        object.__setattr__(self, "report", dict(self.report))
        n, m, k = len(self.texts), len(self.pairs), len(self.criteria)
        expected = {
            "pairs": (m, 2), "p": (m, k), "margin": (m,), "pair_groups": (m,),
            "values": (n, k), "groups": (n,), "ids": (n,),
        }  # fmt: skip
        for name, shape in expected.items():
            found = np.shape(getattr(self, name))
            if found != shape:
                raise InputError(f"{name} has shape {found}; expected {shape}")
        if m and not (int(self.pairs.min()) >= 0 and int(self.pairs.max()) < n):
            raise InputError(f"pairs name positions outside of the {n} texts")

    @property
    def n_pairs(self) -> int:
        """How many pairs there are."""
        return len(self.pairs)

    def take(self, index: Sequence[int] | NDArray[Any]) -> Examples:
        """Return these texts, in this order, and the pairs that lie wholly among them."""
        chosen = np.asarray(index, dtype=np.intp)
        where = np.full(len(self.texts), -1, dtype=np.int64)
        where[chosen] = np.arange(len(chosen))
        inside = np.flatnonzero((where[self.pairs] >= 0).all(axis=1))
        return replace(
            self,
            texts=tuple(self.texts[i] for i in chosen),
            pairs=where[self.pairs[inside]].reshape(-1, 2),
            p=self.p[inside],
            margin=self.margin[inside],
            pair_groups=tuple(self.pair_groups[i] for i in inside),
            values=self.values[chosen],
            groups=tuple(self.groups[i] for i in chosen),
            ids=tuple(self.ids[i] for i in chosen),
        )

    def with_pairs(self, index: Sequence[int] | NDArray[Any]) -> Examples:
        """Return all texts, with these pairs only, in this order."""
        chosen = np.asarray(index, dtype=np.intp)
        return replace(
            self,
            pairs=self.pairs[chosen],
            p=self.p[chosen],
            margin=self.margin[chosen],
            pair_groups=tuple(self.pair_groups[i] for i in chosen),
        )


@dataclass(frozen=True, eq=False)
class RatedPairs:
    """Candidates with a reference and a score each, for a pair regressor; all ``(n,)``."""

    references: tuple[str, ...]
    candidates: tuple[str, ...]
    scores: Floats
    groups: tuple[str, ...]
    report: Mapping[str, Any] = field(default_factory=dict)

    def take(self, index: Sequence[int] | NDArray[Any]) -> RatedPairs:
        """Return these rows, in this order."""
        chosen = [int(i) for i in index]
        return replace(
            self,
            references=tuple(self.references[i] for i in chosen),
            candidates=tuple(self.candidates[i] for i in chosen),
            scores=self.scores[chosen],
            groups=tuple(self.groups[i] for i in chosen),
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the fields of a row; None where it is found by the usual names.

    ``higher`` and ``lower`` hold the two texts of a pair whose order is known; ``a``, ``b`` and
    ``label`` those of a judged one; ``text`` with ``score`` or ``level`` a single text.
    """

    text: str = "text"
    score: str | None = None
    level: str = "level"
    higher: str | None = None
    lower: str | None = None
    a: str = "a"
    b: str = "b"
    label: str | None = None
    margin: str = "margin"
    group: str = "group"
    id: str = "id"
    reference: str = "reference"
    candidate: str = "candidate"


# -- reading --------------------------------------------------------------------------------------


def read_examples(
    paths: str | Path | Sequence[str | Path],
    *,
    fields: Fields | None = None,
    levels: Sequence[str] = (),
    criteria: Sequence[str] = (),
    descending: bool = False,
    contradictions: str = "average",
) -> Examples:
    """Read labelled texts from files of rows.

    A row is a pair (``harder`` and ``easier``, ``hard`` and ``easy``, ``better`` and ``worse``,
    ``chosen`` and ``rejected``, or ``a``, ``b`` and a ``label`` or ``p``), a rating (``text`` and
    ``score`` or ``rating``), or a level (``text``, ``level`` and ``group``: levels are compared
    inside a group; without groups, everywhere).

    Parameters
    ----------
    paths : path or several
        ``.jsonl``, ``.csv``, ``.tsv``, or ``.gz`` of these.
    fields : Fields, optional
        Other names.
    levels : sequence of str
        Names of levels, lowest first; numbers and CEFR levels are known.
    criteria : sequence of str
        Several judgements a row: fields of these names beside ``text``, or an object of
        probabilities by criterion in ``p``.
    descending : bool
        Whether a high rating or level means *low* (ease, where difficulty is wanted).
    contradictions : {"average", "drop", "error"}
        What becomes of a pair that is judged both ways: its mean probability, nothing, an error.

    Returns
    -------
    found : Examples
        ``report`` counts rows, and what was merged or left out and why: rows that cannot be read,
        empty texts, missing or NaN labels, pairs of a text with itself, repeated texts.

    Raises
    ------
    InputError
        When a file is missing, nothing usable is left, or all labels are the same.
    """
    if contradictions not in CONTRADICTIONS:
        known = ", ".join(CONTRADICTIONS)
        raise InputError(f"contradictions={contradictions!r} is not one of {known}")
    reader = _Reader(
        fields or Fields(),
        {name.lower(): float(i) for i, name in enumerate(levels)} or CEFR,
        tuple(criteria) or ("score",),
        descending,
    )
    files = [paths] if isinstance(paths, (str, Path)) else list(paths)
    for path in files:
        reader.read(read_rows(path))
    return reader.finish(contradictions, [str(path) for path in files])


def read_rated_pairs(
    paths: str | Path | Sequence[str | Path], *, fields: Fields | None = None
) -> RatedPairs:
    """Read rows of ``reference``, ``candidate`` and ``score`` (or ``rating``).

    Raises
    ------
    InputError
        When a file is missing or nothing usable is left.
    """
    names = fields or Fields()
    counts = _Counts()
    found: list[tuple[str, str, float, str]] = []
    for path in [paths] if isinstance(paths, (str, Path)) else paths:
        for row in read_rows(path):
            counts.add("rows")
            try:
                found.append(_rated(row, names))
            except _LeftOutError as error:
                counts.leave_out(row.place, error)
    if not found:
        raise InputError(f"no row of {paths} can be used. {counts.explain()}")
    scores = np.array([score for _, _, score, _ in found])
    if len(set(scores.tolist())) < 2:
        raise InputError(f"all {len(found)} scores are {scores[0]:g}: nothing can be learned")
    return RatedPairs(
        tuple(row[0] for row in found),
        tuple(row[1] for row in found),
        scores,
        tuple(row[3] for row in found),
        counts.report(),
    )


def _rated(row: Row, names: Fields) -> tuple[str, str, float, str]:
    if row.problem:
        raise _LeftOutError("unreadable", row.problem)
    reference, candidate = (_text(row.cells, name) for name in (names.reference, names.candidate))
    score = _number(_first(row.cells, (names.score,) if names.score else SCORE_FIELDS))
    if math.isnan(score):
        raise _LeftOutError("no_label", "no score")
    return reference, candidate, score, str(row.cells.get(names.group) or "")


class _LeftOutError(Exception):
    """A row that is not used: under which count, and why."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class _Counts:
    """What happened to the rows, in numbers, with the first places by name."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.places: list[str] = []

    def add(self, name: str, by: int = 1) -> None:
        self.numbers[name] = self.numbers.get(name, 0) + by

    def leave_out(self, place: str, error: _LeftOutError) -> None:
        self.add(error.reason)
        if len(self.places) < SHOWN:
            self.places.append(f"{place}: {error}")

    def explain(self) -> str:
        numbers = ", ".join(f"{name} {number}" for name, number in self.numbers.items())
        return f"Counts: {numbers or 'no rows'}. " + "; ".join(self.places[:3])

    def report(self) -> dict[str, Any]:
        return {**self.numbers, "left_out": list(self.places)}


@dataclass
class _Text:
    """One distinct text while it is being read."""

    id: str
    group: str
    values: list[Floats]


@dataclass
class _Votes:
    """Judgements of one pair, in the order of the first one."""

    group: str
    p: list[Floats]
    margins: list[float]


class _Reader:
    """Gathers rows."""

    def __init__(
        self,
        names: Fields,
        levels: Mapping[str, float],
        criteria: tuple[str, ...],
        descending: bool,  # noqa: FBT001 - private, and handed on once
    ) -> None:
        self.names, self.levels, self.criteria = names, levels, criteria
        self.sign = -1.0 if descending else 1.0
        self.counts = _Counts()
        self.texts: dict[str, _Text] = {}
        self.votes: dict[tuple[str, str], _Votes] = {}
        self.grouped_levels = False

    def read(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.counts.add("rows")
            try:
                if row.problem:
                    raise _LeftOutError("unreadable", row.problem)
                self._row(row.cells)
            except _LeftOutError as error:
                self.counts.leave_out(row.place, error)

    def _row(self, cells: Mapping[str, Any]) -> None:
        names = self.names
        given = (names.higher, names.lower)
        known = (given,) if all(given) else PAIR_FIELDS
        for higher, lower in known:
            if higher in cells and lower in cells:
                self._pair(cells, str(higher), str(lower), np.ones(len(self.criteria)))
                return
        if names.a in cells and names.b in cells:
            self._pair(cells, names.a, names.b, self._judgement(cells))
        elif names.text in cells:
            self._single(cells)
        else:
            raise _LeftOutError(
                "unreadable", f"no known fields among {', '.join(map(repr, cells))}"
            )

    def _pair(self, cells: Mapping[str, Any], first: str, second: str, p: Floats) -> None:
        if np.isnan(p).all():
            raise _LeftOutError("no_label", "the label is missing or NaN")
        a, b = _text(cells, first), _text(cells, second)
        if a == b:
            raise _LeftOutError("same_text", "both texts are the same")
        group, name = self._group(cells), str(cells.get(self.names.id) or "")
        for side, text in ((first, a), (second, b)):
            self._place(text, f"{name}:{side}" if name else "", group)
        votes = self.votes.get((b, a))
        if votes is None:
            votes = self.votes.setdefault((a, b), _Votes(group, [], []))
        else:
            p = 1 - p
        votes.p.append(p)
        votes.margins.append(float(np.nan_to_num(_number(cells.get(self.names.margin)))))
        self.counts.add("repeated_pairs", len(votes.p) > 1)

    def _judgement(self, cells: Mapping[str, Any]) -> Floats:
        found = _first(cells, (self.names.label,) if self.names.label else LABEL_FIELDS)
        if isinstance(found, Mapping):
            return np.array([_probability(found.get(name)) for name in self.criteria])
        if isinstance(found, (list, tuple)):
            if len(found) != len(self.criteria):
                what = f"{len(found)} labels for {len(self.criteria)} criteria"
                raise _LeftOutError("unreadable", what)
            return np.array([_probability(item) for item in found])
        return np.full(len(self.criteria), _probability(found))

    def _single(self, cells: Mapping[str, Any]) -> None:
        text, group = _text(cells, self.names.text), self._group(cells)
        values = self.sign * self._values(cells, grouped=bool(group))
        if np.isnan(values).all():
            raise _LeftOutError("no_label", "the score or level is missing or NaN")
        entry = self._place(text, str(cells.get(self.names.id) or ""), group)
        self.counts.add("repeated_texts", bool(entry.values))
        entry.values.append(values)

    def _values(self, cells: Mapping[str, Any], *, grouped: bool) -> Floats:
        names = self.names
        if self.criteria != ("score",):
            return np.array([_number(cells.get(name)) for name in self.criteria])
        scores = (names.score,) if names.score else SCORE_FIELDS
        rated = [name for name in scores if name in cells]
        if rated and names.level in cells and names.score is None:
            raise InputError(
                f"rows hold both {rated[0]!r} and {names.level!r}; say which one counts, by "
                f"fields=Fields(score={rated[0]!r}) or Fields(score={names.level!r})"
            )
        if rated:
            return np.array([_number(cells[rated[0]])])
        if names.level not in cells:
            raise _LeftOutError("no_label", f"no {' or '.join(scores)}, and no {names.level}")
        self.grouped_levels |= grouped
        return np.array([self._level(cells[names.level])])

    def _level(self, cell: Any) -> float:
        known = self.levels.get(str(cell).strip().lower())
        number = _number(cell, wrong=math.nan) if known is None else known
        if math.isnan(number) and str(cell or "").strip().lower() not in ("", "nan"):
            raise InputError(
                f"level {cell!r} is not known; name the levels, lowest first: "
                "levels=('easy', 'hard')"
            )
        return number

    def _group(self, cells: Mapping[str, Any]) -> str:
        cell = cells.get(self.names.group)
        return "" if cell is None else str(cell)

    def _place(self, text: str, name: str, group: str) -> _Text:
        entry = self.texts.setdefault(text, _Text(name, group, []))
        if group and entry.group not in ("", group):
            self.counts.add("texts_in_several_groups")
        entry.group, entry.id = entry.group or group, entry.id or name
        return entry

    def finish(self, contradictions: str, files: list[str]) -> Examples:
        for text in [text for text, entry in self.texts.items() if not entry.values]:
            self.texts[text].values.append(np.full(len(self.criteria), math.nan))
        where = {text: i for i, text in enumerate(self.texts)}
        pairs, kept = [], []
        for (a, b), votes in self.votes.items():
            if _contradictory(votes.p):
                self.counts.add("contradictory_pairs")
                if contradictions == "error":
                    raise InputError(f"a pair is judged both ways: {a[:80]!r} and {b[:80]!r}")
                if contradictions == "drop":
                    continue
            pairs.append((where[a], where[b]))
            kept.append(votes)
        entries = self.texts.values()
        values = [_mean(entry.values) for entry in entries]
        self.counts.add("contradictory_values", sum(map(_unequal, entries)))
        k = len(self.criteria)
        self.counts.add("texts", len(where))
        self.counts.add("pairs", len(pairs))
        examples = Examples(
            texts=tuple(where),
            pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
            p=np.array([_mean(votes.p) for votes in kept]).reshape(-1, k),
            margin=np.array([float(np.mean(votes.margins)) for votes in kept]),
            pair_groups=tuple(votes.group for votes in kept),
            values=np.array(values).reshape(-1, k),
            groups=tuple(entry.group for entry in entries),
            criteria=self.criteria,
            ids=tuple(entry.id for entry in entries),
            within_groups=self.grouped_levels,
        )
        self._check(examples, files)
        self.counts.add("groups_of_one", n_groups_of_one(examples))
        named = [Path(file).name for file in files]  # a record may be published; a path is private
        return replace(examples, report={"files": named, **self.counts.report()})

    def _check(self, examples: Examples, files: list[str]) -> None:
        told = ", ".join(files)
        if not examples.texts:
            raise InputError(f"no row of {told} can be used. {self.counts.explain()}")
        if examples.n_pairs:
            if not (np.nan_to_num(examples.p, nan=0.5) != 0.5).any():
                raise InputError(f"all {examples.n_pairs} pairs of {told} are ties")
            return
        if examples.within_groups:
            _check_groups(examples, told)
        elif all(len(set(column[~np.isnan(column)])) < 2 for column in examples.values.T):
            raise InputError(
                f"one class only: all {len(examples.texts)} texts of {told} have the value "
                f"{np.nanmax(examples.values):g}; at least two are needed to rank"
            )


def _check_groups(examples: Examples, told: str) -> None:
    levels: dict[str, set[float]] = {}
    for group, value in zip(examples.groups, examples.values[:, 0].tolist(), strict=True):
        levels.setdefault(group, set()).add(value)
    if any(len(found) > 1 for found in levels.values()):
        return
    if len(set(examples.values[:, 0].tolist())) < 2:
        raise InputError(f"one class only: all texts of {told} have one level")
    raise InputError(
        f"no group of {told} holds two levels: {len(levels)} groups, {n_groups_of_one(examples)} "
        "of one text. Levels are compared inside a group; name the right field with "
        "fields=Fields(group=...), or one that is absent to compare all texts"
    )


def n_groups_of_one(examples: Examples) -> int:
    """Return how many named groups hold a single text, which has nothing to be compared with."""
    sizes: dict[str, int] = {}
    for group in examples.groups:
        if group:
            sizes[group] = sizes.get(group, 0) + 1
    return sum(size == 1 for size in sizes.values())


def _contradictory(votes: Sequence[Floats]) -> bool:
    table = np.stack(votes)
    return bool(((table > 0.5).any(axis=0) & (table < 0.5).any(axis=0)).any())


def _mean(rows: Sequence[Floats]) -> Floats:
    table = np.stack(rows)
    judged = ~np.isnan(table)
    total, n = np.where(judged, table, 0.0).sum(axis=0), judged.sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _unequal(entry: _Text) -> bool:
    table = np.stack(entry.values)
    if len(table) < 2:
        return False
    return any(len(set(column[~np.isnan(column)])) > 1 for column in table.T)


def _text(cells: Mapping[str, Any], name: str) -> str:
    cell = cells.get(name)
    if cell is not None and not isinstance(cell, str):
        raise _LeftOutError("unreadable", f"{name!r} is {type(cell).__name__}, expected a string")
    if not cell or not cell.strip():
        raise _LeftOutError("empty_text", f"{name!r} is empty")
    return cell


def _first(cells: Mapping[str, Any], names: Iterable[str | None]) -> Any:
    return next((cells[name] for name in names if name is not None and name in cells), None)


def _number(cell: Any, wrong: float | None = None) -> float:
    if cell is None or cell == "":
        return math.nan
    try:
        number = float(cell)
    except (TypeError, ValueError):
        if wrong is not None:
            return wrong
        raise _LeftOutError("no_label", f"{cell!r} is no number") from None
    return number if math.isfinite(number) else math.nan


def _probability(cell: Any) -> float:
    word = str(cell).strip().lower()
    for names, p in ((FIRST, 1.0), (SECOND, 0.0), (TIE, 0.5)):
        if word in names:
            return p
    number = _number(cell)
    if number < 0 or number > 1:
        raise _LeftOutError("no_label", f"the probability {number:g} is not in 0 to 1")
    return number


__all__ = [
    "Examples",
    "Fields",
    "RatedPairs",
    "n_groups_of_one",
    "read_examples",
    "read_rated_pairs",
]
