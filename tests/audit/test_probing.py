"""What features give away: planted features, real scorers, and material that says nothing."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from qualmetrics import get
from qualmetrics.audit import Material, Settings, audit
from qualmetrics.audit.probing import (
    buckets,
    feature_scorers,
    features_of,
    has_markdown,
    probe,
    targets,
)
from qualmetrics.audit.subject import subject_of
from qualmetrics.core import Batch, Layout, Scorer, Spec, status_array
from qualmetrics.errors import InputError

pytest.importorskip("sklearn")
RNG = np.random.default_rng(0)


def material(n=120):
    """Return texts in 30 groups, of every length, some with Markdown, in two languages."""
    texts, langs = [], []
    for i in range(n):
        words = "The quick grey fox ran home. ".split() * int(RNG.integers(1, 12))
        text = f"{chr(97 + i % 7)} {' '.join(words)}"
        texts.append(f"# Heading\n\n- {text}" if i % 3 == 0 else text)
        langs.append("en" if i % 2 else "de")
    columns = {"lang": langs, "id": list(range(1000, 1000 + n)), "source": ["one"] * n}
    return Material(texts, [str(i // 4) for i in range(n)], columns=columns)


MATERIAL = material()
SETTINGS = Settings(draws=100)


@dataclass(frozen=True)
class Letters:
    """What the first character is, as an input; it says nothing else."""

    layout: ClassVar = {"letters": Layout(("n", 26), "float64")}
    needs: ClassVar = frozenset()
    parts: ClassVar = ("letters:1",)

    def cost(self, rows):
        return None

    def read(self, rows):
        table = np.zeros((len(rows), 26))
        for i, text in enumerate(rows.texts):
            table[i, ord(text[0]) % 26] = 1
        return Batch({"letters": table}, status_array(len(rows)))


def first(arrays):
    return arrays["letters"][:, :1]


def by_letter():
    return Scorer(Spec("by_letter"), (Letters(),), first)


# -- the probe ------------------------------------------------------------------------------------


def test_what_stands_in_the_features_is_told_and_noise_is_not() -> None:
    labels = ["ab"[i] for i in RNG.integers(0, 2, 300)]
    noise = RNG.normal(size=(300, 5))
    told = np.column_stack([noise, [label == "a" for label in labels]])
    assert probe(told, labels, draws=50).share.low > 0.9
    assert probe(noise, labels, draws=50).above.low < 0.05


def test_a_class_that_is_known_by_its_group_alone_is_not_told_across_groups() -> None:
    # Each group has its own feature: fitted within groups this is perfect, across them it is not.
    groups = np.repeat(np.arange(30), 10)
    labels = RNG.integers(0, 2, 30)[groups]
    features = np.eye(30)[groups]
    assert probe(features, labels.tolist(), draws=50).accuracy.value == 1.0
    assert probe(features, labels.tolist(), groups, draws=50).accuracy.value < 0.75


def test_the_majority_is_what_always_saying_it_gets() -> None:
    labels = ["a"] * 80 + ["b"] * 20
    found = probe(np.zeros((100, 1)), labels, draws=50)
    assert (found.accuracy.value, found.majority.value) == (0.8, 0.8)
    assert (found.above.value, found.above.low, found.share.value) == (0.0, 0.0, 0.0)


def test_rows_without_features_or_label_and_rare_classes_are_counted() -> None:
    features = np.column_stack([np.arange(30.0)])
    features[0] = np.nan
    labels = ["a"] * 14 + ["b"] * 12 + ["c"] * 2 + [None, float("nan")]
    found = probe(features, labels, draws=10)
    assert (found.n_undefined, found.n_unlabelled, found.n_rare) == (1, 2, 2)
    assert found.classes == {"a": 13, "b": 12}
    assert found.accuracy.n == 25


@pytest.mark.parametrize(
    ("labels", "groups", "reason"),
    [
        (["a"] * 20, None, "only one class"),
        (list(range(20)), None, "no class"),
        (["a", "b"] * 10, [0] * 10 + [1] * 10, "2 groups, and 5 folds"),
        ([None] * 20, None, "no class"),
    ],
)
def test_where_there_is_nothing_to_tell_it_says_why(labels, groups, reason) -> None:
    found = probe(np.ones((20, 2)), labels, groups, draws=10)
    assert reason in found.reason
    assert np.isnan(found.accuracy.value)


# -- features and targets -------------------------------------------------------------------------


def test_a_formula_shows_its_counts_and_a_function_nothing() -> None:
    table, names = features_of(subject_of("flesch_kincaid_grade"), MATERIAL)
    assert sorted(names) == ["sentences", "syllables", "words"]
    assert table[:, names.index("words")].tolist() == get("length")(MATERIAL.texts).primary.tolist()
    with pytest.raises(InputError, match="only the values are seen"):
        features_of(subject_of(lambda texts: [0.0] * len(texts)), MATERIAL)


def test_an_encoder_shows_a_vector_a_text_and_of_tokens_their_mean() -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("qualmetrics_models")
    few = MATERIAL.take(range(3))
    table, names = features_of(subject_of("readability_minilm"), few)
    assert table.shape == (3, len(names))
    assert len(names) >= 384
    referred = replace(few, references=tuple((text,) for text in few.texts))
    table, names = features_of(subject_of("bertscore"), referred)
    assert table.shape == (3, 384)
    alone, _ = features_of(subject_of("bertscore"), referred.take([1]))
    assert np.abs(alone[0] - table[1]).max() < 1e-5


def test_a_scorer_of_a_column_shows_no_features() -> None:
    from qualmetrics.core import Column

    scorer = Scorer(Spec("level"), (Column("level"),), lambda arrays: arrays["level"][:, None])
    with pytest.raises(InputError, match="level shows no features"):
        feature_scorers(scorer)


def test_targets_are_thirds_marks_and_columns() -> None:
    found = targets(MATERIAL)
    assert list(found) == ["length", "readability", "markdown", "lang", "id", "source"]
    assert found["markdown"].count("yes") == 40
    assert set(found["id"]) == {"1 of 3", "2 of 3", "3 of 3"}
    assert buckets([5, 5, 5]) == ["1 of 3"] * 3


@pytest.mark.parametrize(
    ("text", "has"), [("Plain. Text\n\nhere", "no"), ("1. One", "yes"), ("A **word**", "yes")]
)
def test_marks_of_markdown_are_seen(text, has) -> None:
    assert has_markdown(text) == has


def test_sides_of_pairs_are_a_target_where_a_text_is_only_one_of_them() -> None:
    made = Material(["a", "b", "c"], ["g"] * 3, [3, 2, 1])
    assert targets(made)["preferred"] == ["better", None, "worse"]


# -- the check ------------------------------------------------------------------------------------


def findings(scorer, **settings):
    told = replace(SETTINGS, **settings)
    found = audit(scorer, MATERIAL, checks=["probing"], settings=told).findings
    return {item.name: item for item in found}


def test_a_scorer_that_counts_words_gives_length_away_and_one_of_letters_does_not() -> None:
    counts, letters = findings("length"), findings(by_letter())
    assert counts["length"].verdict == "fail"
    assert letters["length"].verdict == "pass"
    assert letters["markdown"].verdict == "fail"  # a text in Markdown begins with a mark


def test_a_column_is_told_and_judged_only_where_it_is_said_to_be_a_covariate() -> None:
    assert findings("length")["lang"].verdict == "note"
    assert findings("length", covariates=("lang",))["lang"].verdict == "pass"


def test_a_column_of_one_value_is_left_out_and_named() -> None:
    found = findings("length")
    assert found["columns_left_out"].details == {"source": "only one class has 5 texts or more"}


def test_a_function_says_that_it_has_no_features() -> None:
    (note,) = findings(lambda texts: [float(len(text)) for text in texts]).values()
    assert (note.verdict, note.name) == ("note", "not_run")
    assert "only the values are seen" in note.reason
