"""Parts of a text: where they are, what they score, what they add, and which tokens they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.reward.segment import deltas, per_segment, prefix_deltas, segments, spans_to_tokens

TEXT = (
    "The harbour was quiet that morning, and nobody in the town expected a ship to arrive. "
    "Then the bell rang!\r\n\r\nPeople ran. 🙂 “Is it her?” they asked; nobody knew."
)


def parts(text, cut):
    return [text[start:end] for start, end in segments(text, cut)]


def test_sentences_clauses_and_paragraphs_are_pieces_of_the_text():
    assert parts(TEXT, "paragraph") == TEXT.split("\r\n\r\n")
    assert parts(TEXT, "sentence")[:3] == [
        TEXT.split(". ")[0] + ".", "Then the bell rang!", "People ran.",
    ]  # fmt: skip
    assert parts(TEXT, "clause")[:2] == [
        "The harbour was quiet that morning,",
        "and nobody in the town expected a ship to arrive.",
    ]


def test_a_short_clause_stays_with_the_rest():
    assert parts("Well, this is all that I have to say.", "clause") == [
        "Well, this is all that I have to say."
    ]


def test_each_part_is_scored_on_its_own():
    fre = qm.get("fre")
    found = per_segment(fre, TEXT)
    assert [part.value for part in found] == fre([part.text for part in found]).primary.tolist()
    assert all(TEXT[part.start : part.end] == part.text for part in found)


# G18 of the specification.
def test_deltas_are_the_differences_from_the_empty_prefix_on():
    found = deltas([0.1, 0.3, 0.25, 0.7], empty=0.05)
    assert found == pytest.approx([0.05, 0.2, -0.05, 0.45])
    assert found.sum() == pytest.approx(0.65)


@pytest.mark.parametrize("cut", ["sentence", "clause", "paragraph"])
@pytest.mark.parametrize("name", ["fre", "fkgl", "repetition"])
def test_deltas_add_up_to_the_score_of_the_whole_less_that_of_nothing(name, cut):
    found = prefix_deltas(qm.get(name), TEXT, empty=0.05, cut=cut)
    whole = float(qm.get(name).score_one(TEXT[: found.spans[-1][1]]))
    assert found.deltas.sum() == pytest.approx(whole - 0.05, abs=1e-6)
    assert found.total == pytest.approx(found.deltas.sum(), abs=1e-9)


def test_a_prefix_without_a_score_changes_nothing():
    found = prefix_deltas(qm.get("fre"), "日本語です。 The cat sat on the mat.", empty=1.0)
    assert found.deltas[0] == 0
    assert np.isfinite(found.deltas).all()


def test_a_text_without_a_part_has_no_deltas():
    found = prefix_deltas(qm.get("fre"), "...", empty=0.0)
    assert (len(found.deltas), found.total) == (0, 0.0)


def offsets_of(text, width):
    return [(i, min(i + width, len(text))) for i in range(0, len(text), width)]


# The rule of Fine-Grained RLHF: the value stands on the last token of its segment.
def test_a_value_stands_on_the_last_token_of_its_part():
    text = "One two. Three."
    tokens = [(0, 0), (0, 3), (3, 7), (7, 8), (8, 14), (14, 15), (0, 0)]
    found = spans_to_tokens(segments(text), [0.3, -0.5], tokens)
    assert found.tolist() == [0, 0, 0, 0.3, 0, -0.5, 0]


def test_a_value_may_be_spread_over_the_tokens_of_its_part():
    found = spans_to_tokens([(0, 4), (4, 8)], [1.0, 3.0], [(0, 2), (2, 4), (4, 8)], place="spread")
    assert found.tolist() == [0.5, 0.5, 3.0]


@pytest.mark.parametrize("place", ["last", "spread"])
@given(st.integers(1, 9), st.integers(0, 40))
def test_no_value_is_lost_on_the_way_to_tokens_of_any_width(place, width, cut_short):
    spans = segments(TEXT)
    offsets = offsets_of(TEXT, width)
    offsets = [(0, 0), *offsets[: max(1, len(offsets) - cut_short)], (0, 0)]
    values = [float(i + 1) for i in range(len(spans))]
    found = spans_to_tokens(spans, values, offsets, place=place)
    assert found.sum() == pytest.approx(sum(values))
    assert found[0] == found[-1] == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: segments(["a"]),
        lambda: segments("a", "word"),
        lambda: spans_to_tokens([(0, 1)], [], [(0, 1)]),
        lambda: spans_to_tokens([(0, 1)], [1.0], [(0, 0)]),
        lambda: spans_to_tokens([(0, 1)], [1.0], [(0, 1)], place="first"),
        lambda: prefix_deltas(qm.get("fre"), "a", empty=float("nan")),
    ],
)
def test_a_wrong_call_is_refused(call):
    with pytest.raises(InputError):
        call()
