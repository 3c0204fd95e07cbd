"""What scorers read of an encoder: states, pooled vectors and ids, with statuses; by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qualmetrics.core import Batch, References, Rows, Status
from qualmetrics.encoder import Encoder, Policy, Tokens, Vectors, inputs, prepare
from qualmetrics.errors import InputError
from qualmetrics.onnx.runtime import Graph
from qualmetrics.testing import check_scorer
from tests.encoder.toys import TABLE, reference_scorer, text_scorer

CUT = Policy("cut", 8)


def read(item: Any, *texts: str, references: list | None = None, **columns: list) -> Batch:
    several = None if references is None else References(tuple(map(tuple, references)))
    return item.read(Rows(texts, several, columns))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """Shapes of all runs of the graph, with nothing remembered from other tests."""
    inputs._states.clear()
    shapes: list[tuple[int, int]] = []
    run = Graph.run

    def counted(self: Graph, output: str, feeds: Any) -> Any:
        shapes.append(feeds["input_ids"].shape)
        return run(self, output, feeds)

    monkeypatch.setattr(Graph, "run", counted)
    yield shapes
    inputs._states.clear()


# -- states ---------------------------------------------------------------------------------------


def test_states_are_padded_with_zeros_and_masked(toy: Encoder) -> None:
    batch = read(Vectors("text", toy, 0, policy=CUT), "a", "a b")
    assert batch.arrays["text_mask"].tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert batch.arrays["text_vectors"][0].tolist() == [*TABLE[[1, 3, 2]].tolist(), [0, 0]]


def test_special_tokens_are_in_the_mask_and_marked(toy: Encoder) -> None:
    batch = read(Vectors("text", toy, 0, policy=CUT), "a", "a b")
    assert batch.arrays["text_special"].tolist() == [[1, 0, 1, 0], [1, 0, 0, 1]]


def test_ids_stand_beside_the_states(toy: Encoder) -> None:
    batch = read(Vectors("text", toy, 0, policy=CUT), "a", "a b")
    assert batch.arrays["text_ids"].tolist() == [[1, 3, 2, 0], [1, 3, 4, 2]]


def test_overlapping_windows_are_averaged(toy: Encoder) -> None:
    """Ids of "a b c d" are 1 | 3 4 5 6 | 2; windows of 5 hold 1 3 4 5 2 and 1 4 5 6 2.

    First number of layer_1 = id + mean of the window: means 15/5 = 3 and 18/5 = 3.6. Ids 4 and 5
    are in both (mean 3.3); so are both special tokens.
    """
    batch = read(Vectors("text", toy, 1, policy=Policy("windows", 5, 2)), "a b c d")
    expected = [1 + 3.3, 3 + 3.0, 4 + 3.3, 5 + 3.3, 6 + 3.6, 2 + 3.3]
    np.testing.assert_allclose(batch.arrays["text_vectors"][0, :, 0], expected, rtol=1e-6)


def test_pooled_windows_are_averaged_by_length(toy: Encoder) -> None:
    """The mean of layer_1 is twice the mean of the ids: 6 and 7.2 in windows of equal length."""
    item = Vectors("text", toy, 1, "mean", Policy("windows", 5, 2))
    batch = read(item, "a b c d")
    assert batch.arrays["text_vector"][0, 0] == pytest.approx(6.6)


def test_what_lies_between_windows_is_left_out(toy: Encoder) -> None:
    """Of "a b c d a b c d a", windows of 4 hold 1 3 4 2, 1 6 3 2 and again 1 6 3 2."""
    text, policy = "a b c d a b c d a", Policy("begin+middle+end", 4)
    pooled = read(Vectors("text", toy, 1, "mean", policy), text)
    assert pooled.arrays["text_vector"][0, 0] == pytest.approx(2 * (2.5 + 3 + 3) / 3)
    batch = read(Vectors("text", toy, 1, policy=policy), text)
    means = (2.5 + 3 + 3) / 3
    expected = [1 + means, 3 + 2.5, 4 + 2.5, 6 + 3, 3 + 3, 6 + 3, 3 + 3, 2 + means]
    np.testing.assert_allclose(batch.arrays["text_vectors"][0, :, 0], expected, rtol=1e-6)
    assert batch.status.tolist() == [Status.TRUNCATED]


def test_pooling_by_the_first_token_takes_its_state(toy: Encoder) -> None:
    batch = read(Vectors("text", toy, 0, "cls", CUT), "a b")
    assert batch.arrays["text_vector"].tolist() == [[1, 1]]


@pytest.mark.parametrize("item", [lambda e: Vectors("text", e, 1), lambda e: Tokens("text", e)])
def test_a_policy_beyond_the_positions_is_refused_before_any_text(toy: Encoder, item: Any) -> None:
    with pytest.raises(InputError, match="at most 16 tokens at once; the policy asks for 256"):
        item(toy)


def test_negative_layers_count_from_the_last(toy: Encoder) -> None:
    assert Vectors("text", toy, -1, policy=CUT) == Vectors("text", toy, 1, policy=CUT)


# -- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a", Status.OK),
        ("", Status.EMPTY),
        (" \n\t\u3000", Status.EMPTY),
        ("\x00\x01", Status.NO_WORDS),
        ("a " * 7, Status.TRUNCATED),
        ("\ud800", Status.NO_WORDS),  # reads as U+FFFD, which BERT drops
    ],
)
@pytest.mark.parametrize("pool", ["none", "mean", None])
def test_a_text_has_its_status(toy: Encoder, pool: str | None, text: str, status: Status) -> None:
    item = Vectors("text", toy, 1, pool, CUT) if pool else Tokens("text", toy, CUT)
    assert read(item, text, "a b").status.tolist() == [status, 0]


def test_windows_leave_nothing_out(toy: Encoder) -> None:
    item = Vectors("text", toy, 1, policy=Policy("windows", 8))
    assert read(item, "a " * 20).status.tolist() == [Status.OK]


def test_more_windows_than_are_read_leave_something_out(toy: Encoder) -> None:
    item = Vectors("text", toy, 1, policy=Policy("windows", 4, 1))
    assert read(item, "a " * 80).status.tolist() == [Status.TRUNCATED]


def test_texts_without_any_token_still_have_a_token_axis(toy: Encoder) -> None:
    batch = read(Vectors("text", toy, 1, policy=CUT), "", " ")
    assert batch.arrays["text_vectors"].shape[1] >= 1


# -- references and columns -----------------------------------------------------------------------


def test_ragged_references_are_padded_and_masked(toy: Encoder) -> None:
    item = Vectors("reference", toy, 0, policy=CUT)
    batch = read(item, "", "", references=[["a"], ["b", "a b"]])
    assert batch.arrays["reference_mask"].tolist() == [
        [[1, 1, 1, 0], [0, 0, 0, 0]],
        [[1, 1, 1, 0], [1, 1, 1, 1]],
    ]


def test_pooled_references_have_a_mask_of_their_own(toy: Encoder) -> None:
    item = Vectors("reference", toy, 1, "mean", CUT)
    batch = read(item, "", "", references=[["a"], ["b", "c"]])
    assert batch.arrays["reference_mask"].tolist() == [[1, 0], [1, 1]]


def test_an_empty_reference_beside_others_is_masked(toy: Encoder) -> None:
    item = Vectors("reference", toy, 1, "mean", CUT)
    batch = read(item, "", references=[["a", " ", "b"]])
    assert (batch.arrays["reference_mask"].tolist(), batch.status.tolist()) == ([[1, 0, 1]], [0])


def test_a_row_whose_references_are_all_empty_is_empty(toy: Encoder) -> None:
    item = Vectors("reference", toy, 1, policy=CUT)
    assert read(item, "", references=[["", " "]]).status.tolist() == [Status.EMPTY]


def test_one_truncated_reference_flags_the_row(toy: Encoder) -> None:
    item = Vectors("reference", toy, 1, policy=CUT)
    assert read(item, "", references=[["a", "a " * 9]]).status.tolist() == [Status.TRUNCATED]


def test_a_column_of_texts_is_read_like_a_text(toy: Encoder) -> None:
    item = Vectors("prompt", toy, 0, "mean", CUT)
    batch = read(item, "x", "x", prompt=["a", None])
    assert batch.arrays["prompt_vector"][0].tolist() == TABLE[[1, 3, 2]].mean(axis=0).tolist()
    assert batch.status.tolist() == [Status.OK, Status.EMPTY]


def test_a_column_that_holds_no_texts_is_refused(toy: Encoder) -> None:
    with pytest.raises(InputError, match="column 'prompt' must hold strings or None; cell 1 is"):
        read(Vectors("prompt", toy, 0, policy=CUT), "x", "x", prompt=["a", 3])


# -- work that is saved ---------------------------------------------------------------------------


def test_a_reference_that_comes_again_is_encoded_once(toy: Encoder, runs: list) -> None:
    item = Vectors("reference", toy, 1, policy=CUT)
    for _ in range(3):
        read(item, "", "", references=[["a b"], ["a b"]])
    assert runs == [(1, 4)]


def test_prepared_references_are_not_encoded_again(toy: Encoder, runs: list) -> None:
    item = Vectors("reference", toy, 1, policy=CUT)
    handle = prepare([item], ["a b", ["c", "d"]])
    inputs._states.clear()
    before = len(runs)
    item.read(Rows(("", ""), handle))
    assert len(runs) == before


def test_prepared_references_change_no_number(toy_folder: Path) -> None:
    scorer = reference_scorer(str(toy_folder))
    texts, references = ["a b", "c"], [["a", "b c"], ["c d e f a b c"]]
    plain = scorer(texts, references)
    handle = prepare(scorer.inputs, references)
    np.testing.assert_array_equal(scorer(texts, handle).values, plain.values)


def test_rows_of_like_length_go_through_together(toy: Encoder, runs: list) -> None:
    read(Vectors("text", toy, 1, policy=CUT), "a", "a b c d e f", "b", "c")
    assert runs == [(4, 8)]  # far under the budget: one run


def test_runs_stay_under_the_budget(toy: Encoder, runs: list) -> None:
    texts = [" ".join("abcdef"[i % 6] for i in range(k, k + 1 + k % 6)) for k in range(900)]
    read(Vectors("text", toy, 1, policy=CUT), *dict.fromkeys(texts), *map("a{}".format, range(600)))
    assert max(rows * tokens for rows, tokens in runs) <= toy.budget
    assert len(runs) < 8


def test_the_cost_of_a_row_is_its_tokens_after_the_policy(toy: Encoder) -> None:
    cost = Vectors("text", toy, 1, policy=CUT).cost(Rows(("a b", "a " * 50)))
    assert cost is not None
    assert cost.units.tolist() == [4, 8]


def test_the_cost_of_references_is_that_of_the_padded_row(toy: Encoder) -> None:
    references = References((("a b", "a"), ("c",)))
    cost = Vectors("reference", toy, 1, policy=CUT).cost(Rows(("", ""), references))
    assert cost is not None
    assert cost.units.tolist() == [8, 3]


# -- identity and laws ----------------------------------------------------------------------------


def test_the_signature_names_encoder_layer_pooling_and_policy(toy: Encoder) -> None:
    item = Vectors("text", toy, 1, "mean", Policy("windows", 8, 4))
    assert item.parts == (toy.part, "layer:1", "pool:mean", "windows:8/4")


def test_a_column_is_named_in_the_signature(toy: Encoder) -> None:
    assert Tokens("prompt", toy, CUT).parts == ("column:prompt", toy.part, "cut:8")


@pytest.mark.parametrize("kind", ["cut", "head+tail", "windows"])
def test_a_scorer_on_states_keeps_the_laws(toy_folder: Path, kind: str) -> None:
    check_scorer(text_scorer(str(toy_folder), kind))


def test_a_scorer_on_pooled_references_keeps_the_laws(toy_folder: Path) -> None:
    check_scorer(reference_scorer(str(toy_folder)))
