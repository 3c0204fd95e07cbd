"""The counting rules ``textstat``: what they count, and that their slips stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest

from qualmetrics.compat import textstat
from qualmetrics.errors import InputError
from qualmetrics.text import textstat_rules

PASSAGE = (
    "Dr. Smith went to Washington D.C. with Mrs. Jones at 5 p.m. on Jan. 5. "
    "It's a well-known fact: the U.S. isn't 3.14 times bigger!"
)

# text -> sentences, words, syllables, Flesch, Flesch-Kincaid, SMOG, Coleman-Liau, ARI, consensus.
# Printed by textstat 0.7.13 with Pyphen 0.18.1 and NLTK's cmudict, to three decimals.
PRINTED_BY_TEXTSTAT = {
    "": (0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, "0th and 1st grade"),
    "   ": (1, 0, 0, 0.0, 0.0, 3.129, 0.0, 0.0, "0th and 1st grade"),
    "... !!! ???": (1, 0, 0, 0.0, 0.0, 3.129, 0.0, 0.0, "0th and 1st grade"),
    "Hello": (1, 1, 2, 36.62, 8.4, 3.129, -16.4, 2.62, "0th and 1st grade"),
    "Stop. Go on. I see. You do. He ran off today.": (
        1,
        11,
        12,
        103.379,
        1.573,
        3.129,
        -2.673,
        -0.944,
        "3rd and 4th grade",
    ),
    "Use some fruit, e.g. apples or pears, i.e. things that grow.": (
        3,
        11,
        12,
        110.822,
        -1.287,
        3.129,
        -1.2,
        1.812,
        "0th and 1st grade",
    ),
    "Dr. Smith went to Washington D.C. with Mrs. Jones at 5 p.m. on Jan. 5.": (
        2,
        15,
        19,
        92.063,
        2.282,
        7.169,
        -1.187,
        -0.096,
        "2nd and 3rd grade",
    ),
    "pi is 3.14159 and e is 2.71828 roughly": (
        2,
        8,
        9,
        107.6,
        -0.755,
        3.129,
        -2.175,
        -1.179,
        "0th and 1st grade",
    ),
    "Write to jane.doe@example.org or read https://example.org/a-b today.": (
        2,
        7,
        18,
        -14.26,
        16.118,
        8.842,
        18.829,
        22.037,
        "12th and 13th grade",
    ),
    "I don't think it's the cat's; 'tis only rock 'n' roll, y'all've said.": (
        1,
        13,
        15,
        96.025,
        3.095,
        3.129,
        2.446,
        5.722,
        "2nd and 3rd grade",
    ),
    "The zzyzxian faeries reelected iphones — covidiots, html-wise.": (
        1,
        7,
        15,
        18.444,
        12.426,
        13.024,
        22.229,
        14.451,
        "12th and 13th grade",
    ),
    "这是第一句。这是第二句。这是第三句。": (
        1,
        1,
        1,
        121.22,
        -3.4,
        3.129,
        41.6,
        63.85,
        "0th and 1st grade",
    ),
    "😀😀 👍": (1, 0, 0, 0.0, 0.0, 3.129, 0.0, 0.0, "0th and 1st grade"),
    "İstanbul'da ΣΊΣΥΦΟΣ naïve café state-of-the-art plan--if.": (
        1,
        6,
        13,
        17.445,
        12.317,
        11.208,
        22.767,
        23.175,
        "17th and 18th grade",
    ),
    "Readability formulas estimate how difficult a passage is. They were validated on "
    "schoolbooks, not on chat messages. Use them with considerable caution!": (
        3,
        22,
        44,
        30.192,
        10.87,
        11.855,
        13.382,
        10.068,
        "10th and 11th grade",
    ),
}

CALLS = (
    textstat.sentence_count,
    textstat.lexicon_count,
    textstat.syllable_count,
    textstat.flesch_reading_ease,
    textstat.flesch_kincaid_grade,
    textstat.smog_index,
    textstat.coleman_liau_index,
    textstat.automated_readability_index,
)


@pytest.mark.parametrize("text", PRINTED_BY_TEXTSTAT)
def test_the_numbers_are_those_textstat_prints(text: str) -> None:
    *numbers, consensus = PRINTED_BY_TEXTSTAT[text]
    assert [round(call(text), 3) for call in CALLS] == numbers
    assert textstat.text_standard(text) == consensus


def test_the_english_easy_words_are_those_of_textstat() -> None:
    # The digest is of textstat 0.7.13's resources/en/easy_words.txt, its 2,941 words sorted.
    words = sorted(textstat_rules._english_easy_words())
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()
    assert (len(words), digest) == (
        2941,
        "2765068cc0c0d82598385072fb01627f18ae436602be8bcca5840375bdc8a5a2",
    )


def test_columns_come_in_the_order_of_the_texts() -> None:
    counted = textstat_rules.count(["One two three.", "", "One."], ["words", "sentences"])
    assert counted["words"].tolist() == [3.0, 0.0, 1.0]
    assert counted["sentences"].tolist() == [1.0, 0.0, 1.0]
    assert counted["words"].dtype == np.float64


def test_no_texts_give_empty_columns() -> None:
    assert textstat_rules.count([], ["words"])["words"].shape == (0,)


@pytest.mark.parametrize(
    ("column", "function"),
    [
        ("words", textstat.lexicon_count),
        ("sentences", textstat.sentence_count),
        ("letters", textstat.letter_count),
        ("characters", textstat.char_count),
        ("syllables", textstat.syllable_count),
        ("polysyllables", textstat.polysyllabcount),
        ("monosyllables", textstat.monosyllabcount),
        ("long_words", textstat.long_word_count),
        ("short_words", textstat.miniword_count),
        ("unfamiliar_dale", lambda text: textstat.difficult_words(text, 0, unique=False)),
        ("hard_fog", lambda text: textstat.difficult_words(text, 3, unique=False)),
    ],
)
def test_a_column_is_what_the_function_of_textstat_counts(
    column: str, function: Callable[[str], int]
) -> None:
    assert textstat_rules.count([PASSAGE], [column])[column][0] == function(PASSAGE)


def test_en_is_the_american_english_of_textstat() -> None:
    # Pyphen cuts "theatregoer", which the dictionary lacks, in four American and three British
    # parts, and its patterns for plain "en" are the British ones.
    word = "theatregoer"
    assert textstat_rules.count([word], ["syllables"])["syllables"][0] == 4
    textstat.set_lang("en")
    assert textstat.syllable_count(word) == 3


def test_a_column_that_textstat_does_not_count_is_refused_with_those_it_does() -> None:
    with pytest.raises(InputError, match="do not count paragraphs; they count: words, sentences"):
        textstat_rules.count(["a"], ["words", "paragraphs"])


def test_the_memo_of_words_does_not_grow_past_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textstat_rules, "_MEMO_WORDS", 3)
    memo = textstat_rules._Memo(len)
    assert [memo[word] for word in ("a", "bb", "ccc", "dddd", "a")] == [1, 2, 3, 4, 1]
    assert len(memo) <= 3


def test_a_very_long_word_is_not_kept() -> None:
    memo = textstat_rules._Memo(len)
    assert memo["x" * 10_000] == 10_000
    assert len(memo) == 0
