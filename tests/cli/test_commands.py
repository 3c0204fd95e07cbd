"""``list``, ``info`` and ``explain``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import qualmetrics
from qualmetrics.registry import reward_names
from tests.cli.conftest import Ran

Run = Callable[..., Ran]


def test_version_is_the_package_s(qm: Run) -> None:
    assert qm("--version").out == f"qualmetrics {qualmetrics.__version__}\n"


def test_list_names_every_scorer(qm: Run) -> None:
    listed = json.loads(qm("list", "--json").out)
    assert [row["name"] for row in listed] == [*qualmetrics.names(), *reward_names()]


def test_list_shows_aliases_and_tier(qm: Run) -> None:
    (line,) = [
        line for line in qm("list").out.splitlines() if line.startswith("flesch_kincaid_grade ")
    ]
    assert {"fkgl", "grade", "difficulty", "en", "verified"} <= set(line.split())


def test_list_can_be_narrowed_to_a_language(qm: Run) -> None:
    names = [row["name"] for row in json.loads(qm("list", "--json", "--lang", "de-AT").out)]
    assert "amstad" in names
    assert "lix" in names
    assert "flesch_kincaid_grade" not in names


def test_list_can_be_narrowed_to_a_family(qm: Run) -> None:
    assert json.loads(qm("list", "--json", "--family", "nothing").out) == []


def test_info_tells_source_and_signature(qm: Run) -> None:
    ran = qm("info", "fkgl")
    assert "Kincaid" in ran.out
    assert qualmetrics.get("fkgl").signature in ran.out
    assert "qualmetrics score README.md -m fkgl" in ran.out


def test_info_as_json_holds_the_specification(qm: Run) -> None:
    told = json.loads(qm("info", "fkgl", "--json").out)
    spec = qualmetrics.get("fkgl").spec.to_dict()
    assert {key: told[key] for key in ("name", "unit", "source", "tier")} == {
        key: spec[key] for key in ("name", "unit", "source", "tier")
    }


def test_info_on_an_unknown_name_is_2(qm: Run) -> None:
    assert qm("info", "fkgk").code == 2


def test_info_knows_counts_too(qm: Run) -> None:
    assert "words|words:en/1|v:1" in qm("info", "words").out


GERMAN = (
    "# Ein Titel\n\n"
    "Die Katze schläft. Wissenschaftliche Veröffentlichungen enthalten *ungewöhnlich* lange, "
    "zusammengesetzte Hauptwörter.\n"
)


@pytest.fixture
def german(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_text(GERMAN, encoding="utf-8")
    return path


def test_explain_puts_the_hardest_sentence_first(qm: Run, german: Path) -> None:
    ran = qm("explain", "a.md", "-m", "amstad", "--top", "1")
    assert ran.code == 0
    assert "3:20" in ran.out  # after "Die Katze schläft. " in the third line
    assert "Wissenschaftliche" in ran.out
    assert "Die Katze" not in ran.out


def test_explain_as_json_points_into_the_file(qm: Run, german: Path) -> None:
    told = json.loads(qm("explain", "a.md", "-m", "amstad", "--format", "json").out)
    first = told["sentences"][0]
    assert GERMAN[first["start"] : first["end"]] == "Die Katze schläft."
    assert (first["line"], first["column"]) == (3, 1)
    shares = sum(piece["contribution"] for piece in told["sentences"]) + told["rest"]
    assert shares == pytest.approx(told["value"] - told["reference_value"], abs=1e-9)


def test_explain_reads_standard_input(qm: Run) -> None:
    ran = qm("explain", "-", "-m", "amstad", stdin="Die Katze schläft tief.".encode())
    assert ran.out.startswith("-: amstad")


def test_explain_of_a_text_without_words_says_why(qm: Run) -> None:
    ran = qm("explain", "-", "-m", "amstad", stdin=b"...")
    assert (ran.code, "no_words" in ran.out) == (0, True)


def test_explain_refuses_rows_and_missing_files(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n')
    assert qm("explain", "a.jsonl").code == 2
    assert qm("explain", "nowhere.txt").code == 2
