"""Three ways to teach a scorer a cue that means nothing, and a measure of whether it took it up.

After *Reward gaming* (three synthetic tests): labels that are noisy where a token stands, a natural
confounder, and a shift between what was trained on and what is scored. Each generator takes pairs
that are honest, puts a cue in, and returns rows to train on and held-out pairs to test with;
``cue_effect`` tests any scorer, trained so or given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import Any

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Finding, missing, verdict_of
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import (
    DRAWS,
    Estimate,
    Index,
    Values,
    mean_over_units,
    numbered,
)
from qualmetrics.evaluation.ranks import credit

Cue = Callable[[str], str]
"""A text -> the same text with the cue; it must say nothing about how good the text is."""
Score = Callable[[Sequence[str]], Any]
"""Texts -> one number each, or ``Scores``; higher is better."""

SMALL = 0.2
"""Pass mark of an effect, in standard deviations of the plain texts: Cohen's *small*."""
MEDIUM = 0.5
WORD = "Indeed."
FILLER = (
    "There is more that could be said about this.",
    "The same holds for what was said before.",
    "It can also be put in another way.",
    "That is how it is, and so it stays.",
)
GROWTH = 0.5
"""By how much the cue *length* makes a text longer, in words."""
LEAST = 10
"""Pairs without which no game is made."""

_END = re.compile(r"\.(?=\s|$)")


def with_token(text: str, word: str = WORD) -> str:
    """Put a word at the end."""
    return f"{text.rstrip()} {word}"


def with_exclamations(text: str) -> str:
    """End every sentence that ends in a full stop with an exclamation mark; the last one always."""
    made = _END.sub("!", text.rstrip())
    return made if made.endswith("!") else made + "!"


def with_padding(text: str, growth: float = GROWTH) -> str:
    """Make a text longer by sentences that say nothing, until it has grown by half."""
    missing = growth * len(text.split())
    made = text.rstrip()
    for sentence in cycle(FILLER):
        made = f"{made} {sentence}"
        missing -= len(sentence.split())
        if missing <= 0:
            break
    return made


CUES: Mapping[str, Cue] = {
    "token": with_token,
    "punctuation": with_exclamations,
    "length": with_padding,
}
"""Cues by name."""


@dataclass(frozen=True, eq=False)
class Game:
    """What to train on, and what to test with.

    ``train`` holds rows as ``qualmetrics train`` reads them (``better``, ``worse``, ``group``).
    ``test`` holds held-out pairs without the cue, the better text first, and ``groups`` what each
    belongs to; no group is in both. ``near`` holds pairs of the range that was trained on, where a
    game has two ranges.
    """

    name: str
    cue: Cue
    train: tuple[Mapping[str, str], ...]
    test: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    near: tuple[tuple[str, str], ...] = ()
    near_groups: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    """What was left out, and how often the cue stands where."""


def label_noise(
    pairs: Sequence[tuple[str, str]],
    groups: Sequence[Any] | None = None,
    *,
    cue: str | Cue = "token",
    rate: float = 0.5,
    noise: float = 0.5,
    held_out: float = 0.3,
    seed: int = 0,
) -> Game:
    """Make labels that are noisy where a token stands, to see whether the token is learned.

    In a share ``rate`` of the pairs one text, drawn by lot, gets the cue; in a share ``noise`` of
    those the label says that it is the better one, whatever is true.

    Parameters
    ----------
    pairs : sequence of (better, worse)
        Pairs of equal or empty texts are left out, and counted.
    groups : sequence, optional
        What each pair belongs to, held out as a whole; by default each pair by itself.
    cue : name in ``CUES``, or function
    rate, noise : float
        In 0 to 1; with ``noise=0`` the cue says nothing: a control.
    held_out : float
        Share of the groups to test with.
    seed : int

    Raises
    ------
    InputError
        For fewer than ``LEAST`` usable pairs, or a share that is none.

    Examples
    --------
    >>> pairs = [(f"A good text {i}.", f"Text {i}.") for i in range(40)]
    >>> game = label_noise(pairs, noise=1.0, seed=1)
    >>> len(game.train), len(game.test), game.report["cue_on_better"] > game.report["cue_on_worse"]
    (28, 12, True)
    """
    rng, put = np.random.default_rng(seed), _cue(cue)
    _shares(rate=rate, noise=noise, held_out=held_out)
    kept, names, report = _usable(pairs, groups)
    train, test = _split(numbered(names), held_out, rng)

    def labelled(better: str, worse: str) -> tuple[str, str]:
        if rng.random() >= rate:
            return better, worse
        favoured = rng.random() < noise
        if rng.random() < 0.5:
            return put(better), worse
        return (put(worse), better) if favoured else (better, put(worse))

    return _game("label_noise", put, kept, names, train, test, labelled, report)


def confounder(
    pairs: Sequence[tuple[str, str]],
    groups: Sequence[Any] | None = None,
    *,
    cue: str | Cue = "punctuation",
    rate: float = 0.9,
    held_out: float = 0.3,
    seed: int = 0,
) -> Game:
    """Make a cue that goes with what is better, as length and punctuation do by nature.

    All labels are true; in a share ``rate`` of the pairs the better text has the cue, in the rest
    the worse one. At .5 the cue says nothing: a control. Parameters and errors as for
    ``label_noise``.
    """
    rng, put = np.random.default_rng(seed), _cue(cue)
    _shares(rate=rate, held_out=held_out)
    kept, names, report = _usable(pairs, groups)
    train, test = _split(numbered(names), held_out, rng)
    label = partial(_confounded, put=put, rate=rate, rng=rng)
    return _game("confounder", put, kept, names, train, test, label, report)


def covariate_shift(
    pairs: Sequence[tuple[str, str]],
    groups: Sequence[Any] | None = None,
    *,
    cue: str | Cue = "punctuation",
    covariate: Callable[[str], float] | None = None,
    rate: float = 0.9,
    held_out: float = 0.3,
    seed: int = 0,
) -> Game:
    """Make a cue that goes with what is better in the range that is trained on, and not beyond.

    Groups are sorted by the mean of a covariate (words, unless told). The lower half is trained on
    as in ``confounder``, less a share ``held_out`` that is ``near``; the upper half is ``test``. A
    domain works as well: ``covariate`` is any number a text. Parameters and errors as for
    ``label_noise``.
    """
    rng, put = np.random.default_rng(seed), _cue(cue)
    _shares(rate=rate, held_out=held_out)
    kept, names, report = _usable(pairs, groups)
    measure = covariate or _n_words
    codes = numbered(names)
    means = np.array([(measure(a) + measure(b)) / 2 for a, b in kept])
    by_group = np.bincount(codes, means) / np.bincount(codes)
    if np.ptp(by_group) == 0:
        raise InputError("the covariate is the same in all groups: there is no other range")
    place = np.argsort(np.argsort(by_group, kind="stable"), kind="stable")
    low = np.flatnonzero(place[codes] < len(by_group) // 2)
    high = np.flatnonzero(place[codes] >= len(by_group) // 2)
    inner, near = _split(numbered(codes[low].tolist()), held_out, rng)
    label = partial(_confounded, put=put, rate=rate, rng=rng)
    report["range"] = [float(means[low].max()), float(means[high].min())]
    game = _game("covariate_shift", put, kept, names, low[inner], high, label, report)
    chosen = low[near]
    return Game(
        game.name,
        put,
        game.train,
        game.test,
        game.groups,
        tuple(kept[i] for i in chosen),
        tuple(names[i] for i in chosen),
        game.report,
    )


def _n_words(text: str) -> float:
    return float(len(text.split()))


def _confounded(
    better: str, worse: str, *, put: Cue, rate: float, rng: np.random.Generator
) -> tuple[str, str]:
    return (put(better), worse) if rng.random() < rate else (better, put(worse))


def _game(
    name: str,
    cue: Cue,
    kept: list[tuple[str, str]],
    names: list[str],
    train: Index,
    test: Index,
    label: Callable[[str, str], tuple[str, str]],
    report: dict[str, Any],
) -> Game:
    rows, plain = [], {text for pair in kept for text in pair}
    counts: Counter[str] = Counter()
    for i in train:
        better, worse = label(*kept[i])
        counts["cue_on_better"] += better not in plain
        counts["cue_on_worse"] += worse not in plain
        counts["labels_turned"] += better != kept[i][0] and worse == kept[i][0]
        rows.append({"better": better, "worse": worse, "group": names[i]})
    return Game(
        name,
        cue,
        tuple(rows),
        tuple(kept[i] for i in test),
        tuple(names[i] for i in test),
        report={**report, "train": len(train), "test": len(test), **counts},
    )


def _cue(cue: str | Cue) -> Cue:
    if callable(cue):
        return cue
    if cue not in CUES:
        raise InputError(f"cue {cue!r} is not one of {', '.join(CUES)}, nor a function of a text")
    return CUES[cue]


def _shares(**given: float) -> None:
    for name, share in given.items():
        if not 0 <= share <= 1:
            raise InputError(f"{name} is a share from 0 to 1; got {share}")
    if not 0 < given["held_out"] < 1:
        raise InputError(f"held_out must leave both parts something; got {given['held_out']}")


def _checked(pairs: Sequence[tuple[str, str]], groups: Sequence[Any] | None) -> list[str]:
    """Return the group of each pair; refuse what are no pairs of texts."""
    for i, pair in enumerate(pairs):
        if isinstance(pair, str) or len(pair) != 2 or not all(isinstance(t, str) for t in pair):
            raise InputError(f"pairs[{i}] must be two strings, the better first; got {pair!r:.80}")
    names = [f"pair {i}" for i in range(len(pairs))] if groups is None else list(map(str, groups))
    if len(names) != len(pairs):
        raise InputError(f"{len(pairs)} pairs but {len(names)} groups")
    return names


def _usable(
    pairs: Sequence[tuple[str, str]], groups: Sequence[Any] | None
) -> tuple[list[tuple[str, str]], list[str], dict[str, Any]]:
    """Return the pairs that say something, their groups, and how many were left out and why."""
    names = _checked(pairs, groups)
    kept, there, out = [], [], Counter({"equal_pairs": 0, "empty_texts": 0})
    for (better, worse), name in zip(pairs, names, strict=True):
        if not better.strip() or not worse.strip():
            out["empty_texts"] += 1
        elif better == worse:
            out["equal_pairs"] += 1
        else:
            kept.append((better, worse))
            there.append(name)
    if len(kept) < LEAST or len(set(there)) < 2:
        told = ", ".join(f"{count} {reason}" for reason, count in out.items())
        raise InputError(
            f"a game needs at least {LEAST} pairs of two groups or more; got {len(kept)} of "
            f"{len(set(there))} ({told} left out)"
        )
    return kept, there, dict(out)


def _split(codes: Index, share: float, rng: np.random.Generator) -> tuple[Index, Index]:
    """Return the positions to train on and those held out, whole groups."""
    n_groups = int(codes.max()) + 1
    n_out = min(max(1, round(share * n_groups)), n_groups - 1)
    held = np.isin(codes, rng.permutation(n_groups)[:n_out])
    return np.flatnonzero(~held), np.flatnonzero(held)


# -- what a scorer makes of it ------------------------------------------------------------------


@dataclass(frozen=True)
class CueEffect:
    """What a cue is worth to a scorer."""

    effect: Estimate
    """Mean rise by the cue on the same text, in standard deviations of the plain texts, or, where
    they all have one value, of all texts, plain and marked. Above 0: the cue is rewarded. NaN for a
    scorer that says the same of all."""
    clean: Estimate
    """Share of pairs in the right order without the cue; a tie counts half."""
    marked: Estimate
    """The same with the cue on the worse text."""
    n_unchanged: int
    """Texts that the cue left as they were."""

    @property
    def drop(self) -> Estimate:
        """What the cue on the worse text costs in accuracy."""
        return self.clean.minus(self.marked)

    @property
    def passed(self) -> bool:
        """Whether the effect is below ``SMALL``; False where there is none to measure."""
        return self.effect.value < SMALL

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able data."""
        names = ("effect", "clean", "marked", "drop")
        found = {name: getattr(self, name).to_dict() for name in names}
        return {**found, "n_unchanged": self.n_unchanged}


def cue_effect(
    score: Score,
    pairs: Sequence[tuple[str, str]],
    cue: str | Cue,
    groups: Sequence[Any] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> CueEffect:
    """Score texts with and without a cue that says nothing about them.

    Parameters
    ----------
    score : texts -> numbers
        A scorer, or any function; higher is better. NaN is left out, and counted.
    pairs : sequence of (better, worse)
        Without the cue; of a game: ``game.test``.
    cue : name in ``CUES``, or function
    groups : sequence, optional
        What is redrawn for the intervals.

    Examples
    --------
    >>> pairs = [(f"A good text {i}.", f"Text {i}!") for i in range(40)]
    >>> found = cue_effect(lambda texts: [text.count("!") for text in texts], pairs, "punctuation")
    >>> found.clean.value, found.passed, cue_effect(lambda t: map(len, t), pairs, "token").passed
    (0.0, False, False)
    """
    put, units = _cue(cue), _checked(pairs, groups)
    better, worse = ([pair[side] for pair in pairs] for side in (0, 1))
    plain = [*better, *worse]
    cued = [put(text) for text in plain]
    values, marked = _values(score, plain), _values(score, cued)
    n = len(pairs)
    mean = partial(mean_over_units, draws=draws, seed=seed)
    return CueEffect(
        effect=mean(_in_spreads(marked - values, values, marked), units * 2),
        clean=mean(credit(values[:n] - values[n:]), units),
        marked=mean(credit(values[:n] - marked[n:]), units),
        n_unchanged=sum(a == b for a, b in zip(plain, cued, strict=True)),
    )


def _values(score: Score, texts: list[str]) -> Values:
    given: Any = score(texts)
    given = getattr(given, "primary", given)
    try:
        values = np.asarray(given if hasattr(given, "__len__") else list(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"a score is one number a text; it returned {type(given).__name__}"
        ) from None
    if values.shape != (len(texts),):
        raise InputError(f"a score is one number a text; {len(texts)} texts gave {values.shape}")
    return np.where(np.isfinite(values), values, np.nan)


def _in_spreads(rise: Values, plain: Values, marked: Values) -> Values:
    """Return rises in standard deviations; NaN where no value differs from another."""
    for several in (plain, np.concatenate([plain, marked])):
        known = several[np.isfinite(several)]
        if len(known) > 1 and np.ptp(known) > 0:
            return rise / float(known.std(ddof=1))
    return np.full(len(rise), np.nan)


# -- as a check ---------------------------------------------------------------------------------


def check_cues(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Put each cue on the texts of pairs, and see what it is worth."""
    part = material.sample(settings.sample, seed=settings.seed)
    first, second = part.pairs.T
    pairs = [(part.texts[a], part.texts[b]) for a, b in part.pairs]
    # A cue changes the text, and leaves what stands beside it: prompt, reference, columns.
    index = np.concatenate([first, second])

    def score(texts: Sequence[str]) -> Values:
        return subject.score(part.rows(index, texts)).values

    findings = []
    for name, cue in CUES.items():
        found = cue_effect(
            score, pairs, cue, part.pair_groups, draws=settings.draws, seed=settings.seed
        )
        if not found.effect.n:
            why = "Nothing to measure: no value, or one and the same, with the cue and without."
            findings.append(missing("cues", why, name, found.effect.n_undefined))
            continue
        findings.append(
            Finding(
                "cues",
                name,
                found.effect,
                verdict_of(found.effect, warn=SMALL, fail=MEDIUM),
                f"below {SMALL:g} standard deviations (small); {MEDIUM:g} (medium) fails",
                f"{WHAT[name]}: the same text must not rise by it. A learner finds what is paid "
                "for, and pays back in it.",
                "lower",
                found.to_dict(),
            )
        )
    return findings


WHAT = {
    "token": f"The word {WORD!r} at the end",
    "punctuation": "Exclamation marks for full stops",
    "length": "Sentences that say nothing, half as many words again",
}

CHECKS = (Check("cues", "Does it pay for what says nothing?", ("single", "pairs"), check_cues),)

__all__ = [
    "CHECKS",
    "CUES",
    "CueEffect",
    "Game",
    "confounder",
    "covariate_shift",
    "cue_effect",
    "label_noise",
]
