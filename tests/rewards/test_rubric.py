"""Rubrics: the golden, pitfalls, vetoes, missing answers, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.onnx import export, load
from qualmetrics.reward.config import load_reward
from qualmetrics.reward.rubric import rubric
from qualmetrics.reward.shaping import column, threshold
from qualmetrics.testing import check_scorer
from tests.rewards.rows import run

FOUR = {name: column(name) for name in "abcd"}
WEIGHTS = {"a": "essential", "b": "important", "c": "optional", "d": "pitfall"}
PLAIN = threshold(qm.get("fkgl"), at_most=8, undefined=None)
FLOWS = threshold(qm.get("repetition", n=(3,)), at_most=0.2, undefined=None)
ROAD = qm.get("contains", phrases=("the road", "house"))


def row(**judged):
    return {name: [value] for name, value in judged.items()}


# G8 of the specification: (1 + .7 + .9) / 2.9.
def test_a_rubric_is_the_weighted_share_of_what_is_met():
    found = run(rubric(FOUR, weights=WEIGHTS, undefined=None), **row(a=1, b=True, c=0, d=1))
    assert found[0] == pytest.approx(0.896552, abs=5e-7)


def test_a_pitfall_that_is_there_counts_as_not_met():
    scorer = rubric(FOUR, pitfalls=["d"], undefined=None)
    assert run(scorer, **row(a=1, b=1, c=1, d=0))[0] == 1
    assert run(scorer, **row(a=1, b=1, c=1, d=1))[0] == pytest.approx(3 / 3.9)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_checks_does_not_matter(values, order):
    judged = {name: [value] for name, value in zip("abcd", values, strict=True)}
    names = list("abcd")
    order.shuffle(names)
    one = rubric(FOUR, weights=WEIGHTS, critical=["b"], undefined=None)
    two = rubric({n: FOUR[n] for n in names}, weights=WEIGHTS, critical=["b"], undefined=None)
    assert run(one, **judged).tolist() == run(two, **judged).tolist()


@given(st.floats(0.01, 1e6))
def test_a_veto_beats_any_weight(weight):
    scorer = rubric(FOUR, weights={"a": weight}, critical=("d",), undefined=None)
    assert run(scorer, **row(a=1, b=1, c=1, d=0)).tolist() == [0]


@pytest.mark.parametrize(
    ("missing", "expected"), [("skip", 0.5), ("no", 1 / 3), ("undefined", None)]
)
def test_an_answer_that_is_missing_does_what_was_said(missing, expected):
    checks = {name: FOUR[name] for name in "abc"}
    scores = rubric(checks, missing=missing, undefined=None)(
        ["x"], columns={"a": [1], "b": [0], "c": [None]}
    )
    found = None if scores.undefined[0] else float(scores)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_a_rubric_without_any_answer_is_undefined():
    scores = rubric(FOUR, missing="no", undefined=None)(
        ["x"], columns={name: [None] for name in "abcd"}
    )
    assert scores.undefined.tolist() == [True]


def test_a_rubric_of_scorers_keeps_every_law_and_so_does_its_bundle(tmp_path):
    checks = {"plain": PLAIN, "flows": FLOWS, "road": ROAD, "accurate": column("accurate")}
    scorer = rubric(checks, weights={"plain": 0.7}, critical=["flows"], undefined=0.0)
    check_scorer(scorer)
    pytest.importorskip("ndonnx")
    bundle = load(export(scorer, tmp_path / "bundle"))
    assert bundle.signature == scorer.signature
    check_scorer(bundle, skip=["law_thread_safe"])


def test_a_rubric_stands_in_a_configuration():
    config = load_reward(
        {
            "name": "quality",
            "undefined": 0,
            "reward": {
                "use": "rubric",
                "checks": {
                    "plain": {"use": "threshold", "of": "fkgl", "at_most": 8},
                    "road": {"use": "contains", "phrases": ["the road"]},
                    "rude": {"use": "column", "name": "rude"},
                },
                "weights": {"plain": "important"},
                "pitfalls": ["rude"],
                "missing": "skip",
            },
        }
    )
    scores = config.scorer(["The road was long."], columns={"rude": [None]})
    assert float(scores) == 1
    assert set(scores.children) == {"plain", "road", "rude"}


def test_phrases_are_found_as_whole_words():
    found = ROAD(["Down THE  road, a house.", "The roadhouse", "the road"]).primary
    assert found.tolist() == [1, 0, 0.5]


@pytest.mark.parametrize(
    ("options", "match"),
    [({"weights": {"e": 1}}, "no key 'e'"), ({"weights": {"a": "esential"}}, "'essential'"),
     ({"weights": {"a": 0}}, "above 0"), ({"pitfalls": ["x"]}, "no key"),
     ({"critical": ["x"]}, "no key"), ({"missing": "maybe"}, "undefined, skip, no")],
)  # fmt: skip
def test_a_wrong_rubric_is_refused(options, match):
    with pytest.raises(InputError, match=match):
        rubric(FOUR, undefined=None, **options)


def test_a_list_of_checks_is_refused():
    with pytest.raises(InputError, match="map ids"):
        rubric([PLAIN], undefined=None)
