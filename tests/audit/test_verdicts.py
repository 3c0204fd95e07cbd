"""Where a verdict would mislead: rounding, coins, handfuls, and baselines without an interval."""

import math

import numpy as np
import pytest

from qualmetrics.audit import Audit, Finding, Material, Settings, audit, compare
from qualmetrics.audit.bottom_line import bottom_line, matrix
from qualmetrics.audit.finding import cell, missing, percentile
from qualmetrics.audit.perturbed import _spread
from qualmetrics.evaluation.bootstrap import Estimate
from tests.audit import toys

FAST = Settings(draws=50)


def paired(n, *, columns=None):
    """Pairs of which the better text is the longer one."""
    texts = [f"word {'more ' * (k % 5 + extra)}{k}" for k in range(n) for extra in (3, 0)]
    groups = tuple(str(i // 2) for i in range(2 * n))
    return Material(tuple(texts), groups, np.array([1.0, 0.0] * n), columns=columns or {})


def jittery(size):
    calls = iter(range(10**9))

    def score(texts):
        return [0.5 + 0.01 * len(t) + size * (next(calls) % 7) for t in texts]

    return score


@pytest.mark.parametrize(("size", "verdict"), [(1e-8, "pass"), (1e-3, "fail")])
def test_rounding_of_single_precision_is_no_change_and_more_is(size, verdict):
    found = audit(jittery(size), paired(20), checks=["values"], settings=FAST)
    twice = found.get("values", "same_twice")
    assert twice.verdict == verdict
    assert twice.details["beside"]["largest move"]["value"] == pytest.approx(6 * size, rel=0.5)


def test_a_coin_fails_nowhere_and_length_fails_on_balanced_pairs():
    rng = np.random.default_rng(3)
    n = 200
    sizes = rng.integers(3, 40, size=2 * n)
    texts = tuple(f"{'word ' * int(s)}{i}" for i, s in enumerate(sizes))
    material = Material(texts, tuple(str(i // 2) for i in range(2 * n)), np.array([1.0, 0.0] * n))

    def coin(texts):
        return [float(np.sin(1e4 * int(t.split()[-1]))) for t in texts]

    found = audit(coin, material, checks=["confounder:length"], settings=FAST)
    balanced = found.get("confounder:length", "balanced_accuracy")
    assert balanced.found.low < 0.5 < balanced.found.high
    assert balanced.verdict == "warn"


def test_a_covariate_that_is_the_same_on_both_sides_of_each_pair_is_not_judged():
    material = paired(20, columns={"year": tuple(1990 + i // 2 for i in range(40))})
    told = Settings(draws=20, covariates=("year",))
    (found,) = audit(toys.length, material, checks=["confounder:columns"], settings=told).findings
    assert found.name == "not_run"
    assert found.reason == "The year does not vary within a pair: it cannot decide one."


@pytest.mark.parametrize(("n", "verdict"), [(1, "note"), (9, "note"), (10, "pass")])
def test_fewer_than_ten_pairs_are_not_judged(n, verdict):
    found = audit(toys.length, paired(n), checks=["accuracy"], settings=FAST)
    strict = found.get("accuracy", "strict")
    assert (strict.value, strict.verdict) == (1.0, verdict)
    if verdict == "note":
        assert strict.threshold == f"not judged: {n} of at least 10"


def one(value, low, high, verdict="pass", better="lower"):
    finding = Finding("c", "n", Estimate(value, low, high, 50), verdict, better=better)
    return Audit("s", "s", (finding,))


def test_a_baseline_without_width_is_no_noise_detector():
    before = one(0.0, 0.0, 0.0)
    assert one(0.004, 0.0, 0.01).worse(before) == []
    assert one(0.004, 0.001, 0.01).worse(before) == []  # both pass
    assert one(0.0, 0.0, 0.0, "warn").worse(before) == ["c.n: pass -> warn (0.000 -> 0.000)"]
    high = one(1.0, 1.0, 1.0, better="higher")
    assert one(0.99, 0.97, 1.0, better="higher").worse(high) == []
    assert one(0.7, 0.6, 0.8, better="higher").worse(high) == [
        "c.n: 1.000 -> 0.700, outside of [1.000, 1.000]"
    ]


def test_what_failed_and_is_not_measured_any_more_did_not_get_worse():
    gone = one(math.nan, math.nan, math.nan, "note")
    assert gone.worse(one(0.5, 0.4, 0.6, "fail")) == []
    assert gone.worse(one(0.0, 0.0, 0.1)) == ["c.n was pass and is not measured any more"]


def test_a_wild_value_does_not_loosen_the_limits():
    values = np.random.default_rng(0).normal(size=400)
    wild = np.append(values, [500.0, -800.0])
    assert float(np.std(wild)) > 40
    assert _spread(wild) == pytest.approx(_spread(values), rel=0.05)
    assert _spread(values) == pytest.approx(1.0, rel=0.15)
    assert _spread(np.array([0.0] * 99 + [1.0])) > 0


# -- the page for someone in a hurry --------------------------------------------------------------


def test_a_scorer_that_says_the_same_of_every_text_gets_one_banner():
    found = audit(
        lambda texts: [1.0] * len(texts),
        paired(20),
        checks=["values", "accuracy", "people", "degenerate"],
        settings=FAST,
    )
    failed = [item.key for item in found.findings if item.verdict == "fail"]
    assert failed[0] == ("values", "judgeable")
    assert {check for check, _ in failed} <= {"values", "degenerate"}
    assert found.get("accuracy", "not_run").reason.startswith("Not judged: It says the same")
    assert bottom_line(found) == [
        "Neither reward nor filter with it: It says the same of every text."
    ]


def test_a_scorer_that_is_not_repeatable_gets_one_banner_too():
    found = audit(toys.moody, paired(20), checks=["values", "accuracy"], settings=FAST)
    assert found.get("accuracy", "not_run").reason.startswith("Not judged: It gives a text another")
    assert bottom_line(found)[0].startswith("Neither reward nor filter with it")


def test_edits_that_are_not_seen_are_one_finding_and_the_wrong_way_is_told_apart():
    found = audit(toys.content, _prose(), checks=["perturbations"], settings=FAST)
    one = found.get("perturbations", "unseen")
    assert {"word_shuffle", "sentence_shuffle"} <= set(one.details["edits"])
    shuffled = found.get("perturbations", "word_shuffle")
    assert (shuffled.verdict, shuffled.details["beside"]["wrong way"]["value"]) == ("note", 0.0)
    longer = audit(toys.length, _prose(), checks=["perturbations"], settings=FAST)
    twice = longer.get("perturbations", "last_paragraph_twice")
    assert (twice.verdict, twice.details["beside"]["wrong way"]["value"]) == ("fail", 1.0)


def _prose():
    texts = tuple(
        f"The {t} is clear and calm {'and dull ' * k}today. A kind road leads {'far ' * (k % 4)}on."
        f"\n\nThe exact end is plain and true, in the {t}."
        for k, t in enumerate(toys.TITLES)
    )
    return Material(texts)


def of(check, name, value, verdict, **details):
    found = Estimate(value, value - 0.01, value + 0.01, 50)
    return Finding(check, name, found, verdict, details=details)


def test_the_bottom_line_names_three_reasons_the_gravest_first():
    findings = (
        of("perturbations", "accuracy_drop", 0.2, "fail"),
        of("confounder:length", "within_pearson", 0.9, "fail"),
        of("degenerate", "worst", 0.9, "fail", by="the_500_times"),
        of("people", "pairs_above_trivial", -0.1, "fail", best="length"),
        of("accuracy", "strict", 0.8, "pass"),
    )
    assert bottom_line(Audit("s", "s", findings)) == [
        (
            "Reward with it: no. Length alone agrees with the labels as well; a text that answers "
            "nothing (the 500 times) beats 90 % of the real answers; it follows the length "
            "(r 0.90); and 1 more."
        ),
        (
            "Filter with it: no. Length alone agrees with the labels as well; it follows the "
            "length (r 0.90)."
        ),
    ]
    assert bottom_line(Audit("s", "s", findings[:1] + findings[-1:]))[1] == (
        "Filter with it: nothing that was looked at speaks against it."
    )
    assert "not shown. It was not asked" in bottom_line(Audit("s", "s", ()))[1]
    few = missing("accuracy", "pairs", "strict")
    assert "Too few pairs" in bottom_line(Audit("s", "s", (few,)))[1]


def test_several_scorers_start_with_a_matrix_and_checks_go_by_gravity():
    checks = ["values", "accuracy", "people", "perturbations", "confounder:length"]
    made = compare([toys.length, toys.punctuation], _prose(), checks=checks, settings=FAST)
    assert list(matrix(made.audits)) == ["values", "confounder:length", "perturbations"]
    page = made.to_markdown()
    assert page.index("| check, worst verdict and how often | length |") < page.index("## In words")
    one = audit(toys.length, paired(20), checks=checks, settings=FAST).to_markdown()
    places = [one.index(f"\n## {c}\n") for c in ("accuracy", "people", "values")]
    assert places == sorted(places)


def test_a_place_among_others_is_told_as_a_percentile():
    assert [percentile(v) for v in (0.95, 0.91, 0.02, 0.113)] == [
        "95th percentile", "91st percentile", "2nd percentile", "11th percentile",
    ]  # fmt: skip
    assert cell(of("degenerate", "worst", 0.915, "fail", unit="percentile")) == "91st percentile"


def test_every_text_that_answers_nothing_is_told_in_words():
    from qualmetrics.audit.degenerate import DEGENERATE, MASTER, WHAT

    assert {name for name in DEGENERATE if not name.startswith(MASTER)} == set(WHAT)
