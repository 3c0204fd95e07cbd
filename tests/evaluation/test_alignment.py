"""Requested against measured levels."""

import json

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.evaluation import aligned_levels, alignment_report, wilson

stats = pytest.importorskip("scipy.stats")
EASY = "The dog ran. It was hot. He sat down."
MIDDLE = "The dog was running in the garden because the weather was warm."
HARD = "Notwithstanding meteorological discomfort, the animal persevered indefatigably."
GRADE = "flesch_kincaid_grade"


@pytest.mark.parametrize(("hits", "n"), [(27, 300), (0, 12), (12, 12), (1, 3)])
def test_the_interval_is_scipys(hits: int, n: int) -> None:
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_one_row_by_hand() -> None:
    row = aligned_levels([1.0, 2.0, 3.5, float("nan")], 2.0, 1.0)
    assert (row.n, row.n_undefined, row.bias) == (3, 1, pytest.approx(1 / 6))
    assert row.within.value == pytest.approx(2 / 3)
    assert row.sd == pytest.approx(np.std([1.0, 2.0, 3.5], ddof=1))


def test_a_writer_who_listens_is_told_from_one_who_does_not() -> None:
    texts, asked = [EASY, MIDDLE, HARD], [0, 6, 20]
    listens = alignment_report(texts, asked, draws=20).responses[0]
    deaf = alignment_report([MIDDLE] * 3, asked, draws=20).responses[0]
    assert listens.monotone == 1.0
    assert listens.slope.value > 0.5
    assert np.isnan(deaf.monotone)
    assert deaf.slope.value == pytest.approx(0.0, abs=1e-12)


def test_several_metrics_and_conditions_make_one_table() -> None:
    asked = {GRADE: 2, "flesch_reading_ease": [90, 90, 90, None]}
    found = alignment_report(
        [EASY, HARD, EASY, "!!!"], asked, asked, condition=["plain", "plain", "told", "told"],
        draws=10,
    )  # fmt: skip
    assert [row.condition for row in found.rows] == ["plain", "told", "all"] * 2
    assert found.get(GRADE, "told").n_undefined == 1
    assert found.get("flesch_reading_ease").tolerance == 10.0
    assert "| flesch_kincaid_grade | plain | 2 | 0 |" in found.to_markdown()
    assert json.loads(found.to_json())["signatures"][GRADE].startswith(GRADE)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: alignment_report(EASY, 2), "got one string"),
        (lambda: alignment_report([EASY], 2, [GRADE, "lix"]), "several metrics have several units"),
        (lambda: alignment_report([EASY], {}), "nothing was requested of flesch_kincaid"),
        (lambda: alignment_report([EASY], {"lix": 2}), "names lix, which is not among the metrics"),
        (lambda: alignment_report([EASY], 2, tolerance={"lix": 2}), "tolerance names lix"),
        (lambda: aligned_levels([1.0, 2.0], [1.0], 1.0), "requested .n,. or one number"),
        (lambda: alignment_report([EASY], [1, 2]), "1 texts, but flesch_kincaid_grade was req"),
        (lambda: alignment_report([EASY], "A2"), "must be numbers; got 'A2'"),
        (lambda: alignment_report([EASY], 2, tolerance=0), "a tolerance is above 0; got 0"),
        (lambda: alignment_report([EASY], 2, ["rix"]), "say how far off still counts"),
        (lambda: alignment_report([EASY], 2, condition=["a", "b"]), "1 texts but 2 conditions"),
        (lambda: alignment_report([EASY], 2, condition=["all"]), "none may be 'all'"),
        (lambda: alignment_report([EASY], 2, []), "at least one metric"),
    ],
)
def test_a_wrong_call_says_what_was_expected(call: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        call()
