"""Does a learned score of writing quality beat length and formulas? The shipping rule, measured.

``QUALMETRICS_DATA=... python benchmarks/writing_quality.py [--transformer STEPS]``

Four sets of human (or, for longform, machine) preferences: LAMP (drafts and what writers made of
them), UKPConvArg1 (which argument convinces more, by debate), PandaLM (answers, majority of three
votes) and longform (answers with GPT-4 scores at least 1 apart, by prompt). Five folds by group:
what is measured was never trained on. Rows: longer wins, shorter wins, the formula that does best
on the row with hindsight, and rankers trained on the set alone and on all four together. With
``--transformer`` a MiniLM is trained on all four for so many steps, for the first fold. Prints
Markdown: pair accuracy with 95 % intervals of redrawn groups.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from qualmetrics_models import corpora
from qualmetrics_models.encoder_minilm.recipe import find_weights

import qualmetrics as qm
from qualmetrics.evaluation.bootstrap import bootstrap
from qualmetrics.text import count
from qualmetrics.training.data import Examples, Fields, read_examples
from qualmetrics.training.features import FeaturesConfig, train_features
from qualmetrics.training.lexicon import LexiconConfig
from qualmetrics.training.pairs import PairConfig, sample
from qualmetrics.training.splits import folds, join
from qualmetrics.training.transformer import (
    LossConfig,
    OptimiserConfig,
    TransformerConfig,
    train_transformer,
)

FORMULAS = (
    *("flesch_kincaid_grade", "automated_readability_index", "dale_chall_1995", "spache_1974"),
    *("smog_index", "coleman_liau_index", "lix", "rix"),
)
MOST_PAIRS = 4_000
"""Pairs of one set that are trained on at most, so that UKP does not decide alone."""


def better(path: Path, group: Callable[[Mapping[str, Any]], str]) -> Examples:
    """Read rows of ``a``, ``b`` and ``better``."""
    rows = [
        {"higher": row[row["better"]], "lower": row["ab".replace(row["better"], "")],
         "group": group(row)}
        for row in corpora.rows(path)
    ]  # fmt: skip
    return _examples(rows, Fields(higher="higher", lower="lower"))


def pandalm(path: Path) -> Examples:
    """Read answers with three votes; a majority for one of them."""
    rows = []
    for row in corpora.rows(path):
        votes = [str(vote) for vote in row["votes"]]
        first, second = votes.count("a"), votes.count("b")
        texts = (row["a"], row["b"])  # an empty answer is false in the file
        if first == second or not all(isinstance(t, str) and t.strip() for t in texts):
            continue
        a, b = (row["a"], row["b"]) if first > second else (row["b"], row["a"])
        rows.append({"higher": a, "lower": b, "group": row["instruction"] + row["input"]})
    return _examples(rows, Fields(higher="higher", lower="lower"))


def longform(path: Path) -> Examples:
    """Read answers with scores of a machine, compared inside a prompt."""
    rows = [
        {"text": row["response"], "score": float(np.mean(row["gpt4_score"])),
         "group": row["prompt"]}
        for row in corpora.rows(path)
    ]  # fmt: skip
    return sample(_examples(rows, Fields(score="score")), PairConfig(min_gap=1.0))


def _examples(rows: list[dict[str, Any]], fields: Fields) -> Examples:
    import json

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return read_examples(path, fields=fields)


def read(data: Path) -> dict[str, Examples]:
    """Return the four sets."""
    return {
        "LAMP": better(data / "lamp_writing" / "lamp_pairs_derived.train.jsonl.gz", lambda r: ""),
        "UKP": better(
            data / "ukp_convarg" / "convarg_pairs.dev.jsonl.gz", lambda r: r["topic"].split("_")[0]
        ),
        "PandaLM": pandalm(data / "pandalm_human" / "pandalm.dev.jsonl.gz"),
        "longform": longform(data / "longform_likert" / "prometheus_vicuna_mtbench.dev.jsonl.gz"),
    }


# -- rankers --------------------------------------------------------------------------------------

FEATURES = FeaturesConfig(
    name="quality",
    increases_with="quality",
    beginnings=(),
    lexicon=LexiconConfig(min_texts=5, max_words=10_000, shrink=30.0, penalty=(1e-3,)),
    penalty=(1e-3,),
)
KINDS = {
    "features": FEATURES,
    "features and length": replace(FEATURES, length=True),
    "boosted trees and length": replace(FEATURES, model="boosting", length=True),
}


def few(examples: Examples) -> Examples:
    """Return the examples with at most so many pairs, drawn at random."""
    if examples.n_pairs <= MOST_PAIRS:
        return examples
    drawn = np.sort(np.random.default_rng(0).choice(examples.n_pairs, MOST_PAIRS, replace=False))
    return examples.with_pairs(drawn)


def fitted(parts: Mapping[str, Examples], config: FeaturesConfig) -> qm.Scorer:
    """Fit on sets of which each counts the same."""
    chosen = [few(part) for part in parts.values()]
    weights = np.concatenate([np.full(part.n_pairs, 1.0 / part.n_pairs) for part in chosen])
    return train_features(join(*chosen), config, None, weights=weights * len(weights)).scorer


def transformer(parts: Mapping[str, Examples], steps: int, folder: Path) -> qm.Scorer:
    """Train a MiniLM on all sets."""
    config = TransformerConfig(
        encoder=str(find_weights()),
        name="quality",
        increases_with="quality",
        batch_pairs=12,
        encoder_dropout=0.0,
        sources=dict.fromkeys(parts, 1 / len(parts)),
        loss=LossConfig(label_smoothing=0.02),
        optimiser=OptimiserConfig(
            steps=steps, learning_rate=5e-5, head_learning_rate=2e-3, average=0.98,
            frozen_table=True, precision="bf16", threads=1,
        ),
        quantise=False,
        text_form=False,
    )  # fmt: skip
    return train_transformer(parts, config, folder).scorer


# -- measuring ------------------------------------------------------------------------------------


def credit(values: Any, part: Examples) -> Any:
    """Return what each pair's order earns: 1, a tie .5, NaN 0."""
    gap = values[part.pairs[:, 0]] - values[part.pairs[:, 1]]
    gap = np.where(part.p[:, 0] > 0.5, gap, -gap)
    return np.where(gap > 0, 1.0, np.where(gap == 0, 0.5, 0.0))


def plain(part: Examples) -> dict[str, Any]:
    """Return the credit of what is not trained; of a formula both directions."""
    words = count(part.texts, ["words"])["words"]
    rows = {"longer wins": credit(words, part), "shorter wins": credit(-words, part)}
    for name, scores in qm.score(part.texts, FORMULAS).items():
        values = np.nan_to_num(scores.primary)
        rows |= {f"+{name}": credit(values, part), f"-{name}": credit(-values, part)}
    return rows


def units(part: Examples) -> list[str]:
    """Return what is redrawn for an interval: the group of each pair, or its first text."""
    first = part.pairs[:, 0]
    named = zip(part.pair_groups, first, strict=True)
    return [group or part.groups[i] or part.texts[i] for group, i in named]


def measured(sets: Mapping[str, Examples], n_folds: int, steps: int) -> dict[str, dict[str, Any]]:
    """Return, for each set, the credits of all held-out pairs by row, and their units."""
    cut = {name: folds(part, n_folds) for name, part in sets.items()}
    found: dict[str, dict[str, Any]] = {name: {} for name in sets}
    for k in range(n_folds):
        train = {name: parts[k][0] for name, parts in cut.items()}
        held = {name: parts[k][1] for name, parts in cut.items()}
        made = {f"{kind}, all four sets": fitted(train, c) for kind, c in KINDS.items()}
        if steps and k == 0:
            with tempfile.TemporaryDirectory() as scratch:
                made["MiniLM, all four sets, first fold"] = transformer(
                    train, steps, Path(scratch) / "quality"
                )
                keep(found, held, made)
        else:
            keep(found, held, made)
        for name, part in held.items():
            alone = {
                f"{kind}, this set": fitted({name: train[name]}, c) for kind, c in KINDS.items()
            }
            keep({name: found[name]}, {name: part}, alone)
            for row, earned in plain(part).items():
                found[name].setdefault(row, []).append((earned, units(part)))
    return found


def keep(found: Any, held: Mapping[str, Examples], made: Mapping[str, qm.Scorer]) -> None:
    """Add the credits of rankers on a fold."""
    for name, part in held.items():
        for row, scorer in made.items():
            earned = credit(scorer(part.texts).primary, part)
            found[name].setdefault(row, []).append((earned, units(part)))


def shown(name: str, rows: Mapping[str, Any]) -> list[str]:
    """Return the lines of a set's table."""
    joined = {row: np.concatenate([c for c, _ in parts]) for row, parts in rows.items()}
    formulas = [row for row in joined if row[0] in "+-"]
    best = max(formulas, key=lambda row: joined[row].mean())
    lines = [f"| {name} | pairs | accuracy | 95 % interval |", "|---|---:|---:|---|"]
    for row in [r for r in joined if r not in formulas] + [best]:
        ids = [unit for _, some in rows[row] for unit in some]
        values = joined[row]
        estimate = bootstrap(_mean_of(values), ids, draws=500)
        label = f"best formula, with hindsight: {row}" if row == best else row
        lines.append(
            f"| {label} | {len(values)} | {estimate.value:.3f} "
            f"| {estimate.low:.3f} to {estimate.high:.3f} |"
        )
    return lines


def _mean_of(values: Any) -> Callable[[Any], float]:
    return lambda index: float(values[index].mean()) if len(index) else float("nan")


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--transformer", type=int, default=0, help="steps of a MiniLM; 0: none")
    given = parser.parse_args()
    found = measured(read(corpora.data_folder()), given.folds, given.transformer)
    for name, rows in found.items():
        print("\n".join(shown(name, rows)), end="\n\n")


if __name__ == "__main__":
    main()
