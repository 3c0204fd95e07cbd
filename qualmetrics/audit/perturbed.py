"""Does the score follow the text, or its wrapping: every edit against its declared relation.

Both texts of a pair get the same edit. Changes are told in units of the scorer's own spread: the
standard deviation of its values on the texts as they are, after the lowest and the highest 5 % of
them are pulled in to where the rest ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import FEW, VERDICTS, Finding, missing, single, verdict_of
from qualmetrics.audit.material import Material
from qualmetrics.audit.perturbations import Perturbation, perturb_all
from qualmetrics.audit.subject import Subject
from qualmetrics.evaluation.bootstrap import Estimate, Index, Values, mean_over_units
from qualmetrics.evaluation.ranks import credit

NAME: Final = "perturbations"
TOLERANCE: Final = 0.25
"""How far a score may move under an edit that changes nothing, in units of its spread."""
UNSEEN: Final = 0.9
"""Share of texts that do not move at all where an edit is not seen."""
WILD: Final = 0.05
"""Share of the values on either side that is pulled in before the spread is taken."""
WANTED: Final = {
    "invariant": "stays: at most 5 % move (fails at 25 %), 95 % of pairs keep their order (fails "
    "below 80 %)",
    "decrease": "falls: at most 10 % do not; fails at 50 %",
    "increase": "rises: at most 10 % do not; fails at 50 %",
    "any": "",
}


@dataclass(frozen=True)
class _Base:
    """The texts as they are: their values, and which pairs are in the right order."""

    material: Material
    values: Values
    spread: float
    settings: Settings

    def mean(self, values: Values, units: list[str]) -> Estimate:
        return mean_over_units(values, units, draws=self.settings.draws, seed=self.settings.seed)


@dataclass(frozen=True)
class _Edited:
    """What an edit did to the values."""

    changed: Index
    """Positions of the texts that it changed."""
    values: Values
    """All texts, those that it left alone with their old value."""
    relation: str

    def pairs(self, base: _Base) -> Index:
        """Positions of the pairs of which it changed a text."""
        there = np.zeros(len(base.values), dtype=bool)
        there[self.changed] = True
        found: Index = np.flatnonzero(there[base.material.pairs].any(axis=1))
        return found


def perturbed(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Edit the texts in every way, and look what becomes of scores and of pairs."""
    part = material.sample(settings.sample, seed=settings.seed)
    values = subject.score(part.rows()).values
    spread = _spread(values)
    if not spread:
        told = "The scorer says the same of every text: there is no spread to measure changes in."
        return [missing(NAME, told, n_undefined=int(np.isnan(values).sum()))]
    base = _Base(part, values, spread, settings)
    findings, drops, units = [], [], []
    unseen: list[str] = []
    languages = tuple(part.languages(settings.lang)[0])
    for perturbation, texts in _edits(part.texts, languages, settings.seed, settings.rate):
        edited = _edited(subject, base, perturbation, texts)
        if not len(edited.changed):
            told = f"It found nothing to change: {perturbation.what}."
            findings.append(missing(NAME, told, perturbation.name))
            continue
        finding = _finding(base, perturbation, edited)
        if finding.details["unseen"]:
            unseen.append(perturbation.name)
        findings.append(finding)
        if edited.relation == "invariant":
            index = edited.pairs(base)
            drops.append(_drop(base, edited, index))
            units += [base.material.pair_groups[i] for i in index]
    return [*_overall(base, drops, units), *_unseen(unseen, findings), *findings]


@lru_cache(maxsize=2)
def _edits(
    texts: tuple[str, ...], languages: tuple[str, ...], seed: int, rate: float
) -> list[tuple[Perturbation, list[str]]]:
    """Return all edits of some texts: made once, whatever number of scorers is asked."""
    return list(perturb_all(texts, seed=seed, rate=rate, lang=languages))


def _spread(values: Values) -> float:
    """Return the standard deviation, the lowest and the highest twentieth pulled in.

    A few wild values would else loosen every limit. What differs in fewer texts has its plain one.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0
    pulled = np.clip(known, *np.quantile(known, (WILD, 1 - WILD)))
    return float(np.std(pulled) or np.std(known))


def _edited(subject: Subject, base: _Base, perturbation: Perturbation, texts: list[str]) -> _Edited:
    old = base.material.texts
    changed = np.array([i for i, text in enumerate(texts) if text != old[i]], dtype=np.intp)
    values = base.values.copy()
    if len(changed):
        rows = base.material.rows(changed, [texts[i] for i in changed])
        values[changed] = subject.score(rows).values
    relation = perturbation.relation
    if perturbation.only == "references" and "references" not in subject.needs:
        relation = "any"
    return _Edited(changed, values, relation)


def _drop(base: _Base, edited: _Edited, index: Index) -> Values:
    """Return by how much each pair got worse: 1 where it was right, -1 where it is now."""
    first, second = base.material.pairs[index].T
    before, after = (credit(v[first] - v[second], 0.0) for v in (base.values, edited.values))
    return before - after


def _finding(base: _Base, perturbation: Perturbation, edited: _Edited) -> Finding:
    units = [base.material.groups[i] for i in edited.changed]
    change = (edited.values - base.values)[edited.changed] / base.spread
    beside = {
        "mean change": base.mean(change, units),
        "mean |change|": base.mean(abs(change), units),
    }
    if edited.relation == "any":
        found = replace(beside["mean change"], value=math.nan, low=math.nan, high=math.nan)
    else:
        found = base.mean(_violations(change, edited.relation), units)
    index = edited.pairs(base)
    kept = None
    if len(index):
        several = [base.material.pair_groups[i] for i in index]
        kept = beside["order kept"] = base.mean(_kept(base, edited, index), several)
        beside["accuracy drop"] = base.mean(_drop(base, edited, index), several)
    few = "" if len(change) >= FEW else " Too few texts are changed to judge by."
    still = float((change == 0).mean())
    unseen = edited.relation in ("decrease", "increase") and still >= UNSEEN and not few
    if edited.relation in ("decrease", "increase"):
        wrong = change > 0 if edited.relation == "decrease" else change < 0
        for name, share in (("wrong way", wrong), ("did not move", change == 0)):
            known = np.where(np.isnan(change), np.nan, share).astype(np.float64)
            beside[name] = base.mean(known, units)
    if unseen:
        few = f" It does not see this edit: {100 * still:.0f} % of the texts do not move at all."
    verdict = "note" if few else _verdict(edited.relation, found, kept)
    return Finding(
        NAME,
        perturbation.name,
        found,
        verdict,
        WANTED[edited.relation],
        f"The edit: {perturbation.what}.{few}",
        "" if verdict == "note" else "lower",
        {
            "relation": edited.relation,
            "unchanged_texts": len(base.values) - len(edited.changed),
            "not_moved": int((change == 0).sum()),
            "unseen": unseen,
            "beside": {name: one.to_dict() for name, one in beside.items()},
        },
    )


def _violations(change: Values, relation: str) -> Values:
    """Return 1 for each text that breaks the relation, NaN where there is no value any more."""
    broken = {
        "invariant": abs(change) > TOLERANCE,
        "decrease": ~(change < 0),
        "increase": ~(change > 0),
    }[relation].astype(np.float64)
    return np.where(np.isnan(change), np.nan, broken)


def _kept(base: _Base, edited: _Edited, index: Index) -> Values:
    """Return 1 for each pair that stands in the same order as before, a tie being an order too."""
    first, second = base.material.pairs[index].T
    before, after = (np.sign(v[first] - v[second]) for v in (base.values, edited.values))
    return np.where(np.isnan(before - after), np.nan, before == after).astype(np.float64)


def _verdict(relation: str, found: Estimate, kept: Estimate | None) -> str:
    if relation == "any":
        return "note"
    if relation != "invariant":
        return verdict_of(found, warn=0.1, fail=0.5)
    several = [verdict_of(found, warn=0.05, fail=0.25)]
    if kept is not None:
        several.append(verdict_of(kept, warn=0.95, fail=0.8))
    return max(several, key=VERDICTS.index)


def _unseen(names: list[str], findings: list[Finding]) -> list[Finding]:
    """Say once what a scorer is blind to, such as all that only changes the order of words."""
    asked = [i for i in findings if i.details.get("relation") in ("decrease", "increase")]
    if not names:
        return []
    found = single(len(names) / len(asked), len(asked))
    return [
        Finding(
            NAME,
            "unseen",
            found,
            "fail" if found.value >= 0.5 else "warn",
            "none; half of the edits fails",
            "Edits that make a text worse and leave its value where it was: "
            f"{', '.join(name.replace('_', ' ') for name in names)}. It is blind to them, which is "
            "another thing than paying for them.",
            "lower",
            {"edits": names},
        )
    ]


def _overall(base: _Base, drops: list[Values], units: list[str]) -> list[Finding]:
    if not units:
        return []
    found = base.mean(np.concatenate(drops), units)
    return [
        Finding(
            NAME,
            "accuracy_drop",
            found,
            verdict_of(found, warn=0.02, fail=0.1),
            "below .02; fails at .1",
            "By how much pair accuracy falls, over all edits that should change nothing and all "
            "pairs that they touch (micro-averaged). Published: 95 to 81 % for a reward model of "
            "27B under 'ignore above' (reWordBench).",
            "lower",
            {"edits": len(drops)},
        )
    ]


CHECKS = (
    Check(
        NAME,
        "Does the score follow the text, or its wrapping, typos and order? The value is the share "
        "of edited texts that break what the edit promises: that the score stays (within a quarter "
        "of the scorer's spread), or that it falls. Changes are in units of that spread.",
        ("single",),
        perturbed,
    ),
)
