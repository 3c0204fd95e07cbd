"""One file describes a reward: three formats, the same digest, and what is refused."""

import json
import pickle

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError, QualmetricsError, RecipeError, UnknownNameError
from qualmetrics.onnx import export, load
from qualmetrics.reward.config import load_reward
from qualmetrics.testing import check_scorer

YAML = """
format: qualmetrics-reward/1
name: easy_answers
undefined: null
reward:
  use: weighted_mean
  terms:
    ease: {use: target_band, of: flesch_reading_ease, target: level}
    length: {use: soft_overlong, of: words, limit: 200, cache: 50}
  weights: {ease: 1, length: 2}
columns: {level: target_level}
completion: {strip_think: true, special_tokens: ["<|im_end|>"]}
"""
TOML = """
undefined = "none"
name = "easy_answers"
format = "qualmetrics-reward/1"
[completion]
special_tokens = ["<|im_end|>"]
strip_think = true
[columns]
level = "target_level"
[reward]
use = "weighted_mean"
[reward.weights]
ease = 1
length = 2
[reward.terms]
ease = {use = "target_band", of = "flesch_reading_ease", target = "level"}
length = {use = "soft_overlong", of = "words", limit = 200, cache = 50}
"""


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path):
    pytest.importorskip("yaml")
    yaml = write(tmp_path, "reward.yaml", YAML)
    data = dict(load_reward(yaml).data)
    return yaml, write(tmp_path, "reward.toml", TOML), write(tmp_path, "r.json", json.dumps(data))


def test_yaml_toml_and_json_say_the_same(files):
    configs = [load_reward(path) for path in files]
    assert len({config.signature for config in configs}) == 1
    assert configs[0].scorer == configs[1].scorer == configs[2].scorer


def test_the_digest_is_in_the_signature_and_changes_with_what_is_said(files):
    config = load_reward(files[0])
    assert f"config:{config.digest}" in config.signature
    other = {**config.data, "undefined": 0.5}
    assert load_reward(other).digest != config.digest


def test_a_reward_from_a_file_keeps_every_law_and_its_bundle_does(files, tmp_path):
    scorer = load_reward(files[0]).scorer
    check_scorer(scorer)
    pytest.importorskip("ndonnx")
    check_scorer(load(export(scorer, tmp_path / "bundle")), skip=["law_thread_safe"])


def test_a_configuration_survives_pickling(files):
    config = load_reward(files[0])
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301


def test_what_is_built_in_python_and_what_a_file_says_are_one_number(files):
    from qualmetrics.corpus.metrics import count_scorer
    from qualmetrics.reward.composition import weighted_mean
    from qualmetrics.reward.length_curves import soft_overlong
    from qualmetrics.reward.shaping import target_band

    ease = target_band(qm.get("fre"), target="level", undefined=None)
    length = soft_overlong(count_scorer("words"), limit=200, cache=50, undefined=None)
    mine = weighted_mean(
        {"ease": ease, "length": length}, weights={"ease": 1, "length": 2}, undefined=None
    )
    texts, columns = ["The cat sat.", "", "Indeed, committees deliberate."], {"level": [90, 1, 30]}
    theirs = load_reward(files[0]).scorer(texts, columns=columns)
    assert np.array_equal(mine(texts, columns=columns).values, theirs.values, equal_nan=True)


def test_the_recipe_of_a_python_reward_is_what_a_file_holds():
    from qualmetrics.reward.builder import from_node, node_of
    from qualmetrics.reward.shaping import target_band

    band = target_band(qm.get("fre", lang="de"), target=60, undefined=0.0, name="easy")
    assert from_node(json.loads(json.dumps(node_of(band)))) == band


BAND = {"use": "target_band", "of": "fre", "target": 60}
GOOD = {"name": "r", "undefined": 0, "reward": BAND}


@pytest.mark.parametrize(
    ("data", "error", "match"),
    [
        ({**GOOD, "colums": {}}, InputError, "Did you mean 'columns'"),
        ({**GOOD, "reward": {**BAND, "targt": 1}}, InputError, "Did you mean 'target'"),
        ({**GOOD, "reward": {**BAND, "use": "target_bnd"}}, UnknownNameError, "'target_band'"),
        ({**GOOD, "reward": {"use": "target_band", "of": "fre"}}, InputError, "needs 'target'"),
        ({**GOOD, "reward": {**BAND, "of": {"use": "fre", "lan": "de"}}}, InputError, "'lang'"),
        ({**GOOD, "reward": {**BAND, "of": "flesh"}}, UnknownNameError, "flesch"),
        ({**GOOD, "reward": 3}, InputError, "the key 'use'"),
        ({**GOOD, "reward": {"use": "product", "terms": BAND}}, InputError, "map names"),
        ({"name": "r", "reward": BAND}, InputError, "needs 'undefined'"),
        ({"undefined": 0, "reward": BAND}, InputError, "needs 'name'"),
        ({**GOOD, "name": "a b"}, InputError, "letters"),
        ({**GOOD, "undefined": "zero"}, InputError, "must be a number"),
        ({**GOOD, "format": "qualmetrics-reward/2"}, InputError, "reads qualmetrics-reward/1"),
        ({**GOOD, "columns": {"reference": "x"}}, InputError, "no key 'reference'"),
        ({**GOOD, "completion": {"strip_thinks": True}}, InputError, "'strip_think'"),
        ({**GOOD, "completion": {"messages": "first"}}, InputError, "last_assistant"),
        ({**GOOD, "completion": {"strip_think": "yes"}}, InputError, "true or false"),
        ({**GOOD, "on_error": "ignore"}, InputError, "none, zero, raise"),
        ({**GOOD, "scale": [1, 0]}, InputError, "rising"),
        (
            {**GOOD, "reward": {"use": "recipe", "factory": "os:system", "arguments": {},
                                "signature": ""}},
            RecipeError, "may name",
        ),
        ({**GOOD, "reward": {"use": "bundle", "folder": "/no"}}, QualmetricsError, "no bundle"),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_refused_with_what_was_meant(data, error, match):
    with pytest.raises(error, match=match):
        load_reward(data)


def test_a_key_that_stands_twice_is_refused(tmp_path):
    pytest.importorskip("yaml")
    path = write(tmp_path, "r.yaml", "name: a\nname: b\nundefined: 0\nreward: fre\n")
    with pytest.raises(InputError, match="twice"):
        load_reward(path)


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [("r.yaml", "a: [", "no YAML"), ("r.toml", "a =", "cannot be read"), ("r.txt", "", "must end"),
     ("r.json", "[1]", "must hold a mapping")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_so(tmp_path, name, text, match):
    pytest.importorskip("yaml")
    with pytest.raises(InputError, match=match):
        load_reward(write(tmp_path, name, text))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        load_reward(tmp_path / "none.yaml")


def test_yaml_makes_no_objects(tmp_path):
    pytest.importorskip("yaml")
    path = write(tmp_path, "r.yaml", "name: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(InputError, match="no YAML"):
        load_reward(path)


def test_a_bounded_reward_has_a_view_on_zero_to_one():
    config = load_reward({**GOOD, "undefined": -1})
    assert [config.unit(v) for v in (-1, 0, 1, 9)] == [0, 0.5, 1, 1]


def test_an_unbounded_reward_asks_for_its_scale():
    straight = {"use": "zscore", "of": "fre", "mean": 60, "std": 10}
    with pytest.raises(InputError, match="scale"):
        load_reward({**GOOD, "reward": straight}).unit(1.0)
    assert load_reward({**GOOD, "reward": straight, "scale": [-2, 2]}).unit(1.0) == 0.75


def test_a_plain_scorer_is_a_reward_too():
    config = load_reward({**GOOD, "reward": "flesch_reading_ease"})
    check_scorer(config.scorer)
