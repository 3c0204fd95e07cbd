"""Scorers that disagree with themselves, and some that do not."""

import itertools

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit, subject_of
from qualmetrics.audit.consistency import ERRORS, in_circles, worse_and_worse
from tests.audit import toys

FEW = Settings(draws=20)
STORY = (
    "A clear and short walk leads to the {}. The kind baker is calm, true and exact there. "
    "A plain clear road is short too. It is {} miles in 2019 at https://x.org/a and back."
)


@pytest.fixture(scope="module")
def material():
    texts = tuple(STORY.format(t, k) for k, t in enumerate(toys.TITLES * 2))
    return Material(
        texts,
        tuple("aabbccddeeff") * 2,
        np.array([1.0, 0.0] * 12),
        references=tuple((t,) for t in texts),
    )


@pytest.mark.parametrize("kind", ERRORS)
def test_every_version_has_the_errors_of_the_one_before(kind):
    text = STORY.format("mill", 3)
    versions = [text, *worse_and_worse(text, kind, seed=4)]
    assert versions == [text, *worse_and_worse(text, kind, seed=4)]
    assert len(set(versions)) == 6
    assert "2019" in versions[-1]
    assert "https://x.org/a" in versions[-1]
    if kind == "missing_words":
        assert all(set(b.split()) <= set(a.split()) for a, b in itertools.pairwise(versions))


def test_a_count_of_words_that_are_spelt_right_falls_with_every_error(material):
    known = {word for text in material.texts for word in text.split()}

    def right(texts):
        return [float(sum(w in known for w in t.split())) for t in texts]

    found = audit(right, material, checks=["severity"], settings=FEW)
    assert found.get("severity", "misspelt_words").verdict == "pass"
    assert found.get("severity", "misspelt_words").value == pytest.approx(-1.0, abs=0.02)
    swapped = found.get("severity", "swapped_words")
    assert (swapped.value, swapped.verdict) == (0.0, "fail")
    assert swapped.details["beside"]["texts that do not move"]["value"] == 1.0


def test_length_does_not_see_wrong_letters(material):
    found = audit(toys.length, material, checks=["severity"], settings=FEW)
    assert found.get("severity", "misspelt_words").verdict == "fail"
    assert found.get("severity", "missing_words").verdict == "pass"


def test_a_reference_less_one_sentence_must_score_lower(material):
    found = audit("rouge_l", material, checks=["ablation"], settings=FEW).get("ablation", "falls")
    assert (found.value, found.verdict) == (1.0, "pass")

    def first_word(texts, references):
        return [
            float(t.split()[0] == r[0].split()[0]) for t, r in zip(texts, references, strict=True)
        ]

    found = audit(first_word, material, checks=["ablation"], settings=FEW).get("ablation", "falls")
    assert found.verdict == "fail"


def test_nothing_is_expected_of_ablation_without_references(material):
    found = audit(toys.content, material, checks=["ablation"], settings=FEW)
    assert found.get("ablation", "falls").verdict == "note"


# -- pairwise -------------------------------------------------------------------------------------


def by_length(first, second):
    return [1 / (1 + np.exp((len(b) - len(a)) / 9)) for a, b in zip(first, second, strict=True)]


def position_biased(first, second):
    return [0.9] * len(first)


def circular(first, second):
    """Rock, paper, scissors by the length of the text."""
    return [0.9 if (len(a) - len(b)) % 3 == 1 else 0.1 for a, b in zip(first, second, strict=True)]


def paired(scorer, material, **changes):
    subject = subject_of(scorer, pairwise=True, **changes)
    return audit(subject, material, settings=FEW, checks=["accuracy", "order", "transitivity"])


@pytest.fixture(scope="module")
def several():
    texts = ("aaaa", "aaa", "aa") * 10
    return Material(texts, tuple(str(i // 3) for i in range(30)), np.array([3.0, 2.0, 1.0] * 10))


def test_a_bias_for_the_first_place_fails(several):
    found = paired(position_biased, several)
    assert found.get("order", "same_winner").verdict == "fail"
    bias = found.get("order", "position_bias")
    assert (round(bias.value, 6), bias.verdict) == (0.4, "fail")


def test_one_that_reads_the_texts_passes(several):
    found = paired(by_length, several)
    assert found.get("order", "same_winner").verdict == "pass"
    assert found.get("order", "position_bias").verdict == "pass"
    assert found.get("transitivity", "conflicts").verdict == "pass"
    assert found.get("accuracy", "strict").value == 1.0


def test_lower_may_be_better_there_too(several):
    found = paired(lambda a, b: [1 - p for p in by_length(a, b)], several, better="lower")
    assert found.get("accuracy", "strict").value == 1.0
    assert found.get("order", "same_winner").verdict == "pass"


def test_circles_are_conflicts(several):
    found = paired(circular, several).get("transitivity", "conflicts")
    assert (found.value, found.verdict) == (1.0, "fail")
    assert found.details["beside"]["texts in circles"]["value"] == 1.0


def test_a_chain_is_no_circle():
    assert in_circles([[0, 1, 1], [0, 0, 1], [0, 0, 0]]).tolist() == [False] * 3


def test_checks_of_single_texts_say_why_they_did_not_run(several):
    subject = subject_of(by_length, pairwise=True)
    found = audit(subject, several, settings=FEW, checks=["perturbations", "degenerate"])
    assert {item.name for item in found.findings} == {"not_run"}
    assert "this one compares two" in found.findings[0].reason
