"""Scores as other tools show them: a Markdown table, GitHub annotations, SARIF 2.1.0, JUnit XML."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from qualmetrics.cli.writers import Header, Writer
from qualmetrics.corpus.readers import Document
from qualmetrics.corpus.scoring import ScoredBatch

UNREADABLE = "unreadable"
"""Rule of a text that could not be read or scored."""

MOST_RESULTS = 25_000
"""SARIF files with more results in a run are refused by GitHub."""

SUMMARY_BYTES = 1_000_000
"""GitHub takes a summary of 1 MiB for a step."""


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Finding:
    """Something to tell of a text."""

    document: Document
    rule: str
    message: str
    excess: float
    """How far over the limit, as a share of it: what is worst comes first."""


def findings(batch: ScoredBatch, header: Header) -> Iterator[list[Finding]]:
    """Yield for each text what is to be told: why it cannot be read, or the gates it fails."""
    columns = [(gate, key, batch.scores[key]) for gate, key in header.gates]
    primaries = [(g, key, s.primary.tolist(), s.status.tolist()) for g, key, s in columns]
    for i, document in enumerate(batch.documents):
        found = []
        if document.problem:
            found.append(Finding(document, UNREADABLE, document.problem, float("inf")))
        for gate, key, values, statuses in primaries:
            if gate.fails(values[i], statuses[i]):
                excess = abs(values[i] - gate.limit) / max(abs(gate.limit), 1e-9)
                text = f"{document.id}: {key} is {values[i]:.4g} ({gate})"
                found.append(Finding(document, key, text, excess))
        yield found


class _Markdown:
    """A table, values to three digits as in the table for a terminal."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        names = ["text", *header.columns, "status"]
        stream.write(f"| {' | '.join(names)} |\n| --- {'| ---: ' * len(header.columns)}| --- |\n")

    def write(self, batch: ScoredBatch) -> None:
        for row in batch.rows():
            self.stream.write(_table_row(row) + "\n")

    def close(self) -> None:
        for name, signature in self.header.signatures.items():
            self.stream.write(f"\n`{name}: {signature}`\n")


def _table_row(row: Mapping[str, Any]) -> str:
    values = ["—" if v is None else f"{v:.3g}" for v in row["scores"].values()]
    cells = [row["id"], *values, row["status"]]
    shown = (" ".join(str(cell).replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(shown)} |"


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
        for row in batch.rows():
            line = _table_row(row)
            self.size += len(line.encode("utf-8", "replace")) + 1
            if self.size < SUMMARY_BYTES:
                self.rows.append(line)

    def close(self) -> None:
        for finding in sorted(self.found, key=lambda f: -f.excess):
            document = finding.document
            where = f"file={_property(document.path)},line={document.line or 1}"
            title = _property(f"qualmetrics {finding.rule}")
            self.stream.write(f"::error {where},title={title}::{_data(finding.message)}\n")
        path = os.environ.get("GITHUB_STEP_SUMMARY")
        if path:
            with Path(path).open("a", encoding="utf-8", errors="replace") as summary:
                _Markdown(summary, self.header)
                summary.write("".join(row + "\n" for row in self.rows))


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

        worst = sorted(self.found, key=lambda f: -f.excess)[:MOST_RESULTS]
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
    name = f"{document.path}\n{document.id}\n{finding.rule}".encode("utf-8", "replace")
    uri = quote(document.path.encode("utf-8", "replace")) or "text"
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": document.line or 1}}
    return {
        "ruleId": finding.rule,
        "level": "error",
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"qualmetrics/1": sha256(name).hexdigest()[:32]},
    }


class _Junit:
    """A test case a text: it fails where it breaks a gate, and is skipped where it has no value."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self.stream, self.header = stream, header
        self.cases: list[str] = []
        self.counts = {"failures": 0, "errors": 0, "skipped": 0}

    def write(self, batch: ScoredBatch) -> None:
        for row, found in zip(batch.rows(), findings(batch, self.header), strict=True):
            inside = [self._told(finding) for finding in found]
            if not found and all(value is None for value in row["scores"].values()):
                self.counts["skipped"] += 1
                inside = [f"<skipped message={_attribute(row['status'])}/>"]
            names = f"classname={_attribute(row['path'] or 'text')} name={_attribute(row['id'])}"
            self.cases.append(f"  <testcase {names}>{''.join(inside)}</testcase>\n")

    def _told(self, finding: Finding) -> str:
        kind = "error" if finding.rule == UNREADABLE else "failure"
        self.counts[f"{kind}s"] += 1
        message, rule = _attribute(finding.message), _attribute(finding.rule)
        return f"<{kind} message={message} type={rule}/>"

    def close(self) -> None:
        counts = " ".join(f'{name}="{count}"' for name, count in self.counts.items())
        self.stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
        self.stream.write(f' <testsuite name="qualmetrics" tests="{len(self.cases)}" {counts}>\n')
        self.stream.writelines(self.cases)
        self.stream.write(" </testsuite>\n</testsuites>\n")


def _attribute(text: str) -> str:
    """Quote for XML; characters that no XML file may hold become U+FFFD."""
    from xml.sax.saxutils import quoteattr  # writes only, parses nothing

    return quoteattr(_NO_XML.sub("\ufffd", text))


WRITERS: Mapping[str, Callable[[TextIO, Header], Writer]] = {
    "markdown": _Markdown,
    "github": _Github,
    "sarif": _Sarif,
    "junit": _Junit,
}
