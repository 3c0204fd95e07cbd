"""Does it know more than length and formulas do? Agreement with the labels, beside trivial rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from qualmetrics.audit.check import NEEDS, Check, Settings
from qualmetrics.audit.finding import Finding, missing
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject
from qualmetrics.core import References
from qualmetrics.errors import UnknownLanguageError
from qualmetrics.evaluation.agreement import trivial_rows
from qualmetrics.evaluation.bootstrap import Estimate, Values
from qualmetrics.evaluation.correlation import correlation
from qualmetrics.evaluation.length import accuracy
from qualmetrics.evaluation.ranks import by_group

TURNED = "the opposite of "
SOLVED = 0.95
"""Where a trivial row agrees so far, the material cannot tell whether a scorer knows more."""


def people(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Compare pair accuracy, and where labels have grades Spearman, with the best trivial row."""
    if not len(material.pairs) and not np.isfinite(material.labels).any():
        return [missing("people", f"It needs {NEEDS['labels']}; or {NEEDS['pairs']}.")]
    values = subject.score(material.rows()).values
    try:
        beside = trivial_rows(material.texts, _references(material), lang=settings.lang)
    except UnknownLanguageError as error:
        return [missing("people", f"There is no formula to compare with: {error}")]
    # Shorter may be better: a trivial row counts in both directions.
    both = {**beside, **{f"{TURNED}{name}": -row for name, row in beside.items()}}
    findings: list[Finding] = []
    if len(material.pairs):
        findings += _of_pairs(values, both, material, settings)
    if len(np.unique(material.labels[np.isfinite(material.labels)])) > 2:
        findings += _of_grades(values, both, material, settings)
    return findings or [missing("people", "All labels are the same: there is nothing to follow.")]


def _references(material: Material) -> References | None:
    return References(material.references) if all(material.references or [()]) else None


def _of_pairs(
    values: Values, rows: dict[str, Values], material: Material, settings: Settings
) -> list[Finding]:
    def of(column: Values) -> Estimate:
        return accuracy(
            column, material.pairs, material.pair_groups, draws=settings.draws, seed=settings.seed
        )

    return _beside("pairs", of(values), {name: of(row) for name, row in rows.items()})


def _of_grades(
    values: Values, rows: dict[str, Values], material: Material, settings: Settings
) -> list[Finding]:
    grouped = len(set(material.groups)) < len(material)

    def of(column: Values) -> Estimate:
        if grouped:
            found = by_group(column, material.labels, material.groups)
            return found.means(draws=settings.draws, seed=settings.seed)["spearman"]
        return correlation(
            column, material.labels, kind="spearman", draws=settings.draws, seed=settings.seed
        )

    name = f"spearman_{'within' if grouped else 'item'}"
    return _beside(name, of(values), {key: of(row) for key, row in rows.items()})


def _beside(name: str, mine: Estimate, trivial: dict[str, Estimate]) -> list[Finding]:
    there = {k: each for k, each in trivial.items() if math.isfinite(each.value)}
    shown: dict[str, Any] = {k: each.value for k, each in trivial.items() if TURNED not in k}
    plain = Finding("people", name, mine, reason="Agreement with the labels.", better="higher")
    if not there or not math.isfinite(mine.value):
        told = "Nothing to compare: the labels give no order, or there are no values."
        return [plain, missing("people", told, f"{name}_above_trivial")]
    best = max(there, key=lambda k: there[k].value)
    gap = mine.minus(there[best])
    if there[best].value >= SOLVED:
        told = f"Nothing can be told here: {best} alone reaches {there[best].value:.3f}."
        beside = {"best": best, "trivial": shown}
        return [plain, Finding("people", f"{name}_above_trivial", gap, reason=told, details=beside)]
    verdict = "pass" if gap.low > 0 else "fail" if gap.high <= 0 else "warn"
    return [
        plain,
        Finding(
            "people",
            f"{name}_above_trivial",
            gap,
            verdict,
            "above 0, with its whole interval; fails where its whole interval is not",
            f"Its agreement minus that of {best}, the best of three trivial rows (length, FKGL, "
            "chrF): a scorer that does not beat them tells nothing new about this material.",
            "higher",
            {"best": best, "trivial": shown},
        ),
    ]


CHECKS = (
    Check(
        "people",
        "Does it agree with the labels better than length or a formula does?",
        ("single",),
        people,
    ),
)

__all__ = ["CHECKS"]
