"""chrF, BLEU and ROUGE-L: hand-worked values, the libraries' own numbers, statuses and laws."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics import lexical
from qualmetrics.errors import (
    ExportError,
    InputError,
    MissingExtraError,
    UnknownParameterError,
)
from qualmetrics.onnx import export
from qualmetrics.testing import check_scorer

NAMES = ("chrf", "bleu", "rouge_l")
VARIANTS = [
    ("chrf", {}),
    ("chrf", {"char_order": 4, "word_order": 2, "beta": 3}),
    ("bleu", {}),
    ("bleu", {"smooth": "add-k", "effective_order": False, "tokenize": "char"}),
    ("rouge_l", {}),
    ("rouge_l", {"stemmer": True, "max_words": 100}),
]


def _value(name: str, text: str, references: str | list[str], **options: object) -> float:
    return float(qm.get(name, **options).score_one(text, references))


# -- values worked out by hand ---------------------------------------------------------------------


def test_chrf_of_three_letters_is_what_the_hand_gives():
    # abc / abd: 2 of 3 letters, 1 of 2 bigrams, on both sides alike: (2/3 + 1/2) / 2 = 7/12.
    assert _value("chrf", "abc", "abd", char_order=2) == pytest.approx(700 / 12, abs=1e-12)


def test_chrf_leans_to_recall_as_beta_says():
    # ab / abcd, single letters: precision 1, recall 1/2; F2 = 5 * .5 / (4 + .5), F1 = 2/3.
    assert _value("chrf", "ab", "abcd", char_order=1) == pytest.approx(250 / 4.5, abs=1e-12)
    assert _value("chrf", "ab", "abcd", char_order=1, beta=1) == pytest.approx(200 / 3, abs=1e-12)


def test_bleu_of_one_wrong_word_in_four_is_what_the_hand_gives():
    # Precisions 3/4 and 1/3, then none of 2 and none of 1: "exp" makes them 1/4 and 1/4.
    expected = 100 * (3 / 4 * 1 / 3 * 1 / 4 * 1 / 4) ** 0.25
    assert _value("bleu", "the cat sat on", "the cat lay on") == pytest.approx(expected, abs=1e-12)


def test_bleu_pays_for_brevity():
    # Two words of four, both right: precisions 1 and 1, penalty exp(1 - 4/2).
    expected = 100 * np.exp(-1.0)
    assert _value("bleu", "the cat", "the cat lay on") == pytest.approx(expected, abs=1e-12)


def test_bleu_without_effective_order_gives_nothing_to_three_words():
    assert _value("bleu", "the cat sat", "the cat sat", effective_order=False) < 1e-9
    assert _value("bleu", "the cat sat", "the cat sat") == pytest.approx(100.0, abs=1e-12)


def test_rouge_l_ranks_the_two_sentences_of_its_paper():
    # Lin 2004, section 3.1: "police kill the gunman" .75, "the gunman kill police" .5.
    reference = "police killed the gunman"
    assert _value("rouge_l", "police kill the gunman", reference) == 0.75
    assert _value("rouge_l", "the gunman kill police", reference) == 0.5


def test_rouge_l_with_a_stemmer_sees_the_same_verb():
    reference = "police killed the gunman"
    assert _value("rouge_l", "police kills the gunman", reference, stemmer=True) == 1.0


def test_rouge_l_gives_precision_recall_and_f():
    scores = qm.get("rouge_l").score_one("a cat sat", "a cat sat on the mat")
    assert scores.values[0] == pytest.approx([1.0, 0.5, 2 / 3], abs=1e-12)


# -- the libraries' own numbers --------------------------------------------------------------------


def _pairs(data: Path) -> list[tuple[str, list[str]]]:
    """Return 300 pairs: sentences in five languages, and slots with up to 54 references."""
    with gzip.open(data / "stsb_multi/stsb.train_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["split"] == "dev"]
    pairs = [(row["a"], [row["b"]]) for row in rows[::50]]
    with gzip.open(data / "d2t_human/sfres.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        slots = [json.loads(line) for line in lines]
    return (pairs + [(row["hyp"], row["refs"]) for row in slots[::3]])[:300]


def _theirs(name: str, options: dict, pairs: list[tuple[str, list[str]]]) -> np.ndarray:
    """Score with the library as its users do, one pair at a time."""
    if name == "chrf":
        from sacrebleu.metrics import CHRF

        return np.array([[CHRF(**options).sentence_score(t, r).score] for t, r in pairs])
    if name == "bleu":
        from sacrebleu.metrics import BLEU

        words = {"smooth": "smooth_method"}
        keywords = {words.get(key, key): value for key, value in options.items()}
        metric = BLEU(**{"effective_order": True, **keywords})
        return np.array([[metric.sentence_score(t, r).score] for t, r in pairs])
    from rouge_score.rouge_scorer import RougeScorer

    library = RougeScorer(["rougeL"], use_stemmer=options.get("stemmer", False))
    return np.array([tuple(library.score_multi(r, t)["rougeL"]) for t, r in pairs])


@pytest.mark.full
@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_three_hundred_real_pairs_get_the_number_of_the_library(name, options, data):
    pairs = _pairs(data)
    scores = qm.get(name, **options)([t for t, _ in pairs], [r for _, r in pairs])
    assert len(pairs) == 300
    assert not scores.undefined.any()
    assert np.abs(scores.values - _theirs(name, options, pairs)).max() <= 1e-12


@pytest.mark.parametrize(("name", "options"), VARIANTS[:4])
def test_the_signature_says_what_the_signature_of_sacrebleu_says(name, options):
    from sacrebleu.metrics import BLEU, CHRF

    if name == "chrf":
        metric = CHRF(**options)
    else:
        smooth = options.get("smooth", "exp")
        metric = BLEU(
            smooth_method=smooth,
            effective_order=options.get("effective_order", True),
            tokenize=options.get("tokenize", "13a"),
        )
    metric.sentence_score("a cat", ["a cat"])
    theirs = dict(part.split(":") for part in str(metric.get_signature()).split("|"))
    ours = dict(part.split(":") for part in qm.get(name, **options).signature.split("|")[1:])
    spelt = {"true": "yes", "false": "no", "add-k": "add-k[1.00]"}
    told = {
        "case": ours["case"],
        "version": ours["sacrebleu"],
        "eff": ours.get("eff") or spelt[ours["effective_order"]],
        "nc": ours.get("char_order"),
        "nw": ours.get("word_order"),
        "space": ours.get("space"),
        "tok": ours.get("tokenize"),
        "smooth": spelt.get(ours.get("smooth"), ours.get("smooth")),
    }
    assert {key: told[key] for key in theirs if key != "nrefs"} == {
        key: value for key, value in theirs.items() if key != "nrefs"
    }


# -- laws and statuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_a_lexical_scorer_keeps_every_law(name, options):
    check_scorer(qm.get(name, **options))


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_side_is_empty(name):
    scores = qm.get(name)(["", "a cat", "a cat", None], ["a cat", " \t", ["", "\n"], "a cat"])
    assert scores.status_names == ["empty"] * 4
    assert np.isnan(scores.values).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_reference_beside_another_changes_nothing(name):
    assert _value(name, "a cat", ["a cat sat down", ""]) == _value(name, "a cat", "a cat sat down")


def test_two_equal_russian_texts_are_not_a_zero_for_rouge_l():
    russian = "Мальчик пошёл в школу."
    scores = qm.get("rouge_l")([russian, "...", "a cat"], [russian, "a cat", russian])
    assert scores.status_names == ["not_applicable", "no_words", "not_applicable"]


def test_a_text_without_a_token_has_no_bleu():
    # sacrebleu's 13a drops the mark "<skipped>" of old test sets.
    assert qm.get("bleu")(["<skipped>"], ["a cat"]).status_names == ["no_words"]


def test_rouge_l_cuts_a_long_text_and_says_so():
    scores = qm.get("rouge_l", max_words=3)(["a b c d e", "a b"], ["a b c x", "a b"])
    assert scores.status_names == ["truncated", "ok"]
    assert scores.primary.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", ["chrf", "rouge_l"])
def test_the_best_reference_counts(name):
    several = ["a dog ran home", "the cat sat"]
    assert _value(name, "the cat sat", several) == _value(name, "the cat sat", "the cat sat")


def test_bleu_takes_n_grams_from_all_references():
    # No reference alone holds all three bigrams.
    assert _value("bleu", "the cat ran home", ["the cat ran", "a ran home too"]) > max(
        _value("bleu", "the cat ran home", reference)
        for reference in ("the cat ran", "a ran home too")
    )


def test_a_row_that_recurs_is_asked_for_once():
    asked = []

    def opens():
        return lambda text, references: (asked.append(text) or (1.0,), 0)

    overlap = lexical.Overlap("counted", 1, ("numpy",), (), opens)
    from qualmetrics.core import References, Rows

    rows = Rows(("a", "b", "a"), References((("x",), ("x",), ("x",))))
    overlap.read(rows)
    assert asked == ["a", "b"]


def test_the_memory_of_the_tokenizers_of_sacrebleu_stays_small():
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

    texts = [f"line number {i}" for i in range(3000)]
    qm.get("bleu")(texts, texts[::-1])
    for made in (Tokenizer13a, TokenizerRegexp):
        assert made.__call__.cache_info().currsize <= 1030


# -- wrong calls -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_references_are_asked_for(name):
    with pytest.raises(InputError, match="compares texts with references"):
        qm.get(name)(["a cat"])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("chrf", {"char_order": 0}),
        ("chrf", {"beta": 0}),
        ("chrf", {"word_order": -1}),
        ("bleu", {"smooth": "exponential"}),
        ("bleu", {"tokenize": "flores200"}),
        ("rouge_l", {"max_words": 0}),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(name, options):
    with pytest.raises(InputError, match=next(iter(options))):
        qm.get(name, **options)


def test_an_unknown_option_is_answered_with_those_there_are():
    with pytest.raises(UnknownParameterError, match="beta, char_order, word_order"):
        qm.get("chrf", order=6)


@pytest.mark.parametrize(
    ("name", "package"), [("chrf", "sacrebleu"), ("bleu", "sacrebleu"), ("rouge_l", "rouge_score")]
)
def test_an_absent_library_is_named_with_the_command(name, package, monkeypatch):
    for module in [m for m in sys.modules if m.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, package, None)
    lexical._opened.cache_clear()
    with pytest.raises(MissingExtraError, match=rf"{package}.*'qualmetrics\[lexical\]'"):
        qm.get(name)(["a cat"], ["a cat"])
    lexical._opened.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_refused_with_the_reason(name, tmp_path):
    with pytest.raises(ExportError, match="no ONNX operator stands for"):
        export(qm.get(name), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_making_a_scorer_imports_no_library():
    code = (
        "import sys, qualmetrics as q; [q.get(n) for n in ('chrf', 'bleu', 'rouge_l')]; "
        "print({'sacrebleu', 'rouge_score', 'nltk'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
