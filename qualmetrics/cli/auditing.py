"""``audit NAME... --pairs FILE``: what fools a scorer and what it measures, beside a baseline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qualmetrics.errors import InputError, cannot_write

FORMATS = {".json": "json", ".md": "md", ".html": "html", ".htm": "html"}
SHOWN = ("table", "json", "md", "html")


@dataclass(frozen=True)
class Request:
    """What was typed."""

    names: tuple[str, ...]
    pairs: tuple[str, ...]
    checks: tuple[str, ...]
    better: str | None
    pairwise: bool
    fields: tuple[str, ...]
    covariates: tuple[str, ...]
    parameters: tuple[str, ...]
    lang: str
    seed: int
    draws: int
    sample: int
    rate: float
    gold: str | None
    baseline: str | None
    output_format: str | None
    output: str | None


def audit_scorers(request: Request) -> int:
    """Audit, print or write, and compare with the baseline; return the exit code."""
    from qualmetrics.audit import Settings, compare, read_audits, read_material, subject_of
    from qualmetrics.cli import GATE_FAILED, OK
    from qualmetrics.cli.beside import parameters

    shown = _format(request)
    before = None if request.baseline is None else read_audits(request.baseline)
    told = Settings(
        seed=request.seed,
        draws=request.draws,
        sample=request.sample,
        rate=request.rate,
        lang=request.lang,
        covariates=request.covariates,
        options={} if request.gold is None else {"gold": subject_of(request.gold)},
    )
    for name in request.names:
        if name.endswith((".csv", ".tsv", ".jsonl", ".gz")):
            raise InputError(f"{name} is no scorer; of several files, each has its own --pairs")
    material = read_material(list(request.pairs), **_fields(request.fields))
    _warn_of_rows(material, request.lang)
    subjects = [
        subject_of(
            name,
            better=request.better,
            pairwise=True if request.pairwise else None,
            lang=None if request.lang == "en" else request.lang,
            parameters=parameters(request.parameters),
        )
        for name in request.names
    ]
    for subject in subjects:
        _check_baseline(subject, before)
        _check_values(subject, material)
    checks = [part.strip() for one in request.checks for part in one.split(",") if part.strip()]
    if request.checks and not checks:
        raise InputError(
            "--checks is empty; name some, such as accuracy,degenerate, or leave it out"
        )
    made = compare(subjects, material, checks=checks or None, settings=told, watch=_watch)
    _done()
    for subject in subjects:
        _warn_of_raised(subject)
    one = made.audits[0] if len(made.audits) == 1 else made
    _write(request, shown, one, made.audits)
    if before is None:
        return OK
    return GATE_FAILED if _worse(made.audits, before) else OK


def _format(request: Request) -> str:
    """Return what is written: as was typed, or by the suffix of the file."""
    if request.output_format is not None:
        if request.output_format not in SHOWN:
            raise InputError(f"--format {request.output_format!r} is not one of {', '.join(SHOWN)}")
        return request.output_format
    if request.output is None:
        return "table"
    suffix = Path(request.output).suffix
    if suffix not in FORMATS:
        raise InputError(
            f"cannot tell the format of {request.output!r}: end it with {', '.join(FORMATS)}, or "
            "add --format"
        )
    return FORMATS[suffix]


def _fields(given: Sequence[str]) -> dict[str, Any]:
    known = ("prompt", "chosen", "rejected", "text", "label", "group", "reference")
    found: dict[str, Any] = {}
    for item in given:
        key, sign, value = item.partition("=")
        if not sign or not value or key not in known:
            raise InputError(f"--field takes NAME=FIELD, NAME one of {', '.join(known)}: {item!r}")
        found[key] = value
    return found


def _watch(told: str) -> None:
    """Show on a terminal what is at work."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{told}")
        sys.stderr.flush()


def _done() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _warn_of_raised(subject: Any) -> None:
    from qualmetrics.cli.messages import warn

    for kind, said in subject.said.items():
        warn(f"{subject.name} {kind}; the first said: {said or 'nothing'}")


def _warn_of_rows(material: Any, lang: str) -> None:
    from qualmetrics.cli.messages import warn

    left_out = material.report.get("rows_left_out", {})
    if left_out:
        told = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
        first = material.report.get("places", ["?"])[0]
        warn(f"{sum(left_out.values()):,} rows left out: {told}. The first: {first}")
    unknown = material.languages(lang)[1]
    if unknown:
        told = ", ".join(f"{count:,} of {code!r}" for code, count in unknown.items())
        warn(f"no rules for the language of some texts ({told}); they are counted as {lang}")


def _check_baseline(subject: Any, before: Any) -> None:
    """Refuse a gate that would compare nothing, or a value with its opposite."""
    if before is None:
        return
    old = before.get(subject.name)
    if old is None:
        raise InputError(
            f"the baseline has no audit of {subject.name}; it has {', '.join(before)}. Write a new "
            "one: the same command without --baseline, with -o FILE.json"
        )
    better = old.settings.get("better")
    if better != subject.better:
        raise InputError(
            f"{subject.name}: {better} was better in the baseline, now {subject.better} is; add "
            f"--better {better}, or write a new baseline"
        )


def _check_values(subject: Any, material: Any) -> None:
    """Refuse a scorer that gives no text a value: there is nothing to audit, only to repair."""
    from qualmetrics.audit.basics import rows_of

    if subject.pairwise or subject.lacks(material.rows()):
        return  # the audit itself says what is missing
    scored = subject.score(rows_of(subject, material))
    if scored.undefined.all():
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in scored.problems.items())
        said = next((f". It said: {s}" for s in subject.said.values() if s), "")
        raise InputError(f"{subject.name} gives no text a value: {reasons}{said}")


def _write(request: Request, shown: str, one: Any, audits: Sequence[Any]) -> None:
    if shown != "table":
        text = {"json": one.to_json, "md": one.to_markdown, "html": one.to_html}[shown]()
        if request.output is None:
            sys.stdout.write(text)
            return
        try:
            Path(request.output).write_text(text, encoding="utf-8")
        except OSError as error:
            raise cannot_write(request.output, error) from None
    elif request.output is not None:
        raise InputError("--format table goes to the terminal; for a file take json, md or html")
    _print(audits)
    if request.output is not None:
        sys.stdout.write(f"\n{request.output}\n")


def _print(audits: Sequence[Any]) -> None:
    """Print what fails and what to look at; the rest is counted."""
    from rich.text import Text

    from qualmetrics.audit.bottom_line import bottom_line, by_gravity
    from qualmetrics.audit.finding import cell
    from qualmetrics.audit.words import in_words
    from qualmetrics.cli.table import console, plain_table, show

    out = console(sys.stdout)
    if len(audits) > 1:
        _print_matrix(out, audits)
    for audit in audits:
        counts = ", ".join(f"{n} {verdict}" for verdict, n in audit.counts.items() if n)
        out.print(Text(f"{audit.scorer}: {counts}", style="bold"), soft_wrap=True)
        out.print(Text(f"{audit.signature}. {audit.settings['direction']}"), soft_wrap=True)
        for line in bottom_line(audit):
            out.print(Text(line, style="bold"), soft_wrap=True)
        if len(audits) > 1:
            out.print()
            continue
        for sentence in in_words(audit):
            out.print(Text(f"- {sentence}"), soft_wrap=True)
        order = by_gravity(audit.findings)
        bad = [i for verdict in ("fail", "warn") for i in order if i.verdict == verdict]
        if bad:
            out.print()
            table = plain_table("verdict", "check", "finding", "value", "wanted", left=3)
            table.columns[-1].justify = "left"
            for item in bad:
                words = (item.verdict, item.check, item.name, cell(item), item.threshold)
                table.add_row(*map(Text, words))
            show(out, table)
        skipped = [i for i in audit.findings if i.name == "not_run"]
        if skipped:
            out.print()
            for item in skipped:
                out.print(Text(f"not run: {item.check}. {item.reason}"), soft_wrap=True)
        out.print()
    facts = audits[0].material
    told = f"{facts['texts']:,} texts, {facts['groups']:,} groups, {facts['pairs']:,} pairs"
    out.print(Text(f"{told}. All numbers: --format md, json or html."), soft_wrap=True)


def _print_matrix(out: Any, audits: Sequence[Any]) -> None:
    """Print the worst verdict of each check by each scorer, and how many findings have it."""
    from rich.text import Text

    from qualmetrics.audit.bottom_line import matrix
    from qualmetrics.cli.table import plain_table, show

    found = matrix(audits)
    if not found:  # nothing was judged, which the bottom lines say
        return
    table = plain_table("check", *(audit.scorer for audit in audits), left=1 + len(audits))
    for check, row in found.items():
        table.add_row(*map(Text, (check, *row)))
    show(out, table)
    out.print()


def _worse(audits: Sequence[Any], before: Any) -> bool:
    from qualmetrics.cli.messages import gate_failed, warn

    worse = False
    for audit in audits:
        old = before[audit.scorer]
        judged = dict.fromkeys(item.check for item in old.findings if item.verdict != "note")
        asked = audit.settings.get("checks", {})
        dropped = [
            check
            for check in judged
            if check.partition(":")[0] not in {name.partition(":")[0] for name in asked}
        ]
        if dropped:
            warn(f"{audit.scorer}: not compared, for they did not run now: {', '.join(dropped)}")
        for key in ("seed", "sample", "draws", "rate"):
            if old.settings.get(key) != audit.settings.get(key):
                told = f"{old.settings.get(key)!r} there, {audit.settings.get(key)!r} here"
                warn(f"{audit.scorer}: another {key} than in the baseline ({told})")
        if old.material.get("texts") != audit.material.get("texts"):
            warn(f"{audit.scorer}: other texts than in the baseline")
        for line in audit.worse(old):
            gate_failed(f"{audit.scorer}: {line}")
            worse = True
    return worse
