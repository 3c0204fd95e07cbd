"""Probing: what a scorer's frozen features give away, beside what it was made for.

The features are what the scorer's inputs hand to its ``forward``: counts, or vectors of an encoder.
A logistic regression on them, tested on groups that it has not seen, says what can be read off them
in a straight line: how long a text is, whether it is Markdown, in which language (MRMBench). What
can be read there a head trained on it can use; whether this scorer does, other checks say.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from qualmetrics import planner
from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Finding, missing, verdict_of
from qualmetrics.audit.material import Material
from qualmetrics.audit.styles import strip_markdown
from qualmetrics.audit.subject import Subject, subject_of
from qualmetrics.core import Arrays, Column, Input, Scorer, Spec
from qualmetrics.errors import InputError, UnknownLanguageError
from qualmetrics.evaluation.agreement import trivial_rows
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Values, mean_over_units, numbered
from qualmetrics.training.classify import out_of_fold

FOLDS = 5
BUCKETS = 3
MANY = 10
"""A column of more different numbers than this is cut into ``BUCKETS``."""
MOST_TEXTS = 2000
"""Texts that the check probes with at most: whole groups, drawn by lot."""

Labels = Sequence[Any]
"""One class a text, None where nobody knows."""


# -- features -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flat:
    """Named arrays -> ``(n, d)``: numbers as they are, vectors of tokens as their mean."""

    plain: tuple[str, ...]
    tokens: tuple[tuple[str, str], ...]
    """Array and the mask beside it."""

    def __call__(self, arrays: Arrays) -> Any:
        """Return the features side by side."""
        parts = [
            np.asarray(arrays[name], np.float64).reshape(len(arrays[name]), -1)
            for name in self.plain
        ]
        for name, mask in self.tokens:
            states = np.asarray(arrays[name], np.float64)
            weight = np.asarray(arrays[mask], np.float64)[..., None]
            parts.append((states * weight).sum(axis=1) / weight.sum(axis=1))
        return np.concatenate(parts, axis=1)


def feature_scorers(scorer: Scorer) -> list[Scorer]:
    """Return scorers whose outputs are what a scorer's inputs make of a text, before ``forward``.

    One for each input at the bottom of it, so that a reward shows what its terms read. Ids of
    tokens, references and the caller's columns are no features of a text.

    Raises
    ------
    InputError
        Where nothing is left: a graph that reads strings or ids keeps its features inside.
    """
    found = [_flattened(leaf, k) for k, leaf in enumerate(planner.leaves(scorer))]
    made = [one for one in found if one is not None]
    if not made:
        raise InputError(
            f"{scorer.spec.name} shows no features: what it reads are strings, ids or columns, and "
            "all that comes between them and the value is inside"
        )
    return made


def _flattened(leaf: Input, number: int) -> Scorer | None:
    if isinstance(leaf, Column):
        return None
    plain, tokens, outputs = [], [], []
    for name, (axes, dtype) in leaf.layout.items():
        mask = f"{name.partition('_')[0]}_mask"
        fixed = all(isinstance(size, int) for size in axes[1:])
        if not dtype.startswith("float") or name.endswith(("_mask", "_special", "_weights")):
            continue
        if fixed:
            plain.append(name)
        elif _of_tokens(axes) and mask in leaf.layout:
            tokens.append((name, mask))
        else:
            continue
        width = math.prod(size for size in axes[1:] if isinstance(size, int))
        outputs += [f"{name}.{i}" for i in range(width)] if width > 1 else [name]
    if not outputs:
        return None
    spec = Spec(
        f"features_{number}", outputs=tuple(outputs), primary=outputs[0], increases_with="quantity"
    )
    return Scorer(spec, (leaf,), Flat(tuple(plain), tuple(tokens)))


def _of_tokens(axes: Sequence[str | int]) -> bool:
    """Say whether an array holds a vector for each token of one text."""
    return len(axes) == 3 and axes[1] != "references" and isinstance(axes[2], int)


# -- a probe ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Probe:
    """How well a class can be told from features, on groups that were not fitted on."""

    accuracy: Estimate
    majority: Estimate
    """Accuracy of always saying the commonest class."""
    above: Estimate
    """Accuracy less majority, on the same texts: the intervals are of redrawn groups, for one
    division into folds."""
    share: Estimate
    """The same as a part of what is left above the majority: 1 where every text is told."""
    classes: Mapping[str, int]
    n_unlabelled: int = 0
    n_undefined: int = 0
    """Texts without features."""
    n_rare: int = 0
    """Texts of a class with fewer texts than folds: left out."""
    reason: str = ""
    """Why there is nothing to tell; empty where there is."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        found = {n: getattr(self, n).to_dict() for n in ("accuracy", "majority", "above", "share")}
        names = ("n_unlabelled", "n_undefined", "n_rare", "reason")
        return {**found, "classes": dict(self.classes), **{n: getattr(self, n) for n in names}}


def probe(
    features: Any,
    labels: Labels,
    groups: Sequence[Any] | None = None,
    *,
    folds: int = FOLDS,
    draws: int = DRAWS,
    seed: int = 0,
) -> Probe:
    """Tell a class from features by logistic regression, cross-validated by group.

    Parameters
    ----------
    features : array (n, d)
        A row that is not finite throughout is left out, and counted.
    labels : sequence of length n
        The class of each text; None or NaN where nobody knows.
    groups : sequence of length n, optional
        What is held out together, and redrawn for the intervals; by default each text.
    folds, draws, seed : int

    Returns
    -------
    Probe
        NaN with a ``reason`` where fewer than two classes or ``folds`` groups are left.

    Raises
    ------
    InputError
        For unequal lengths.
    MissingExtraError
        Without the extra ``fit`` (scikit-learn).

    Examples
    --------
    >>> found = probe([[i % 2, 7] for i in range(40)], ["ab"[i % 2] for i in range(40)], draws=10)
    >>> found.accuracy.value, round(found.share.value, 2)
    (1.0, 1.0)
    """
    table = np.asarray(features, dtype=np.float64)
    if table.ndim != 2 or len(labels) != len(table):
        raise InputError(f"features {table.shape} and {len(labels)} labels: expected (n, d) and n")
    units = numbered(range(len(table)) if groups is None else groups)
    if len(units) != len(table):
        raise InputError(f"{len(table)} rows but {len(units)} groups")
    known = np.array([_known(label) for label in labels], dtype=bool)
    whole = np.isfinite(table).all(axis=1)
    names = [str(label) for label in labels]
    counts = Counter(names[i] for i in np.flatnonzero(known & whole))
    rare = np.array([counts[name] < folds for name in names], dtype=bool)
    index = np.flatnonzero(known & whole & ~rare)
    classes = sorted({names[i] for i in index})
    made = partial(
        Probe,
        classes={name: counts[name] for name in classes},
        n_unlabelled=int((~known).sum()),
        n_undefined=int((known & ~whole).sum()),
        n_rare=int((known & whole & rare).sum()),
    )
    nothing = mean_over_units(np.full(len(table), np.nan), draws=draws, seed=seed)
    reason = _reason(classes, len(np.unique(units[index])), folds)
    if reason:
        return made(nothing, nothing, nothing, nothing, reason=reason)
    wanted = np.array([classes.index(names[i]) for i in index])
    said, usual = out_of_fold(table[index], wanted, units[index], folds=folds, seed=seed)
    inside = units[index].tolist()
    right, guessed = ((one == wanted).astype(np.float64) for one in (said, usual))
    accuracy, majority, above = (
        mean_over_units(values, inside, draws=draws, seed=seed)
        for values in (right, guessed, right - guessed)
    )
    return made(accuracy, majority, above, _of_the_rest(above, majority))


def _known(label: Any) -> bool:
    return label is not None and label != "" and label == label


def _reason(classes: Sequence[str], n_groups: int, folds: int) -> str:
    if len(classes) < 2:
        return f"{'only one' if classes else 'no'} class has {folds} texts or more"
    return f"{n_groups} groups, and {folds} folds need as many" if n_groups < folds else ""


def _of_the_rest(above: Estimate, majority: Estimate) -> Estimate:
    """Return what is above the majority as a part of what could be."""
    rest = 1 - majority.resamples
    values: Values = np.full(rest.shape, np.nan)
    np.divide(above.resamples, rest, out=values, where=rest > 0)
    low, high = (float(np.nanpercentile(values, q)) for q in (2.5, 97.5))
    return Estimate(above.value / (1 - majority.value), low, high, above.n, above.n_undefined)


# -- what is asked ------------------------------------------------------------------------------


def buckets(values: Any, n: int = BUCKETS) -> list[str | None]:
    """Cut numbers into ``n`` parts of about equal size; None for NaN.

    Examples
    --------
    >>> buckets([1, 2, 3, 4, 5, 6, float("nan")])
    ['1 of 3', '1 of 3', '2 of 3', '2 of 3', '3 of 3', '3 of 3', None]
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.isfinite(numbers)
    if not known.any():
        return [None] * len(numbers)
    edges = np.quantile(numbers[known], np.arange(1, n) / n)
    places = np.searchsorted(edges, numbers, side="left")
    return [
        f"{place + 1} of {n}" if there else None
        for place, there in zip(places.tolist(), known, strict=True)
    ]


def has_markdown(text: str) -> str:
    """Say whether a text has marks of Markdown: ``yes`` or ``no``."""
    return "no" if strip_markdown(text).split() == text.split() else "yes"


def targets(material: Material, *, lang: str = "en") -> dict[str, list[Any]]:
    """Return what there is to ask of these texts: a class each, None where nobody knows.

    ``length`` and ``readability`` in thirds, ``markdown``, ``preferred`` (the better or the worse
    of its pairs, where it is only one of them), and every column: words as they are, numbers of
    more than ``MANY`` values in thirds.
    """
    texts = material.texts
    found: dict[str, list[Any]] = {
        name: list(buckets(values)) for name, values in _measured(texts, lang).items()
    }
    found["markdown"] = [has_markdown(text) for text in texts]
    if len(material.pairs):
        sides: list[set[str]] = [set() for _ in texts]
        for better, worse in material.pairs.tolist():
            sides[better].add("better")
            sides[worse].add("worse")
        found["preferred"] = [one.pop() if len(one) == 1 else None for one in sides]
    for name, cells in material.columns.items():
        found.setdefault(name, _classes(cells))
    return found


def _measured(texts: Sequence[str], lang: str) -> dict[str, Values]:
    """Return words and, in languages that have one, a readability formula's grade."""
    from qualmetrics.registry import get

    try:
        length, grade = trivial_rows(texts, lang=lang).values()
    except UnknownLanguageError:
        return {"length": get("length")(texts).primary}
    return {"length": length, "readability": grade}


def _classes(cells: Sequence[Any]) -> list[Any]:
    if any(isinstance(cell, (list, dict)) for cell in cells):
        return [None] * len(cells)
    known = [cell for cell in cells if _known(cell)]
    numbers = all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in known)
    if known and numbers and len(set(known)) > MANY:
        return list(buckets([cell if _known(cell) else math.nan for cell in cells]))
    return list(cells)


# -- as a check ---------------------------------------------------------------------------------


def features_of(subject: Subject, material: Material) -> tuple[Values, list[str]]:
    """Return a subject's features of these texts, ``(n, d)``, NaN where there are none.

    Raises
    ------
    InputError
        Where it shows none: it is a function, a model elsewhere, or reads strings and ids.
    """
    if subject.scorer is None:
        raise InputError(
            f"{subject.name} shows no features: it is a function, of which only the values are seen"
        )
    parts, names = [], []
    for one in feature_scorers(subject.scorer):
        values = np.full((len(material), len(one.spec.outputs)), np.nan)
        rows = material.rows()
        needs_references = one.spec.needs_references
        there = [
            i
            for i in range(len(rows))
            if not needs_references or (rows.references and rows.references.rows[i])
        ]
        found: Any = subject_of(one).call(rows.take(there))
        values[there] = found.values
        parts.append(values)
        names += list(one.spec.outputs)
    return np.concatenate(parts, axis=1), names


def check_probing(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Probe the features with everything that is known of the texts."""
    part = material.sample(MOST_TEXTS, seed=settings.seed)
    try:
        table, names = features_of(subject, part)
    except InputError as error:
        return [missing("probing", f"{error}.")]
    score = subject.score(part.rows()).values[:, None]
    found, silent = [], {}
    asked = partial(probe, groups=part.groups, draws=settings.draws, seed=settings.seed)
    for target, labels in targets(part, lang=settings.lang).items():
        made = asked(table, labels)
        if made.reason and target in part.columns:
            silent[target] = made.reason
        else:
            found.append(
                _finding(
                    target,
                    made,
                    asked(score, labels),
                    n_features=len(names),
                    judged=target in (*NUISANCES, *settings.covariates),
                )
            )
    if silent:
        told = "; ".join(f"{name}: {why}" for name, why in silent.items())
        note = missing("probing", f"Columns that divide nothing ({told}).", "columns_left_out")
        found.append(replace(note, details=silent))
    return found


def _finding(target: str, made: Probe, alone: Probe, *, n_features: int, judged: bool) -> Finding:
    details = {**made.to_dict(), "features": n_features, "by_the_score_alone": alone.to_dict()}
    shown = replace(made.share, n_undefined=made.n_undefined)
    if made.reason:
        note = missing("probing", f"Nothing to tell: {made.reason}.", target, made.n_undefined)
        return replace(note, details=details)
    told = (
        f"How much of {target} the features give away, of what is left above the commonest class "
        f"(by the value alone: {alone.share.value:.2f})."
    )
    if not judged:
        return Finding("probing", target, shown, reason=told, details=details)
    return Finding(
        "probing",
        target,
        shown,
        verdict_of(shown, warn=0.3, fail=0.8),
        "below .3; .8 fails",
        f"{told} The value need not use it: whoever trains on these features can be paid in it.",
        "lower",
        details,
    )


NUISANCES = ("length", "readability", "markdown")
"""What a scorer should not be paid in, beside the caller's covariates; the rest is told, and not
judged: topic, language and being right may be what a scorer is for."""

CHECKS = (Check("probing", "What do its features give away?", ("single",), check_probing),)

__all__ = [
    "CHECKS",
    "Probe",
    "buckets",
    "feature_scorers",
    "features_of",
    "has_markdown",
    "probe",
    "targets",
]
