"""Ensembles: the mean and spread of their members, by hand; laws; what is no ensemble."""

from pathlib import Path

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.ensemble import ensemble
from qualmetrics.errors import InputError
from qualmetrics.testing import TEXTS, check_scorer

NAMES = ("flesch_kincaid_grade", "gunning_fog", "automated_readability_index")


def three() -> qm.Scorer:
    return ensemble("grade", [qm.get(name) for name in NAMES])


def test_it_is_the_mean_and_the_standard_deviation_of_its_members() -> None:
    text = ["The small boat crossed the bay before noon. Nobody objected to it."]
    members = np.array([qm.get(name)(text).primary[0] for name in NAMES])
    mean, spread = three()(text).values[0]
    assert mean == pytest.approx(members.mean(), abs=1e-12)
    assert spread == pytest.approx(members.std(ddof=1), abs=1e-12)


def test_the_members_stay_visible() -> None:
    assert set(three()(["A cat sat."]).children) == {"grade_0", "grade_1", "grade_2"}


def test_it_keeps_every_law() -> None:
    check_scorer(three(), skip=["law_recipe_round_trip"])


def test_its_bundle_keeps_every_law(tmp_path: Path) -> None:
    pytest.importorskip("ndonnx", reason="ndonnx is not installed")
    from qualmetrics.onnx import export, load

    loaded = load(export(three(), tmp_path / "grade"))
    check_scorer(loaded)
    np.testing.assert_allclose(loaded(TEXTS).values, three()(TEXTS).values, atol=1e-12)


@pytest.mark.parametrize(
    "members",
    [["gunning_fog"], ["gunning_fog", "gunning_fog"], ["gunning_fog", "flesch_reading_ease"]],
)
def test_what_is_no_ensemble_is_refused(members: list[str]) -> None:
    with pytest.raises(InputError):
        ensemble("grade", [qm.get(name) for name in members])
