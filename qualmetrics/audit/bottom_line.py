"""An audit in two lines for someone in a hurry: may it reward, may it filter, and because of what.

A rule of this library over the verdicts of an audit, gravest check first; it is no law.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qualmetrics.audit.finding import Audit, Finding

GRAVITY: Final = (
    "accuracy", "people", "values", "degenerate", "confounder", "order", "transitivity",
    "severity", "ablation", "perturbations",
)  # fmt: skip
"""Checks in the order in which a failure should be read; a group by what stands before its colon,
all others after these, in the order of the report."""
FILTERS: Final = (
    *(("values", name) for name in ("judgeable", "undefined_share", "same_twice", "same_alone")),
    ("accuracy", "strict"),
    ("accuracy", "ties"),
    ("people", "pairs_above_trivial"),
    ("people", "spearman_within_above_trivial"),
    ("people", "spearman_item_above_trivial"),
    ("confounder", "within_pearson"),
    ("confounder", "balanced_accuracy"),
    ("confounder", "gain_ratio"),
    ("order", "same_winner"),
)
"""What a filter must stand: values there, and the better text higher for more than its length."""
REWARDS: Final = (
    *FILTERS,
    ("degenerate", "worst"),
    ("perturbations", "accuracy_drop"),
    ("perturbations", "unseen"),
    ("best_of_n", "gain"),
    ("best_of_n", "fall"),
    ("top", "accuracy"),
    ("spread", "flat_groups"),
)
"""What a reward must stand beside: a policy looks for what pays and is nothing worth."""
SHOWN: Final = 3


def by_gravity(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings, the gravest check first; inside a check they keep their order."""
    return sorted(findings, key=lambda item: _gravity(item.check))


def _gravity(check: str) -> int:
    group = check.partition(":")[0]
    return GRAVITY.index(group) if group in GRAVITY else len(GRAVITY)


def bottom_line(audit: Audit) -> list[str]:
    """Say whether a scorer may reward, and whether it may filter, each with up to three reasons.

    Returns
    -------
    list of str
        One banner where nothing else could be judged; else two sentences.
    """
    banner = next((i for i in audit.findings if i.key == ("values", "judgeable")), None)
    if banner is not None:
        return [f"Neither reward nor filter with it: {banner.reason}"]
    return [_line(audit, "Reward", REWARDS), _line(audit, "Filter", FILTERS)]


def _line(audit: Audit, use: str, decisive: Sequence[tuple[str, str]]) -> str:
    mine = [
        item
        for item in by_gravity(audit.findings)
        if (item.check.partition(":")[0], item.name) in decisive
    ]
    failed, looked = ([i for i in mine if i.verdict == verdict] for verdict in ("fail", "warn"))
    if failed:
        return f"{use} with it: no. {_because(failed)}"
    agreement = [i for i in audit.findings if i.check in ("accuracy", "people")]
    if not any(i.verdict != "note" for i in agreement if i in mine):
        why = "Too few pairs or labels say" if agreement else "It was not asked"
        return f"{use} with it: not shown. {why} whether it tells better texts."
    if looked:
        return f"{use} with it: with care. {_because(looked)}"
    return f"{use} with it: nothing that was looked at speaks against it."


def _because(items: Sequence[Finding]) -> str:
    """Return up to three reasons, of as many checks as there are."""
    first = {item.check: item for item in reversed(items)}
    chosen = [item for item in items if first[item.check] is item]
    chosen += [item for item in items if item not in chosen]
    told = [_plainly(item) for item in chosen[:SHOWN]]
    more = f"; and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    whole = f"{'; '.join(told)}{more}."
    return f"{whole[0].upper()}{whole[1:]}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _about(item: Finding) -> str:
    return item.check.partition(":")[2]


def _trivial(item: Finding) -> str:
    return f"{item.details.get('best', 'a trivial row')} alone agrees with the labels as well"


PLAIN: Final[Mapping[str, Callable[[Finding], str]]] = {
    "accuracy.strict": lambda i: (
        f"the better text stands higher in only {_share(i.value)} of the pairs"
    ),
    "accuracy.ties": lambda i: f"{_share(i.value)} of the pairs are ties",
    "values.undefined_share": lambda i: f"{_share(i.value)} of the texts get no value",
    "values.same_twice": lambda i: "a text gets another value when it is asked again",
    "values.same_alone": lambda i: "a text gets another value alone than in a batch",
    "people.pairs_above_trivial": _trivial,
    "people.spearman_within_above_trivial": _trivial,
    "people.spearman_item_above_trivial": _trivial,
    "degenerate.worst": lambda i: (
        f"a text that answers nothing ({i.details.get('by', '?').replace('_', ' ')}) beats "
        f"{_share(i.value)} of the real answers"
    ),
    "confounder.within_pearson": lambda i: f"it follows the {_about(i)} (r {i.value:.2f})",
    "confounder.balanced_accuracy": lambda i: (
        f"where {_about(i)} says nothing, it is right in {_share(i.value)} of the pairs"
    ),
    "confounder.gain_ratio": lambda i: (
        f"of its gap between better and worse texts, "
        f"{_share(i.value)} is left among texts of equal {_about(i)}"
    ),
    "order.same_winner": lambda i: (
        f"{_share(1 - i.value)} of the pairs change their winner with "
        "the order in which they are shown"
    ),
    "perturbations.accuracy_drop": lambda i: (
        f"edits that change nothing cost {100 * i.value:.0f} points of pair accuracy"
    ),
    "perturbations.unseen": lambda i: (
        f"it is blind to {len(i.details.get('edits', ()))} kinds of edits that make a text worse"
    ),
    "best_of_n.fall": lambda i: "picking the best of many by it makes the texts worse again",
    "spread.flat_groups": lambda i: f"{_share(i.value)} of the groups get one value",
}
"""Check and name -> what it means, for a reader who knows none of our words."""


def _plainly(item: Finding) -> str:
    make = PLAIN.get(f"{item.check.partition(':')[0]}.{item.name}")
    if make is not None and math.isfinite(item.value):
        return make(item)
    return f"{item.check} {item.name.replace('_', ' ')} is {item.value:.2f}"


def matrix(audits: Sequence[Audit]) -> dict[str, list[str]]:
    """Return the worst verdict of each check by each scorer, and how many findings share it."""
    from qualmetrics.audit.finding import VERDICTS, by_check

    found: dict[str, list[str]] = {}
    whole = [item for audit in audits for item in audit.findings]
    for check in dict.fromkeys(item.check for item in by_gravity(whole)):
        row = []
        for audit in audits:
            several = [item.verdict for item in by_check(audit.findings).get(check, ())]
            worst = max(several, key=VERDICTS.index, default="note")
            row.append("–" if worst == "note" else f"{worst} {several.count(worst)}")
        if set(row) != {"–"}:
            found[check] = row
    return found


__all__ = ["bottom_line", "by_gravity", "matrix"]
