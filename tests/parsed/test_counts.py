"""Counts by spaCy's words and sentences: counted by hand, and equal to ours where cuts agree."""

import pytest

import qualmetrics as qm
from qualmetrics.core import Rows
from qualmetrics.parsed.counts import by_documents
from qualmetrics.parsed.docs import DocSource
from qualmetrics.parsed.swap import of_documents
from qualmetrics.testing import LAWS, Call, check_law, law_recipe_round_trip
from qualmetrics.text import column_names, count
from qualmetrics.text.inputs import Counts

spacy = pytest.importorskip("spacy")

SOURCE = DocSource(label="en_blank/1")


@pytest.fixture(scope="module")
def nlp():
    made = spacy.blank("en")
    made.add_pipe("sentencizer")
    return made


def counted(doc, columns=None, rules="en/1"):
    names = tuple(column_names() if columns is None else columns)
    found = by_documents(Counts(rules, names), SOURCE).read(Rows((doc.text,), None, {"doc": [doc]}))
    return {name: float(array[0]) for name, array in found.arrays.items()}


@pytest.mark.parametrize(
    "text",
    [
        "The old king met Anna Karenina in 1877.\n\nShe wrote 12 letters; he read none.",
        "Unfortunately, Anna complained: Nobody answered!",
        "I saw (that) the administration had 3.14 dollars. GPU units cost 10, or more.",
        "No stop at the end",
    ],
)
def test_where_spacy_cuts_as_we_do_every_column_is_the_same(nlp, text):
    own = {name: values[0] for name, values in count([text], column_names()).items()}
    assert counted(nlp(text)) == own


def test_words_and_sentences_are_those_of_the_document():
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    words = ["He", "does", "n't", "like", "Mr.", "Low", ".", "-", "Why", "?", "\n\n", "No", "idea"]
    starts = [k in (0, 8, 11) for k in range(len(words))]
    found = counted(Doc(Vocab(), words=words, sent_starts=starts))
    expected = {
        "words": 9,  # all but the stop, the dash, the question mark and the line break
        "sentences": 3,
        "paragraphs": 2,
        "letters": 2 + 4 + 2 + 4 + 2 + 3 + 3 + 2 + 4,
        "characters": 2 + 4 + 3 + 4 + 3 + 3 + 1 + 1 + 3 + 1 + 2 + 4,
        "punctuation": 3,
        "types": 9,
        "syllables": 1 + 1 + 1 + 1 + 2 + 1 + 1 + 1 + 3,
    }
    assert {name: found[name] for name in expected} == expected


def test_a_name_is_familiar_to_dale_and_counts_once_as_new(nlp):
    doc = nlp("We met Zbigniew. They like Zbigniew, said zbigniew.")
    found = counted(doc, ("unfamiliar_dale", "unfamiliar_dale_1995"))
    assert found == {"unfamiliar_dale": 1, "unfamiliar_dale_1995": 2}


def test_a_formula_over_documents_says_whose_words_it_counts(nlp):
    scorer = of_documents(qm.get("flesch_kincaid_grade"), SOURCE)
    part = "spacy:en_blank/1"
    name = "flesch_kincaid_grade"
    assert scorer.signature == f"{name}|words:{part}|sent:{part}|syl:cmu+ng/1|v:1"
    doc = nlp("The cat sat. It slept.")
    assert scorer([doc.text], columns={"doc": [doc]}).primary[0] == pytest.approx(
        0.39 * 5 / 2 + 11.8 * 5 / 5 - 15.59
    )


def test_without_sentences_only_what_needs_none_has_a_value():
    doc = spacy.blank("en")("The cat sat. It slept.")
    for name, status in (("mean_letters_per_word", "ok"), ("lix", "not_applicable")):
        scores = of_documents(qm.get(name), SOURCE)([doc.text], columns={"doc": [doc]})
        assert scores.status_names == [status]


def test_one_pass_serves_several_formulas_with_the_same_numbers(nlp):
    docs = [nlp("The cat sat. It slept."), nlp(""), nlp("...")]
    scorers = [of_documents(qm.get(name), SOURCE) for name in ("lix", "smog_index", "fkgl")]
    first, second = scorers[0].inputs[0], scorers[1].inputs[0]
    assert first.union(second).columns == tuple(dict.fromkeys((*first.columns, *second.columns)))
    for scorer in scorers:
        scores = scorer([doc.text for doc in docs], columns={"doc": docs})
        assert scores.status_names[1:] == ["empty", "no_words"]


def test_what_cuts_words_in_its_own_way_is_left_as_it_is():
    for name in ("mattr", "readability_features", "chrf"):
        try:
            scorer = qm.get(name)
        except qm.errors.BundleError:
            continue
        assert of_documents(scorer, SOURCE) is scorer
    textstat = qm.get("fkgl", rules="textstat")
    assert of_documents(textstat, SOURCE) is textstat


def test_counts_of_documents_keep_the_laws(nlp):
    texts = [
        "The cat sat. It slept.",
        "",
        "...",
        "Hello",
        "今日の天気は、晴れです。",
        "word " * 300,
    ]
    docs = [nlp(text) for text in texts]
    scorer = of_documents(qm.get("dale_chall_1995"), SOURCE)
    call = Call(texts, None, {"doc": docs})
    for law in LAWS:
        if law is not law_recipe_round_trip:  # it has none: the component makes it where it is
            check_law(law, scorer, call)
