"""Machinery: clauses, T-units and phrases in a dependency tree.

Made for the labels of Universal Dependencies and of spaCy's English pipelines (ClearNLP). Lu's
L2SCA (2010) defines these units on constituents; what stands here is our reading of them on
dependencies, each definition in its function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from qualmetrics.parsed.docs import is_word

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
NOUNS = frozenset({"NOUN", "PROPN", "PRON"})
PHRASES = NOUNS | {"ADJ", "ADV", "VERB", "AUX"}
NOUN_MODIFIERS = frozenset({"amod", "acl", "relcl", "appos", "poss", "prep", "nmod"})
NOMINAL_CLAUSES = frozenset({"csubj", "csubjpass", "ccomp"})
INSIDE_A_NOUN = frozenset({"compound", "flat", "fixed", "nn"})
LABELS = frozenset(
    "root acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp clf complm "
    "compound conj cop csubj csubjpass dative dep det discourse dislocated dobj expl fixed flat "
    "goeswith hmod hyph infmod intj iobj list mark meta neg nmod nn nounmod npadvmod npmod nsubj "
    "nsubjpass num number nummod obj obl oprd orphan parataxis partmod pcomp pobj poss possessive "
    "preconj predet prep prt punct quantmod rcmod relcl reparandum vocative xcomp".split()
)
"""Labels that these definitions know, without what stands after a colon."""


def label(token: Any) -> str:
    """Return the label of a token in lower case, without its subtype."""
    return str(token.dep_).partition(":")[0].lower()


def is_known_scheme(doc: Any) -> bool:
    """Tell whether at least nine in ten tokens have a label that is known here."""
    marked = [token for token in doc if token.text.strip()]
    return 10 * sum(label(token) in LABELS for token in marked) >= 9 * len(marked)


def is_clause(token: Any) -> bool:
    """Tell whether a word heads a clause.

    A word with a subject of its own that is finite, or the root of a sentence if it is a verb, as
    in an imperative. So coordinated verbs under one subject are one clause.
    """
    if label(token) == "root":
        return token.pos_ in ("VERB", "AUX") or _has_subject(token)
    return _has_subject(token) and _is_finite(token)


def _is_finite(token: Any) -> bool:
    """Tell a finite predicate, by its own form or that of an auxiliary or copula.

    Where no pipe set forms, whatever has no infinitive particle (``to``) is taken for finite.
    """
    helpers = [child for child in token.children if label(child) in ("aux", "auxpass", "cop")]
    forms = [form for word in (token, *helpers) for form in word.morph.get("VerbForm")]
    if forms:
        return "Fin" in forms
    return not any(
        child.pos_ == "PART" and label(child) in ("aux", "mark") for child in token.children
    )


def _has_subject(token: Any) -> bool:
    return any(label(child) in SUBJECTS for child in token.children)


def is_independent(token: Any) -> bool:
    """Tell whether a clause stands on its own: the root, or coordinated or set beside it."""
    while label(token) in ("conj", "parataxis") and token.head.i != token.i:
        token = token.head
    return label(token) == "root"


def up(token: Any) -> Iterator[Any]:
    """Yield what a token hangs on, up to the root."""
    while token.head.i != token.i:
        token = token.head
        yield token


class Units(NamedTuple):
    """How many units of each kind a document has."""

    words: int
    sentences: int
    clauses: int
    dependent_clauses: int
    t_units: int
    complex_t_units: int
    verb_phrases: int
    coordinate_phrases: int
    complex_nominals: int
    noun_phrases: int
    prepositional_phrases: int


def units(doc: Any) -> Units:
    """Count the units of a document; sentences without a word are none."""
    total = [0] * len(Units._fields)
    for sentence in doc.sents:
        if any(map(is_word, sentence)):
            total = [a + b for a, b in zip(total, _of_sentence(sentence), strict=True)]
    return Units(*total)


def _of_sentence(sentence: Any) -> Units:
    clauses = [token for token in sentence if is_clause(token)]
    independent = {token.i for token in clauses if is_independent(token)}
    dependent = [token for token in clauses if token.i not in independent]
    # A dependent clause belongs to the T-unit of the nearest independent clause above it; a
    # fragment, a sentence without one, is a T-unit as well (Lu 2010, p. 479).
    held = {next((t.i for t in up(token) if t.i in independent), -1) for token in dependent}
    return Units(
        words=sum(map(is_word, sentence)),
        sentences=1,
        clauses=len(clauses),
        dependent_clauses=len(dependent),
        t_units=max(1, len(independent)),
        complex_t_units=len(held),
        verb_phrases=sum(map(_is_verb_phrase, sentence)),
        coordinate_phrases=sum(map(_is_coordinate, sentence)),
        complex_nominals=sum(map(_is_complex_nominal, sentence)),
        noun_phrases=sum(map(_is_noun_phrase, sentence)),
        prepositional_phrases=sum(map(_is_prepositional, sentence)),
    )


def _is_verb_phrase(token: Any) -> bool:
    """Tell a verb, finite or not, from an auxiliary and from one that stands for an adjective."""
    return token.pos_ in ("VERB", "AUX") and label(token) not in (
        *("aux", "auxpass", "amod", "compound"),
    )


def _is_coordinate(token: Any) -> bool:
    """Tell whether a phrase is joined to another by a conjunction; joined clauses are none."""
    if token.pos_ not in PHRASES:
        return False
    joined = [child for child in token.children if label(child) == "conj"]
    marked = any(label(child) == "cc" for child in token.children)
    return any(
        not is_clause(other) and (marked or any(label(c) == "cc" for c in other.children))
        for other in joined
    )


def _is_noun_phrase(token: Any) -> bool:
    return token.pos_ in NOUNS and label(token) not in INSIDE_A_NOUN


def _is_complex_nominal(token: Any) -> bool:
    """Tell a noun with a modifier, or a clause that stands for a noun."""
    if label(token) in NOMINAL_CLAUSES:
        return True
    modifiers = (label(child) for child in token.children)
    return _is_noun_phrase(token) and not NOUN_MODIFIERS.isdisjoint(modifiers)


def _is_prepositional(token: Any) -> bool:
    """Tell a preposition that has or marks an object."""
    if token.pos_ != "ADP":
        return False
    return label(token) == "case" or any(label(c) in ("pobj", "pcomp") for c in token.children)
