"""Guards and text terms: goldens, monotony, odd texts, and a million characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.core import Status
from qualmetrics.errors import InputError
from qualmetrics.features.edit_similarity import similarity_of_edits
from qualmetrics.features.placeholder import MASTER_KEYS
from qualmetrics.onnx import export, load
from qualmetrics.testing import TEXTS, check_scorer

FEATURES = (
    "repetition", "copy_fraction", "markdown_structure", "placeholder", "length", "truncated",
    "edit_similarity", "word_order",
)  # fmt: skip
PROSE = (
    "When the ferry reached the island, most of the passengers had already fallen asleep. Only a "
    "boy and his grandmother stood at the rail and watched the lights of the harbour come closer. "
    "She told him how, in her own childhood, letters had arrived twice a week, and how everyone "
    "walked down to the pier to hear the news from the mainland."
)


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_keeps_every_law(name):
    check_scorer(qm.get(name))


@pytest.mark.parametrize("name", FEATURES)
def test_the_exported_feature_keeps_the_laws(name, tmp_path):
    pytest.importorskip("ndonnx")
    scorer = load(export(qm.get(name), tmp_path / "bundle"))
    assert scorer.signature == qm.get(name).signature
    check_scorer(scorer, skip=["law_thread_safe"])


# G6 and G7 of the specification: counted by hand.
@pytest.mark.parametrize(
    ("text", "n", "expected"),
    [("x x x x x", 2, 0.75), ("1 2 3 1 2 3 1 2 3", 3, 0.571429), ("a b", 3, 0.0),
     ("1 2 3 1 2 3 1 2 3", 2, 0.625), ("1 2 3 1 2 3 1 2 3", 4, 0.5)],
)  # fmt: skip
def test_repetition_is_one_less_distinct_over_all(text, n, expected):
    assert float(qm.get("repetition", n=(n,)).score_one(text)) == pytest.approx(expected, abs=5e-7)


def test_diversity_is_the_product_over_lengths():
    scores = qm.get("repetition", aggregate="product").score_one("1 2 3 1 2 3 1 2 3")
    diversity = scores.values[0, scores.spec.outputs.index("diversity")]
    assert diversity == pytest.approx(0.080357, abs=5e-7)
    assert float(scores) == pytest.approx(1 - 0.080357, abs=5e-7)


def test_a_loop_repeats_more_the_longer_it_runs():
    values = qm.get("repetition")(["a b c " * k for k in range(1, 30)]).primary
    assert (values[1:] >= values[:-1]).all()
    assert values[-1] > 0.9


def test_prose_hardly_repeats():
    assert float(qm.get("repetition").score_one(PROSE)) < 0.05
    assert float(qm.get("repetition").score_one(f"{PROSE} " * 3)) > 0.5


def test_a_program_in_an_answer_is_no_word_salad_and_a_salad_in_a_block_is_one():
    code = "for the in of(a):\n    the[of] = a.to(with_=from_)\n    return (the or and_)"
    salad = "the of a from the to with in they of my at is the of and or the with a of"
    order = qm.get("word_order")
    alone = float(order.score_one(PROSE))
    assert float(order.score_one(f"{PROSE}\n```python\n{code}\n```\nDone.")) >= alone
    assert float(order.score_one(f"{PROSE}\n```\n{salad}\n```\n")) < 0.9


def test_a_window_forgets_what_is_far_back():
    far = f"one two three {' '.join(map(str, range(100)))} one two three"
    assert float(qm.get("repetition", n=(3,), window=50).score_one(far)) == 0
    assert float(qm.get("repetition", n=(3,)).score_one(far)) > 0


def copied(text, prompt, **options):
    scores = qm.get("copy_fraction", **options).score_one(text, columns={"prompt": prompt})
    return float(scores)


def test_a_copied_prompt_is_copied_whole_however_often():
    prompt = "Write a short story about a lighthouse keeper and her brother."
    assert copied(prompt, prompt) == 1
    assert copied(f"{prompt} {prompt.upper()}", prompt) == 1
    assert copied("lighthouse keeper", prompt) == 1
    assert copied(PROSE, prompt) == 0
    assert 0.2 < copied(f"{prompt} {' '.join(PROSE.split()[:20])}", prompt) < 0.5


def test_the_longest_run_is_a_share_of_the_prompt():
    scores = qm.get("copy_fraction").score_one("x b c d y", columns={"prompt": "a b c d e"})
    assert scores.values[0, 0] == pytest.approx(3 / 5)


@given(
    st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), min_size=1)
)
def test_the_longest_run_is_that_of_a_slow_search(left, right):
    from qualmetrics.features.copy_fraction import _longest

    slow = max(
        (n for n in range(1, len(right) + 1) for i in range(len(right) - n + 1)
         if any(left[j : j + n] == right[i : i + n] for j in range(len(left) - n + 1))),
        default=0,
    )  # fmt: skip
    assert _longest(left, right) == slow


def test_without_a_prompt_copying_is_not_applicable():
    scores = qm.get("copy_fraction")(["a b"] * 2, columns={"prompt": [None, "a b c"]})
    assert scores.status_names == ["not_applicable", "ok"]


@pytest.mark.parametrize("key", MASTER_KEYS)
def test_every_master_key_is_known_or_undefined(key):
    scores = qm.get("placeholder").score_one(key)
    assert scores.undefined[0] or float(scores) == 1


@pytest.mark.parametrize(
    "text", ["SOLUTION!", "Solution: solution.", "...", "🙂", "thought process"]
)
def test_neither_case_nor_repetition_hides_a_placeholder(text):
    assert float(qm.get("placeholder").score_one(text)) == 1


@pytest.mark.parametrize("text", [PROSE, "The solution is simple.", "Paris", "42"])
def test_an_answer_is_no_placeholder(text):
    assert float(qm.get("placeholder").score_one(text)) == 0


def test_markdown_is_counted_by_kind_and_share_of_lines():
    text = "# Title\n\nPlain line.\n- one\n* two\n1. three\n> quote\n| a | b |\n```\ncode\n```\n"
    scores = qm.get("markdown_structure").score_one(text)
    table = dict(zip(scores.spec.outputs, scores.values[0], strict=True))
    assert (table["headings"], table["bullets"], table["numbered"]) == (1, 2, 1)
    assert (table["quotes"], table["table_rows"], table["fences"]) == (1, 1, 1)
    assert table["markdown"] == pytest.approx(9 / 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("All is said.", 0), ("It was the best of times. It was", 1), ("```\nx = 1", 1),
     ("Intro.\n- one\n- two", 0), ("A title without a stop", 0), ("He said: “Stop.”", 0)],
)  # fmt: skip
def test_a_text_that_breaks_off_is_told(text, expected):
    assert float(qm.get("truncated").score_one(text)) == expected


# G23 of the specification.
def test_edit_similarity_has_the_value_of_its_formula():
    assert similarity_of_edits(3, 10) == pytest.approx(0.651439, abs=5e-7)
    assert (similarity_of_edits(0, 4), similarity_of_edits(4, 4)) == (1.0, 0.0)


def test_edits_are_counted_in_words():
    references = ["nothing of it", "a b c d e f g h i j"]
    scores = qm.get("edit_similarity").score_one("a b x d e f g h y z", references)
    assert scores.values[0].tolist() == [3.0, similarity_of_edits(3, 10)]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_edits_are_those_of_the_textbook(left, right):
    from qualmetrics.features.edit_similarity import _edits

    table = [[i + j if 0 in (i, j) else 0 for j in range(len(right) + 1)]
             for i in range(len(left) + 1)]  # fmt: skip
    for i, a in enumerate(left, 1):
        for j, b in enumerate(right, 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a != b)
            )
    assert _edits(left, right) == table[-1][-1]


def test_shuffled_words_are_out_of_order_and_prose_is_not():
    import random

    words = PROSE.split()
    ordered, *shuffled = qm.get("word_order")(
        [PROSE, *(" ".join(random.Random(k).sample(words, len(words))) for k in range(50))]
    ).primary
    assert ordered > 0.9
    assert max(shuffled) < ordered - 0.1


@pytest.mark.parametrize("name", FEATURES)
def test_a_million_characters_of_one_kind_have_a_value(name):
    feature = qm.get(name)
    long = ("word " * 200_000, "x" * 1_000_000, "# | ` ** \n" * 100_000)
    rows = {"prompt": [PROSE]} if "prompt" in feature.spec.columns else None
    for text in long:
        references = [PROSE] if feature.spec.needs_references else None
        [status] = feature([text], references, columns=rows).status
        assert Status.ERROR not in Status(int(status)), text[:20]


@pytest.mark.parametrize(
    ("name", "options"),
    [("repetition", {"n": (0,)}), ("repetition", {"n": (2, 2)}), ("repetition", {"window": 0}),
     ("repetition", {"aggregate": "sum"}), ("copy_fraction", {"n": 0}),
     ("copy_fraction", {"n": True}), ("length", {"unit": "x"}),
     ("placeholder", {"extra": (1,)}), ("edit_similarity", {"max_words": 0})],
)  # fmt: skip
def test_a_wrong_option_is_refused(name, options):
    with pytest.raises(InputError):
        qm.get(name, **options)


def test_every_feature_has_a_value_for_every_odd_text_that_is_not_blank():
    for name in ("repetition", "placeholder", "length", "truncated", "markdown_structure"):
        scores = qm.get(name)(TEXTS)
        blank = [not text.strip() for text in TEXTS]
        assert scores.undefined.tolist() == blank
