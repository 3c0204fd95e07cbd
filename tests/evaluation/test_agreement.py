"""Agreement with people: three levels, the right unit, and rows for length beside."""

import json
import math

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.evaluation import agreement, pair_accuracy
from qualmetrics.evaluation.agreement import CHRF, FKGL, LENGTH, MEASURES, pairs_in_order

stats = pytest.importorskip("scipy.stats")
pytest.importorskip("sacrebleu")
RNG = np.random.default_rng(7)
N_ITEMS, N_SYSTEMS = 30, 5
ITEMS = np.repeat(np.arange(N_ITEMS), N_SYSTEMS)
SYSTEMS = np.tile(np.arange(N_SYSTEMS), N_ITEMS)
EASE = RNG.normal(size=N_ITEMS)[ITEMS] * 3  # some documents are easy for every system
SKILL = np.linspace(-1, 1, N_SYSTEMS)[SYSTEMS]
HUMAN = EASE + SKILL + 0.5 * RNG.normal(size=len(ITEMS))
TEXTS = [f"A sentence about number {i}." for i in range(len(ITEMS))]


def of(values: object, **options: object) -> qm.evaluation.Agreement:
    given = {"item": ITEMS.tolist(), "system": SYSTEMS.tolist(), "draws": 50, **options}
    return agreement({"mine": values}, HUMAN, TEXTS, **given)


def test_pairs_without_a_table_are_pairs_with_one() -> None:
    for _ in range(20):
        values, targets = (RNG.integers(4, size=9).astype(float) for _ in range(2))
        assert pairs_in_order(values, targets) == pytest.approx(pair_accuracy(values, targets))


def test_a_scorer_that_knows_only_the_document_agrees_over_rows_and_nowhere_else() -> None:
    found = of(EASE)
    assert found.get("mine", "item").value > 0.8
    assert found.get("mine", "within").n == 0  # constant inside every document: no order
    assert found.get("mine", "within").n_undefined == N_ITEMS
    assert found.get("mine", "within", "pairs").value == 0.5


def test_a_scorer_that_knows_only_the_system_agrees_within_documents_and_over_systems() -> None:
    found = of(SKILL)
    assert abs(found.get("mine", "item").value) < 0.4
    assert found.get("mine", "within").value > 0.7
    assert found.get("mine", "system").value == pytest.approx(1.0)


def test_each_level_is_scipys_number() -> None:
    mine = HUMAN + RNG.normal(size=len(HUMAN))
    found = of(mine)
    assert found.get("mine", "item", "kendall").value == pytest.approx(
        stats.kendalltau(mine, HUMAN).statistic
    )
    rows = mine.reshape(N_ITEMS, N_SYSTEMS), HUMAN.reshape(N_ITEMS, N_SYSTEMS)
    means = [side.mean(axis=0) for side in rows]
    assert found.get("mine", "system", "pearson").value == pytest.approx(
        stats.pearsonr(*means).statistic
    )
    each = [stats.spearmanr(a, b).statistic for a, b in zip(*rows, strict=True)]
    assert found.get("mine", "within", "spearman").value == pytest.approx(np.mean(each))


def test_whole_items_are_redrawn_not_rows() -> None:
    together, apart = of(EASE), of(EASE, item=None)
    width = [each.get("mine").high - each.get("mine").low for each in (together, apart)]
    assert width[0] > 1.3 * width[1]


def test_length_and_a_formula_are_always_beside_and_chrf_with_references() -> None:
    assert of(SKILL).trivial == (LENGTH, FKGL)
    with_references = agreement({"mine": [1, 2]}, [1, 2], ["a b", "a b c"], ["a b", "a"], draws=2)
    assert with_references.trivial == (LENGTH, FKGL, CHRF)
    assert with_references.get(LENGTH, measure="pairs").value == 1.0


def test_where_ratings_rise_with_ease_the_formula_is_turned() -> None:
    texts = ["The dog ran.", "Meteorological conditions deteriorated considerably."]
    found = agreement({"mine": [1, 2]}, [2, 1], texts, increases_with="ease", draws=2)
    assert found.get(FKGL, measure="pairs").value == 1.0


def test_missing_values_and_items_of_one_row_are_counted() -> None:
    values, human = [1.0, math.nan, 3.0, 4.0, 5.0], [1, 2, None, 4, 5]
    found = agreement(
        {"mine": values}, human, ["a b c"] * 5, item=["x", "x", "x", "y", "z"], draws=5
    )
    assert found.get("mine").n == 3
    assert found.get("mine").n_undefined == 2
    assert found.counts == {
        "rows": 5, "rows_without_a_rating": 1, "items": 3, "items_of_one_row": 2,
    }  # fmt: skip
    assert found.get("mine", "within").n_undefined == 3


def test_a_single_document_has_no_interval() -> None:
    found = agreement({"mine": [1, 2, 3]}, [1, 3, 2], ["a b"] * 3, item="xxx", draws=9)
    assert found.get("mine").value == 0.5
    assert math.isnan(found.get("mine").low)
    assert math.isnan(found.get("mine", "within").high)
    assert "| mine | 0.500 | 0.500 |" in found.to_markdown()
    json.loads(found.to_json())


def test_two_scorers_are_tested_at_every_level() -> None:
    good, poor = HUMAN + 0.3 * RNG.normal(size=len(HUMAN)), RNG.normal(size=len(HUMAN))
    found = agreement(
        {"good": good, "poor": poor}, HUMAN, TEXTS,
        item=ITEMS.tolist(), system=SYSTEMS.tolist(), draws=99,
    )  # fmt: skip
    tests = found.compare("good", "poor")
    assert [test.name for test in tests] == ["williams", "permutation"]
    assert max(test.p for test in tests) <= 0.01
    assert found.compare("good", "poor", level="within", kind="kendall")[0].p < 0.001
    assert found.compare("good", "poor", level="system", kind="pearson")[0].n == N_SYSTEMS
    assert found.compare("good", "good")[1].p == 1.0
    gap = found.get("good").minus(found.get("poor"))
    assert gap.low > 0


def test_markdown_and_json_hold_every_level_and_mark_the_trivial_rows() -> None:
    found = of(SKILL)
    assert found.to_markdown().count(f"| *{LENGTH}* |") == 3
    data = json.loads(found.to_json())
    assert len(data["results"]) == 3 * 3 * len(MEASURES)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: agreement({}, [1], ["a"]), "at least one scorer by name"),
        (lambda: agreement([1.0], [1], ["a"]), "at least one scorer by name"),
        (lambda: agreement({"a": [1, 2]}, [1], ["a"]), "a has 2 rows, but there are 1 texts"),
        (lambda: agreement({"a": [1]}, [1], "a"), "got one string"),
        (lambda: agreement({"a": ["x"]}, [1], ["a"]), "a must hold one number a row"),
        (lambda: agreement({"a": [[1, 2]]}, [1], ["a"]), "pass .primary"),
        (lambda: agreement({"FKGL": [1]}, [1], ["a"]), "FKGL is the name of a trivial row"),
        (lambda: of(SKILL).get("mine", "item", "rmse"), "measures pearson, spearman"),
        (lambda: of(SKILL).get("other"), "scorers mine, length only"),
        (lambda: of(SKILL).compare("mine", LENGTH, kind="pairs"), "kind 'pairs' is not one of"),
    ],
)
def test_a_wrong_call_says_what_was_expected(call: object, told: str) -> None:
    with pytest.raises(InputError, match=told.replace(".", r"\.")):
        call()
