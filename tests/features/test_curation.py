"""Heuristics of curation: each counts as the program it is named after, with its oddities.

Expected values are counted by hand from the definitions; benchmarks/heuristics.py holds 1,000
documents against datatrove itself.
"""

import math

import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.feature import Threshold, dropped_by, thresholds_of
from qualmetrics.testing import TEXTS, check_scorer
from qualmetrics.text.pieces import pieces, sentences_of

CURATION = (
    "gopher_quality@datatrove", "gopher_repetition@datatrove", "c4_quality@datatrove",
    "c4_paragraph@datatrove", "fineweb_quality@datatrove", "gopher@dolma", "c4@dolma",
    "filters@data_juicer",
)  # fmt: skip


def values(name, text, **options):
    scores = qm.get(name, **options)([text])
    return dict(zip(scores.spec.outputs, scores.values[0].tolist(), strict=True))


@pytest.mark.parametrize("name", CURATION)
def test_a_heuristic_keeps_every_law(name):
    check_scorer(qm.get(name))
    assert "error" not in qm.get(name)(TEXTS).status_names


def test_an_exported_heuristic_scores_alike(tmp_path):
    pytest.importorskip("ndonnx")
    from qualmetrics.onnx import export, load

    scorer = qm.get("gopher_quality@datatrove")
    loaded = load(export(scorer, tmp_path / "bundle"))
    assert loaded.signature == scorer.signature
    check_scorer(loaded, skip=["law_thread_safe", "law_recipe_round_trip"])


# Cut by spaCy 3.8.18, blank("en"); white space left out.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't e-mail Dr. Smith's (U.S.) $3.50... now",
         "Do n't e - mail Dr. Smith 's ( U.S. ) $ 3.50 ... now"),
        ("it isn’t—no 3-4 #tag, x/y end.So", "it is n’t — no 3 - 4 # tag , x / y end . So"),
        ("COVID-19 at 10:30, 1,000 cannot", "COVID-19 at 10:30 , 1,000 can not"),
    ],
)  # fmt: skip
def test_pieces_are_those_of_spacy(text, expected):
    assert " ".join(pieces(text)) == expected


@pytest.mark.parametrize("text", ["a" * 200_000, "a.b-c'd" * 30_000, "x@" * 50_000, ".-" * 100_000])
def test_pieces_of_a_monster_lose_nothing(text):
    assert "".join(pieces(text)) == text


def test_quality_of_gopher_at_datatrove():
    text = "the the cat # sat...\n- and 42 mats …\n\n• of it"
    # pieces: the the cat # sat ... - and 42 mats … • of it; • is no mark to datatrove, but a word
    expected = {
        "words": 10.0, "mean_word_length": (3 + 3 + 3 + 3 + 3 + 2 + 4 + 1 + 2 + 2) / 10,
        "hashes": 1 / 14, "ellipses": 2 / 14, "bullet_lines": 2 / 4, "ellipsis_lines": 2 / 4,
        "stop_words": 3.0, "alphabetic_words": 8 / 14,
    }  # fmt: skip
    assert values("gopher_quality@datatrove", text) == pytest.approx(expected, abs=1e-12)


def test_stop_words_are_different_ones_at_datatrove_and_occurrences_at_dolma():
    text = "the cat and the dog and the bird"
    assert values("gopher_quality@datatrove", text)["stop_words"] == 2
    assert values("gopher@dolma", text)["stop_words"] == 5


def test_a_text_of_marks_has_no_mean_word_length():
    found = qm.get("gopher_quality@datatrove")(["... !!!"])
    assert found.status_names == ["partial"]
    assert math.isnan(values("gopher_quality@datatrove", "... !!!")["mean_word_length"])


def test_repetition_counts_extra_copies_at_datatrove_and_all_copies_at_dolma():
    text = "ab cd\nab cd\nxy\nab cd"
    at_datatrove = values("gopher_repetition@datatrove", text)
    assert at_datatrove["lines"] == 2 / 4
    assert at_datatrove["line_characters"] == 10 / 20
    at_dolma = values("gopher@dolma", text)
    assert at_dolma["duplicate_lines"] == 3 / 4
    assert at_dolma["duplicate_line_characters"] == 15 / 14


def test_ngrams_of_gopher():
    text = "a b c d e a b c d e"
    at_datatrove = values("gopher_repetition@datatrove", text)
    assert at_datatrove["top_2"] == 6 / 19  # "a b" twice, with the space
    assert at_datatrove["repeated_5"] == 5 / 19
    assert at_datatrove["repeated_6"] == 0
    at_dolma = values("gopher@dolma", text)
    assert at_dolma["top_2"] == 4 / 10
    assert at_dolma["duplicate_5"] == 2 * 5 / (6 * 5)


def test_paragraphs_of_datatrove_are_told_apart_by_blank_lines():
    found = values("gopher_repetition@datatrove", "ab\n\nab\n\n\ncd\n")
    assert found["paragraphs"] == 1 / 3
    assert found["paragraph_characters"] == 2 / 12


def test_quality_of_c4():
    lines = [
        "This line stays in the text.", "No stop at the end", "Too short.", "It trails off...",
        "You need JavaScript for this page.", "We use cookies on this site.",
        'He asked: "Why?" Nobody knew.', "A claim.[12] Another one. [edit]",
        f"One {'x' * 1001} is.",
    ]  # fmt: skip
    found = values("c4_quality@datatrove", "\n".join(lines))
    expected = {
        "long_word": 1 / 9, "unpunctuated": 3 / 9, "few_words": 1 / 9, "javascript": 1 / 9,
        "policy": 1 / 9, "lorem_ipsum": 0, "curly_bracket": 0, "sentences": 3,
    }  # fmt: skip
    # A citation behind the last stop leaves a space there, so that line counts as unpunctuated.
    assert found == pytest.approx(expected)


def test_a_curly_bracket_counts_where_its_line_would_stay():
    assert values("c4_quality@datatrove", "This { is code.\nvoid main {")["curly_bracket"] == 1
    assert values("c4@dolma", "This is text.\nvoid main {")["curly_bracket"] == 1


def test_paragraphs_of_mc4():
    text = f"{'x' * 200}\n{'y' * 199}\n{'z' * 500}"
    assert values("c4_paragraph@datatrove", text) == {"long_lines": 2}


def test_quality_of_fineweb():
    text = f"A short line.\n\n{'x' * 31}”\nA short line.\n"
    found = values("fineweb_quality@datatrove", text)
    assert found["punctuated_lines"] == 2 / 3
    assert found["short_lines"] == 2 / 3
    assert found["repeated_line_characters"] == 13 / (13 + 32 + 13)
    assert found["line_breaks_per_word"] == 4 / len(pieces(text))


# From the toolkit's own tests, allenai/dolma:tests/python/test_gopher.py.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a test.",
         {"top_2": 0.5, "top_3": 0.5833333333333334, "top_4": 1.0, "characters": 15, "words": 4,
          "median_word_length": 3, "alphabetic_words": 1, "stop_words": 0, "duplicate_lines": 0}),
        ("This is a sentence. \n  \n This is another sentence.\n\n  This is a third sentence.",
         {"top_2": 0.3050847457627119, "top_3": 0.23728813559322035, "top_4": 0.2711864406779661,
          "characters": 79, "words": 13, "median_word_length": 4, "duplicate_5": 0}),
        ("T h i s \n    \n\n\n    isoneword !!!", {"words": 6}),
        ("The.and.that", {"stop_words": 0}),
        ("The and that", {"stop_words": 2}),
    ],
)  # fmt: skip
def test_gopher_of_dolma_has_the_values_of_its_own_tests(text, expected):
    found = values("gopher@dolma", text)
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-12)


def test_dolma_knows_one_ellipsis_and_other_bullets():
    found = values("gopher@dolma", "* one…\n- two...\n• three #4")
    assert found["bullet_lines"] == 2 / 3
    assert found["ellipsis_lines"] == 1 / 3
    assert found["symbol_words"] == 2 / 7
    assert found["median_word_length"] == 2


def test_c4_of_dolma():
    found = values("c4@dolma", "One two three.\nmy JavaScript\n\nlorem ipsum dolor'")
    assert found == {
        "lines": 4, "few_words": 2 / 4, "javascript": 1, "lorem_ipsum": 1, "curly_bracket": 0,
        "unpunctuated": 3 / 4,
    }  # fmt: skip


def test_filters_of_data_juicer():
    found = values("filters@data_juicer", "abcabcabc\n!!", n=3)
    assert found["characters"] == 12
    assert found["alphanumeric"] == 9 / 12
    assert found["average_line"] == 6
    assert found["longest_line"] == 9
    # abc 3, bca 2, cab 2, then bc\n c\n! \n!! once each: two kinds are the root of six
    assert found["character_repetition"] == 5 / 10


def test_thresholds_stand_apart_and_drop_in_the_order_of_their_source():
    scorer = qm.get("gopher_quality@datatrove")
    good = "The old man and the boy have to be at sea with the others that know of it. " * 5
    scores = scorer([good, "# # # short", ""])
    reasons = [[t.reason for t in row] for row in dropped_by(scores, thresholds_of(scorer))]
    assert reasons[0] == []
    assert reasons[1][0] == "gopher_short_doc"
    assert "gopher_too_many_hashes" in reasons[1]
    assert reasons[2] == []  # undefined: whoever filters decides


def test_a_threshold_on_no_output_is_refused():
    scores = qm.get("c4_paragraph@datatrove")(["a"])
    with pytest.raises(InputError, match="it has long_lines"):
        dropped_by(scores, [Threshold("lines", "<", 3, "mine")])


@pytest.mark.parametrize("name", CURATION)
def test_every_threshold_is_on_an_output(name):
    scorer = qm.get(name)
    assert {t.output for t in thresholds_of(scorer)} <= set(scorer.spec.outputs)


def test_an_unknown_tokenizer_is_refused():
    with pytest.raises(InputError, match="pieces, spacy"):
        qm.get("gopher_quality@datatrove", tokenizer="nltk")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("No stop", 1), ("One. Two! Three?", 3), ("Wait... what?", 1), ("U.S. law. Yes.", 2)],
)
def test_sentences_end_where_a_stop_is_followed_by_a_word(text, expected):
    assert sentences_of(pieces(text)) == expected
