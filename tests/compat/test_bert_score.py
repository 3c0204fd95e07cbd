"""bert-score's interface: arguments, habits, and parity with the package itself."""

import gzip
import inspect
import json
import os
import warnings

import numpy as np
import pytest

from qualmetrics.compat import bert_score
from qualmetrics.compat.bert_score.kernel import batch_scores
from qualmetrics.errors import InputError
from tests.similarity.conftest import minilm, tiny  # noqa: F401 - fixtures

CANDIDATES = ["a cat sat on the mat", "it rained", "the boat"]
REFERENCES = ["the cat sat", "it rained all day", "a small boat crossed the bay"]


def test_names_arguments_and_defaults_are_those_of_bert_score():
    score = "cands refs model_type num_layers verbose idf device batch_size nthreads all_layers "
    score += "lang return_hash rescale_with_baseline baseline_path use_fast_tokenizer"
    made = "model_type num_layers batch_size nthreads all_layers idf idf_sents device lang "
    made += "rescale_with_baseline baseline_path use_fast_tokenizer"
    assert list(inspect.signature(bert_score.score).parameters) == score.split()
    assert list(inspect.signature(bert_score.BERTScorer).parameters) == made.split()
    method = inspect.signature(bert_score.BERTScorer.score).parameters
    assert list(method) == "self cands refs verbose batch_size return_hash".split()
    assert method["batch_size"].default == 64


def test_three_float_arrays_come_back(tiny):  # noqa: F811
    found = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny)
    assert [part.shape for part in found] == [(3,)] * 3
    assert {part.dtype for part in found} == {np.dtype(np.float32)}


def test_a_scorer_gives_what_the_function_gives(tiny):  # noqa: F811
    scorer = bert_score.BERTScorer(model_type=tiny, num_layers=1)
    found = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny, num_layers=1)
    assert np.array_equal(scorer.score(CANDIDATES, REFERENCES), found)


def test_all_layers_come_in_rows(tiny):  # noqa: F811
    every = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny, all_layers=True)
    assert every[2].shape == (3, 3)
    for layer in range(3):
        one = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny, num_layers=layer)
        assert np.array_equal(every[2][layer], one[2])


def test_several_references_give_each_columns_maximum(tiny):  # noqa: F811
    several = bert_score.score(CANDIDATES[:1], [REFERENCES], model_type=tiny)
    single = bert_score.score(CANDIDATES[:1] * 3, REFERENCES, model_type=tiny)
    assert [float(part[0]) for part in several] == [float(part.max()) for part in single]


def test_padding_counts_as_zero_as_it_does_there():
    """T1, kept for parity: alone an opposite vector scores -1, beside a longer pair 0."""
    one, minus = np.array([[1.0, 0.0]], np.float32), np.array([[-1.0, 0.0]], np.float32)
    weight = np.ones(1, np.float32)
    longer = (np.repeat(one, 3, axis=0), np.ones(3, np.float32))
    pair = ((minus, weight), (one, weight))
    assert batch_scores([pair])[0].tolist() == [-1, -1, -1]
    assert batch_scores([pair, (longer, longer)])[0].tolist() == [0, 0, 0]


def test_an_empty_text_scores_zero_with_a_warning(tiny, capsys):  # noqa: F811
    found = bert_score.score(["", "a cat"], ["a cat", " "], model_type=tiny)
    assert np.array_equal(found, np.zeros((3, 2)))
    said = capsys.readouterr().err
    assert "Empty candidate" in said
    assert "Empty reference" in said


def test_a_ready_dictionary_of_weights_may_be_given(tiny):  # noqa: F811
    from collections import defaultdict

    ones = defaultdict(lambda: 1.0, {2: 0.0, 3: 0.0})
    given = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny, idf=ones)
    plain = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny)
    assert np.allclose(given, plain, atol=1e-6)


def test_weights_come_from_the_references_or_from_idf_sents(tiny):  # noqa: F811
    scorer = bert_score.BERTScorer(model_type=tiny, idf=True, idf_sents=REFERENCES)
    found = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny, idf=True)
    assert np.array_equal(scorer.score(CANDIDATES, REFERENCES), found)
    with pytest.warns(UserWarning, match="Overwriting"):
        scorer.compute_idf(CANDIDATES)
    with pytest.raises(InputError, match="compute_idf"):
        bert_score.BERTScorer(model_type=tiny, idf=True).score(CANDIDATES, REFERENCES)


@pytest.fixture
def baseline(tmp_path):
    path = tmp_path / "tiny.tsv"
    path.write_text("LAYER,P,R,F\n0,0.1,0.1,0.1\n1,0.2,0.2,0.2\n2,0.5,0.25,0.3\n")
    return str(path)


def test_rescaling_reads_the_row_of_the_layer(tiny, baseline):  # noqa: F811
    raw = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny)
    found = bert_score.score(
        CANDIDATES, REFERENCES, model_type=tiny, lang="en",
        rescale_with_baseline=True, baseline_path=baseline,
    )  # fmt: skip
    for part, values, b in zip(found, raw, (0.5, 0.25, 0.3), strict=True):
        assert part == pytest.approx((values - b) / (1 - b), abs=1e-6)


def test_without_a_baseline_the_function_warns_and_the_class_raises(tiny, capsys):  # noqa: F811
    options = {"model_type": tiny, "lang": "en", "rescale_with_baseline": True}
    found, said = bert_score.score(CANDIDATES, REFERENCES, return_hash=True, **options)
    assert np.array_equal(found, bert_score.score(CANDIDATES, REFERENCES, model_type=tiny))
    assert "Baseline not Found" in capsys.readouterr().err
    assert "rescaled" not in said
    with pytest.raises(ValueError, match="Baseline not Found"):
        bert_score.BERTScorer(**options).score(CANDIDATES, REFERENCES)


def test_the_hash_names_weights_and_layer_and_no_path(tiny):  # noqa: F811
    _, said = bert_score.score(CANDIDATES, REFERENCES, model_type=tiny, return_hash=True)
    assert "_L2_no-idf_version=0.3.13(qualmetrics)" in said
    assert os.sep not in said


@pytest.mark.parametrize(
    "call",
    [
        {"cands": "a cat", "refs": ["a"]},
        {"cands": ["a", "b"], "refs": ["a"]},
        {"cands": ["a"], "refs": [[]]},
        {"num_layers": 9},
        {"model_type": None, "lang": "en"},
        {"rescale_with_baseline": True},
    ],
)
def test_a_bad_call_is_answered_in_words(call, tiny):  # noqa: F811
    good = {"cands": ["a"], "refs": ["a"], "model_type": tiny}
    with pytest.raises(InputError):
        bert_score.score(**{**good, **call})


def test_no_pairs_give_no_values(tiny):  # noqa: F811
    assert [part.shape for part in bert_score.score([], [], model_type=tiny)] == [(0,)] * 3


# -- the mended twin ------------------------------------------------------------------------------


def test_the_mended_twin_gives_nan_where_there_is_no_number(tiny):  # noqa: F811
    found = bert_score.fixed.score(["", "a cat"], ["a cat", "a cat"], tiny)
    assert np.isnan([part[0] for part in found]).all()
    assert [part[1] for part in found] == pytest.approx([1, 1, 1], abs=1e-6)


def test_the_mended_twin_asks_for_a_frozen_table(tiny):  # noqa: F811
    with pytest.raises(InputError, match="write_idf"):
        bert_score.fixed.score(["a"], ["a"], tiny, idf=True)


def test_the_mended_twin_takes_prepared_references(tiny):  # noqa: F811
    scorer = bert_score.fixed.BERTScorer(tiny)
    prepared = scorer.prepare(REFERENCES)
    assert np.array_equal(scorer.score(CANDIDATES, prepared), scorer.score(CANDIDATES, REFERENCES))
    assert scorer.hash == scorer.scores(CANDIDATES, REFERENCES).signature


# -- parity ---------------------------------------------------------------------------------------


def real_pairs(data):
    """Return 350 sentence pairs and 150 summaries with their references."""
    with gzip.open(data / "stsb_multi" / "stsb.train_dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        english = (row for row in map(json.loads, rows) if row["lang"] == "en")
        pairs = [(row["a"], row["b"]) for row, _ in zip(english, range(350))]  # noqa: B905
    with gzip.open(data / "summ_human" / "realsumm.dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        summaries = [
            (output["hyp"], row["refs"][0])
            for row in map(json.loads, rows)
            for output in row["outputs"][:3]
            if output["hyp"].strip()
        ]
    return [*pairs, *summaries[:150]]


@pytest.mark.full
@pytest.mark.parametrize("layer", [3, 6])
@pytest.mark.parametrize("idf", [False, True])
def test_five_hundred_real_pairs_score_as_in_bert_score(layer, idf, data, minilm):  # noqa: F811
    """The same weights in PyPI bert-score 0.3.13 (torch) and here (ONNX Runtime)."""
    torch_folder = os.environ.get("MINILM_TORCH")
    theirs = pytest.importorskip("bert_score")
    if not torch_folder:
        pytest.skip("MINILM_TORCH names no folder of the torch model")
    candidates, references = zip(*real_pairs(data), strict=True)
    assert len(candidates) == 500
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = theirs.score(
            list(candidates), list(references), model_type=torch_folder, num_layers=layer,
            idf=idf, nthreads=0, device="cpu",
        )  # fmt: skip
    found = bert_score.score(candidates, references, model_type=minilm, num_layers=layer, idf=idf)
    gaps = [float(np.abs(b - a.numpy()).max()) for a, b in zip(expected, found, strict=True)]
    assert max(gaps) <= 1e-6


@pytest.mark.full
def test_several_references_score_as_in_bert_score(data, minilm):  # noqa: F811
    torch_folder = os.environ.get("MINILM_TORCH")
    theirs = pytest.importorskip("bert_score")
    if not torch_folder:
        pytest.skip("MINILM_TORCH names no folder of the torch model")
    pairs = real_pairs(data)[:60]
    candidates = [a for a, _ in pairs[:20]]
    references = [[pairs[i + k][1] for k in range(1 + i % 3)] for i in range(20)]
    expected = theirs.score(
        candidates, references, model_type=torch_folder, num_layers=6, nthreads=0, device="cpu"
    )
    found = bert_score.score(candidates, references, model_type=minilm, num_layers=6)
    assert max(float(np.abs(b - a.numpy()).max()) for a, b in zip(expected, found)) <= 1e-6  # noqa: B905


@pytest.mark.full
def test_ours_with_special_tokens_matched_is_theirs_in_batches_of_one(data, minilm):  # noqa: F811
    """T1: in bert-score's usual batches of 64 some of these pairs score otherwise."""
    import qualmetrics as qm

    candidates, references = zip(*real_pairs(data)[:200], strict=True)
    model = {"model_type": minilm, "num_layers": 6}
    alone = np.stack(bert_score.score(candidates, references, batch_size=1, **model), axis=1)
    batched = np.stack(bert_score.score(candidates, references, **model), axis=1)
    scorer = qm.get("bertscore", encoder=minilm, layer=6, specials="match", max_tokens=512)
    assert np.abs(scorer(candidates, references).values - alone).max() <= 1e-6
    assert np.abs(batched - alone).max() > 1e-3
