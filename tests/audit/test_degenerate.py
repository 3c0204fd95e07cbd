"""Texts that answer nothing, and scorers that pay for them."""

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit
from qualmetrics.audit.degenerate import DEGENERATE
from qualmetrics.reward.attacks import MASTER_KEYS, Case
from tests.audit import toys

FEW = Settings(draws=20)
ANSWERS = [
    f"The {title} is a clear and calm place, kind to all; the walk of {k} miles is true and short."
    for k in range(5)
    for title in toys.TITLES[:8]
]  # fmt: skip


@pytest.fixture(scope="module")
def material():
    prompts = tuple(f"Describe place {k}, please." for k in range(len(ANSWERS)))
    return Material(
        tuple(ANSWERS), prompts, np.ones(len(ANSWERS)), prompts=prompts,
        references=tuple((f"{a} It opens at nine.",) for a in ANSWERS),
    )  # fmt: skip


def found(scorer, material):
    return audit(scorer, material, checks=["degenerate"], settings=FEW)


def test_a_lookup_of_master_keys_fails_and_the_key_is_named(material):
    item = found(toys.master_key, material).get("degenerate", "master_keys")
    assert item.verdict == "fail"
    assert item.details["by_key"]["'Solution'"] == 1.0
    assert item.details["by_key"]["':'"] == 0.5  # all real answers get the same


def test_length_pays_for_one_word_500_times(material):
    made = found(toys.length, material)
    assert made.get("degenerate", "the_500_times").value == 1.0
    assert made.get("degenerate", "worst").value == 1.0
    assert made.get("degenerate", "worst").verdict == "fail"


def test_good_words_pass_what_holds_none(material):
    made = found(toys.content, material)
    for name in ("master_keys", "the_500_times", "braces", "no_answer", "empty"):
        assert made.get("degenerate", name).verdict == "pass", name


def test_no_value_is_a_refusal_and_said_apart(material):
    beside = found(toys.content, material).get("degenerate", "empty").details["beside"]
    assert beside["refused"]["value"] == 1.0


def test_who_reads_no_prompt_is_not_blamed_for_a_good_text_about_something_else(material):
    item = found(toys.content, material).get("degenerate", "copied_prompt")
    assert item.verdict == "note"
    assert "cannot know better" in item.reason
    assert found("rouge_l", material).get("degenerate", "copied_prompt").verdict != "note"


def test_without_references_the_attacks_on_them_say_so():
    item = found(toys.content, Material(tuple(ANSWERS))).get("degenerate", "first_sentence")
    assert item.reason == "It needs references: a field reference."


def test_the_list_holds_all_that_is_published_and_ours():
    made = {make(Case("Why?", "Because. So.", "x")) for make in DEGENERATE.values()}
    assert {*MASTER_KEYS, "", "Why?", "Because.", "I don't know."} <= made
    assert " ".join(["the"] * 500) in made


def test_few_real_answers_have_no_fifth_percentile_and_rows_without_reference_no_attack(material):
    few = material.take(range(19))
    assert "at least 20 real answers" in found(toys.length, few).findings[0].reason
    half = Material(
        material.texts, material.groups, material.labels,
        references=tuple(r if k % 2 else () for k, r in enumerate(material.references)),
    )  # fmt: skip
    item = found("rouge_l", half).get("degenerate", "one_word")
    assert (item.found.n, item.details["beside"]["refused"]["value"]) == (20, 0.0)


def test_a_reference_of_one_sentence_repeated_is_an_answer_and_no_attack(material):
    short = Material(material.texts, material.groups, material.labels,
                     references=tuple((text,) for text in material.texts))  # fmt: skip
    item = found("rouge_l", short).get("degenerate", "first_sentence")
    assert (item.verdict, item.found.n) == ("note", 0)
    assert "would repeat them" in item.reason
