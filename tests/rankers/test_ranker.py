"""A ranker of counts is arithmetic: it exports, explains itself, and keeps the laws."""

import json

import numpy as np
import pytest

from qualmetrics.errors import BundleError, InputError
from qualmetrics.explain import explain
from qualmetrics.onnx import export, load
from qualmetrics.ranker import LinearForward, Ranker, Ratio, read_ranker, standardised, write_ranker
from qualmetrics.testing import check_scorer
from qualmetrics.text.inputs import Counts
from qualmetrics.text.weights import WordWeights

FEATURES = (
    Ratio("words", "sentences", "log"),
    Ratio("long_words", "words", plus=0.5, plus_under=2.0),
    Ratio("polysyllables", "sentences", "sqrt"),
    Ratio("types", "words", "log", power=0.85),
)
WEIGHTS = (1.5, 2.0, 0.5, -1.0)


def ranker(weights=(WEIGHTS,), intercepts=(0.25,), criteria=("score",), tables=()):
    features = FEATURES
    if tables:
        features = (*FEATURES, Ratio("lexical", "words"))
        weights = tuple((*row, 0.125) for row in weights)
    forward = LinearForward(features, weights, intercepts)
    columns = tuple(name for name in forward.columns if name != "lexical")
    typical = dict.fromkeys((*columns, *(["lexical"] if tables else [])), 10.0)
    return Ranker(
        "toy_ranker", forward, (Counts("en/1", columns, tables),), criteria, typical=typical
    ).scorer()


TABLE = WordWeights("toy", ("lexical",), {"boat": (8,), "the": (-4,)}, {"ing": (2,)}, (1,), (0,))


def test_the_score_is_the_weighted_ratios_by_hand():
    # 9 words, all different, in 2 sentences; long are crossed, indemnification, notwithstanding;
    # the last two have more than two syllables.
    text = "The small boat crossed. Indemnification lapses notwithstanding it all."
    long = 3
    expected = (
        1.5 * np.log(9 / 2) + 2.0 * (long + 0.5) / (9 + 2.0) + 0.5 * np.sqrt(2 / 2)
        - 1.0 * np.log(9 / 9**0.85) + 0.25
    )  # fmt: skip
    assert float(ranker().score_one(text)) == pytest.approx(expected, abs=1e-12)


def test_word_weights_add_their_mean():
    scorer = ranker(tables=(TABLE,))
    text = "The boat."  # -4 + 8 over two words, an eighth of it
    assert float(scorer.score_one(text)) - float(ranker().score_one(text)) == pytest.approx(0.25)


@pytest.mark.parametrize("tables", [(), (TABLE,)], ids=["counts", "words"])
def test_it_keeps_every_law_also_as_a_bundle(tmp_path, tables):
    scorer = ranker(tables=tables)
    folder = export(scorer, tmp_path / "toy")
    write_ranker(folder, scorer)
    check_scorer(load(folder))
    check_scorer(read_ranker(folder))


def test_it_has_a_graph_of_strings(tmp_path):
    scorer = ranker()
    texts = ["The small boat crossed.", "Indemnification expires notwithstanding.", ""]
    loaded = load(export(scorer, tmp_path / "toy", graph="text"))
    assert np.allclose(loaded(texts).values, scorer(texts).values, equal_nan=True)
    assert "graph:text" in loaded.signature


def test_the_signature_tells_one_training_from_another():
    other = ranker(weights=((1.5, 2.0, 0.5, -1.5),))
    assert ranker().signature != other.signature
    assert ranker().signature == ranker().signature


def test_several_criteria_are_several_outputs():
    scorer = ranker((WEIGHTS, (0.0, 1.0, 0.0, 0.0)), (0.0, 1.0), ("depth", "style"))
    scores = scorer(["The small boat crossed."])
    assert scores.spec.outputs == ("depth", "style")
    assert scores.values[0, 1] == pytest.approx(1.0 + (1 + 0.5) / (4 + 2.0))


def test_shares_add_up_to_the_distance_from_an_average_text():
    scorer = ranker(tables=(TABLE,))
    found = explain(scorer, "The small boat crossed. Indemnification expires notwithstanding.")
    total = sum(span.contribution for span in found.sentences) + found.rest
    assert total == pytest.approx(found.value - found.reference_value)
    assert found.reference == "an average text of those it was trained on"


def test_a_ranker_read_from_its_bundle_is_the_same_and_explains_itself(tmp_path):
    scorer = ranker(tables=(TABLE,))
    folder = export(scorer, tmp_path / "toy")
    write_ranker(folder, scorer)
    read = read_ranker(folder)
    text = "The small boat crossed. It rains."
    assert read.signature == scorer.signature
    assert float(read.score_one(text)) == float(scorer.score_one(text))
    assert explain(read, text).rest == pytest.approx(explain(scorer, text).rest)


def test_an_altered_ranker_is_refused(tmp_path):
    scorer = ranker()
    folder = export(scorer, tmp_path / "toy")
    path = write_ranker(folder, scorer)
    data = json.loads(path.read_text(encoding="utf-8"))
    data["weights"][0][0] = 7.0
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(BundleError, match="not the ranker of this bundle"):
        read_ranker(folder)


@pytest.mark.parametrize("content", [None, "{}", "no json", '{"format": "other/1"}'])
def test_a_bundle_without_a_ranker_is_refused(tmp_path, content):
    folder = export(ranker(), tmp_path / "toy")
    if content is not None:
        (folder / "ranker.json").write_text(content, encoding="utf-8")
    with pytest.raises(BundleError):
        read_ranker(folder)


def test_a_standardisation_is_folded_into_weights_and_intercept():
    x = np.array([[1.0, 5.0], [3.0, 9.0]])
    means, scales, weights = x.mean(axis=0), x.std(axis=0), np.array([[2.0, -1.0]])
    rows, intercepts = standardised(FEATURES[:2], weights, means, scales)
    assert x @ np.array(rows).T + intercepts == pytest.approx((x - means) / scales @ weights.T)


def test_weights_of_another_number_are_refused():
    with pytest.raises(InputError, match="weights must be 1 rows of 4"):
        LinearForward(FEATURES, ((1.0,),), (0.0,))


def test_an_unknown_shape_is_refused():
    with pytest.raises(InputError, match="shape 'cube'"):
        Ratio("words", "sentences", "cube")


def test_each_word_has_the_share_that_its_weight_has_where_it_stands():
    forward = LinearForward((Ratio("lexical", "words"),), ((0.5,),), (3.0,))
    item = Counts("en/1", ("words",), (TABLE,))
    typical = {"words": 10.0, "lexical": 0.0}
    scorer = Ranker("toy", forward, (item,), ("score",), typical=typical).scorer()
    found = explain(scorer, "The boat met Boat.")  # the second is a name, which weighs 0
    assert [span.contribution for span in found.words] == [-0.5, 1.0, 0.125, 0.0]
    assert found.words_rest == 0.0
    assert found.value == 3.0 + sum(span.contribution for span in found.words)
