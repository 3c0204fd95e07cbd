"""Makes this bundle: ``python recipe.py [-o FOLDER] [--data FOLDER]``.

The data is read from ``--data`` or ``QUALMETRICS_DATA``; ``qualmetrics_models.corpora`` says which
sets, under which licences, and what is held out. Takes two minutes on one core and needs
``pip install 'qualmetrics[fit]'``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from qualmetrics.training.features import FeaturesConfig, train_features
from qualmetrics.training.lexicon import LexiconConfig
from qualmetrics.training.result import Trained
from qualmetrics_models import corpora
from qualmetrics_models.mixture import Share, mixed

SHARES = (
    Share("onestop", 1.0, within=True),
    Share("onestop", 2.0, within=False, most=6_000),
    Share("onestop_sentences", 1.0),
    Share("wikiauto", 1.0),
    Share("swipe", 1.0),
    Share("wikisplit", 0.5),
    Share("cefr_wiki", 1.0, most=8_000),
    Share("arts", 1.0, most=8_000),
    Share("words", 1.0, most=8_000),
)
"""What each corpus counts, and how many of its pairs are used at most."""

CONFIG = FeaturesConfig(
    name="readability_features",
    version=2,
    increases_with="difficulty",
    lexicon=LexiconConfig(min_texts=5, max_words=20_000, shrink=50.0, penalty=(1e-4,)),
    penalty=(3e-4,),
    length_decorrelation=0.01,
    description=(
        "Estimate how hard an English text is to read, from its counts and words.\n\n"
        "Linear in ratios of counts and in learned word weights, so it runs at the speed of a "
        "formula and explains itself. Differences are log-odds that one text is harder."
    ),
    source="qualmetrics-models, readability_features/card.md",
    licence=(
        "weights trained on OneStopEnglish, SWiPE, Wiki-Auto, WikiSplit, CEFR-SP's Wiki-Auto part "
        "and Octanove's words (CC BY-SA), ARTS labels (MIT), CompLex (CC BY) and CEFR-J's words "
        "(free with citation)"
    ),
)


def make(folder: Path, data: Path) -> Trained:
    """Train on the training parts, and put the bundle into a folder, over what is there."""
    read = corpora.read(data) | {"words": corpora.words(data)}
    examples, weights = mixed(read, SHARES, corpora.held_out(data), seed=0)
    with tempfile.TemporaryDirectory() as scratch:
        made = train_features(examples, CONFIG, Path(scratch) / "made", weights=weights)
        place(Path(scratch) / "made", folder)
    return made


def place(made: Path, folder: Path) -> None:
    """Copy a bundle to where it is kept.

    Its card is written by hand and stays; the graph of strings is 3 MB and made by ``export``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(
        made, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("card.md", "text")
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make the bundle readability_features.")
    here = Path(__file__).parent
    parser.add_argument("-o", "--out", type=Path, default=here, help="folder of the bundle")
    parser.add_argument("--data", help="folder of data sets; else QUALMETRICS_DATA")
    given = parser.parse_args()
    made = make(given.out, corpora.data_folder(given.data))
    sys.stdout.write(f"{given.out}\n{made.scorer.signature}\n")


if __name__ == "__main__":
    main()
