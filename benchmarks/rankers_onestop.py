"""How a ranker of counts orders OneStopEnglish, beside the formulas and bare length.

``QUALMETRICS_DATA=... python benchmarks/rankers_onestop.py [--only NAME]``

147 news stories, each at three levels. Five folds by story: what is scored was never trained on.
Measured on whole texts and on their first 200, 100 and 50 words, as whole sentences: inside a
story the strict ranking accuracy (all three in order, a tie is an error) with its 95 % interval of
redrawn stories, and pair accuracy; between stories of a fold the pairs of different level and
title. Rows: the number of words; formulas; ``features`` trained on the stories of the other folds;
with the other corpora of the shipped model added, less what stands in a story of the fold; and that
with the length of the text as a feature.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from qualmetrics_models import corpora
from qualmetrics_models.mixture import Share, blended
from qualmetrics_models.readability_features.recipe import CONFIG, SHARES

import qualmetrics as qm
from qualmetrics.evaluation.ranks import by_group
from qualmetrics.text import count
from qualmetrics.text.crop import first_sentences
from qualmetrics.training.data import Examples, Fields, read_examples
from qualmetrics.training.features import FeaturesConfig, train_features
from qualmetrics.training.pairs import sample
from qualmetrics.training.splits import folds

SIZES = (None, 200, 100, 50)
FORMULAS = (
    *("flesch_kincaid_grade", "flesch_reading_ease", "automated_readability_index"),
    *("dale_chall_1995", "dale_chall_1948", "spache_1974", "gunning_fog", "smog_index"),
    *("coleman_liau_index", "lix", "rix", "tuldava", "elf"),
)
SEED = 0


def cut(texts: Sequence[str], size: int | None) -> list[str]:
    """Return texts, or their first words."""
    return list(texts) if size is None else [first_sentences(text, size) for text in texts]


def plain_rows(texts: Sequence[str]) -> dict[str, Any]:
    """Return the scores of what is not trained."""
    rows = {"length only (words)": count(texts, ["words"])["words"]}
    for name, scores in qm.score(texts, FORMULAS).items():
        sign = -1.0 if scores.spec.increases_with == "ease" else 1.0
        rows[name] = sign * scores.primary
    return rows


def shares(within: float, across: float) -> tuple[Share, ...]:
    """Return what pairs inside a story and of different stories count."""
    return (
        Share("onestop", within, within=True),
        Share("onestop", across, within=False, most=6_000),
    )


def trainers(data: Path) -> Mapping[str, Any]:
    """Return name -> function of (training stories, held-out texts) -> scorer."""
    others = {name: e for name, e in corpora.read(data).items() if name != "onestop"}
    others["words"] = corpora.words(data)

    def alone(train: Examples, _: Examples) -> Any:
        examples, weights = blended([(train, share) for share in shares(1.0, 2.0)], seed=SEED)
        return train_features(examples, CONFIG, None, weights=weights).scorer

    def joined(train: Examples, held: Examples, config: FeaturesConfig = CONFIG) -> Any:
        titles = set(held.groups)
        parts = []
        for share in SHARES:
            if share.corpus == "onestop":
                parts.append((train, share))
                continue
            found = others[share.corpus]
            if share.corpus == "words":
                parts.append((found, share))
                continue
            inside = corpora.contained(found.texts, held.texts)
            kept = [
                i for i, group in enumerate(found.groups) if group not in titles and not inside[i]
            ]
            parts.append((found.take(kept), share))
        examples, weights = blended(parts, seed=SEED)
        return train_features(examples, config, None, weights=weights).scorer

    def with_length(train: Examples, held: Examples) -> Any:
        return joined(train, held, replace(CONFIG, length=True, length_decorrelation=0.0))

    return {
        "features": alone,
        "features, all corpora": joined,
        "features, all corpora, and length": with_length,
    }


def across(values: Any, examples: Examples, members: Sequence[Any]) -> float:
    """Return the share of pairs of different title and level, inside a fold, in the right order."""
    right = total = 0.0
    for index in members:
        v, level = values[index], examples.values[index, 0]
        group = np.array([examples.groups[i] for i in index])
        wanted = (level[:, None] > level[None, :]) & (group[:, None] != group[None, :])
        gap = v[:, None] - v[None, :]
        right += float(((gap > 0) + 0.5 * (gap == 0))[wanted].sum())
        total += float(wanted.sum())
    return right / total


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--only", default="", help="train only the rows whose name holds this")
    given = parser.parse_args()
    data = corpora.data_folder(given.data)
    path = data / "onestop_english" / "ose_docs.dev.jsonl.gz"
    examples = read_examples(path, fields=Fields(score="level_num"))
    where = {text: i for i, text in enumerate(examples.texts)}
    parts = folds(examples, 5, SEED)
    members = [np.array([where[text] for text in held.texts]) for _, held in parts]
    views = {size: cut(examples.texts, size) for size in SIZES}
    rows = {size: plain_rows(views[size]) for size in SIZES}
    for name, trainer in trainers(data).items():
        if given.only not in name:
            continue
        started = time.perf_counter()
        for size in SIZES:
            rows[size][name] = np.full(len(examples.texts), np.nan)
        for (train, held), index in zip(parts, members, strict=True):
            scorer = trainer(sample(train), held)
            for size in SIZES:
                rows[size][name][index] = scorer([views[size][i] for i in index]).primary
        print(f"{name}: five fits in {time.perf_counter() - started:.0f} s")
    levels = examples.values[:, 0]
    for size in SIZES:
        print(f"\n{'whole texts' if size is None else f'first {size} words'}, 147 titles\n")
        print(
            "| | strict RA | pairs in a title | pairs of different titles |\n|---|---:|---:|---:|"
        )
        for name, values in rows[size].items():
            found = by_group(values, levels, examples.groups).means()
            ra, pairs = found["ra_strict"], found["pair_accuracy"]
            print(
                f"| {name} | {ra.value:.3f} [{ra.low:.3f}, {ra.high:.3f}] | {pairs.value:.3f} "
                f"| {across(values, examples, members):.3f} |"
            )


if __name__ == "__main__":
    main()
