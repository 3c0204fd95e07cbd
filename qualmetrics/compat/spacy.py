"""A component for spaCy pipelines: ``nlp.add_pipe("qualmetrics", config={"metrics": [...]})``.

Values are put on every document: ``doc._.qualmetrics`` is a dictionary of all of them,
``doc._.qualmetrics_status`` says *ok* or why there is none, ``doc._.fkgl`` (each metric by its
name) is the primary one. They are plain data in the document's user data, so ``to_bytes``,
``DocBin`` and ``n_process`` keep them. Words and sentences are those of the pipeline, named
``spacy:...`` in ``doc._.qualmetrics_signatures``; ``rules="qualmetrics"`` counts by our own rules
instead.

Importing this module makes the component known; so does the entry point of an installed package.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from qualmetrics.core import Scorer, Scores
from qualmetrics.corpus.metrics import default_metrics, resolve
from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.parsed.docs import COLUMN, PIPES, DocSource, lacking
from qualmetrics.parsed.swap import of_documents, requirements
from qualmetrics.planner import as_rows, run

try:
    import spacy
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.util import raise_error
except ImportError:
    raise MissingExtraError("spacy", "spacy", "the spaCy component") from None

Handler = Callable[[str, Any, list[Any], Exception], Any]
"""What spaCy calls where a document fails: name, component, documents, error."""
RULES = ("spacy", "qualmetrics")
MISSING = ("raise", "nan")
VALUES, STATUSES, SIGNATURES = (
    "qualmetrics",
    "qualmetrics_status",
    "qualmetrics_signatures",
)
DEFAULTS = {
    "metrics": [],
    "parameters": {},
    "rules": "spacy",
    "missing": "raise",
    "prefix": "",
    "pipeline": "",
}


def make(
    nlp: Language,
    name: str,
    metrics: list[str],
    parameters: dict[str, Any],
    rules: str,
    missing: str,
    prefix: str,
    pipeline: str,
) -> Metrics:
    """Make the component; the configuration of a pipeline calls this.

    Parameters
    ----------
    metrics : list of str
        Names of scorers, as ``qualmetrics list`` shows them, and count columns; none stands for
        those that ``qualmetrics score`` has for the language. What needs references or columns is
        refused.
    parameters : dict
        Options for those metrics that take them, such as ``{"encoder": "minilm"}``.
    rules : {"spacy", "qualmetrics"}
        Whose words and sentences formulas count.
    missing : {"raise", "nan"}
        What becomes of a document that lacks a parse, or sentences, which a metric needs.
    prefix : str
        Put before the name of a metric on ``doc._``, where another extension has the plain one.
    pipeline : str
        What signatures call the pipeline; by default language, name and version of ``nlp.meta``.

    Raises
    ------
    InputError
        For options that make no sense, and names on ``doc._`` that are taken.
    QualmetricsError
        For unknown metrics, or a language without rules.
    """
    label = pipeline or _label(nlp)
    return Metrics(tuple(metrics), parameters, nlp.lang, rules, missing, prefix, label)


def _label(nlp: Language) -> str:
    """Name a pipeline: a trained one by its version, a blank one by spaCy's."""
    meta = nlp.meta
    if meta.get("version", "0.0.0") != "0.0.0":
        return f"{meta['lang']}_{meta['name']}/{meta['version']}"
    return f"{nlp.lang}_blank/{spacy.__version__}"


Language.factory("qualmetrics", assigns=[f"doc._.{VALUES}"], default_config=DEFAULTS, func=make)


class Metrics:
    """The component. It holds names and options only, and makes its scorers of them anywhere."""

    def __init__(
        self,
        metrics: tuple[str, ...],
        parameters: Mapping[str, Any],
        lang: str,
        rules: str,
        missing: str,
        prefix: str,
        label: str,
    ) -> None:
        _one_of("rules", rules, RULES)
        _one_of("missing", missing, MISSING)
        self._arguments = (metrics, dict(parameters), lang, rules, missing, prefix, label)
        self._missing = missing
        self._handle: Handler = raise_error
        found = resolve(metrics or default_metrics(lang), lang=lang, parameters=parameters)
        source = DocSource(label=label)
        if rules == "spacy":
            found = {name: of_documents(scorer, source) for name, scorer in found.items()}
        self._scorers: dict[str, Scorer] = found
        for name, scorer in found.items():
            _check_needs(name, scorer)
        self._requires = {name: requirements([s])[s.spec.name] for name, s in found.items()}
        self.signatures = {name: scorer.signature for name, scorer in found.items()}
        _register(found, prefix)

    def __reduce__(self) -> tuple[Any, ...]:
        return Metrics, self._arguments

    def __call__(self, doc: Doc) -> Doc:
        """Score one document."""
        self._score([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Score documents in batches; what a document gets does not depend on its batch."""
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            try:
                self._score(batch)
            except InputError:  # a document that lacks something: the others are not to blame
                yield from self._one_by_one(batch)
            else:
                yield from batch

    def set_error_handler(self, handler: Handler) -> None:
        """Take what ``nlp.set_error_handler`` was given; by default an error is raised."""
        self._handle = handler

    def _one_by_one(self, batch: list[Doc]) -> Iterator[Doc]:
        for doc in batch:
            try:
                self._score([doc])
            except InputError as error:
                self._handle("qualmetrics", self, [doc], error)
            else:
                yield doc

    def _score(self, docs: list[Doc]) -> None:
        if self._missing == "raise":
            for doc in docs:
                self._check(doc)
        scorers = tuple(self._scorers.values())
        rows = as_rows(scorers, [doc.text for doc in docs], columns={COLUMN: docs})
        for name, scores in zip(self._scorers, run(scorers, rows), strict=True):
            _put(docs, name, scores, self.signatures[name])

    def _check(self, doc: Doc) -> None:
        for name, needed in self._requires.items():
            absent = lacking(doc, needed)
            if absent:
                raise InputError(
                    f"{name} needs what {PIPES[absent[0]]} sets ({absent[0]}), and this document "
                    f"has none: {doc.text[:40]!r}. Put that pipe before 'qualmetrics', or set "
                    "missing='nan' in the config to leave such documents without a value"
                )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name}={value!r} is not one of {', '.join(known)}")


def _check_needs(name: str, scorer: Scorer) -> None:
    others = sorted(scorer.needs - {COLUMN})
    if others:
        raise InputError(
            f"{name} reads {', '.join(others)} beside the text, which a pipeline does not carry; "
            "call the scorer itself: qualmetrics.get(...)(texts, ...)"
        )


# -- on documents ---------------------------------------------------------------------------------


def _register(scorers: Mapping[str, Scorer], prefix: str) -> None:
    for extension in (VALUES, STATUSES, SIGNATURES):
        if not Doc.has_extension(extension):
            Doc.set_extension(extension, default={})
    for name, scorer in scorers.items():
        attribute = prefix + name.replace("@", "_")
        if not attribute.isidentifier():
            raise InputError(f"doc._.{attribute} can be no attribute; choose another prefix")
        getter = partial(_value, name=_key(name, scorer, scorer.spec.primary))
        if Doc.has_extension(attribute) and not _is_ours(attribute):
            raise InputError(
                f"doc._.{attribute} is taken by another extension; set a prefix in the config, "
                "such as prefix='qm_'"
            )
        Doc.set_extension(attribute, getter=getter, force=True)


def _is_ours(attribute: str) -> bool:
    getter = Doc.get_extension(attribute)[2]
    return isinstance(getter, partial) and getter.func is _value


def _value(doc: Doc, *, name: str) -> float:
    """Return a value, NaN where the document was not scored."""
    found = getattr(doc._, VALUES).get(name, math.nan)
    return float(found)


def _key(name: str, scorer: Scorer, output: str) -> str:
    return name if len(scorer.spec.outputs) == 1 else f"{name}.{output}"


def _put(docs: list[Doc], name: str, scores: Scores, signature: str) -> None:
    outputs = scores.spec.outputs
    keys = [name] if len(outputs) == 1 else [f"{name}.{output}" for output in outputs]
    for doc, row, status in zip(docs, scores.values.tolist(), scores.status_names, strict=True):
        values = getattr(doc._, VALUES) | dict(zip(keys, row, strict=True))
        setattr(doc._, VALUES, values)
        setattr(doc._, STATUSES, getattr(doc._, STATUSES) | {name: status})
        setattr(doc._, SIGNATURES, getattr(doc._, SIGNATURES) | {name: signature})
