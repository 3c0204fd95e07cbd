"""Scores as other tools show them: a Markdown table, GitHub annotations, SARIF 2.1.0, JUnit XML."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from qualmetrics.cli.judging import ERROR, KNOWN, Verdict
from qualmetrics.cli.writers import Header, Writer, marks
from qualmetrics.corpus.readers import Document
from qualmetrics.corpus.scoring import ScoredBatch

UNREADABLE = "unreadable"
"""Rule of a text that could not be read or scored."""

MOST_RESULTS = 25_000
"""SARIF files with more results in a run are refused by GitHub."""

SUMMARY_BYTES = 1_000_000
"""GitHub takes a summary of 1 MiB for a step."""


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


ALL = "all texts"
"""What a gate on all texts together is about."""


@dataclass(frozen=True)
class Finding:
    """Something to tell of a text, or of all together."""

    document: Document | None
    rule: str
    message: str
    excess: float
    """How far over the limit, as a share of it: what is worst comes first."""
    level: str = "error"


def findings(batch: ScoredBatch, header: Header) -> Iterator[list[Finding]]:
    """Yield for each text what is to be told: why it cannot be read, or the gates it fails."""
    for document, verdicts in zip(batch.documents, header.judge.of(batch), strict=True):
        found = []
        if document.problem:
            found.append(Finding(document, UNREADABLE, document.problem, float("inf")))
        found += [_finding(v, document) for v in verdicts if v.level != KNOWN]
        yield found


def findings_of_all(header: Header) -> list[Finding]:
    """Return what is to be told of all texts together."""
    return [_finding(v, None) for v in header.judge.of_all() if v.level != KNOWN]


def _finding(verdict: Verdict, document: Document | None) -> Finding:
    limit = verdict.check.gate.limit
    excess = abs(verdict.value - limit) / max(abs(limit), 1e-9)
    name = ALL if document is None else document.id
    return Finding(document, verdict.check.key, f"{name}: {verdict}", excess, verdict.level)


def _worst_first(found: Sequence[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.level != ERROR, -f.excess))


class _Markdown:
    """A table, values to three digits as in the table for a terminal."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        last = ["status", "gates"] if header.gated else ["status"]
        names, lines = ["text", *header.columns, *last], "| --- " * len(last)
        stream.write(f"| {' | '.join(names)} |\n| --- {'| ---: ' * len(header.columns)}{lines}|\n")

    def write(self, batch: ScoredBatch) -> None:
        for line in _table_rows(batch, self.header):
            self.stream.write(line + "\n")

    def close(self) -> None:
        for name, signature in self.header.signatures.items():
            self.stream.write(f"\n`{name}: {signature}`\n")


def _table_rows(batch: ScoredBatch, header: Header) -> Iterator[str]:
    for row, verdicts in header.rows(batch):
        values = ["—" if v is None else f"{v:.3g}" for v in row["scores"].values()]
        last = [row["status"], marks(verdicts)] if header.gated else [row["status"]]
        cells = (row["id"], *values, *last)
        shown = (" ".join(str(cell).replace("|", "\\|").split()) for cell in cells)
        yield f"| {' | '.join(shown)} |"


class _Github:
    """Workflow commands, worst first since a step shows ten; the table goes to the summary."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.found: list[Finding] = []
        self.rows: list[str] = []
        self.size = 0

    def write(self, batch: ScoredBatch) -> None:
        for found in findings(batch, self.header):
            self.found += found
        for line in _table_rows(batch, self.header):
            self.size += len(line.encode("utf-8", "replace")) + 1
            if self.size < SUMMARY_BYTES:
                self.rows.append(line)

    def close(self) -> None:
        for finding in _worst_first([*self.found, *findings_of_all(self.header)]):
            document = finding.document
            where = "" if document is None else _place(document)
            title = _property(f"qualmetrics {finding.rule}")
            head = f"::{finding.level} {where}title={title}"
            self.stream.write(f"{head}::{_data(finding.message)}\n")
        path = os.environ.get("GITHUB_STEP_SUMMARY")
        if path:
            with Path(path).open("a", encoding="utf-8", errors="replace") as summary:
                _Markdown(summary, self.header)
                summary.write("".join(row + "\n" for row in self.rows))


def _place(document: Document) -> str:
    return f"file={_property(document.path)},line={document.line or 1},"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


class _Sarif:
    """One run; a rule a metric, and a fingerprint that stays when lines move."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.found: list[Finding] = []

    def write(self, batch: ScoredBatch) -> None:
        for found in findings(batch, self.header):
            self.found += found

    def close(self) -> None:
        from qualmetrics import __version__

        self.found += findings_of_all(self.header)
        worst = _worst_first(self.found)[:MOST_RESULTS]
        driver = {
            "name": "qualmetrics",
            "version": __version__,
            "rules": [self._rule(key) for key in dict.fromkeys(f.rule for f in worst)],
        }
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "results": [_result(finding) for finding in worst],
            "properties": {
                "signatures": dict(self.header.signatures),
                "findings": len(self.found),
            },
        }
        whole = {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }
        json.dump(whole, self.stream, ensure_ascii=True, indent=1)
        self.stream.write("\n")

    def _rule(self, key: str) -> dict[str, Any]:
        scorer = self.header.scorers.get(key)
        text = "The text cannot be read or scored." if scorer is None else scorer.spec.description
        return {"id": key, "shortDescription": {"text": text or key}}


def _result(finding: Finding) -> dict[str, Any]:
    document = finding.document
    path, name = (ALL, ALL) if document is None else (document.path, document.id)
    mark = f"{path}\n{name}\n{finding.rule}".encode("utf-8", "replace")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": finding.message},
        "partialFingerprints": {"qualmetrics/1": sha256(mark).hexdigest()[:32]},
    }
    if document is not None:
        uri = quote(path.encode("utf-8", "replace")) or "text"
        place = {"artifactLocation": {"uri": uri}, "region": {"startLine": document.line or 1}}
        result["locations"] = [{"physicalLocation": place}]
    return result


class _Junit:
    """A test case a text: it fails where it breaks a gate, and is skipped where it has no value."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.cases: list[str] = []
        self.counts = {"failures": 0, "errors": 0, "skipped": 0}

    def write(self, batch: ScoredBatch) -> None:
        for row, found in zip(batch.rows(), findings(batch, self.header), strict=True):
            inside = self._told(found)
            failed = any(finding.level == ERROR for finding in found)
            if not failed and all(value is None for value in row["scores"].values()):
                self.counts["skipped"] += 1
                inside = f"<skipped message={_attribute(row['status'])}/>{inside}"
            self._case(row["path"] or "text", row["id"], inside)

    def _case(self, path: str, name: str, inside: str) -> None:
        names = f"classname={_attribute(path)} name={_attribute(name)}"
        self.cases.append(f"  <testcase {names}>{inside}</testcase>\n")

    def _told(self, found: Sequence[Finding]) -> str:
        """Return the elements of a test case; warnings are what it printed, and it passes."""
        elements = []
        for finding in (f for f in found if f.level == ERROR):
            kind = "error" if finding.rule == UNREADABLE else "failure"
            self.counts[f"{kind}s"] += 1
            message, rule = _attribute(finding.message), _attribute(finding.rule)
            elements.append(f"<{kind} message={message} type={rule}/>")
        warned = "\n".join(f"warning: {f.message}" for f in found if f.level != ERROR)
        printed = f"<system-out>{_content(warned)}</system-out>" if warned else ""
        return "".join(elements) + printed

    def close(self) -> None:
        whole = findings_of_all(self.header)
        if whole:
            self._case(ALL, ALL, self._told(whole))
        counts = " ".join(f'{name}="{count}"' for name, count in self.counts.items())
        self.stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
        self.stream.write(f' <testsuite name="qualmetrics" tests="{len(self.cases)}" {counts}>\n')
        self.stream.writelines(self.cases)
        self.stream.write(" </testsuite>\n</testsuites>\n")


def _attribute(text: str) -> str:
    """Quote for XML; characters that no XML file may hold become U+FFFD."""
    from xml.sax.saxutils import quoteattr  # writes only, parses nothing

    return quoteattr(_NO_XML.sub("\ufffd", text))


def _content(text: str) -> str:
    from xml.sax.saxutils import escape  # writes only, parses nothing

    return escape(_NO_XML.sub("\ufffd", text))


WRITERS: Mapping[str, Callable[[TextIO, Header], Writer]] = {
    "markdown": _Markdown,
    "github": _Github,
    "sarif": _Sarif,
    "junit": _Junit,
}
