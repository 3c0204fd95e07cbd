"""Planted scorers under perturbation: one that reads bytes, one that reads words."""

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit
from tests.audit import toys

FEW = Settings(draws=50)


@pytest.fixture(scope="module")
def material():
    texts, groups, labels = [], [], []
    for k in range(40):
        good = "A clear and short and plain and kind story, number one of many. It is true."
        bad = "The muddy tale is about nothing, and a dull reader may like it. It was late."
        title = toys.TITLES[k % 8]
        texts += [f"{good} We met at the {title} {'very, ' * (k % 5)}early.",
                  f"{bad} They met at the {title} {'very, ' * (k % 3)}late."]  # fmt: skip
        groups += [f"{k}"] * 2
        labels += [1.0, 0.0]
    return Material(tuple(texts), tuple(groups), np.array(labels))


def perturbed(scorer, material):
    return audit(scorer, material, checks=["perturbations"], settings=FEW)


def test_a_count_of_punctuation_fails_where_only_punctuation_changes(material):
    found = perturbed(toys.punctuation, material)
    assert found.get("perturbations", "quoted").verdict == "fail"
    assert found.get("perturbations", "quoted").value == 1.0


def test_the_first_word_fails_where_something_comes_first(material):
    found = perturbed(toys.first_word, material).get("perturbations", "ignore_above")
    assert found.verdict == "fail"
    assert found.details["beside"]["order kept"]["value"] < 0.5


def test_good_words_pass_whatever_stands_around_them(material):
    found = perturbed(toys.content, material)
    for name in ("quoted", "crlf", "double_spaces", "curly_quotes", "first_letter", "hard_wrapped"):
        item = found.get("perturbations", name)
        assert item.verdict in ("pass", "note"), name
    assert found.get("perturbations", "accuracy_drop").value < 0.02


def test_what_an_edit_left_alone_is_counted_apart(material):
    item = perturbed(toys.length, material).get("perturbations", "crlf")
    assert (item.verdict, item.found.n) == ("note", 0)
    assert "nothing to change" in item.reason
    british = Material((*material.texts, "The color is gray."), (*material.groups, "x"))
    item = perturbed(toys.length, british).get("perturbations", "british_spelling")
    assert item.details["unchanged_texts"] == 80


def test_a_change_is_told_in_units_of_the_spread():
    texts = ["one two three four", "one two", "one two three", "one"]  # too few for a verdict
    found = perturbed(toys.length, Material(tuple(texts))).get("perturbations", "stress_suffix")
    spread = np.std([3.85, 2, 3, 1.15])  # the ends are pulled in to the 5th and 95th percentile
    assert found.details["beside"]["mean change"]["value"] == pytest.approx(20 / spread)
    assert (found.verdict, found.value) == ("note", 1.0)


def test_a_scorer_that_says_one_thing_cannot_be_measured(material):
    found = perturbed(lambda texts: [1.0] * len(texts), material)
    assert "the same of every text" in found.get("perturbations", "not_run").reason


def test_values_that_vanish_are_counted(material):
    def no_quotes(texts):
        return [float("nan") if '"' in t else float(len(t)) for t in texts]

    item = perturbed(no_quotes, material).get("perturbations", "quoted")
    assert (item.found.n, item.found.n_undefined) == (0, 80)


def test_the_same_seed_says_the_same(material):
    assert (
        perturbed(toys.content, material).to_json() == perturbed(toys.content, material).to_json()
    )
