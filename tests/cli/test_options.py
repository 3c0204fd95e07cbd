"""Options of ``score``: metrics, gates, bundles, outputs, languages; and the settings files."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import qualmetrics
from qualmetrics.core import Status
from qualmetrics.corpus.metrics import default_metrics
from qualmetrics.errors import InputError
from qualmetrics.gates import Gate, parse_gate
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
CAT = "The cat sat on the mat."


def header(ran: Ran) -> list[str]:
    return ran.out.splitlines()[0].split()


# -- metrics --------------------------------------------------------------------------------------


def test_metrics_are_joined_by_commas_or_repeated(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "-m", "fkgl,fre", "-m", "ari", "-m", "fre")
    assert header(ran) == ["text", "fkgl", "fre", "ari"]


def test_the_default_table_fits_100_columns(qm: Run, tmp_path: Path) -> None:
    name = "docs/introduction.md"
    (tmp_path / "docs").mkdir()
    (tmp_path / name).write_text(f"{CAT} " * 20)
    table = qm("score", name).out.split("\n\n")[0]
    assert max(map(len, table.splitlines())) <= 100


@pytest.mark.parametrize("lang", ["de", "es", "sv", "pl"])
def test_every_default_metric_fits_its_language(lang: str) -> None:
    texts = ["Ein Satz."]
    names = [name for name in default_metrics(lang) if name != "words"]
    assert {"lix", "rix"} <= set(names)
    assert set(qualmetrics.score(texts, names, lang=lang)) == set(names)


def test_an_unknown_language_names_those_there_are(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "--lang", "xx")
    assert ran.code == 2
    assert "en, es" in ran.err


def test_a_count_can_be_asked_for_by_name(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "-m", "words,sentences,syllables", "--format", "json")
    (row,) = json.loads(ran.out)["results"]
    assert row["scores"] == {"words": 6, "sentences": 1, "syllables": 6}


def test_a_bundle_is_scored_as_the_scorer_it_holds(qm: Run) -> None:
    pytest.importorskip("ndonnx")
    exported = qm("export", "fkgl", "-o", "bundle")
    assert exported.out.splitlines()[1] == qualmetrics.get("fkgl").signature
    assert qm("export", "fkgl", "-o", "bundle").code == 2
    assert qm("export", "fkgl", "-o", "bundle", "--overwrite").code == 0
    for arguments in (("-m", "./bundle"), ("--bundle", "bundle")):
        ran = qm("score", "--text", CAT, *arguments, "--format", "json")
        (row,) = json.loads(ran.out)["results"]
        assert row["scores"] == {"flesch_kincaid_grade": pytest.approx(-1.45)}


def test_a_folder_that_is_no_bundle_is_refused(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "-m", "./nowhere")
    assert ran.code == 2
    assert "no bundle" in ran.err


# -- gates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "gate"),
    [
        ("fkgl>9", Gate("fkgl", ">", 9.0)),
        (" fre <= 50.5 ", Gate("fre", "<=", 50.5)),
        ("words >= 1e3", Gate("words", ">=", 1000.0)),
        ("x<-1", Gate("x", "<", -1.0)),
    ],
)
def test_a_gate_is_a_name_a_comparison_and_a_number(expression: str, gate: Gate) -> None:
    assert parse_gate(expression) == gate


@pytest.mark.parametrize("expression", ["fkgl", "fkgl=9", "9<fkgl", "fkgl>nine", "fkgl>nan", ">9"])
def test_anything_else_is_no_gate(expression: str) -> None:
    with pytest.raises(InputError, match='such as "fkgl>9"'):
        parse_gate(expression)


@pytest.mark.parametrize(
    ("value", "status", "fails"),
    [
        (9.5, Status.OK, True),
        (9.0, Status.OK, False),
        (9.5, Status.TRUNCATED, True),
        (9.5, Status.TOO_SHORT, False),
        (float("nan"), Status.EMPTY, False),
        (9.5, Status.NO_WORDS, False),
    ],
)
def test_undefined_and_too_short_texts_do_not_gate(
    value: float, status: Status, fails: bool
) -> None:
    assert parse_gate("fkgl>9").fails(value, status) is fails


def test_a_gate_may_use_another_name_of_a_metric(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "-m", "fkgl", "--fail-if", "flesch_kincaid_grade<0")
    assert (ran.code, header(ran)) == (1, ["text", "fkgl", "status"])


def test_a_metric_that_only_gates_is_scored_too(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "-m", "fkgl", "--fail-if", "ari>99", "--fail-if", "fre<0")
    assert (ran.code, header(ran)) == (0, ["text", "fkgl", "ari", "fre"])


def test_a_gate_on_an_unknown_metric_is_2(qm: Run) -> None:
    assert qm("score", "--text", CAT, "--fail-if", "fkgk>9").code == 2


def test_what_cannot_be_read_outweighs_a_failed_gate(qm: Run) -> None:
    ran = qm("score", "nowhere.txt", "--text", CAT, "--fail-if", "fkgl<9", "--exit-zero")
    assert ran.code == 2


# -- outputs --------------------------------------------------------------------------------------


def test_the_suffix_of_the_output_names_the_format(qm: Run, tmp_path: Path) -> None:
    ran = qm("score", "--text", CAT, "-m", "words", "-o", "scores.csv")
    assert (ran.code, ran.out) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scores.csv"]
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert (rows[0]["id"], float(rows[0]["words"])) == ("text:1", 6.0)


def test_a_hash_in_a_name_is_no_comment_in_csv(qm: Run, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    (tmp_path / "a.jsonl").write_text('{"id": "#1 a", "text": ""}\n{"id": "b#", "text": "One."}\n')
    ran = qm("score", "a.jsonl", "-m", "words", "--format", "csv")
    frame = pandas.read_csv(io.StringIO(ran.out), comment="#")
    assert frame["id"].tolist() == ["#1 a", "b#"]
    assert frame["words"].isna().tolist() == [True, False]


def test_an_output_that_cannot_be_written_is_2(qm: Run) -> None:
    ran = qm("score", "--text", CAT, "-o", "no/such/folder/a.csv")
    assert (ran.code, "cannot write" in ran.err) == (2, True)


def test_an_unknown_format_is_2(qm: Run) -> None:
    assert qm("score", "--text", CAT, "--format", "xml").code == 2


# -- settings -------------------------------------------------------------------------------------


def test_flag_beats_environment_beats_file_beats_default(
    qm: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("score", "--text", CAT)
    assert header(qm(*command))[:2] == ["dale_", "reading_"]
    (tmp_path / "pyproject.toml").write_text('[tool.qualmetrics]\nmetrics = ["fkgl"]\n')
    assert header(qm(*command)) == ["text", "fkgl"]
    monkeypatch.setenv("QUALMETRICS_METRICS", "fre,words")
    assert header(qm(*command)) == ["text", "fre", "words"]
    assert header(qm(*command, "-m", "ari")) == ["text", "ari"]


def test_the_nearest_file_counts_and_one_without_a_section_does_not(
    qm: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "qualmetrics.toml").write_text('metrics = "fre"\nfail-if = ["fre>1"]\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\n")
    monkeypatch.chdir(inner)
    ran = qm("score", "--text", CAT)
    assert (ran.code, header(ran)) == (1, ["text", "fre", "status"])
    assert qm("--no-config", "score", "--text", CAT).code == 0


def test_an_unknown_setting_names_the_close_one(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "qualmetrics.toml").write_text('metrcs = "fre"\n')
    ran = qm("score", "--text", CAT)
    assert ran.code == 2
    assert "Did you mean 'metrics'?" in ran.err


@pytest.mark.parametrize("text", ["exit-zero = 3", 'top = "many"', "metrics = 1", "lang = ["])
def test_a_setting_of_the_wrong_type_is_2(qm: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "qualmetrics.toml").write_text(text + "\n")
    assert qm("score", "--text", CAT).code == 2


def test_a_flag_can_be_set_in_the_environment(qm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUALMETRICS_EXIT_ZERO", "yes")
    assert qm("score", "--text", CAT, "--fail-if", "fkgl<9").code == 0


def test_windows_say_what_encoders_read_of_long_texts(qm: Run) -> None:
    pytest.importorskip("qualmetrics_models")
    call = ("score", "--text", "One two three. " * 300, "--format", "json", "--windows")
    found = {}
    for windows in ("all", "first", "bme"):
        data = json.loads(qm(*call, windows, "-m", "readability_minilm,fkgl").out)
        found[data["signatures"]["readability_minilm"].split("|")[-2]] = data["results"][0]["flags"]
    assert found == {
        "windows:256/256": {},
        "cut:256": {"readability_minilm": "truncated"},
        "begin+middle+end:256": {"readability_minilm": "truncated"},
    }
    assert "one of all, first, bme" in qm(*call, "middle").err
    assert "none is named (fkgl)" in qm(*call, "all", "-m", "fkgl").err
