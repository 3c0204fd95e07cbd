"""What shipped rankers learn from is cut alike for all of them, and leaks nothing."""

import numpy as np
import pytest

from qualmetrics.training.data import Examples

corpora = pytest.importorskip(
    "qualmetrics_models.corpora", reason="the package qualmetrics-models is not here"
)
mixture = pytest.importorskip("qualmetrics_models.mixture")


def made(texts, pairs, groups=None):
    m = len(pairs)
    of = groups or [""] * len(texts)
    inside = [of[a] if of[a] == of[b] else "" for a, b in pairs]
    return Examples(
        texts=tuple(texts),
        pairs=np.array(pairs, np.int64).reshape(-1, 2),
        p=np.ones((m, 1)),
        margin=np.zeros(m),
        pair_groups=tuple(inside),
        values=np.full((len(texts), 1), np.nan),
        groups=tuple(of),
    )


def test_the_test_part_is_one_title_in_five_by_digest():
    share = np.mean([corpora.is_test(f"title {i}") for i in range(2_000)])
    assert 0.17 < share < 0.23


def test_the_two_parts_share_no_text():
    titles = [f"t{i}" for i in range(40)]
    texts = [f"{side} of {title}" for title in titles for side in ("hard", "easy")]
    groups = [title for title in titles for _ in range(2)]
    examples = made(texts, [(i, i + 1) for i in range(0, 80, 2)], groups)
    train, test = (corpora.part(examples, name) for name in ("train", "test"))
    assert set(train.texts) | set(test.texts) == set(texts)
    assert set(train.texts) & set(test.texts) == set()
    assert train.n_pairs + test.n_pairs == 40


def test_both_sides_of_a_pair_without_a_title_stay_together():
    examples = made([f"text {i}" for i in range(40)], [(i, i + 1) for i in range(0, 40, 2)])
    parts = [corpora.part(examples, name) for name in ("train", "test")]
    assert sum(part.n_pairs for part in parts) == 20


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("The boat crossed the wide bay before noon", True),
        ("the BOAT crossed , the wide bay before noon .", True),
        ("The boat crossed", True),
        ("The boat crossed the wide river", False),
        ("boat crossed the bay", False),
        ("oat crossed the wide bay before", False),
    ],
)
def test_a_text_is_found_inside_a_document_by_its_words(text, inside):
    document = "Yesterday the boat crossed the wide bay, before noon. Then it rained."
    assert corpora.contained([text], [document]) == [inside]


def test_each_share_adds_up_to_its_weight():
    first = made(["a", "b", "c"], [(0, 1), (1, 2)])
    second = made(["d", "e"], [(0, 1)])
    examples, weights = mixture.blended(
        [(first, mixture.Share("x", 3.0)), (second, mixture.Share("y", 0.5))], seed=0
    )
    assert examples.n_pairs == 3
    assert weights.tolist() == [1.5, 1.5, 0.5]


def test_pairs_inside_and_between_titles_are_told_apart():
    examples = made(["a", "b", "c"], [(0, 1), (0, 2)], ["g", "g", "h"])
    within, _ = mixture.blended([(examples, mixture.Share("x", 1.0, within=True))], seed=0)
    between, _ = mixture.blended([(examples, mixture.Share("x", 1.0, within=False))], seed=0)
    assert within.pairs.tolist() == [[0, 1]]
    assert between.pairs.tolist() == [[0, 2]]


@pytest.mark.full
def test_no_training_text_stands_in_a_test_document(data):
    small = ("wikiauto", "cefr_wiki")
    train = corpora.permissive(data, "train", corpora=small)
    assert train.report["texts_inside_test"] > 0
    assert not any(corpora.contained(train.texts, corpora.held_out(data)))
