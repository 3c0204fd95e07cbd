"""How far words stand from what they hang on, and how deep sentences are nested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.parsed.clauses import up
from qualmetrics.parsed.docs import check_pipeline, words
from qualmetrics.parsed.feature import doc_feature


def dependency_distance(*, pipeline: str = "") -> Scorer:
    """Mean distance, in words, between a word and its head in a parsed document.

    Neighbours have distance 1. Punctuation is left out before places are counted, roots have no
    distance (Liu 2008). Outputs ``adjacent_share`` (of distances that are 1), ``tree_depth`` (steps
    from the deepest word to the root, mean over sentences), ``words_before_root`` (mean over
    sentences) and ``dependency_distance``, the primary one. Not applicable without a parse; without
    a word that hangs on another, the first and the last are NaN (*partial*).

    Parameters
    ----------
    pipeline : str
        Name of an installed spaCy package that parses the texts, such as ``en_core_web_sm``. Empty:
        the column ``doc`` holds parsed documents.

    Raises
    ------
    InputError
        For what can be no name of a package, or with the first text where it is not installed.
    MissingExtraError
        With the first text parsed, without the extra ``spacy``.
    """
    check_pipeline(pipeline)
    spec = Spec(
        name="dependency_distance",
        description=dependency_distance.__doc__ or "",
        tier="secondary",
        outputs=("adjacent_share", "tree_depth", "words_before_root", "dependency_distance"),
        increases_with="difficulty",
        bounds=(0.0, None),
        unit="words",
        source="Liu 2008, Dependency distance as a metric of language comprehension difficulty",
    )
    return doc_feature(spec, _measure, requires=("DEP", "SENT_START"), pipeline=pipeline)


def _measure(doc: Any) -> Sequence[float] | None:
    distances: list[int] = []
    depths: list[int] = []
    before: list[int] = []
    for sentence in doc.sents:
        found = words(sentence)
        if not found:
            continue
        place = {token.i: k for k, token in enumerate(found)}
        distances += [
            abs(place[token.i] - place[token.head.i])
            for token in found
            if token.head.i != token.i and token.head.i in place
        ]
        depths.append(max(sum(1 for _ in up(token)) for token in found))
        before.append(sum(token.i < sentence.root.i for token in found))
    mean_depth, mean_before = (sum(x) / len(x) for x in (depths, before))
    if not distances:
        return float("nan"), mean_depth, mean_before, float("nan")
    adjacent = sum(distance == 1 for distance in distances) / len(distances)
    return adjacent, mean_depth, mean_before, sum(distances) / len(distances)
