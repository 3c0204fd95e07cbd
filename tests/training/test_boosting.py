"""Boosted trees learn, are what scikit-learn would predict, and export as arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.explain import explain
from qualmetrics.onnx import export
from qualmetrics.ranker import Ratio, read_ranker
from qualmetrics.ranker_trees import TreesForward
from qualmetrics.testing import check_scorer
from qualmetrics.training.boosting import BoostingConfig, Judged, boost
from qualmetrics.training.data import read_examples
from qualmetrics.training.features import FeaturesConfig, train_features
from qualmetrics.training.measure import pair_accuracy
from qualmetrics.training.pairs import sample
from qualmetrics.training.splits import split_by_group
from tests.training import labelled

QUICK = FeaturesConfig(
    model="boosting", boosting=BoostingConfig(trees=25), beginnings=(), increases_with="difficulty"
)
FEATURES = (Ratio("letters", "words"), Ratio("words", "sentences", "log"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    path = labelled.write(tmp_path_factory.mktemp("data") / "a.jsonl", labelled.ratings(120))
    return split_by_group(read_examples(path), 0.25)


@pytest.fixture(scope="module")
def trained(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "toy"
    return train_features(parts[0], QUICK, folder, dev=parts[1])


def random_pairs(n=60, seed=0):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n, 2))
    truth = np.where(table[:, 0] > 0, 2.0, 0.0) + table[:, 1]
    pairs = rng.integers(0, n, size=(400, 2))
    pairs = pairs[truth[pairs[:, 0]] > truth[pairs[:, 1]]]
    m = len(pairs)
    return Judged(table, pairs, np.ones(m), np.zeros(m), np.full(m, 1 / m))


def test_it_orders_texts_it_has_not_seen(trained, parts):
    held = sample(parts[1])
    assert pair_accuracy(trained.scorer(held.texts).primary, held.pairs, held.p[:, 0]) > 0.95


def test_the_loss_falls_with_every_tree():
    _, history = boost(random_pairs(), FEATURES, BoostingConfig(trees=10))
    losses = [entry["loss"] for entry in history]
    assert losses == sorted(losses, reverse=True)


def test_as_many_trees_are_kept_as_do_best_on_the_development_part():
    judged, dev = random_pairs(seed=0), random_pairs(seed=1)
    forward, history = boost(judged, FEATURES, BoostingConfig(trees=60), dev=dev)
    best = min(history, key=lambda entry: entry["dev_loss"])
    assert len(forward.leaves[0]) == best["trees"]


def test_a_tree_is_what_scikit_learn_predicts():
    """One step of the boosting is one tree; its values are asked of scikit-learn itself."""
    judged = random_pairs()
    config = BoostingConfig(trees=1, depth=3, rate=1.0, min_leaf=1)
    forward, _ = boost(judged, FEATURES, config)
    first, second = judged.pairs.T
    pull = np.bincount(first, minlength=60) - np.bincount(second, minlength=60)
    weight = 0.5 * (np.bincount(first, minlength=60) + np.bincount(second, minlength=60))
    weight = weight + 0.05 * weight.mean()
    theirs = DecisionTreeRegressor(max_depth=3, random_state=0)
    table = judged.table.astype(np.float32)
    theirs.fit(table, np.clip(pull / weight, -4, 4), sample_weight=weight)
    ours = forward._value(table.astype(np.float64), 0)[:, 0]
    assert ours == pytest.approx(theirs.predict(table), abs=1e-6)


def test_the_bundle_keeps_every_law_and_numpy_gives_the_same(trained, parts):
    check_scorer(trained.scorer)
    read = read_ranker(trained.folder)
    texts = parts[1].texts[:20]
    assert np.allclose(read(texts).values, trained.scorer(texts).values, atol=1e-9)


def test_trees_have_a_graph_of_strings(trained, tmp_path, parts):
    texts = list(parts[1].texts[:5])
    loaded = qm.load(export(read_ranker(trained.folder), tmp_path / "text", graph="text"))
    assert np.allclose(loaded(texts).values, trained.scorer(texts).values, atol=1e-9)


def test_trees_are_explained_by_leaving_sentences_out(trained):
    found = explain(read_ranker(trained.folder), "The cat sat. We like the sun.")
    assert "do not add up" in found.note


def test_several_criteria_are_refused(tmp_path):
    rows = [{**row, "ease": -row["score"]} for row in labelled.ratings(20)]
    made = read_examples(labelled.write(tmp_path / "a.jsonl", rows), criteria=("score", "ease"))
    with pytest.raises(InputError, match="boosting learns one criterion"):
        train_features(made, QUICK, None)


def test_a_penalty_it_does_not_have_is_refused(parts):
    with pytest.raises(InputError, match="are for model='linear'"):
        train_features(parts[0], replace(QUICK, length_decorrelation=1.0), None)


def test_trees_of_the_wrong_shape_are_refused():
    with pytest.raises(InputError, match="a power of two"):
        TreesForward(FEATURES, ((0,), (0,)), ((0.0,), (0.0,)), ((0.0,), (1.0,), (2.0,)), (0.0,))
