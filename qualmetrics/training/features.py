"""The backend ``features``: rankers of counts and word weights, fitted in seconds on one core.

The score is linear in ratios of counts (sentence length, syllables, unfamiliar words) and in the
mean weight of a text's words, which are learned in the same fit; a word that was met too rarely is
weighed by its character n-grams. The objective is the pairwise logistic loss; it is convex, so a
run has one outcome, whatever the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.ranker import (
    CountsForward,
    LinearForward,
    Ranker,
    Ratio,
    standardised,
    write_ranker,
)
from qualmetrics.text.inputs import Counts
from qualmetrics.training import leave
from qualmetrics.training.augment import with_beginnings
from qualmetrics.training.boosting import BoostingConfig, Judged, boost
from qualmetrics.training.data import Examples
from qualmetrics.training.lexicon import Lexicon, LexiconConfig, learn_words
from qualmetrics.training.losses import pairwise_logistic, pairwise_logistic_slope, sums
from qualmetrics.training.measure import measured, pair_loss
from qualmetrics.training.pairs import PairConfig, sample
from qualmetrics.training.result import Trained

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

BY_WORD = (
    *("syllables", "letters", "letters_sq", "monosyllables", "syllables_2", "syllables_3"),
    *("syllables_4plus", "polysyllables", "short_words", "letters_6plus", "long_words"),
    *("numerals", "punctuation", "stop_own"),
)
"""Columns that are divided by the number of words."""

ENGLISH_BY_WORD = (
    *("hard_fog", "unfamiliar_dale", "unfamiliar_dale_1995"),
    *("unfamiliar_spache", "unfamiliar_spache_types"),
)
"""Columns that only English rules have."""

BY_SENTENCE = ("words", "long_words", "punctuation")

TYPES_POWER = 0.85
"""Distinct words grow more slowly than words: about with this power, over 50 to 1,000 words."""


def smoothed(features: Sequence[Ratio], counts: Mapping[str, Any], by: float) -> list[Ratio]:
    """Return the features with rates by word drawn to their mean, as if by so many more words."""
    words = float(counts["words"].sum())
    return [
        replace(f, plus=by * float(counts[f.over].sum()) / words, plus_under=by)
        if by and f.shape == "plain" and f.under == "words"
        else f
        for f in features
    ]


LENGTH = Ratio("words", "words", "log", power=0.0)
"""The logarithm of the number of words, as a ratio to words to the power of 0."""


def ratios(rules: str) -> tuple[Ratio, ...]:
    """Return the features under these rules: rates by word and sentence, none of bare length."""
    english = rules.startswith("en/")
    made = [Ratio(name, "words") for name in (*BY_WORD, *(ENGLISH_BY_WORD if english else ()))]
    made += [Ratio(name, "sentences") for name in BY_SENTENCE]
    made += [Ratio("unfamiliar_dale", "sentences")] if english else []
    made += [
        Ratio("words", "sentences", "log"),
        Ratio("words", "units", "log"),
        Ratio("polysyllables", "sentences", "sqrt"),
        Ratio("types", "words", "log", power=TYPES_POWER),
    ]
    return tuple(made)


@dataclass(frozen=True)
class FeaturesConfig:
    """Settings of the backend ``features``.

    ``penalty`` and ``lexicon.penalty`` are L2 weights; of several, those that do best on the
    development part are taken, or the last ones where there is none. ``beginnings`` adds each pair
    again with both texts cut to so many words. ``smoothing`` draws the rates of short texts to
    their mean, as if by so many more words. ``length_decorrelation`` penalises what the score
    shares with the logarithm of the number of words; ``consistency`` penalises the squared change
    of the score under edits that keep the meaning (a typo, letter case, quotes). ``length`` makes
    the number of words a feature, for corpora where long means hard; such a ranker cannot compare
    a chapter with a page. ``distillation`` is what the squared distance from a teacher's scores
    counts, where there is a teacher. ``model = "boosting"`` fits trees over the counts alone, and
    knows neither of the penalties.
    """

    name: str = "my_ranker"
    increases_with: str = "difficulty"
    rules: str = "en/1"
    model: str = "linear"
    pairs: PairConfig = field(default_factory=PairConfig)
    beginnings: tuple[int, ...] = (200, 100, 50)
    lexicon: LexiconConfig = field(default_factory=LexiconConfig)
    penalty: tuple[float, ...] = (1e-2, 1e-3)
    smoothing: float = 0.0
    length_decorrelation: float = 0.0
    consistency: float = 0.0
    length: bool = False
    distillation: float = 1.0
    boosting: BoostingConfig = field(default_factory=BoostingConfig)
    seed: int = 0
    description: str = ""
    licence: str = ""
    source: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(f"model {self.model!r} is not one of {', '.join(MODELS)}")
        if not self.penalty or min(self.penalty) <= 0:
            raise InputError(f"penalty must be positive numbers; got {self.penalty}")


MODELS = ("linear", "boosting")


def train_features(
    examples: Examples,
    config: FeaturesConfig,
    folder: str | Path | None,
    *,
    dev: Examples | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    weights: Any = None,
    taught: Mapping[str, float] | None = None,
    also: Mapping[str, Any] | None = None,
) -> Trained:
    """Fit a ranker of counts and words, and export it.

    Parameters
    ----------
    examples : Examples
        Pairs, or values of which pairs are made.
    config : FeaturesConfig
    folder : path, or None to export nothing
    dev : Examples, optional
        What penalties are chosen on, and what is measured. No text of it is trained on.
    resume : bool
        Accepted and without effect: a run takes seconds and has one outcome.
    progress : callable of (done, total, note), optional
    weights : array ``(m,)``, optional
        How much each pair counts, after ``pairs.sample``; 1 each where it is not given.
    taught : mapping of text -> score, optional
        What another ranker gives; followed as far as ``config.distillation`` says. Texts without
        pairs may be among them.
    also : mapping, optional
        What the report is to say besides.

    Returns
    -------
    trained : Trained
        ``history`` has an entry for each choice of penalties.

    Raises
    ------
    InputError
        When there is nothing to learn from.
    MissingExtraError
        Without the extra ``fit``.
    """
    del resume
    tell = progress or (lambda *_: None)
    tell(0, 3, "counting")
    judged = sample(examples, config.pairs)
    share = np.ones(judged.n_pairs) if weights is None else np.asarray(weights, np.float64)
    if share.shape != (judged.n_pairs,):
        raise InputError(f"weights are {share.shape} for {judged.n_pairs} pairs")
    held = None if dev is None else sample(dev, replace(config.pairs, strategy="all"))
    lang = config.rules.partition("/")[0]
    grown, rows = with_beginnings(judged, config.beginnings, lang=lang)
    design = _design(_with_taught(grown, taught or {}), share[rows], config, taught or {})
    find = _best if config.model == "linear" else _boosted
    ranker, history = find(design, held, config, tell)
    scorer = ranker.scorer()
    report = {"backend": "features", "data": leave.told(judged), **(also or {})}
    if taught:
        report |= {"taught_texts": len(taught), "teacher_r": _follows(scorer, taught)}
    if held is not None:
        report["dev"] = measured(scorer, held)
    tell(1, 1, "exporting")
    if folder is None:
        return Trained(scorer, None, tuple(history), report)
    made = leave.leave(folder, scorer, config=config, history=history, report=report)
    write_ranker(folder, scorer)
    return made


def _follows(scorer: Scorer, taught: Mapping[str, float]) -> float:
    """Return how the scores correlate with the teacher's, on some texts that were learned from."""
    texts = list(taught)[:FOLLOWED]
    ours, theirs = scorer(texts).primary, np.array([taught[text] for text in texts])
    both = np.isfinite(ours)
    return float(np.corrcoef(ours[both], theirs[both])[0, 1])


FOLLOWED = 4_000


def _best(
    design: _Design, held: Examples | None, config: FeaturesConfig, tell: Progress
) -> tuple[Ranker, list[dict[str, Any]]]:
    """Fit with each choice of penalties; return the best on the development part, else the last."""
    choices = [(a, b) for a in config.penalty for b in config.lexicon.penalty]
    if held is None:
        choices = choices[-1:]
    history: list[dict[str, Any]] = []
    rankers: list[Ranker] = []
    for number, (penalty, word_penalty) in enumerate(choices):
        tell(1 + number, 2 + len(choices), "fitting")
        ranker, loss = _fit(design, penalty, word_penalty, config)
        rankers.append(ranker)
        entry = {"penalty": penalty, "word_penalty": word_penalty, "loss": loss}
        if held is not None:
            values = ranker.scorer()(held.texts).values
            losses = [pair_loss(values[:, k], held, k) for k in range(values.shape[1])]
            entry["dev_loss"] = float(np.mean(losses))
        history.append(entry)
    order = [entry.get("dev_loss", 0.0) for entry in history]
    return rankers[int(np.argmin(order))], history


def _boosted(
    design: _Design, held: Examples | None, config: FeaturesConfig, tell: Progress
) -> tuple[Ranker, list[dict[str, Any]]]:
    """Fit trees over the counts."""
    from qualmetrics.text import count

    if len(design.taught):
        raise InputError("boosting learns from pairs alone; a teacher needs model='linear'")
    if len(design.examples.criteria) > 1:
        raise InputError("boosting learns one criterion; model='linear' learns several")
    if design.edits.size or config.length_decorrelation:
        raise InputError("consistency and length_decorrelation are for model='linear'")
    tell(1, 2, "fitting")
    columns = tuple(dict.fromkeys(x for f in design.features for x in (f.over, f.under)))

    def judged(examples: Examples, weights: Floats) -> Judged:
        counts = count(examples.texts, columns, rules=config.rules)
        with np.errstate(all="ignore"):
            table = np.stack([np.asarray(f(counts)) for f in design.features], axis=1)
        return Judged(table, examples.pairs, examples.p[:, 0], examples.margin, weights)

    dev = None if held is None else judged(held, np.full(held.n_pairs, 1 / held.n_pairs))
    forward, history = boost(
        judged(design.examples, design.weights),
        design.features,
        config.boosting,
        dev=dev,
        seed=config.seed,
    )
    names = tuple(dict.fromkeys((*columns, "words")))
    return _centred(_ranker(config, forward, names, (), design), design), history


def _ranker(
    config: FeaturesConfig,
    forward: CountsForward,
    columns: tuple[str, ...],
    tables: tuple[Any, ...],
    design: _Design,
) -> Ranker:
    return Ranker(
        name=config.name,
        forward=forward,
        inputs=(Counts(config.rules, columns, tables),),
        criteria=design.examples.criteria,
        increases_with=config.increases_with,
        description=config.description or DESCRIPTION[config.model],
        languages=(config.rules.partition("/")[0],),
        licence=config.licence,
        source=config.source,
        version=config.version,
    )


# -- the fit --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Design:
    """Texts as numbers, and which of them are compared."""

    examples: Examples
    features: tuple[Ratio, ...]
    table: Floats
    """``(n, f)``, standardised."""
    means: Floats
    scales: Floats
    lexicon: Lexicon
    weights: Floats
    """``(m,)``."""
    log_words: Floats
    """``(n,)``, centred."""
    edits: NDArray[np.int64]
    """``(e, 2)``: a text and its edited copy."""
    taught: NDArray[np.intp]
    """Texts that a teacher has scored."""
    targets: Floats
    """What it gave them, centred."""


def _with_taught(examples: Examples, taught: Mapping[str, float]) -> Examples:
    """Add the texts that only the teacher has seen; no pair holds one."""
    there = set(examples.texts)
    extra = [text for text in taught if text not in there]
    blank = ("",) * len(extra)
    missing = np.full((len(extra), len(examples.criteria)), np.nan)
    return replace(
        examples,
        texts=(*examples.texts, *extra),
        values=np.concatenate([examples.values, missing]),
        groups=(*examples.groups, *blank),
        ids=(*examples.ids, *blank),
    )


def _design(
    examples: Examples, weights: Floats, config: FeaturesConfig, taught: Mapping[str, float]
) -> _Design:
    from qualmetrics.text import count

    n = len(examples.texts)
    texts, edits = _with_edits(examples.texts, config)
    plain = (*ratios(config.rules), *([LENGTH] if config.length else []))
    columns = tuple(dict.fromkeys(x for f in plain for x in (f.over, f.under)))
    counts = count(texts, columns, rules=config.rules)
    usable = counts["words"] > 0
    if not usable.any():
        raise InputError(f"no text holds a word under the rules {config.rules}")
    words = config.lexicon if config.model == "linear" else replace(config.lexicon, max_words=0)
    features = tuple(smoothed(plain, counts, config.smoothing))
    with np.errstate(all="ignore"):
        table = np.stack([np.asarray(f(counts)) for f in features], axis=1)
    table[~usable] = 0.0
    means, scales = table[:n][usable[:n]].mean(axis=0), table[:n][usable[:n]].std(axis=0)
    scales[scales < SMALLEST_SCALE] = np.inf  # what does not vary has no weight
    table = np.where(usable[:, None], (table - means) / scales, 0.0)
    log_words = np.log(np.maximum(counts["words"][:n], 1.0))
    given = np.array([taught.get(text, np.nan) for text in examples.texts])
    known = np.flatnonzero(np.isfinite(given) & usable[:n])
    targets = given[known] - given[known].mean() if len(known) else given[known]
    return _Design(
        examples=examples,
        features=features,
        table=table,
        means=means,
        scales=scales,
        lexicon=learn_words(texts, words, rules=config.rules),
        weights=weights / weights.sum(),
        log_words=log_words - log_words.mean(),
        edits=edits,
        taught=known,
        targets=targets,
    )


SMALLEST_SCALE = 1e-12


def _with_edits(
    texts: Sequence[str], config: FeaturesConfig
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    if not config.consistency:
        return tuple(texts), np.zeros((0, 2), np.int64)
    from qualmetrics.training.edits import edited

    rng = np.random.default_rng(config.seed)
    copies = [edited(text, rng) for text in texts]
    index = np.arange(len(texts), dtype=np.int64)
    return (*texts, *copies), np.stack([index, index + len(texts)], axis=1)


def _fit(
    design: _Design, penalty: float, word_penalty: float, config: FeaturesConfig
) -> tuple[Ranker, float]:
    k = len(design.examples.criteria)
    found = [_minimise(design, i, penalty, word_penalty, config) for i in range(k)]
    n_features = len(design.features)
    table, channels = design.lexicon.weights(
        [solution[n_features:] for solution, _ in found], config.name
    )
    features = list(design.features)
    weights, intercepts = standardised(
        features, np.stack([s[:n_features] for s, _ in found]), design.means, design.scales
    )
    rows = [list(row) for row in weights]
    for i, (channel, unit) in enumerate(channels):
        features.append(Ratio(channel, "words", plus_under=config.lexicon.shrink))
        for j, row in enumerate(rows):
            row.append(unit if i == j else 0.0)
    tables = () if table is None else (table,)
    forward = LinearForward(tuple(features), tuple(map(tuple, rows)), intercepts)
    names = tuple(name for name in forward.columns if name not in dict(channels))
    ranker = _ranker(config, forward, names, tables, design)
    return _centred(ranker, design), float(np.mean([loss for _, loss in found]))


DESCRIPTION = {
    "linear": "Learned from which of two texts stands higher; linear in counts and word weights.",
    "boosting": "Learned from which of two texts stands higher; boosted trees over counts.",
}


def _centred(ranker: Ranker, design: _Design) -> Ranker:
    """Move the zero to the mean of the texts that were learned from; differences stay."""
    from qualmetrics.text import count

    item = ranker.inputs[0]
    assert isinstance(item, Counts)  # noqa: S101 - made above
    counts = count(design.examples.texts, item.columns, rules=item.rules, tables=item.tables)
    means = np.nanmean(ranker.forward(counts), axis=0)
    shifted = tuple(b - float(m) for b, m in zip(ranker.forward.intercepts, means, strict=True))
    typical = {name: float(values.mean()) for name, values in counts.items()}
    forward: Any = ranker.forward
    return replace(ranker, forward=replace(forward, intercepts=shifted), typical=typical)


def _minimise(
    design: _Design, criterion: int, penalty: float, word_penalty: float, config: FeaturesConfig
) -> tuple[Floats, float]:
    """Return the weights of features and words that minimise the objective, and the loss there."""
    minimize = _optimiser()
    table, words = design.table, design.lexicon.table
    n_features, n_texts = table.shape[1], len(table)
    n = len(design.examples.texts)
    turned = words.T.tocsr()
    first, second = design.examples.pairs.T
    p, margin = design.examples.p[:, criterion], design.examples.margin
    weight = np.where(np.isnan(p), 0.0, design.weights)
    if not weight.any():
        raise InputError(f"nobody judged {design.examples.criteria[criterion]!r}")
    weight = weight / weight.sum()
    ridge = np.r_[np.full(n_features, penalty), np.full(words.shape[1], word_penalty)]
    spread = float((design.log_words**2).mean()) or 1.0

    def objective(solution: Floats) -> tuple[float, Floats]:
        scores = table @ solution[:n_features] + words @ solution[n_features:]
        gap = scores[first] - scores[second]
        total = float(weight @ pairwise_logistic(gap, p, margin))
        slope = weight * pairwise_logistic_slope(gap, p, margin)
        pull: Floats = sums(first, slope, n_texts) - sums(second, slope, n_texts)
        if config.length_decorrelation:
            shared = float(scores[:n] @ design.log_words) / n
            total += config.length_decorrelation * shared**2 / spread
            step = config.length_decorrelation * 2 * shared / (spread * n)
            pull[:n] = pull[:n] + step * design.log_words
        if len(design.taught):
            away = scores[design.taught] - design.targets
            away -= away.mean()  # where the zero lies is nobody's business
            scale = config.distillation / (len(away) * max(float(design.targets.var()), 1e-12))
            total += scale * float(away @ away)
            pull[design.taught] += 2 * scale * away
        if config.consistency:
            change = scores[design.edits[:, 0]] - scores[design.edits[:, 1]]
            total += config.consistency * float((change**2).mean())
            moved = config.consistency * 2 * change / len(change)
            pull += sums(design.edits[:, 0], moved, n_texts)
            pull -= sums(design.edits[:, 1], moved, n_texts)
        total += float(ridge @ solution**2)
        return total, np.r_[table.T @ pull, turned @ pull] + 2 * ridge * solution

    start = np.zeros(n_features + words.shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": MAX_STEPS})
    solution = np.asarray(found.x, dtype=np.float64)
    scores = table @ solution[:n_features] + words @ solution[n_features:]
    loss = float(weight @ pairwise_logistic(scores[first] - scores[second], p, margin))
    return solution, loss


MAX_STEPS = 500


def _optimiser() -> Any:
    try:
        from scipy.optimize import minimize
    except ImportError:
        raise MissingExtraError("scipy", "fit", "training a ranker") from None
    return minimize


__all__ = ["FeaturesConfig", "ratios", "train_features"]
