"""Similarity scorers on a tiny encoder: laws, statuses, references, policies, graphs."""

import json
import math
import pickle
from itertools import pairwise

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import BundleError, ExportError, InputError
from qualmetrics.similarity.builder import as_encoder, cut_policy
from qualmetrics.similarity.references import load_references, save_references
from qualmetrics.similarity.tables import (
    idf_weight,
    random_pairs,
    read_idf,
    write_baseline,
    write_idf,
)
from qualmetrics.testing import TEXTS, check_scorer
from tests.similarity import tiny_encoder

NAMES = ("bertscore", "bmas", "bmas_contextual", "embedding_cosine", "sentence_set_match")
TEXT = ["a cat sat on the mat", "it rained all day", "the boat crossed the bay before noon"]
REFERENCES = [["the cat sat", "hello"], "it rained in the bay", "a small boat crossed the bay"]

VARIANTS = {
    **{name: (name, {}) for name in NAMES},
    "specials matched": ("bertscore", {"specials": "match"}),
    "per column": ("bertscore", {"multi_reference": "per_column_max"}),
    "windows": ("bertscore", {"policy": "windows", "max_tokens": 16}),
    "head and tail": ("bertscore", {"policy": "head+tail", "max_tokens": 16}),
    "layer 0": ("bertscore", {"layer": 0}),
    "harmonic": ("bmas", {"combine": "harmonic"}),
    "min": ("bmas", {"combine": "min"}),
    "lcs": ("bmas", {"order_guard": "lcs"}),
    "bigrams": ("bmas", {"order_guard": "bigrams"}),
    "contextual bigrams": ("bmas_contextual", {"order_guard": "bigrams"}),
    "sentences by tokens": ("sentence_set_match", {"weights": "tokens"}),
}


@pytest.fixture(scope="module")
def tables(tiny, tmp_path_factory):
    """Return idf and baseline files for the tiny encoder."""
    folder = tmp_path_factory.mktemp("tables")
    texts = [text for text in TEXTS if text.strip() and "\ud800" not in text]
    write_idf(folder / "idf.json", texts, tiny)
    write_baseline(folder / "baseline.json", texts, pairs=50, encoder=tiny)
    return folder


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_keeps_every_law(variant, tiny):
    name, options = VARIANTS[variant]
    check_scorer(qm.get(name, encoder=tiny, **options))


def test_weighted_and_rescaled_scorers_keep_every_law(tiny, tables):
    check_scorer(qm.get("bertscore", encoder=tiny, idf=str(tables / "idf.json")))
    check_scorer(qm.get("bertscore", encoder=tiny, baseline=str(tables / "baseline.json")))
    check_scorer(qm.get("bmas", encoder=tiny, idf=str(tables / "idf.json")))


def test_relevance_keeps_every_law(tiny):
    check_scorer(qm.get("relevance", encoder=tiny), columns={"prompt": list(TEXTS)[::-1]})


@pytest.mark.parametrize("name", NAMES)
def test_a_text_equal_to_its_reference_scores_one(name, tiny):
    scores = qm.get(name, encoder=tiny)(TEXT, TEXT)
    assert scores.values == pytest.approx(np.ones_like(scores.values), abs=1e-6)


def test_a_copy_of_the_prompt_has_relevance_one(tiny):
    scores = qm.get("relevance", encoder=tiny)(TEXT, columns={"prompt": TEXT})
    assert scores.primary == pytest.approx([1, 1, 1], abs=1e-6)


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("text", "reference"), [("", "a cat"), ("a cat", " \n"), ("", ""), ("a cat", ["", "  "])]
)
def test_a_side_without_text_has_a_status_and_no_number(name, text, reference, tiny):
    scores = qm.get(name, encoder=tiny).score_one(text, reference)
    assert scores.status_names == ["empty"]
    assert np.isnan(scores.values).all()


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_reference_among_several_is_passed_over(name, tiny):
    scorer = qm.get(name, encoder=tiny)
    with_empty = scorer(["a cat sat"], [["", "the dog sat on it", " "]])
    assert with_empty.values == pytest.approx(scorer(["a cat sat"], ["the dog sat on it"]).values)
    assert with_empty.status_names == ["ok"]


def test_references_are_asked_for(tiny):
    with pytest.raises(InputError, match=r"scorer\(texts, references\)"):
        qm.get("bertscore", encoder=tiny)(["a"])


def test_ragged_references_are_no_trouble_and_missing_rows_are(tiny):
    scorer = qm.get("bertscore", encoder=tiny)
    assert not scorer(["a", "b"], [["a"], ["a", "b", "c"]]).undefined.any()
    with pytest.raises(InputError, match="2 texts but 1 references"):
        scorer(["a", "b"], [["a"]])


def test_a_prompt_that_is_no_string_is_refused(tiny):
    with pytest.raises(InputError, match="must hold strings"):
        qm.get("relevance", encoder=tiny)(["a"], columns={"prompt": [1.0]})


def test_an_unknown_option_is_refused_before_any_text(tiny):
    with pytest.raises(InputError, match="is not one of"):
        qm.get("bmas", encoder=tiny, combine="max")


@pytest.mark.parametrize("policy", ["cut", "head+tail"])
def test_a_long_text_is_flagged(policy, tiny):
    """T4: bert-score compares heads of long texts without a word."""
    scores = qm.get("bertscore", encoder=tiny, policy=policy)(["cat " * 200], ["a cat"])
    assert scores.status_names == ["truncated"]


def test_windows_read_all_of_a_long_text(tiny):
    """T4: what stands behind the encoder's limit counts."""
    long = "cat " * 60
    scorer = qm.get("bertscore", encoder=tiny, policy="windows")
    cut = qm.get("bertscore", encoder=tiny)
    assert scorer([long], [long + "dog"]).status_names == ["ok"]
    assert scorer([long], [long + "dog"]).primary[0] < 1 - 1e-3
    assert cut([long], [long + "dog"]).primary[0] == pytest.approx(1, abs=1e-6)


# -- what the measures are blind to ---------------------------------------------------------------


def test_word_salad_fools_bmas_and_an_order_guard_catches_it(tiny):
    text, salad = "the boat crossed the bay before noon", "noon bay the before crossed boat the"
    assert qm.get("bmas", encoder=tiny)([salad], [text]).primary[0] == pytest.approx(1, abs=1e-6)
    for guard in ("lcs", "bigrams"):
        guarded = qm.get("bmas", encoder=tiny, order_guard=guard)
        assert guarded([salad], [text]).primary[0] < 0.8


def test_a_lone_fragment_gains_least_by_min(tiny):
    found = [
        qm.get("bmas", encoder=tiny, combine=how)(["the bay"], [TEXT[2]]).primary[0]
        for how in ("mean", "harmonic", "min")
    ]
    assert all(a > b for a, b in pairwise(found))


def test_the_order_of_sentences_does_not_move_sentence_matching(tiny):
    text, turned = "A cat sat. It rained all day.", "It rained all day. A cat sat."
    sentences = qm.get("sentence_set_match", encoder=tiny)
    assert sentences([turned], [text]).primary[0] == pytest.approx(1, abs=1e-6)
    assert qm.get("embedding_cosine", encoder=tiny)([turned], [text]).primary[0] < 1 - 1e-4


def test_an_added_sentence_lowers_precision_only(tiny):
    scorer = qm.get("sentence_set_match", encoder=tiny)
    scores = scorer(["A cat sat. It rained all day."], ["A cat sat."])
    assert scores.values[0, 0] < 1 - 1e-3
    assert scores.values[0, 1] == pytest.approx(1, abs=1e-6)


# -- idf and baselines ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held_by", "weight"), [(0, 1.386294), (1, 0.693147), (2, 0.287682), (3, 0)]
)
def test_idf_of_three_documents_gives_the_golden_numbers(held_by, weight):
    assert idf_weight(3, held_by) == pytest.approx(weight, abs=1e-6)


def test_a_table_holds_the_weight_of_each_token_and_of_the_unseen(tiny, tmp_path):
    table = write_idf(tmp_path / "idf.json", ["a cat", "the cat cat", "the dog"], tiny)
    encoder = as_encoder(tiny)
    (encoded,) = encoder.tokenize(["cat dog boat"], policy=cut_policy(encoder))
    expected = [0, math.log(4 / 3), math.log(4 / 2), math.log(4), 0]
    assert table.weights(encoded.ids) == pytest.approx(expected)


def test_weights_are_never_made_from_the_batch(tiny):
    """T5: a reward whose weights come from the batch drifts from step to step."""
    with pytest.raises(InputError, match="write_idf"):
        qm.get("bertscore", encoder=tiny, idf=True)


def test_making_a_table_starts_no_process(tiny, tmp_path, monkeypatch):
    """T6: bert-score forks a pool of four, which is not safe in a trainer's worker."""
    monkeypatch.setattr("os.fork", lambda: pytest.fail("it forked"))
    monkeypatch.setattr("subprocess.Popen", lambda *_: pytest.fail("it started a process"))
    write_idf(tmp_path / "idf.json", TEXT, tiny)


def test_the_weights_are_named_in_the_signature_by_digest(tiny, tables):
    table = read_idf(tables / "idf.json", as_encoder(tiny))
    scorer = qm.get("bertscore", encoder=tiny, idf=str(tables / "idf.json"))
    assert f"|idf:{table.digest}|" in scorer.signature
    assert str(tables) not in scorer.signature


def test_a_table_for_another_tokenizer_is_refused(tiny, tables, tmp_path):
    data = json.loads((tables / "idf.json").read_text()) | {"tokenizer": "0" * 64}
    (tmp_path / "idf.json").write_text(json.dumps(data))
    with pytest.raises(BundleError, match="another tokenizer"):
        qm.get("bertscore", encoder=tiny, idf=str(tmp_path / "idf.json"))


@pytest.mark.parametrize("text", ["", "[]", '{"format": "else"}', "{"])
def test_a_file_that_is_no_table_is_refused(text, tiny, tmp_path):
    (tmp_path / "table.json").write_text(text)
    for parameter in ("idf", "baseline"):
        with pytest.raises(BundleError, match=r"table\.json"):
            qm.get("bertscore", encoder=tiny, **{parameter: str(tmp_path / "table.json")})


def test_a_table_that_changed_after_the_scorer_was_made_is_refused(tiny, tables, tmp_path):
    path = tmp_path / "idf.json"
    path.write_bytes((tables / "idf.json").read_bytes())
    scorer = qm.get("bertscore", encoder=tiny, idf=str(path))
    data = pickle.dumps(scorer)
    path.write_text(path.read_text().replace('"documents": ', '"documents": 1'))
    with pytest.raises(qm.QualmetricsError):
        pickle.loads(data)  # noqa: S301 - our own


def test_a_baseline_is_zero_for_unrelated_pairs_and_one_for_equals(tiny, tables):
    path = str(tables / "baseline.json")
    values = json.loads((tables / "baseline.json").read_text())["values"]
    plain = qm.get("bertscore", encoder=tiny)
    rescaled = qm.get("bertscore", encoder=tiny, baseline=path, floor=None)
    assert rescaled(TEXT, TEXT).primary == pytest.approx([1, 1, 1], abs=1e-6)
    raw = plain(TEXT, REFERENCES).values
    expected = (raw - values) / (1 - np.array(values))
    assert rescaled(TEXT, REFERENCES).values == pytest.approx(expected, abs=1e-5)


def test_a_rescaled_score_is_cut_to_its_floor(tiny, tables):
    path = str(tables / "baseline.json")
    scores = qm.get("bertscore", encoder=tiny, baseline=path)(["xyz"], ["noon"])
    free = qm.get("bertscore", encoder=tiny, baseline=path, floor=None)(["xyz"], ["noon"])
    assert free.primary[0] < 0
    assert scores.primary[0] == 0


def test_a_baseline_of_another_scorer_is_refused(tiny, tables):
    with pytest.raises(BundleError, match="was made with"):
        qm.get("bertscore", encoder=tiny, layer=1, baseline=str(tables / "baseline.json"))


def test_the_same_seed_and_texts_give_the_same_baseline_file(tiny, tmp_path):
    for name in ("one", "two"):
        write_baseline(tmp_path / name, TEXT, pairs=20, seed=3, encoder=tiny)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_random_pairs_are_of_two_different_texts():
    assert all(i != j and 0 <= j < 5 for i, j in random_pairs(5, 200, 0))


# -- prepared references --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_prepared_references_change_no_number(name, tiny):
    scorer = qm.get(name, encoder=tiny)
    prepared = scorer.prepare(REFERENCES)
    expected = pytest.approx(scorer(TEXT, REFERENCES).values, abs=1e-6)
    assert scorer(TEXT, prepared).values == expected


def test_one_preparation_serves_many_rollouts(tiny):
    scorer = qm.get("bertscore", encoder=tiny)
    prepared = scorer.prepare(REFERENCES)
    index = [i for i in range(3) for _ in range(8)]
    rollouts = [f"{TEXT[i]} {k}" for k, i in enumerate(index)]
    expected = scorer(rollouts, [REFERENCES[i] for i in index]).values
    assert scorer(rollouts, prepared.take(index)).values == pytest.approx(expected, abs=1e-6)


def test_prepared_references_are_not_encoded_again(tiny, monkeypatch):
    from qualmetrics.encoder import inputs

    encoded, encode = [], inputs._encode

    def watched(item, texts):
        encoded.extend((item.side, text) for text in texts)
        return encode(item, texts)

    scorer = qm.get("bertscore", encoder=tiny)
    prepared = scorer.prepare(["a reference that no other test has"])
    inputs._states.clear()
    monkeypatch.setattr(inputs, "_encode", watched)
    scorer(["a cat"], prepared)
    assert encoded == [("text", "a cat")]


@pytest.mark.parametrize("name", ["bertscore", "embedding_cosine", "sentence_set_match"])
def test_references_saved_and_loaded_give_the_same_numbers(name, tiny, tmp_path):
    scorer = qm.get(name, encoder=tiny)
    references = [["a cat sat. It rained.", "", "\u00e9\ud800"], "it rained", "boat"]
    path = save_references(scorer.prepare(references), tmp_path / "references.npz")
    loaded = load_references(path, scorer)
    assert loaded.rows == scorer.prepare(references).rows
    expected = pytest.approx(scorer(TEXT, references).values, abs=1e-6)
    assert scorer(TEXT, loaded).values == expected


def test_references_of_another_layer_are_refused(tiny, tmp_path):
    scorer = qm.get("bertscore", encoder=tiny)
    path = save_references(scorer.prepare(REFERENCES), tmp_path / "references.npz")
    with pytest.raises(BundleError, match="prepare them again"):
        load_references(path, qm.get("bertscore", encoder=tiny, layer=1))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x80\x04N."])
def test_a_file_that_holds_no_references_is_refused(content, tiny, tmp_path):
    (tmp_path / "references.npz").write_bytes(content)
    with pytest.raises(BundleError, match="no prepared references"):
        load_references(tmp_path / "references.npz", qm.get("bertscore", encoder=tiny))


def test_a_bare_string_is_no_list_of_references(tiny):
    with pytest.raises(InputError, match="one string"):
        qm.get("bertscore", encoder=tiny).prepare("a cat")


# -- one graph ------------------------------------------------------------------------------------

GRAPHS = {
    "bertscore": ("bertscore", {}),
    "per column": ("bertscore", {"multi_reference": "per_column_max", "specials": "match"}),
    "layer 1": ("bertscore", {"layer": 1}),
    "bmas": ("bmas", {"max_tokens": 40}),
    "bigrams": ("bmas", {"order_guard": "bigrams"}),
    "bmas_contextual": ("bmas_contextual", {"combine": "min"}),
    "embedding_cosine": ("embedding_cosine", {}),
}


@pytest.mark.parametrize("variant", GRAPHS)
def test_one_graph_of_token_ids_gives_the_same_scores(variant, tiny, tmp_path):
    pytest.importorskip("ndonnx")
    name, options = GRAPHS[variant]
    scorer = qm.get(name, encoder=tiny, **options)
    loaded = qm.load(str(qm.export(scorer, str(tmp_path / "bundle"), graph="ids")))
    assert loaded(TEXT, REFERENCES).values == pytest.approx(
        scorer(TEXT, REFERENCES).values, abs=1e-6
    )
    assert {f"{item.side}" for item in loaded.inputs} == {"text", "reference"}
    check_scorer(loaded)


def test_a_weighted_and_rescaled_graph_gives_the_same_scores(tiny, tables, tmp_path):
    pytest.importorskip("ndonnx")
    idf = str(tables / "idf.json")
    write_baseline(tmp_path / "baseline.json", TEXT, pairs=20, encoder=tiny, idf=idf)
    scorer = qm.get(
        "bertscore", encoder=tiny, idf=idf, baseline=str(tmp_path / "baseline.json"), floor=-1.0
    )
    loaded = qm.load(str(qm.export(scorer, str(tmp_path / "bundle"), graph="ids")))
    ours = scorer(TEXT, REFERENCES).values
    assert loaded(TEXT, REFERENCES).values == pytest.approx(ours, abs=1e-6)


def test_the_graph_needs_nothing_but_onnxruntime(tiny, tmp_path):
    pytest.importorskip("ndonnx")
    ort = pytest.importorskip("onnxruntime")
    scorer = qm.get("bertscore", encoder=tiny)
    folder = qm.export(scorer, str(tmp_path / "bundle"), graph="ids")
    session = ort.InferenceSession(f"{folder}/model.onnx")
    ids = np.array([[2, 50, 3]])
    mask, special = np.ones((1, 3), np.float32), np.array([[1, 0, 1]], np.float32)
    feeds = {"text_ids": ids, "text_mask": mask, "text_special": special}
    feeds |= {key.replace("text", "reference"): a[:, None] for key, a in feeds.items()}
    assert session.run(["values"], feeds)[0] == pytest.approx(np.ones((1, 3)), abs=1e-6)


def test_a_bundle_with_another_tokenizer_is_refused(tiny, tmp_path):
    pytest.importorskip("ndonnx")
    folder = tmp_path / "bundle"
    qm.export(qm.get("embedding_cosine", encoder=tiny), str(folder), graph="ids")
    path = folder / "tokenizer" / "tokenizer.json"
    path.write_text(path.read_text().replace('"cat"', '"cats"'), encoding="utf-8")
    with pytest.raises(BundleError, match="altered"):
        qm.load(str(folder))(["a cat that nobody read before"], ["a"])


@pytest.mark.parametrize(
    ("name", "options", "graph", "hint"),
    [
        ("bertscore", {}, "values", "'ids'"),
        ("bertscore", {"policy": "windows"}, "ids", "cut"),
        ("bmas", {"order_guard": "lcs"}, "ids", "bigrams"),
        ("relevance", {}, "ids", "column"),
    ],
)
def test_a_graph_that_cannot_be_is_refused_with_what_can(
    name, options, graph, hint, tiny, tmp_path
):
    pytest.importorskip("ndonnx")
    with pytest.raises((ExportError, InputError), match=hint):
        qm.export(qm.get(name, encoder=tiny, **options), str(tmp_path / "bundle"), graph=graph)
    assert not (tmp_path / "bundle").exists()


# -- identity -------------------------------------------------------------------------------------


def test_another_encoder_has_another_signature(tiny, tmp_path):
    other = tiny_encoder.make(tmp_path / "other", name="other", seed=1)
    one, two = (qm.get("bertscore", encoder=str(e)) for e in (tiny, other))
    assert one.signature != two.signature
    assert one(TEXT, REFERENCES).values != pytest.approx(two(TEXT, REFERENCES).values)


def test_a_folder_without_an_encoder_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"encoder\.json"):
        qm.get("bertscore", encoder=str(tmp_path))
