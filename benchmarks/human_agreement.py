"""How far each similarity scorer agrees with people, and what fools it, beside only-length.

    QUALMETRICS_DATA=../shared/data python benchmarks/human_agreement.py [--limit 400]

Development data only; needs scipy (extra ``bench``). Every scorer of the family *similarity* that
needs nothing but a text and its references joins by its name; ``SUBJECTS`` says with which
parameters. What cannot run here (an absent extra or bundle) is listed, not skipped in silence.
The tables go between two marks of docs/human-agreement.md; the words around them are by hand.

Intervals are 95 % percentile bootstraps over the unit that was drawn (the item, or the document,
source or reference that several items share). All scorers see the same resamples, so that their
differences are paired.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qualmetrics import registry
from qualmetrics.core import Scorer, Status
from qualmetrics.encoder import Encoder
from qualmetrics.errors import QualmetricsError, UnknownNameError
from qualmetrics.onnx.runtime import Graph, session

Values = NDArray[np.float64]
Index = NDArray[np.intp]

TARGET = Path(__file__).parent.parent / "docs" / "human-agreement.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
FIRST_LAYER, LAST_LAYER = 1, 6


# -- what is measured -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A scorer by name and parameters; ``length`` and ``length_ratio`` are no scorers."""

    label: str
    name: str
    parameters: tuple[tuple[str, Any], ...] = ()


STORED = "stored"
"""Name of a subject whose values somebody else worked out and stored with a data set."""

LENGTHS = (
    Subject("*only length* (words of the text)", "length"),
    Subject("*only length* (shorter / longer side)", "length_ratio"),
)
SUBJECTS = (
    *LENGTHS,
    Subject("chrF", "chrf"),
    Subject("chrF++", "chrf", (("word_order", 2),)),
    Subject("BLEU", "bleu"),
    Subject("ROUGE-L F", "rouge_l"),
    *(
        Subject(f"BERTScore F, layer {layer}", "bertscore", (("layer", layer),))
        for layer in range(FIRST_LAYER, LAST_LAYER + 1)
    ),
    Subject("BMAS, token table", "bmas"),
    Subject("BMAS, token table x LCS", "bmas", (("order_guard", "lcs"),)),
    Subject("BMAS, token table x bigrams", "bmas", (("order_guard", "bigrams"),)),
    Subject("BMAS contextual", "bmas_contextual"),
    Subject("embedding cosine", "embedding_cosine"),
    Subject("sentence set match", "sentence_set_match"),
)


def subjects(only: Sequence[str], encoder: str | None, float32: str | None) -> list[Subject]:
    """Return those listed and every other similarity scorer of the registry, as it comes.

    ``float32`` is a bundle that one more row of BERTScore reads, to show what int8 costs.
    """
    listed = {subject.name for subject in SUBJECTS}
    rest = [name for name in registry.names() if name not in listed and _fits(name)]
    found = [*SUBJECTS, *(Subject(name, name) for name in rest)]
    chosen = [s for s in found if not only or s.name in only or s in LENGTHS]
    known = set(registry.names())
    chosen = (
        chosen
        if encoder is None
        else [
            replace(s, parameters=(*s.parameters, ("encoder", encoder)))
            if s.name in known and "encoder" in registry.parameters(s.name)
            else s
            for s in chosen
        ]
    )
    if float32 is not None and (not only or "bertscore" in only):
        place = max(i for i, s in enumerate(chosen) if s.name == "bertscore") + 1
        parameters = (("layer", LAST_LAYER), ("encoder", float32))
        chosen.insert(
            place, Subject(f"BERTScore F, layer {LAST_LAYER}, fp32", "bertscore", parameters)
        )
    return chosen


def _fits(name: str) -> bool:
    try:
        spec = registry.get(name).spec
    except QualmetricsError:  # what cannot be made here and is not in SUBJECTS is not known to fit
        return False
    return spec.family == "similarity" and spec.needs_references and not spec.columns


@dataclass
class Bench:
    """The subjects of a run that work here, and why others do not."""

    subjects: list[Subject]
    scorers: dict[Subject, Scorer] = field(default_factory=dict)
    undefined: dict[tuple[Subject, str], int] = field(default_factory=dict)
    cut: dict[tuple[Subject, str], int] = field(default_factory=dict)
    absent: dict[Subject, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for subject in list(self.subjects):
            if subject in LENGTHS:
                continue
            try:
                made = registry.get(subject.name, **dict(subject.parameters))
                made(["a cat sat"], ["a cat sat"])
            except UnknownNameError:
                self.absent[subject] = f"the registry has no {subject.name!r}"
                self.subjects.remove(subject)
            except QualmetricsError as error:
                self.absent[subject] = str(error)
                self.subjects.remove(subject)
            else:
                self.scorers[subject] = made

    def score(
        self, texts: Sequence[str], references: Sequence[Sequence[str]], title: str
    ) -> dict[Subject, Values]:
        """Return each subject's primary values; NaN where it has none.

        Scorers that share work run together, so that it is done once.
        """
        found: dict[Subject, Values] = {}
        for shared in dict.fromkeys(_shared(subject) for subject in self.subjects):
            group = [s for s in self.subjects if _shared(s) == shared]
            if group[0] in LENGTHS:
                found.update({s: _length(s.name, texts, references) for s in group})
            else:
                named = [self.scorers[s].named(f"{s.name}_{i}") for i, s in enumerate(group)]
                scores = registry.score(texts, named, references)
                for subject, result in zip(group, scores.values(), strict=True):
                    found[subject] = result.primary
                    cut = int(np.count_nonzero(result.status & np.uint16(Status.TRUNCATED)))
                    if cut:
                        self.cut[subject, title] = cut
            for subject in group:
                missing = int(np.isnan(found[subject]).sum())
                if missing:
                    self.undefined[subject, title] = missing
        return found


def _shared(subject: Subject) -> tuple[str, Any]:
    """Return what subjects that share work have in common: an encoder, or the scorer."""
    if subject not in LENGTHS and "encoder" in registry.parameters(subject.name):
        return "", dict(subject.parameters).get("encoder")
    return subject.name, None


HELD = 48
"""Runs of an encoder that are remembered: those of one batch of rows, all layers of each."""


def share_layers() -> None:
    """Let one run of an encoder serve all layers, which are asked for one after the other."""
    held: dict[Any, list[Any]] = {}

    def states(encoder: Encoder, ids: Any, mask: Any, layer: int) -> Any:
        key = encoder.sha256, ids.shape, ids.tobytes(), mask.tobytes()
        if key not in held:
            names = tuple(f"layer_{k}" for k in range(encoder.layers + 1))
            path, sha256 = encoder.file("model.onnx")
            made = session(Graph(path, sha256, names, encoder.providers, encoder.threads))
            while len(held) >= HELD:
                del held[next(iter(held))]
            feeds = {"input_ids": ids.astype(np.int64), "attention_mask": mask.astype(np.int64)}
            held[key] = made.run(list(names), feeds)
        return held[key][encoder.checked_layer(layer)]

    Encoder.states = states  # type: ignore[method-assign]


def _length(name: str, texts: Sequence[str], references: Sequence[Sequence[str]]) -> Values:
    ours = np.array([len(text.split()) for text in texts], dtype=np.float64)
    if name == "length":
        return ours
    theirs = [[max(len(item.split()), 1) for item in several] for several in references]
    ratio = [
        max(min(n, m) / max(n, m) for m in several) for n, several in zip(ours, theirs, strict=True)
    ]
    return np.array(ratio)


# -- statistics -----------------------------------------------------------------------------------


def spearman(x: Values, y: Values) -> float:
    """Return Spearman's rho, NaN where one side is constant."""
    a, b = stats.rankdata(x), stats.rankdata(y)
    a, b = a - a.mean(), b - b.mean()
    norm = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / norm) if norm > 0 else float("nan")


def kendall(x: Values, y: Values) -> float:
    """Return Kendall's tau-b, NaN where one side is constant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(stats.kendalltau(x, y, method="asymptotic").statistic)


Statistic = Callable[[Values, Values], float]


@dataclass(frozen=True)
class Estimate:
    """A statistic, its bootstrap distribution, and the number of items it was taken over."""

    point: float
    resamples: Values
    n: int

    def cell(self) -> str:
        """Write it for a table."""
        if not np.isfinite(self.point):
            return "–"
        low, high = np.nanpercentile(self.resamples, [2.5, 97.5])
        return f"{_short(self.point)} ({_short(low)} to {_short(high)})"


def _short(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


@dataclass(frozen=True)
class Across:
    """Correlation over items, the mean of the strata's; whole units are drawn in each stratum."""

    statistic: Statistic
    human: Values
    units: Sequence[Any]
    strata: Sequence[Any] = ()

    def estimate(self, values: Values, draws: int, seed: int) -> Estimate:
        """Return the statistic of a scorer's values, and its bootstrap."""
        rng = np.random.default_rng(seed)
        strata = np.array([str(s) for s in self.strata or [""] * len(values)])
        points, samples, n = [], [], 0
        for stratum in sorted(set(strata)):
            inside = np.flatnonzero(strata == stratum)
            blocks = _blocks([self.units[i] for i in inside], inside)
            keep = np.isfinite(values) & np.isfinite(self.human)
            mine = inside[keep[inside]]
            points.append(self.statistic(values[mine], self.human[mine]))
            n += len(mine)
            row = []
            for _ in range(draws):
                drawn = rng.integers(len(blocks), size=len(blocks))
                index = np.concatenate([blocks[i] for i in drawn])
                index = index[keep[index]]
                row.append(self.statistic(values[index], self.human[index]))
            samples.append(row)
        return Estimate(float(np.mean(points)), np.mean(np.array(samples), axis=0), n)


@dataclass(frozen=True)
class Within:
    """Correlation inside each unit (the outputs for one document), then the mean over units."""

    statistic: Statistic
    human: Values
    units: Sequence[Any]

    def estimate(self, values: Values, draws: int, seed: int) -> Estimate:
        """Return the statistic of a scorer's values, and its bootstrap."""
        rng = np.random.default_rng(seed)
        each, n = [], 0
        for block in _blocks(self.units, np.arange(len(values))):
            index = block[np.isfinite(values[block]) & np.isfinite(self.human[block])]
            n += len(index)
            found = self.statistic(values[index], self.human[index]) if len(index) > 1 else np.nan
            each.append(found)
        table = np.array(each)
        drawn = rng.integers(len(table), size=(draws, len(table)))
        return Estimate(float(np.nanmean(table)), np.nanmean(table[drawn], axis=1), n)


@dataclass(frozen=True)
class Preferred:
    """(right - wrong) / all over pairs of a better and a worse text; a tie is wrong.

    The mean over strata; whole units are drawn. With ``share`` the share that is right.
    """

    better: Index
    worse: Index
    units: Sequence[Any]
    strata: Sequence[Any] = ()
    share: bool = False

    def estimate(self, values: Values, draws: int, seed: int) -> Estimate:
        """Return the statistic of a scorer's values, and its bootstrap."""
        rng = np.random.default_rng(seed)
        good, bad = values[self.better], values[self.worse]
        there = np.isfinite(good) & np.isfinite(bad)
        right = np.where(there, good > bad, 0).astype(np.float64)
        strata = np.array([str(s) for s in self.strata or [""] * len(right)])
        points, samples = [], []
        for stratum in sorted(set(strata)):
            inside = np.flatnonzero(strata == stratum)
            blocks = _blocks([self.units[i] for i in inside], inside)
            won = np.array([right[block].sum() for block in blocks])
            seen = np.array([there[block].sum() for block in blocks], dtype=np.float64)
            drawn = rng.integers(len(blocks), size=(draws, len(blocks)))
            points.append(won.sum() / seen.sum())
            samples.append(won[drawn].sum(axis=1) / seen[drawn].sum(axis=1))
        point, table = float(np.mean(points)), np.mean(np.array(samples), axis=0)
        if not self.share:
            point, table = 2 * point - 1, 2 * table - 1
        return Estimate(point, table, int(there.sum()))


def _blocks(units: Sequence[Any], positions: Index) -> list[Index]:
    """Return the positions of each unit, in the order of first sight."""
    found: dict[Any, list[int]] = {}
    for unit, position in zip(units, positions, strict=True):
        found.setdefault(unit, []).append(int(position))
    return [np.array(block, dtype=np.intp) for block in found.values()]


# -- data sets ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """Texts with references, and one or several human columns to agree with."""

    table: str
    title: str
    texts: list[str]
    references: list[list[str]]
    columns: Mapping[str, Across | Within | Preferred]
    stored: Mapping[str, Values] = field(default_factory=dict)
    """What other programs gave these texts, as stored beside the data set; models not named."""


Rows = list[dict[str, Any]]


def _read(root: Path, name: str) -> Rows:
    with gzip.open(root / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _some(rows: Rows, limit: int | None, seed: int, key: Callable[[dict[str, Any]], Any]) -> Rows:
    """Return whole units until ``limit`` rows are there, drawn with a fixed seed, in order."""
    if limit is None or len(rows) <= limit:
        return rows
    units = list(dict.fromkeys(key(row) for row in rows))
    random.Random(seed).shuffle(units)  # noqa: S311
    sizes: dict[Any, int] = {}
    for row in rows:
        sizes[key(row)] = sizes.get(key(row), 0) + 1
    taken: set[Any] = set()
    total = 0
    for unit in units:
        if total >= limit:
            break
        taken.add(unit)
        total += sizes[unit]
    return [row for row in rows if key(row) in taken]


def _column(rows: Rows, pick: Callable[[dict[str, Any]], float]) -> Values:
    return np.array([pick(row) for row in rows], dtype=np.float64)


def sts(root: Path, limit: int | None, seed: int) -> Iterator[Task]:
    """STS benchmark, official dev part; Spearman, as is usual for it."""
    rows = _read(root, "stsb_multi/stsb.train_dev.jsonl.gz")
    for lang in ("en", "de", "es", "fr", "it"):
        mine = [row for row in rows if row["lang"] == lang and row["split"] == "dev"]
        mine = _some(mine, limit, seed, lambda row: row["id"])
        human = Across(spearman, _column(mine, lambda r: r["score"]), [r["id"] for r in mine])
        texts, references = [r["a"] for r in mine], [[r["b"]] for r in mine]
        yield Task("Sentence pairs", f"STS-B {lang}", texts, references, {"rho": human})


def translation(root: Path, limit: int | None, seed: int) -> Iterator[Task]:
    """WMT15 direct assessment (tau-b within a language pair), WMT19 relative ranks."""
    rows = _read(root, "wmt15_da/wmt15_da_to_en.dev.jsonl.gz")
    rows = _some(rows, limit, seed, lambda row: row["id"])
    strata = [row["lp"] for row in rows]
    human = Across(kendall, _column(rows, lambda r: r["da"]), [r["id"] for r in rows], strata)
    texts, references = [r["mt"] for r in rows], [[r["ref"]] for r in rows]
    stored = {
        label: _column(rows, lambda r, key=key: r[f"peer_{key}"])  # type: ignore[misc]
        for label, key in (
            ("sentence BLEU", "sent_bleu"),
            ("BERTScore F", "bert_score_f1"),
            ("MoverScore", "mover_score"),
        )
    }
    yield Task("Translation", "WMT15 DA to en", texts, references, {"tau-b": human}, stored)
    for pair in ("gu-en", "kk-en"):
        rows = _read(root, f"wmt19_darr/darr_{pair}.dev.jsonl.gz")
        rows = _some(rows, None if limit is None else 3 * limit, seed, lambda row: row["ref"])
        where: dict[tuple[str, str], int] = {}
        sides = [
            [where.setdefault((row[side], row["ref"]), len(where)) for row in rows]
            for side in ("better", "worse")
        ]
        better, worse = (np.array(side, dtype=np.intp) for side in sides)
        ranks = Preferred(better, worse, [row["ref"] for row in rows])
        texts, references = [t for t, _ in where], [[r] for _, r in where]
        yield Task("Translation", f"WMT19 DARR {pair}", texts, references, {"tau-like": ranks})


def summaries(root: Path, limit: int | None, seed: int) -> Iterator[Task]:
    """SummEval and REALSumm (tau-b within a document), QAGS and Rank19 (against the source)."""
    for name, title in (("summeval", "SummEval"), ("realsumm", "REALSumm")):
        rows = [
            {"doc": row["doc"], "refs": row["refs"], **output}
            for row in _read(root, f"summ_human/{name}.dev.jsonl.gz")
            for output in row["outputs"]
        ]
        rows = _some(rows, limit, seed, lambda row: row["doc"])
        units = [row["doc"] for row in rows]
        columns = {
            f"{aspect.removesuffix('_recall')}, tau-b": Within(
                kendall, np.array([row["scores"][aspect] for row in rows], dtype=float), units
            )
            for aspect in rows[0]["scores"]
        }
        texts, references = [row["hyp"] for row in rows], [row["refs"] for row in rows]
        stored = _realsumm_peers(root, rows) if name == "realsumm" else {}
        yield Task("Summaries", title, texts, references, columns, stored)
    for name, title in (("qags_cnn", "QAGS CNN"), ("qags_xsum", "QAGS XSum")):
        rows = _some(_read(root, f"summ_human/{name}.dev.jsonl.gz"), limit, seed, _document)
        fact = _column(rows, lambda row: row["outputs"][0]["scores"]["fact"])
        human = Across(spearman, fact, [row["doc"] for row in rows])
        texts = [row["outputs"][0]["hyp"] for row in rows]
        sources = [[row["src"]] for row in rows]
        yield Task("Against the source", title, texts, sources, {"facts, rho": human})
    rows = _some(_read(root, "summ_human/rank19.dev.jsonl.gz"), limit, seed, lambda r: r["id"])
    texts = [row[side] for side in ("correct", "incorrect") for row in rows]
    first = np.arange(len(rows), dtype=np.intp)
    ranks = Preferred(first, first + len(rows), [row["src"] for row in rows], share=True)
    sources = [[row["src"]] for row in rows] * 2
    yield Task("Against the source", "Rank19", texts, sources, {"accuracy": ranks})


def _realsumm_peers(root: Path, rows: Rows) -> dict[str, Values]:
    peers = _read(root, "summ_human/realsumm_peer_scores.dev.jsonl.gz")
    known = {(row["doc"], row["system"]): row["scores"] for row in peers}
    keys = {
        "ROUGE-L F": "rouge_l_f_score",
        "ROUGE-L recall": "rouge_l_recall",
        "BERTScore F": "bert_f_score",
        "BERTScore recall": "bert_recall_score",
        "MoverScore": "mover_score",
    }
    found = [known.get((row["doc"], row["system"]), {}) for row in rows]
    return {
        label: np.array([scores.get(key, np.nan) for scores in found], dtype=np.float64)
        for label, key in keys.items()
    }


def _document(row: dict[str, Any]) -> Any:
    return row["doc"]


def data_to_text(root: Path, limit: int | None, seed: int) -> Iterator[Task]:
    """BAGEL, SFHOT, SFRES: Spearman over items, a meaning representation is drawn whole."""
    for name in ("bagel", "sfhot", "sfres"):
        rows = _read(root, f"d2t_human/{name}.dev.jsonl.gz")
        rows = _some(rows, limit, seed, _meaning)
        units = [_meaning(row) for row in rows]
        columns = {
            f"{aspect[:4]}., rho": Across(
                spearman, np.array([row["scores"][aspect] for row in rows], dtype=float), units
            )
            for aspect in ("informativeness", "naturalness", "quality")
        }
        texts, references = [row["hyp"] for row in rows], [row["refs"] for row in rows]
        yield Task("Data to text", name.upper(), texts, references, columns)


def _meaning(row: dict[str, Any]) -> str:
    return json.dumps(row["mr"], sort_keys=True)


def long_answers(root: Path, limit: int | None, seed: int) -> Iterator[Task]:
    """Answers to Vicuna-bench and MT-bench with **machine** scores; a question is drawn whole."""
    rows = _read(root, "longform_likert/prometheus_vicuna_mtbench.dev.jsonl.gz")
    rows = _some(rows, limit, seed, _question)
    human = _column(rows, lambda row: float(np.mean(row["gpt4_score"])))
    column = Across(spearman, human, [_question(row) for row in rows])
    texts, references = [r["response"] for r in rows], [[r["reference"]] for r in rows]
    yield Task("Long answers (GPT-4 scores)", "Vicuna + MT", texts, references, {"rho": column})


def _question(row: dict[str, Any]) -> str:
    return f"{row['set']} {row['reference']}"


SOURCES: Mapping[str, Callable[[Path, int | None, int], Iterator[Task]]] = {
    "stsb_multi": sts,
    "wmt": translation,
    "summ_human": summaries,
    "d2t_human": data_to_text,
    "longform_likert": long_answers,
}


# -- what fools them ------------------------------------------------------------------------------


def perturbed(root: Path, limit: int | None, seed: int) -> dict[str, tuple[list[str], list[str]]]:
    """Return check -> (texts, references): references of WMT15 and REALSumm against themselves."""
    sentences = [row["ref"] for row in _read(root, "wmt15_da/wmt15_da_to_en.dev.jsonl.gz")]
    summaries = [row["refs"][0] for row in _read(root, "summ_human/realsumm.dev.jsonl.gz")]
    pool = [text for text in dict.fromkeys(sentences) if len(text.split()) >= 6]
    rng = random.Random(seed)  # noqa: S311
    pool = rng.sample(pool, min(limit or 300, 300)) + summaries
    shuffled = []
    for text in pool:
        words = text.split()
        rng.shuffle(words)
        shuffled.append(" ".join(words))
    halves = [" ".join(text.split()[: len(text.split()) // 2]) for text in pool]
    against = _read(root, "negation/negation_pairs.dev.jsonl.gz")
    against = rng.sample(against, min(limit or 1000, 1000))
    return {
        "identical": (pool, pool),
        "shuffled words": (shuffled, pool),
        "first half": (halves, pool),
        "said twice": ([f"{text} {text}" for text in pool], pool),
        "another text": (pool[1:] + pool[:1], pool),
        "contradiction": ([row["b"] for row in against], [row["a"] for row in against]),
    }


def negated(root: Path, limit: int | None, seed: int) -> Task:
    """SemAntoNeg: the paraphrase against each of the two that say the opposite."""
    rows = _some(_read(root, "negation/semantoneg.dev.jsonl.gz"), limit, seed, lambda r: r["id"])
    n = len(rows)
    texts = [row["paraphrase"] for row in rows]
    texts += [row["non_paraphrases"][k] for k in (0, 1) for row in rows]
    references = [[row["input"]] for row in rows] * 3
    first = np.arange(n, dtype=np.intp)
    better, worse = np.tile(first, 2), np.concatenate([first + n, first + 2 * n])
    pairs = Preferred(better, worse, [row["id"] for row in rows] * 2, share=True)
    return Task("", "SemAntoNeg", texts, references, {"beats a negated one": pairs})


# -- the run --------------------------------------------------------------------------------------


Results = dict[str, dict[Subject, Estimate]]
"""Heading of a column -> subject -> estimate."""


def agreement(
    bench: Bench, root: Path, asked: argparse.Namespace
) -> tuple[dict[str, Results], dict[str, dict[str, int]]]:
    """Return table -> heading -> estimates, and the number of items of each heading."""
    tables: dict[str, Results] = {}
    start = time.monotonic()
    for source in asked.data or SOURCES:
        for task in SOURCES[source](root, asked.limit, asked.seed):
            if asked.titles and task.title not in asked.titles:
                continue
            if asked.minutes and time.monotonic() - start > 60 * asked.minutes:
                bench.left_out.append(f"- Not run, out of time: {task.title}")
                continue
            values = bench.score(task.texts, task.references, task.title)
            others = {Subject(f"stored: {k}", STORED): v for k, v in task.stored.items()}
            values |= others
            for column, human in task.columns.items():
                heading = f"{task.title}: {column}"
                estimates = {
                    subject: human.estimate(found, asked.draws, asked.seed)
                    for subject, found in values.items()
                }
                tables.setdefault(task.table, {})[heading] = estimates
            print(f"{task.title}: {len(task.texts)} pairs", file=sys.stderr)
    counts = {
        table: {h: max(e.n for e in found.values()) for h, found in results.items()}
        for table, results in tables.items()
    }
    return tables, counts


def checks(bench: Bench, root: Path, asked: argparse.Namespace) -> tuple[list[str], dict[str, int]]:
    """Return the lines of the second table, and the number of items of each check."""
    found: dict[str, dict[Subject, Values]] = {}
    sizes: dict[str, int] = {}
    for title, (texts, references) in perturbed(root, asked.limit, asked.seed).items():
        found[title] = bench.score(texts, [[item] for item in references], title)
        sizes[title] = len(texts)
    task = negated(root, asked.limit, asked.seed)
    values = bench.score(task.texts, task.references, task.title)
    (title, pairs), n = next(iter(task.columns.items())), len(task.texts) // 3
    sizes |= {title: 2 * n, "beats both": n}
    lines = _head(["scorer", *found, title, "beats both"])
    for subject in bench.subjects:
        top = bench.scorers[subject].spec.bounds[1] if subject in bench.scorers else 1.0
        cells = [_short(float(np.nanmean(each[subject])) / (top or 1.0)) for each in found.values()]
        if subject.name == "length":
            cells = ["–"] * len(found)
        mine = values[subject].reshape(3, n)
        there = np.isfinite(mine).all(axis=0)
        both = (mine[0] > np.maximum(mine[1], mine[2]))[there].mean()
        share = pairs.estimate(values[subject], asked.draws, asked.seed).cell()
        lines.append(_row([subject.label, *cells, share, _short(float(both))]))
    return lines, sizes


def _head(cells: Sequence[str]) -> list[str]:
    return [_row(cells), "|" + "---|" * len(cells)]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def table(results: Results, bench: Bench) -> list[str]:
    """Return one table of agreement; the best point of each column is bold."""
    lines = _head(["scorer", *results])
    others = [s for found in results.values() for s in found if s.name == STORED]
    best = {
        heading: max((e.point for e in found.values() if np.isfinite(e.point)), default=np.nan)
        for heading, found in results.items()
    }
    for subject in [*bench.subjects, *dict.fromkeys(others)]:
        cells = []
        for heading, found in results.items():
            cell = found[subject].cell() if subject in found else "–"
            won = subject in found and found[subject].point == best[heading]
            cells.append(f"**{cell}**" if won else cell)
        lines.append(_row([subject.label, *cells]))
    return lines


def means(tables: Mapping[str, Results], bench: Bench) -> list[str]:
    """Return the mean over data sets: English sentence pairs, translation, data to text, summaries.

    Each data set counts once, whatever number of columns it has. The last column is the paired
    difference to the scorer with the best mean.
    """
    by_set: dict[str, list[str]] = {}
    everything = {h: found for results in tables.values() for h, found in results.items()}
    for name in (n for n in TABLES_MEANT if n in tables):
        for heading in tables[name]:
            title = heading.partition(": ")[0]
            if not (title.startswith("STS-B") and title != "STS-B en"):
                by_set.setdefault(title, []).append(heading)
    if not by_set:
        return []

    def mean(subject: Subject) -> Estimate:
        sets = [[everything[h][subject] for h in headings] for headings in by_set.values()]
        point = np.nanmean([np.nanmean([e.point for e in each]) for each in sets])
        drawn = np.mean([np.nanmean([e.resamples for e in each], axis=0) for each in sets], axis=0)
        return Estimate(float(point), drawn, len(sets))

    found = {subject: mean(subject) for subject in bench.subjects}
    top = max(found.values(), key=lambda e: e.point)
    lines = [f"Data sets: {', '.join(by_set)}.", ""]
    lines += _head(["scorer", "mean", "less than the best by"])
    for subject, estimate in sorted(found.items(), key=lambda item: -item[1].point):
        gap = Estimate(top.point - estimate.point, top.resamples - estimate.resamples, 0)
        lines.append(_row([subject.label, estimate.cell(), "" if estimate is top else gap.cell()]))
    return lines


TABLES_MEANT = ("Sentence pairs", "Translation", "Summaries", "Data to text")
"""Tables with human scores against references; the others are left out of the mean."""


def report(bench: Bench, root: Path, asked: argparse.Namespace) -> str:
    """Run everything and return the measured part of the page."""
    start = time.process_time()
    tables, counts = agreement(bench, root, asked)
    fooled, sizes = ([], {}) if asked.no_checks else checks(bench, root, asked)
    spent = time.process_time() - start
    lines = ["```", "python benchmarks/human_agreement.py" + _typed(asked), "```", ""]
    limit = "all items"
    if asked.limit is not None:
        most = f"{asked.limit:,} items of a data set and {3 * asked.limit:,} judgements of WMT19"
        limit = f"at most about {most}"
    lines += [
        (
            f"{limit[0].upper()}{limit[1:]}, {asked.draws} resamples, seed {asked.seed}; "
            f"{spent / 60:.1f} CPU minutes; Python {platform.python_version()}, "
            f"numpy {np.__version__}."
        ),
        "",
    ]
    lines += ["## Mean over data sets", "", *means(tables, bench), ""]
    for name, results in tables.items():
        lines += [f"## {name}", "", *table(results, bench), ""]
        lines += ["n: " + "; ".join(f"{h} {n}" for h, n in counts[name].items()) + ".", ""]
    if fooled:
        lines += ["## What fools them", "", *fooled, ""]
        lines += ["n: " + "; ".join(f"{title} {n}" for title, n in sizes.items()) + ".", ""]
    lines += ["## Scorers", "", *_head(["scorer", "signature"])]
    for subject in bench.subjects:
        signature = bench.scorers[subject].signature if subject in bench.scorers else subject.name
        signature = f"`{signature}`".replace("|", "\\|")
        lines.append(_row([subject.label, signature]))
    lines += ["", *_undefined(bench), *_absent(bench)]
    return "\n".join(lines).rstrip() + "\n"


def _typed(asked: argparse.Namespace) -> str:
    parts = [f" --limit {asked.limit}"] if asked.limit is not None else []
    for key in ("encoder", "float32"):
        folder = getattr(asked, key)
        parts += [f" --{key} {Path(folder).name}"] if folder else []
    for key in ("only", "data", "titles"):
        words = (f"'{word}'" if " " in word else word for word in getattr(asked, key))
        parts += [f" --{key} {' '.join(words)}"] if getattr(asked, key) else []
    return "".join([*parts, " --no-checks" if asked.no_checks else ""])


def _undefined(bench: Bench) -> list[str]:
    lines = ["Pairs without a value, left out of that cell: " + _told(bench.undefined), ""]
    if bench.cut:
        lines += ["Pairs with a side cut to the encoder's length: " + _told(bench.cut), ""]
    return lines


def _told(found: Mapping[tuple[Subject, str], int]) -> str:
    """Write counts by title; scorers that agree on one stand together."""
    by_count: dict[tuple[str, int], list[str]] = {}
    for (subject, title), n in found.items():
        by_count.setdefault((title, n), []).append(subject.label)
    told = [f"{title} {n} ({', '.join(who)})" for (title, n), who in by_count.items()]
    return ("; ".join(told) or "none") + "."


def _absent(bench: Bench) -> list[str]:
    return [*(f"- Not run: {s.label}: {why}" for s, why in bench.absent.items()), *bench.left_out]


def write(measured: str, target: Path) -> None:
    """Put the measured part between the marks of the page."""
    page = target.read_text(encoding="utf-8") if target.exists() else f"{BEGIN}\n{END}\n"
    inside = re.compile(re.escape(BEGIN) + r".*" + re.escape(END), re.DOTALL)
    if not inside.search(page):
        raise SystemExit(f"{target} lacks the marks {BEGIN} and {END}")
    page = inside.sub(lambda _: f"{BEGIN}\n\n{measured}\n{END}", page)
    target.write_text(page, encoding="utf-8")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, help="items of each data set, whole units drawn")
    parser.add_argument("--only", nargs="+", default=[], help="names of scorers")
    parser.add_argument("--encoder", help="bundle of the neural scorers: a name or a folder")
    parser.add_argument("--float32", help="bundle of one more row of BERTScore, a folder")
    parser.add_argument("--data", nargs="+", default=[], choices=list(SOURCES))
    parser.add_argument("--titles", nargs="+", default=[], help="columns, such as 'STS-B en'")
    parser.add_argument("--no-checks", action="store_true", help="leave out what fools them")
    parser.add_argument("--minutes", type=float, help="begin no data set after so many")
    parser.add_argument("--draws", type=int, default=500, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=TARGET)
    asked = parser.parse_args()
    root = Path(os.environ.get("QUALMETRICS_DATA", "../shared/data"))
    share_layers()
    bench = Bench(subjects(asked.only, asked.encoder, asked.float32))
    measured = report(bench, root, asked)
    write(measured, asked.out)
    print(measured)


if __name__ == "__main__":
    main()
