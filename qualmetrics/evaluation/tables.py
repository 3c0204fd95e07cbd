"""One table: scorers down, measures across, bare length and formulas beside, intervals throughout.

Every table has its length-only row, and can be made of texts cut to so many words: a scorer that
reads nothing but length orders whole documents of several levels nearly as well as any other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Values
from qualmetrics.evaluation.corpora import Corpus, measures

LENGTH = "length only (words)"
BASELINES = ("flesch_kincaid_grade", "automated_readability_index", "dale_chall_1995")
KINDS = ("in-corpus", "cross-corpus", "baseline")
"""Trained on this corpus (its other part), not trained on it, and what stands beside."""
SCHEMA = "qualmetrics-evaluation/1"


@dataclass(frozen=True)
class Result:
    """One number of the table."""

    corpus: str
    words: int | None
    """To how many words, in whole sentences, texts were cut; None is whole texts."""
    measure: str
    scorer: str
    kind: str
    """One of ``KINDS``."""
    found: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        shown = {"corpus": self.corpus, "max_words": self.words, "measure": self.measure}
        return {**shown, "scorer": self.scorer, "kind": self.kind, **self.found.to_dict()}


@dataclass(frozen=True)
class Evaluation:
    """All numbers, and what they depend on."""

    results: tuple[Result, ...]
    signatures: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def get(self, corpus: str, measure: str, scorer: str, words: int | None = None) -> Estimate:
        """Return one number; ``.minus`` of another gives the paired difference.

        Raises
        ------
        InputError
            Where it was not measured.
        """
        for item in self.results:
            if (item.corpus, item.measure, item.scorer, item.words) == (
                corpus,
                measure,
                scorer,
                words,
            ):
                return item.found
        there = sorted({item.measure for item in self.results if item.corpus == corpus})
        raise InputError(
            f"{measure!r} of {scorer!r} on {corpus!r} (words: {words}) was not measured; measures "
            f"there: {', '.join(there) or 'none'}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        return {
            "schema": SCHEMA,
            "settings": dict(self.settings),
            "signatures": dict(self.signatures),
            "results": [item.to_dict() for item in self.results],
        }

    def to_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return a table for each corpus and cut: value, 95 % interval, n in the heading."""
        blocks: dict[tuple[str, int | None], list[Result]] = {}
        for item in self.results:
            blocks.setdefault((item.corpus, item.words), []).append(item)
        lines: list[str] = []
        for (corpus, words), items in blocks.items():
            cut = "whole texts" if words is None else f"first {words} words"
            lines += [f"## {corpus}, {cut}", "", *_table(items), ""]
        lines += ["## Signatures", ""]
        lines += [f"- {name}: `{signature}`" for name, signature in self.signatures.items()]
        return "\n".join(lines) + "\n"


def _table(items: Sequence[Result]) -> Iterator[str]:
    names = list(dict.fromkeys(item.measure for item in items))
    rows: dict[tuple[str, str], dict[str, Estimate]] = {}
    for item in items:
        rows.setdefault((item.kind, item.scorer), {})[item.measure] = item.found
    heads = []
    for name in names:
        sizes = sorted({row[name].n for row in rows.values()})
        told = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
        heads.append(f"{name} (n {told})")
    yield f"| scorer | kind | {' | '.join(heads)} |"
    yield f"|---|---|{'---:|' * len(names)}"
    for (kind, scorer), row in sorted(rows.items(), key=lambda each: KINDS.index(each[0][0])):
        yield f"| {scorer} | {kind} | {' | '.join(_cell(row[name]) for name in names)} |"


def _cell(found: Estimate) -> str:
    if math.isnan(found.value):
        return "–"
    text = f"{found.value:.3f}"
    if not math.isnan(found.low):
        text += f" [{found.low:.3f}, {found.high:.3f}]"
    return text + (f", {found.n_undefined} undefined" if found.n_undefined else "")


def evaluate(
    scorers: Sequence[Scorer],
    corpora: Sequence[Corpus],
    *,
    baselines: Sequence[Scorer] | None = None,
    trained_on: Mapping[str, Collection[str]] | None = None,
    max_words: Sequence[int | None] = (None,),
    increases_with: str = "difficulty",
    lang: str = "en",
    draws: int = DRAWS,
    seed: int = 0,
) -> Evaluation:
    """Measure scorers on corpora, with the length-only row and baselines in every table.

    Parameters
    ----------
    scorers : sequence of Scorer
    corpora : sequence of Corpus
        See ``read_corpus``; what is measured follows from what they hold (``corpora.measures``).
    baselines : sequence of Scorer, optional
        By default three formulas where difficulty is measured, none elsewhere.
    trained_on : mapping of scorer -> corpora, optional
        By name: these numbers are called in-corpus. All others of ``scorers`` are cross-corpus.
    max_words : sequence of int or None
        Cuts: the whole sentences of the first so many words; None leaves texts whole.
    increases_with : str
        What *higher* means in the corpora. A scorer that rises with ease is turned where that is
        difficulty, and the other way round.
    lang : str
        Of the texts: how words and sentences are counted for cuts and for length.
    draws, seed : int
        Of the intervals: whole groups are redrawn, the same for every scorer, so that differences
        are paired.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        Without scorers or corpora, or for two of one name, or unknown names in ``trained_on``.
    MissingExtraError
        Without the extra ``evaluation``.
    """
    asked = [scorer.spec.name for scorer in scorers]
    beside = _baselines(increases_with, lang) if baselines is None else list(baselines)
    named = {scorer.spec.name: scorer for scorer in (*beside, *scorers)}
    _check(asked, corpora, trained_on or {})
    found: list[Result] = []
    for corpus in corpora:
        for words in max_words:
            texts = _cut(corpus.examples.texts, words, lang)
            columns = _columns(texts, named, increases_with)
            columns[LENGTH] = lengths = _lengths(texts, lang)
            for name in (*asked, *(key for key in columns if key not in asked)):
                kind = _kind(name, corpus.name, asked, trained_on or {})
                estimates = measures(corpus, columns[name], lengths, draws=draws, seed=seed)
                found += [
                    Result(corpus.name, words, measure, name, kind, estimate)
                    for measure, estimate in estimates.items()
                ]
    settings = {"draws": draws, "seed": seed, "increases_with": increases_with, "lang": lang}
    reports = {corpus.name: _plain(corpus.examples.report) for corpus in corpora}
    return Evaluation(
        tuple(found),
        {name: named[name].signature for name in (*asked, *(n for n in named if n not in asked))},
        {**settings, "corpora": reports},
    )


def _plain(report: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the counts of what was read and left out."""
    return {key: value for key, value in report.items() if isinstance(value, int)}


def _check(
    asked: Sequence[str], corpora: Sequence[Corpus], trained_on: Mapping[str, Collection[str]]
) -> None:
    if not asked or not corpora:
        raise InputError("evaluate needs at least one scorer and one corpus")
    names = [corpus.name for corpus in corpora]
    for what, given in (("scorers", asked), ("corpora", names)):
        twice = sorted({name for name in given if list(given).count(name) > 1})
        if twice:
            raise InputError(f"two {what} have one name: {', '.join(twice)}; rename one")
    for scorer, several in trained_on.items():
        if scorer not in asked or isinstance(several, str) or not set(several) <= set(names):
            raise InputError(
                f"trained_on names {scorer!r}: {several!r}; expected one of the scorers "
                f"{', '.join(asked)}, and a collection of the corpora {', '.join(names)}"
            )


def _kind(
    name: str, corpus: str, asked: Sequence[str], trained_on: Mapping[str, Collection[str]]
) -> str:
    if name not in asked:
        return "baseline"
    return "in-corpus" if corpus in trained_on.get(name, ()) else "cross-corpus"


def _baselines(increases_with: str, lang: str) -> list[Scorer]:
    from qualmetrics.registry import get

    if increases_with not in ("difficulty", "ease"):
        return []
    names = BASELINES if lang.startswith("en") else ("lix", "rix")
    return [get(name) if lang.startswith("en") else get(name, lang=lang) for name in names]


def _columns(
    texts: Sequence[str], named: Mapping[str, Scorer], increases_with: str
) -> dict[str, Values]:
    from qualmetrics.registry import score

    scored = score(texts, list(named.values()))
    return {name: _turned(named[name], increases_with) * s.primary for name, s in scored.items()}


def _turned(scorer: Scorer, increases_with: str) -> float:
    ways = {scorer.spec.increases_with, increases_with}
    return -1.0 if ways == {"ease", "difficulty"} else 1.0


def _cut(texts: Sequence[str], words: int | None, lang: str) -> list[str]:
    from qualmetrics.text.crop import first_sentences

    if words is None:
        return list(texts)
    return [first_sentences(text, words, lang=lang) for text in texts]


def _lengths(texts: Sequence[str], lang: str) -> Values:
    from qualmetrics.text import count
    from qualmetrics.text.language import normalise

    lengths: Values = count(texts, ["words"], rules=f"{normalise(lang)}/1")["words"]
    return lengths
