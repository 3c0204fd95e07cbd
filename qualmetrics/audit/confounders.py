"""Is it only length? How far a score follows something that it should not be about.

Singhal et al. 2023 (A Long Way to Go): most of what optimising a reward model gains is length. The
same questions for readability, Markdown, the place of an answer, and any column of the caller's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import FEW, Finding, missing, single, verdict_of
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject, subject_of
from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Index, Values, bootstrap, numbered
from qualmetrics.evaluation.correlation import correlation, pearson
from qualmetrics.evaluation.length import accuracy, by_longer_side

WIDTH: Final = 20.0
"""Words of one bin of the non-length gain, as in the paper."""
PAIR_WIDTH: Final = 10.0
PAIR_LIMIT: Final = 200.0
"""Bins of the balanced pairs, and how far the two lengths may be apart."""
BINS: Final = 10
"""Bins of what is no length: tenths of the texts."""
EXCESS: Final = 0.1
"""By how much a score may follow a covariate more than the labels do."""
Covariate = Callable[[Material, Settings], Values]


# -- the numbers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """By how much one system stands above another, in all and among texts of equal covariate."""

    delta: float
    """Mean of the second less mean of the first."""
    within: float
    """The same inside bins of the covariate, averaged by their size."""
    n: int
    """Texts in bins that hold at least two of both."""

    @property
    def ratio(self) -> float:
        """What is left of the difference when the covariate is held: near 0, it was only that."""
        return self.within / self.delta if self.delta else math.nan


def non_length_gain(
    first: Any,
    first_sizes: Any,
    second: Any,
    second_sizes: Any,
    *,
    edges: Sequence[float] | None = None,
    width: float = WIDTH,
) -> Gain:
    """Compare two systems among texts of about equal length.

    Parameters
    ----------
    first, second : array
        Values of the texts of each.
    first_sizes, second_sizes : array
        Their lengths, or another covariate; NaN leaves a text out, as NaN in its value does.
    edges : sequence of float, optional
        Inner limits of the bins; by default every ``width``.
    width : float
        20 in the paper.

    Returns
    -------
    Gain
        Bins with at most one text on a side are left out; ``within`` is NaN where none is left.

    Examples
    --------
    >>> gain = non_length_gain([0.1, 0.1, 0.6], [10, 10, 50], [0.2, 0.2, 0.7], [10, 12, 50])
    >>> round(gain.delta, 3), round(gain.within, 3), gain.n
    (0.1, 0.1, 4)
    """
    sides = []
    for values, sizes in ((first, first_sizes), (second, second_sizes)):
        v, s = np.asarray(values, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
        if v.shape != s.shape or v.ndim != 1:
            raise InputError(f"values and sizes must be aligned; got {v.shape} and {s.shape}")
        there = np.isfinite(v) & np.isfinite(s)
        v, s = v[there], s[there]
        bins = np.floor(s / width) if edges is None else np.searchsorted(edges, s, side="right")
        sides.append((v, bins))
    (a, a_bins), (b, b_bins) = sides
    if not (len(a) and len(b)):
        return Gain(math.nan, math.nan, 0)
    total, weight = 0.0, 0
    for one in np.intersect1d(a_bins, b_bins):
        mine, other = a[a_bins == one], b[b_bins == one]
        if len(mine) > 1 and len(other) > 1:
            n = len(mine) + len(other)
            total += n * float(other.mean() - mine.mean())
            weight += n
    delta = float(b.mean() - a.mean())
    return Gain(delta, total / weight if weight else math.nan, weight)


def balanced_pairs(
    differences: Any, *, width: float = PAIR_WIDTH, limit: float = PAIR_LIMIT, seed: int = 0
) -> Index:
    """Choose pairs among which the better text is longer as often as shorter, by as much.

    Parameters
    ----------
    differences : array (m,)
        Length of the better text less that of the worse one.
    width, limit : float
        Bins of the differences; pairs further apart than ``limit`` are left out.
    seed : int

    Returns
    -------
    index : array
        Positions of the pairs that are kept, rising: of each two opposite bins as many as the
        smaller one holds, and all pairs of equal length.

    Examples
    --------
    >>> balanced_pairs([5, 4, -3, 0, 90, -150]).tolist()[1:]
    [2, 3]
    """
    gaps = np.asarray(differences, dtype=np.float64)
    rng = np.random.default_rng(seed)
    usable = np.isfinite(gaps) & (abs(gaps) <= limit)
    bins = np.ceil(abs(gaps) / width)
    kept = [np.flatnonzero(usable & (gaps == 0))]
    for one in np.unique(bins[usable & (gaps != 0)]):
        both = [np.flatnonzero(usable & (bins == one) & (np.sign(gaps) == way)) for way in (1, -1)]
        n = min(map(len, both))
        kept += [rng.choice(side, n, replace=False) for side in both]
    return np.sort(np.concatenate(kept)).astype(np.intp)


def within_groups(values: Values, groups: Sequence[Any]) -> Values:
    """Return each value less the mean of its group, NaN left out; NaN where a group holds one."""
    codes = numbered(groups)
    there = np.isfinite(values)
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    sums = np.bincount(codes[there], values[there], n_groups)
    counts = np.bincount(codes[there], minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 1, sums / counts, np.nan)
    return values - means[codes]


# -- what may confound ----------------------------------------------------------------------------


def _length(material: Material, settings: Settings) -> Values:
    from qualmetrics.text import count

    found = np.full(len(material), np.nan)
    languages = np.array(material.languages(settings.lang)[0])
    for lang in np.unique(languages):
        index = np.flatnonzero(languages == lang)
        texts = [material.texts[i] for i in index]
        found[index] = count(texts, ["words"], rules=f"{lang}/1")["words"]
    return found


def _readability(material: Material, settings: Settings) -> Values:
    from qualmetrics.registry import get

    name = "flesch_kincaid_grade" if settings.lang.startswith("en") else "lix"
    scorer = get(name) if name != "lix" else get(name, lang=settings.lang)
    values: Values = scorer(material.texts).primary
    return values


def _markdown(material: Material, settings: Settings) -> Values:
    """Count the characters that are marks of Markdown."""
    from qualmetrics.audit.styles import strip_markdown

    del settings
    return np.array([float(len(t) - len(strip_markdown(t))) for t in material.texts])


COVARIATES: Final[Mapping[str, Covariate]] = {
    "length": _length,
    "readability": _readability,
    "markdown": _markdown,
}
"""Name -> one number a text; ``position`` and others are columns."""


def covariate_of(name: str, material: Material, settings: Settings) -> Values:
    """Return a covariate by name: one of ``COVARIATES``, or a column of numbers.

    Raises
    ------
    InputError
        For a name that is neither, or a column that holds something else than numbers.
    """
    if name in material.columns:
        try:
            return np.array(
                [math.nan if c in (None, "") else float(c) for c in material.columns[name]]
            )
        except (TypeError, ValueError):
            raise InputError(f"the column {name!r} must hold numbers to be a covariate") from None
    if name not in COVARIATES:
        there = ", ".join((*COVARIATES, *material.columns))
        raise InputError(f"no covariate is called {name!r}; there are: {there}")
    return COVARIATES[name](material, settings)


# -- findings -------------------------------------------------------------------------------------


def confound(
    scorer: Any,
    material: Material,
    covariate: str | Sequence[float] | Values = "length",
    *,
    better: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    lang: str = "en",
) -> list[Finding]:
    """Say how far a scorer follows a covariate.

    Parameters
    ----------
    scorer
        As for ``subject_of``.
    material : Material
    covariate : str or array (n,)
        ``length`` (words), ``readability``, ``markdown`` (characters of marks), a column of
        numbers, or one number a text.
    better, draws, seed, lang
        As for ``audit``.

    Returns
    -------
    list of Finding
        Correlations, pooled and within groups; what is left of the difference between better and
        worse texts of equal covariate; accuracy of the covariate alone, and of the scorer on pairs
        that are balanced in it.
    """
    told = Settings(seed=seed, draws=draws, lang=lang)
    subject = subject_of(scorer, better=better)
    if isinstance(covariate, str):
        return _findings(subject, material, told, covariate, None)
    return _findings(subject, material, told, "covariate", np.asarray(covariate, dtype=np.float64))


def _findings(
    subject: Subject, material: Material, settings: Settings, name: str, given: Values | None
) -> list[Finding]:
    sizes = covariate_of(name, material, settings) if given is None else given
    if sizes.shape != (len(material),):
        raise InputError(f"{len(material)} texts but a covariate of shape {sizes.shape}")
    check = f"confounder:{name}"
    values = subject.score(material.rows()).values
    spread = sizes[np.isfinite(sizes)]
    if not len(spread) or np.ptp(spread) == 0:
        return [missing(check, f"The {name} is the same for every text.")]
    apart = sizes[material.pairs[:, 0]] - sizes[material.pairs[:, 1]]
    if len(apart) and not np.nan_to_num(apart).any():
        told = f"The {name} does not vary within a pair: it cannot decide one."
        return [missing(check, told)]
    own = name == "readability" and _is_readability(subject)
    of = _Of(check, name, values, sizes, material, settings)
    found = [*_correlations(of)]
    if len(material.pairs):
        found += [*_gain(of), *_pairs(of)]
    if own:
        found = [_as_note(item) for item in found]
    return found


def _is_readability(subject: Subject) -> bool:
    return subject.scorer is not None and subject.scorer.spec.increases_with in (
        "ease",
        "difficulty",
    )


def _as_note(item: Finding) -> Finding:
    reason = f"{item.reason} Readability is what this scorer is about, so nothing is judged here."
    return Finding(item.check, item.name, item.found, "note", "", reason, "", item.details)


@dataclass(frozen=True)
class _Of:
    check: str
    name: str
    values: Values
    sizes: Values
    material: Material
    settings: Settings

    def correlation(self, a: Values, b: Values, kind: str) -> Estimate:
        return correlation(
            a, b, self.material.groups, kind=kind,
            draws=self.settings.draws, seed=self.settings.seed,
        )  # fmt: skip

    def accuracy(self, values: Values, index: Index | None = None) -> Estimate:
        chosen = np.arange(len(self.material.pairs)) if index is None else index
        units = self.material.pair_groups
        return accuracy(
            values,
            self.material.pairs[chosen],
            [units[i] for i in chosen],
            draws=self.settings.draws,
            seed=self.settings.seed,
        )


def _correlations(of: _Of) -> list[Finding]:
    found = []
    grouped = len(set(of.material.groups)) < len(of.material)
    sides = {"pooled": (of.values, of.sizes)}
    if grouped:
        both = np.isfinite(of.values) & np.isfinite(of.sizes)
        inside = [
            within_groups(np.where(both, side, np.nan), of.material.groups)
            for side in sides["pooled"]
        ]
        sides = {"within": (inside[0], inside[1]), **sides}
    for scope, (values, sizes) in sides.items():
        judged = scope == "within" or not grouped
        for kind in ("pearson", "spearman"):
            r = of.correlation(values, sizes, kind)
            found.append(_followed(of, scope, kind, r, judged=judged and kind == "pearson"))
    found.append(
        Finding(
            of.check,
            "r2",
            bootstrap(
                lambda index: pearson(*_both(of.values[index], of.sizes[index])) ** 2,
                of.material.groups,
                n=int((np.isfinite(of.values) & np.isfinite(of.sizes)).sum()),
                draws=of.settings.draws,
                seed=of.settings.seed,
            ),
            reason=f"The share of the variance that a line through the {of.name} explains.",
        )
    )
    return found


def _followed(of: _Of, scope: str, kind: str, r: Estimate, *, judged: bool) -> Finding:
    """Judge a correlation, where that is asked, by what the labels themselves have of it."""
    label = _of_labels(of, scope)
    verdict = "note"
    if judged:
        verdict = verdict_of(single(abs(r.value), r.n), warn=0.5, fail=0.8)
        if label * r.value > 0 and abs(r.value) <= abs(label) + EXCESS:
            verdict = "pass"
    return Finding(
        of.check,
        f"{scope}_{kind}",
        r,
        verdict,
        "between -.5 and .5, or at most .1 further than the labels follow it; fails from .8"
        if judged
        else "",
        _words(of.name, scope),
        details={"beside": {"labels": single(label, r.n).to_dict()}} if judged else {},
    )


def _of_labels(of: _Of, scope: str) -> float:
    """Return Pearson's r of the labels with the covariate, pooled or inside groups."""
    labels, sizes = of.material.labels, of.sizes
    both = np.isfinite(labels) & np.isfinite(sizes)
    sides = [np.where(both, side, np.nan) for side in (labels, sizes)]
    if scope == "within":
        sides = [within_groups(side, of.material.groups) for side in sides]
    return pearson(*_both(*sides))


def _both(a: Values, b: Values) -> tuple[Values, Values]:
    there = np.isfinite(a) & np.isfinite(b)
    return a[there], b[there]


def _words(name: str, scope: str) -> str:
    where = "inside a group" if scope == "within" else "over all texts"
    published = " Published for reward models: .55 to .72." if name == "length" else ""
    return f"How far the score follows the {name}, {where}.{published}"


def _gain(of: _Of) -> list[Finding]:
    """Hold the covariate: what is left of the difference between better and worse texts."""
    first, second = of.material.pairs.T
    finite = of.sizes[np.isfinite(of.sizes)]
    edges = None
    if of.name != "length":
        edges = np.unique(np.quantile(finite, np.arange(1, BINS) / BINS)).tolist()

    def gain(index: Index) -> Gain:
        better, worse = np.unique(first[index]), np.unique(second[index])
        v, s = of.values, of.sizes
        return non_length_gain(v[worse], s[worse], v[better], s[better], edges=edges)

    whole = gain(np.arange(len(first)))
    units = of.material.pair_groups
    draws = min(of.settings.draws, 200)
    ratio = bootstrap(lambda i: gain(i).ratio, units, n=whole.n, draws=draws, seed=of.settings.seed)
    known = math.isfinite(ratio.value) and whole.delta > 0
    return [
        Finding(
            of.check,
            "gain_ratio",
            ratio,
            verdict_of(ratio, warn=0.5, fail=0.25) if known else "note",
            "above one half; fails below a quarter" if known else "",
            f"What is left of the gap between better and worse texts among those of equal "
            f"{of.name}"
            + (
                ". Published for optimised policies: .02 to .53."
                if known
                else "; the better texts do not stand higher, or no bin holds two of both."
            ),
            "higher" if known else "",
            {"delta": whole.delta, "within": whole.within, "draws": draws},
        )
    ]


def _pairs(of: _Of) -> list[Finding]:
    mine = of.accuracy(of.values)
    longer, shorter = of.accuracy(of.sizes), of.accuracy(-of.sizes)
    baseline, way = max((longer, "more"), (shorter, "less"), key=lambda item: item[0].value)
    gap = mine.minus(baseline)
    first, second = of.material.pairs.T
    apart = of.sizes[first] - of.sizes[second]
    limits = {} if of.name == "length" else _limits(apart)
    index = balanced_pairs(apart, seed=of.settings.seed, **limits)
    balanced = of.accuracy(of.values, index)
    return [
        Finding(
            of.check,
            "alone",
            baseline,
            reason=f"How many pairs a rule gets right that takes the text with {way} {of.name}.",
            details={"beside": {"scorer": mine.to_dict(), "scorer less alone": gap.to_dict()}},
        ),
        _balanced(of, balanced, mine),
        *_misleading(of),
    ]


def _limits(apart: Values) -> dict[str, float]:
    known = abs(apart[np.isfinite(apart)])
    limit = float(known.max()) if len(known) else 1.0
    return {"width": max(limit / 20, 1e-12), "limit": max(limit, 1e-12)}


def _balanced(of: _Of, found: Estimate, mine: Estimate) -> Finding:
    verdict = "note"
    if found.n >= FEW:
        # Below one half with its whole interval, as everywhere; or good only by the covariate.
        lost = mine.low > 0.5 and found.value <= 0.5
        verdict = "pass" if found.low > 0.5 else "fail" if found.high < 0.5 or lost else "warn"
    return Finding(
        of.check,
        "balanced_accuracy",
        found,
        verdict,
        "above one half, with its whole interval; fails below it so, or where only pairs that "
        "are not balanced go well",
        f"Pair accuracy where the better text has more {of.name} as often as less, by as much: "
        "what reads nothing else falls to one half."
        + ("" if found.n >= FEW else " Too few pairs to judge by."),
        "higher" if verdict != "note" else "",
        {"beside": {"all pairs": mine.to_dict()}},
    )


def _misleading(of: _Of) -> list[Finding]:
    """Compare pairs where more of the covariate is wrong with the rest."""
    there = np.isfinite(of.sizes[of.material.pairs]).all(axis=1)
    index = np.flatnonzero(there)
    units = of.material.pair_groups
    found = by_longer_side(
        of.values,
        np.nan_to_num(of.sizes),
        of.material.pairs[index],
        [units[i] for i in index],
        draws=of.settings.draws,
        seed=of.settings.seed,
    )
    worse, rest = found["lower_longer"], found["rest"]
    return [
        Finding(
            of.check,
            "where_more_is_worse",
            worse,
            reason=f"Pair accuracy where the worse text has more {of.name}; beside it, on the "
            "other pairs. Content alone would be about as good on both.",
            details={"beside": {"other pairs": rest.to_dict()}},
        )
    ]


def _check(name: str) -> Callable[[Subject, Material, Settings], list[Finding]]:
    def run(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
        return _findings(subject, material, settings, name, None)

    return run


def own_columns(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """The same for the columns that the caller named."""
    if not settings.covariates:
        return [missing("confounder:columns", "No column was named (--covariate NAME).")]
    return [
        item
        for name in settings.covariates
        for item in _findings(subject, material, settings, name, None)
    ]


QUESTION = "Does the score follow the {}, instead of what the text says?"
CHECKS = (
    *(
        Check(f"confounder:{name}", QUESTION.format(name), ("single",), _check(name))
        for name in COVARIATES
    ),
    Check(
        "confounder:position",
        QUESTION.format("place of an answer in its list"),
        ("single", "position"),
        _check("position"),
    ),
    Check(
        "confounder:columns",
        QUESTION.format("columns that were named"),
        ("single",),
        own_columns,
    ),
)

__all__ = [
    "CHECKS",
    "COVARIATES",
    "Gain",
    "balanced_pairs",
    "confound",
    "covariate_of",
    "non_length_gain",
    "within_groups",
]
