"""Makes this bundle: ``python recipe.py [-o FOLDER] [--data FOLDER] [--teacher FOLDER]``.

The teacher is ``readability_minilm`` as it is shipped; the data is read from ``--data`` or
``QUALMETRICS_DATA``. Takes some minutes on one core, most of them the teacher's, and needs
``pip install 'qualmetrics[fit,onnx]'``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from qualmetrics.training.lexicon import LexiconConfig
from qualmetrics.training.result import Trained
from qualmetrics.training.static import StaticConfig, train_static
from qualmetrics_models import corpora, unlabelled
from qualmetrics_models.mixture import mixed
from qualmetrics_models.readability_features.recipe import SHARES, place

CONFIG = StaticConfig(
    name="readability_static",
    version=2,
    increases_with="difficulty",
    teacher="readability_minilm",
    distillation=3.0,
    lexicon=LexiconConfig(min_texts=3, max_words=30_000, shrink=30.0, penalty=(1e-4,)),
    penalty=(3e-4,),
    description=(
        "Estimate how hard an English text is to read, as a small transformer would.\n\n"
        "A table of word weights and ratios of counts that follows readability_minilm, and runs "
        "inside the counting pass. Differences are log-odds that one text is harder."
    ),
    source="qualmetrics-models, readability_static/card.md",
    licence=(
        "weights trained on OneStopEnglish, SWiPE, Wiki-Auto, WikiSplit, CEFR-SP's Wiki-Auto part "
        "and Octanove's words (CC BY-SA), ARTS labels (MIT), CompLex (CC BY), CEFR-J's words (free "
        "with citation) and public-domain books"
    ),
)


def make(folder: Path, data: Path, config: StaticConfig = CONFIG) -> Trained:
    """Train on the training parts and the teacher's scores, and put the bundle into a folder."""
    read = corpora.read(data) | {"words": corpora.words(data)}
    examples, weights = mixed(read, SHARES, corpora.held_out(data), seed=0)
    with tempfile.TemporaryDirectory() as scratch:
        made = train_static(
            examples,
            config,
            Path(scratch) / "made",
            weights=weights,
            unlabelled=unlabelled.texts(data),
        )
        place(Path(scratch) / "made", folder)
    return made


def main() -> None:
    """Read the command line."""
    from dataclasses import replace

    parser = argparse.ArgumentParser(description="Make the bundle readability_static.")
    here = Path(__file__).parent
    parser.add_argument("-o", "--out", type=Path, default=here, help="folder of the bundle")
    parser.add_argument("--data", help="folder of data sets; else QUALMETRICS_DATA")
    parser.add_argument("--teacher", default=CONFIG.teacher, help="another teacher's bundle")
    given = parser.parse_args()
    config = replace(CONFIG, teacher=given.teacher)
    made = make(given.out, corpora.data_folder(given.data), config)
    follows = made.report["teacher_r"]
    sys.stdout.write(f"{given.out}\n{made.scorer.signature}\nr with the teacher {follows:.3f}\n")


if __name__ == "__main__":
    main()
