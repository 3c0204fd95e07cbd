"""Runs checks in the order of the report; one that cannot run says what it needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import FEW, Audit, Comparison, Finding, missing, single
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject, subject_of
from qualmetrics.errors import InputError, MissingExtraError

MODULES: tuple[str, ...] = (
    "basics",
    "perturbed",
    "degenerate",
    "confounders",
    "consistency",
    "people",
    "sets",
    "scale",
    "over_optimisation",
    "gaming",
    "probing",
)
"""Files of this folder that hold ``CHECKS``, a tuple, in the order of the report."""


def checks() -> dict[str, Check]:
    """Return all checks by name, in the order of the report."""
    found: dict[str, Check] = {}
    for module in MODULES:
        for check in import_module(f"qualmetrics.audit.{module}").CHECKS:
            found[check.name] = check
    return found


def audit(
    scorer: Any,
    material: Material,
    *,
    checks: Sequence[str] | None = None,
    better: str | None = None,
    settings: Settings | None = None,
    watch: Callable[[str], None] | None = None,
) -> Audit:
    """Say what fools a scorer, and what it really measures.

    Parameters
    ----------
    scorer
        As for ``subject_of``: a scorer, its name, a bundle folder, a function of texts, ...
    material : Material
        See ``read_material``.
    checks : names, optional
        Those to run; all unless told.
    better : {"higher", "lower"}, optional
        Which values are better; by default as the scorer says of itself.
    settings : Settings, optional
        Seed, draws, sample, rate, language.
    watch : name -> None, optional
        Called with the scorer and the check that begins.

    Returns
    -------
    Audit
        The same for the same seed.

    Raises
    ------
    InputError
        For an unknown check, or material without what the scorer needs for every text.
    """
    subject = subject_of(scorer, better=better)
    told = settings or Settings()
    chosen = _chosen(checks, told.covariates)
    if not len(material):
        raise InputError("there are no texts to audit with")
    lacking = [] if subject.pairwise else subject.lacks(material.rows())
    if lacking:
        raise InputError(
            f"{subject.name} reads {', '.join(lacking)}, which no row has; add the field"
            f"{'s' if len(lacking) > 1 else ''} to the rows"
            + (" ('reference': a string or several)" if "references" in lacking else "")
        )
    findings: list[Finding] = []
    banner = None
    for place, check in enumerate(chosen, 1):
        if watch is not None:
            watch(f"{subject.name}: {check.name} ({place} of {len(chosen)})")
        if banner is None or (check.name == "degenerate" and not banner.details["moves"]):
            findings += _run(check, subject, material, told)
        else:
            findings.append(missing(check.name, f"Not judged: {banner.reason}"))
        if check.name == "values":
            banner = _banner(subject, material, findings)
            findings += [] if banner is None else [banner]
    return Audit(
        subject.name,
        subject.signature,
        tuple(findings),
        _settings(subject, chosen, told),
        {**material.summary(), "unknown_languages": material.languages(told.lang)[1]},
    )


def compare(
    scorers: Sequence[Any],
    material: Material,
    *,
    checks: Sequence[str] | None = None,
    better: str | None = None,
    settings: Settings | None = None,
    watch: Callable[[str], None] | None = None,
) -> Comparison:
    """Audit several scorers over the same material, side by side; arguments as for ``audit``.

    Raises
    ------
    InputError
        As ``audit``, and for two scorers of one name.
    """
    subjects = [subject_of(one, better=better) for one in scorers]
    named = [subject.name for subject in subjects]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice or not subjects:
        raise InputError(f"two scorers are called {', '.join(twice)}" if twice else "no scorer")
    made = [audit(s, material, checks=checks, settings=settings, watch=watch) for s in subjects]
    return Comparison(tuple(made))


def _chosen(names: Sequence[str] | None, covariates: Sequence[str] = ()) -> list[Check]:
    known = checks()
    if names is None:
        return list(known.values())
    if isinstance(names, str):
        names = [names]
    own = {f"confounder:{name}" for name in covariates} - known.keys()
    names = ["confounder:columns" if name in own else name for name in names]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        told = f"no check is called {', '.join(map(repr, unknown))}" if unknown else "no check"
        raise InputError(f"{told}; there are: {', '.join(known)}")
    return [check for name, check in known.items() if name in names]


def _run(check: Check, subject: Subject, material: Material, told: Settings) -> list[Finding]:
    lacks = check.lacks(subject, material)
    if lacks:
        return [missing(check.name, f"It needs {'; and '.join(lacks)}.{_dropped(material)}")]
    try:
        found = check.run(subject, material, told)
    except MissingExtraError as error:
        return [missing(check.name, str(error))]
    return [_unless_few(item) for item in found] or [
        missing(check.name, "It found nothing to look at in this material.")
    ]


def _dropped(material: Material) -> str:
    """Say where pairs went that were there."""
    if len(material.pairs):
        return ""
    equal = material.report.get("equal_pairs", 0)
    told = f" {equal:,} pairs were dropped: their texts are equal." if equal else ""
    labels = material.labels[np.isfinite(material.labels)]
    if not equal and len(labels) > 1 and np.ptp(labels) == 0:
        told = f" All {len(labels):,} labels are {labels[0]:g}: no text is better than another."
    return told


def _banner(subject: Subject, material: Material, so_far: Sequence[Finding]) -> Finding | None:
    """Return the one thing to say of a scorer that nothing else can be said of.

    One that says the same of all texts here may still pay for those that answer nothing.
    """
    told = ""
    moves = any(item.key == ("values", "same_twice") and item.details["far"] for item in so_far)
    if moves:
        told = "It gives a text another value when it is asked again."
    elif not subject.pairwise:
        scored = subject.score(material.rows()).values
        known = scored[np.isfinite(scored)]
        if len(known) >= FEW and np.ptp(known) == 0:
            told = "It says the same of every text."
    if not told:
        return None
    found = single(math.nan, len(material))
    return Finding(
        "values",
        "judgeable",
        found,
        "fail",
        "values that follow the text",
        told,
        details={"moves": moves},
    )


def _unless_few(item: Finding) -> Finding:
    """Judge nothing by a handful; but one value that is not there, or not the same, is a fact."""
    if item.verdict == "note" or item.check == "values" or item.found.n >= FEW:
        return item
    told = f"not judged: {item.found.n} of at least {FEW}"
    return replace(item, verdict="note", threshold=told, better="")


def _settings(subject: Subject, chosen: Sequence[Check], told: Settings) -> dict[str, Any]:
    from qualmetrics import __version__

    return {
        "direction": subject.direction,
        "better": subject.better,
        "checks": {check.name: check.question for check in chosen},
        "seed": told.seed,
        "draws": told.draws,
        "sample": told.sample,
        "rate": told.rate,
        "lang": told.lang,
        **{name: str(getattr(value, "signature", value)) for name, value in told.options.items()},
        "version": __version__,
    }


__all__ = ["MODULES", "audit", "checks", "compare"]
