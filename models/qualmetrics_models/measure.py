"""Measures a readability ranker for its card: ``python -m qualmetrics_models.measure NAME``.

The test parts of the corpora that shipped rankers learn from, and corpora that none learns from,
with 95 % intervals of redrawn titles (or texts). Beside the ranker: the number of words alone, and
formulas. Then what typos, letter case and the like do to a score. Data: QUALMETRICS_DATA.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import qualmetrics as qm
from qualmetrics.core import Scorer
from qualmetrics.evaluation.bootstrap import Estimate, bootstrap
from qualmetrics.evaluation.correlation import correlation
from qualmetrics.evaluation.length import accuracy, by_longer_side
from qualmetrics.evaluation.ranks import by_group
from qualmetrics.onnx import load
from qualmetrics.text import count
from qualmetrics.text.crop import first_sentences
from qualmetrics.training.edits import EDITS
from qualmetrics_models import corpora

FORMULAS = ("flesch_kincaid_grade", "automated_readability_index", "dale_chall_1995", "tuldava")
Floats = NDArray[np.float64]
Score = Callable[[Sequence[str]], Floats]
Figures = Iterator[tuple[str, Estimate]]


def words(texts: Sequence[str]) -> Floats:
    """Return the number of words of each text."""
    return np.asarray(count(texts, ["words"])["words"], dtype=np.float64)


def rows(scorer: Scorer) -> dict[str, Score]:
    """Return what is measured: the ranker, bare length, formulas; all rise with difficulty."""

    def by(found: Scorer) -> Score:
        return lambda texts: np.asarray(found(texts).primary)

    plain = {name: by(qm.get(name)) for name in FORMULAS}
    return {scorer.spec.name: by(scorer), "length only (words)": words, **plain}


def onestop(data: Path, score: Score) -> Figures:
    """Order stories at three levels: whole, and cut to their first words."""
    found = corpora.rows(data / "onestop_english" / "ose_docs.dev.jsonl.gz")
    found = [row for row in found if corpora.is_test(row["group"])]
    levels = np.array([row["level_num"] for row in found], dtype=np.float64)
    titles = [row["group"] for row in found]
    for size in (None, 200, 100, 50):
        texts = [r["text"] if size is None else first_sentences(r["text"], size) for r in found]
        values, name = score(texts), f"OneStopEnglish {'whole' if size is None else f'<= {size}'}"
        means = by_group(values, levels, titles).means()
        yield f"{name}, strict ranking accuracy", means["ra_strict"]
        yield f"{name}, pairs", means["pair_accuracy"]
        yield f"{name}, pairs of different titles", across(values, levels, titles)
        if size == 100:
            pairs = [
                (i, j)
                for i in range(len(found))
                for j in range(len(found))
                if titles[i] == titles[j] and levels[i] > levels[j]
            ]
            units = [titles[i] for i, _ in pairs]
            sides = by_longer_side(values, words(texts), np.array(pairs), units)
            yield f"{name}, pairs whose easier text is longer", sides["lower_longer"]
            yield f"{name}, all other pairs", sides["rest"]


def across(values: Floats, levels: Floats, titles: Sequence[str]) -> Estimate:
    """Return the accuracy on pairs of different level and title, resampled by title."""
    codes = np.unique(titles, return_inverse=True)[1]

    def statistic(index: Any) -> float:
        v, level, title = values[index], levels[index], codes[index]
        wanted = (level[:, None] > level[None, :]) & (title[:, None] != title[None, :])
        gap = v[:, None] - v[None, :]
        return float(((gap > 0) + 0.5 * (gap == 0))[wanted].mean())

    return bootstrap(statistic, list(titles), draws=200)


def documents(data: Path, score: Score) -> Figures:
    """Tell ordinary from simple encyclopaedia articles."""
    for name, read in (("Wiki-Auto", corpora.wikiauto), ("SWiPE", corpora.swipe)):
        part = corpora.part(read(data), "test")
        yield f"{name}, pairs", accuracy(score(part.texts), part.pairs)
        short = [first_sentences(text, 100) for text in part.texts]
        yield f"{name} <= 100, pairs", accuracy(score(short), part.pairs)


def sentences(data: Path, score: Score) -> Figures:
    """Follow graded sentences, and tell a split sentence from the whole."""
    graded = corpora.rows(data / "cefr_sp" / "cefr_sp.train_dev.jsonl.gz")
    graded = [r for r in graded if r["source"] == "Wiki-Auto" and r["text"].strip()]
    graded = [r for r in graded if corpora.is_test(r["text"])]
    levels = [float(r["level_mean"]) for r in graded]
    yield "CEFR-SP Wiki-Auto, r", correlation(score([r["text"] for r in graded]), levels)
    for name, read in (("WikiSplit", corpora.wikisplit), ("ARTS (GPT-4)", corpora.arts)):
        part = corpora.part(read(data), "test")
        yield f"{name}, pairs", accuracy(score(part.texts), part.pairs)


def elsewhere(data: Path, score: Score) -> Figures:
    """Follow judgements on corpora that no shipped ranker learns from."""
    clear = corpora.rows(data / "clear" / "clear.dev.jsonl.gz")
    easiness = [-float(row["easiness"]) for row in clear]
    yield "CLEAR, r", correlation(score([row["text"] for row in clear]), easiness)
    graded = corpora.rows(data / "readmepp" / "readmepp.train_dev.jsonl.gz")
    graded = [row for row in graded if row["lang"] == "en"]
    levels = [float(row["level"]) for row in graded]
    yield "ReadMe++ English, r", correlation(score([row["text"] for row in graded]), levels)
    medical = corpora.rows(data / "medreadme" / "medreadme.train_dev.jsonl.gz")
    rated = [float(row["readability"]) for row in medical]
    yield "MedReadMe, r", correlation(score([row["text"] for row in medical]), rated)


PARTS = (onestop, documents, sentences, elsewhere)


def audit(data: Path, score: Score) -> Iterator[tuple[str, float]]:
    """Say how far an edit moves a score, in standard deviations of the texts' own scores."""
    part = corpora.part(corpora.wikiauto(data), "test")
    texts = [first_sentences(text, 100) for text in part.texts[:200]]
    before = score(texts)
    edits: Mapping[str, Callable[[str], str]] = {
        **{
            name: lambda text, edit=edit: edit(text, np.random.default_rng(0))
            for name, edit in EDITS.items()
        },
        "lower case": str.lower,
        "upper case": str.upper,
        "no punctuation": lambda text: "".join(c for c in text if c.isalnum() or c.isspace()),
    }
    for name, edit in edits.items():
        moved = score([edit(text) for text in texts]) - before
        yield f"{name}: mean change", float(np.nanmean(moved) / before.std())
        yield f"{name}: mean size of the change", float(np.nanmean(np.abs(moved)) / before.std())


def shown(found: Estimate) -> str:
    """Write an estimate with its interval."""
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ranker", help="a name, or a bundle's folder (with a slash)")
    parser.add_argument("--data")
    parser.add_argument("--part", choices=[part.__name__ for part in PARTS], help="only this one")
    parser.add_argument("--alone", action="store_true", help="only the ranker's own row")
    given = parser.parse_args()
    data = corpora.data_folder(given.data)
    scorer = load(given.ranker) if "/" in given.ranker else qm.get(given.ranker)
    chosen = rows(scorer)
    if given.alone:
        chosen = dict([next(iter(chosen.items()))])
    out = sys.stdout.write
    out(f"{scorer.signature}\n\n")
    for part in PARTS:
        if given.part not in (None, part.__name__):
            continue
        began = time.perf_counter()
        table = {name: dict(part(data, score)) for name, score in chosen.items()}
        out(f"| | n | {' | '.join(table)} |\n|---|---|{'---|' * len(table)}\n")
        for key, first in next(iter(table.values())).items():
            cells = " | ".join(shown(figures[key]) for figures in table.values())
            out(f"| {key} | {first.n} | {cells} |\n")
        out(f"\n({time.perf_counter() - began:.0f} s)\n\n")
        sys.stdout.flush()
    if given.part is None:
        first_score = next(iter(chosen.values()))
        for name, value in audit(data, first_score):
            out(f"| {name} | {value:+.3f} |\n")


if __name__ == "__main__":
    main()
