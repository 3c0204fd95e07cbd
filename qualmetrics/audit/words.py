"""An audit in a few sentences: what an engineer must know before rewarding or filtering by it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qualmetrics.audit.finding import Audit, Finding

TOLD_APART = ("values", "accuracy", "perturbations", "degenerate")
"""Checks with a sentence of their own; of all others, what fails is named."""


def in_words(audit: Audit) -> list[str]:
    """Return what an audit found, in sentences; what passed is not repeated.

    Parameters
    ----------
    audit : Audit

    Returns
    -------
    list of str
        Each follows from findings by rule, and says nothing that the table does not hold.
    """
    return [
        *_values(audit),
        *_accuracy(audit),
        *_perturbations(audit),
        *_degenerate(audit),
        *_others(audit),
    ]


def _found(audit: Audit, check: str, name: str) -> Finding | None:
    return next((item for item in audit.findings if item.key == (check, name)), None)


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _list(items: Sequence[str]) -> str:
    words = [item.replace("_", " ") for item in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _values(audit: Audit) -> Iterator[str]:
    undefined = _found(audit, "values", "undefined_share")
    if undefined is not None and undefined.value > 0:
        reasons = undefined.details.get("by_reason", {})
        told = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
        n = undefined.found.n
        yield f"No value for {round(undefined.value * n):,} of {n:,} texts ({told})."
    moved = [n for n in ("same_twice", "same_alone") if _verdict(audit, "values", n) == "fail"]
    if moved:
        yield (
            "It is not repeatable: a text gets another value "
            f"{'when it is asked again' if 'same_twice' in moved else 'alone than in a batch'}."
        )


def _verdict(audit: Audit, check: str, name: str) -> str:
    item = _found(audit, check, name)
    return "" if item is None else item.verdict


def _accuracy(audit: Audit) -> Iterator[str]:
    strict = _found(audit, "accuracy", "strict")
    if strict is None or not math.isfinite(strict.value):
        return
    ties = _found(audit, "accuracy", "ties")
    told = f"The better text stands higher in {_share(strict.value)} of {strict.found.n:,} pairs"
    if ties is not None and ties.value > 0.005:
        told += f", and {_share(ties.value)} are ties"
    alone = _found(audit, "confounder:length", "alone")
    if alone is not None and math.isfinite(alone.value):
        way = "longer" if "with more" in alone.reason else "shorter"
        told += f"; the {way} text does in {_share(alone.value)}"
    yield f"{told}."


def _perturbations(audit: Audit) -> Iterator[str]:
    items = [i for i in audit.findings if i.check == "perturbations"]
    blind = next((i for i in items if i.name == "unseen"), None)
    if blind is not None:
        names = _list(blind.details["edits"])
        yield f"It does not see {names}: the texts got worse, and their values stayed."
    sentences = {
        "invariant": "It moves, though nothing of what the text says changed, under",
        "decrease": "It does not fall, though the text got worse, with",
    }
    for relation, start in sentences.items():
        mine = [i for i in items if i.details.get("relation") == relation]
        bad = sorted((i for i in mine if i.verdict == "fail"), key=lambda i: -i.value)
        if bad:
            yield f"{start} {_list([_edit(i) for i in bad])}."
        elif mine and all(i.verdict == "pass" for i in mine):
            what = "all edits that change nothing" if relation == "invariant" else "all errors"
            yield f"It stands the test of {what}."


def _edit(item: Finding) -> str:
    """Return an edit, and what of it fails: how many texts move, or the order of pairs."""
    if item.details.get("relation") == "invariant" and item.value < 0.25:
        kept = item.details["beside"]["order kept"]["value"]
        return f"{item.name} ({_share(1 - kept)} of the pairs change their order)"
    return f"{item.name} ({_share(item.value)} of the texts)"


def _degenerate(audit: Audit) -> Iterator[str]:
    items = [i for i in audit.findings if i.check == "degenerate" and i.name != "worst"]
    bad = sorted((i for i in items if i.verdict == "fail"), key=lambda i: -i.value)
    if bad:
        named = [f"{i.name} ({_share(i.value)})" for i in bad]
        yield f"Texts that answer nothing beat real answers: {_list(named)} of them."
    elif any(i.verdict in ("pass", "warn") for i in items):
        yield "No text without an answer gets above the lowest twentieth of real answers."


def _others(audit: Audit) -> Iterator[str]:
    from qualmetrics.audit.finding import number

    bad: dict[str, list[str]] = {}
    for item in audit.findings:
        if item.verdict == "fail" and item.check not in TOLD_APART:
            bad.setdefault(item.check, []).append(f"{item.name} {number(item.value)}")
    if bad:
        named = [f"{check} ({_list(several)})" for check, several in bad.items()]
        yield f"It also fails {_list(named)}."


__all__ = ["in_words"]
