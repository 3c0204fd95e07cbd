"""Length curves: the goldens, continuity, maxima and bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.onnx import export, load
from qualmetrics.reward.length_curves import (
    cosine_length,
    keep_long,
    linear_outside,
    lppo_length,
    soft_overlong,
    surrogate_length,
    target_length,
    unit_increase,
)
from qualmetrics.reward.shaping import column
from qualmetrics.testing import check_scorer
from tests.rewards.rows import V, run

WORDS = qm.get("length")
CURVES = {
    "soft_overlong": lambda of: soft_overlong(of, limit=100, cache=20, undefined=0.0),
    "surrogate_length": lambda of: surrogate_length(of, limit=100, undefined=None),
    "lppo_length": lambda of: lppo_length(of, sigma=2, undefined=None),
    "keep_long": lambda of: keep_long(of, least=50, undefined=None),
    "target_length": lambda of: target_length(of, target=156, undefined=None),
    "unit_increase": lambda of: unit_increase(of, cap=3, undefined=None),
    "cosine_length": lambda of: cosine_length(of, limit=100, first=1, last=0.5, undefined=None),
    "linear_outside": lambda of: linear_outside(of, undefined=-1.0),
}
CONTINUOUS = sorted(set(CURVES) - {"keep_long"})
# G4, G5, G14 of the specification, and hand computations from the same table.
GOLDEN = [
    *[(surrogate_length(V, limit=1, peak=0.5, undefined=None), x, y) for x, y in
      [(0, 0), (0.1, 0.36), (0.25, 0.75), (0.5, 1), (0.75, 0.5), (1, -1)]],
    *[(surrogate_length(V, limit=1, peak=0.25, undefined=None), x, y) for x, y in
      [(0.1, 0.64), (0.25, 1), (0.5, 0.777778), (1, -1)]],
    *[(soft_overlong(V, limit=100, cache=20, undefined=None), x, y) for x, y in
      [(80, 0), (81, -0.05), (90, -0.5), (100, -1), (101, -1)]],
    *[(lppo_length(V, sigma=2, undefined=None), x, y) for x, y in
      [(50, 2), (100, 0), (200, -4)]],
    *[(keep_long(V, least=50, undefined=None), x, y) for x, y in [(49, -20), (50, 0)]],
    *[(target_length(V, target=120, undefined=None), x, y) for x, y in
      [(120, 1), (60, 0.5), (240, 0), (0, 0)]],
    *[(unit_increase(V, undefined=None, cap=None), x, y) for x, y in [(50, 0.5), (250, 2.5)]],
    *[(cosine_length(V, limit=100, first=1, last=0.5, undefined=None), x, y) for x, y in
      [(0, 1), (50, 0.75), (100, 0.5), (400, 0.5)]],
    *[(linear_outside(V, undefined=None), x, y) for x, y in
      [(10, 0), (1000, 0), (5, -0.05), (1100, -1)]],
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(GOLDEN)))
def test_a_length_curve_has_the_values_of_its_source(case):
    curve, length, expected = GOLDEN[case]
    assert run(curve, v=[length])[0] == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("name", CURVES)
def test_a_length_curve_keeps_every_law(name):
    check_scorer(CURVES[name](WORDS))


@pytest.mark.parametrize("name", CURVES)
def test_the_exported_curve_keeps_its_numbers(name, tmp_path):
    pytest.importorskip("ndonnx")
    curve = CURVES[name](column("v"))
    theirs = load(export(curve, tmp_path / "bundle"))
    lengths = [0, 1, 24, 25, 26, 49, 50, 79, 80, 81, 99, 100, 101, 156, 1e6]
    assert run(theirs, v=lengths) == pytest.approx(run(curve, v=lengths), rel=1e-12)


@pytest.mark.parametrize("name", CONTINUOUS)
@given(length=st.floats(0, 2000))
def test_a_length_curve_has_no_steps(name, length):
    one, two = run(CURVES[name](V), v=[length, length + 1e-7])
    assert abs(one - two) < 1e-5


@pytest.mark.parametrize("name", CURVES)
@given(length=st.integers(0, 3000))
def test_a_length_curve_stays_inside_its_bounds_for_whole_and_broken_lengths(name, length):
    curve = CURVES[name](V)
    whole, broken = run(curve, v=[length, float(length)])
    low, high = curve.spec.bounds
    assert whole == broken
    assert low is None or whole >= low - 1e-12
    assert high is None or whole <= high + 1e-12


@given(peak=st.floats(0.05, 0.9))
def test_the_surrogate_curve_is_highest_at_its_peak(peak):
    curve = surrogate_length(V, limit=1000, peak=peak, undefined=None)
    lengths = np.linspace(0, 1000, 401)
    best = lengths[np.argmax(run(curve, v=lengths))]
    assert best == pytest.approx(1000 * peak, abs=2.5)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: soft_overlong(V, limit=10, cache=20, undefined=None), "longer than limit"),
        (lambda: surrogate_length(V, limit=10, peak=1.5, undefined=None), "share of the limit"),
        (lambda: linear_outside(V, low=5, high=1, undefined=None), "above high"),
        (lambda: target_length(V, target=0, undefined=None), "above 0"),
    ],
)
def test_a_wrong_curve_is_refused(make, match):
    with pytest.raises(InputError, match=match):
        make()
