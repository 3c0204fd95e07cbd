"""Clauses, T-units and phrases, as ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qualmetrics.core import Scorer, Spec
from qualmetrics.parsed.clauses import is_known_scheme, units
from qualmetrics.parsed.docs import check_pipeline
from qualmetrics.parsed.feature import doc_feature

RATIOS = (
    ("words", "sentences"),
    ("words", "clauses"),
    ("clauses", "sentences"),
    ("clauses", "t_units"),
    ("dependent_clauses", "clauses"),
    ("dependent_clauses", "t_units"),
    ("t_units", "sentences"),
    ("complex_t_units", "t_units"),
    ("verb_phrases", "t_units"),
    ("coordinate_phrases", "clauses"),
    ("coordinate_phrases", "t_units"),
    ("complex_nominals", "clauses"),
    ("complex_nominals", "t_units"),
    ("noun_phrases", "clauses"),
    ("prepositional_phrases", "clauses"),
    ("words", "t_units"),
)
"""Lu's fourteen, and two of phrases; the last is the primary one."""


def syntactic_complexity(*, pipeline: str = "") -> Scorer:
    """Ratios of clauses, T-units and phrases in a parsed document, after L2SCA.

    A *clause* is a finite word with a subject of its own, or a verb that is the root of its
    sentence; where no pipe set verb forms, what has no infinitive particle is taken for finite. It
    is *dependent* unless it is the root, or coordinated with it or set
    beside it. A *T-unit* is an independent clause with all that depends on it, or a fragment;
    *complex* with a dependent clause. Lu defines these on constituents: on dependencies they are
    **our reading**. The outputs are called as they are divided (``clauses_per_t_unit``); the
    primary one is ``words_per_t_unit``. Ratios by clauses are NaN (*partial*) where there is none.

    Not applicable without a parse, parts of speech and sentences, or where more than one label in
    ten belongs neither to Universal Dependencies nor to spaCy's English pipelines.

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
        name="syntactic_complexity",
        description=syntactic_complexity.__doc__ or "",
        tier="experimental",
        outputs=tuple(f"{above}_per_{below.removesuffix('s')}" for above, below in RATIOS),
        increases_with="difficulty",
        bounds=(0.0, None),
        unit="ratio",
        source="Lu 2010, L2SCA, doi 10.1075/ijcl.15.4.02lu (our reading, on dependencies)",
    )
    requires = ("DEP", "POS", "SENT_START")
    return doc_feature(spec, _measure, requires=requires, pipeline=pipeline)


def _measure(doc: Any) -> Sequence[float] | None:
    if not is_known_scheme(doc):
        return None
    found = units(doc)._asdict()
    return [
        found[above] / found[below] if found[below] else float("nan") for above, below in RATIOS
    ]
