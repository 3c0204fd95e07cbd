"""What helps readability_minilm in prose that it has not learned from: one corpus left out.

``QUALMETRICS_DATA=... python benchmarks/minilm_leave_out.py [--steps 150]``

The recipe of readability_minilm without CEFR-SP, in three forms: as it is, without the words with
levels, and with pairs of different Wikipedia titles (any ordinary article against any simple one),
as version 1 had them. Measured on the tuning fifth, which no recipe trains on: r with the levels of
CEFR-SP's sentences, and pairs of OneStopEnglish at 100 words. Prints Markdown; some minutes a row.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from qualmetrics_models import corpora
from qualmetrics_models.encoder_minilm.recipe import find_weights
from qualmetrics_models.readability_minilm.recipe import CONFIG, sources, tuning_part

import qualmetrics as qm
from qualmetrics.text import count
from qualmetrics.text.crop import first_sentences
from qualmetrics.training.data import Examples
from qualmetrics.training.transformer import train_transformer

LEFT_OUT = "cefr_wiki"
CROSS_PAIRS = 60_000


def across_titles(examples: Examples) -> Examples:
    """Return document pairs with pairs of different titles beside them, drawn at random."""
    rng = np.random.default_rng(0)
    hard, easy = (np.unique(examples.pairs[:, k]) for k in (0, 1))
    both = np.intersect1d(hard, easy)
    sides = [rng.choice(np.setdiff1d(side, both), CROSS_PAIRS) for side in (hard, easy)]
    new = np.unique(np.stack(sides, axis=1), axis=0)
    return replace(
        examples,
        pairs=np.concatenate([examples.pairs, new]),
        p=np.concatenate([examples.p, np.ones((len(new), 1))]),
        margin=np.concatenate([examples.margin, np.zeros(len(new))]),
        pair_groups=(*examples.pair_groups, *[""] * len(new)),
    )


def trained(
    parts: Mapping[str, Examples], steps: int, without: tuple[str, ...], folder: Path
) -> qm.Scorer:
    """Train on all sources but some, for so many steps."""
    shares = {name: share for name, share in CONFIG.sources.items() if name not in without}
    config = replace(
        CONFIG,
        encoder=str(find_weights()),
        sources=shares,
        optimiser=replace(CONFIG.optimiser, steps=steps),
        quantise=False,
    )
    chosen = {name: parts[name] for name in shares}
    return train_transformer(chosen, config, folder).scorer


def row(name: str, scorer: qm.Scorer | None, data: Path) -> str:
    """Return a line of the table; without a scorer that of bare length."""

    def score(texts: tuple[str, ...]) -> np.ndarray:
        return scorer(texts).primary if scorer else count(texts, ["words"])["words"]

    levels = tuning_part(corpora.part(corpora.cefr_wiki(data), "train"))
    r = float(np.corrcoef(score(levels.texts), levels.values[:, 0])[0, 1])
    stories = tuning_part(corpora.part(corpora.onestop(data), "train"))
    values = score(tuple(first_sentences(text, 100) for text in stories.texts))
    right = values[stories.pairs[:, 0]] > values[stories.pairs[:, 1]]
    inside = np.array([bool(group) for group in stories.pair_groups])
    return f"| {name} | {r:.3f} | {right[inside].mean():.3f} | {right[~inside].mean():.3f} |"


def main() -> None:
    """Read the command line, train, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=150)
    given = parser.parse_args()
    data = corpora.data_folder()
    parts = sources(data)
    across = {**parts, **{name: across_titles(parts[name]) for name in ("wikiauto", "swipe")}}
    print(f"| {given.steps} steps, without {LEFT_OUT} | r, CEFR-SP | pairs of a story | others |")
    print("|---|---:|---:|---:|", flush=True)
    print(row("length only", None, data), flush=True)
    for name, several, without in (
        ("as the recipe", parts, (LEFT_OUT,)),
        ("without words", parts, (LEFT_OUT, "words")),
        ("with pairs of different titles", across, (LEFT_OUT,)),
    ):
        with tempfile.TemporaryDirectory() as scratch:
            made = trained(several, given.steps, without, Path(scratch) / "ranker")
            print(row(name, made, data), flush=True)


if __name__ == "__main__":
    main()
