"""``audit``: what it prints, writes and refuses, and when it breaks a build."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
GOOD = "The dog ran to the {} and it was hot. He sat down there, and we gave him water."
BAD = "Notwithstanding meteorological discomfort, the animal persevered {} indefatigably, alas."
FAST = ("--draws", "20", "--sample", "24")


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    rows = [
        {"prompt": f"About the {k}?", "chosen": GOOD.format(k), "rejected": BAD.format(k)}
        for k in "mill lake barn road hill shed farm wood pond gate".split()
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_the_table_holds_what_fails_and_what_could_not_run(qm: Run, pairs: str) -> None:
    ran = qm("audit", "fkgl", "--pairs", pairs, *FAST, "--checks", "accuracy,degenerate,order")
    assert ran.code == 0
    assert "fail     degenerate  worst" in ran.out
    assert "not run: order. It needs a scorer that compares two texts (--pairwise)." in ran.out
    assert "20 texts, 10 groups, 10 pairs" in ran.out


def test_each_format_is_written_by_its_suffix(qm: Run, pairs: str, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    for suffix, start in (("json", "{"), ("md", "# Audit of flesch"), ("html", "<!DOCTYPE html>")):
        path = tmp_path / f"audit.{suffix}"
        ran = qm("audit", "fkgl", "--pairs", pairs, *FAST, "--checks", "accuracy", "-o", str(path))
        assert ran.code == 0
        assert path.read_text(encoding="utf-8").startswith(start)


def test_two_scorers_stand_side_by_side(qm: Run, pairs: str) -> None:
    ran = qm("audit", "fkgl", "fre", "--pairs", pairs, *FAST, "--checks", "accuracy",
             "--format", "md")  # fmt: skip
    assert "| finding | flesch_kincaid_grade | flesch_reading_ease | wanted |" in ran.out


def test_a_baseline_breaks_the_build_where_something_got_worse(
    qm: Run, pairs: str, tmp_path: Path
) -> None:
    base = tmp_path / "base.json"
    one = ("audit", "fkgl", "--pairs", pairs, *FAST, "--checks", "accuracy")
    assert qm(*one, "-o", str(base)).code == 0
    assert qm(*one, "--baseline", str(base)).code == 0
    swapped = Path(pairs).read_text(encoding="utf-8")
    for old, new in (("chosen", "tmp"), ("rejected", "chosen"), ("tmp", "rejected")):
        swapped = swapped.replace(f'"{old}"', f'"{new}"')
    Path(pairs).write_text(swapped, encoding="utf-8")
    ran = qm(*one, "--baseline", str(base))
    assert ran.code == 1
    assert "gate failed: flesch_kincaid_grade: accuracy.strict: pass -> fail" in ran.err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("fre", "--checks", "accuracy"), "the baseline has no audit of flesch_reading_ease"),
        (("fkgl", "--better", "higher"), "lower was better in the baseline, now higher is"),
    ],
)
def test_a_baseline_of_something_else_is_no_gate_but_an_error(
    qm: Run, pairs: str, tmp_path: Path, typed: tuple[str, ...], said: str
) -> None:
    base = str(tmp_path / "base.json")
    told = ("--pairs", pairs, *FAST)
    assert qm("audit", "fkgl", *told, "--checks", "accuracy", "-o", base).code == 0
    ran = qm("audit", typed[0], *told, *typed[1:], "--baseline", base)
    assert ran.code == 2
    assert said in ran.err


def test_checks_of_the_baseline_that_did_not_run_are_named(
    qm: Run, pairs: str, tmp_path: Path
) -> None:
    base = str(tmp_path / "base.json")
    told = ("audit", "fkgl", "--pairs", pairs, *FAST)
    assert qm(*told, "--checks", "values,accuracy", "-o", base).code == 0
    ran = qm(*told, "--checks", "values", "--baseline", base)
    assert ran.code == 0
    assert "not compared, for they did not run now: accuracy" in ran.err


def test_rows_left_out_are_said(qm: Run, pairs: str) -> None:
    with Path(pairs).open("a", encoding="utf-8") as stream:
        stream.write('{"prompt": "x", "chosen": "y"}\n')
    ran = qm("audit", "fkgl", "--pairs", pairs, *FAST, "--checks", "accuracy")
    assert ran.code == 0
    assert "1 rows left out: 1 missing_field" in ran.err


def test_a_function_of_ones_own_by_module_and_name(
    qm: Run, pairs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "def score(texts):\n    return [float(len(t)) for t in texts]\n"
    (tmp_path / "my_scorer_of_audit.py").write_text(code)
    ran = qm("audit", "my_scorer_of_audit:score", "--pairs", pairs, *FAST, "--checks", "accuracy")
    assert "score: " in ran.out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("fkgl", "--checks", "speling"), "no check is called 'speling'; there are: values"),
        (("fkgl", "--checks", ""), "--checks is empty"),
        (("fkgl", "--pairwise"), "flesch_kincaid_grade reads one text"),
        (("toys.py:length",), "type toys:length"),
        (("b.csv",), "each has its own --pairs"),
        (("json:dumps",), "it gets a list of texts, and returned str"),
        (("fkgl", "--better", "up"), "better='up' is not one of higher, lower"),
        (("fkgl", "--format", "pdf"), "--format 'pdf' is not one of table, json, md, html"),
        (("fkgl", "-o", "audit.pdf"), "cannot tell the format of 'audit.pdf'"),
        (("fkgl", "--field", "choosen=a"), "--field takes NAME=FIELD"),
        (("fkgl", "--covariate", "year"), "no covariate is called 'year'"),
        (("fkgl", "--rate", "2"), "rate is a share"),
        (("bertscore",), "reads references, which no row has"),
        (("os:getcwd",), "getcwd gives no text a value: 20 raised TypeError"),
        (("fkgl", "--baseline", "nothing.json"), "cannot be read as an audit"),
        (("hf:nothing",), "nothing is fetched"),
    ],
)
def test_what_is_typed_wrong_is_told_and_ends_with_2(
    qm: Run, pairs: str, typed: tuple[str, ...], said: str
) -> None:
    ran = qm("audit", typed[0], "--pairs", pairs, *FAST, *typed[1:])
    assert ran.code == 2
    assert said in ran.err


def test_a_gold_scorer_stands_for_labels_and_is_named(qm: Run, tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    rows = [
        {"text": "The old dog ran. " * (1 + (k * j) % 7) + "word " * j, "group": str(k)}
        for k in range(12)
        for j in range(4)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    one = ("audit", "length", "--pairs", str(path), *FAST, "--checks", "best_of_n")
    made = json.loads(qm(*one, "--gold", "length", "--format", "json").out)
    gain = made["findings"][0]
    assert made["settings"]["gold"] == made["signature"]
    assert (gain["name"], gain["value"]) == ("gain", 1.0)
    assert "or a gold scorer" in qm(*one).out
    ran = qm(*one, "--gold", "chrf")
    assert ran.code != 0
    assert "chrf cannot be gold: it reads references" in ran.err


def written(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_what_a_scorer_said_when_it_raised_is_on_standard_error_only(
    qm: Run, pairs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = (
        "def score(texts):\n"
        "    if any('mill' in t for t in texts):\n        raise ValueError('a mill!')\n"
        "    return [float(len(t)) for t in texts]\n"
    )
    (tmp_path / "my_raiser_of_audit.py").write_text(code)
    ran = qm("audit", "my_raiser_of_audit:score", "--pairs", pairs, *FAST, "--checks", "values")
    assert "score raised ValueError; the first said: a mill!" in ran.err
    assert "a mill!" not in ran.out
    assert "2 raised ValueError" in ran.out


def test_an_unknown_language_is_warned_of(qm: Run, tmp_path: Path) -> None:
    rows = [{"text": GOOD.format(k), "lang": "xx" if k % 2 else "en"} for k in range(12)]
    path = written(tmp_path / "texts.jsonl", rows)
    ran = qm("audit", "fkgl", "--pairs", path, *FAST, "--checks", "values")
    assert "no rules for the language of some texts (6 of 'xx'); they are counted as en" in ran.err


def test_where_pairs_went_is_told(qm: Run, tmp_path: Path) -> None:
    equal = [{"prompt": str(k), "chosen": "Same.", "rejected": "Same."} for k in range(12)]
    path = written(tmp_path / "equal.jsonl", equal)
    ran = qm("audit", "length", "--pairs", path, *FAST, "--checks", "accuracy")
    assert "12 pairs were dropped: their texts are equal." in ran.out
    alike = [{"text": GOOD.format(k), "label": 3, "group": "a"} for k in range(12)]
    path = written(tmp_path / "alike.jsonl", alike)
    ran = qm("audit", "length", "--pairs", path, *FAST, "--checks", "accuracy")
    assert "All 12 labels are 3: no text is better than another." in ran.out


def test_messages_of_another_kind_are_not_read_as_empty(qm: Run, tmp_path: Path) -> None:
    said = [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "Because."}]
    path = written(tmp_path / "chat.jsonl", [{"chosen": said, "rejected": said}])
    ran = qm("audit", "fkgl", "--pairs", path, *FAST)
    assert ran.code == 2
    assert "messages need role and content; these have from and value" in ran.err


def test_a_named_column_is_a_check_by_its_own_name(qm: Run, tmp_path: Path) -> None:
    rows = [{"text": GOOD.format(k), "year": k} for k in range(12)]
    path = written(tmp_path / "texts.jsonl", rows)
    ran = qm("audit", "fkgl", "--pairs", path, *FAST, "--covariate", "year",
             "--checks", "confounder:year", "--format", "json")  # fmt: skip
    assert {item["check"] for item in json.loads(ran.out)["findings"]} == {"confounder:year"}


def test_help_names_every_check(qm: Run) -> None:
    from qualmetrics.audit import checks

    told = qm("audit", "--help").out
    assert [name for name in checks() if name not in told] == []
