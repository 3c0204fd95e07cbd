"""How hard can a scorer be pushed before people like what it chooses less? Best of n, on labels.

    QUALMETRICS_DATA=... python benchmarks/over_optimisation.py [--only summeval]
    QUALMETRICS_DATA=... python benchmarks/over_optimisation.py --games
    QUALMETRICS_DATA=... python benchmarks/over_optimisation.py --probing

Development data only. Each set holds many texts a prompt with a label of people (of GPT-4 in
Vicuna-bench). Of every subset of n texts of a prompt the one is chosen that the scorer likes best;
the table shows what its label gains over one text, in standard deviations of the label. The texts
are of different systems, and not samples of one policy: the KL is what n fresh samples would cost.

``--games`` trains rankers on LAMP pairs with a cue that says nothing put in, three ways, and prints
what the cue is worth to them: the effect in standard deviations, and the share of held-out pairs in
order without the cue and with it on the worse text. ``--probing`` prints what can be told from the
frozen features of rankers: accuracy, and in brackets that of always saying the commonest class.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import qualmetrics as qm
from qualmetrics.audit import Material, subject_of
from qualmetrics.audit.gaming import (
    CUES,
    Game,
    confounder,
    covariate_shift,
    cue_effect,
    label_noise,
)
from qualmetrics.audit.over_optimisation import BonCurve, bon_curve, top_accuracy
from qualmetrics.audit.probing import features_of, probe, targets
from qualmetrics.evaluation.bootstrap import Estimate
from qualmetrics.reward.shaping import target_band
from qualmetrics.training.data import read_examples
from qualmetrics.training.features import FeaturesConfig, train_features

Values = NDArray[np.float64]
STEPS = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Texts:
    """Many texts a prompt, each with a label; higher is better."""

    title: str
    texts: tuple[str, ...]
    prompts: tuple[str, ...]
    labels: tuple[float, ...]
    references: tuple[tuple[str, ...], ...]
    proxies: tuple[str, ...]
    asked: tuple[str, ...] = ()
    """The prompt of each text as words, where scorers read it."""


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a gzipped file under the data folder."""
    path = Path(os.environ["QUALMETRICS_DATA"]) / name
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


TRIVIAL = ("longer", "shorter")
SIMILAR = ("chrf", "rouge_l", "bertscore", "bmas", "embedding_cosine", "refalign", "long_form")


def summaries(name: str, title: str, label: Callable[[Mapping[str, float]], float]) -> Texts:
    """Return summaries of news by many systems, with reference summaries."""
    found = [
        (out["hyp"], row["doc"], label(out["scores"]), tuple(row["refs"]))
        for row in rows(f"summ_human/{name}.dev.jsonl.gz")
        for out in row["outputs"]
    ]
    texts, prompts, labels, references = zip(*found, strict=True)
    return Texts(title, texts, prompts, labels, references, (*TRIVIAL, "easier", *SIMILAR))


def simplifications() -> Texts:
    """Return simplified sentences; the reference is the sentence that was simplified."""
    found = [
        (row["simplified"], row["group"], float(np.mean(row["z"])), (row["original"],))
        for row in rows("simplification_human/simpeval_past.dev.jsonl.gz")
    ]
    texts, prompts, labels, references = zip(*found, strict=True)
    proxies = (*TRIVIAL, "easier", "readability_features", "bertscore", "bmas", "simplify",
               "rewrite", "readability_target")  # fmt: skip
    return Texts("SimpEval", texts, prompts, labels, references, proxies)


def answers() -> Texts:
    """Return answers to the prompts of Vicuna-bench that four models answered."""
    found = [
        (row["response"], row["prompt"], float(np.mean(row["gpt4_score"])), (row["reference"],))
        for row in rows("longform_likert/prometheus_vicuna_mtbench.dev.jsonl.gz")
        if row["set"] == "vicuna"
    ]
    texts, prompts, labels, references = zip(*found, strict=True)
    proxies = (*TRIVIAL, "easier", *SIMILAR, "r3", "relevance")
    return Texts("Vicuna-bench", texts, prompts, labels, references, proxies, prompts)


SETS: Mapping[str, Callable[[], Texts]] = {
    "summeval": lambda: summaries(
        "summeval", "SummEval", lambda s: float(np.mean(list(s.values())))
    ),
    "realsumm": lambda: summaries("realsumm", "REALSumm", lambda s: s["litepyramid_recall"]),
    "simpeval": simplifications,
    "vicuna": answers,
}

GOAL = target_band(qm.get("flesch_reading_ease"), target=90, undefined=None)
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "simplify": {"undefined": None},
    "rewrite": {"undefined": None, "goal": GOAL},
    "readability_target": {"undefined": None, "target": 90},
    "refalign": {"undefined": None},
    "long_form": {"undefined": None},
    "r3": {"undefined": None},
}


def proxy_values(name: str, given: Texts) -> Values:
    """Return a proxy's values; higher is taken as better."""
    words = qm.get("length")(given.texts).primary
    if name in TRIVIAL:
        return words if name == "longer" else -words
    if name == "easier":
        return -qm.get("flesch_kincaid_grade")(given.texts).primary
    scorer = qm.get(name, **PARAMETERS.get(name, {}))
    references = given.references if scorer.spec.needs_references else None
    columns = {"prompt": list(given.asked)} if "prompt" in scorer.needs else None
    found = scorer(given.texts, references, columns=columns).primary
    return -found if scorer.spec.increases_with == "difficulty" else found


# -- best of n ----------------------------------------------------------------------------------


def cell(found: Estimate, *, interval: bool = False) -> str:
    """Write a number, and its interval."""
    if not np.isfinite(found.value):
        return ""
    shown = f"{found.value:+.2f}"
    return f"{shown} [{found.low:+.2f}, {found.high:+.2f}]" if interval else shown


def show(given: Texts, draws: int) -> None:
    """Print one set's table."""
    labels = np.array(given.labels)
    unit = float(np.nanstd(labels, ddof=1))
    prompts = list(given.prompts)
    most = max(prompts.count(p) for p in dict.fromkeys(prompts))
    steps = tuple(n for n in STEPS if n <= most)
    gold = labels / unit

    def curve(values: Values) -> BonCurve:
        return bon_curve(values, gold, prompts, n=steps, draws=draws)

    oracle = curve(gold)
    kl = ", ".join(f"{k:.2f}" for k in oracle.kl)
    print(f"\n{given.title}: {oracle.n_prompts} prompts, {len(labels)} texts; KL {kl}\n")
    head = [f"n = {n}" for n in steps[1:]]
    print("| chosen by | " + " | ".join(head) + " | peak | turns at | pairs | top fifth |")
    print("|---|" + "---:|" * (len(head) + 4))
    for name in ("label", *given.proxies):
        values = gold if name == "label" else proxy_values(name, given)
        found = curve(values)
        top = top_accuracy(values, gold, prompts, draws=draws)
        gains = [cell(g, interval=k == len(steps) - 2) for k, g in enumerate(found.gain[1:])]
        turns = "" if found.turns_at is None else str(found.turns_at)
        high = f"{top.top.value:.2f} [{top.top.low:.2f}, {top.top.high:.2f}]"
        undefined = f" ({found.n_undefined} undefined)" if found.n_undefined else ""
        print(
            f"| {name}{undefined} | {' | '.join(gains)} | {found.peak} | {turns} | "
            f"{top.whole.value:.2f} | {high if top.top.n else ''} |",
            flush=True,
        )


# -- games --------------------------------------------------------------------------------------


def lamp_pairs() -> list[tuple[str, str]]:
    """Return drafts and what writers made of them, the better first."""
    return [
        (row[row["better"]], row["ab".replace(row["better"], "")])
        for row in rows("lamp_writing/lamp_pairs_derived.train.jsonl.gz")
    ]


MODELS: Mapping[str, Mapping[str, Any]] = {
    "linear, with length": {"length": True},
    "linear, length penalised": {"length_decorrelation": 10.0},
    "trees, with length": {"model": "boosting", "length": True},
}


def trained(game: Game, settings: Mapping[str, Any]) -> Any:
    """Train on the rows of a game, as ``qualmetrics train`` would."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in game.train), encoding="utf-8")
        config = FeaturesConfig(increases_with="quality", beginnings=(), **settings)
        return train_features(read_examples(path), config, None).scorer


def show_games(draws: int) -> None:
    """Print what each cue is worth to rankers that were trained on each game."""
    pairs = lamp_pairs()
    print(f"\nGames on {len(pairs)} LAMP pairs\n")
    print("| game | model | " + " | ".join(CUES) + " |")
    print("|---|---|" + "---:|" * len(CUES))
    games: Sequence[tuple[str, Callable[[str], Game]]] = (
        ("none (control)", lambda cue: label_noise(pairs, cue=cue, noise=0.0)),
        ("label noise", lambda cue: label_noise(pairs, cue=cue)),
        ("confounder", lambda cue: confounder(pairs, cue=cue)),
        ("covariate shift", lambda cue: covariate_shift(pairs, cue=cue)),
    )
    for title, make in games:
        made = {cue: make(cue) for cue in CUES}
        for model, settings in MODELS.items():
            cells = []
            for game in made.values():
                scorer = trained(game, settings)
                found = cue_effect(scorer, game.test, game.cue, game.groups, draws=draws)
                mark = "" if found.passed else " **fails**"
                change = f"{found.clean.value:.2f} → {found.marked.value:.2f}"
                cells.append(f"{found.effect.value:+.2f}{mark} ({change})")
            print(f"| {title} | {model} | {' | '.join(cells)} |", flush=True)


# -- probing ------------------------------------------------------------------------------------

PROBED = ("flesch_kincaid_grade", "readability_features", "readability_static",
          "readability_minilm")  # fmt: skip


def show_probing(draws: int) -> None:
    """Print what can be told from the features of rankers, above the commonest class."""
    several = rows("longform_likert/prometheus_vicuna_mtbench.dev.jsonl.gz")
    long = Material(
        [row["response"] for row in several],
        [row["prompt"] for row in several],
        columns={name: [row[name] for row in several] for name in ("category", "model")},
    )
    print(f"\nProbing: {len(long)} answers, {len(set(long.groups))} prompts\n")
    asked = targets(long)
    print("| features of | how many | " + " | ".join(asked) + " |")
    print("|---|---:|" + "---:|" * len(asked))
    for name in PROBED:
        table, names = features_of(subject_of(name), long)
        for title, features in (
            (name, table),
            (f"{name}, the value alone", qm.get(name)(long.texts).primary[:, None]),
        ):
            cells = []
            for labels in asked.values():
                found = probe(features, labels, long.groups, draws=draws)
                cells.append(f"{found.accuracy.value:.2f} ({found.majority.value:.2f})")
            wide = len(names) if features is table else 1
            print(f"| {title} | {wide} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--games", action="store_true")
    parser.add_argument("--probing", action="store_true")
    told = parser.parse_args()
    if told.games:
        show_games(told.draws)
    if told.probing:
        show_probing(told.draws)
    if not (told.games or told.probing):
        for name in told.only:
            show(SETS[name](), told.draws)


if __name__ == "__main__":
    main()
