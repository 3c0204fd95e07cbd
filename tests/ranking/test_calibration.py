"""Monotone maps: fitted, held out, as scorers and graphs."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import ExportError, InputError
from qualmetrics.ranking import Calibration, calibrated, chunked, fit_calibration
from qualmetrics.ranking.calibration import CEFR_BANDS
from qualmetrics.ranking.chunks import chunks, weighted_means
from qualmetrics.testing import check_scorer

MAP = Calibration("CEFR level", (0.0, 5.0, 12.0), (1.0, 3.0, 6.0), 40, 0.5, 0.4, 0.9, 1.2,
                  bands=CEFR_BANDS)  # fmt: skip


def test_between_knots_it_is_straight_and_beyond_them_flat() -> None:
    np.testing.assert_allclose(MAP([-9, 0, 2.5, 5, 8.5, 12, 99]), [1, 1, 2, 3, 4.5, 6, 6])


def test_an_undefined_score_stays_undefined() -> None:
    assert np.isnan(MAP([np.nan])).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=40, max_size=60))
def test_a_fitted_map_never_falls(points: list[tuple[float, float]]) -> None:
    x, y = np.array(points).T
    fitted = fit_calibration(x, y, scale="s", knots=6, folds=2)
    mapped = fitted(np.linspace(-6, 6, 200))
    assert (np.diff(mapped) >= -1e-9).all()


def test_a_monotone_relation_is_recovered_on_held_out_texts() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-3, 3, 600)
    y = 3 / (1 + np.exp(-x)) + rng.normal(0, 0.1, 600)
    fitted = fit_calibration(x, y, scale="s")
    assert fitted.rmse < 0.12
    assert fitted.baseline_rmse > 0.6


def test_isotonic_means_equal_scikit_learn() -> None:
    isotonic = pytest.importorskip("sklearn.isotonic")
    rng = np.random.default_rng(1)
    x, y = np.arange(40.0), rng.normal(size=40).cumsum()
    fitted = fit_calibration(x, y, scale="s", knots=20, folds=2)
    bins_x, bins_y = x.reshape(20, 2).mean(axis=1), y.reshape(20, 2).mean(axis=1)
    expected = isotonic.IsotonicRegression().fit_transform(bins_x, bins_y)
    # Pooled bins meet at their common mean; there both say the same.
    for at, level in zip(fitted.x, fitted.y, strict=True):
        assert level == pytest.approx(expected[np.abs(bins_x - at).argmin()])


def test_a_falling_map_turns_difficulty_into_ease() -> None:
    x = np.linspace(0, 10, 100)
    fitted = fit_calibration(x, -x, scale="easiness", falling=True)
    made = calibrated(qm.get("fkgl"), fitted)
    assert made.spec.increases_with == "ease"
    assert fitted(1.0) > fitted(9.0)


def test_a_map_of_another_scorer_is_refused() -> None:
    other = Calibration("s", (0.0, 1.0), (0.0, 1.0), 9, 0, 0, 1, 1, signature="other|v:1")
    with pytest.raises(InputError, match="was fitted to 'other"):
        calibrated(qm.get("fkgl"), other)


def test_it_goes_through_json() -> None:
    assert Calibration.from_json(MAP.to_json()) == MAP
    with pytest.raises(InputError, match="no calibration"):
        Calibration.from_json(json.dumps({"x": [1]}))


def test_a_calibrated_scorer_keeps_the_laws() -> None:
    check_scorer(calibrated(qm.get("fkgl"), MAP))


def test_a_calibrated_scorer_tells_levels_in_words() -> None:
    scores = calibrated(qm.get("fkgl"), MAP)(["The cat sat on the mat. It was warm."])
    assert scores.bands == ["A1"]


def test_a_calibrated_scorer_can_be_pickled() -> None:
    made = calibrated(qm.get("fkgl"), MAP)
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own bytes


def test_a_calibrated_scorer_exports(tmp_path: Path) -> None:
    pytest.importorskip("ndonnx")
    made = calibrated(qm.get("fkgl"), MAP)
    loaded = qm.load(qm.export(made, tmp_path / "bundle"))
    texts = ["It was a dog.", "Notwithstanding reservations, negotiations continued.", ""]
    np.testing.assert_allclose(loaded(texts).values, made(texts).values, atol=1e-9)


def test_chunks_hold_whole_sentences() -> None:
    text = "One two three. Four five. Six seven eight nine. Ten."
    assert chunks(text, 5) == [("One two three. Four five.", 5), ("Six seven eight nine. Ten.", 5)]


def test_chunk_scores_are_weighted_by_length() -> None:
    """Golden G22 of the specification: .2, .8, .5 over 512, 512, 100 words give .5."""
    found = weighted_means(np.array([0.2, 0.8, 0.5]), np.array([512.0, 512.0, 100.0]), [3])
    assert found.tolist() == pytest.approx([0.5])


def test_a_text_of_one_chunk_has_its_own_score() -> None:
    texts = ["The cat sat on the mat.", ""]
    made = chunked(qm.get("fkgl"))
    np.testing.assert_allclose(made(texts).primary, qm.get("fkgl")(texts).primary)


def test_a_long_text_is_the_mean_of_its_chunks() -> None:
    parts = ["The cat sat on the mat.", "Negotiations continued notwithstanding reservations."]
    alone = qm.get("fkgl")(parts).primary
    made = chunked(qm.get("fkgl"), 6)(["  ".join(parts)])
    assert float(made) == pytest.approx((6 * alone[0] + 4 * alone[1]) / 10)


def test_a_chunked_scorer_keeps_the_laws() -> None:
    check_scorer(chunked(qm.get("smog"), 40))


def test_a_chunked_scorer_is_not_exported() -> None:
    pytest.importorskip("ndonnx")
    with pytest.raises(ExportError, match="cut outside of it"):
        qm.export(chunked(qm.get("fkgl")), "never_written")
