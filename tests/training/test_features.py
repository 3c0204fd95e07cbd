"""The backend ``features`` learns, is told how, and leaves a bundle that works alone."""

import json
from dataclasses import replace

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.testing import check_scorer
from qualmetrics.training.data import read_examples
from qualmetrics.training.features import FeaturesConfig, train_features
from qualmetrics.training.lexicon import LexiconConfig
from qualmetrics.training.measure import pair_accuracy
from qualmetrics.training.pairs import PairConfig, sample
from qualmetrics.training.splits import split_by_group
from tests.training import labelled

QUICK = FeaturesConfig(
    penalty=(1e-2,),
    lexicon=LexiconConfig(penalty=(1e-2,)),
    beginnings=(),
    pairs=PairConfig(max_pairs=2_000),
)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    path = labelled.write(tmp_path_factory.mktemp("data") / "a.jsonl", labelled.ratings(120))
    return read_examples(path)


@pytest.fixture(scope="module")
def parts(examples):
    return split_by_group(examples, 0.25)


@pytest.fixture(scope="module")
def trained(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "toy"
    return train_features(parts[0], QUICK, folder, dev=parts[1])


def accuracy(scorer, examples):
    drawn = sample(examples)
    return pair_accuracy(scorer(examples.texts).primary, drawn.pairs, drawn.p[:, 0])


def test_it_orders_texts_it_has_not_seen(trained, parts):
    assert accuracy(trained.scorer, parts[1]) > 0.95


def test_the_report_sets_length_and_a_formula_beside_it(trained):
    rows = trained.report["dev"]["pair_accuracy"]
    assert list(rows) == ["my_ranker", "length only (words)", "FKGL"]
    assert rows["my_ranker"] > rows["length only (words)"]


def test_the_bundle_keeps_every_law(trained):
    check_scorer(trained.scorer)


def test_the_folder_holds_the_record_and_the_draft_of_a_card(trained):
    record = json.loads((trained.folder / "training.json").read_text(encoding="utf-8"))
    assert record["config"]["penalty"] == [0.01]
    assert len(record["report"]["data"]["digest"]) == 64
    assert "length only" in (trained.folder / "card.md").read_text(encoding="utf-8")


def test_two_runs_give_the_same_numbers(trained, parts):
    again = train_features(parts[0], QUICK, None, dev=parts[1])
    assert again.scorer.signature == trained.scorer.signature


def test_differences_are_on_the_scale_of_log_odds(parts):
    """Of texts that the model finds equal, neither stands higher; the zero is the average text."""
    scorer = train_features(parts[0], QUICK, None).scorer
    assert float(scorer(parts[0].texts).primary.mean()) == pytest.approx(0.0, abs=1e-9)


def test_the_best_penalty_of_several_is_chosen_on_the_development_part(parts):
    several = replace(QUICK, penalty=(10.0, 1e-2))
    made = train_features(parts[0], several, None, dev=parts[1])
    losses = [entry["dev_loss"] for entry in made.history]
    assert losses[1] < losses[0]
    alone = train_features(parts[0], QUICK, None)
    texts = parts[1].texts
    assert np.array_equal(made.scorer(texts).values, alone.scorer(texts).values)


def test_counts_alone_are_enough_where_words_are_left_out(parts):
    bare = replace(QUICK, lexicon=LexiconConfig(max_words=0))
    scorer = train_features(parts[0], bare, None).scorer
    assert "weights:" not in scorer.signature
    assert accuracy(scorer, parts[1]) > 0.9


def test_a_word_never_met_is_weighed_by_its_spelling(parts):
    rare = replace(QUICK, lexicon=LexiconConfig(min_texts=1_000, min_words=2, penalty=(1e-2,)))
    table = train_features(parts[0], rare, None).scorer.inputs[0].tables[0]
    assert not table.words
    hard, easy = table.weigh(["contemporaneously", "hat"])[:, 0]
    assert hard > easy


def test_length_is_left_alone_where_it_is_penalised():
    """Where length and hardness go together, the penalty takes length out of the score."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(80):
        hard = i % 2
        sentences = int(rng.integers(8, 12)) if hard else int(rng.integers(2, 4))
        body = " ".join(f"The cat saw dog {rng.integers(50)}." for _ in range(sentences))
        tail = " Nonetheless it is." if hard else " But it is."
        rows.append((body + tail, float(hard)))
    from qualmetrics.training.data import Examples

    made = Examples(
        texts=tuple(text for text, _ in rows),
        pairs=np.zeros((0, 2), np.int64),
        p=np.zeros((0, 1)),
        margin=np.zeros(0),
        pair_groups=(),
        values=np.array([[value] for _, value in rows]),
        groups=("",) * len(rows),
    )
    words = np.log([len(text.split()) for text in made.texts])

    def shared(penalty):
        config = replace(QUICK, length_decorrelation=penalty)
        scores = train_features(made, config, None).scorer(made.texts).primary
        return abs(np.mean((scores - scores.mean()) * (words - words.mean())))

    assert shared(100.0) < 0.2 * shared(0.0)


def test_scores_move_less_under_edits_where_consistency_is_asked_for(parts):
    from qualmetrics.training.edits import edited

    rng = np.random.default_rng(5)
    texts = parts[1].texts
    copies = [edited(text, rng) for text in texts]

    def moved(consistency):
        config = replace(QUICK, consistency=consistency)
        scorer = train_features(parts[0], config, None).scorer
        change = scorer(texts).primary - scorer(copies).primary
        return float(np.mean(change**2)) / float(np.var(scorer(texts).primary))

    assert moved(10.0) < moved(0.0)


def test_several_criteria_are_learned_side_by_side(tmp_path):
    rows = [
        {"text": row["text"], "effort": row["score"], "ease": -row["score"]}
        for row in labelled.ratings(60)
    ]
    made = read_examples(labelled.write(tmp_path / "a.jsonl", rows), criteria=("effort", "ease"))
    scorer = train_features(made, QUICK, tmp_path / "model").scorer
    values = scorer(made.texts).values
    assert scorer.spec.outputs == ("effort", "ease")
    assert np.corrcoef(values.T)[0, 1] < -0.9


def test_weights_must_be_one_a_pair(parts):
    with pytest.raises(InputError, match="weights are"):
        train_features(parts[0], QUICK, None, weights=[1.0])


def test_other_languages_have_rankers_too(tmp_path):
    rows = [{"text": f"Der Hund lief. Er war froh. Haus {i}.", "score": 1} for i in range(10)] + [
        {
            "text": f"Verwaltungsvorschriften verunmöglichen Vereinfachungsbestrebungen {i}.",
            "score": 2,
        }
        for i in range(10)
    ]
    made = read_examples(labelled.write(tmp_path / "a.jsonl", rows))
    scorer = train_features(made, replace(QUICK, rules="de/1"), tmp_path / "model").scorer
    assert accuracy(scorer, made) == 1.0
    assert qm.load(tmp_path / "model").spec.languages == ("de",)
