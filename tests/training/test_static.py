"""The backend ``static`` follows a teacher, on texts without labels too, and runs without it."""

from dataclasses import replace

import numpy as np
import pytest

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.registry import get
from qualmetrics.testing import check_scorer
from qualmetrics.training import train
from qualmetrics.training.data import read_examples
from qualmetrics.training.lexicon import LexiconConfig
from qualmetrics.training.pairs import PairConfig
from qualmetrics.training.static import StaticConfig, taught_by, train_static
from tests.core import toys
from tests.training import labelled

QUICK = StaticConfig(
    penalty=(1e-3,),
    lexicon=LexiconConfig(penalty=(1e-3,)),
    beginnings=(),
    pairs=PairConfig(max_pairs=500),
)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    path = labelled.write(tmp_path_factory.mktemp("data") / "a.jsonl", labelled.pairs(30))
    return read_examples(path)


@pytest.fixture(scope="module")
def unlabelled():
    rng = np.random.default_rng(7)
    return [labelled.text(int(rng.integers(3)), f"town{i}", rng) for i in range(150)]


def test_it_follows_its_teacher_where_no_labels_are(examples, unlabelled):
    """The teacher likes long words; no pair says anything about the middle texts."""
    teacher = get("mean_letters_per_word")
    config = replace(QUICK, distillation=50.0)
    made = train_static(examples, config, None, teacher=teacher, unlabelled=unlabelled[:100])
    held = unlabelled[100:]
    ours, theirs = made.scorer(held).primary, teacher(held).primary
    assert np.corrcoef(ours, theirs)[0, 1] > 0.98
    assert made.report["teacher_r"] > 0.98
    assert made.report["teacher"] == teacher.signature


def test_without_a_teacher_it_learns_from_the_pairs(examples):
    made = train_static(examples, QUICK, None)
    scores = made.scorer(examples.texts).primary
    assert (scores[examples.pairs[:, 0]] > scores[examples.pairs[:, 1]]).all()
    assert made.report["backend"] == "static"


def test_the_bundle_keeps_every_law(examples, unlabelled, tmp_path):
    teacher = get("mean_letters_per_word")
    made = train_static(examples, QUICK, tmp_path / "m", teacher=teacher, unlabelled=unlabelled)
    check_scorer(made.scorer)


def test_every_training_text_is_asked_about_and_the_others_up_to_a_limit(examples, unlabelled):
    config = replace(QUICK, max_unlabelled=10)
    taught = taught_by(get("lix"), examples, config, unlabelled)
    assert len(taught) == len(examples.texts) + 10


def test_a_text_that_the_teacher_cannot_score_is_left_out(examples):
    taught = taught_by(get("lix"), examples, QUICK, ["", "...", "A text."])
    assert {"", "..."} & set(taught) == set()


@pytest.mark.parametrize(
    "teacher",
    [
        toys.toy_similarity(),
        Scorer(Spec(name="two", outputs=("a", "b")), get("lix").inputs, get("lix").forward),
    ],
    ids=["reads references", "two outputs"],
)
def test_a_teacher_that_is_no_ranker_of_texts_is_refused(examples, teacher):
    with pytest.raises(InputError, match="must read texts alone and give one score"):
        train_static(examples, QUICK, None, teacher=teacher)


def test_the_command_s_function_finds_teacher_and_texts_by_name(tmp_path):
    pairs = labelled.write(tmp_path / "pairs.jsonl", labelled.pairs(30))
    rows = [{"text": f"The cat sat in town{i}."} for i in range(20)]
    others = labelled.write(tmp_path / "others.jsonl", rows)
    settings = {
        "teacher": "mean_letters_per_word",
        "unlabelled": [str(others)],
        "penalty": [1e-2],
        "lexicon": {"penalty": [1e-2]},
        "beginnings": [],
    }
    made = train(pairs, tmp_path / "model", backend="static", config=settings, name="quick")
    assert made.report["taught_texts"] == 48 + 20
    assert made.scorer.spec.name == "quick"
