"""--baseline lets pass what failed before and is no worse; --warn-if only tells."""

import json
import shlex
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
GATE = ("-m", "words", "--fail-if", "words>3")
RUN = ("--format", "parquet", "-o", "run", "--new-run", "--workers", "0")


def words(n: int) -> str:
    return " ".join(["one"] * n) + "."


def write(folder: Path, **texts: int) -> None:
    """Write files of so many words."""
    for name, n in texts.items():
        (folder / f"{name}.txt").write_text(words(n))


def rows(path: Path, *pairs: tuple[str, int]) -> None:
    """Write rows of an id and so many words."""
    lines = (json.dumps({"id": name, "text": words(n)}) for name, n in pairs)
    path.write_text("".join(line + "\n" for line in lines))


@pytest.fixture
def folder(qm: Run, tmp_path: Path) -> Path:
    """A folder of three texts, and a baseline in which two of them are."""
    docs = tmp_path / "docs"
    docs.mkdir()
    write(docs, good=2, bad=5, worst=9)
    ran = qm("score", "docs", *GATE, "--write-baseline", "base.json")
    assert (ran.code, ran.err) == (0, "qualmetrics: base.json holds 2 texts that fail a gate\n")
    return docs


@pytest.mark.parametrize("run", [(), RUN])
def test_what_is_no_worse_passes_and_what_is_worse_or_new_does_not(
    qm: Run, folder: Path, run: tuple[str, ...]
) -> None:
    hold = ("score", "docs", *GATE, "--baseline", "base.json", "-q", *run)
    assert (qm(*hold).code, qm(*hold).err) == (0, "")
    write(folder, worst=10, new=4)
    ran = qm(*hold)
    assert (ran.code, ran.err.splitlines()) == (
        1,
        [
            "qualmetrics: gate failed: docs/new.txt: words is 4 (words>3)",
            (
                "qualmetrics: gate failed: docs/worst.txt: words is 10, worse than 9 in the "
                "baseline (words>3)"
            ),
        ],
    )


@pytest.mark.parametrize("run", [(), RUN])
def test_what_the_file_could_do_without_is_said_with_the_command(
    qm: Run, folder: Path, run: tuple[str, ...]
) -> None:
    hold = ("score", "docs", *GATE, *run)
    write(folder, bad=3, worst=8)
    ran = qm(*hold, "--baseline", "base.json")
    said = [line for line in ran.err.splitlines() if "baseline:" in line]
    assert ran.code == 0
    assert said[:2] == [
        "qualmetrics: baseline: docs/bad.txt passes: words is 3, was 5",
        "qualmetrics: baseline: docs/worst.txt is better: words is 8, was 9",
    ]
    typed = shlex.split(said[2].partition("type: qualmetrics ")[2])
    assert typed == [*hold, "--write-baseline", "base.json"]
    assert qm(*typed).code == 0
    write(folder, worst=9)
    assert qm(*hold, "--baseline=base.json").code == 1
    (folder / "worst.txt").unlink()
    assert "docs/worst.txt is gone" in qm(*hold, "--baseline", "base.json").err


def test_nothing_is_said_of_files_that_were_not_scored_and_they_stay_in_the_file(
    qm: Run, folder: Path
) -> None:
    ran = qm("score", "docs/bad.txt", *GATE, "--baseline", "base.json")
    assert (ran.code, ran.err) == (0, "")
    write(folder, bad=6)
    ran = qm("score", "docs/bad.txt", *GATE, "--write-baseline", "base.json")
    assert ran.err.endswith("fail a gate; 1 others stay\n")
    assert qm("score", "docs", *GATE, "--baseline", "base.json").code == 0


def test_a_file_that_is_written_for_one_metric_keeps_what_it_says_of_another(
    qm: Run, folder: Path
) -> None:
    other = ("-m", "sentences", "--fail-if", "sentences>0")
    (folder / "worst.txt").unlink()
    assert qm("score", "docs", *other, "--write-baseline", "base.json").code == 0
    both = qm("score", "docs", *GATE, *other[2:], "--baseline", "base.json")
    assert (both.code, both.err) == (0, "")
    data = json.loads((folder.parent / "base.json").read_text())
    assert {row["path"]: sorted(row["values"]) for row in data["texts"]} == {
        "docs/bad.txt": ["sentences", "words"],
        "docs/good.txt": ["sentences"],
    }


def test_texts_are_found_from_another_folder_by_another_path_and_alias(
    qm: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qm("score", "docs", "-m", "fkgl", "--fail-if", "fkgl>-9", "--write-baseline", "base.json")
    monkeypatch.chdir(folder)
    same = ("--fail-if", "flesch_kincaid_grade>-9", "--baseline", "../base.json")
    assert qm("score", ".", "-m", "flesch_kincaid_grade", *same).code == 0
    assert qm("score", str(folder), "-m", "fkgl", *same).code == 0


def test_rows_are_known_by_file_and_id_and_two_of_one_id_are_two(qm: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    hold = ("score", "rows.jsonl", *GATE, "-q", "--baseline", "base.json")
    rows(path, ("a", 9), ("b", 4))
    qm("score", "rows.jsonl", *GATE, "--write-baseline", "base.json")
    rows(path, ("c", 1), ("b", 4), ("a", 9))
    assert qm(*hold).code == 0
    rows(path, ("a", 9), ("a", 5), ("b", 4))
    assert qm(*hold).err == "qualmetrics: gate failed: rows.jsonl:2 (a): words is 5 (words>3)\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--rules", "textstat"], "written with words words|words:en/1|v:1, and now it is"),
        (["--markup", "none"], "written with markup auto(markdown/1,html/1), and now it is none"),
        (["--level", "line"], "written with level document, and now it is line"),
    ],
)
@pytest.mark.parametrize("run", [(), RUN])
def test_values_that_cannot_be_compared_are_refused_with_the_command_that_renews(
    qm: Run, folder: Path, changed: list[str], said: str, run: tuple[str, ...]
) -> None:
    ran = qm("score", "docs", *GATE, "--baseline", "base.json", *changed, *run)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    typed = shlex.split(ran.err.partition("Write it anew: qualmetrics ")[2])
    assert qm(*typed).code == 0
    assert qm("score", "docs", *GATE, "--baseline", "base.json", *changed, *run).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read the baseline base.json: No such file"),
        ("[]", "base.json cannot be read as a baseline: it is no such object"),
        ("{", "base.json cannot be read as a baseline: Expecting"),
        ('{"schema": "x"}', "schema 'x'"),
        ('{"schema": "qualmetrics-baseline/1"}', "it has no 'texts'"),
        (
            (
                '{"schema": "qualmetrics-baseline/1", "signatures": {}, "texts": [{"path": "a", '
                '"id": "", "values": {"words": "9"}}], "reading": {"level": "", "markup": ""}}'
            ),
            "words is '9', which is no number",
        ),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(
    qm: Run, tmp_path: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "base.json").write_text(content)
    ran = qm("score", "--text", "One.", *GATE, "--baseline", "base.json")
    assert (ran.code, said in ran.err, ran.out) == (2, True, "")
    if content is not None:  # and it is not overwritten
        assert qm("score", "--text", "One.", *GATE, "--write-baseline", "base.json").code == 2
        assert (tmp_path / "base.json").read_text() == content


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--baseline", "b.json"], 'there is none. Type for example: --fail-if "fkgl>12"'),
        (["--baseline", "b.json", "--warn-if", "words>3"], "there is none"),
        (["--write-baseline", "b.json"], "there is none"),
        ([*GATE, "--baseline", "b.json", "--write-baseline", "b.json"], "choose one"),
        ([*GATE, "--write-baseline", "no/b.json"], "cannot write no/b.json: there is no folder"),
        (["--warn-if", "words"], "cannot read the gate 'words'"),
    ],
)
def test_what_makes_no_sense_is_refused(qm: Run, arguments: list[str], said: str) -> None:
    ran = qm("score", "--text", "One two three four.", *arguments)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_no_baseline_is_written_where_something_cannot_be_read(qm: Run, tmp_path: Path) -> None:
    ran = qm("score", "gone.txt", "--text", words(5), *GATE, "--write-baseline", "base.json")
    assert (ran.code, (tmp_path / "base.json").exists()) == (2, False)
    assert "base.json is not written" in ran.err


def test_all_texts_together_may_not_get_worse(qm: Run, folder: Path) -> None:
    gate = ("score", "docs", "-m", "words", "--fail-if", "mean(words)>3")
    qm(*gate, "--write-baseline", "all.json")
    assert qm(*gate, "--baseline", "all.json", "-q").code == 0
    write(folder, bad=6)
    ran = qm(*gate, "--baseline", "all.json", "-q")
    said = "all texts: 5.667, worse than 5.333 in the baseline (mean(words)>3)"
    assert (ran.code, ran.err) == (1, f"qualmetrics: gate failed: {said}\n")


# -- warnings, and what each format shows ---------------------------------------------------------

BOTH = ("-m", "words", "--fail-if", "words>4", "--warn-if", "words>2,mean(words)>2", "-q")


@pytest.fixture
def score(qm: Run, tmp_path: Path) -> Run:
    """Score texts of 1, 3, 5 and 6 words, the last of which is in the baseline."""
    rows(tmp_path / "known.jsonl", ("six", 6))
    assert qm("score", "known.jsonl", *BOTH, "--write-baseline", "base.json").code == 0
    rows(tmp_path / "rows.jsonl", ("one", 1), ("three", 3), ("five", 5))
    paths = ("rows.jsonl", "known.jsonl")
    return lambda *more: qm("score", *paths, *BOTH, "--baseline", "base.json", *more)


def test_a_warning_is_said_and_is_no_failure(qm: Run) -> None:
    texts = ("--text", words(3), "--text", words(9))
    ran = qm("score", *texts, "-m", "words", "--warn-if", "words>2", "--warn-if", "max(words)>8")
    assert (ran.code, ran.err.splitlines()) == (
        0,
        [
            "qualmetrics: warning: text:1: words is 3 (words>2)",
            "qualmetrics: warning: text:2: words is 9 (words>2)",
            "qualmetrics: warning: all texts: 9 (max(words)>8)",
        ],
    )


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_rows_for_programs_say_which_gates_they_do_not_pass(score: Run, form: str) -> None:
    ran = score("--format", form)
    lines = ran.out.splitlines()
    results = json.loads(ran.out)["results"] if form == "json" else map(json.loads, lines[1:])
    assert ran.code == 1
    assert {row["id"]: [(g["gate"], g["level"]) for g in row["gates"]] for row in results} == {
        "one": [],
        "three": [("words>2", "warning")],
        "five": [("words>4", "error")],
        "six": [("words>4", "known"), ("words>2", "warning")],
    }
    if form == "json":
        found = json.loads(ran.out)["gates"]
        assert found == [{"gate": "mean(words)>2", "level": "warning", "value": 3.75}]


def test_tables_say_which_gates_rows_do_not_pass(score: Run) -> None:
    assert '"five","rows.jsonl",3,5.0,"ok","","","words>4:error"' in score("--format", "csv").out
    assert "| three | 3 | ok | words>2:warning |" in score("--format", "markdown").out
    assert "five       5  fails words>4" in score().out


def test_github_and_sarif_have_a_level_a_finding_and_nothing_that_is_known(score: Run) -> None:
    lines = score("--format", "github").out.splitlines()
    assert [line.partition("title=")[0].rstrip(",") for line in lines] == [
        "::error file=rows.jsonl,line=3",
        "::warning file=known.jsonl,line=1",
        "::warning ",
        "::warning file=rows.jsonl,line=2",
    ]
    (run,) = json.loads(score("--format", "sarif").out)["runs"]
    levels = ["error", "warning", "warning", "warning"]
    assert [result["level"] for result in run["results"]] == levels


def test_a_warning_is_what_a_test_case_of_junit_printed(score: Run) -> None:
    suite = ET.fromstring(score("--format", "junit").out)[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("5", "1", "0")
    inside = {case.get("name"): [element.tag for element in case] for case in suite}
    assert inside == {
        "one": [],
        "three": ["system-out"],
        "five": ["failure"],
        "six": ["system-out"],
        "all texts": ["system-out"],
    }
