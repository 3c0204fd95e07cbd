"""What neighbouring sentences have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from qualmetrics.core import Scorer, Spec
from qualmetrics.feature import check_count
from qualmetrics.parsed.docs import check_pipeline, words
from qualmetrics.parsed.feature import doc_feature

NOUNS = frozenset({"NOUN", "PROPN"})
CONTENT = NOUNS | {"VERB", "ADJ", "ADV"}


def cohesion(*, gap: int = 1, pipeline: str = "") -> Scorer:
    """Share of content words that a sentence has in common with its neighbour, in [0, 1].

    Of each pair of sentences, twice the content words in common by the content words of both (each
    lemma once), and the mean over pairs; a pair without any is left out. Content words are nouns,
    names, verbs, adjectives and adverbs. Outputs ``noun_overlap`` (share of pairs with a noun in
    common), ``argument_overlap`` (a noun or a pronoun) and ``cohesion``, the primary one. After the
    referential cohesion of Coh-Metrix; where a pipeline sets no lemmas, words in lower case stand
    in for them. Not applicable without parts of speech and sentences, or with no two sentences.

    Parameters
    ----------
    gap : int
        1 compares neighbours, 2 a sentence with the one after the next.
    pipeline : str
        Name of an installed spaCy package that parses the texts, such as ``en_core_web_sm``. Empty:
        the column ``doc`` holds parsed documents.

    Raises
    ------
    InputError
        For another gap, for what can be no name of a package, or with the first text where it is
        not installed.
    MissingExtraError
        With the first text parsed, without the extra ``spacy``.
    """
    check_count("gap", gap)
    check_pipeline(pipeline)
    spec = Spec(
        name="cohesion",
        description=cohesion.__doc__ or "",
        tier="experimental",
        outputs=("noun_overlap", "argument_overlap", "cohesion"),
        increases_with="ease",
        bounds=(0.0, 1.0),
        unit="share",
        parameters={"gap": gap},
        source="Graesser et al. 2004, Coh-Metrix, doi 10.3758/BF03195564 (our reading)",
    )
    options = {"gap": gap}
    requires = ("POS", "SENT_START")
    return doc_feature(spec, _measure, requires=requires, pipeline=pipeline, options=options)


class _Sentence(NamedTuple):
    nouns: set[str]
    arguments: set[str]
    content: set[str]


def _measure(doc: Any, *, gap: int) -> Sequence[float] | None:
    sentences = [_read(found) for sentence in doc.sents if (found := words(sentence))]
    pairs = list(zip(sentences, sentences[gap:], strict=False))
    shares = [
        2 * len(a.content & b.content) / (len(a.content) + len(b.content))
        for a, b in pairs
        if a.content or b.content
    ]
    if not shares:
        return None
    nouns = sum(not a.nouns.isdisjoint(b.nouns) for a, b in pairs) / len(pairs)
    arguments = sum(not a.arguments.isdisjoint(b.arguments) for a, b in pairs) / len(pairs)
    return nouns, arguments, sum(shares) / len(shares)


def _read(found: Sequence[Any]) -> _Sentence:
    nouns = {_key(token) for token in found if token.pos_ in NOUNS}
    pronouns = {token.text.lower() for token in found if token.pos_ == "PRON"}
    content = {_key(token) for token in found if token.pos_ in CONTENT}
    return _Sentence(nouns, nouns | pronouns, content)


def _key(token: Any) -> str:
    return str(token.lemma_ or token.text).lower()
