"""How well formulas order texts, beside bare length: OneStopEnglish, CLEAR, ReadMe++, MedReadMe.

Usage: QUALMETRICS_DATA=... python benchmarks/readability_evaluation.py [-o NAME] [--draws N]

Prints one compact table (value and 95 % interval of redrawn titles or texts), then the figures that
other programs got on the same data, beside ours. Nothing is trained; licences of the data sets are
in docs/evaluation.md. With -o, NAME.json and NAME.md hold every measure.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import qualmetrics as qm
from qualmetrics.evaluation import Corpus, Evaluation, evaluate, read_corpus
from qualmetrics.evaluation.tables import LENGTH
from qualmetrics.training.data import Fields

FORMULAS = (
    *("flesch_kincaid_grade", "automated_readability_index", "flesch_reading_ease"),
    *("dale_chall_1995", "dale_chall_1948", "dale_chall_psk", "spache_1974", "gunning_fog"),
    *("smog_index", "coleman_liau_index", "lix", "rix", "elf", "tuldava", "linsear_write"),
    *("bormuth", "forcast", "eflaw", "mean_sentence_length"),
)
CUTS = (None, 200, 100, 50)

# Formulas with other counters (first two: OneStopEnglish, all 189 titles), as recorded in 2026.
SEEN = (
    ("OneStopEnglish", "ra_strict", None, "flesch_kincaid_grade", 0.947),
    ("OneStopEnglish", "ra_strict", None, "automated_readability_index", 0.952),
    ("OneStopEnglish", "ra_strict", None, "rix", 0.958),
    ("OneStopEnglish", "ra_strict", None, "lix", 0.952),
    ("OneStopEnglish", "ra_strict", None, "flesch_reading_ease", 0.942),
    ("OneStopEnglish", "ra_strict", None, "dale_chall_1995", 0.910),
    ("OneStopEnglish", "ra_strict", None, "smog_index", 0.900),
    ("OneStopEnglish", "ra_strict", None, "coleman_liau_index", 0.889),
    ("OneStopEnglish", "ra_strict", None, "forcast", 0.799),
    ("OneStopEnglish", "ra_strict", None, LENGTH, 0.979),
    ("OneStopEnglish", "ra_strict", 200, "flesch_kincaid_grade", 0.885),
    ("OneStopEnglish", "ra_strict", 200, "dale_chall_1995", 0.907),
    ("OneStopEnglish", "ra_strict", 100, "flesch_kincaid_grade", 0.746),
    ("OneStopEnglish", "pair_accuracy", 100, "flesch_kincaid_grade", 0.841),
    ("OneStopEnglish", "ra_strict", 100, "automated_readability_index", 0.741),
    ("OneStopEnglish", "ra_strict", 100, "dale_chall_1995", 0.773),
    ("OneStopEnglish", "ra_strict", 100, "lix", 0.735),
    ("OneStopEnglish", "ra_strict", 100, "smog_index", 0.587),
    ("OneStopEnglish", "ra_strict", 100, LENGTH, 0.148),
    ("OneStopEnglish", "pairs of groups", None, "flesch_kincaid_grade", 0.753),
    ("CLEAR", "pearson", None, "dale_chall_1995", 0.597),
    ("CLEAR", "pearson", None, "dale_chall_psk", 0.596),
    ("CLEAR", "pearson", None, "smog_index", 0.561),
    ("CLEAR", "pearson", None, "tuldava", 0.552),
    ("CLEAR", "pearson", None, "flesch_reading_ease", 0.541),
    ("CLEAR", "pearson", None, "flesch_kincaid_grade", 0.510),
    ("CLEAR", "pearson", None, "automated_readability_index", 0.473),
    ("CLEAR", "pearson", None, "forcast", 0.406),
    ("ReadMe++ en", "pearson", None, "tuldava", 0.716),
    ("ReadMe++ en", "pearson", None, "automated_readability_index", 0.697),
    ("ReadMe++ en", "pearson", None, "flesch_kincaid_grade", 0.695),
    ("ReadMe++ en", "pearson", None, "flesch_reading_ease", 0.602),
    ("MedReadMe", "pearson", None, "dale_chall_1995", 0.559),
    ("MedReadMe", "pearson", None, "tuldava", 0.550),
    ("MedReadMe", "pearson", None, "smog_index", 0.537),
    ("MedReadMe", "pearson", None, "flesch_kincaid_grade", 0.499),
    ("MedReadMe", "pearson", None, LENGTH, 0.489),
)
COLUMNS = (
    ("OneStopEnglish", "ra_strict", None),
    ("OneStopEnglish", "ra_strict", 200),
    ("OneStopEnglish", "ra_strict", 100),
    ("OneStopEnglish", "ra_strict", 50),
    ("OneStopEnglish", "pair_accuracy", 100),
    ("OneStopEnglish", "pairs, lower longer", 100),
    ("OneStopEnglish", "pairs, the rest", 100),
    ("OneStopEnglish", "pairs of groups", None),
    ("OneStopEnglish", "pairs of groups", 100),
    ("CLEAR", "pearson", None),
    ("ReadMe++ en", "pearson", None),
    ("MedReadMe", "pearson", None),
)


def corpora(data: Path) -> list[tuple[Corpus, tuple[int | None, ...]]]:
    """Return the corpora, and to which lengths each is cut."""
    ose = read_corpus(
        data / "onestop_english" / "ose_docs.dev.jsonl.gz",
        name="OneStopEnglish",
        fields=Fields(level="level_num"),
    )
    clear = read_corpus(
        data / "clear" / "clear.dev.jsonl.gz",
        name="CLEAR",
        fields=Fields(score="easiness"),
        descending=True,
    )
    readme = only(
        data / "readmepp" / "readmepp.train_dev.jsonl.gz",
        "ReadMe++ en",
        lambda row: row["lang"] == "en",
        Fields(),
    )
    medical = read_corpus(
        data / "medreadme" / "medreadme.train_dev.jsonl.gz",
        name="MedReadMe",
        fields=Fields(score="readability"),
    )
    return [(ose, CUTS), (clear, (None,)), (readme, (None,)), (medical, (None,))]


def only(path: Path, name: str, wanted: Callable[[dict[str, Any]], bool], fields: Fields) -> Corpus:
    """Read those rows of a file that are wanted."""
    with gzip.open(path, "rt", encoding="utf-8") as lines, tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "rows.jsonl"
        part.write_text("".join(line for line in lines if wanted(json.loads(line))), "utf-8")
        return read_corpus(part, name=name, fields=fields)


def columns(found: Evaluation) -> Iterable[str]:
    """Yield the compact table: a line a formula, best on cut texts first; length last."""

    def cell(name: str, corpus: str, measure: str, words: int | None) -> str:
        one = found.get(corpus, measure, name, words)
        return f"{one.value:.3f} [{one.low:.2f}, {one.high:.2f}]"

    heads = []
    for corpus, measure, words in COLUMNS:
        n = found.get(corpus, measure, LENGTH, words).n
        heads.append(f"{corpus} {measure}{f' {words} words' if words else ''} (n {n:,})")
    yield f"| scorer | {' | '.join(heads)} |"
    yield f"|---|{'---:|' * len(heads)}"
    key = COLUMNS[2]
    names = sorted(FORMULAS, key=lambda name: -found.get(key[0], key[1], name, key[2]).value)
    for name in (*names, LENGTH):
        yield f"| {name} | {' | '.join(cell(name, *column) for column in COLUMNS)} |"


def beside(found: Evaluation) -> Iterable[str]:
    """Yield the figures seen elsewhere and ours, with the difference."""
    yield "| corpus | measure | words | scorer | seen | ours | difference |"
    yield "|---|---|---:|---|---:|---:|---:|"
    for corpus, measure, words, name, seen in SEEN:
        ours = found.get(corpus, measure, name, words).value
        cut = words or "all"
        yield (
            f"| {corpus} | {measure} | {cut} | {name} | {seen:.3f} | {ours:.3f} "
            f"| {ours - seen:+.3f} |"
        )


def main() -> None:
    """Run, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, help="also write NAME.json and NAME.md")
    parser.add_argument("--draws", type=int, default=1000)
    asked = parser.parse_args()
    data = Path(os.environ["QUALMETRICS_DATA"])
    scorers = [qm.get(name) for name in FORMULAS]
    parts = [
        evaluate(scorers, [corpus], baselines=[], max_words=cuts, draws=asked.draws)
        for corpus, cuts in corpora(data)
    ]
    found = Evaluation(
        tuple(item for part in parts for item in part.results),
        parts[0].signatures,
        {**parts[0].settings, "corpora": [part.settings["corpora"] for part in parts]},
    )
    print("\n".join(columns(found)), end="\n\n")
    print("\n".join(beside(found)))
    if asked.output:
        asked.output.with_suffix(".json").write_text(found.to_json(), encoding="utf-8")
        asked.output.with_suffix(".md").write_text(found.to_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
