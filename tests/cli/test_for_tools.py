"""Gates on all texts, and the formats that other tools show."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
ROWS = """{"id": "one", "text": "One."}
{"id": "three|x", "text": "One two three."}
broken
{"id": "none", "text": "..."}
{"id": "four \\u0001<&", "text": "One two three four."}
"""


@pytest.fixture
def score(qm: Run, tmp_path: Path) -> Run:
    """Score rows of 1, 3 and 4 words, one that is broken and one without words."""
    (tmp_path / "a, b.jsonl").write_text(ROWS)
    return lambda *arguments: qm("score", "a, b.jsonl", "-m", "fkgl,words", "-q", *arguments)


@pytest.mark.parametrize(
    ("gate", "shown"),
    [
        ("mean(words)>2.6", "2.667 (mean(words)>2.6)"),
        ("mean(words)>2.7", ""),
        ("max(words) >= 4", "4 (max(words)>=4)"),
        ("median(words)<3.5", "3 (median(words)<3.5)"),
        ("p50(words)>2", "3 (p50(words)>2)"),
        ("share(words>2)>0.6", "0.6667 (share(words>2)>0.6)"),
        ("share(words>2)>0.7", ""),
    ],
)
def test_a_gate_on_all_texts_counts_those_with_a_value(qm: Run, gate: str, shown: str) -> None:
    texts = [part for text in ("One.", "A b c.", "A b c d.", "") for part in ("--text", text)]
    ran = qm("score", *texts, "-m", "sentences", "--fail-if", gate.replace("p50", "p50"))
    assert ran.code == (1 if shown else 0)
    assert ran.err == (f"qualmetrics: gate failed: all texts: {shown}\n" if shown else "")


def test_a_gate_that_cannot_be_read_says_what_can(score: Run) -> None:
    ran = score("--fail-if", "mean(words>2)>3")
    assert (ran.code, "share(fkgl>9)>0.1" in ran.err) == (2, True)


def test_a_share_without_a_condition_is_told_what_it_takes(qm: Run) -> None:
    ran = qm("score", "--text", "One.", "-m", "words", "--fail-if", "share(words)>0.1")
    assert (ran.code, "share(...) takes a condition, as in share(words>9)>0.1" in ran.err) == (
        2,
        True,
    )


def test_github_annotations_name_file_and_line_worst_first(
    score: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    ran = score("--format", "github", "--fail-if", "words>2")
    lines = ran.out.splitlines()
    assert [line.split("::")[1].split(",title")[0] for line in lines] == [
        "error file=a%2C b.jsonl,line=3",
        "error file=a%2C b.jsonl,line=5",
        "error file=a%2C b.jsonl,line=2",
    ]
    assert lines[2].endswith("::three|x: words is 3 (words>2)")
    summary = (tmp_path / "summary.md").read_text().splitlines()
    assert (len(summary), "three\\|x" in summary[3]) == (7, True)


def test_sarif_has_a_rule_a_metric_and_stable_fingerprints(score: Run) -> None:
    whole = json.loads(score("--format", "sarif", "--fail-if", "words>2").out)
    (run,) = whole["runs"]
    assert whole["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["unreadable", "words"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert [place["region"]["startLine"] for place in places] == [3, 5, 2]
    assert places[0]["artifactLocation"]["uri"] == "a%2C%20b.jsonl"
    marks = [r["partialFingerprints"]["qualmetrics/1"] for r in run["results"]]
    assert len(set(marks)) == 3
    again = json.loads(score("--format", "sarif", "--fail-if", "words>2").out)
    assert [r["partialFingerprints"]["qualmetrics/1"] for r in again["runs"][0]["results"]] == marks


def test_junit_is_xml_with_a_case_a_text(score: Run) -> None:
    written = score("--format", "junit", "--fail-if", "words>2").out
    suite = ET.fromstring(written)[0]  # noqa: S314 - our own
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "2", "errors": "1", "skipped": "1"}
    assert [case.get("name") for case in suite][-1] == "four \ufffd<&"


def test_a_markdown_table_has_a_row_a_text(score: Run, tmp_path: Path) -> None:
    score("-o", "table.md")
    lines = (tmp_path / "table.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "| text | fkgl | words | status |"
    assert lines[3] == "| three\\|x | -2.62 | 3 | ok |"
    assert lines[4].endswith("| — | — | error |")
