"""Presets: published constants, both variants as scorers like any other, and what is refused."""

import importlib
import json

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics import registry
from qualmetrics.errors import InputError, QualmetricsError
from qualmetrics.onnx import export, load
from qualmetrics.reward.attacks import ATTACKS
from qualmetrics.reward.builder import from_node, node_of
from qualmetrics.reward.composition import product, weighted_sum
from qualmetrics.reward.config import load_reward
from qualmetrics.reward.length_curves import unit_increase
from qualmetrics.reward.preset import shown
from qualmetrics.reward.shaping import clip, column, logistic, range_map, target_band
from qualmetrics.testing import TEXTS, check_scorer
from tests.rewards.rows import V, run

NAMES = registry.reward_names()
EASE = target_band(qm.get("flesch_reading_ease"), target=70, undefined=None)
A, S = column("a"), column("s")
TOLD = {"readability_target": {"target": "level"}, "rewrite": {"goal": EASE}}
SOURCE = (
    "The committee, having deliberated extensively, determined that the municipal library should "
    "remain accessible to all residents notwithstanding considerable budgetary constraints."
)
SIMPLE = "The group talked for a long time. They said the town library will stay open for all."


def made(name, tiny, **parameters):
    given = dict(TOLD.get(name, {}), **parameters)
    takes = registry.parameters(name)
    given |= {"encoder": tiny} if "encoder" in takes else {}
    given |= {"discriminator": EASE} if name == "simplify" else {}  # no models needed
    return qm.get(name, undefined=parameters.get("undefined"), **{
        key: value for key, value in given.items() if key != "undefined"
    })  # fmt: skip


def test_there_are_six_presets_and_each_tells_its_source():
    assert NAMES == ("long_form", "r3", "readability_target", "refalign", "rewrite", "simplify")
    assert all(importlib.import_module(f"qualmetrics.rewards.{n}").SOURCE for n in NAMES)


@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_preset_keeps_every_law(name, guarded, tiny):
    skip = [] if guarded else ["law_recipe_round_trip"]  # a process of its own, once is enough
    check_scorer(made(name, tiny, guarded=guarded, undefined=0.0), texts=TEXTS[:8], skip=skip)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_plain_data_and_comes_back_as_the_same(name, tiny):
    scorer = made(name, tiny, guarded=True)
    assert from_node(json.loads(json.dumps(node_of(scorer)))) == scorer
    assert scorer.spec.name == name
    assert "guarded:true" in scorer.signature
    assert scorer.spec.source


@pytest.mark.parametrize("name", NAMES)
def test_what_a_preset_is_blind_to_is_an_attack_of_the_list(name):
    blind = importlib.import_module(f"qualmetrics.rewards.{name}").BLIND_TO
    assert set(blind) <= set(ATTACKS)


@pytest.mark.parametrize("min_words", [0, 20])
def test_a_preset_is_exported_and_agrees(min_words, tmp_path):
    pytest.importorskip("ndonnx")
    scorer = qm.get("readability_target", target="level", undefined=0.0, min_words=min_words)
    loaded = load(export(scorer, tmp_path / "bundle"))
    assert loaded.signature == scorer.signature


def test_a_source_s_score_goes_into_a_bundle(tmp_path):
    pytest.importorskip("ndonnx")
    from qualmetrics.reward.beside import beside

    scorer = weighted_sum({"source": beside(qm.get("fkgl"))}, undefined=None)
    loaded = load(export(scorer, tmp_path / "bundle"))
    assert loaded([SIMPLE], [SOURCE]).values == scorer([SIMPLE], [SOURCE]).values


# -- constants --------------------------------------------------------------------------------


# The five values that the released reward of the paper gives: exp(-d^2/200), specs/rewards.md 4.
@pytest.mark.parametrize(
    ("distance", "expected"), [(0, 1), (5, 0.8825), (10, 0.6065), (20, 0.1353), (30, 0.0111)]
)
def test_the_readability_target_has_the_values_of_its_paper(distance, expected):
    reward = qm.get("readability_target", target=60, metric=V, width=10, undefined=0)
    assert run(reward, v=[60 + distance, 60 - distance]) == pytest.approx([expected] * 2, abs=5e-5)


def test_the_readability_target_is_a_band_of_ten_points_on_flesch():
    reward = qm.get("readability_target", target=60, undefined=0)
    ease = float(qm.get("flesch_reading_ease").score_one(SIMPLE))
    expected = np.exp(-((ease - 60) ** 2) / 200)
    assert float(reward.score_one(SIMPLE)) == pytest.approx(expected, abs=1e-12)


def test_a_target_is_one_number_however_it_is_written():
    signatures = {
        qm.get("readability_target", target=t, undefined=u).signature
        for t, u in ((60, 0), (60.0, 0.0))
    }
    data = {"name": "r", "undefined": 0, "reward": {"use": "readability_target", "target": 60}}
    other = {**data, "undefined": 0.0, "reward": {**data["reward"], "target": 60.0}}
    assert len(signatures) == 1
    assert load_reward(data).signature == load_reward(other).signature


def test_a_short_text_is_scored_unless_it_is_told_not_to_be():
    free = qm.get("readability_target", target=90, undefined=-1.0)
    held = qm.get("readability_target", target=90, undefined=-1.0, min_words=100)
    assert float(free.score_one(SIMPLE)) > 0.1
    scores = held([SIMPLE, "We see the sea. " * 30])
    assert scores.primary[0] == -1.0
    assert scores.status_names[0] == "not_applicable"
    assert scores.primary[1] > 0


def share(scorer):
    return clip(scorer, low=0, high=1, undefined=None)


# G16 of the specification: .8 and .4.
@pytest.mark.parametrize(
    ("combine", "expected"), [("arithmetic", 0.6), ("harmonic", 0.533333), ("geometric", 0.565685)]
)
def test_a_rewrite_combines_content_and_goal(combine, expected):
    reward = qm.get("rewrite", content=share(A), goal=share(S), combine=combine, undefined=None)
    assert run(reward, a=[0.8], s=[0.4])[0] == pytest.approx(expected, abs=5e-7)


def test_a_copy_and_an_unrelated_text_lose_to_a_true_rewrite_but_not_by_the_arithmetic_mean():
    rows = {"a": [1.0, 0.0, 0.7], "s": [0.0, 1.0, 0.7]}
    parts = {"content": share(A), "goal": share(S), "undefined": None}
    copy, unrelated, true = run(qm.get("rewrite", **parts), **rows)
    assert max(copy, unrelated) < 0.01 < true
    plain = qm.get("rewrite", combine="arithmetic", **parts)
    assert run(plain, **rows)[:2].tolist() == [0.5, 0.5]


# G13 of the specification: relevance 1.5, 50 words, trigram ratio .8.
def test_r3_is_relevance_by_length_by_variety():
    terms = {
        "relevance": A,
        "length": unit_increase(column("w"), cap=None, undefined=None),
        "variety": range_map(column("rep"), low=1, high=0, undefined=None),
    }
    reward = product(terms, undefined=None)
    assert run(reward, a=[1.5], w=[50], rep=[0.2])[0] == pytest.approx(0.6, abs=1e-12)


def test_the_preset_r3_has_these_terms_and_no_cap(tiny):
    text = "the cat sat on the mat " * 25  # 150 words; 6 different trigrams among 148
    scores = made("r3", tiny).score_one(text, columns={"prompt": "the cat"})
    children = {name: float(child) for name, child in scores.children.items()}
    assert children["length"] == 1.5
    assert children["variety"] == pytest.approx(6 / 148)
    assert float(scores) == pytest.approx(np.prod(list(children.values())))
    capped = made("r3", tiny, guarded=True).score_one(text, columns={"prompt": "the cat"})
    assert float(capped.children["reward"].children["length"]) == 1.0


# G15 of the specification: one relevant .9, one relevant .5, one distractor .6, weight -1/3.
def test_a_logistic_of_a_mean_is_the_utility_of_udcg():
    mean = weighted_sum(
        {"a": column("a"), "b": column("b"), "c": column("c")},
        weights={"a": 1 / 3, "b": 1 / 3, "c": -1 / 9},
        undefined=None,
    )
    reward = logistic(mean, undefined=None)
    assert run(reward, a=[0.9], b=[0.5], c=[0.6])[0] == pytest.approx(0.598688, abs=5e-7)


# G17 of the specification: log-probabilities -1 of yes and -2 of no; (p - .5) x 10.
def test_a_logistic_of_two_log_probabilities_is_the_share_of_yes():
    answer = weighted_sum(
        {"yes": column("yes"), "no": column("no")}, weights={"yes": 1, "no": -1}, undefined=None
    )
    p = logistic(answer, undefined=None)
    scaled = range_map(p, low=0, high=1, to=(-5, 5), undefined=None)
    assert run(p, yes=[-1], no=[-2])[0] == pytest.approx(0.731059, abs=5e-7)
    assert run(scaled, yes=[-1], no=[-2])[0] == pytest.approx(2.310586, abs=5e-7)


def test_an_unchanged_source_is_as_simple_as_itself():
    pytest.importorskip("qualmetrics_models")
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    scores = qm.get("simplify", undefined=None)([SOURCE, SIMPLE], [SOURCE, SOURCE])
    assert scores.children["simpler"].primary[0] == 0.5
    assert scores.children["simpler"].primary[1] > 0.9


def test_recall_never_falls_by_an_addition_and_the_guarded_length_term_does(tiny):
    reference = "the small boat crossed the bay before noon"
    texts = [reference, f"{reference} {'all day it rained on the library ' * 8}"]
    columns = {"prompt": ["tell me of the boat"] * 2}
    plain = made("refalign", tiny, policy="cut")(texts, [reference] * 2)
    guarded = made("refalign", tiny, policy="cut", guarded=True)
    terms = guarded(texts, [reference] * 2, columns=columns).children["reward"].children
    assert plain.primary[1] > 0.9 * plain.primary[0]
    assert terms["length"].primary.tolist() == pytest.approx([1.0, 2 * 8 / 64])


def test_a_length_ratio_is_shorter_over_longer():
    scores = qm.get("length_ratio")(
        ["a b", "a b c d", "a", ""], [["a b c d", "a b c"], "a b", "...", "a"]
    )
    assert scores.primary[:2] == pytest.approx([2 / 3, 0.5])
    assert scores.values[1, 0] == 2.0
    assert scores.status_names == ["ok", "ok", "not_applicable", "empty"]


# -- calls ------------------------------------------------------------------------------------


def test_a_preset_stands_in_a_file_like_an_operator(tiny):
    node = {"use": "refalign", "guarded": True, "encoder": tiny, "policy": "cut"}
    config = load_reward({"name": "mine", "undefined": 0, "reward": node})
    mine = made("refalign", tiny, policy="cut", guarded=True, undefined=0.0)
    columns = {"prompt": ["say where the boat is"]}
    assert (
        config.scorer([SIMPLE], [SOURCE], columns=columns).values
        == mine([SIMPLE], [SOURCE], columns=columns).values
    )


def test_any_reward_may_be_guarded_from_a_file():
    node = {"use": "guarded", "reward": {"use": "target_band", "of": "fre", "target": 90}}
    scorer = load_reward({"name": "mine", "undefined": 0, "reward": node}).scorer
    assert scorer(["We go. " * 30, "Solution", SIMPLE]).primary[:2].tolist() == [0, 0]
    assert float(scorer.score_one(SIMPLE)) > 0


@pytest.mark.parametrize(("words", "expected"), [(4, 0), (5, 0.25), (6, 0.5), (8, 1), (9, 1)])
def test_a_guard_opens_by_and_by(words, expected):
    always = {"use": "threshold", "of": "length", "at_least": 1}
    reward = from_node({"use": "guarded", "reward": always, "english": False})
    text = " ".join(f"word{i}" for i in range(words))
    assert float(reward.score_one(text)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: qm.get("readability_target", target=60), "must be told undefined"),
        (lambda: qm.get("readability_target"), r"target=\.\.\., undefined=\.\.\."),
        (lambda: qm.get("readability_target", target=60, undefined="0"), "must be a number"),
        (lambda: qm.get("readability_target", targt=60, undefined=0), "no parameter"),
        (lambda: qm.get("readability_target", target=60, undefined=0, metric=3), "name of one"),
        (lambda: qm.get("rewrite", goal=EASE, undefined=0, combine="sum"), "harmonic"),
        (lambda: qm.get("rewrite", goal=EASE, undefined=0, weight=1), "between 0 and 1"),
        (lambda: qm.get("r3", undefined=0, kind="half-open"), "open, closed"),
        (lambda: qm.get("r3", undefined=0, kind="closed", cap=1.0), "no length incentive"),
        (lambda: qm.get("simplify", undefined=0, combine="sum"), "product, weighted"),
        (lambda: qm.get("long_form", undefined=0, similarity="chrf"), r"in \[0, 1\]"),
        (lambda: from_node({"use": "guarded", "reward": "fkgl"}), "below 0"),
        (lambda: from_node({"use": "beside", "of": "rouge_l"}), "a text alone"),
    ],
)
def test_a_wrong_call_is_refused_with_what_is_expected(make, match):
    with pytest.raises(QualmetricsError, match=match):
        make()


def test_lists_show_a_preset_without_being_told(tiny):
    assert shown("readability_target").spec.parameters["target"] == 60.0


@pytest.mark.parametrize(
    ("name", "given"),
    [("rewrite", {"goal": "fre"}), ("simplify", {"discriminator": "fre"}),
     ("long_form", {"similarity": "fre"})],
)  # fmt: skip
def test_a_part_that_is_no_share_is_refused(name, given):
    with pytest.raises(InputError, match=r"must be in \[0, 1\]"):
        qm.get(name, undefined=0, **given)


def test_guarded_is_true_or_false_and_nothing_else():
    with pytest.raises(InputError, match="guarded must be true or false; got 'no'"):
        qm.get("readability_target", target=60, undefined=0, guarded="no")
