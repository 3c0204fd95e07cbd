"""Every constant against a second transcription, in another form and typed apart from the code."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qualmetrics.registry import get
from tests.formulas import charts
from tests.formulas.counts import plausible
from tests.formulas.test_goldens import formulas
from tests.formulas.transcriptions import SECOND, WITH_OPTIONS, Counts

TABLE = Path(__file__).parents[1] / "goldens" / "constants.csv"
TERMS: dict[str, dict[str, float]] = defaultdict(dict)
for _row in csv.DictReader(TABLE.open(encoding="utf-8")):
    TERMS[_row["scorer"]][_row["term"]] = float(_row["per"]) * float(_row["coefficient"])
GRAPHS = {"fry", "raygor", "gilliam_pena_mountain"}
ROUNDED = {"coleman_liau_index": 1e-6}
"""Formulas whose coefficients are products that the transcription gives rounded."""
RANDOM = plausible(64)


def _term(name: str) -> Any:
    if name == "1":
        return np.ones(len(RANDOM["words"]))
    upper, _, lower = name.partition("/")
    return RANDOM[upper] / RANDOM[lower] if lower else RANDOM[upper]


@pytest.mark.parametrize("name", sorted(TERMS))
def test_a_fit_to_random_counts_gives_back_the_printed_coefficients(name: str) -> None:
    design = np.stack([_term(term) for term in TERMS[name]], axis=1)
    values = get(name).forward(RANDOM)[:, 0]
    scale = np.abs(design).max(axis=0)
    found, _, rank, _ = np.linalg.lstsq(design / scale, values, rcond=None)
    found = found / scale
    assert rank == design.shape[1]
    assert np.abs(design @ found - values).max() < 1e-8 * np.abs(values).max(), "not a sum of these"
    assert found == pytest.approx(list(TERMS[name].values()), rel=ROUNDED.get(name, 1e-9), abs=1e-9)


@pytest.mark.parametrize("name", sorted(SECOND))
def test_a_formula_equals_its_second_transcription(name: str) -> None:
    assert _gap(name, {}, SECOND[name]) < 1e-9


@pytest.mark.parametrize(("name", "options", "second"), WITH_OPTIONS)
def test_an_option_does_what_it_says(name: str, options: dict[str, Any], second: Any) -> None:
    assert _gap(name, options, second) < 1e-9


def _gap(name: str, options: dict[str, Any], second: Any) -> float:
    table = plausible(400, seed=1)
    rows = [Counts(**{k: float(v[i]) for k, v in table.items()}) for i in range(400)]
    expected = np.array([second(row) for row in rows])
    actual = get(name, **options).forward(table)[:, 0]
    return float(np.max(np.abs(actual - expected) / np.maximum(1.0, np.abs(expected))))


def test_every_verified_formula_has_a_second_transcription() -> None:
    verified = {name for name in formulas() if get(name).spec.tier == "verified"}
    assert sorted(verified - set(TERMS) - set(SECOND) - GRAPHS) == []


@pytest.mark.parametrize(
    ("graph", "column", "across", "length"),
    [
        ("fry", "syllables", (108.0, 182.0), (4.0, 50.0)),
        ("raygor", "letters_6plus", (6.0, 44.0), (3.6, 31.2)),
    ],
)
def test_a_graph_agrees_with_its_shapes_drawn_one_by_one(
    graph: str, column: str, across: tuple[float, float], length: tuple[float, float]
) -> None:
    random = np.random.default_rng(3)
    x, y = random.uniform(*across, 3000), 100.0 / random.uniform(*length, 3000)
    values = get(graph).forward({"words": np.full(3000, 100.0), "sentences": y, column: x})[:, 0]
    drawn = [charts.grades_at(graph, *point) for point in zip(x, y, strict=True)]
    covered = [i for i, grades in enumerate(drawn) if grades]
    wrong = [i for i in covered if np.nan_to_num(values[i], nan=0.0) not in drawn[i]]
    assert len(covered) > 1500
    assert wrong == []


def test_the_spanish_graph_is_the_fry_graph_moved_by_67_syllables() -> None:
    counts = {k: RANDOM[k] for k in ("words", "sentences")}
    syllables = RANDOM["words"] * np.linspace(1.7, 2.5, len(RANDOM["words"]))
    moved = {**counts, "syllables": syllables - RANDOM["words"] * 67 / 100}
    spanish = get("gilliam_pena_mountain").forward({**counts, "syllables": syllables})
    assert np.array_equal(spanish, get("fry").forward(moved), equal_nan=True)
