"""The table: every corpus has its length-only row, and says what it is."""

import json
from pathlib import Path

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.evaluation import evaluate, mean_over_units, read_corpus
from qualmetrics.evaluation.tables import LENGTH

pytest.importorskip("scipy")
EASY = "The dog ran. It was hot. He sat down."
MIDDLE = "The dog was running in the garden because the weather was warm."
HARD = "Notwithstanding meteorological discomfort, the animal persevered indefatigably."


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def levels(tmp_path: Path) -> Path:
    rows = [
        {"text": f"{text} Story {group}.", "level": level, "group": group}
        for group in ("a", "b")
        for level, text in enumerate((EASY, MIDDLE, HARD))
    ]
    return write(tmp_path / "levels.jsonl", rows)


def test_every_corpus_has_its_length_only_row(levels: Path) -> None:
    found = evaluate([qm.get("rix")], [read_corpus(levels)], draws=10)
    assert {item.scorer for item in found.results} >= {"rix", LENGTH, "flesch_kincaid_grade"}
    assert found.get("levels", "ra_strict", "rix").value == 1.0


def test_a_scorer_of_ease_is_turned(levels: Path) -> None:
    found = evaluate([qm.get("flesch_reading_ease")], [read_corpus(levels)], draws=10)
    assert found.get("levels", "pair_accuracy", "flesch_reading_ease").value == 1.0


def test_pairs_of_different_groups_are_measured(levels: Path) -> None:
    found = evaluate([qm.get("rix")], [read_corpus(levels)], draws=10)
    assert found.get("levels", "pairs of groups", "rix").n == 6


def test_texts_are_cut_to_whole_sentences(levels: Path) -> None:
    found = evaluate([qm.get("rix")], [read_corpus(levels)], max_words=(None, 3), draws=10)
    assert {item.words for item in found.results} == {None, 3}


def test_markdown_and_json_hold_the_same_numbers(levels: Path) -> None:
    found = evaluate(
        [qm.get("rix")], [read_corpus(levels)], trained_on={"rix": ["levels"]}, draws=10
    )
    assert "| rix | in-corpus | 1.000" in found.to_markdown()
    data = json.loads(found.to_json())
    assert {row["scorer"] for row in data["results"]} >= {"rix", LENGTH}
    assert data["signatures"]["rix"] == qm.get("rix").signature


def test_ratings_are_correlated(tmp_path: Path) -> None:
    rows = [{"text": text, "score": i} for i, text in enumerate((EASY, MIDDLE, HARD))]
    corpus = read_corpus(write(tmp_path / "rated.jsonl", rows))
    found = evaluate([qm.get("flesch_kincaid_grade")], [corpus], baselines=[], draws=10)
    assert found.get("rated", "spearman", "flesch_kincaid_grade").value == 1.0


def test_pairs_tell_where_the_lower_text_is_the_longer_one(tmp_path: Path) -> None:
    rows = [
        {"harder": HARD, "easier": MIDDLE},
        {"harder": HARD + " Indeed it was so.", "easier": EASY},
    ]
    corpus = read_corpus(write(tmp_path / "pairs.jsonl", rows))
    found = evaluate([qm.get("fkgl")], [corpus], baselines=[], draws=10)
    assert found.get("pairs", "pairs", "flesch_kincaid_grade").value == 1.0
    assert found.get("pairs", "pairs, lower longer", "flesch_kincaid_grade").n == 1


def test_two_corpora_of_one_name_are_refused(levels: Path) -> None:
    with pytest.raises(InputError, match="two corpora have one name: levels"):
        evaluate([qm.get("rix")], [read_corpus(levels), read_corpus(levels)])


def test_an_interval_of_pairs_of_groups_redraws_groups() -> None:
    # Two groups, each drawn 0, 1 or 2 times: the two pairs between them are seen together or not
    # at all, so no resample has another mean.
    found = mean_over_units(np.array([1.0, 0.0]), ["a", "b"], ["b", "a"], draws=200)
    assert (found.low, found.value, found.high) == (0.5, 0.5, 0.5)


def test_differences_between_scorers_are_paired(levels: Path) -> None:
    found = evaluate([qm.get("rix")], [read_corpus(levels)], draws=50)
    gap = found.get("levels", "ra_strict", "rix").minus(found.get("levels", "ra_strict", LENGTH))
    assert gap.low <= gap.value <= gap.high


def test_a_scorer_that_is_not_there_cannot_have_been_trained(levels: Path) -> None:
    with pytest.raises(InputError, match="expected one of the scorers rix"):
        evaluate([qm.get("rix")], [read_corpus(levels)], trained_on={"lix": ["levels"]})


def test_an_undefined_text_is_counted(tmp_path: Path) -> None:
    rows = [{"text": text, "score": i} for i, text in enumerate((EASY, MIDDLE, HARD, "???"))]
    corpus = read_corpus(write(tmp_path / "rated.jsonl", rows))
    found = evaluate([qm.get("rix")], [corpus], draws=10)
    assert found.get("rated", "pearson", "rix").n_undefined == 1
