"""What the licence costs: readability_features as it ships, and with non-commercial sets added.

``QUALMETRICS_DATA=... python benchmarks/licence_cost.py``

CLEAR, ReadMe++ English, MedReadMe and CEFR-SP's SCoRE part may be measured on, but nothing that
ships may be trained on them. One fifth of each (by ``group`` where there is one, else by text) is
measured on here; the second ranker is trained on the other four fifths as well, and is not kept.
Prints Markdown: correlation with the label, beside length and the best formula.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from qualmetrics_models import corpora
from qualmetrics_models.measure import FORMULAS, OTHER_SETS, Score, scorers
from qualmetrics_models.mixture import Share, blended
from qualmetrics_models.readability_features.recipe import CONFIG, SHARES

from qualmetrics.evaluation.correlation import correlation
from qualmetrics.training.data import Examples
from qualmetrics.training.features import train_features
from qualmetrics.training.pairs import PairConfig, sample

DRAWS = 500


def labelled(data: Path) -> dict[str, tuple[Examples, list[str], Any]]:
    """Return, of each set, training examples, and the texts and labels that are measured on."""
    found = {}
    for name, file, label, sign, (key, value) in OTHER_SETS:
        rows = [row for row in corpora.rows(data / file) if not key or row[key] == value]
        rows = list({row["text"]: row for row in rows if row["text"].strip()}.values())
        held = [corpora.is_test(row.get("group") or row["text"]) for row in rows]
        rest = [row for row, is_held in zip(rows, held, strict=True) if not is_held]
        values = sign * np.array([float(row[label]) for row in rest])
        examples = Examples(
            texts=tuple(row["text"] for row in rest),
            pairs=np.zeros((0, 2), np.int64),
            p=np.zeros((0, 1)),
            margin=np.zeros(0),
            pair_groups=(),
            values=values[:, None],
            groups=("",) * len(rest),
        )
        gap = PairConfig(min_gap=float(values.std()), max_pairs=8_000)
        test = [row for row, is_held in zip(rows, held, strict=True) if is_held]
        target = sign * np.array([float(row[label]) for row in test])
        found[name] = (sample(examples, gap), [row["text"] for row in test], target)
    return found


def with_licence_ignored(data: Path, sets: dict[str, tuple[Examples, list[str], Any]]) -> Score:
    """Return the scores of the recipe of readability_features with these sets added."""
    held = (*corpora.held_out(data), *(text for _, texts, _ in sets.values() for text in texts))
    clean = {name: corpora.train_part(e, held) for name, e in corpora.read(data).items()}
    clean["words"] = corpora.words(data)
    parts = [(clean[share.corpus], share) for share in SHARES]
    parts += [(examples, Share(name, 1.0, most=8_000)) for name, (examples, _, _) in sets.items()]
    examples, weights = blended(parts, seed=0)
    named = replace(CONFIG, name="with_non_commercial_sets")
    made = train_features(examples, named, None, weights=weights).scorer
    return lambda texts: made(texts).primary


def main() -> None:
    """Measure and print."""
    data = corpora.data_folder()
    sets = labelled(data)
    made = scorers(["readability_features"])
    made["with non-commercial sets"] = with_licence_ignored(data, sets)
    names = ["readability_features", "with non-commercial sets", "length"]
    print("| held-out fifth of | texts | " + " | ".join(names) + " | best formula |")
    print("|---|---:|" + "---:|" * len(names) + "---|")
    for name, (_, texts, target) in sets.items():
        found = {row: correlation(made[row](texts), target, draws=DRAWS) for row in made}
        cells = [f"{found[n].value:.3f} [{found[n].low:.3f}, {found[n].high:.3f}]" for n in names]
        best = max(FORMULAS, key=lambda n: found[n].value)
        last = f"{best} {found[best].value:.3f}"
        print(f"| {name} | {len(texts)} | {' | '.join(cells)} | {last} |")


if __name__ == "__main__":
    main()
