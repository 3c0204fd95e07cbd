"""What the cards of shipped rankers tell: ``python -m qualmetrics_models.measure RANKER...``.

A ranker is a name or a bundle folder. Measured on the test parts that no recipe trains on
(``corpora``), and on sets whose licence forbids training, beside length and formulas, with 95 %
intervals of redrawn titles (texts, where there are none). The data is read from
``QUALMETRICS_DATA``. Prints Markdown.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import qualmetrics as qm
from qualmetrics.core import Scorer
from qualmetrics.evaluation.bootstrap import Estimate, bootstrap
from qualmetrics.evaluation.correlation import correlation
from qualmetrics.evaluation.ranks import by_group
from qualmetrics.text import count
from qualmetrics.text.crop import first_sentences
from qualmetrics.training.data import Examples
from qualmetrics_models import corpora

DRAWS = 500
FORMULAS = (
    *("flesch_kincaid_grade", "automated_readability_index", "dale_chall_1995", "spache_1974"),
    *("tuldava", "smog_index", "rix", "elf"),
)

Score = Callable[[Sequence[str]], Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, over what, and a number for each scorer."""

    measure: str
    n: str
    found: dict[str, Estimate]


def scorers(names: Iterable[str]) -> dict[str, Score]:
    """Return name -> scores that rise with difficulty; length and formulas after the rankers."""
    made: dict[str, Score] = {}
    for name in names:
        scorer = qm.load(name) if "/" in name else qm.get(name)
        made[scorer.spec.name] = _rising(scorer)
    made["length"] = lambda texts: count(texts, ["words"])["words"]
    return made | {name: _rising(qm.get(name)) for name in FORMULAS}


def _rising(scorer: Scorer) -> Score:
    sign = -1.0 if scorer.spec.increases_with == "ease" else 1.0
    return lambda texts: sign * scorer(texts).primary


def pairs_row(measure: str, examples: Examples, made: dict[str, Score], size: int | None) -> Row:
    """Measure the pairs of a corpus: which share is in the right order."""
    texts = _cut(examples.texts, size)
    first, second = examples.pairs.T
    units = [
        group or examples.groups[a] or examples.texts[a]
        for group, a in zip(examples.pair_groups, first, strict=True)
    ]
    found = {}
    for name, score in made.items():
        values = score(texts)
        gap = values[first] - values[second]
        credit = np.where(gap > 0, 1.0, np.where(gap == 0, 0.5, 0.0))
        found[name] = bootstrap(_mean_of(credit), units, draws=DRAWS)
    return Row(measure, f"{examples.n_pairs} pairs", found)


def _mean_of(values: Any) -> Callable[[Any], float]:
    return lambda index: float(values[index].mean()) if len(index) else float("nan")


def strict_row(measure: str, examples: Examples, made: dict[str, Score], size: int | None) -> Row:
    """Measure the titles of OneStopEnglish whose three levels are in the right order."""
    texts = _cut(examples.texts, size)
    levels, found = examples.values[:, 0], {}
    for name, score in made.items():
        groups = by_group(score(texts), levels, examples.groups)
        found[name] = groups.means(draws=DRAWS)["ra_strict"]
    return Row(measure, f"{len(set(examples.groups))} titles", found)


def _cut(texts: Sequence[str], size: int | None) -> list[str]:
    return list(texts) if size is None else [first_sentences(text, size) for text in texts]


def own_rows(data: Path, made: dict[str, Score]) -> Iterable[Row]:
    """Yield what is measured on the test parts of the corpora that were trained on."""
    parts = {name: corpora.part(e, "test") for name, e in corpora.read(data).items()}
    stories = parts.pop("onestop")
    inside = np.array([bool(group) for group in stories.pair_groups])
    for size in (None, 200, 100, 50):
        told = "" if size is None else f", first {size} words"
        yield strict_row(f"OneStopEnglish strict RA{told}", stories, made, size)
        pairs = stories.with_pairs(np.flatnonzero(inside))
        yield pairs_row(f"OneStopEnglish pairs of a title{told}", pairs, made, size)
        other = stories.with_pairs(np.flatnonzero(~inside))
        yield pairs_row(f"OneStopEnglish pairs of different titles{told}", other, made, size)
    for name, examples in parts.items():
        yield pairs_row(f"{name} pairs", examples, made, None)
    for name in ("wikiauto", "swipe"):
        yield pairs_row(f"{name} pairs, first 100 words", parts[name], made, 100)
        yield from length_rows(name, parts[name], made)


def length_rows(name: str, examples: Examples, made: dict[str, Score]) -> Iterable[Row]:
    """Yield the pairs of which the easier text is the longer one, and the rest, at 100 words."""
    words = count(_cut(examples.texts, 100), ["words"])["words"]
    longer = words[examples.pairs[:, 1]] > words[examples.pairs[:, 0]]
    for told, wanted in (("easier text longer", longer), ("the rest", ~longer)):
        part = examples.with_pairs(np.flatnonzero(wanted))
        yield pairs_row(f"{name} pairs, first 100 words, {told}", part, made, 100)


OTHER_SETS = (
    ("CLEAR", "clear/clear.dev.jsonl.gz", "easiness", -1.0, ("", "")),
    ("ReadMe++ English", "readmepp/readmepp.train_dev.jsonl.gz", "level", 1.0, ("lang", "en")),
    ("MedReadMe", "medreadme/medreadme.train_dev.jsonl.gz", "readability", 1.0, ("", "")),
    ("CEFR-SP SCoRE", "cefr_sp/cefr_sp.train_dev.jsonl.gz", "level_mean", 1.0, ("source", "SCoRE")),
)
"""Sets that were never trained on: name, file, label, sign, and which rows."""


def other_rows(data: Path, made: dict[str, Score]) -> Iterable[Row]:
    """Yield correlations with the labels of sets that were never trained on."""
    for name, file, label, sign, (key, value) in OTHER_SETS:
        rows = [row for row in corpora.rows(data / file) if not key or row[key] == value]
        texts = [row["text"] for row in rows]
        target = sign * np.array([float(row[label]) for row in rows])
        units = [row.get("group") or i for i, row in enumerate(rows)]
        found = {
            name: correlation(score(texts), target, units, draws=DRAWS)
            for name, score in made.items()
        }
        yield Row(f"{name}, r with the label", f"{len(rows)} texts", found)


def kept_rows(data: Path, made: dict[str, Score], teacher: str) -> Iterable[str]:
    """Yield how much of the teacher's pair accuracy above chance each other ranker keeps."""
    stories = corpora.part(corpora.onestop(data), "test")
    rows = corpora.rows(data / OTHER_SETS[0][1])
    ease = np.array([float(row["easiness"]) for row in rows])
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(rows), size=(20_000, 2))
    drawn = drawn[ease[drawn[:, 0]] < ease[drawn[:, 1]]]
    inside = np.array([bool(group) for group in stories.pair_groups])
    sets = [
        (f"{told}, first 100 words", _cut(stories.texts, 100), stories.pairs[wanted])
        for told, wanted in (
            ("OneStopEnglish pairs of a title", inside),
            ("OneStopEnglish pairs of different titles", ~inside),
        )
    ] + [("CLEAR pairs", [row["text"] for row in rows], drawn)]
    others = [name for name in made if name != teacher]
    yield f"| pairs | {teacher} | {' | '.join(f'{name} | keeps' for name in others)} |"
    yield f"|---|---:|{'---:|---:|' * len(others)}"
    for told, texts, pairs in sets:
        share = {}
        for name, score in made.items():
            values = score(texts)
            gap = values[pairs[:, 0]] - values[pairs[:, 1]]
            share[name] = float(((gap > 0) + 0.5 * (gap == 0)).mean())
        above = share[teacher] - 0.5
        cells = [f"{share[name]:.3f} | {(share[name] - 0.5) / above:.3f}" for name in others]
        yield f"| {told} ({len(pairs)}) | {share[teacher]:.3f} | {' | '.join(cells)} |"


def audit_rows(data: Path, made: dict[str, Score], n_own: int) -> Iterable[str]:
    """Yield how far edits that leave the meaning alone move each ranker, in standard deviations."""
    from qualmetrics.training.edits import EDITS

    texts = list(corpora.part(corpora.wikiauto(data), "test").texts)
    rankers = dict(list(made.items())[:n_own])
    edits: dict[str, Callable[[str, Any], str]] = {
        **EDITS,
        "lower_case": lambda text, _: text.lower(),
        "upper_case": lambda text, _: text.upper(),
    }
    yield f"| edit | {' | '.join(rankers)} |\n|---|{'---:|' * len(rankers)}"
    plain = {name: score(texts) for name, score in rankers.items()}
    for edit, function in edits.items():
        rng = np.random.default_rng(0)
        changed = [function(text, rng) for text in texts]
        cells = []
        for name, score in rankers.items():
            moved = score(changed) - plain[name]
            scale = float(np.nanstd(plain[name]))
            cells.append(f"{np.nanmean(moved) / scale:+.3f} ± {np.nanstd(moved) / scale:.3f}")
        yield f"| {edit} | {' | '.join(cells)} |"


def speed_rows(data: Path, names: Sequence[str]) -> Iterable[str]:
    """Yield how fast each ranker reads on one thread, beside FKGL, in fresh and in known words."""
    texts = [row["text"] for row in corpora.rows(data / "clear" / "clear.dev.jsonl.gz")]
    size = sum(len(text.encode()) for text in texts) / 1e6
    yield f"| {len(texts)} texts, {size:.1f} MB | first pass, MB/s | second pass, MB/s |"
    yield "|---|---:|---:|"
    for name in (*names, "flesch_kincaid_grade"):
        code = SPEED.format(name=name, path=str(data / "clear" / "clear.dev.jsonl.gz"))
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603 - our own program
        first, second = map(float, ran.stdout.split())
        yield f"| {name} | {size / first:.1f} | {size / second:.1f} |"


SPEED = """
import time
import qualmetrics as qm
from pathlib import Path
from qualmetrics_models import corpora
texts = [row["text"] for row in corpora.rows(Path({path!r}))]
name = {name!r}
scorer = qm.load(name) if "/" in name else qm.get(name)
scorer(texts[:8])
for _ in range(2):
    started = time.process_time()
    scorer(texts)
    print(time.process_time() - started)
"""


def printed(rows: Iterable[Row], own: Sequence[str]) -> Iterable[str]:
    """Yield the rows as Markdown: each ranker with its interval, length, and the best formula."""
    yield f"| measure | n | {' | '.join(own)} | length | best formula |"
    yield f"|---|---|{'---:|' * len(own)}---:|---|"
    for row in rows:
        cells = [_cell(row.found[name]) for name in own]
        best = max(FORMULAS, key=lambda name: row.found[name].value)
        length = f"{row.found['length'].value:.3f}"
        last = f"{best} {row.found[best].value:.3f}"
        yield f"| {row.measure} | {row.n} | {' | '.join(cells)} | {length} | {last} |"


def _cell(found: Estimate) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description="Measure shipped rankers.")
    parser.add_argument("rankers", nargs="+", help="names, or bundle folders with a slash")
    parser.add_argument("--data", help="folder of data sets; else QUALMETRICS_DATA")
    parser.add_argument("--teacher", help="only this: how much of its accuracy the others keep")
    given = parser.parse_args()
    if given.teacher:
        rankers = list(scorers([given.teacher, *given.rankers]).items())
        both = dict(rankers[: 1 + len(given.rankers)])
        for line in kept_rows(corpora.data_folder(given.data), both, next(iter(both))):
            sys.stdout.write(f"{line}\n")
        return
    data, made = corpora.data_folder(given.data), scorers(given.rankers)
    own = list(made)[: len(given.rankers)]
    for block in (
        printed(own_rows(data, made), own),
        printed(other_rows(data, made), own),
        audit_rows(data, made, len(own)),
        speed_rows(data, given.rankers),
    ):
        for line in block:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
