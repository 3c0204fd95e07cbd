"""Does a scorer agree with itself: errors cost, a lost sentence costs, the order is nothing.

Of scorers that compare two texts: the same winner in both orders, and no circles among several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Finding, missing, verdict_of
from qualmetrics.audit.material import Material
from qualmetrics.audit.perturbations import Draft
from qualmetrics.audit.perturbations.characters import LETTER
from qualmetrics.audit.subject import Subject
from qualmetrics.core import References, Rows
from qualmetrics.evaluation.bootstrap import Estimate, Values, mean_over_units
from qualmetrics.evaluation.correlation import spearman

STEPS: Final = 5
"""How many times errors are added."""
TEXTS: Final = 60
"""Texts that errors are added to, or that lose sentences."""
SENTENCES: Final = 12
"""Sentences that a text loses, one at a time, at most."""
MONOTONE: Final = -0.9
"""What Spearman's rho of the score with the number of errors must reach."""
MEMBERS: Final = 8
"""Texts of a group that are put against each other, at most."""
_WORD: Final = re.compile(r"\S+")

Damage = Callable[[list[str], int, np.random.Generator], None]


def _misspelt(words: list[str], at: int, rng: np.random.Generator) -> None:
    letters = [m.start() for m in LETTER.finditer(words[at])]
    if letters:
        k = letters[int(rng.integers(len(letters)))]
        now = words[at][k].lower()
        other = chr(ord("a") + (ord(now) - ord("a") + 1 + int(rng.integers(25))) % 26)
        words[at] = words[at][:k] + other + words[at][k + 1 :]


def _missing(words: list[str], at: int, rng: np.random.Generator) -> None:
    del rng
    words[at] = ""


def _swapped(words: list[str], at: int, rng: np.random.Generator) -> None:
    del rng
    other = at + 1 if at + 1 < len(words) else at - 1
    words[at], words[other] = words[other], words[at]


ERRORS: Final[Mapping[str, Damage]] = {
    "misspelt_words": _misspelt,
    "missing_words": _missing,
    "swapped_words": _swapped,
}


def worse_and_worse(
    text: str, kind: str, *, steps: int = STEPS, rate: float = 0.05, seed: int = 0
) -> list[str]:
    """Return a text with more and more errors: each version has those of the one before.

    Parameters
    ----------
    text : str
    kind : {"misspelt_words", "missing_words", "swapped_words"}
    steps : int
        How many versions; the text itself is not among them.
    rate : float
        Share of the words that every step damages, at least one. Numbers and addresses stay.
    seed : int

    Examples
    --------
    >>> [len(one.split()) for one in worse_and_worse("a b c d e f", "missing_words", steps=3)]
    [5, 4, 3]
    """
    draft = Draft(text, seed=seed)
    rng = draft.rng(kind)
    spans = [m.span() for m in _WORD.finditer(text)]
    words = [text[start:end] for start, end in spans]
    usable = [i for i, (start, _) in enumerate(spans) if not draft.held[start]]
    order = [usable[int(k)] for k in rng.permutation(len(usable))]
    each = max(1, round(rate * len(order)))
    found = []
    for step in range(steps):
        for at in order[step * each : (step + 1) * each]:
            ERRORS[kind](words, at, rng)
        found.append(" ".join(word for word in words if word))
    return found


def severity(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Correlate the score with the number of errors, text by text."""
    part, index = _better(material, settings)
    base = subject.score(part.rows(index)).values
    found = []
    for kind in ERRORS:
        texts = [
            worse_and_worse(part.texts[i], kind, rate=settings.rate, seed=settings.seed)
            for i in index
        ]
        flat = [text for several in texts for text in several]
        rows = part.rows(np.repeat(index, STEPS), flat)
        after = subject.score(rows).values.reshape(-1, STEPS)
        table = np.column_stack([base, after])
        found.append(_severity_of(kind, table, [part.groups[i] for i in index], settings))
    return found


def _severity_of(kind: str, table: Values, units: Sequence[str], settings: Settings) -> Finding:
    numbers = np.arange(table.shape[1], dtype=np.float64)
    rho = np.full(len(table), np.nan)
    for k, row in enumerate(table):
        if np.isfinite(row).all():
            rho[k] = 0.0 if np.ptp(row) == 0 else spearman(row, numbers)

    def mean(values: Values) -> Estimate:
        return mean_over_units(values, units, draws=settings.draws, seed=settings.seed)

    found = mean(rho)
    strict = np.where(np.isnan(rho), np.nan, rho <= MONOTONE).astype(np.float64)
    still = np.where(np.isnan(rho), np.nan, np.ptp(table, axis=1) == 0).astype(np.float64)
    return Finding(
        "severity",
        kind,
        found,
        verdict_of(found, warn=np.nextafter(MONOTONE, 0), fail=-0.5),
        "at most -.9; fails above -.5",
        f"Mean of Spearman's rho of the score with the number of {kind.replace('_', ' ')}, from "
        "none to five times the rate; 0 where nothing moves.",
        "lower",
        {
            "beside": {
                "texts at -.9": mean(strict).to_dict(),
                "texts that do not move": mean(still).to_dict(),
                "after one step": mean(table[:, 1] - table[:, 0]).to_dict(),
            }
        },
    )


def _better(material: Material, settings: Settings) -> tuple[Material, Any]:
    """Return a sample, and positions of some texts of it: the better ones where that is known."""
    part = material.sample(settings.sample, seed=settings.seed)
    good = np.unique(part.pairs[:, 0]) if len(part.pairs) else np.arange(len(part))
    long = [i for i in good if len(_WORD.findall(part.texts[i])) > STEPS + 1]
    rng = np.random.default_rng(settings.seed)
    return part, np.sort(rng.permutation(np.array(long or good, dtype=np.intp))[:TEXTS])


def ablation(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Take one sentence away at a time: of the reference itself where there is one."""
    from qualmetrics.text import sentence_spans

    part, index = _better(material, settings)
    compares = "references" in subject.needs
    languages = part.languages(settings.lang)[0]
    wholes, texts, at, units = [], [], [], []
    for i in index:
        whole = part.references[i][0] if compares and part.references[i] else part.texts[i]
        spans = sentence_spans(whole, lang=languages[i])
        if len(spans) < 2:
            continue
        for start, end in spans[:SENTENCES]:
            texts.append(whole[:start] + whole[end:].lstrip())
            wholes.append(whole)
            at.append(i)
            units.append(part.groups[i])
    if not texts:
        return [missing("ablation", "No text has two sentences.")]
    before = subject.score(part.rows(at, wholes)).values
    change = subject.score(part.rows(at, texts)).values - before
    spread = float(np.nanstd(subject.score(part.rows()).values)) or 1.0

    def mean(values: Values) -> Estimate:
        return mean_over_units(values, units, draws=settings.draws, seed=settings.seed)

    lower = np.where(np.isnan(change), np.nan, change < 0).astype(np.float64)
    found = mean(lower)
    told = "The text is the reference, less one sentence; " if compares else ""
    return [
        Finding(
            "ablation",
            "falls",
            found,
            verdict_of(found, warn=0.95, fail=0.8) if compares else "note",
            "at least 95 %; fails below 80 %" if compares else "",
            f"{told}the share of the sentences without which the score is lower."
            + ("" if compares else " Of a scorer without references nothing is expected."),
            "higher" if compares else "",
            {
                "beside": {
                    "mean change": mean(change / spread).to_dict(),
                    "mean |change|": mean(abs(change) / spread).to_dict(),
                }
            },
        )
    ]


# -- of scorers that compare two texts ------------------------------------------------------------


def _against(material: Material, first: Any, second: Any) -> Rows:
    rows = material.rows(first)
    rivals = tuple((material.texts[int(i)],) for i in second)
    return Rows(rows.texts, References(rivals), rows.columns)


def _above(subject: Subject, material: Material, first: Any, second: Any) -> Values:
    """Return by how much the first is preferred, above 0 where it wins; shown first."""
    values = subject.score(_against(material, first, second)).values
    return values - 0.5 if subject.better == "higher" else values + 0.5


def order(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Show every pair in both orders: the winner must be the same."""
    first, second = material.pairs.T
    forth = _above(subject, material, first, second)
    back = _above(subject, material, second, first)
    there = np.isfinite(forth) & np.isfinite(back)
    same = np.where(there, np.sign(forth) == -np.sign(back), np.nan).astype(np.float64)
    bias = np.where(there, (forth + back) / 2, np.nan)
    agreed, lean = (
        mean_over_units(v, material.pair_groups, draws=settings.draws, seed=settings.seed)
        for v in (same, bias)
    )
    return [
        Finding(
            "order",
            "same_winner",
            agreed,
            verdict_of(agreed, warn=0.95, fail=0.8),
            "at least 95 %; fails below 80 %",
            "The share of pairs with the same winner, whichever text is shown first.",
            "higher",
        ),
        Finding(
            "order",
            "position_bias",
            lean,
            verdict_of(_absolute(lean), warn=0.05, fail=0.2),
            "between -.05 and .05; fails beyond .2",
            "By how much probability the text that is shown first is preferred, over both orders.",
            "",
        ),
    ]


def _absolute(found: Estimate) -> Estimate:
    return Estimate(abs(found.value), found.low, found.high, found.n, found.n_undefined)


def transitivity(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Put the texts of a group against each other: a circle of preferences is a conflict."""
    part = material.sample(settings.sample, seed=settings.seed)
    members: dict[str, list[int]] = {}
    for i, group in enumerate(part.groups):
        members.setdefault(group, []).append(i)
    groups = {g: several[:MEMBERS] for g, several in members.items() if len(several) > 2}
    if not groups:
        return [missing("transitivity", "It needs groups of at least three texts.")]
    at = [(i, j) for several in groups.values() for i in several for j in several if i != j]
    first, second = np.array(at).T
    above = dict(zip(at, _above(subject, part, first, second).tolist(), strict=True))
    conflict, inside = [], []
    for several in groups.values():
        n = len(several)
        table = np.zeros((n, n))
        for a in range(n):
            for b in range(n):
                if a != b:
                    i, j = several[a], several[b]
                    table[a, b] = above[i, j] - above[j, i]
        caught = in_circles(table > 0)
        undefined = bool(np.isnan(table).any())
        conflict.append(np.nan if undefined else float(caught.any()))
        inside.append(np.nan if undefined else float(caught.mean()))
    found, share = (
        mean_over_units(np.array(v), list(groups), draws=settings.draws, seed=settings.seed)
        for v in (conflict, inside)
    )
    return [
        Finding(
            "transitivity",
            "conflicts",
            found,
            verdict_of(found, warn=0.05, fail=0.2),
            "below 5 %; fails at 20 %",
            "The share of groups that hold a circle: a strongly connected component of more than "
            "one text in the graph of who beats whom, both orders averaged.",
            "lower",
            {"beside": {"texts in circles": share.to_dict()}},
        )
    ]


def in_circles(beats: Any) -> Any:
    """Return which items lie in a circle: they reach another one, and it reaches them.

    Examples
    --------
    >>> in_circles([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]]).tolist()
    [True, True, True, False]
    """
    reaches = np.asarray(beats, dtype=bool)
    for _ in range(len(reaches)):
        reaches = reaches | ((reaches.astype(np.int64) @ reaches.astype(np.int64)) > 0)
    mutual = reaches & reaches.T
    np.fill_diagonal(mutual, val=False)
    return mutual.any(axis=1)


CHECKS = (
    Check(
        "severity",
        "Do more errors score lower? 5 % of the words are damaged at every step.",
        ("single",),
        severity,
    ),
    Check("ablation", "Does a text that loses a sentence score lower?", ("single",), ablation),
    Check(
        "order",
        "Does the winner depend on which text is shown first?",
        ("pairwise", "pairs"),
        order,
    ),
    Check(
        "transitivity",
        "Do preferences run in circles?",
        ("pairwise", "groups"),
        transitivity,
    ),
)

__all__ = ["CHECKS", "ERRORS", "in_circles", "worse_and_worse"]
