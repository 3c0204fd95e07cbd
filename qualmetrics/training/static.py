"""The backend ``static``: a slow ranker's judgement in a table of word weights and counts.

A teacher, such as a transformer, scores the training texts and any number of texts without labels;
the student is linear in word weights, in n-grams of unknown words and in counts, and follows the
teacher's scores and the labelled pairs together. It runs inside the counting pass, hundreds of
times as fast as its teacher. Without a teacher it learns from the pairs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.training.augment import with_beginnings
from qualmetrics.training.data import Examples
from qualmetrics.training.features import FeaturesConfig, train_features
from qualmetrics.training.lexicon import LexiconConfig
from qualmetrics.training.pairs import PairConfig, sample
from qualmetrics.training.result import Trained
from qualmetrics.training.rows import read_rows

Progress = Callable[[int, int, str], None]

BLOCK = 512
"""Texts that the teacher scores between two reports of progress."""


@dataclass(frozen=True)
class StaticConfig:
    """Settings of the backend ``static``.

    ``teacher`` is a bundle folder or the name of a scorer, empty for none; ``unlabelled`` are files
    of rows with a ``text``, which it scores besides the training texts, ``max_unlabelled`` of them
    at most. ``distillation`` is what its scores count against the pairs. The rest is that of the
    backend ``features``.
    """

    name: str = "my_ranker"
    increases_with: str = "difficulty"
    teacher: str = ""
    unlabelled: tuple[str, ...] = ()
    max_unlabelled: int = 50_000
    distillation: float = 1.0
    rules: str = "en/1"
    pairs: PairConfig = field(default_factory=PairConfig)
    beginnings: tuple[int, ...] = (200, 100, 50)
    lexicon: LexiconConfig = field(default_factory=lambda: LexiconConfig(max_words=40_000))
    penalty: tuple[float, ...] = (1e-2, 1e-3)
    length_decorrelation: float = 0.0
    seed: int = 0
    description: str = ""
    licence: str = ""
    source: str = ""
    version: int = 1

    def features(self) -> FeaturesConfig:
        """Return the settings of the fit."""
        return FeaturesConfig(
            name=self.name,
            increases_with=self.increases_with,
            rules=self.rules,
            pairs=self.pairs,
            beginnings=self.beginnings,
            lexicon=self.lexicon,
            penalty=self.penalty,
            length_decorrelation=self.length_decorrelation,
            distillation=self.distillation,
            seed=self.seed,
            description=self.description or DESCRIPTION,
            licence=self.licence,
            source=self.source,
            version=self.version,
        )


DESCRIPTION = "A table of word weights and counts that follows a slower ranker."


def train_static(
    examples: Examples,
    config: StaticConfig,
    folder: str | Path | None,
    *,
    dev: Examples | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    weights: Any = None,
    teacher: Scorer | None = None,
    unlabelled: Sequence[str] = (),
) -> Trained:
    """Fit word weights and counts to pairs and to a teacher's scores, and export the ranker.

    Parameters
    ----------
    examples, config, folder, dev, resume, progress, weights
        As for ``train_features``.
    teacher : Scorer, optional
        In place of ``config.teacher``. Its difference of two scores must mean log-odds, as that of
        every ranker here does.
    unlabelled : sequence of str
        Texts for the teacher besides those of ``config.unlabelled``.

    Returns
    -------
    trained : Trained
        Its report says how well the student follows the teacher (``teacher_r``).

    Raises
    ------
    InputError
        When the teacher has several outputs, or reads more than the text.
    """
    guide = teacher or (_teacher(config.teacher) if config.teacher else None)
    taught: dict[str, float] = {}
    if guide is not None:
        taught = taught_by(guide, examples, config, unlabelled, progress)
    also = {"backend": "static"} | ({"teacher": guide.signature} if guide is not None else {})
    return train_features(
        examples,
        config.features(),
        folder,
        dev=dev,
        resume=resume,
        progress=progress,
        weights=weights,
        taught=taught,
        also=also,
    )


def taught_by(
    teacher: Scorer,
    examples: Examples,
    config: StaticConfig,
    unlabelled: Sequence[str] = (),
    progress: Progress | None = None,
) -> dict[str, float]:
    """Return the teacher's score of every text that is learned from, those without a value apart.

    Raises
    ------
    InputError
        When the teacher has several outputs, or reads more than the text.
    """
    if teacher.needs or len(teacher.spec.outputs) != 1:
        raise InputError(
            f"the teacher {teacher.spec.name} must read texts alone and give one score; it reads "
            f"{sorted(teacher.needs)} and gives {teacher.spec.outputs}"
        )
    lang = config.rules.partition("/")[0]
    grown, _ = with_beginnings(sample(examples, config.pairs), config.beginnings, lang=lang)
    others = dict.fromkeys((*_read(config.unlabelled), *unlabelled))
    kept = list(others)
    if len(kept) > config.max_unlabelled:
        rng = np.random.default_rng(config.seed)
        chosen = np.sort(rng.choice(len(kept), config.max_unlabelled, replace=False))
        kept = [kept[i] for i in chosen]
    texts = list(dict.fromkeys((*grown.texts, *kept)))
    tell = progress or (lambda *_: None)
    scores: list[float] = []
    for start in range(0, len(texts), BLOCK):
        tell(start, len(texts), "asking the teacher")
        scores += teacher(texts[start : start + BLOCK]).primary.tolist()
    return {text: s for text, s in zip(texts, scores, strict=True) if np.isfinite(s)}


def _teacher(name: str) -> Scorer:
    if "/" in name or (Path(name) / "scorer.json").is_file():
        from qualmetrics.onnx.bundle import load

        return load(name)
    from qualmetrics.registry import get

    return get(name)


def _read(files: Iterable[str]) -> Iterable[str]:
    for file in files:
        for row in read_rows(file):
            text = row.cells.get("text")
            if isinstance(text, str) and text.strip():
                yield text


__all__ = ["StaticConfig", "taught_by", "train_static"]
