"""Explanations: hand-computed shares, exact sums, and what has none."""

import pytest

from qualmetrics.errors import InputError
from qualmetrics.explain import explain

TEXT = "The cat sat. Considerable deliberation preceded the regrettable decision."
REFERENCE = {"words": 10.0, "sentences": 1.0, "syllables": 15.0}


def test_shares_of_a_sentence_are_its_distance_from_the_reference_rates():
    # Words 3 + 6, syllables 3 + (5 + 5 + 3 + 1 + 4 + 3 = 21); reference 10 words a sentence and
    # 1.5 syllables a word. First sentence of Flesch-Kincaid:
    # .39 x (3 - 10)/2 + 11.8 x (3 - 1.5 x 3)/9; second: .39 x (6 - 10)/2 + 11.8 x (21 - 9)/9.
    made = explain("flesch_kincaid_grade", TEXT, reference=REFERENCE)
    shares = [span.contribution for span in made.sentences]
    assert shares == pytest.approx(
        [0.39 * -7 / 2 + 11.8 * -1.5 / 9, 0.39 * -4 / 2 + 11.8 * 12 / 9], abs=1e-12
    )
    assert made.reference_value == pytest.approx(0.39 * 10 + 11.8 * 1.5 - 15.59, abs=1e-12)


@pytest.mark.parametrize(
    "name",
    [
        "flesch_reading_ease",
        "smog_index",
        "tuldava",
        "dale_chall_1995",
        "coleman_liau_index",
        "lix",
    ],
)
def test_shares_add_up_exactly_to_the_distance_from_the_reference(name):
    made = explain(name, TEXT * 3)
    distance = made.value - made.reference_value
    for spans, rest in ((made.sentences, made.rest), (made.words, made.words_rest)):
        assert sum(span.contribution for span in spans) + rest == pytest.approx(distance, abs=1e-9)


def test_offsets_slice_back_to_the_text_as_given():
    text = "  A  cat.\r\n\r\nIt\u2019s cafe\u0301-like; isn't it?"
    made = explain("lix", text)
    assert all(text[span.start : span.end] == span.text for span in made.sentences + made.words)


def test_a_formula_that_compares_shows_counts_and_says_why_there_are_no_shares():
    made = explain("consensus_grade", TEXT)
    assert {span.contribution for span in made.sentences} == {None}
    assert "compares" in made.note
    assert made.sentences[1].counts["syllables"] == 21


def test_a_text_without_a_score_is_explained_without_shares():
    made = explain("flesch_reading_ease", "... !!!")
    assert (str(made.status), made.sentences, made.note) == (
        "no_words",
        (),
        "the score is undefined (no_words)",
    )
    assert made.to_dict()["value"] is None


def test_another_language_is_compared_with_the_texts_own_average():
    made = explain("amstad", "Der Hund bellt. Die Donaudampfschifffahrt ist bemerkenswert.")
    assert made.reference == "this text's own average"
    assert made.value == made.reference_value
    assert sum(span.contribution for span in made.sentences) == pytest.approx(0, abs=1e-9)


def test_reference_texts_are_counted():
    made = explain("lix", TEXT, reference=[TEXT])
    assert made.value == made.reference_value


@pytest.mark.parametrize(
    ("arguments", "keywords", "said"),
    [
        (("lix", ["a list"]), {}, "explain takes one string"),
        (("lix", "a"), {"reference": {"words": 1.0}}, "lack sentences"),
        (("lix", "a"), {"reference": "..."}, "hold no words"),
    ],
)
def test_wrong_calls_are_refused(arguments, keywords, said):
    with pytest.raises(InputError, match=said):
        explain(*arguments, **keywords)


def test_a_scorer_that_reads_more_than_the_text_has_no_explanation():
    from tests.core import toys

    with pytest.raises(InputError, match="has no explanation"):
        explain(toys.toy_similarity(), "a")


@pytest.mark.full
def test_the_bundled_profile_is_what_the_corpus_gives(data):
    from qualmetrics.profile import PLAIN_NEWS
    from scripts.make_profile import profile

    means, _ = profile(data)
    assert dict(PLAIN_NEWS) == means
