"""One table: scorers down, measures across, bare length and formulas beside, intervals throughout.

A corpus is a file of labelled texts (``training.data``): pairs, ratings, or levels inside groups.
What can be asked of it follows from what it holds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Values
from qualmetrics.evaluation.correlation import correlation
from qualmetrics.evaluation.length import accuracy, by_longer_side
from qualmetrics.evaluation.ranks import by_group
from qualmetrics.training.data import Examples, Fields, read_examples
from qualmetrics.training.pairs import PairConfig, sample

LENGTH = "length only (words)"
BASELINES = ("flesch_kincaid_grade", "automated_readability_index", "dale_chall_1995")
MAX_PAIRS = 50_000
"""Pairs of different groups that are made of levels at most, at random."""

RANK_MEASURES = ("ra_strict", "ra_lenient", "pair_accuracy", "ndcg", "spearman", "kendall")
SIGNS = {"ease": -1.0, "similarity": 1.0}


@dataclass(frozen=True, eq=False)
class Corpus:
    """Labelled texts under a name; ``seen`` says that scorers here were trained on its like."""

    name: str
    examples: Examples
    seen: bool = False


@dataclass(frozen=True)
class Result:
    """One number of the table."""

    corpus: str
    seen: bool
    words: int | None
    """To how many words, in whole sentences, texts were cut; None is whole texts."""
    measure: str
    scorer: str
    found: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        shown = {"corpus": self.corpus, "in_corpus": self.seen, "max_words": self.words}
        return {**shown, "measure": self.measure, "scorer": self.scorer, **self.found.to_dict()}


@dataclass(frozen=True)
class Evaluation:
    """All numbers, and what they depend on."""

    results: tuple[Result, ...]
    signatures: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def get(self, corpus: str, measure: str, scorer: str, words: int | None = None) -> Estimate:
        """Return one number.

        Raises
        ------
        InputError
            Where it was not measured.
        """
        for item in self.results:
            asked = (item.corpus, item.measure, item.scorer, item.words)
            if asked == (corpus, measure, scorer, words):
                return item.found
        raise InputError(f"{measure} of {scorer} on {corpus} (words: {words}) was not measured")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        return {
            "settings": dict(self.settings),
            "signatures": dict(self.signatures),
            "results": [item.to_dict() for item in self.results],
        }

    def to_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return one table a corpus and cut: value, 95 % interval, and n in the heading."""
        blocks: dict[tuple[str, bool, int | None], dict[str, dict[str, Estimate]]] = {}
        for item in self.results:
            block = blocks.setdefault((item.corpus, item.seen, item.words), {})
            block.setdefault(item.scorer, {})[item.measure] = item.found
        lines: list[str] = []
        for (corpus, seen, words), rows in blocks.items():
            cut = "whole texts" if words is None else f"first {words} words"
            kind = "in-corpus" if seen else "cross-corpus"
            lines += [f"## {corpus} ({kind}), {cut}", "", *_table(rows), ""]
        lines += ["## Signatures", ""]
        lines += [f"- {name}: `{signature}`" for name, signature in self.signatures.items()]
        return "\n".join(lines) + "\n"


def _table(rows: Mapping[str, Mapping[str, Estimate]]) -> Iterable[str]:
    measures = list(dict.fromkeys(name for row in rows.values() for name in row))
    heads = []
    for measure in measures:
        sizes = sorted({row[measure].n for row in rows.values() if measure in row})
        told = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
        heads.append(f"{measure} (n {told})")
    yield f"| scorer | {' | '.join(heads)} |"
    yield f"|---|{'---:|' * len(measures)}"
    for name, row in rows.items():
        cells = [_cell(row.get(measure)) for measure in measures]
        yield f"| {name} | {' | '.join(cells)} |"


def _cell(found: Estimate | None) -> str:
    if found is None or math.isnan(found.value):
        return "–"
    text = f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
    return text + (f", {found.n_undefined} undefined" if found.n_undefined else "")


def read_corpus(
    path: str | Path, *, name: str | None = None, seen: bool = False, fields: Fields | None = None
) -> Corpus:
    """Read a corpus from a file of rows; see ``training.data.read_examples`` for what they hold.

    Raises
    ------
    InputError
        When the file is missing or holds nothing that orders texts.
    """
    file = Path(path)
    return Corpus(name or file.name.split(".")[0], read_examples(file, fields=fields), seen)


def evaluate(
    scorers: Sequence[Scorer],
    corpora: Sequence[Corpus],
    *,
    baselines: Sequence[Scorer] | None = None,
    sizes: Sequence[int | None] = (None,),
    increases_with: str = "difficulty",
    draws: int = DRAWS,
    seed: int = 0,
) -> Evaluation:
    """Measure scorers on corpora, with the length-only row and baselines in every table.

    Parameters
    ----------
    scorers : sequence of Scorer
    corpora : sequence of Corpus
        Those of ``Corpus.seen`` are called in-corpus in the tables, the others cross-corpus.
    baselines : sequence of Scorer, optional
        By default three formulas where difficulty is measured, none elsewhere.
    sizes : sequence of int or None
        Cuts: the whole sentences of the first so many words; None leaves texts whole.
    increases_with : str
        What *higher* means in the corpora. A scorer that rises with ease is turned where that is
        difficulty.
    draws, seed : int
        Of the intervals: whole groups are redrawn, the same for every scorer.

    Returns
    -------
    Evaluation
        Of levels in groups: ranking accuracy (strict and lenient), pairs, NDCG, Spearman, Kendall
        inside groups, and pairs of different groups. Of ratings: Pearson, Spearman, Kendall. Of
        pairs: the share in the right order, and the same where the lower text is the longer one.

    Raises
    ------
    InputError
        Without scorers or corpora, or for two of one name.
    MissingExtraError
        Without the extra ``evaluation``.
    """
    beside = _baselines(increases_with) if baselines is None else list(baselines)
    named = {scorer.spec.name: scorer for scorer in (*scorers, *beside)}
    if not scorers or not corpora:
        raise InputError("evaluate needs at least one scorer and one corpus")
    if len({c.name for c in corpora}) < len(corpora) or len(named) < len(scorers):
        raise InputError("two scorers or two corpora have one name; use scorer.named('...')")
    found: list[Result] = []
    for corpus in corpora:
        for words in sizes:
            texts = _cut(corpus.examples.texts, words)
            lengths = _lengths(texts)
            columns = {
                name: _turned(scorer, increases_with) * scorer(texts).primary
                for name, scorer in named.items()
            }
            columns[LENGTH] = lengths
            for scorer, values in columns.items():
                measures = _measures(corpus.examples, values, lengths, draws, seed)
                found += [
                    Result(corpus.name, corpus.seen, words, measure, scorer, estimate)
                    for measure, estimate in measures.items()
                ]
    return Evaluation(
        tuple(found),
        {name: scorer.signature for name, scorer in named.items()},
        {"draws": draws, "seed": seed, "increases_with": increases_with},
    )


def _baselines(increases_with: str) -> list[Scorer]:
    from qualmetrics.registry import get

    return [get(name) for name in BASELINES] if increases_with == "difficulty" else []


def _turned(scorer: Scorer, increases_with: str) -> float:
    ways = {scorer.spec.increases_with, increases_with}
    return -1.0 if ways == {"ease", "difficulty"} else 1.0


def _cut(texts: Sequence[str], words: int | None) -> list[str]:
    from qualmetrics.text.crop import first_sentences

    return list(texts) if words is None else [first_sentences(text, words) for text in texts]


def _lengths(texts: Sequence[str]) -> Values:
    from qualmetrics.text import count

    return count(texts, ["words"])["words"]


def _measures(
    examples: Examples, values: Values, lengths: Values, draws: int, seed: int
) -> dict[str, Estimate]:
    rated = np.isfinite(examples.values[:, 0])
    found: dict[str, Estimate] = {}
    if rated.any() and examples.within_groups:
        levels = examples.values[:, 0]
        groups = by_group(np.where(rated, values, np.nan), levels, examples.groups)
        means = groups.means(draws=draws, seed=seed)
        found |= {name: means[name] for name in RANK_MEASURES}
    elif rated.any():
        units = [g or i for i, g in enumerate(examples.groups)]
        target = examples.values[:, 0]
        for kind in ("pearson", "spearman", "kendall"):
            found[kind] = correlation(values, target, units, kind=kind, draws=draws, seed=seed)
    return found | _pair_measures(examples, values, lengths, draws, seed)


def _pair_measures(
    examples: Examples, values: Values, lengths: Values, draws: int, seed: int
) -> dict[str, Estimate]:
    measure: Callable[..., Estimate] = accuracy
    if not examples.n_pairs and examples.within_groups:
        across = _across(examples, seed)
        return {"pairs of different groups": measure(values, across, draws=draws, seed=seed)}
    if not examples.n_pairs:
        return {}
    p = examples.p[:, 0]
    told = np.isfinite(p) & (p != 0.5)
    pairs = np.where((p > 0.5)[:, None], examples.pairs, examples.pairs[:, ::-1])[told]
    units = [
        examples.pair_groups[i] or examples.groups[a] or examples.texts[a]
        for i, (a, _) in zip(np.flatnonzero(told), pairs, strict=True)
    ]
    sides = by_longer_side(values, lengths, pairs, units, draws=draws, seed=seed)
    return {
        "pairs": measure(values, pairs, units, draws=draws, seed=seed),
        "pairs, lower text longer": sides["lower_longer"],
        "pairs, the rest": sides["rest"],
    }


def _across(examples: Examples, seed: int) -> Any:
    """Return pairs of different level and different group, the higher first."""
    everywhere = Examples(
        texts=examples.texts,
        pairs=np.zeros((0, 2), np.int64),
        p=np.zeros((0, len(examples.criteria))),
        margin=np.zeros(0),
        pair_groups=(),
        values=examples.values,
        groups=examples.groups,
        criteria=examples.criteria,
    )
    made = sample(everywhere, PairConfig(max_pairs=4 * MAX_PAIRS, seed=seed))
    codes = np.array(examples.groups)
    apart = codes[made.pairs[:, 0]] != codes[made.pairs[:, 1]]
    pairs = made.pairs[apart]
    if len(pairs) > MAX_PAIRS:
        rng = np.random.default_rng(seed)
        pairs = pairs[np.sort(rng.choice(len(pairs), MAX_PAIRS, replace=False))]
    return pairs
