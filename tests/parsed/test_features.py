"""Features of parsed documents, on trees drawn by hand; expected values are counted on them."""

import math

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.testing import check_scorer
from tests.parsed.docs import doc
from tests.similarity.conftest import tiny  # noqa: F401 - a fixture

spacy = pytest.importorskip("spacy")

CAT = (
    "The|1|det|DET cat|2|nsubj|NOUN sat|2|ROOT|VERB on|2|prep|ADP the|5|det|DET mat|3|pobj|NOUN"
    " .|2|punct|PUNCT"
)
THOUGHT = (
    "I|1|nsubj|PRON think|1|ROOT|VERB that|4|mark|SCONJ she|4|nsubj|PRON left|1|ccomp|VERB"
    " because|7|mark|SCONJ he|7|nsubj|PRON called|4|advcl|VERB .|1|punct|PUNCT"
)
TWO = (
    "He|1|nsubj|PRON came|1|ROOT|VERB and|1|cc|CCONJ she|4|nsubj|PRON left|1|conj|VERB"
    " .|1|punct|PUNCT"
)
BOTH = "He|1|nsubj|PRON came|1|ROOT|VERB and|1|cc|CCONJ left|1|conj|VERB .|1|punct|PUNCT"
WANTS = (
    "He|1|nsubj|PRON wants|1|ROOT|VERB her|4|nsubj|PRON to|4|aux|PART go|1|ccomp|VERB"
    " .|1|punct|PUNCT"
)
GO = "Go|0|ROOT|VERB home|0|advmod|ADV !|0|punct|PUNCT"
DAY = "What|2|det|PRON a|2|det|DET day|2|ROOT|NOUN !|2|punct|PUNCT"
WHO = (
    "The|1|det|DET man|5|nsubj|NOUN who|3|nsubj|PRON left|1|relcl|VERB was|5|cop|AUX old|5|root|ADJ"
    " and|7|cc|CCONJ grey|5|conj|ADJ"
)  # as Universal Dependencies have it
GERMAN = "Er|1|sb|PRON schläft|1|ROOT|VERB heute|1|mo|ADV .|1|punct|PUNCT"


def value(name, parsed, output=None, **options):
    scores = qm.get(name, **options)([parsed.text], columns={"doc": [parsed]})
    names = scores.spec.outputs
    return scores.values[0, names.index(output or scores.spec.primary)]


# -- dependency distance --------------------------------------------------------------------------


def test_distances_are_counted_in_words():
    # the-cat 1, cat-sat 1, on-sat 1, the-mat 1, mat-on 2; deepest: the, mat, on, sat.
    parsed = doc(CAT)
    assert value("dependency_distance", parsed) == pytest.approx(6 / 5)
    assert value("dependency_distance", parsed, "adjacent_share") == pytest.approx(4 / 5)
    assert value("dependency_distance", parsed, "tree_depth") == 3
    assert value("dependency_distance", parsed, "words_before_root") == 2


def test_punctuation_takes_no_place():
    with_comma = "Now|2|advmod|ADV ,|2|punct|PUNCT go|2|ROOT|VERB"
    assert value("dependency_distance", doc(with_comma)) == 1


def test_depth_is_a_mean_over_sentences_and_distance_over_words():
    parsed = doc(CAT, GO)
    assert value("dependency_distance", parsed, "tree_depth") == pytest.approx((3 + 1) / 2)
    assert value("dependency_distance", parsed) == pytest.approx(7 / 6)


def test_one_word_has_a_depth_and_no_distance():
    scores = qm.get("dependency_distance")(["Go"], columns={"doc": [doc("Go|0|ROOT|VERB")]})
    assert scores.values[0, 1:3].tolist() == [0, 0]
    assert math.isnan(scores.primary[0])
    assert scores.status_names == ["partial"]


# -- syntactic complexity -------------------------------------------------------------------------

COMPLEXITY = [
    # sentence; clauses, dependent clauses, T-units, complex T-units
    (CAT, 1, 0, 1, 0),
    (THOUGHT, 3, 2, 1, 1),
    (TWO, 2, 0, 2, 0),
    (BOTH, 1, 0, 1, 0),
    (WANTS, 1, 0, 1, 0),  # an infinitive with a subject is no clause
    (GO, 1, 0, 1, 0),  # an imperative is one
    (WHO, 2, 1, 1, 1),
]


@pytest.mark.parametrize(("sentence", "clauses", "dependent", "t_units", "complex_"), COMPLEXITY)
def test_clauses_and_t_units_are_those_counted_by_hand(
    sentence, clauses, dependent, t_units, complex_
):
    parsed = doc(sentence)
    name = "syntactic_complexity"
    assert value(name, parsed, "clauses_per_sentence") == clauses
    assert value(name, parsed, "dependent_clauses_per_clause") == pytest.approx(dependent / clauses)
    assert value(name, parsed, "t_units_per_sentence") == t_units
    assert value(name, parsed, "complex_t_units_per_t_unit") == pytest.approx(complex_ / t_units)


@pytest.mark.parametrize(
    ("sentence", "output", "expected"),
    [
        (CAT, "words_per_t_unit", 6),
        (TWO, "words_per_t_unit", 5 / 2),
        (THOUGHT, "words_per_clause", 8 / 3),
        (THOUGHT, "verb_phrases_per_t_unit", 3),
        (BOTH, "verb_phrases_per_t_unit", 2),
        (BOTH, "coordinate_phrases_per_clause", 1),
        (TWO, "coordinate_phrases_per_clause", 0),  # joined clauses are no joined phrases
        (WHO, "coordinate_phrases_per_clause", 1 / 2),  # old and grey
        (WHO, "complex_nominals_per_clause", 1 / 2),  # man, with a relative clause
        (THOUGHT, "complex_nominals_per_t_unit", 1),  # what is thought
        (CAT, "noun_phrases_per_clause", 2),
        (CAT, "prepositional_phrases_per_clause", 1),
    ],
)
def test_a_ratio_is_what_the_hand_counts(sentence, output, expected):
    assert value("syntactic_complexity", doc(sentence), output) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sentence", "morphs", "clauses"),
    [
        # I saw him leave: an infinitive without its particle; I know he can leave: "can" is finite
        (
            "I|1|nsubj|PRON saw|1|ROOT|VERB him|3|nsubj|PRON leave|1|ccomp|VERB",
            ["", "VerbForm=Fin", "", "VerbForm=Inf"],
            1,
        ),
        (
            "I|1|nsubj|PRON know|1|ROOT|VERB he|4|nsubj|PRON can|4|aux|AUX leave|1|ccomp|VERB",
            ["", "VerbForm=Fin", "", "VerbForm=Fin", "VerbForm=Inf"],
            2,
        ),
    ],
)
def test_forms_of_verbs_tell_finite_clauses_where_they_are_set(sentence, morphs, clauses):
    parsed = doc(sentence)
    for token, morph in zip(parsed, morphs, strict=True):
        token.set_morph(morph)
    assert value("syntactic_complexity", parsed, "clauses_per_sentence") == clauses


def test_a_fragment_is_a_t_unit_without_a_clause():
    parsed = doc(DAY)
    scores = qm.get("syntactic_complexity")([parsed.text], columns={"doc": [parsed]})
    assert scores.primary[0] == 3
    assert math.isnan(value("syntactic_complexity", parsed, "words_per_clause"))
    assert scores.status_names == ["partial"]


def test_counts_add_up_over_sentences():
    parsed = doc(THOUGHT, TWO, DAY)
    assert value("syntactic_complexity", parsed, "words_per_sentence") == pytest.approx(16 / 3)
    assert value("syntactic_complexity", parsed, "clauses_per_t_unit") == pytest.approx(5 / 4)


def test_labels_of_another_scheme_have_no_value():
    parsed = doc(GERMAN)
    scores = qm.get("syntactic_complexity")([parsed.text], columns={"doc": [parsed]})
    assert scores.status_names == ["not_applicable"]


# -- cohesion -------------------------------------------------------------------------------------

STORY = (
    "The|1|det|DET|the cat|2|nsubj|NOUN|cat slept|2|ROOT|VERB|sleep",
    "The|1|det|DET|the cats|2|nsubj|NOUN|cat ate|2|ROOT|VERB|eat fish|2|dobj|NOUN|fish",
    "It|1|nsubj|PRON|it rained|1|ROOT|VERB|rain",
    "And|2|cc|CCONJ|and it|2|nsubj|PRON|it stopped|2|ROOT|VERB|stop",
)


def test_overlap_is_that_of_lemmas_of_content_words():
    # {cat sleep} {cat eat fish} {rain} {stop}: 2/5, 0, 0; nouns in 1 of 3 pairs; "it" in the last.
    parsed = doc(*STORY)
    assert value("cohesion", parsed) == pytest.approx(2 / 5 / 3)
    assert value("cohesion", parsed, "noun_overlap") == pytest.approx(1 / 3)
    assert value("cohesion", parsed, "argument_overlap") == pytest.approx(2 / 3)
    assert value("cohesion", parsed, gap=2) == 0


def test_one_sentence_has_no_neighbour():
    parsed = doc(STORY[0])
    scores = qm.get("cohesion")([parsed.text], columns={"doc": [parsed]})
    assert scores.status_names == ["not_applicable"]


def test_neighbours_are_as_alike_as_embedding_cosine_says(tiny):  # noqa: F811
    sentences = ["A cat sat on the mat.", "The dog sat in the boat.", "It rained all day."]
    cosine = qm.get("embedding_cosine", encoder=tiny)
    near, far = cosine(sentences[:-1], sentences[1:]), cosine(sentences[:1], sentences[2:])
    scores = qm.get("adjacent_similarity", encoder=tiny)([" ".join(sentences), sentences[0]])
    expected = [far.primary[0], near.primary.mean()]
    assert scores.values[0].tolist() == pytest.approx(expected, abs=1e-6)
    assert scores.status_names == ["ok", "not_applicable"]
    check_scorer(qm.get("adjacent_similarity", encoder=tiny))


# -- where documents come from --------------------------------------------------------------------

NAMES = ("dependency_distance", "syntactic_complexity", "cohesion")


@pytest.mark.parametrize("name", NAMES)
def test_what_says_nothing_has_a_status(name):
    blank = spacy.blank("en")
    cells = [doc(*STORY), blank("A cat. It sat."), blank(""), blank("..."), None, "a text"]
    texts = [getattr(cell, "text", "") for cell in cells]
    scores = qm.get(name)(texts, columns={"doc": cells})
    expected = ["ok", "not_applicable", "empty", "no_words", "not_applicable", "error"]
    assert scores.status_names == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_keeps_the_laws(name):
    docs = [doc(*STORY), doc(CAT), None, doc(DAY, GO), doc(*[THOUGHT, TWO] * 40), doc(GERMAN)]
    texts = ["" if parsed is None else parsed.text for parsed in docs]
    check_scorer(qm.get(name), texts, columns={"doc": docs})


@pytest.mark.parametrize("name", NAMES)
def test_without_documents_the_call_says_how(name):
    with pytest.raises(InputError, match=r"columns=\{'doc': \[...\]\}"):
        qm.get(name)(["A text."])
    with pytest.raises(InputError, match="spacy download en_nowhere"):
        qm.get(name, pipeline="en_nowhere")(["A text."])
    for wrong in ("../model", 3, "a b"):
        with pytest.raises(InputError, match="name of an installed spaCy package"):
            qm.get(name, pipeline=wrong)
    assert "spacy:en_nowhere/absent" in qm.get(name, pipeline="en_nowhere").signature


def test_a_pipeline_parses_the_texts(monkeypatch):
    from spacy.language import Language

    from qualmetrics.parsed import docs

    @Language.component("chain_of_words")
    def chain(parsed):
        for token in parsed:
            token.head, token.dep_ = parsed[max(0, token.i - 1)], "dep" if token.i else "ROOT"
        return parsed

    nlp = spacy.blank("en")
    nlp.add_pipe("chain_of_words")
    monkeypatch.setattr(docs, "_pipeline", lambda name: nlp)
    scores = qm.get("dependency_distance", pipeline="en_chain")(["one two three four", "", "x"])
    assert scores.values[0].tolist() == [1, 3, 0, 1]
    assert scores.status_names == ["ok", "empty", "partial"]
    assert np.isnan(scores.primary[2])
