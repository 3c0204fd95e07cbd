"""Findings, material and subject: what every check is built on."""

import json
import math

import numpy as np
import pytest

from qualmetrics import get
from qualmetrics.audit import (
    Audit,
    Finding,
    Material,
    Settings,
    audit,
    compare,
    read_material,
    subject_of,
)
from qualmetrics.audit.finding import single
from qualmetrics.errors import InputError
from tests.audit import toys


def written(tmp_path, rows, name="pairs.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


# -- material -------------------------------------------------------------------------------------


def test_a_preference_becomes_two_texts_of_one_group_and_a_pair(tmp_path):
    rows = [{"prompt": "Why?", "chosen": "Because.", "rejected": "No.", "subset": "chat"}]
    made = read_material(written(tmp_path, rows))
    assert made.texts == ("Because.", "No.")
    assert made.groups == ("Why?", "Why?")
    assert made.pairs.tolist() == [[0, 1]]
    assert made.columns == {"subset": ("chat", "chat")}


def test_lists_of_answers_make_every_pair_and_keep_their_places(tmp_path):
    rows = [{"prompt": "p", "chosen": ["a", "b"], "rejected": ["c", "d", "e"]}]
    made = read_material(written(tmp_path, rows))
    assert len(made.pairs) == 6
    assert made.columns["position"] == (0, 1, 0, 1, 2)


def test_messages_give_the_last_answer_and_the_prompt_before_it(tmp_path):
    asked = {"role": "user", "content": "Why?"}
    rows = [
        {side: [asked, {"role": "assistant", "content": side}] for side in ("chosen", "rejected")}
    ]
    made = read_material(written(tmp_path, rows))
    assert made.texts == ("chosen", "rejected")
    assert made.prompts == ([asked], [asked])
    assert made.groups == ("Why?", "Why?")


def test_rows_that_cannot_be_used_are_counted_with_their_place(tmp_path):
    path = written(
        tmp_path,
        [
            {"prompt": "p", "chosen": "same", "rejected": "same"},
            {"prompt": "p", "chosen": "only"},
            {"prompt": "q", "chosen": "a", "rejected": 7},
            {"other": 1},
            {"prompt": "q", "chosen": "a", "rejected": "b"},
        ],
    )
    path.write_text(path.read_text() + "{broken\n")
    report = read_material(path).summary()
    assert report["rows"] == 6
    assert report["rows_left_out"] == {"missing_field": 2, "no_text": 1, "unreadable": 1}
    assert report["equal_pairs"] == 1
    assert report["pairs"] == 1
    assert f"{path}:2: nothing in the field 'rejected'" in report["places"][0]


def test_labelled_texts_are_paired_inside_their_group_only(tmp_path):
    rows = [
        {"text": "a", "group": "g", "label": 1},
        {"text": "b", "group": "g", "label": 3},
        {"text": "c", "group": "h", "label": 2},
        {"text": "d", "group": "g", "label": None},
    ]
    made = read_material(written(tmp_path, rows))
    assert made.pairs.tolist() == [[1, 0]]
    summary = made.summary()
    assert (summary["groups_of_one"], summary["without_label"]) == (1, 1)
    assert summary["group_sizes"] == {"1": 1, "3": 1}


def test_a_side_may_have_columns_of_its_own(tmp_path):
    rows = [{"chosen": "a", "rejected": "b", "chosen_model": "x", "rejected_model": "y"}]
    assert read_material(written(tmp_path, rows)).columns["model"] == ("x", "y")


def test_a_csv_reads_the_same(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text('prompt,chosen,rejected\np,"[""a"", ""b""]",c\n')
    assert read_material(path).texts == ("a", "b", "c")


def test_a_sample_holds_whole_groups_and_their_pairs():
    made = Material(
        tuple("abcdefgh"), tuple("11223344"), np.array([1.0, 0.0] * 4), report={"rows": 4}
    )
    part = made.sample(3, seed=1)
    assert len(part) == 4
    assert len(part.pairs) == 2
    assert part.texts == made.sample(3, seed=1).texts


def test_no_usable_row_is_an_error_that_says_what_was_there(tmp_path):
    with pytest.raises(InputError, match=r"and .rejected., or .text..*there are: .prompt."):
        read_material(written(tmp_path, [{"prompt": "p"}]))


# -- subject --------------------------------------------------------------------------------------


def test_difficulty_is_turned_and_said():
    subject = subject_of("fkgl")
    found = subject.score(Material(("The cat sat.", "Incomprehensibility.")).rows()).values
    assert found[0] > found[1]
    assert "Lower is taken as better (by default: it rises with difficulty)" in subject.direction


def test_a_row_that_raises_costs_itself_only():
    rows = Material(("one", "cross", "three", "")).rows()
    scored = subject_of(toys.picky).score(rows)
    assert scored.values[[0, 2, 3]].tolist() == [3.0, 5.0, 0.0]
    assert scored.status[1] == "raised RuntimeError"
    assert scored.problems == {"raised RuntimeError": 1}


def test_real_texts_are_scored_once():
    seen = []

    def counting(texts):
        seen.extend(texts)
        return [float(len(t)) for t in texts]

    subject = subject_of(counting)
    rows = Material(("a", "bb", "a")).rows()
    for _ in range(2):
        assert subject.score(rows).values.tolist() == [1.0, 2.0, 1.0]
    assert seen == ["a", "bb"]


def test_a_scorer_of_another_shape_is_refused():
    with pytest.raises(InputError, match="one number a text: 2 texts, and it returned the shape"):
        subject_of(lambda texts: [1.0]).score(Material(("a", "b")).rows())


def test_a_function_may_ask_for_prompts_and_references():
    def near(texts, references, prompts):
        return [float(t in r) + len(p) for t, r, p in zip(texts, references, prompts, strict=True)]

    material = Material(("a", "b"), prompts=("pp", "p"), references=(("a",), ("a",)))
    assert subject_of(near).score(material.rows()).values.tolist() == [3.0, 1.0]


def test_a_row_without_a_reference_is_undefined_and_counted():
    material = Material(("a b", "a b"), references=(("a b",), ()))
    scored = subject_of("rouge_l").score(material.rows())
    assert scored.status == ("ok", "no_reference")


def test_a_dotted_path_names_a_function(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine_for_audit.py").write_text(
        "def score(texts):\n    return [0.0] * len(texts)\n"
    )
    assert subject_of("mine_for_audit:score").name == "score"
    with pytest.raises(InputError, match="Expected module:function"):
        subject_of("mine_for_audit:other")


# -- audit ----------------------------------------------------------------------------------------


@pytest.fixture
def material():
    texts = ["A fine text here.", "Bad.", "Another long and fine text.", "Short one."]
    return Material(tuple(texts), tuple("aabb"), np.array([1.0, 0.0, 1.0, 0.0]))


@pytest.fixture(scope="module")
def enough():
    """Twelve pairs: the fewest that are judged are ten."""
    sides = [("A fine and long text of {}.", "Bad {}.")] * 12
    texts = [side.format(k) for k, both in enumerate(sides) for side in both]
    return Material(tuple(texts), tuple(str(i // 2) for i in range(24)), np.array([1.0, 0.0] * 12))


def test_the_longer_text_wins_for_a_scorer_of_length(enough):
    found = audit(toys.length, enough, checks=["accuracy"], settings=Settings(draws=20))
    assert found.get("accuracy", "strict").value == 1.0
    assert found.get("accuracy", "strict").verdict == "pass"
    assert found.get("accuracy", "ties").value == 0.0


def test_a_constant_ties_and_fails(enough):
    found = audit(lambda texts: [0.0] * len(texts), enough, checks=["accuracy"])
    assert found.get("accuracy", "strict").verdict == "fail"
    assert found.get("accuracy", "ties").value == 1.0


def test_a_scorer_that_is_not_deterministic_is_said_with_the_rows(material):
    found = audit(toys.moody, material, checks=["values"]).get("values", "same_twice")
    assert found.verdict == "fail"
    assert found.details["rows"] == [0, 1, 2, 3]


def test_undefined_rows_are_counted_by_reason(material):
    found = audit(toys.picky, Material(("across", "b", "c", "d")), checks=["values"])
    undefined = found.get("values", "undefined_share")
    assert (undefined.value, undefined.verdict) == (0.25, "fail")
    assert undefined.details["by_reason"] == {"raised RuntimeError": 1}


def test_a_check_that_cannot_run_says_what_it_needs():
    found = audit(toys.length, Material(("a", "b")), checks=["accuracy"])
    assert found.get("accuracy", "not_run").verdict == "note"
    assert "rows with the fields chosen and rejected" in found.get("accuracy", "not_run").reason


def test_what_a_scorer_needs_and_no_row_has_is_refused(material):
    with pytest.raises(InputError, match="rouge_l reads references, which no row has"):
        audit("rouge_l", material)


def test_unknown_checks_are_refused_with_those_there_are(material):
    with pytest.raises(InputError, match="no check is called 'acuracy'; there are: values, accur"):
        audit(toys.length, material, checks=["acuracy"])


def test_an_audit_is_read_back_from_its_json(material):
    made = audit(get("fkgl"), material, checks=["values", "accuracy"])
    again = Audit.from_dict(json.loads(made.to_json()))
    assert again.to_json() == made.to_json()
    assert again.worse(made) == []


def test_worse_is_a_verdict_or_a_value_outside_the_old_interval():
    from qualmetrics.evaluation.bootstrap import Estimate

    def one(value, verdict="pass", low=math.nan, high=math.nan):
        found = Estimate(value, low, high, 10)
        return Audit("s", "s", (Finding("c", "n", found, verdict, better="higher"),))

    before = one(0.8, low=0.7, high=0.9)
    assert one(0.75, low=0.6, high=0.9).worse(before) == []
    assert one(0.65, low=0.6, high=0.69).worse(before) == [
        "c.n: 0.800 -> 0.650, outside of [0.700, 0.900]"
    ]
    assert one(0.8, "fail").worse(before) == ["c.n: pass -> fail (0.800 -> 0.800)"]
    other = Audit("s", "s", (Finding("c", "m", single(1.0, 1)),))
    assert other.worse(before) == ["c.n was pass and is not measured any more"]
    assert Audit("s", "s", ()).worse(before) == []  # the check was not asked for


def test_scorers_stand_side_by_side(material):
    page = compare([toys.length, toys.punctuation], material, checks=["accuracy"]).to_markdown()
    assert "| finding | length | punctuation | wanted |" in page
    with pytest.raises(InputError, match="two scorers are called length"):
        compare([toys.length, toys.length], material)


def test_an_odd_verdict_is_refused():
    with pytest.raises(InputError, match="verdict 'good'"):
        Finding("c", "n", single(1.0, 1), "good")


def test_an_audit_in_words_names_what_fails_and_the_length_beside():
    from qualmetrics.audit.words import in_words

    texts = [f"word {'more ' * k}" for k in range(20)]
    made = Material(tuple(texts), tuple("abcdefghij" * 2), np.repeat([0.0, 1.0], 10))
    checks = ["values", "accuracy", "degenerate", "confounder:length"]
    sentences = in_words(audit(toys.length, made, checks=checks, settings=Settings(draws=20)))
    assert sentences[0] == (
        "The better text stands higher in 100 % of 10 pairs; the longer text does in 100 %."
    )
    assert sentences[1].startswith("Texts that answer nothing beat real answers: ")
    assert "the 500 times (100 %)" in sentences[1]
