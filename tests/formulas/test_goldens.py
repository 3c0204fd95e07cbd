"""Formulas against numbers that somebody else printed, or that were worked out by hand."""

import csv
import json
import pkgutil
from pathlib import Path

import pytest

import qualmetrics.formulas
from qualmetrics.core import Scorer
from qualmetrics.registry import ALIASES, get, names

GOLDENS = Path(__file__).parents[1] / "goldens" / "formulas.csv"
ROWS = list(csv.DictReader(GOLDENS.open(encoding="utf-8")))


def formulas() -> list[str]:
    """Names of the scorers of the room ``formulas/``."""
    return [module.name for module in pkgutil.iter_modules(qualmetrics.formulas.__path__)]


def _scorer(row: dict[str, str]) -> Scorer:
    return get(row["scorer"], **json.loads(row["options"] or "{}"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['scorer']}-{row['expected']}")
def test_a_formula_gives_the_printed_number(row: dict[str, str]) -> None:
    expected = float(row["expected"])
    decimals = int(row["printed_decimals"])
    precision = 1.01e-5 if decimals == 5 else 0.501 * 10.0**-decimals
    actual = float(_scorer(row).forward(json.loads(row["counts"]))[0, 0])
    assert actual == pytest.approx(expected, abs=precision, rel=0), row["origin"]


def test_every_formula_has_a_golden_row() -> None:
    assert sorted(set(formulas()) - {row["scorer"] for row in ROWS}) == []


def test_every_golden_row_names_a_formula_that_is_there() -> None:
    assert sorted({row["scorer"] for row in ROWS} - set(formulas())) == []


def test_every_golden_row_says_where_its_number_comes_from() -> None:
    assert [row["scorer"] for row in ROWS if len(row["origin"]) < 10] == []


def test_every_alias_leads_to_a_scorer_and_hides_none() -> None:
    assert {alias: name for alias, name in ALIASES.items() if name not in names()} == {}
    assert set(ALIASES) & set(names()) == set()


def test_every_adaptation_leads_to_a_formula_for_that_language() -> None:
    wrong = [
        (name, lang)
        for name in formulas()
        for lang in get(name).abilities["languages"]()
        if lang not in get(name, lang=lang).spec.languages
    ]
    assert wrong == []
