"""What of a completion is scored: strings, messages, parts, thoughts, special tokens."""

import pytest

from qualmetrics.errors import InputError
from qualmetrics.reward.completion import Completion, last_user, plain

TOOL = [
    {"role": "assistant", "content": "Let me look.", "tool_calls": [{"id": "1"}]},
    {"role": "tool", "content": "42"},
    {
        "role": "assistant",
        "content": [{"type": "text", "text": "It is "}, {"type": "text", "text": "42."}],
    },
]


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        ("plain", "plain"),
        (None, None),
        ("", ""),
        ([], None),
        ([{"role": "assistant", "content": "one"}], "one"),
        ([{"role": "assistant", "content": None, "tool_calls": [1]}], ""),
        (TOOL, "It is 42."),
        ({"role": "assistant", "content": "alone"}, "alone"),
        ([{"role": "assistant", "content": [{"type": "image"}, "text"]}], "text"),
        (["a", "b"], "a\n\nb"),
    ],
)
def test_the_last_message_of_the_assistant_is_what_is_scored(completion, expected):
    assert Completion().text(completion) == expected


def test_all_messages_of_the_assistant_may_count():
    assert Completion("all_assistant").text(TOOL) == "Let me look.\n\nIt is 42."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>a</think>\nb", "b"),
        ("a</think> b", "b"),
        ("<think>never ends", ""),
        ("x <think>a</think> y <think>b</think> z", "z"),
        ("no thought", "no thought"),
    ],
)
def test_a_thought_is_left_out(text, expected):
    assert Completion(strip_think=True).text(text) == expected


def test_nothing_is_stripped_that_was_not_declared():
    text = "<think>a</think><|im_end|>"
    assert Completion().text(text) == text


def test_special_tokens_prompt_and_marks_around_an_answer_are_stripped():
    cut = Completion(
        special_tokens=("<s>", "</s>"), strip_prompt=True, answer=("<answer>", "</answer>")
    )
    assert cut.text("Q: why?<s>So. <answer> Because. </answer></s>", "Q: why?") == "Because."
    assert cut.text("No marks</s>", "Q") == "No marks"


def test_a_long_text_is_read_so_far():
    assert len(Completion(max_characters=10).text("x" * 100)) == 10


def test_what_was_asked_is_the_last_message_of_the_user():
    chat = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?"}]
    assert (last_user(chat), last_user("Why?"), last_user(None)) == ("Why?", "Why?", "")
    assert plain(chat) == "Be kind.\n\nWhy?"


@pytest.mark.parametrize(
    "options",
    [{"messages": "first"}, {"think": ("a",)}, {"answer": ("", "b")}, {"special_tokens": "<s>"},
     {"strip_prompt": 1}, {"max_characters": 0}],
)  # fmt: skip
def test_a_wrong_option_is_refused(options):
    with pytest.raises(InputError, match="completion"):
        Completion(**options)


def test_what_is_no_completion_is_refused():
    with pytest.raises(InputError, match="a string, messages or None"):
        Completion().text(3)


@pytest.mark.parametrize("value", [5, [5], [{"role": "user", "content": 5}]])
def test_a_prompt_that_is_no_text_is_an_input_error(value):
    with pytest.raises(InputError, match="is a string or"):
        plain(value)
