"""Compositions: goldens, what a missing term does, names, and what they refuse."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import InputError, RecipeError
from qualmetrics.onnx import export, load
from qualmetrics.reward.composition import (
    cascade,
    gate,
    geometric,
    harmonic,
    minimum,
    product,
    veto,
    weighted_mean,
    weighted_sum,
)
from qualmetrics.reward.shaping import clip, column, range_map, target_band, threshold
from qualmetrics.testing import check_scorer
from tests.core import toys
from tests.rewards.rows import run

A, B = column("a"), column("b")
UNIT = {
    "a": clip(A, low=0, high=1, undefined=None),
    "b": clip(B, low=0, high=1, undefined=None),
}
EASE = target_band(qm.get("fre"), target=60, undefined=None)
GRADE = target_band(qm.get("fkgl"), target="level", undefined=None)
TERMS = {"ease": EASE, "grade": GRADE}
FLOW = threshold(qm.get("repetition"), at_most=0.3, undefined=None, name="flows")
COMPOSED = {
    "weighted_sum": weighted_sum(TERMS, weights={"ease": 2, "grade": -1}, undefined=0.0),
    "weighted_mean": weighted_mean(TERMS, undefined=None),
    "skipping mean": weighted_mean(TERMS, undefined=None, missing="skip"),
    "zero mean": weighted_mean(TERMS, undefined=-1.0, missing="zero"),
    "harmonic": harmonic(TERMS, undefined=None),
    "geometric": geometric(TERMS, undefined=None),
    "product": product(TERMS, undefined=0.0),
    "minimum": minimum(TERMS, undefined=None),
    "gate": gate(EASE, when=FLOW, at_least=1, floor=-1.0, undefined=None),
    "gate that only hurts": gate(
        EASE, when=FLOW, at_least=1, floor="at_most_zero", undefined=None
    ),
    "veto": veto(EASE, critical={"flows": FLOW}, undefined=0.0),
    "cascade": cascade(
        range_map(qm.get("fre"), low=0, high=100, undefined=None, name="quick"),
        slow=range_map(qm.get("fkgl"), low=12, high=0, undefined=None, name="sure"),
        low=0.4, high=0.8, undefined=None,
    ),
    "nested": product(
        {"both": weighted_mean(TERMS, undefined=None, missing="skip"), "flows": FLOW},
        undefined=0.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPOSED)
def test_a_composition_keeps_every_law(name):
    check_scorer(COMPOSED[name])


@pytest.mark.parametrize("name", COMPOSED)
def test_the_exported_composition_keeps_the_laws_and_its_signature(name, tmp_path):
    pytest.importorskip("ndonnx")
    scorer = load(export(COMPOSED[name], tmp_path / "bundle"))
    if name != "cascade":  # whose graph computes both sides, and says so
        assert scorer.signature == COMPOSED[name].signature
    check_scorer(scorer, skip=["law_thread_safe"])


# G16 of the specification.
@pytest.mark.parametrize(
    ("operator", "expected"),
    [(weighted_mean, 0.6), (harmonic, 0.533333), (geometric, 0.565685), (product, 0.32),
     (minimum, 0.4)],
)  # fmt: skip
def test_two_terms_at_equal_weight_combine_as_written(operator, expected):
    assert run(operator(UNIT, undefined=None), a=[0.8], b=[0.4])[0] == pytest.approx(
        expected, abs=5e-7
    )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 10), st.floats(0.1, 10))
def test_means_lie_between_their_terms_in_the_order_of_the_classics(a, b, u, w):
    weights = {"a": u, "b": w}
    h, g, m = (
        run(op(UNIT, weights=weights, undefined=None), a=[a], b=[b])[0]
        for op in (harmonic, geometric, weighted_mean)
    )
    floor = 1e-6  # to which the first two raise a term of 0
    assert min(a, b) - floor <= h <= g + 1e-9
    assert g <= m + floor + 1e-9
    assert m <= max(a, b) + 1e-12


@pytest.mark.parametrize("operator", [weighted_mean, harmonic, geometric, product, minimum])
@given(a=st.floats(0, 1), b=st.floats(0, 1), more=st.floats(0, 1))
def test_a_better_term_never_lowers_the_whole(operator, a, b, more):
    low, high = run(operator(UNIT, undefined=None), a=[a, min(a + more, 1)], b=[b, b])
    assert low <= high + 1e-12


def test_a_missing_term_makes_the_whole_undefined_unless_told():
    whole = weighted_mean({"a": A, "b": B}, undefined=None)
    scores = whole(["x"], columns={"a": [1.0], "b": [None]})
    assert np.isnan(scores.primary[0])
    assert scores.status_names == ["not_applicable"]


# G12's remark: with the second reward of row 2 missing the sums are 1.1, 0, 1.05, .45.
def test_a_skipped_term_leaves_the_others_as_a_trainer_does():
    total = weighted_sum(
        {"a": A, "b": B}, weights={"a": 1, "b": 0.5}, missing="skip", undefined=None
    )
    values = run(total, a=[1, 0, 1, 0], b=[0.2, None, 0.1, 0.9])
    assert values == pytest.approx([1.1, 0, 1.05, 0.45])


def test_a_skipping_mean_divides_by_the_weights_it_used():
    terms, columns = {"a": A, "b": B}, {"a": [0.8, 0.8], "b": [0.2, None]}
    weights = {"a": 1, "b": 3}
    skip = weighted_mean(terms, weights=weights, missing="skip", undefined=None)
    zero = weighted_mean(terms, weights=weights, missing="zero", undefined=None)
    assert run(skip, **columns) == pytest.approx([0.35, 0.8])
    assert run(zero, **columns) == pytest.approx([0.35, 0.2])


def test_a_row_where_every_term_is_missing_is_undefined():
    for missing in ("skip", "zero"):
        mean = weighted_mean({"a": A, "b": B}, missing=missing, undefined=7.0)
        scores = mean(["x"], columns={"a": [None], "b": [None]})
        assert (scores.primary[0], scores.undefined[0]) == (7.0, True)


def test_a_term_whose_worth_was_said_counts_with_it():
    said = target_band(A, target=1, width=1, undefined=0.25)
    mean = weighted_mean({"a": said, "b": B}, undefined=None)
    assert run(mean, a=[None], b=[0.75]) == pytest.approx([0.5])


def test_a_gate_shows_the_reward_the_floor_or_only_what_hurts():
    columns = {"a": [0.7, 0.7, -0.7], "b": [1, 0, 0]}
    floor = gate(A, when=B, at_least=1, floor=-5.0, undefined=None)
    hurt = gate(A, when=B, at_least=1, floor="at_most_zero", undefined=None)
    assert run(floor, **columns).tolist() == [0.7, -5.0, -5.0]
    assert run(hurt, **columns).tolist() == [0.7, 0.0, -0.7]


@given(st.floats(-100, 100), st.floats(0, 1), st.floats(0, 1))
def test_a_veto_beats_any_value(value, first, second):
    scorer = veto(A, critical={"b": B, "c": column("c")}, at_least=0.5, floor=0.0, undefined=None)
    (seen,) = run(scorer, a=[value], b=[first], c=[second])
    assert seen == (value if min(first, second) >= 0.5 else 0.0)


def test_a_cascade_asks_the_slow_scorer_where_the_fast_one_is_unsure_only():
    asked = []
    slow = toys.toy_ranker()
    toys.READS.clear()
    texts = ["a b", "a b c", "a b c d"]
    whole = cascade(A, slow=slow, low=0.4, high=0.6, undefined=None)
    scores = whole(texts, columns={"a": [0.1, 0.5, 0.9]})
    asked = [rows for _, rows, _ in toys.READS]
    assert sum(asked) == 1
    assert scores.primary.tolist() == [0.1, slow(texts).primary[1], 0.9]
    assert scores.children["toy_ranker"].status_names == ["not_applicable", "ok", "not_applicable"]


def test_the_values_of_the_terms_are_always_there():
    scores = COMPOSED["nested"](["The cat sat on the mat."], columns={"level": [3.0]})
    assert set(scores.children) == {"both", "flows"}
    assert set(scores.children["both"].children) == {"ease", "grade"}


def test_two_terms_may_be_the_same_scorer_under_two_names():
    scorer = weighted_sum({"one": EASE, "two": EASE}, undefined=None)
    check_scorer(scorer)
    values = scorer(["The cat sat on the mat."])
    assert values.primary[0] == pytest.approx(2 * values.children["one"].primary[0])


def test_a_composition_of_a_scorer_without_a_recipe_says_why_it_cannot_be_pickled():
    nameless = qm.get("fre").named("mine")
    with pytest.raises(RecipeError, match="no recipe"):
        pickle.dumps(weighted_mean({"a": nameless}, undefined=None))


def test_a_composition_of_a_users_own_scorer_is_pickled_but_never_read_from_a_file():
    mine = weighted_mean({"a": toys.toy_ranker()}, undefined=None)
    assert pickle.loads(pickle.dumps(mine)) == mine  # noqa: S301
    with pytest.raises(RecipeError, match="may name"):
        mine.recipe.build()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: weighted_mean([EASE], undefined=None), "mapping of names"),
        (lambda: weighted_mean({}, undefined=None), "at least one"),
        (lambda: weighted_mean({"a": "fre"}, undefined=None), "takes scorers"),
        (lambda: weighted_mean({"a b": EASE}, undefined=None), "letters"),
        (lambda: weighted_mean(TERMS, weights={"eas": 1}, undefined=None), "Did you mean 'ease'"),
        (lambda: weighted_mean(TERMS, weights={"ease": 1}, undefined=None), "nothing of grade"),
        (lambda: weighted_mean(TERMS, weights={"ease": 1, "grade": -1}, undefined=None), "above 0"),
        (lambda: weighted_mean(TERMS, missing="none", undefined=None), "undefined, skip, zero"),
        (lambda: gate(EASE, when=EASE, at_least=1, floor=0, undefined=None), "name one"),
        (lambda: veto(EASE, critical={"target_band": FLOW}, undefined=None), "both called"),
        (lambda: cascade(EASE, slow=GRADE, low=0.1, high=0.2, undefined=None), "name one"),
        (lambda: cascade(A, slow=B, low=1, high=0, undefined=None), "above high"),
    ],
)  # fmt: skip
def test_a_wrong_composition_is_refused_with_what_is_expected(make, match):
    with pytest.raises(InputError, match=match):
        make()
