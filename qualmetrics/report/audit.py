"""The page of an audit: what is wrong first, then every check with its numbers; one HTML file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualmetrics.report.page import render, written

if TYPE_CHECKING:
    from qualmetrics.audit.finding import Audit, Finding

SHOWN: Mapping[str, str] = {"fail": "fails", "warn": "to look at", "pass": "passes", "note": "note"}


def audit_page(audits: Sequence[Audit], output: str | Path | None = None) -> str:
    """Make the page of one audit, or of several side by side.

    Raises
    ------
    InputError
        When the file cannot be written.
    MissingExtraError
        Without the extra ``report``.
    """
    from qualmetrics.audit.bottom_line import matrix

    names = [audit.scorer for audit in audits]
    first = audits[0]
    settings = {k: v for k, v in first.settings.items() if k not in ("direction", "checks")}
    page = render(
        "audit.html",
        title=f"Audit of {', '.join(names)}",
        names=names,
        matrix=matrix(audits) if len(audits) > 1 else {},
        words=SHOWN,
        cards=[_card(audit) for audit in audits],
        checks=_checks(audits),
        material=_facts(first.material),
        settings=_facts(settings),
    )
    return written(page, output)


def _card(audit: Audit) -> dict[str, Any]:
    from qualmetrics.audit.bottom_line import bottom_line, by_gravity
    from qualmetrics.audit.words import in_words

    by_verdict = {
        verdict: [_row(item) for item in by_gravity(audit.findings) if item.verdict == verdict]
        for verdict in ("fail", "warn")
    }
    return {
        "scorer": audit.scorer,
        "signature": audit.signature,
        "direction": audit.settings.get("direction", ""),
        "counts": audit.counts,
        "bottom": bottom_line(audit),
        "words": in_words(audit),
        "bad": by_verdict,
    }


def _row(item: Finding) -> dict[str, Any]:
    from qualmetrics.audit.finding import cell

    return {"item": item, "cell": cell(item), "anchor": _anchor(item.check)}


def _anchor(check: str) -> str:
    return "c-" + "".join(c if c.isalnum() else "-" for c in check)


def _checks(audits: Sequence[Audit]) -> list[dict[str, Any]]:
    from qualmetrics.audit.bottom_line import by_gravity
    from qualmetrics.audit.finding import beside, beside_cell, by_check, cell

    grouped = [by_check(by_gravity(audit.findings)) for audit in audits]
    found: list[dict[str, Any]] = []
    for check in dict.fromkeys(name for one in grouped for name in one):
        several = [{item.name: item for item in one.get(check, ())} for one in grouped]
        rows: list[dict[str, Any]] = []
        more = beside([*several[0].values()]) if len(audits) == 1 else []
        for name in dict.fromkeys(name for one in several for name in one):
            items = [one.get(name) for one in several]
            told = next(item for item in items if item is not None)
            rows.append(
                {
                    "name": name,
                    "told": told,
                    "items": items,
                    "cells": ["–" if item is None else cell(item) for item in items],
                    "more": [beside_cell(told, one) for one in more],
                    "pictures": [_interval(item) for item in items],
                }
            )
        question = audits[0].settings.get("checks", {}).get(check, "")
        bare = [row for row in rows if row["told"].name == "not_run"]
        found.append(
            {
                "name": check,
                "anchor": _anchor(check),
                "question": question,
                "rows": [row for row in rows if row not in bare],
                "not_run": [row["told"].reason for row in bare],
                "more": more,
                "worst": _worst(several),
            }
        )
    return found


def _worst(several: Sequence[Mapping[str, Finding]]) -> str:
    from qualmetrics.audit.finding import VERDICTS

    verdicts = {item.verdict for one in several for item in one.values()}
    return max(verdicts, key=VERDICTS.index, default="note")


def _interval(item: Finding | None) -> dict[str, float] | None:
    """Return where a share and its interval lie between 0 and 100; None for what is no share."""
    if item is None or not math.isfinite(item.value):
        return None
    ends = [item.found.low, item.found.high]
    low, high = (end if math.isfinite(end) else item.value for end in ends)
    if not (0 <= low <= high <= 1):
        return None
    return {"at": 100 * item.value, "low": 100 * low, "wide": max(100 * (high - low), 0.5)}


def _facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    from qualmetrics.audit.finding import told

    return [(name.replace("_", " "), told(value)) for name, value in data.items()]


__all__ = ["audit_page"]
