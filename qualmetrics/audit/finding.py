"""What an audit says: one finding a number, with its interval, its verdict and the reason for it.

``Audit`` is what ``audit`` returns: JSON for machines, Markdown and HTML for people, and ``worse``
for a baseline in CI.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import Estimate

SCHEMA = "qualmetrics-audit/1"
VERDICTS = ("note", "pass", "warn", "fail")
"""From nothing to worry about, to what must be looked at; ``note`` judges nothing."""
BETTER = ("", "higher", "lower")
FEW = 10
"""Fewer texts, pairs or groups than this are measured, but not judged."""


@dataclass(frozen=True)
class Finding:
    """One number about a scorer, and what it means.

    ``found`` carries value, interval, ``n`` and ``n_undefined``; NaN where nothing could be
    measured, and then ``reason`` says what is missing. ``threshold`` and ``reason`` are words for a
    reader: where the line is, and why there. ``better`` says which way the value should move, for a
    comparison with an earlier audit; empty where it judges nothing. ``details`` is JSON-able and
    holds no text of the material.
    """

    check: str
    name: str
    found: Estimate
    verdict: str = "note"
    threshold: str = ""
    reason: str = ""
    better: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or self.better not in BETTER:
            raise InputError(
                f"{self.check}.{self.name}: verdict {self.verdict!r} and better {self.better!r}; "
                f"expected one of {', '.join(VERDICTS)} and one of higher, lower or nothing"
            )
        object.__setattr__(self, "details", dict(self.details))

    @property
    def value(self) -> float:
        """The number itself."""
        return self.found.value

    @property
    def key(self) -> tuple[str, str]:
        """What it is called: check and name."""
        return self.check, self.name

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data; undefined numbers are None."""
        return {
            "check": self.check,
            "name": self.name,
            **self.found.to_dict(),
            "verdict": self.verdict,
            "threshold": self.threshold,
            "reason": self.reason,
            "better": self.better,
            "details": plain(self.details),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """Read one back.

        Raises
        ------
        InputError
            For what is no finding.
        """
        try:
            value, low, high = (_number(data[key]) for key in ("value", "low", "high"))
            found = Estimate(value, low, high, int(data["n"]), int(data["n_undefined"]))
            rest = {k: data[k] for k in ("verdict", "threshold", "reason", "better", "details")}
            return cls(str(data["check"]), str(data["name"]), found, **rest)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"no finding of an audit: {type(error).__name__} {error}") from None


def single(value: float, n: int, n_undefined: int = 0) -> Estimate:
    """Return a number that was counted, not sampled: its interval is NaN."""
    return Estimate(float(value), math.nan, math.nan, n, n_undefined)


def missing(check: str, reason: str, name: str = "not_run", n_undefined: int = 0) -> Finding:
    """Return the note of a check that could not run: ``reason`` says what it needs."""
    return Finding(check, name, single(math.nan, 0, n_undefined), reason=reason)


def verdict_of(found: Estimate, *, warn: float, fail: float) -> str:
    """Return pass, warn or fail by where a value lies; NaN is a note.

    Where ``warn < fail`` high values are bad, else low ones. A limit is passed when the value
    reaches it.

    Examples
    --------
    >>> verdict_of(single(0.3, 10), warn=0.2, fail=0.5)
    'warn'
    >>> verdict_of(single(0.3, 10), warn=0.8, fail=0.5)
    'fail'
    """
    if warn == fail:
        raise InputError("warn and fail must differ: their order says which way is bad")
    if not math.isfinite(found.value):
        return "note"
    turn = 1 if warn < fail else -1
    value = turn * found.value
    return "fail" if value >= turn * fail else "warn" if value >= turn * warn else "pass"


@dataclass(frozen=True)
class Audit:
    """All findings about one scorer, and what they depend on."""

    scorer: str
    signature: str
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Seed, draws, sample, checks, version of this library, direction and why."""
    material: Mapping[str, Any] = field(default_factory=dict)
    """What was read and left out, in numbers."""

    def get(self, check: str, name: str) -> Finding:
        """Return one finding.

        Raises
        ------
        InputError
            With what there is.
        """
        for item in self.findings:
            if item.key == (check, name):
                return item
        there = [".".join(item.key) for item in self.findings if item.check == check]
        raise InputError(f"no finding {check}.{name}; of {check} there are: {', '.join(there)}")

    @property
    def counts(self) -> dict[str, int]:
        """How many findings of each verdict there are, the worst first."""
        found = Counter(item.verdict for item in self.findings)
        return {verdict: found[verdict] for verdict in reversed(VERDICTS)}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        return {
            "schema": SCHEMA,
            "scorer": self.scorer,
            "signature": self.signature,
            "settings": plain(self.settings),
            "material": plain(self.material),
            "verdicts": self.counts,
            "findings": [item.to_dict() for item in self.findings],
        }

    def to_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Audit:
        """Read an audit back, such as a baseline.

        Raises
        ------
        InputError
            For another schema, or what is no audit.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            what = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise InputError(f"expected an audit ({SCHEMA}); got {what!r}")
        return cls(
            str(data.get("scorer", "")),
            str(data.get("signature", "")),
            tuple(Finding.from_dict(item) for item in data.get("findings", ())),
            dict(data.get("settings", {})),
            dict(data.get("material", {})),
        )

    def worse(self, baseline: Audit) -> list[str]:
        """Return, in words, every finding that got worse since ``baseline``; empty where none did.

        Worse is a verdict further up in ``VERDICTS`` than before, a value that moved the wrong way
        out of the old interval, or a finding that did not fail and is not measured any more. An
        interval of no width says nothing about noise: then the new one must leave the old value
        out, and what should be low may rise as long as it passes. Checks that were not asked for
        now are left alone.
        """
        ran = {item.check for item in self.findings}
        old = {item.key: item for item in baseline.findings if item.check in ran}
        new = {item.key: item for item in self.findings}
        found = [
            f"{'.'.join(key)} was {before.verdict} and is not measured any more"
            for key, before in old.items()
            if before.verdict in ("pass", "warn") and (key not in new or new[key].verdict == "note")
        ]
        return found + [
            f"{'.'.join(key)}: {said}"
            for key, item in new.items()
            if key in old and (said := _worse(old[key], item))
        ]

    def to_markdown(self) -> str:
        """Return one page: what was found, worst first in the summary, a table for each check."""
        return "\n".join(_page([self])) + "\n"

    def to_html(self) -> str:
        """Return one self-contained HTML page.

        Raises
        ------
        MissingExtraError
            Without the extra ``report``.
        """
        from qualmetrics.report.audit import audit_page

        return audit_page([self])


def read_audits(path: str | Path) -> dict[str, Audit]:
    """Read what ``to_json`` wrote, of one scorer or of several, by the scorer's name.

    Raises
    ------
    InputError
        When the file cannot be read, or holds no audit.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as an audit: {error}") from None
    several = data.get("audits") if isinstance(data, Mapping) else None
    made = [Audit.from_dict(item) for item in (several if isinstance(several, list) else [data])]
    return {audit.scorer: audit for audit in made}


@dataclass(frozen=True)
class Comparison:
    """Audits of several scorers over the same material, side by side."""

    audits: tuple[Audit, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        return {"schema": f"{SCHEMA}-comparison", "audits": [a.to_dict() for a in self.audits]}

    def to_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return one page with a column for each scorer."""
        return "\n".join(_page(self.audits)) + "\n"

    def to_html(self) -> str:
        """Return one self-contained HTML page.

        Raises
        ------
        MissingExtraError
            Without the extra ``report``.
        """
        from qualmetrics.report.audit import audit_page

        return audit_page(self.audits)


def _worse(before: Finding, after: Finding) -> str:
    if before.verdict == "note" or after.verdict == "note":
        return ""
    if VERDICTS.index(after.verdict) > VERDICTS.index(before.verdict):
        return (
            f"{before.verdict} -> {after.verdict} ({number(before.value)} -> {number(after.value)})"
        )
    old, new = before.found, after.found
    if old.low < old.high:
        fell, rose = new.value < old.low, new.value > old.high
    else:  # no interval, or one of no width: only the new one tells noise from a change
        fell = new.high < old.value
        rose = new.low > old.value and after.verdict != "pass"
    if not (fell if after.better == "higher" else rose and after.better == "lower"):
        return ""
    return f"{number(old.value)} -> {number(new.value)}, outside of {_interval(old)}"


def _interval(found: Estimate) -> str:
    if not math.isfinite(found.low):
        return number(found.value)
    return f"[{number(found.low)}, {number(found.high)}]"


# -- words ----------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Return a number as tables show it."""
    if not math.isfinite(value):
        return "–"
    if 1e-12 < abs(value) < 5e-4:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:,.0f}"


def percentile(value: float) -> str:
    """Return a share as a place among others: 0.915 -> ``91st percentile``."""
    whole = math.floor(100 * value + 1e-9)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th") if whole % 100 // 10 != 1 else "th"
    return f"{whole}{ending} percentile"


def cell(item: Finding) -> str:
    """Return value and interval as tables show them."""
    if item.details.get("unit") == "percentile" and math.isfinite(item.value):
        return percentile(item.value)
    text = number(item.value)
    if math.isfinite(item.found.low) and math.isfinite(item.found.high):
        text += f" [{number(item.found.low)}, {number(item.found.high)}]"
    return text


def by_check(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each check, in order."""
    found: dict[str, list[Finding]] = {}
    for item in findings:
        found.setdefault(item.check, []).append(item)
    return found


def _page(audits: Sequence[Audit]) -> Iterator[str]:
    yield f"# Audit of {', '.join(audit.scorer for audit in audits)}"
    yield ""
    for audit in audits:
        counts = ", ".join(f"{n} {verdict}" for verdict, n in audit.counts.items() if n)
        yield f"- **{audit.scorer}**: {counts or 'nothing measured'}. `{audit.signature}`"
        if audit.settings.get("direction"):
            yield f"  {audit.settings['direction']}"
    yield ""
    yield from _bottom(audits)
    yield from _words(audits)
    if len(audits) == 1:
        yield from _bad(audits)
    yield from _tables(audits)
    yield "## Material and settings"
    yield ""
    for audit in audits[:1]:
        for name, value in {**audit.material, **audit.settings}.items():
            if name not in ("direction", "checks"):
                yield f"- {name}: {told(value)}"


def _words(audits: Sequence[Audit]) -> Iterator[str]:
    from qualmetrics.audit.words import in_words

    for audit in audits:
        sentences = in_words(audit)
        if sentences:
            yield "## In words" if len(audits) == 1 else f"## In words: {audit.scorer}"
            yield ""
            yield from (f"- {sentence}" for sentence in sentences)
            yield ""


def _bottom(audits: Sequence[Audit]) -> Iterator[str]:
    from qualmetrics.audit.bottom_line import bottom_line, matrix

    yield "## Bottom line"
    yield ""
    for audit in audits:
        name = f"{audit.scorer}: " if len(audits) > 1 else ""
        yield from (f"- {name}{line}" for line in bottom_line(audit))
    yield ""
    if len(audits) > 1:
        yield f"| check, worst verdict and how often | {' | '.join(a.scorer for a in audits)} |"
        yield f"|---|{'---|' * len(audits)}"
        for check, row in matrix(audits).items():
            yield f"| {check} | {' | '.join(row)} |"
        yield ""


def _bad(audits: Sequence[Audit]) -> Iterator[str]:
    from qualmetrics.audit.bottom_line import by_gravity

    for verdict in ("fail", "warn"):
        for audit in audits:
            items = by_gravity([i for i in audit.findings if i.verdict == verdict])
            if not items:
                continue
            yield f"## {verdict.capitalize()}: {audit.scorer}"
            yield ""
            for item in items:
                line = f"{cell(item)} (wanted: {item.threshold}). {item.reason}"
                yield f"- **{item.check}: {item.name}** {line}"
            yield ""


def _tables(audits: Sequence[Audit]) -> Iterator[str]:
    from qualmetrics.audit.bottom_line import by_gravity

    grouped = [by_check(by_gravity(audit.findings)) for audit in audits]
    for check in dict.fromkeys(name for one in grouped for name in one):
        yield f"## {check}"
        yield ""
        question = audits[0].settings.get("checks", {}).get(check)
        if question:
            yield question
            yield ""
        several = [{item.name: item for item in one.get(check, ())} for one in grouped]
        rows = dict.fromkeys(name for one in several for name in one)
        if len(audits) == 1:
            yield from _table(list(several[0].values()))
        else:
            yield f"| finding | {' | '.join(audit.scorer for audit in audits)} | wanted |"
            yield f"|---|{'---:|' * len(audits)}---|"
            for name in rows:
                there = [one.get(name) for one in several]
                cells = ["–" if i is None else f"{i.verdict} {cell(i)}" for i in there]
                wanted = next((i.threshold for i in there if i is not None), "")
                yield f"| {name} | {' | '.join(cells)} | {wanted} |"
        yield ""


def beside(items: Sequence[Finding]) -> list[str]:
    """Return the names of the numbers that stand beside some findings of a check, in order."""
    return list(dict.fromkeys(name for item in items for name in item.details.get("beside", ())))


def beside_cell(item: Finding, name: str) -> str:
    """Return such a number as tables show it; empty where the finding has none."""
    found = item.details.get("beside", {}).get(name)
    return "" if found is None else number(_number(found["value"]))


def _table(items: Sequence[Finding]) -> Iterator[str]:
    names = beside(items)
    more = "".join(f" {name} |" for name in names)
    yield f"| finding | verdict | value |{more} n | undefined | wanted |"
    yield f"|---|---|---:|{'---:|' * len(names)}---:|---:|---|"
    for item in items:
        more = "".join(f" {beside_cell(item, name)} |" for name in names)
        counts = f"{item.found.n:,} | {item.found.n_undefined:,}"
        wanted = item.threshold or item.reason
        yield f"| {item.name} | {item.verdict} | {cell(item)} |{more} {counts} | {wanted} |"


def told(value: Any) -> str:
    """Return counts and settings in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {told(item)}" for key, item in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return "; ".join(map(told, value)) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def plain(value: Any) -> Any:
    """Return JSON-able data; numbers that are not finite are None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
