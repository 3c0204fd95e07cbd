"""Agreement with people, at three levels, and always beside what length and formulas reach.

*item*: one correlation over all rows. *system*: of the systems' means. *within*: one correlation
inside each item (the outputs of several systems for one document), then the mean over items, which
is also called summary-level. An easy document passes for a good scorer at the first level only.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qualmetrics.core import References
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import (
    DRAWS,
    Estimate,
    Index,
    Values,
    bootstrap,
    mean_over_units,
    numbered,
)
from qualmetrics.evaluation.correlation import (
    KINDS,
    Test,
    aligned,
    kendall,
    permutation,
    wilcoxon,
    williams,
)

LEVELS = ("item", "system", "within")
LENGTH, CHRF, FKGL = "length only (words)", "chrF", "FKGL"
SCHEMA = "qualmetrics-agreement/1"
FEW_SYSTEMS = 3
"""Of fewer systems no correlation is taken: two points always lie on a line."""

Statistic = Callable[[Values, Values], float]


def pairs_in_order(values: Values, targets: Values) -> float:
    """Return the share of pairs of different target that the values order; a tie counts half.

    The same number as ``ranks.pair_accuracy``, without a table of all pairs: (1 + s) / 2, where s
    is concordant less discordant pairs by pairs of different target, which Kendall's tau-b holds.

    Examples
    --------
    >>> round(pairs_in_order(np.array([1.0, 2.0, 2.0]), np.array([1.0, 2.0, 3.0])), 3)
    0.833
    """
    apart = _untied(targets)
    if not apart:
        return math.nan
    mine = _untied(values)
    if not mine:
        return 0.5
    balance = round(kendall(values, targets) * math.sqrt(mine * apart))  # whole pairs
    return 0.5 + balance / (2 * apart)


def _untied(values: Values) -> int:
    n = len(values)
    same = np.unique(values, return_counts=True)[1]
    return n * (n - 1) // 2 - int((same * (same - 1) // 2).sum())


MEASURES: Mapping[str, Statistic] = {**KINDS, "pairs": pairs_in_order}
"""What is measured at every level, by name; ``pairs`` is pair accuracy, chance .5."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far each scorer agrees with people; ``get`` one number, ``compare`` two scorers."""

    estimates: Mapping[tuple[str, str, str], Estimate]
    """(scorer, level, measure) -> number with its interval. ``n`` counts rows (item), systems
    (system) or items (within); ``n_undefined`` those that had no value or no order."""
    trivial: tuple[str, ...]
    """The rows that everybody gets: length, FKGL, and chrF where there are references."""
    values: Mapping[str, Values] = field(repr=False)
    human: Values = field(repr=False)
    systems: Index | None = field(repr=False)
    """``(n,)``: the number of each row's system."""
    items: Index = field(repr=False)
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows, rows without a rating, items, items of a single row, systems."""
    draws: int = DRAWS
    seed: int = 0

    @property
    def levels(self) -> tuple[str, ...]:
        """Those that could be measured."""
        return tuple(dict.fromkeys(level for _, level, _ in self.estimates))

    def get(self, scorer: str, level: str = "item", measure: str = "spearman") -> Estimate:
        """Return one number; ``.minus`` of another gives the paired difference.

        Raises
        ------
        InputError
            Where it was not measured.
        """
        found = self.estimates.get((scorer, level, measure))
        if found is None:
            raise InputError(
                f"no {measure!r} of {scorer!r} at the level {level!r}; there are: scorers "
                f"{', '.join(self.values)}; levels {', '.join(self.levels)}; measures "
                f"{', '.join(MEASURES)}"
            )
        return found

    def compare(
        self, first: str, second: str, *, level: str = "item", kind: str = "pearson"
    ) -> tuple[Test, ...]:
        """Test whether two scorers agree differently with people.

        Returns
        -------
        tuple of Test
            At *item*: Williams (Pearson only, takes rows for independent) and a permutation that
            swaps whole items. At *system*: the same over the systems' means. *within*: Wilcoxon's
            signed ranks over the items' correlations.

        Raises
        ------
        InputError
            For a scorer, level or kind that is not there.
        """
        self.get(first, level, kind), self.get(second, level, kind)
        if kind not in KINDS:
            raise InputError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
        a, b, human = self.values[first], self.values[second], self.human
        units: list[int] | None = self.items.tolist()
        if level == "within":
            blocks = _blocks(self.items)
            sides = [_inside(side, human, blocks, KINDS[kind]) for side in (a, b)]
            return (wilcoxon(*sides),)
        if level == "system" and self.systems is not None:
            there = np.isfinite(a) & np.isfinite(b) & np.isfinite(human)
            a, b, human = (_means(side, there, self.systems) for side in (a, b, human))
            units = None
        swapped = permutation(a, b, human, units, kind=kind, draws=self.draws, seed=self.seed)
        return (williams(a, b, human), swapped) if kind == "pearson" else (swapped,)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; undefined numbers are None."""
        return {
            "schema": SCHEMA,
            "counts": dict(self.counts),
            "draws": self.draws,
            "seed": self.seed,
            "trivial": list(self.trivial),
            "results": [
                {"scorer": scorer, "level": level, "measure": measure, **found.to_dict()}
                for (scorer, level, measure), found in self.estimates.items()
            ],
        }

    def to_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return a table for each level: value and 95 % interval; trivial rows are in italics."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        for level in self.levels:
            yield from (f"### {level}", "")
            yield f"| scorer | {' | '.join(MEASURES)} | n | left out |"
            yield f"|---|{'---:|' * (len(MEASURES) + 2)}"
            for name in self.values:
                found = [self.get(name, level, measure) for measure in MEASURES]
                label = f"*{name}*" if name in self.trivial else name
                cells = " | ".join(map(cell, found))
                yield f"| {label} | {cells} | {found[0].n:,} | {found[0].n_undefined:,} |"
            yield ""
        told = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in self.counts.items())
        yield f"{told[:1].upper()}{told[1:]}."


def cell(found: Estimate) -> str:
    """Write an estimate for a table: value, and interval where there is one; or a dash."""
    if math.isnan(found.value):
        return "–"
    interval = "" if math.isnan(found.low) else f" [{found.low:.3f}, {found.high:.3f}]"
    return f"{found.value:.3f}{interval}"


def agreement(
    values: Mapping[str, Any],
    human: Any,
    texts: Sequence[str],
    references: Sequence[str | Sequence[str]] | References | None = None,
    *,
    item: Sequence[Any] | None = None,
    system: Sequence[Any] | None = None,
    increases_with: str = "quality",
    lang: str = "en",
    draws: int = DRAWS,
    seed: int = 0,
) -> Agreement:
    """Measure how far scorers agree with people on the same rows.

    Parameters
    ----------
    values : mapping of scorer -> array (n,)
        What each says, turned so that it should rise with ``human``. NaN is left out, and counted.
    human : array (n,)
        Ratings; NaN where there is none.
    texts, references : sequence of length n
        What was rated. The rows for length, FKGL and, with references, chrF are made of them: a
        figure without them says nothing.
    item : sequence of length n, optional
        What a row is an output for: a document, a source sentence. It is redrawn whole for the
        intervals. By default every row is its own.
    system : sequence of length n, optional
        Who wrote it.
    increases_with : {"quality", "difficulty", "ease", ...}
        What higher ratings mean; under ``ease`` the FKGL row is turned.
    lang : str
        Of the texts; where FKGL has no constants for it, the formula is LIX.
    draws, seed : int
        Of the intervals. All scorers see the same draws, so that differences are paired.

    Returns
    -------
    Agreement
        The level *within* where items have several rows, *system* where there are three systems.

    Raises
    ------
    InputError
        For unequal lengths, no scorer, or one that has the name of a trivial row.
    MissingExtraError
        Without the extra ``evaluation``, or ``lexical`` where there are references.

    Examples
    --------
    >>> texts = ["A cat.", "A cat sat.", "A cat sat down.", "A big cat sat down."]
    >>> found = agreement({"ours": [1, 2, 4, 3]}, [1, 2, 3, 4], texts, draws=20)
    >>> found.get("ours").value, found.get("length only (words)").value
    (0.8, 1.0)
    """
    _check(values, human, texts, references, item, system)
    beside = trivial_rows(texts, references, increases_with=increases_with, lang=lang)
    twice = sorted(set(values) & set(beside))
    if twice:
        raise InputError(f"{', '.join(twice)} is the name of a trivial row; call yours another")
    everything = {name: _numbers(name, column) for name, column in {**values, **beside}.items()}
    ratings = _numbers("human", human)
    items = numbered(range(len(texts)) if item is None else item)
    systems = None if system is None else numbered(system)
    estimates: dict[tuple[str, str, str], Estimate] = {}
    for name, mine in everything.items():
        for level, measured in _levels(mine, ratings, items, systems, draws, seed).items():
            estimates |= {(name, level, measure): each for measure, each in measured.items()}
    sizes = np.bincount(items) if len(items) else np.zeros(0, dtype=np.intp)
    counts = {
        "rows": len(texts),
        "rows_without_a_rating": int((~np.isfinite(ratings)).sum()),
        "items": len(sizes),
        "items_of_one_row": int((sizes == 1).sum()),
    }
    if systems is not None:
        counts["systems"] = int(systems.max(initial=-1)) + 1
    return Agreement(
        estimates, tuple(beside), everything, ratings, systems, items, counts, draws, seed
    )


def _check(
    values: Mapping[str, Any],
    human: Any,
    texts: Sequence[str],
    references: Any,
    item: Sequence[Any] | None,
    system: Sequence[Any] | None,
) -> None:
    if not isinstance(values, Mapping) or not values:
        raise InputError(
            "agreement takes the values of at least one scorer by name: agreement({'mine': "
            "scores.primary}, human, texts)"
        )
    if isinstance(texts, str):
        raise InputError("agreement takes a sequence of texts, one a row; got one string")
    given = {"human": human, "references": references, "item": item, "system": system, **values}
    for name, column in given.items():
        if column is not None and len(column) != len(texts):
            raise InputError(f"{name} has {len(column)} rows, but there are {len(texts)} texts")


def _numbers(name: str, column: Any) -> Values:
    try:
        found = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must hold one number a row, or NaN; got {column!r:.80}") from None
    if found.ndim != 1:
        raise InputError(
            f"{name} must hold one number a row; got the shape {found.shape}. Of Scores, pass "
            ".primary"
        )
    return found


def trivial_rows(
    texts: Sequence[str],
    references: Sequence[str | Sequence[str]] | References | None = None,
    *,
    increases_with: str = "quality",
    lang: str = "en",
) -> dict[str, Values]:
    """Return what anybody can say of texts: their length, FKGL and, with references, chrF."""
    from qualmetrics.registry import get

    length = get("length")(texts).primary
    formula, name = _formula(lang)
    grade = formula(texts).primary
    found = {LENGTH: length, name: -grade if increases_with == "ease" else grade}
    if references is not None:
        found[CHRF] = get("chrf")(texts, references).primary
    return found


def _formula(lang: str) -> tuple[Any, str]:
    from qualmetrics.errors import UnknownLanguageError
    from qualmetrics.registry import get

    if lang.split("-")[0].split("_")[0].lower() == "en":
        return get("flesch_kincaid_grade"), FKGL
    try:
        return get("flesch_kincaid_grade", lang=lang), FKGL
    except UnknownLanguageError:
        return get("lix", lang=lang), "LIX"


# -- the three levels -----------------------------------------------------------------------------


def _levels(
    values: Values, human: Values, items: Index, systems: Index | None, draws: int, seed: int
) -> dict[str, dict[str, Estimate]]:
    found = {"item": _over_rows(values, human, items, draws, seed)}
    if systems is not None and systems.max(initial=-1) + 1 >= FEW_SYSTEMS:
        found["system"] = _over_systems(values, human, items, systems, draws, seed)
    if len(items) and np.bincount(items).max() > 1:
        blocks = _blocks(items)
        found["within"] = {
            name: mean_over_units(_inside(values, human, blocks, measure), draws=draws, seed=seed)
            for name, measure in MEASURES.items()
        }
    return found


def _over_rows(
    values: Values, human: Values, items: Index, draws: int, seed: int
) -> dict[str, Estimate]:
    (a, b), there = aligned(values, human)
    n = int(there.sum())

    def of(measure: Statistic) -> Estimate:
        def statistic(index: Index) -> float:
            kept = index[there[index]]
            return measure(a[kept], b[kept])

        left = len(a) - n
        return bootstrap(statistic, items.tolist(), n=n, n_undefined=left, draws=draws, seed=seed)

    return {name: of(measure) for name, measure in MEASURES.items()}


def _over_systems(
    values: Values, human: Values, items: Index, systems: Index, draws: int, seed: int
) -> dict[str, Estimate]:
    """Correlate the systems' means; items are redrawn, so that every system keeps its own."""
    there = np.isfinite(values) & np.isfinite(human)
    n_systems = int(systems.max()) + 1

    def of(measure: Statistic) -> Estimate:
        def statistic(index: Index) -> float:
            mine, theirs = (
                _means(side[index], there[index], systems[index], n_systems)
                for side in (values, human)
            )
            kept = np.isfinite(mine) & np.isfinite(theirs)
            return measure(mine[kept], theirs[kept]) if kept.sum() >= FEW_SYSTEMS else math.nan

        seen = int(np.isfinite(_means(values, there, systems)).sum())
        left = n_systems - seen
        return bootstrap(
            statistic, items.tolist(), n=seen, n_undefined=left, draws=draws, seed=seed
        )

    return {name: of(measure) for name, measure in MEASURES.items()}


def _means(values: Values, there: Any, systems: Index, n_systems: int = 0) -> Values:
    """Return each system's mean over the rows that are there; NaN where it has none."""
    n = np.bincount(systems[there], minlength=max(n_systems, int(systems.max(initial=-1)) + 1))
    total = np.bincount(systems[there], values[there], minlength=len(n))
    found: Values = np.full(len(n), np.nan)
    np.divide(total, n, out=found, where=n > 0)
    return found


def _blocks(items: Index) -> list[Index]:
    order = np.argsort(items, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(items[order])) + 1) if len(items) else []


def _inside(values: Values, human: Values, blocks: Sequence[Index], measure: Statistic) -> Values:
    """Return one number an item; NaN where its rows have no order, or too few values."""
    found = np.full(len(blocks), np.nan)
    for k, block in enumerate(blocks):
        kept = block[np.isfinite(values[block]) & np.isfinite(human[block])]
        if len(kept) > 1:
            found[k] = measure(values[kept], human[kept])
    return found
