"""The planner: equal inputs once, sorted by cost, order restored, rows blind to each other."""

from dataclasses import dataclass

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.core import (
    Batch,
    Column,
    Cost,
    Layout,
    References,
    Scorer,
    Spec,
    Status,
    status_array,
)
from qualmetrics.errors import InputError
from qualmetrics.registry import get
from tests.core import toys

TEXTS = ["one two three four five six", "seven", "", "eight nine " * 60, "ten eleven twelve"] * 5


def test_rows_that_are_padded_to_each_other_go_in_sorted_batches_and_come_back_in_order():
    toys.READS.clear()
    together = toys.toy_ranker()(TEXTS)
    widths = [width for _, _, width in toys.READS]
    assert widths == sorted(widths)
    assert all(rows * width <= 256 for _, rows, width in toys.READS)
    alone = [float(toys.toy_ranker().score_one(text)) for text in TEXTS]
    np.testing.assert_allclose(together.primary, alone, rtol=0, atol=1e-12)


def test_equal_inputs_of_several_scorers_are_read_once():
    toys.READS.clear()
    qm.score(["a b c"], [toys.toy_ranker(), toys.toy_ranker(1.0).named("other")])
    assert [side for side, _, _ in toys.READS] == ["text"]


def test_a_text_that_comes_twice_is_read_once():
    toys.READS.clear()
    scores = toys.toy_ranker()(["a b", "c d", "a b", "a b"])
    assert sum(rows for _, rows, _ in toys.READS) == 2
    assert scores.primary[0] == scores.primary[2] == scores.primary[3] != scores.primary[1]


def test_the_status_of_every_child_is_kept_in_a_composition():
    scores = toys.toy_reward(0.0, lenient=True)(["... !!!", "A cat sat."])
    assert scores.children["flesch_kincaid_grade"].status_names == ["no_words", "ok"]
    assert scores.children["toy_ranker"].status_names == ["ok", "ok"]
    assert scores.status_names == ["ok", "ok"]


def test_an_undefined_child_makes_the_composition_undefined_with_the_number_the_caller_chose():
    scores = toys.toy_reward(-1.0)(["... !!!", "A cat sat."])
    assert scores.status_names == ["no_words", "ok"]
    assert scores.primary[0] == -1.0
    assert np.isfinite(scores.primary[1])


def test_the_best_of_several_references_counts():
    similarity = toys.toy_similarity()
    best = similarity(["a b c"], [["x y", "a b c", "z"]])
    alone = similarity(["a b c"], ["a b c"])
    assert best.values.tolist() == alone.values.tolist()


def test_a_missing_cell_is_not_applicable():
    scorer = Scorer(Spec("level"), (Column("level"),), lambda arrays: arrays["level"][:, None])
    scores = scorer(["a", "b"], columns={"level": [2, None]})
    assert scores.status_names == ["ok", "not_applicable"]


def test_a_value_outside_the_valid_range_is_flagged_and_stands():
    spec = Spec("level", valid_range={"level": (3, None)})
    scorer = Scorer(spec, (Column("level"),), lambda arrays: arrays["level"][:, None])
    scores = scorer(["a", "b"], columns={"level": [2, 3]})
    assert scores.status_names == ["too_short", "ok"]
    assert scores.primary.tolist() == [2.0, 3.0]


def test_no_infinity_leaves_a_scorer():
    scorer = Scorer(Spec("level"), (Column("level"),), lambda arrays: arrays["level"][:, None] / 0)
    with np.errstate(all="ignore"):
        scores = scorer(["a"], columns={"level": [2]})
    assert scores.status_names == ["not_applicable"]


def test_macro_batches_change_no_number(monkeypatch):
    from qualmetrics import planner

    scorer = toys.toy_reward(0.0)
    whole = scorer(TEXTS)
    monkeypatch.setattr(planner, "MACRO_ROWS", 3)
    parts = scorer(TEXTS)
    np.testing.assert_array_equal(whole.status, parts.status)
    np.testing.assert_allclose(whole.values, parts.values, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("one string",), "score_one"),
        ((b"bytes",), "got bytes"),
        ((3,), "got int"),
        ((["a", 3],), r"texts\[1\] is int"),
        (([b"a"],), "decode it first"),
    ],
)
def test_wrong_texts_are_refused_with_what_was_meant(arguments, said):
    with pytest.raises(InputError, match=said):
        toys.toy_ranker()(*arguments)


@pytest.mark.parametrize(
    ("references", "said"),
    [
        (None, "scorer\\(texts, references\\)"),
        (["a"], "2 texts but 1 references"),
        ("ab", "one string"),
        (["a", []], "at least one string"),
        (["a", None], "references\\[1\\] is NoneType"),
        (["a", [3]], "strings only"),
    ],
)
def test_wrong_references_are_refused_with_what_was_meant(references, said):
    with pytest.raises(InputError, match=said):
        toys.toy_similarity()(["a", "b"], references)


def test_a_missing_column_is_named_with_the_call_to_type():
    scorer = Scorer(Spec("level"), (Column("level"),), lambda arrays: arrays["level"][:, None])
    with pytest.raises(InputError, match=r"columns=\{'level': \[...\]\}"):
        scorer(["a"])


def test_none_stands_for_a_missing_text():
    assert get("fkgl")([None, "A cat sat."]).status_names == ["empty", "ok"]


def test_two_children_of_one_name_are_refused_with_the_way_out():
    child = toys.toy_ranker()
    with pytest.raises(InputError, match="named"):
        Scorer(Spec("pair"), (child, toys.toy_ranker(2.0)), lambda arrays: arrays["toy_ranker"])


def test_an_empty_call_gives_no_rows():
    scores = toys.toy_similarity()([], [])
    assert scores.values.shape == (0, 3)
    assert scores.mean().n_total == 0


def test_the_undefined_bits_are_those_above_255():
    for flag in Status:
        assert flag.undefined == (flag.value >= 256)


@dataclass(frozen=True)
class Faulty:
    """An input with one fault."""

    fault: str

    @property
    def layout(self):
        return {"value": Layout(("n", 2))}

    @property
    def needs(self):
        return frozenset()

    @property
    def parts(self):
        return (f"faulty:{self.fault}",)

    def cost(self, rows):
        if self.fault == "short cost":
            return Cost(np.array([1]), 10)
        return Cost(np.array([1] * len(rows)), 0) if self.fault == "no budget" else None

    def read(self, rows):
        if self.fault == "raises" and any("bad" in text for text in rows.texts):
            raise ValueError("bad row")
        shape = (len(rows), 3) if self.fault == "wide" else (len(rows), 2)
        values = np.ones(shape, dtype=np.float32 if self.fault == "dtype" else np.float64)
        if self.fault == "name":
            return Batch({"other": values}, status_array(len(rows)))
        n = 1 if self.fault == "statuses" else len(rows)
        return Batch({"value": values}, status_array(n))


def first(arrays):
    return arrays["value"][:, :1]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("wide", r"float64\[3, 3\] for 3 rows; its layout says float64\['n', 2\]"),
        ("dtype", "as float32"),
        ("name", "returned 'value' as object"),
        ("statuses", "returned statuses"),
        ("short cost", r"gave costs \(1,\)"),
        ("no budget", "budget 0"),
    ],
)
def test_an_input_is_held_to_its_layout(fault, said):
    with pytest.raises(InputError, match=said):
        Scorer(Spec("faulty"), (Faulty(fault),), first)(["a", "b", "c"])


def test_a_row_on_which_an_input_fails_has_the_status_error_and_the_others_are_scored(caplog):
    scores = Scorer(Spec("faulty"), (Faulty("raises"),), first)(["a", "bad", "c"])
    assert scores.status_names == ["ok", "error", "ok"]
    assert np.isnan(scores.primary[1])
    assert "bad row" in caplog.text


def test_a_batch_in_which_every_row_fails_still_answers():
    scores = Scorer(Spec("faulty"), (Faulty("raises"),), first)(["bad", "bad one"])
    assert scores.status_names == ["error", "error"]


def test_a_forward_that_writes_to_its_arrays_is_stopped():
    def writes(arrays):
        arrays["value"][:] = 0
        return arrays["value"][:, :1]

    with pytest.raises(ValueError, match="read-only"):
        Scorer(Spec("writes"), (Faulty(""),), writes)(["a"])


def test_every_inputs_own_budget_holds_when_several_pad():
    toys.READS.clear()
    toys.toy_similarity()(TEXTS, TEXTS[::-1])
    assert all(rows * width <= 256 for _, rows, width in toys.READS)


def test_the_spec_says_what_the_inputs_need():
    spec = toys.toy_similarity().spec
    assert (spec.needs_references, spec.columns) == (True, ())
    assert Scorer(Spec("level"), (Column("level"),), first).spec.columns == ("level",)


def test_a_valid_range_needs_one_number_a_row():
    with pytest.raises(InputError, match="as one number a row"):
        Scorer(Spec("faulty", valid_range={"value": (1, None)}), (Faulty(""),), first)


def test_what_a_forward_depends_on_is_in_the_signature():
    @dataclass(frozen=True)
    class Weights:
        digest: str

        @property
        def parts(self):
            return (f"weights:{self.digest}",)

        def __call__(self, arrays):
            return first(arrays)

    assert Scorer(Spec("w"), (Faulty(""),), Weights("abc")).signature == "w|faulty:|weights:abc|v:1"


def test_an_infinite_value_for_undefined_rows_is_refused():
    with pytest.raises(InputError, match="finite"):
        Spec("reward", undefined=-np.inf)


def test_references_that_are_no_rows_of_strings_are_refused():
    with pytest.raises(InputError, match=r"rows\[0\]"):
        References(("a string",))


@pytest.mark.parametrize(
    ("column", "said"),
    [([1.0], "unequal lengths"), (None, "got None"), (["a", "b"], "one number per text")],
)
def test_counts_that_are_no_aligned_numbers_are_refused(column, said):
    forward = get("fkgl").forward
    with pytest.raises(InputError, match=said):
        forward({"words": [9.0, 8.0], "sentences": column, "syllables": [12.0, 9.0]})
