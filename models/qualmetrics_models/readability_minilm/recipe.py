"""Makes this bundle: ``python recipe.py -o FOLDER [--data FOLDER] [--weights FOLDER]``.

It starts from the weights of all-MiniLM-L6-v2, known by their digest, as ``encoder_minilm`` does,
and learns from the corpora in ``qualmetrics_models.corpora``: only those whose licence lets the
weights be used commercially, and of these nothing of the test part, nor of another fifth of the
titles that settings were chosen on. The data is read from ``--data`` or ``QUALMETRICS_DATA``. Takes
ten minutes on one quiet core; needs ``pip install 'qualmetrics[train,export]'``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from qualmetrics.training.data import Examples
from qualmetrics.training.loop import OptimiserConfig
from qualmetrics.training.pairs import PairConfig
from qualmetrics.training.result import Trained
from qualmetrics.training.transformer import LossConfig, TransformerConfig, train_transformer
from qualmetrics_models import corpora
from qualmetrics_models.encoder_minilm.recipe import TOKENIZER, WEIGHTS, check, find_weights

KEPT_STEPS = 50
"""Every so many steps a loss is kept in the record."""

CONFIG = TransformerConfig(
    name="readability_minilm",
    version=2,
    increases_with="difficulty",
    description=(
        "Estimate how hard an English text is to read, with a small transformer.\n\n"
        "Higher is harder; the difference of two texts is the log-odds that the first is harder."
    ),
    languages=("en",),
    licence=(
        "weights: Apache-2.0 (all-MiniLM-L6-v2), trained on OneStopEnglish, SWiPE, Wiki-Auto, "
        "WikiSplit, CEFR-SP's Wiki-Auto part and Octanove's words (CC BY-SA), ARTS labels (MIT), "
        "CompLex (CC BY) and CEFR-J's words (free with citation)"
    ),
    max_tokens=256,
    batch_pairs=16,
    within_groups=0.35,
    crop=0.8,
    crop_words=(30, 120),
    encoder_dropout=0.0,
    sources={
        "onestop": 0.3,
        "onestop_sentences": 0.03,
        "wikiauto": 0.22,
        "swipe": 0.1,
        "wikisplit": 0.03,
        "cefr_wiki": 0.17,
        "arts": 0.05,
        "words": 0.1,
    },
    pairs=PairConfig(min_gap=1.0),
    loss=LossConfig(label_smoothing=0.02),
    optimiser=OptimiserConfig(
        steps=400,
        learning_rate=5e-5,
        head_learning_rate=2e-3,
        layer_decay=0.9,
        average=0.97,
        frozen_table=True,
        precision="bf16",
        checkpoint_every=100,
        threads=1,
    ),
    text_form=False,
)
"""In bf16 another CPU or another number of threads gives weights that differ in their last digits,
and scores that differ a little more."""


def sources(data: Path) -> dict[str, Examples]:
    """Return what is learned from: of each corpus all but the test part and the tuning part."""
    read = corpora.read(data)
    held = (*corpora.held_out(data), *(t for e in read.values() for t in tuning_part(e).texts))
    found = {name: corpora.train_part(whole, held) for name, whole in read.items()}
    return found | {"words": corpora.words(data)}


def tuning_part(examples: Examples) -> Examples:
    """Return what settings were chosen on: another fifth of the titles, never the test part."""
    keys = [group or text for group, text in zip(examples.groups, examples.texts, strict=True)]
    return examples.take([i for i, key in enumerate(keys) if corpora.fold(key) == 1])


def make(
    folder: Path,
    data: Path,
    weights: Path | None = None,
    *,
    config: TransformerConfig = CONFIG,
    given: Mapping[str, Examples] | None = None,
    resume: bool = False,
) -> Trained:
    """Train and write the bundle; nothing of the test parts is read for training.

    Raises
    ------
    ExportError
        When the weights are not found or not the ones this model is made of.
    """
    source = weights or find_weights()
    check(source / "model.safetensors", WEIGHTS)
    check(source / "tokenizer.json", TOKENIZER)
    parts = dict(given) if given is not None else sources(data)
    chosen = replace(config, encoder=str(source))

    def progress(done: int, total: int, note: str) -> None:
        if done % 20 == 0 or done == total:
            sys.stderr.write(f"step {done} of {total}: {note}\n")

    trained = train_transformer(parts, chosen, folder, resume=resume, progress=progress)
    tidy(folder)
    return trained


def tidy(folder: Path) -> None:
    """Leave in ``training.json`` what means something elsewhere: no paths, a loss now and then."""
    path = folder / "training.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["config"]["encoder"] = f"all-MiniLM-L6-v2, sha256 {WEIGHTS}"
    data["history"] = data["history"][KEPT_STEPS - 1 :: KEPT_STEPS]
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make the bundle readability_minilm.")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--data", help="folder of data sets; else QUALMETRICS_DATA")
    parser.add_argument("--weights", type=Path, help="folder with model.safetensors")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    given = parser.parse_args()
    data = corpora.data_folder(given.data)
    made = make(given.out, data, given.weights, resume=given.resume)
    sys.stdout.write(f"{made.folder}\n{made.scorer.signature}\n")


if __name__ == "__main__":
    main()
