"""Greedy matching as arithmetic: golden values, masks, references, and the graph traced from it."""

import numpy as np
import pytest

from qualmetrics.core import Layout
from qualmetrics.errors import InputError
from qualmetrics.similarity import matching
from qualmetrics.similarity.matching import Cosine, GreedyMatch, combine, limit, normalise, rescale

# Worked by hand in specs of this project (its G1): unit vectors of the plane.
PLANE = {"a": (1, 0), "b": (0, 1), "c": (1, 1), "d": (-1, 0), "0": (0, 0)}


def arrays(text, *references, weights=None, dtype=np.float64):
    """Put vectors named by letters into the arrays that a match reads; ``_`` is padding."""
    wide = max(map(len, references))
    padded = [reference.ljust(wide, "_") for reference in references]
    found = {
        "text_vectors": np.array([[PLANE.get(x, (9, 9)) for x in text]], dtype=dtype),
        "text_mask": np.array([[float(x != "_") for x in text]], dtype=dtype),
        "reference_vectors": np.array(
            [[[PLANE.get(x, (9, 9)) for x in reference] for reference in padded]], dtype=dtype
        ),
        "reference_mask": np.array([[[float(x != "_") for x in r] for r in padded]], dtype=dtype),
    }
    for side in ("text", "reference"):
        found[f"{side}_special"] = np.zeros_like(found[f"{side}_mask"])
    if weights:
        found["text_weights"] = np.array([weights[0]], dtype=dtype)
        found["reference_weights"] = np.array([[weights[1]]], dtype=dtype)
    return found


def matched(text, *references, how="mean", **settings):
    return GreedyMatch(how, **settings)(arrays(text, *references))[0]


@pytest.mark.parametrize(
    ("how", "expected"), [("mean", 0.829146), ("harmonic", 0.828427), ("min", 0.804738)]
)
def test_three_vectors_against_two_give_the_golden_numbers(how, expected):
    assert matched("acc", "ab", how=how) == pytest.approx([0.804738, 0.853553, expected], abs=1e-6)


@pytest.mark.parametrize("text", ["acc", "cac", "cca"])
@pytest.mark.parametrize("reference", ["ab", "ba"])
def test_no_order_of_either_side_changes_the_golden_numbers(text, reference):
    assert matched(text, reference)[2] == pytest.approx(0.829146, abs=1e-6)


@pytest.mark.parametrize(("how", "expected"), [("mean", 0.897487), ("harmonic", 0.895337)])
def test_weights_give_the_golden_numbers(how, expected):
    found = GreedyMatch(how, weighted=True)(arrays("acc", "ab", weights=([2, 1, 1], [2, 0.5])))
    assert found[0] == pytest.approx([0.853553, 0.941421, expected], abs=1e-6)


@pytest.mark.parametrize(("how", "expected"), [("mean", 0.75), ("harmonic", 0.666667)])
def test_a_fragment_of_the_reference_gains_more_by_the_mean(how, expected):
    assert matched("a", "ab", how=how) == pytest.approx([1, 0.5, expected], abs=1e-6)


def test_equal_lists_score_one():
    assert matched("abc", "abc") == pytest.approx([1, 1, 1])


def test_opposite_vectors_score_minus_one_and_zero_when_cut():
    assert matched("d", "a").tolist() == [-1, -1, -1]
    assert matched("d", "a", limits=(0.0, 1.0)).tolist() == [0, 0, 0]


def test_doubling_a_token_moves_forward_only():
    assert matched("aac", "ab")[0] != matched("ac", "ab")[0]
    assert matched("aac", "ab")[1] == matched("ac", "ab")[1]


# -- masks ----------------------------------------------------------------------------------------


def test_padding_never_wins_against_a_negative_cosine():
    """T1: bert-score fills padding with 0, which beats -1, so a score depends on its batch."""
    assert matched("d", "a").tolist() == matched("d", "a_").tolist() == [-1, -1, -1]
    assert matched("d", "a").tolist() == matched("d___", "a").tolist()


def test_a_zero_vector_matches_nothing_and_is_not_nan():
    """T2: without an epsilon its norm of 0 makes NaN of the whole row."""
    assert matched("0a", "a").tolist() == [0.5, 1.0, 0.75]
    assert normalise(np.zeros((1, 2))).tolist() == [[0.0, 0.0]]


def special_ends(text, reference):
    found = arrays(text, reference)
    for side in ("text", "reference"):
        found[f"{side}_special"][..., [0, -1]] = 1
    return found


def test_special_tokens_weigh_nothing():
    """T7: a copy of bert-score compares weights with ids, and its special tokens count."""
    assert GreedyMatch("mean")(special_ends("bab", "bab"))[0].tolist() == [1, 1, 1]
    assert GreedyMatch("mean")(special_ends("bab", "dad"))[0].tolist() == [1, 1, 1]


def test_special_tokens_are_no_targets_unless_asked_for():
    pair = special_ends("cac", "cbc")
    assert GreedyMatch("mean")(pair)[0].tolist() == [0, 0, 0]
    found = GreedyMatch("mean", specials="match")(pair)[0]
    assert found == pytest.approx([0.5**0.5] * 3)


def test_special_tokens_weigh_nothing_though_a_table_weighs_them():
    pair = special_ends("bab", "dad")
    pair["text_weights"], pair["reference_weights"] = np.full((1, 3), 5.0), np.full((1, 1, 3), 5.0)
    assert GreedyMatch("mean", weighted=True)(pair)[0].tolist() == [1, 1, 1]


@pytest.mark.parametrize(("text", "reference"), [("_", "a"), ("a", "_"), ("_", "_")])
def test_a_side_without_a_token_has_no_number(text, reference):
    assert np.isnan(matched(text, reference)).all()


def test_weights_that_are_all_zero_give_no_number():
    found = GreedyMatch("mean", weighted=True)(arrays("a", "ab", weights=([0], [1, 1])))[0]
    assert np.isnan(found[[0, 2]]).all()


# -- combining ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("forward", "backward", "expected"),
    [(0.5, 0.25, 1 / 3), (0, 0, 0), (0.1, -0.0999, 0), (-0.5, -0.25, -1 / 3), (0.4, 0, 0)],
)
def test_the_harmonic_mean_stays_between_its_terms(forward, backward, expected):
    found = combine(np.array([forward]), np.array([backward]), "harmonic")
    assert found == pytest.approx([expected])


def test_published_scores_rescale_to_the_published_rescaled_scores():
    """F of three pairs by roberta-large, raw and rescaled, from the tests of bert-score."""
    raw = np.array([[0.98336], [0.97823], [0.91621]])
    expected = [0.90138, 0.87101, 0.50357]
    assert rescale(raw, [0.83122575])[:, 0] == pytest.approx(expected, abs=6e-5)


def test_a_rescaled_score_of_nothing_does_not_reach_minus_five():
    """T3: (0 - b) / (1 - b) is -4.92508, which outweighs every other completion of a group."""
    raw = np.array([[0.0]])
    assert rescale(raw, [0.83122575]) == pytest.approx(-4.92508, abs=1e-5)
    assert limit(rescale(raw, [0.83122575]), (0.0, 1.0)).tolist() == [[0.0]]


# -- several references ---------------------------------------------------------------------------


def test_all_outputs_come_from_the_best_reference():
    assert matched("ac", "ac", "a").tolist() == pytest.approx([1, 1, 1])
    first, second = matched("ab", "abd"), matched("ab", "c")
    assert first[1] < second[1]
    assert first[0] > second[0]
    assert matched("ab", "c", "abd").tolist() == max(first.tolist(), second.tolist(), key=_last)


def _last(values):
    return values[-1]


def test_per_column_maximum_takes_each_output_from_where_it_is_highest():
    first, second = matched("ab", "abd"), matched("ab", "c")
    expected = np.maximum(first, second)
    assert matched("ab", "c", "abd", several="per_column_max").tolist() == expected.tolist()


def test_a_missing_reference_is_passed_over():
    assert matched("d", "a", "_").tolist() == [-1, -1, -1]
    assert matched("d", "a", "_", several="per_column_max").tolist() == [-1, -1, -1]


def test_cosine_takes_the_nearest_reference_that_is_there():
    found = Cosine()(
        {
            "text_vector": np.array([[-1.0, 0.0]]),
            "reference_vector": np.array([[[2.0, 0.0], [3.0, 3.0], [0.0, 0.0]]]),
            "reference_mask": np.array([[1.0, 1.0, 0.0]]),
        }
    )
    assert found == pytest.approx(np.array([[-(0.5**0.5)]]))


# -- order ----------------------------------------------------------------------------------------


def test_word_salad_scores_one_and_bigrams_guard_against_it():
    assert matched("abd", "bda")[2] == pytest.approx(1)
    assert matched("abd", "bda", order_guard="bigrams")[2] < 0.9
    assert matched("abd", "abd", order_guard="bigrams")[2] == pytest.approx(1)


def test_longest_common_subsequence_guards_against_word_salad():
    found = arrays("abd", "bda")
    found["text_ids"], found["reference_ids"] = np.array([[1, 2, 3]]), np.array([[[2, 3, 1]]])
    guarded = GreedyMatch("mean", order_guard="lcs")(found)[0, 2]
    assert guarded == pytest.approx(2 * 2 / 6)  # "bd" is common: 2 of 3 and 3 tokens


# -- numpy, blocks, graphs ------------------------------------------------------------------------


def random_arrays(n=5, tokens=9, several=3, others=11, width=8, seed=0):
    rng = np.random.default_rng(seed)
    lengths, other_lengths = rng.integers(1, tokens + 1, n), rng.integers(0, others, (n, several))
    other_lengths[:, 0] = others
    mask = (np.arange(tokens) < lengths[:, None]).astype(np.float32)
    other_mask = (np.arange(others) < other_lengths[..., None]).astype(np.float32)
    return {
        "text_vectors": rng.normal(size=(n, tokens, width)).astype(np.float32),
        "text_mask": mask,
        "text_special": (rng.random((n, tokens)) < 0.2).astype(np.float32) * mask,
        "text_weights": rng.random((n, tokens)).astype(np.float32),
        "reference_vectors": rng.normal(size=(n, several, others, width)).astype(np.float32),
        "reference_mask": other_mask,
        "reference_special": (rng.random((n, several, others)) < 0.2).astype(np.float32),
        "reference_weights": rng.random((n, several, others)).astype(np.float32),
    }


SETTINGS = {
    "plain": {},
    "weighted": {"weighted": True},
    "specials matched": {"specials": "match"},
    "per column": {"several": "per_column_max"},
    "mean with bigrams": {"combine": "mean", "order_guard": "bigrams"},
    "rescaled": {"baseline": (0.1, 0.2, 0.15), "limits": (0.0, 1.0)},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_blocks_of_reference_tokens_change_no_number(name, monkeypatch):
    match, found = GreedyMatch(**SETTINGS[name]), random_arrays()
    whole = match(found)
    monkeypatch.setattr(matching, "MAX_CELLS", 200)
    assert match(found) == pytest.approx(whole, abs=1e-6, nan_ok=True)  # BLAS rounds by shape


@pytest.mark.parametrize("name", SETTINGS)
def test_the_traced_graph_gives_what_numpy_gives(name):
    pytest.importorskip("ndonnx")
    ort = pytest.importorskip("onnxruntime")
    from qualmetrics.onnx.export import trace

    match, found = GreedyMatch(**SETTINGS[name]), random_arrays()
    if not match.weighted:
        found = {key: array for key, array in found.items() if "weights" not in key}
    layout = {
        key: Layout(
            ("n", *(f"{key.split('_')[0]}_{i}" for i in range(1, a.ndim - ("vec" in key))))
            + ((8,) if "vec" in key else ()),
            "float32",
        )
        for key, a in found.items()
    }
    session = ort.InferenceSession(trace(match, layout, "match").SerializeToString())
    values = session.run(["values"], found)[0]
    assert np.array_equal(np.isnan(values), np.isnan(match(found)))
    assert np.nanmax(np.abs(values - match(found))) <= 1e-6


@pytest.mark.full
def test_the_kernel_is_that_of_bert_score_where_nothing_is_padded():
    """Against greedy_cos_idf of bert-score 0.3.13, on random tensors of equal lengths."""
    torch = pytest.importorskip("torch")
    utils = pytest.importorskip("bert_score.utils")
    found = random_arrays(n=40, tokens=13, several=1, others=13, width=32)
    for side in ("text", "reference"):
        found[f"{side}_mask"][:], found[f"{side}_special"][:] = 1, 0
    tensors = {key: torch.from_numpy(array.copy()) for key, array in found.items()}
    theirs = utils.greedy_cos_idf(
        tensors["reference_vectors"][:, 0],
        tensors["reference_mask"][:, 0],
        tensors["reference_weights"][:, 0],
        tensors["text_vectors"],
        tensors["text_mask"],
        tensors["text_weights"],
    )
    ours = GreedyMatch(weighted=True)(found)
    assert np.abs(ours - torch.stack(theirs, dim=1).numpy()).max() <= 1e-6


@pytest.mark.parametrize(
    "settings",
    [{"combine": "max"}, {"several": "mean"}, {"specials": "drop"}, {"order_guard": "trigrams"}],
)
def test_a_setting_that_is_not_there_is_answered_with_those_there_are(settings):
    with pytest.raises(InputError, match="is not one of"):
        GreedyMatch(**settings)
