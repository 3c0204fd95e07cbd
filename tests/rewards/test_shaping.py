"""Shapes of one scorer: the goldens, what they promise, and what they refuse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.onnx import export, load
from qualmetrics.reward.composition import weighted_mean
from qualmetrics.reward.shaping import (
    clip,
    column,
    logistic,
    pick,
    range_map,
    saturate,
    target_band,
    threshold,
    zscore,
)
from qualmetrics.testing import check_scorer
from tests.rewards.rows import V, run

NUMBERS = st.floats(-1e6, 1e6)
FLESCH = qm.get("flesch_reading_ease")
SHAPED = {
    "gaussian": target_band(FLESCH, target=60, undefined=0.0),
    "linear": target_band(FLESCH, target=60, width=100, shape="linear", undefined=None),
    "plateau": target_band(FLESCH, target="level", shape="plateau", undefined=-1.0),
    "hinge": target_band(qm.get("fkgl"), target="level", shape="hinge", undefined=None),
    "range_map": range_map(FLESCH, low=0, high=100, undefined=None),
    "range_map straight": range_map(FLESCH, low=100, high=0, clipped=False, undefined=None),
    "clip": clip(FLESCH, low=0, high=100, undefined=50.0),
    "zscore": zscore(FLESCH, mean=60, std=15, limit=0.3, undefined=None),
    "saturate": saturate(qm.get("repetition"), rate=3.0, cap=0.5, undefined=None),
    "logistic": logistic(FLESCH, centre=60, scale=10, undefined=None),
    "threshold": threshold(FLESCH, at_least=60, undefined=None),
    "pick": pick(qm.get("repetition"), output="rep_3", undefined=None),
    "column": column("level"),
}


@pytest.mark.parametrize("name", SHAPED)
def test_a_shape_keeps_every_law(name):
    check_scorer(SHAPED[name])


@pytest.mark.parametrize("name", SHAPED)
def test_the_exported_shape_keeps_every_law_and_its_numbers(name, tmp_path):
    pytest.importorskip("ndonnx")
    scorer = load(export(SHAPED[name], tmp_path / "bundle"))
    assert scorer.signature == SHAPED[name].signature
    check_scorer(scorer, skip=["law_thread_safe"])


# G3 of the specification, computed by hand with numpy from exp(-d^2/200) and 1 - d/100.
@pytest.mark.parametrize(
    ("value", "expected"),
    [(60, 1), (65, 0.882497), (70, 0.606531), (80, 0.135335), (90, 0.011109), (100, 0.000335)],
)
def test_the_gaussian_band_has_the_values_of_its_formula(value, expected):
    band = target_band(V, target=60, width=10, undefined=None)
    assert run(band, v=[value])[0] == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(("value", "expected"), [(60, 1), (70, 0.9), (0, 0.4), (-60, -0.2)])
def test_the_linear_band_has_the_values_of_the_look_ahead_score(value, expected):
    band = target_band(V, target=60, width=100, shape="linear", undefined=None)
    assert run(band, v=[value])[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shape", ["gaussian", "linear", "plateau", "hinge"])
@given(target=NUMBERS, near=st.floats(0, 1e3), more=st.floats(0, 1e3), width=st.floats(0.01, 1e3))
def test_a_band_never_rises_with_the_distance_on_either_side(shape, target, near, more, width):
    band = target_band(V, target=target, width=width, shape=shape, undefined=None)
    far = near + more
    one, two, three, four = run(band, v=[target + near, target + far, target - near, target - far])
    assert two <= one + 1e-9
    assert four <= three + 1e-9
    assert one == pytest.approx(three, abs=1e-6 * (1 + abs(target)) / width)


@pytest.mark.parametrize("shape", ["gaussian", "linear", "plateau", "hinge"])
def test_a_band_is_one_on_its_target(shape):
    band = target_band(V, target="t", width=2.5, shape=shape, undefined=None)
    assert run(band, v=[3.0, -7.5], t=[3.0, -7.5]).tolist() == [1.0, 1.0]


def test_a_plateau_is_flat_up_to_its_width_and_continuous_there():
    band = target_band(V, target=0, width=10, shape="plateau", undefined=None)
    flat, edge, past = run(band, v=[9.0, 10.0, 10.0 + 1e-9])
    assert (flat, edge) == (1.0, 1.0)
    assert past == pytest.approx(1.0, abs=1e-9)


def test_a_row_without_a_target_is_worth_what_was_said():
    band = target_band(V, target="t", width=1, undefined=-2.0)
    scores = band(["x", "x"], columns={"v": [1, 1], "t": [1, None]})
    assert scores.primary.tolist() == [1.0, -2.0]
    assert scores.status_names == ["ok", "not_applicable"]


def test_the_usual_width_follows_the_unit():
    assert SHAPED["gaussian"].spec.parameters["width"] == 10
    assert SHAPED["hinge"].spec.parameters["width"] == 1


def test_a_width_that_cannot_be_guessed_is_asked_for():
    with pytest.raises(InputError, match=r"width=0\.1"):
        target_band(qm.get("repetition"), target=0.5, undefined=None)


def test_what_an_undefined_row_is_worth_has_no_default():
    with pytest.raises(TypeError, match="undefined"):
        target_band(FLESCH, target=60)  # type: ignore[call-arg]


@pytest.mark.parametrize("worth", [math.inf, "0", True])
def test_an_undefined_row_is_worth_a_number_or_none(worth):
    with pytest.raises(InputError, match="undefined"):
        target_band(FLESCH, target=60, undefined=worth)


@given(value=NUMBERS, low=NUMBERS, high=NUMBERS)
def test_a_range_map_stays_inside_and_is_monotone(value, low, high):
    if abs(low - high) < 1e-3:
        return
    mapped = range_map(V, low=low, high=high, to=(-1, 2), undefined=None)
    first, second = run(mapped, v=[value, value + 1])
    assert -1 <= first <= 2
    assert (second - first) * (high - low) >= -1e-6 * abs(high - low)


def test_the_ends_of_a_range_become_the_ends_of_the_other():
    mapped = range_map(V, low=10, high=20, to=(5, 7), undefined=None)
    assert run(mapped, v=[10, 15, 20, 99]).tolist() == [5, 6, 7, 7]


def test_a_z_score_is_cut_at_its_limit():
    scored = zscore(V, mean=10, std=2, limit=0.3, undefined=None)
    assert run(scored, v=[10, 10.4, 20, -5]) == pytest.approx([0, 0.2, 0.3, -0.3])


@given(value=st.floats(0, 50), more=st.floats(0, 50))
def test_saturation_rises_ever_more_slowly_and_never_beyond_one(value, more):
    curve = saturate(V, rate=0.7, undefined=None)
    one, two, three = run(curve, v=[value, value + more, value + 2 * more])
    assert one <= two <= three <= 1
    assert three - two <= two - one + 1e-12


@given(value=st.floats(-300, 300), more=st.floats(0, 300), scale=st.floats(0.1, 100))
def test_a_logistic_rises_between_0_and_1_and_turns_at_its_centre(value, more, scale):
    curve = logistic(V, centre=5.0, scale=scale, undefined=None)
    low, high, middle, mirrored = run(curve, v=[value, value + more, 5.0, 10.0 - value])
    assert 0 <= low <= high <= 1
    assert middle == 0.5
    assert low + mirrored == pytest.approx(1.0)


def test_a_threshold_includes_its_limits():
    passed = threshold(V, at_least=2, at_most=3, undefined=None)
    assert run(passed, v=[1.9, 2, 3, 3.1]).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: range_map(V, low=1, high=1, undefined=None), "two ends"),
        (lambda: clip(V, low=2, high=1, undefined=None), "below"),
        (lambda: zscore(V, mean=0, std=0, undefined=None), "std must be above 0"),
        (lambda: saturate(V, undefined=None), "rate="),
        (lambda: threshold(V, undefined=None), "at_least="),
        (lambda: threshold(V, at_least=3, at_most=2, undefined=None), "nothing is"),
        (lambda: pick(qm.get("repetition"), output="rep3", undefined=None), "it has rep_2"),
        (lambda: target_band("fre", target=60, undefined=None), "takes a scorer"),
        (lambda: target_band(V, target=1, width=1, shape="round", undefined=None), "gaussian"),
        (lambda: target_band(V, target=math.nan, width=1, undefined=None), "finite"),
        (lambda: column("two words"), "letters"),
    ],
)
def test_a_wrong_shape_is_refused_with_what_is_expected(make, match):
    with pytest.raises(InputError, match=match):
        make()


def test_a_value_of_nan_stays_undefined_through_every_shape():
    for name, scorer in SHAPED.items():
        scores = scorer([""], columns={c: [1.0] for c in scorer.spec.columns})
        assert scores.undefined.tolist() == [True], name
        assert np.isnan(scores.primary[0]) or scores.primary[0] == scorer.spec.undefined


WRONG = ["soon", "1_000", b"60", [60], np.array([60.0]), {}, 10**400, object()]


@pytest.mark.parametrize("cell", WRONG, ids=lambda cell: type(cell).__name__)
def test_a_cell_that_is_no_number_costs_its_row_alone_or_in_a_batch(cell):
    reward = target_band(column("a"), target=80, width=1, undefined=0.5)
    alone = reward(["x"], columns={"a": [cell]})
    scores = reward(["x"] * 4, columns={"a": [cell, 80, None, "80"]})
    assert scores.status_names == [*alone.status_names, "ok", "not_applicable", "ok"]
    assert (alone.status_names, scores.primary.tolist()) == (["error"], [0.5, 1.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("cell", "value"),
    [(True, 1.0), (False, 0.0), (" 6e1 ", 60.0), (np.float32(2), 2.0), (np.array(3), 3.0)],
)
def test_what_is_one_number_is_read_as_it(cell, value):
    assert column("a")(["x"], columns={"a": [cell]}).primary.tolist() == [value]


@pytest.mark.parametrize("cell", [None, np.nan, "nan", "", "  "])
def test_a_cell_without_a_number_is_missing(cell):
    assert column("a")(["x"], columns={"a": [cell]}).status_names == ["not_applicable"]


def test_an_error_in_a_term_is_one_of_the_reward_and_a_missing_term_is_not():
    reward = weighted_mean({"a": column("a"), "b": column("b")}, missing="skip", undefined=9.0)
    scores = reward(["x"] * 3, columns={"a": [1, None, "soon"], "b": [3, 3, 3]})
    assert scores.status_names == ["ok", "ok", "error"]
    assert scores.primary.tolist() == [2.0, 3.0, 9.0]
