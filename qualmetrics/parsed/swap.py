"""Machinery: a scorer of texts as one of parsed documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qualmetrics.core import Input, Lenient, Scorer
from qualmetrics.parsed.counts import by_documents
from qualmetrics.parsed.docs import DocSource
from qualmetrics.parsed.feature import OfDoc
from qualmetrics.parsed.sentences import DocSentenceVectors
from qualmetrics.planner import leaves
from qualmetrics.similarity.sentence_vectors import SentenceVectors
from qualmetrics.text.inputs import Counts


def of_documents(scorer: Scorer, source: DocSource) -> Scorer:
    """Return the same scorer over words and sentences of documents, wherever it counts any.

    What does not (a ranker with word weights of its own, a feature that cuts words in its own way)
    stays as it is and reads the texts; its signature says so. The result has no recipe.
    """
    inputs = tuple(_swapped(item, source) for item in scorer.inputs)
    return scorer if inputs == scorer.inputs else replace(scorer, inputs=inputs, recipe=None)


def _swapped(item: Input, source: DocSource) -> Input:
    if isinstance(item, Scorer):
        return of_documents(item, source)
    if isinstance(item, Lenient):
        return Lenient(_swapped(item.input, source))
    if isinstance(item, Counts):
        return by_documents(item, source) or item
    if isinstance(item, SentenceVectors) and item.side == "text":
        return DocSentenceVectors(item, source)
    return item.of(source) if isinstance(item, OfDoc) and not item.source.pipeline else item


def requirements(scorers: Sequence[Scorer]) -> dict[str, tuple[str, ...]]:
    """Return the annotations that each scorer needs of a document, by its name."""
    return {
        scorer.spec.name: tuple(
            dict.fromkeys(name for leaf in leaves(scorer) for name in getattr(leaf, "requires", ()))
        )
        for scorer in scorers
    }
