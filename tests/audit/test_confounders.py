"""Is it only length: golden G11, and planted scorers that must and must not fail."""

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit
from qualmetrics.audit.confounders import balanced_pairs, confound, non_length_gain, within_groups
from qualmetrics.errors import InputError
from qualmetrics.evaluation.correlation import pearson
from tests.audit import toys

FEW = Settings(draws=50)
A = ([0.10] * 8 + [0.60] * 2, [10] * 8 + [50] * 2)
B = ([0.15] * 2 + [0.65] * 8, [10] * 2 + [50] * 8)


def test_g11_what_is_left_of_a_gain_among_texts_of_equal_length():
    gain = non_length_gain(*A, *B)
    assert gain.delta == pytest.approx(0.35)
    assert gain.within == pytest.approx(0.05)
    assert gain.ratio == pytest.approx(0.142857, abs=1e-6)
    r = pearson(np.array(A[0] + B[0]), np.array(A[1] + B[1], dtype=float))
    assert r**2 == pytest.approx(0.994336, abs=1e-6)


def test_bins_with_one_text_on_a_side_are_left_out():
    assert np.isnan(non_length_gain([1.0, 2.0], [10, 50], [3.0, 4.0], [10, 50]).within)
    assert non_length_gain([1.0, 2.0], [10, 50], [3.0, 4.0], [10, 50]).delta == 2.0


def test_balanced_pairs_hold_as_many_longer_as_shorter_in_every_bin():
    rng = np.random.default_rng(0)
    gaps = rng.integers(-40, 300, size=400).astype(float)
    kept = gaps[balanced_pairs(gaps)]
    assert abs(kept).max() <= 200
    for low in range(0, 200, 10):
        inside = kept[(abs(kept) > low) & (abs(kept) <= low + 10)]
        assert (inside > 0).sum() == (inside < 0).sum()


def test_within_groups_a_group_of_one_says_nothing():
    found = within_groups(np.array([1.0, 3.0, 5.0, np.nan]), ["a", "a", "b", "a"])
    assert found[:2].tolist() == [-1.0, 1.0]
    assert np.isnan(found[2:]).all()


@pytest.fixture(scope="module")
def material():
    """Pairs: the better text has more good words, and is mostly, not always, the longer one."""
    rng = np.random.default_rng(1)
    texts, groups = [], []
    for k in range(120):
        sizes = rng.integers(10, 60, size=2)
        longer_wins = rng.random() < 0.8
        sizes = np.sort(sizes)[:: -1 if longer_wins else 1]
        for size, word in zip(sizes, ("clear", "dull"), strict=True):
            good = int(size * 0.2)
            words = [*[word] * good, *["walk"] * (size - good)]
            texts.append(" ".join(words) + f" {'**x** ' * int(rng.integers(4))}")
            groups.append(str(k))
    return Material(tuple(texts), tuple(groups), np.array([1.0, 0.0] * 120))


def test_length_itself_fails_and_falls_to_one_half_on_balanced_pairs(material):
    found = audit(toys.length, material, checks=["confounder:length"], settings=FEW)
    assert found.get("confounder:length", "within_pearson").value == pytest.approx(1.0)
    assert found.get("confounder:length", "within_pearson").verdict == "fail"
    balanced = found.get("confounder:length", "balanced_accuracy")
    assert (balanced.value, balanced.verdict) == (0.5, "fail")
    assert found.get("confounder:length", "gain_ratio").verdict == "fail"
    beside = found.get("confounder:length", "alone").details["beside"]
    assert beside["scorer less alone"]["value"] == 0.0
    assert found.get("confounder:length", "where_more_is_worse").value == 0.0


def test_content_passes(material):
    found = audit(toys.content, material, checks=["confounder:length"], settings=FEW)
    verdicts = {item.name: item.verdict for item in found.findings}
    assert verdicts["within_pearson"] == "pass"
    assert verdicts["gain_ratio"] == "pass"
    assert verdicts["balanced_accuracy"] == "pass"
    assert found.get("confounder:length", "where_more_is_worse").value == 1.0


def test_punctuation_is_markdown_here(material):
    found = audit(toys.punctuation, material, checks=["confounder:markdown"], settings=FEW)
    assert found.get("confounder:markdown", "within_pearson").verdict == "fail"
    clean = audit(toys.content, material, checks=["confounder:markdown"], settings=FEW)
    assert clean.get("confounder:markdown", "within_pearson").verdict == "pass"


def test_a_readability_formula_is_not_blamed_for_readability(material):
    found = audit("fkgl", material, checks=["confounder:readability"], settings=FEW)
    r = found.get("confounder:readability", "pooled_pearson")
    assert r.value == pytest.approx(-1.0)
    assert {item.verdict for item in found.findings} == {"note"}


def test_a_column_of_the_callers_own(material):
    mine = Material(
        material.texts, material.groups, material.labels,
        columns={"year": tuple(toys.length(material.texts)), "who": ("x",) * len(material)},
    )  # fmt: skip
    told = Settings(draws=20, covariates=("year",))
    found = audit(toys.length, mine, checks=["confounder:columns"], settings=told)
    assert found.get("confounder:year", "within_pearson").verdict == "fail"
    with pytest.raises(InputError, match="'who' must hold numbers"):
        confound(toys.length, mine, "who")
    with pytest.raises(InputError, match="no covariate is called 'age'; there are: length, reada"):
        confound(toys.length, mine, "age")
    assert confound(toys.length, mine, np.arange(len(mine)), draws=5)[0].check.endswith("covariate")


def test_the_place_in_a_list_needs_its_column(material):
    found = audit(toys.length, material, checks=["confounder:position"], settings=FEW)
    assert found.findings[0].reason == "It needs a column 'position'."


def test_a_covariate_that_is_the_same_everywhere_is_a_note():
    found = confound(toys.first_word, Material(("a b", "c d")))
    assert "the same for every text" in found[0].reason
