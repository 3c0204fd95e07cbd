"""``score`` with references and columns, and the tables of weights: what is read, what refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import qualmetrics
from tests.cli.conftest import Ran
from tests.similarity.conftest import tiny  # noqa: F401 - a fixture

Run = Callable[..., Ran]
TEXTS = ["A cat sat.", "The rain fell.", "Nobody came."]
REFERENCES = ["A cat was sitting.", "It rained.", "No one came."]

pytest.importorskip("sacrebleu")


def scores(ran: Ran, column: str = "chrf") -> list[float | None]:
    """Return a column of a json output."""
    assert ran.code == 0, ran.err
    return [row["scores"][column] for row in json.loads(ran.out)["results"]]


def python(references: Any) -> list[float]:
    return qualmetrics.get("chrf")(TEXTS, references).primary.tolist()


@pytest.fixture
def score(qm: Run) -> Run:
    """Run ``score -m chrf`` as json."""
    return lambda *arguments, **keywords: qm(
        "score", *arguments, "-m", "chrf", "--format", "json", **keywords
    )


def jsonl(path: Path, rows: list[Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path.name


# -- where references come from -------------------------------------------------------------------


def test_the_field_reference_of_rows_is_compared_with(score: Run, tmp_path: Path) -> None:
    pairs = zip(TEXTS, REFERENCES, strict=True)
    name = jsonl(tmp_path / "rows.jsonl", [{"text": t, "reference": r} for t, r in pairs])
    assert scores(score(name)) == python(REFERENCES)


def test_several_references_of_a_row_are_an_array(score: Run, tmp_path: Path) -> None:
    rows = [{"text": t, "references": [r, "x"]} for t, r in zip(TEXTS, REFERENCES, strict=True)]
    assert scores(score(jsonl(tmp_path / "rows.jsonl", rows))) == python(
        [[reference, "x"] for reference in REFERENCES]
    )


def test_several_fields_are_several_references(score: Run, tmp_path: Path) -> None:
    lines = [f'"{t}","{r}","x"' for t, r in zip(TEXTS, REFERENCES, strict=True)]
    (tmp_path / "rows.csv").write_text("text,gold,other\n" + "\n".join(lines) + "\n")
    ran = score("rows.csv", "--reference-field", "gold", "--reference-field", "other")
    assert scores(ran) == python([[reference, "x"] for reference in REFERENCES])


def test_a_line_of_the_file_of_references_belongs_to_the_text_at_its_place(
    score: Run, tmp_path: Path
) -> None:
    name = jsonl(tmp_path / "rows.jsonl", [{"text": text} for text in TEXTS])
    (tmp_path / "gold.txt").write_text("\n".join(REFERENCES) + "\n")
    assert scores(score(name, "--references", "gold.txt")) == python(REFERENCES)


def test_rows_of_references_may_hold_several(score: Run, tmp_path: Path) -> None:
    name = jsonl(tmp_path / "rows.jsonl", [{"text": text} for text in TEXTS])
    rows = [REFERENCES[0], [REFERENCES[1], "x"], {"reference": REFERENCES[2]}]
    ran = score(name, "--references", jsonl(tmp_path / "gold.jsonl", rows))
    assert scores(ran) == python([REFERENCES[0], [REFERENCES[1], "x"], REFERENCES[2]])


@pytest.mark.parametrize("how", [("--reference", "A cat."), ("--references", "one.txt")])
def test_one_reference_is_for_all_texts(score: Run, tmp_path: Path, how: tuple[str, str]) -> None:
    (tmp_path / "one.txt").write_text("A cat.\n")
    given = [part for text in TEXTS for part in ("--text", text)]
    assert scores(score(*given, *how)) == python(["A cat."] * 3)


def test_a_repeated_reference_is_one_of_several(score: Run) -> None:
    given = [part for text in TEXTS for part in ("--text", text)]
    ran = score(*given, "--reference", "A cat.", "--reference", "Rain.")
    assert scores(ran) == python([["A cat.", "Rain."]] * 3)


def test_a_column_is_read_from_the_field_that_is_named(qm: Run, tmp_path: Path, tiny: str) -> None:  # noqa: F811
    name = jsonl(tmp_path / "rows.jsonl", [{"text": "a cat", "question": "a cat sat"}])
    ran = qm(
        *("score", name, "-m", "relevance", "--column", "prompt=question"),
        *("--with", f"encoder={tiny}", "--format", "json"),
    )
    expected = qualmetrics.get("relevance", encoder=tiny)(
        ["a cat"], columns={"prompt": ["a cat sat"]}
    )
    assert scores(ran, "relevance") == expected.primary.tolist()


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--text", "A cat."], "--reference 'TEXT'"),
        (["plain.txt"], "'plain.txt' has none"),
        (["--text", "A", "--reference", "B", "--references", "f"], "choose one"),
        (["--text", "A", "--references", "absent.txt"], "cannot read 'absent.txt'"),
        (["--text", "A", "--references", "empty.txt"], "empty.txt is empty"),
        (["--text", "A", "--references", "two.txt"], "two.txt holds 2 references, and there are"),
        (["three.jsonl", "--references", "two.txt"], "the next is three.jsonl:3"),
        (["--text", "A", "--reference", "B", "--with", "beta"], "--with takes NAME=VALUE"),
        (["--text", "A", "--reference", "B", "--with", "bta=1"], "no parameter 'bta'"),
        (["--text", "A", "--reference", "B", "--column", "p=q"], "the metrics read no column"),
    ],
)
def test_a_wrong_call_says_what_to_type(
    score: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "plain.txt").write_text("A cat.")
    (tmp_path / "two.txt").write_text("A cat.\nA dog.\n")
    (tmp_path / "empty.txt").write_text("")
    jsonl(tmp_path / "three.jsonl", [{"text": text} for text in TEXTS])
    ran = score(*arguments)
    assert (ran.code, said in ran.err, ran.err.count("\n")) == (2, True, 1), ran.err


def test_references_that_no_metric_reads_are_refused(qm: Run) -> None:
    ran = qm("score", "--text", "A cat.", "--reference", "A cat.", "-m", "fkgl")
    assert ran.code == 2
    assert "none of the metrics compares" in ran.err


def test_uneven_references_leave_no_half_written_file(score: Run, tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text("A cat.\nA dog.\n")
    name = jsonl(tmp_path / "rows.jsonl", [{"text": text} for text in TEXTS])
    assert score(name, "--references", "two.txt", "-o", "out.json").code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.jsonl", "two.txt"]


@pytest.mark.parametrize("row", [{}, {"reference": []}, {"reference": 3}, {"reference": ["a", 1]}])
def test_a_row_without_a_reference_keeps_its_place_and_says_why(
    score: Run, tmp_path: Path, row: dict[str, Any]
) -> None:
    rows = [{"text": TEXTS[0], **row}, {"text": TEXTS[1], "reference": REFERENCES[1]}]
    ran = score(jsonl(tmp_path / "rows.jsonl", rows))
    results = json.loads(ran.out)["results"]
    assert ran.code == 2
    assert [result["status"] for result in results] == ["error", "ok"]
    assert "referenc" in results[0]["message"]


@pytest.mark.parametrize(("text", "reference"), [("", "A cat."), ("A cat.", " "), (" \n", "")])
def test_an_empty_side_has_a_status_and_no_value(
    score: Run, tmp_path: Path, text: str, reference: str
) -> None:
    ran = score(jsonl(tmp_path / "rows.jsonl", [{"text": text, "reference": reference}]))
    (result,) = json.loads(ran.out)["results"]
    assert (ran.code, result["status"], result["scores"]["chrf"]) == (0, "empty", None)


def test_a_metric_of_three_outputs_does_not_name_itself_in_the_status(qm: Run) -> None:
    ran = qm("score", "--text", "", "--reference", "A cat.", "-m", "rouge_l")
    assert [line.split()[-1] for line in ran.out.splitlines() if "text:1" in line] == ["empty"]


@pytest.mark.parametrize(
    ("file", "damage", "said"),
    [
        ("tokenizer.json", lambda path: path.unlink(), "cannot read"),
        ("tokenizer.json", lambda path: path.write_text("{}"), "was altered"),
        ("model.onnx", lambda path: path.write_bytes(path.read_bytes()[:99]), "was altered"),
        ("encoder.json", lambda path: path.write_text("{"), "is no JSON"),
        ("encoder.json", lambda path: path.unlink(), "is no encoder bundle"),
    ],
)
def test_a_damaged_encoder_is_an_error_of_one_line_and_no_number(
    qm: Run,
    tmp_path: Path,
    tiny: str,  # noqa: F811
    file: str,
    damage: Callable[[Path], Any],
    said: str,
) -> None:
    shutil.copytree(tiny, tmp_path / "encoder")
    damage(tmp_path / "encoder" / file)
    ran = qm(
        *("score", "--text", "A cat.", "--reference", "A cat.", "-m", "bertscore"),
        *("--with", "encoder=./encoder"),
    )
    assert (ran.code, ran.out, ran.err.count("\n"), said in ran.err) == (2, "", 1, True), ran.err


def test_a_provider_that_is_not_there_is_an_error_of_one_line(
    qm: Run,
    monkeypatch: pytest.MonkeyPatch,
    tiny: str,  # noqa: F811
) -> None:
    monkeypatch.setenv("QUALMETRICS_PROVIDERS", "NoSuchExecutionProvider")
    ran = qm(
        *("score", "--text", "A cat.", "--reference", "A cat.", "-m", "bertscore"),
        *("--with", f"encoder={tiny}"),
    )
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert "NoSuchExecutionProvider, which is not active" in ran.err


# -- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["idf", "baseline"])
def test_a_table_is_made_by_one_command_and_read_by_the_scorer(
    qm: Run,
    tmp_path: Path,
    tiny: str,  # noqa: F811
    what: str,
) -> None:
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS) + "\n\n")
    encoder = ["--encoder", tiny] if what == "idf" else ["--with", f"encoder={tiny}"]
    made = qm("tables", what, "texts.txt", "-o", "table.json", *encoder)
    assert (made.code, "sha256" in made.out) == (0, True), made.err
    ran = qm(
        *("score", "--text", "A cat.", "--reference", "A cat sat.", "-m", "bertscore"),
        *("--with", f"encoder={tiny}", "--with", f"{what}=table.json"),
    )
    assert (ran.code, f"|{what}:" in ran.out) == (0, True), ran.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("idf", "absent.txt"), "cannot read 'absent.txt'"),
        (("idf", "blank.txt"), "at least one reference"),
        (("idf", "rows.jsonl"), "no field 'text' or 'reference'"),
        (("baseline", "one.txt", "-m", "chrf"), "two different texts"),
        (("baseline", "one.txt", "-m", "fkgl"), "compares with no reference"),
    ],
)
def test_a_table_that_cannot_be_made_says_why(
    qm: Run, tmp_path: Path, command: tuple[str, ...], said: str
) -> None:
    pytest.importorskip("qualmetrics_models.encoder_minilm")
    (tmp_path / "blank.txt").write_text("\n \n")
    (tmp_path / "one.txt").write_text("A cat.\n")
    jsonl(tmp_path / "rows.jsonl", [{"body": "A cat."}])
    ran = qm("tables", *command, "-o", "table.json")
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_explain_says_that_a_similarity_needs_a_pair(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A cat.")
    ran = qm("explain", "a.txt", "-m", "chrf")
    assert (ran.code, "explains a pair of texts" in ran.err) == (2, True)


# -- scorers that look at tags --------------------------------------------------------------------


def test_a_file_is_read_as_it_is_where_every_scorer_looks_at_tags(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<h1>A</h1><p>b<p>c", encoding="utf-8")
    beside = ("--reference", "<h1>A</h1><p>b</p>", "--with", "markup=html", "--format", "json")
    found = scores(qm("score", "a.html", "-m", "tree_sim", *beside), "tree_sim.tree_sim")
    assert found == [pytest.approx(2 / 3)]


@pytest.mark.parametrize("asked", [("-m", "tree_sim,fkgl"), ("-m", "tree_sim", "--markup", "html")])
def test_tags_are_not_taken_out_in_silence(qm: Run, tmp_path: Path, asked: tuple[str, ...]) -> None:
    (tmp_path / "a.html").write_text("<h1>A</h1>", encoding="utf-8")
    ran = qm("score", "a.html", "--reference", "<h1>A</h1>", *asked)
    assert ran.code == 2
    assert "Type --markup none" in ran.err
    assert qm("score", "a.html", "--reference", "<a/>", *asked[:2], "--markup", "none").code == 0


def test_a_scorer_of_parsed_documents_asks_for_a_pipeline(qm: Run) -> None:
    ran = qm("score", "--text", "A cat sat.", "-m", "fkgl,cohesion")
    assert ran.code == 2
    assert "cohesion reads documents that spaCy has parsed" in ran.err
    assert "--with pipeline=NAME" in ran.err
