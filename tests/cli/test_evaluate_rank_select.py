"""``evaluate``, ``rank`` and ``select``: what they print, write and refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

EASY = "The dog ran. It was hot. He sat down."
HARD = "Notwithstanding meteorological discomfort, the animal persevered indefatigably."


def rows(path: Path, items: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return str(path)


def test_rank_puts_the_hardest_first_with_its_probability(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "easy.txt").write_text(EASY, encoding="utf-8")
    (tmp_path / "hard.txt").write_text(HARD, encoding="utf-8")
    found = json.loads(qm("rank", str(tmp_path), "-m", "readability", "--format", "json").out)
    first, second = found["ranking"]
    assert first["id"].endswith("hard.txt")
    assert first["p_above_next"] > 0.9
    assert second["p_above_next"] is None


def test_rank_by_a_formula_gives_no_probability(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(EASY, encoding="utf-8")
    out = qm("rank", str(tmp_path), "-m", "fkgl").out
    assert "no probabilities" in out


def test_rank_counts_a_missing_path_as_a_failure(qm: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(EASY, encoding="utf-8")
    assert qm("rank", str(tmp_path / "a.txt"), str(tmp_path / "none.txt"), "-m", "fkgl").code == 2


def test_select_keeps_the_best_rows_whole(qm: Run, tmp_path: Path) -> None:
    file = rows(
        tmp_path / "in.jsonl",
        [{"text": HARD, "n": 1}, {"text": EASY, "n": 2}, {"text": "", "n": 3}],
    )
    kept = tmp_path / "kept.jsonl"
    ran = qm("select", file, "-m", "fkgl", "--lowest", "--budget", "1", "-o", str(kept))
    assert [json.loads(line)["n"] for line in kept.read_text().splitlines()] == [2]
    assert "1 of 3 rows; 1 without a score" in ran.err


def test_select_needs_a_scorer_or_a_field(qm: Run, tmp_path: Path) -> None:
    file = rows(tmp_path / "in.jsonl", [{"text": EASY}])
    ran = qm("select", file, "--budget", "1")
    assert ran.code == 2
    assert "--score-field" in ran.err


def test_evaluate_prints_length_beside_and_writes_both_files(qm: Run, tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    pairs = [{"harder": f"{HARD} No {i}.", "easier": f"{EASY} No {i}."} for i in range(3)]
    file = rows(tmp_path / "pairs.jsonl", pairs)
    ran = qm("evaluate", file, "-m", "fkgl", "--draws", "20", "-o", str(tmp_path / "found"))
    assert ran.code == 0, ran.err
    assert "length only" in ran.out
    data = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert data["results"]
    assert (tmp_path / "found.md").is_file()


def test_evaluate_refuses_a_folder_that_is_not_there(qm: Run, tmp_path: Path) -> None:
    file = rows(tmp_path / "p.jsonl", [{"harder": HARD, "easier": EASY}])
    ran = qm("evaluate", file, "-m", "fkgl", "-o", str(tmp_path / "no" / "x"))
    assert ran.code == 2
    assert "does not exist" in ran.err
