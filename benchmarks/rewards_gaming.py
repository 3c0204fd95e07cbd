"""What texts that answer nothing get from each reward preset, as published and guarded.

``QUALMETRICS_DATA=... python benchmarks/rewards_gaming.py [--cases 60] [--half measured|chosen]``

Real answers and targets: for ``readability_target``, ``rewrite`` and ``simplify`` Wiki-Auto lead
paragraphs, a source and its simplification, which is the real answer, with the level of that
simplification as target (90, 70, 50 or 30, as in the paper of readability_target); for the others
the answers of models in Vicuna-bench and MT-bench to prompts with a reference. Prompts and titles
are halved by a hash: ``chosen`` is where the limits of the guards were looked at, ``measured`` is
what the table in docs/rewards-gaming.md shows.

A figure is the share of real answers that the attack's mean reward exceeds, in per cent. The exit
status is 1 where a guarded preset leaves an attack at 5 or more. One core, some minutes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import qualmetrics as qm
from qualmetrics import registry
from qualmetrics.core import Scorer, Scores
from qualmetrics.reward.attacks import ATTACKS, Case
from qualmetrics.reward.shaping import target_band

LEVELS = ((80, 90.0), (60, 70.0), (40, 50.0), (-np.inf, 30.0))
"""From which Flesch score on a reference is at which target, as in the paper."""

PASS = 5.0
LEAST_WORDS = 20
REWRITING = ("readability_target", "rewrite", "simplify")


@dataclass(frozen=True)
class Set:
    """Cases, and for each the real answers to it, its reference and its target."""

    name: str
    cases: tuple[Case, ...]
    answers: tuple[tuple[str, ...], ...]
    references: tuple[str, ...]
    targets: tuple[float, ...]


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def is_measured(key: str) -> bool:
    """Tell which half a prompt or title is in."""
    return hashlib.sha256(key.encode()).digest()[-1] % 2 == 0


def level(text: str) -> float:
    """Return the target of the level that a text is at."""
    ease = float(qm.get("flesch_reading_ease").score_one(text))
    return next(target for least, target in LEVELS if ease >= least)


def rewriting(data: Path, n: int, *, measured: bool) -> Set:
    """Return sources with their simplifications; what is compared with is the source."""
    found = [
        row
        for row in rows(data / "wikiauto_docs" / "wikiauto_docs.dev.jsonl.gz")
        if is_measured(row["title"]) == measured
        and min(len(row["easy"].split()), len(row["hard"].split())) >= LEAST_WORDS
    ][:n]
    easy, hard = [row["easy"] for row in found], [row["hard"] for row in found]
    return Set(
        "Wiki-Auto",
        tuple(Case(h, h, easy[i], _others(easy, i)) for i, h in enumerate(hard)),
        tuple((text,) for text in easy),
        tuple(hard),
        tuple(map(level, easy)),
    )


def answering(data: Path, n: int, *, measured: bool) -> Set:
    """Return prompts with a reference and what models answered; what is compared with is that."""
    by_prompt: dict[str, list[dict[str, Any]]] = {}
    path = data / "longform_likert" / "prometheus_vicuna_mtbench.dev.jsonl.gz"
    for row in rows(path):
        enough = len(row["reference"].split()) >= LEAST_WORDS
        if enough and is_measured(row["prompt"]) == measured:
            by_prompt.setdefault(row["prompt"], []).append(row)
    prompts = list(by_prompt)[:n]
    references = [by_prompt[prompt][0]["reference"] for prompt in prompts]
    answers = [tuple(row["response"] for row in by_prompt[prompt]) for prompt in prompts]
    firsts = [several[0] for several in answers]
    return Set(
        "Vicuna and MT-bench",
        tuple(
            Case(p, r, firsts[i], _others(firsts, i))
            for i, (p, r) in enumerate(zip(prompts, references, strict=True))
        ),
        tuple(answers),
        tuple(references),
        tuple(map(level, references)),
    )


def _others(texts: Sequence[str], i: int) -> tuple[str, ...]:
    return tuple(text for k, text in enumerate(texts) if abs(k - i) > 1)


def made(name: str, *, guarded: bool) -> Scorer:
    """Return a preset; a row without a value is worth 0."""
    given: dict[str, Any] = {"undefined": 0.0, "guarded": guarded}
    if name == "readability_target":
        given["target"] = "target"
    if name == "rewrite":
        ease = qm.get("flesch_reading_ease")
        given["goal"] = target_band(ease, target="target", undefined=None)
    return qm.get(name, **given)


def scores(scorers: Sequence[Scorer], texts: Sequence[str], index: Sequence[int], of: Set) -> Any:
    """Score texts that belong to the cases at these positions, with all scorers at once."""
    columns = {
        "prompt": [of.cases[i].prompt for i in index],
        "target": [of.targets[i] for i in index],
    }
    found = qm.score(list(texts), scorers, [of.references[i] for i in index], columns=columns)
    return list(found.values())


@dataclass(frozen=True)
class Measured:
    """What a variant of a preset gave."""

    real: Any
    words: Any
    attacks: dict[str, Any]
    closed: float
    zero: float

    def percentile(self, attack: str) -> float:
        """Return the share of real answers that the attack's mean exceeds, in per cent."""
        return 100.0 * float((self.real < self.attacks[attack].mean()).mean())

    def above(self, attack: str) -> float:
        """Return the share of its texts that are above the 5th percentile of real answers."""
        return 100.0 * float((self.attacks[attack] > np.quantile(self.real, 0.05)).mean())


def measure(names: Sequence[str], of: Set) -> dict[str, tuple[Measured, Measured]]:
    """Score real answers and attacks; return what each preset gave, published and guarded."""
    variants = [(name, guarded) for name in names for guarded in (False, True)]
    scorers = [made(n, guarded=g).named(f"{n}_guarded" if g else n) for n, g in variants]
    real = [(text, i) for i, several in enumerate(of.answers) for text in several]
    attacks = [(make(case), i) for make in ATTACKS.values() for i, case in enumerate(of.cases)]
    texts, index = zip(*real, *attacks, strict=True)
    words = np.array([len(text.split()) for text, _ in real])
    found = [
        _measured(s, len(real), len(of.cases), words) for s in scores(scorers, texts, index, of)
    ]
    return {name: (found[2 * i], found[2 * i + 1]) for i, name in enumerate(names)}


def _measured(of: Scores, n_real: int, n_cases: int, words: Any) -> Measured:
    values = of.primary
    guards = of.children["guards"].primary[:n_real] if "guards" in of.children else None
    return Measured(
        values[:n_real],
        words,
        {attack: values[n_real + i * n_cases :][:n_cases] for i, attack in enumerate(ATTACKS)},
        np.nan if guards is None else 100 * float((guards < 1).mean()),
        np.nan if guards is None else 100 * float((guards == 0).mean()),
    )


def rank_correlation(a: Any, b: Any) -> float:
    """Return Spearman's rho, ties by their mean rank."""

    def ranks(values: Any) -> Any:
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - (counts - 1) / 2)[inverse]

    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def shown(attack: str) -> str:
    """Put the ten master keys under one name."""
    return "master keys, the best of ten" if attack.startswith("master_key") else attack


def report(found: dict[str, tuple[Measured, Measured]]) -> bool:
    """Print both tables; return whether every attack stays below the limit when guarded."""
    names = list(found)
    print("| attack | " + " | ".join(names) + " |")
    print("|---|" + "---:|" * len(names))
    for row in dict.fromkeys(map(shown, ATTACKS)):
        mine = [attack for attack in ATTACKS if shown(attack) == row]
        cells = []
        for name in names:
            blind = getattr(sys.modules[registry.factory(name).__module__], "BLIND_TO", ())
            plain, safe = (max(m.percentile(a) for a in mine) for m in found[name])
            mark = "*" if row in blind else ""
            cells.append(f"{plain:.0f}{mark} → {safe:.0f}")
        print(f"| {row.replace('_', ' ')} | " + " | ".join(cells) + " |")
    print()
    print("| preset | real answers | median | 5th percentile | r with length | guarded: median "
          "| 5th percentile | r with length | lose something | lose all "
          "| most texts of an attack above the 5th percentile |")  # fmt: skip
    print("|---|" + "---:|" * 10)
    for name, (plain, safe) in found.items():
        worst = max(ATTACKS, key=safe.above)
        cells = [
            f"{len(plain.real)}",
            *(f"{q:.3f}" for q in np.quantile(plain.real, (0.5, 0.05))),
            f"{rank_correlation(plain.real, plain.words):.2f}",
            *(f"{q:.3f}" for q in np.quantile(safe.real, (0.5, 0.05))),
            f"{rank_correlation(safe.real, safe.words):.2f}",
            f"{safe.closed:.0f} %",
            f"{safe.zero:.1f} %",
            f"{worst.replace('_', ' ')} {safe.above(worst):.0f} %",
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")
    failed = [
        f"{name}: {attack} at {safe.percentile(attack):.1f}"
        for name, (_, safe) in found.items()
        for attack in ATTACKS
        if safe.percentile(attack) >= PASS
    ]
    print("\n" + ("\n".join(failed) or f"guarded, every attack is below the {PASS:g}th percentile"))
    return not failed


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--half", choices=("measured", "chosen"), default="measured")
    parser.add_argument("--presets", nargs="*", default=registry.reward_names())
    options = parser.parse_args()
    data = Path(os.environ["QUALMETRICS_DATA"])
    measured = options.half == "measured"
    sets = {
        True: rewriting(data, options.cases, measured=measured),
        False: answering(data, options.cases, measured=measured),
    }
    for of in sets.values():
        print(f"{of.name}: {len(of.cases)} cases, {sum(map(len, of.answers))} real answers")
    found: dict[str, tuple[Measured, Measured]] = {}
    for is_rewriting, of in sets.items():
        names = [name for name in options.presets if (name in REWRITING) == is_rewriting]
        found |= measure(names, of) if names else {}
        print(f"{of.name}: done", file=sys.stderr, flush=True)
    print()
    return int(not report(found))


if __name__ == "__main__":
    sys.exit(main())
