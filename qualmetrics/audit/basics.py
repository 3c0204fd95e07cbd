"""What comes first: is there a value, is it the same twice, does it know better from worse.

A scorer that raises, is undefined on many rows, or says something else on the second call cannot be
judged by anything that follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Finding, number, single, verdict_of
from qualmetrics.audit.material import SHOWN, Material
from qualmetrics.audit.subject import Subject
from qualmetrics.core import References, Rows
from qualmetrics.evaluation.bootstrap import Values, mean_over_units
from qualmetrics.evaluation.ranks import credit

FAR = 0.01
"""A move of more than this part of the spread: nothing else can be judged then."""


def rows_of(subject: Subject, material: Material) -> Rows:
    """Return the rows a subject is asked about: the texts, or for a pairwise one the pairs."""
    if not subject.pairwise:
        return material.rows()
    first, second = material.pairs.T
    rivals = tuple((material.texts[i],) for i in second)
    return Rows(material.rows(first).texts, References(rivals), dict(material.rows(first).columns))


def defined(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Count the rows on which there is no value."""
    scored = subject.score(rows_of(subject, material))
    missing = scored.undefined
    found = mean_over_units(missing.astype(np.float64), draws=settings.draws, seed=settings.seed)
    flags = {s: scored.status.count(s) for s in sorted(set(scored.status)) if s != "ok"}
    return [
        Finding(
            "values",
            "undefined_share",
            found,
            verdict_of(found, warn=0.01, fail=0.1),
            "below 1 %; fails at 10 %",
            "A text without a value can be neither ranked nor rewarded; the rest of this audit is "
            f"about the others.{_reasons(scored.problems)}",
            "lower",
            {"by_reason": scored.problems, "statuses": flags,
             "rows": np.flatnonzero(missing)[:SHOWN].tolist()},
        )
    ]  # fmt: skip


def _reasons(problems: Mapping[str, int]) -> str:
    told = ", ".join(f"{count:,} {reason}" for reason, count in problems.items())
    return f" Without: {told}." if told else ""


def repeatable(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Ask again, in another order and one by one: a value must not depend on either."""
    rows = rows_of(subject, material)
    rng = np.random.default_rng(settings.seed)
    index = rng.permutation(len(rows))[: settings.sample].tolist()
    first = subject.score(rows.take(index)).values
    again = subject.fresh(rows.take(index[::-1])).values[::-1]
    few = index[:20]
    alone = np.array([subject.fresh(rows.take([i])).values[0] for i in few])
    return [
        _same(subject, "same_twice", first, again, index, "A second call, in another order."),
        _same(subject, "same_alone", first[:20], alone, few, "One text a call."),
    ]


def _same(
    subject: Subject, name: str, a: Values, b: Values, index: Sequence[int], what: str
) -> Finding:
    gap = np.where(np.isnan(a) & np.isnan(b), 0.0, np.abs(a - b))
    moved = ~(gap <= _noise(subject, a))
    found = single(float(moved.mean()) if len(moved) else 0.0, len(moved))
    largest = float(np.nanmax(gap)) if np.isfinite(gap).any() else float("nan")
    return Finding(
        "values",
        name,
        found,
        verdict_of(found, warn=1e-12, fail=1e-9),
        f"no row moves by more than {number(_noise(subject, a))} (rounding)",
        f"{what} A value that moves by more than rounding cannot be compared with another, and a "
        "filter drops other texts on every run.",
        "lower",
        {
            "rows": sorted(i for i, m in zip(index, moved, strict=True) if m)[:SHOWN],
            "far": bool(moved.any() and largest > FAR * np.nanstd(a)),
            "beside": {"largest move": single(largest, len(gap)).to_dict()},
        },
    )


def _noise(subject: Subject, values: Values) -> float:
    """Return how far a value may move by rounding: a float32 holds seven digits of it.

    A scorer that declares a wider tolerance of its own has that.
    """
    known = np.abs(values[np.isfinite(values)])
    size = max(float(np.median(known)), float(np.std(known))) if len(known) else 0.0
    declared = 0.0 if subject.scorer is None else subject.scorer.spec.tolerance
    return max(1e-6 * size, declared, 1e-9)


def values(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Both, in one check."""
    return [*defined(subject, material, settings), *repeatable(subject, material, settings)]


def pair_gaps(subject: Subject, material: Material) -> Values:
    """Return by how much the better text of each pair stands above the worse, ``(m,)``."""
    if subject.pairwise:
        found = subject.score(rows_of(subject, material)).values
        return found - (0.5 if subject.better == "higher" else -0.5)
    scored = subject.score(material.rows()).values
    gaps: Values = scored[material.pairs[:, 0]] - scored[material.pairs[:, 1]]
    return gaps


def accuracy(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Pair accuracy, ties counted as errors, and the share of ties beside it."""
    gaps = pair_gaps(subject, material)
    units = material.pair_groups
    found = mean_over_units(credit(gaps, 0.0), units, draws=settings.draws, seed=settings.seed)
    ties = np.where(np.isnan(gaps), np.nan, gaps == 0).astype(np.float64)
    tied = mean_over_units(ties, units, draws=settings.draws, seed=settings.seed)
    verdict = "note"
    if found.n:
        verdict = "pass" if found.low > 0.5 else "fail" if found.high < 0.5 else "warn"
    return [
        Finding(
            "accuracy",
            "strict",
            found,
            verdict,
            "above one half, with its whole interval; fails below it so",
            "The share of pairs in which the better text stands strictly higher; at one half, a "
            "coin does as well.",
            "higher",
        ),
        Finding(
            "accuracy",
            "ties",
            tied,
            verdict_of(tied, warn=0.05, fail=0.25),
            "below 5 %; fails at 25 %",
            "Pairs of equal value: a policy or a filter gets nothing to choose by.",
            "lower",
        ),
    ]


CHECKS = (
    Check("values", "Has every text a value, and is it the same twice?", (), values),
    Check("accuracy", "Does the better text of a pair stand higher?", ("pairs",), accuracy),
)

__all__ = ["CHECKS", "pair_gaps", "rows_of"]
