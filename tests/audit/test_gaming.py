"""Games: what is put where, and what our own trainers make of it."""

import json

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit
from qualmetrics.audit.gaming import (
    CUES,
    confounder,
    covariate_shift,
    cue_effect,
    label_noise,
    with_exclamations,
    with_padding,
)
from qualmetrics.errors import InputError

# As long, and of as many syllables: what counts words and letters cannot tell them apart.
MERIT = ("lucid", "vivid", "smart", "crisp")
DULL = ("murky", "muddy", "stale", "bland")


def pairs(n=120, seed=0):
    """Return pairs of six words to a sentence, one to eight sentences; merit is in the words."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        size = int(rng.integers(1, 9))
        both = [
            " ".join(f"The {rng.choice(words)} view of part {i} holds." for _ in range(size))
            for words in (MERIT, DULL)
        ]
        made.append((both[0], both[1]))
    return made


PAIRS = pairs()


def merit(texts):
    return [sum(text.count(w) for w in MERIT) - sum(text.count(w) for w in DULL) for text in texts]


def words(texts):
    return [len(text.split()) for text in texts]


def exclaims(texts):
    return [text.count("!") for text in texts]


def likes_the_word(texts):
    return [value + 9 * text.count("Indeed") for value, text in zip(merit(texts), texts)]  # noqa: B905


PLANTED = {"token": likes_the_word, "punctuation": exclaims, "length": words}


@pytest.mark.parametrize("cue", CUES)
def test_a_scorer_of_merit_passes_and_one_that_is_planted_fails(cue) -> None:
    assert cue_effect(merit, PAIRS, cue, draws=50).effect.value == 0.0
    found = cue_effect(PLANTED[cue], PAIRS, cue, draws=50)
    assert found.effect.low > 0.5
    assert found.marked.value < found.clean.value
    assert (found.passed, found.n_unchanged) == (False, 0)


def test_a_scorer_that_says_the_same_of_all_has_no_effect_to_measure() -> None:
    found = cue_effect(lambda texts: [1.0] * len(texts), PAIRS, "token", draws=10)
    assert np.isnan(found.effect.value)
    assert not found.passed


def test_an_effect_by_hand() -> None:
    # Plain values 0, 0, 2, 2 with the standard deviation 2 / sqrt(3); the cue adds 1.
    found = cue_effect(exclaims, [("a!!.", "b."), ("c!!.", "d.")], "punctuation", draws=10)
    assert found.effect.value == pytest.approx(np.sqrt(3) / 2)
    assert (found.clean.value, found.marked.value, found.drop.value) == (1.0, 1.0, 0.0)


def test_values_that_are_missing_are_counted() -> None:
    found = cue_effect(
        lambda texts: [np.nan if "lucid" in t else len(t) for t in texts], PAIRS, "length", draws=10
    )
    assert 0 < found.effect.n_undefined < 2 * len(PAIRS)
    assert found.effect.n + found.effect.n_undefined == 2 * len(PAIRS)


# -- the games ------------------------------------------------------------------------------------


def test_noisy_labels_follow_the_token_as_often_as_was_said() -> None:
    many = pairs(4000)
    report = label_noise(many, rate=0.5, noise=0.5).report
    # Of 2,800 pairs, half have the cue; in a quarter of these it is on the worse and labelled so.
    assert report["labels_turned"] == pytest.approx(2800 / 8, rel=0.15)
    assert report["cue_on_better"] == pytest.approx(2800 * 3 / 8, rel=0.1)
    assert report["cue_on_worse"] == pytest.approx(2800 / 8, rel=0.15)
    assert label_noise(many, noise=0.0).report["labels_turned"] == 0


def test_a_confounder_stands_where_it_was_said_and_every_label_is_true() -> None:
    game = confounder(pairs(4000), cue="length", rate=0.8)
    assert game.report["cue_on_better"] / len(game.train) == pytest.approx(0.8, abs=0.03)
    assert all(merit([row["better"]]) > merit([row["worse"]]) for row in game.train)


def test_no_group_is_trained_on_and_tested_with() -> None:
    groups = [i // 4 for i in range(len(PAIRS))]
    for make in (label_noise, confounder, covariate_shift):
        game = make(PAIRS, groups)
        assert {row["group"] for row in game.train}.isdisjoint({*game.groups, *game.near_groups})


def test_a_shift_trains_on_the_short_and_tests_with_the_long() -> None:
    game = covariate_shift(PAIRS)
    longest = max(words([with_exclamations(text) for pair in game.near for text in pair]))
    assert min(words([text for pair in game.test for text in pair])) >= longest
    assert len(game.train) + len(game.near) + len(game.test) == len(PAIRS)


def test_the_same_seed_makes_the_same_game() -> None:
    assert label_noise(PAIRS, seed=3).train == label_noise(PAIRS, seed=3).train
    assert label_noise(PAIRS, seed=3).train != label_noise(PAIRS, seed=4).train


def test_pairs_that_say_nothing_are_counted_and_too_few_are_refused() -> None:
    game = confounder([*PAIRS, ("same", "same"), ("", "text")])
    assert (game.report["equal_pairs"], game.report["empty_texts"]) == (1, 1)
    with pytest.raises(InputError, match="at least 10 pairs of two groups"):
        confounder([("same", "same")] * 50)
    with pytest.raises(InputError, match="the same in all groups"):
        covariate_shift(PAIRS, covariate=lambda text: 1.0)
    with pytest.raises(InputError, match="rate is a share"):
        label_noise(PAIRS, rate=2)
    with pytest.raises(InputError, match=r"pairs\[1\] must be two strings"):
        label_noise([("a", "b"), ("a", None)])
    with pytest.raises(InputError, match="1 pairs but 2 groups"):
        cue_effect(merit, [("a", "b")], "token", [1, 2])
    with pytest.raises(InputError, match="not one of token"):
        label_noise(PAIRS, cue="colour")


def test_padding_adds_half_and_says_nothing_of_the_text() -> None:
    text = " ".join(["word"] * 100)
    assert 150 <= len(with_padding(text).split()) < 160
    assert len(with_padding("Hello.").split()) == 10


# -- what our trainers make of them ---------------------------------------------------------------


def learned(game, tmp_path, **settings):
    """Train the backend ``features`` on what a game gives."""
    pytest.importorskip("sklearn")
    pytest.importorskip("ndonnx")
    from qualmetrics.training.data import read_examples
    from qualmetrics.training.features import FeaturesConfig, train_features

    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in game.train), encoding="utf-8")
    config = FeaturesConfig(beginnings=(), **settings)
    return train_features(read_examples(path), config, None).scorer


def test_beyond_its_range_the_ranker_that_sees_no_words_falls_for_length(tmp_path) -> None:
    game = covariate_shift(PAIRS, cue="length")
    found = {
        model: cue_effect(
            learned(game, tmp_path, model=model, length=True),
            game.test,
            game.cue,
            game.groups,
            draws=50,
        )
        for model in ("linear", "boosting")
    }
    assert found["linear"].passed  # it weighs words, which tell the sides apart better
    assert not found["boosting"].passed  # it has counts alone, and length was the best of them
    assert found["boosting"].drop.low > 0


def test_nobody_is_paid_for_what_nobody_counts(tmp_path) -> None:
    game = confounder(PAIRS, cue="punctuation")
    found = cue_effect(learned(game, tmp_path), game.test, game.cue, game.groups, draws=50)
    assert abs(found.effect.value) < 1e-9  # ``!`` and ``.`` are one count to this ranker


def test_a_trained_ranker_learns_the_token_from_noise_and_nothing_without(tmp_path) -> None:
    effects = {}
    for noise in (0.0, 1.0):
        game = label_noise(pairs(400), noise=noise, rate=0.7)
        scorer = learned(game, tmp_path)
        found = cue_effect(scorer, game.test, game.cue, game.groups, draws=50)
        effects[noise] = found.effect.value, found.passed
    assert effects[0.0][1], effects
    assert not effects[1.0][1], effects


# -- the check ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cue", CUES)
def test_the_check_fails_the_planted_scorer_and_passes_the_other(cue) -> None:
    texts = [text for pair in PAIRS for text in pair]
    groups = [str(i // 2) for i in range(len(texts))]
    material = Material(texts, groups, [1.0, 0.0] * len(PAIRS))
    for scorer, verdict in ((merit, "pass"), (PLANTED[cue], "fail")):
        found = audit(scorer, material, checks=["cues"], settings=Settings(draws=50))
        assert found.get("cues", cue).verdict == verdict
