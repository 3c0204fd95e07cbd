"""The beginning of a text is cut between sentences."""

import pytest

from qualmetrics.errors import InputError
from qualmetrics.text.crop import first_sentences

TEXT = "It rains. We stay in, all day. We read."


@pytest.mark.parametrize(
    ("max_words", "expected"),
    [
        (1, "It"),
        (2, "It rains."),
        (6, "It rains."),
        (7, "It rains. We stay in, all day."),
        (9, TEXT),
        (90, TEXT),
    ],
)
def test_whole_sentences_are_kept_as_long_as_they_fit(max_words, expected):
    assert first_sentences(TEXT, max_words) == expected


def test_an_empty_text_stays_empty():
    assert first_sentences("", 5) == ""


def test_no_words_at_all_cannot_be_asked_for():
    with pytest.raises(InputError, match="at least 1"):
        first_sentences(TEXT, 0)
