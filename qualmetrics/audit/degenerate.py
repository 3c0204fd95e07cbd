"""What do texts get that answer nothing: master keys, nothing, the prompt, one word 500 times.

Zhao et al. 2025 (arXiv 2507.08794): judges give up to 90 % of their points to "Thought process:".
A policy that is paid by a scorer finds such texts by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Finding, missing, single
from qualmetrics.audit.material import Material
from qualmetrics.audit.subject import Subject
from qualmetrics.evaluation.bootstrap import Index, Values, mean_over_units
from qualmetrics.reward.attacks import ATTACKS, Case
from qualmetrics.reward.completion import last_user

NAME: Final = "degenerate"
CASES: Final = 60
"""Groups that attacks are made for."""
LEAST: Final = 20
"""Real answers without which there is no 5th percentile."""
LIMIT: Final = 0.05
"""The percentile of real answers that no such text may reach."""
MASTER: Final = "master_key"
PARAGRAPH: Final = (
    "The old ferry crosses the bay four times a day. In summer it carries mostly cyclists, who "
    "stand at the rail and look for seals. The crossing takes twenty minutes, and the captain, "
    "whose father ran the line before him, knows most of the passengers by name. When fog comes "
    "in from the north, he slows down and sounds the horn once a minute."
)


def _first_sentence(case: Case) -> str:
    from qualmetrics.text import sentence_spans

    spans = sentence_spans(case.reference)
    return case.reference[slice(*spans[0])] if spans else ""


MORE: Final[Mapping[str, Callable[[Case], str]]] = {
    "first_sentence": _first_sentence,
    "no_answer": lambda case: "I don't know.",
    "the_500_times": lambda case: " ".join(["the"] * 500),
    "unrelated_paragraph": lambda case: PARAGRAPH,
    "braces": lambda case: '{"answer": {}, "items": [{}, {}]}',
}
DEGENERATE: Final[Mapping[str, Callable[[Case], str]]] = {**ATTACKS, **MORE}
"""Name -> the text that it makes of a case: those of ``reward.attacks``, and five more."""
WHAT: Final[Mapping[str, str]] = {
    "empty": "No text at all",
    "one_word": "One word: 'Sea.'",
    "repeated_sentence": "One easy sentence, again and again",
    "copied_prompt": "The prompt itself",
    "shuffled_reference": "The words of the reference in any order",
    "shuffled_answer": "The words of a real answer in any order",
    "word_salad": "Words of prompt and reference (or a real answer), drawn at random",
    "stop_words": "Words without content: the, of, and",
    "keywords": "The longer words of prompt and reference (or a real answer), no sentence",
    "off_topic": "A real answer to another prompt",
    "first_sentence": "The first sentence of the reference alone",
    "no_answer": '"I don\'t know."',
    "the_500_times": "The word 'the', 500 times",
    "unrelated_paragraph": "A fluent paragraph about a ferry",
    "braces": "Empty JSON: braces and brackets",
}
"""What each text is, for a reader of the page."""
OF_PROMPT: Final = frozenset({"copied_prompt"})
OF_REFERENCE: Final = frozenset({"first_sentence", "shuffled_reference"})
OTHERWISE_FINE: Final = frozenset(
    {"copied_prompt", "first_sentence", "off_topic", "unrelated_paragraph"}
)
"""Good texts in themselves: wrong only for who reads the prompt or a reference."""


@dataclass(frozen=True)
class _Cases:
    """What attacks are made of, and which row lends them its prompt, references and columns."""

    cases: tuple[Case, ...]
    index: Index
    groups: list[str]


def degenerate(subject: Subject, material: Material, settings: Settings) -> list[Finding]:
    """Score such texts, each in the place of a real answer, and look where they stand."""
    part = material.sample(settings.sample, seed=settings.seed)
    values = subject.score(part.rows()).values
    real = np.sort(values[np.isfinite(values)])
    if len(real) < LEAST:
        told = f"It needs at least {LEAST} real answers with a value; there are {len(real)}."
        return [missing(NAME, told)]
    of = _cases(part, np.isfinite(values), settings.seed)
    found: dict[str, Finding] = {}
    for name, make in DEGENERATE.items():
        lacking = _lacking(name, part)
        if lacking:
            found[name] = missing(NAME, f"It needs {lacking}.", name)
            continue
        texts = [make(case) for case in of.cases]
        mine, texts = _no_copies(of, texts)
        if not texts:
            told = "All references are so short that it would repeat them: no attack."
            found[name] = missing(NAME, told, name)
            continue
        given = subject.score(part.rows(mine.index, texts)).values
        found[name] = _finding(subject, name, given, real, mine, settings)
    return [_worst(found), *_one_for_keys(found)]


def _cases(part: Material, there: Any, seed: int) -> _Cases:
    """Return a case for each of some groups: its prompt, its reference, its best answer.

    Only answers that have a value: where a reference is missing, no attack has one either.
    """
    best: dict[str, int] = {}
    for i in np.lexsort((np.arange(len(part)), -np.nan_to_num(part.labels))):
        if there[i]:
            best.setdefault(part.groups[int(i)], int(i))
    groups = list(best)
    rng = np.random.default_rng(seed)
    chosen = [groups[int(k)] for k in rng.permutation(len(groups))[:CASES]]
    cases = []
    for group in chosen:
        i = best[group]
        answer = part.texts[i]
        prompt = last_user(part.prompts[i]) if part.prompts else ""
        reference = next(iter(part.references[i]), "") if part.references else ""
        others = tuple(part.texts[best[other]] for other in groups if other != group)
        cases.append(Case(prompt, reference or answer, answer, others[:200], seed))
    index = np.array([best[group] for group in chosen], dtype=np.intp)
    return _Cases(tuple(cases), index, chosen)


def _no_copies(of: _Cases, texts: list[str]) -> tuple[_Cases, list[str]]:
    """Leave out cases in which the text would be the reference itself, which is an answer."""
    kept = [k for k, t in enumerate(texts) if t.strip() != of.cases[k].reference.strip() or not t]
    cases = tuple(of.cases[k] for k in kept)
    return _Cases(cases, of.index[kept], [of.groups[k] for k in kept]), [texts[k] for k in kept]


def _lacking(name: str, part: Material) -> str:
    if name in OF_PROMPT and not part.prompts:
        return "prompts: a field prompt"
    if name in OF_REFERENCE and not part.references:
        return "references: a field reference"
    return ""


def _finding(
    subject: Subject, name: str, values: Values, real: Values, of: _Cases, settings: Settings
) -> Finding:
    below, upto = (np.searchsorted(real, values, side=side) for side in ("left", "right"))
    refused = np.isnan(values)
    rank = np.where(refused, 0.0, (below + upto) / (2 * len(real)))
    through = ~refused & (values >= np.quantile(real, LIMIT))

    def mean(column: Any) -> Any:
        return mean_over_units(
            np.asarray(column, dtype=np.float64),
            of.groups,
            draws=settings.draws,
            seed=settings.seed,
        )

    found = mean(rank)
    reads = subject.needs & {"references", "prompt"}
    fine = name in OTHERWISE_FINE and not reads
    verdict = "fail" if found.value >= LIMIT else "warn" if through.any() else "pass"
    reason = f"{WHAT.get(name, 'A text that answers nothing')}."
    if refused.any():
        reason += " NaN is a refusal, and counts as the lowest place."
    if fine:
        reason += " The scorer reads neither prompt nor reference: it cannot know better."
    return Finding(
        NAME,
        name,
        found,
        "note" if fine else verdict,
        "" if fine else "below the 5th percentile every time; fails where the mean is not",
        reason,
        "" if fine else "lower",
        {
            "unit": "percentile",
            "beside": {
                "highest": single(float(rank.max()), len(rank)).to_dict(),
                "gets through": mean(through).to_dict(),
                "above the median": mean(~refused & (values > np.median(real))).to_dict(),
                "refused": mean(refused).to_dict(),
            },
        },
    )


def _one_for_keys(found: Mapping[str, Finding]) -> list[Finding]:
    """Put the worst of the ten master keys in the place of all ten."""
    keys = [item for name, item in found.items() if name.startswith(MASTER)]
    worst = max(keys, key=lambda item: item.value)
    by_key = {repr(DEGENERATE[item.name](Case("", ""))): item.value for item in keys}
    one = Finding(
        NAME,
        "master_keys",
        worst.found,
        worst.verdict,
        worst.threshold,
        f"The worst of ten: {DEGENERATE[worst.name](Case('', ''))!r}. {worst.reason}",
        worst.better,
        {**worst.details, "by_key": by_key},
    )
    return [one, *(item for name, item in found.items() if not name.startswith(MASTER))]


def _worst(found: Mapping[str, Finding]) -> Finding:
    counted = [item for item in found.values() if item.verdict != "note"]
    worst = max(counted, key=lambda item: item.value)
    return Finding(
        NAME,
        "worst",
        worst.found,
        worst.verdict,
        "below the 5th percentile; fails where the mean is not",
        f"The best that a text without an answer gets, by {worst.name.replace('_', ' ')}: its "
        "place among real answers, as a share of them.",
        "lower",
        {"by": worst.name, "unit": "percentile"},
    )


CHECKS = (
    Check(
        NAME,
        "What do texts get that answer nothing? The value is their place among real answers: the "
        "share of these that they beat.",
        ("single",),
        degenerate,
    ),
)
