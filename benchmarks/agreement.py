"""How far our scorers, and what others stored or count, agree with people; length always beside.

    QUALMETRICS_DATA=../shared/data python benchmarks/agreement.py [--items 600] [--draws 200]

Nine data sets, development parts only. Nothing is chosen here: which scorer speaks for us in the
first table was written down before the run (``Task.ours``), and no setting is tuned. Whole items
(documents, sources, dialogues) are drawn with a fixed seed until so many rows are there. Needs the
extra ``bench``, ``qualmetrics-models`` and textstat. The tables go between two marks of
docs/agreement.md; the words around them are by hand.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import qualmetrics as qm
from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.evaluation import Agreement, agreement
from qualmetrics.evaluation.agreement import cell
from qualmetrics.evaluation.bootstrap import estimate

Values = NDArray[np.float64]
Rows = list[dict[str, Any]]
TARGET = Path(__file__).parent.parent / "docs" / "agreement.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SIMILARITIES = ("bleu", "rouge_l", "bertscore", "bmas", "embedding_cosine")
READABILITY = (
    *("readability_features", "readability_static", "readability_minilm"),
    *("flesch_reading_ease", "dale_chall_1995", "spache_1974", "tuldava", "lix"),
)
FEATURES = ("mattr", "word_order", "compression_ratio")


@dataclass(frozen=True)
class Task:
    """Texts that people rated, what we say of them, and what others said."""

    title: str
    rows: Rows
    text: Callable[[dict[str, Any]], str]
    human: Mapping[str, Callable[[dict[str, Any]], float]]
    """Aspect -> rating; a table for each."""
    item: Callable[[dict[str, Any]], Any]
    ours: str
    """Who speaks for us in the first table, named before the run."""
    scorers: tuple[str, ...]
    increases_with: str = "quality"
    system: Callable[[dict[str, Any]], Any] | None = None
    references: Callable[[dict[str, Any]], list[str]] | None = None
    columns: Mapping[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    peers: Mapping[str, Callable[[dict[str, Any]], float]] = field(default_factory=dict)
    """Values that others stored with the data, turned so that they should rise with the ratings."""
    only: Mapping[str, str] = field(default_factory=dict)
    """Peer -> the one aspect that it is about."""
    recomputed: Mapping[str, Callable[[str], float]] = field(default_factory=dict)


def read(root: Path, name: str) -> Rows:
    """Return the rows of a file."""
    with gzip.open(root / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def some(rows: Rows, n: int, seed: int, key: Callable[[dict[str, Any]], Any]) -> Rows:
    """Return whole items until ``n`` rows are there, drawn with a fixed seed, in order."""
    units = list(dict.fromkeys(key(row) for row in rows))
    random.Random(seed).shuffle(units)  # noqa: S311
    sizes: dict[Any, int] = {}
    for row in rows:
        sizes[key(row)] = sizes.get(key(row), 0) + 1
    taken: set[Any] = set()
    total = 0
    for unit in units:
        if total >= n:
            break
        taken.add(unit)
        total += sizes[unit]
    return [row for row in rows if key(row) in taken]


def at(name: str, sign: float = 1.0) -> Callable[[dict[str, Any]], float]:
    """Return the function that takes a field of a row; NaN where it is not there."""
    return lambda row: sign * float("nan" if row.get(name) is None else row[name])


def under(outer: str, inner: str) -> Callable[[dict[str, Any]], float]:
    """Return the function that takes a field inside a field."""
    return lambda row: float("nan" if row[outer].get(inner) is None else row[outer][inner])


def offline_dictionary(root: Path, folder: str) -> None:
    """Let textstat find the dictionary that lies with the data; it would download it."""
    import nltk

    with zipfile.ZipFile(root / "nltk_cmudict" / "cmudict.zip") as archive:
        archive.extractall(Path(folder) / "corpora")
    nltk.data.path.insert(0, folder)


def textstat_grade(text: str) -> float:
    """Return textstat's Flesch-Kincaid grade of a text."""
    import textstat

    return float(textstat.textstat.flesch_kincaid_grade(text))


def textstat_ease(text: str) -> float:
    """Return textstat's Flesch reading ease of a text."""
    import textstat

    return float(textstat.textstat.flesch_reading_ease(text))


# -- the nine sets --------------------------------------------------------------------------------


def translation(root: Path, n: int, seed: int) -> Iterator[Task]:
    """WMT15 direct assessment to English: one translation a source, so one level only."""
    rows = some(read(root, "wmt15_da/wmt15_da_to_en.dev.jsonl.gz"), n, seed, lambda r: r["id"])
    peers = {
        "stored: sentence BLEU": at("peer_sent_bleu"),
        "stored: BERTScore F": at("peer_bert_score_f1"),
        "stored: MoverScore": at("peer_mover_score"),
    }
    yield Task(
        "WMT15 to English", rows, lambda r: r["mt"], {"direct assessment": at("da")},
        lambda r: r["id"], "bertscore", SIMILARITIES, references=lambda r: [r["ref"]], peers=peers,
    )  # fmt: skip


def summaries(root: Path, n: int, seed: int) -> Iterator[Task]:
    """SummEval and REALSumm: several systems a document."""
    flat = [
        {**{k: d[k] for k in ("doc", "refs")}, **output}
        for d in read(root, "summ_human/summeval.dev.jsonl.gz")
        for output in d["outputs"]
    ]
    aspects = ("coherence", "consistency", "fluency", "relevance")
    yield Task(
        "SummEval", some(flat, n, seed, lambda r: r["doc"]), lambda r: r["hyp"],
        {aspect: under("scores", aspect) for aspect in aspects}, lambda r: r["doc"], "bertscore",
        SIMILARITIES, system=lambda r: r["system"], references=lambda r: r["refs"],
    )  # fmt: skip
    flat = [
        {**{k: d[k] for k in ("doc", "refs")}, **output}
        for d in read(root, "summ_human/realsumm.dev.jsonl.gz")
        for output in d["outputs"]
    ]
    stored = {
        (row["doc"], row["system"]): row["scores"]
        for row in read(root, "summ_human/realsumm_peer_scores.dev.jsonl.gz")
    }
    flat = [{**row, "peer": stored.get((row["doc"], row["system"]), {})} for row in flat]
    named = {
        "ROUGE-1 recall": "rouge_1_recall", "ROUGE-L recall": "rouge_l_recall",
        "ROUGE-L F": "rouge_l_f_score", "BERTScore F": "bert_f_score",
        "BERTScore recall": "bert_recall_score", "MoverScore": "mover_score", "JS-2": "js-2",
    }  # fmt: skip
    yield Task(
        "REALSumm", some(flat, n, seed, lambda r: r["doc"]), lambda r: r["hyp"],
        {"lite pyramid recall": under("scores", "litepyramid_recall")}, lambda r: r["doc"],
        "bertscore", SIMILARITIES, system=lambda r: r["system"], references=lambda r: r["refs"],
        peers={f"stored: {k}": under("peer", v) for k, v in named.items()},
    )  # fmt: skip


def dialogue(root: Path, n: int, seed: int) -> Iterator[Task]:
    """Topical-Chat: responses to a dialogue, with a fact to use; no reference."""
    rows = some(
        read(root, "topical_chat/topical_chat.dev.jsonl.gz"), n, seed, lambda r: r["context"]
    )
    aspects = ("overall", "naturalness", "coherence", "engagingness", "groundedness")
    yield Task(
        "Topical-Chat", rows, lambda r: r["response"],
        {aspect: under("scores", aspect) for aspect in aspects}, lambda r: r["context"],
        "relevance", ("relevance", *READABILITY[:3], *FEATURES), system=lambda r: r["system"],
        columns={"prompt": lambda r: r["context"]},
        peers={f"stored: UniEval {a}": under("peer_unieval", a) for a in aspects},
        only={f"stored: UniEval {a}": a for a in aspects},
    )  # fmt: skip


def simplification(root: Path, n: int, seed: int) -> Iterator[Task]:
    """SimpEval: simplifications by 24 systems; the reference of a similarity is the original."""
    rows = read(root, "simplification_human/simpeval_past.dev.jsonl.gz")
    rows = some(rows, n, seed, lambda r: r["original"])
    yield Task(
        "SimpEval", rows, lambda r: r["simplified"], {"rating": lambda r: float(np.mean(r["z"]))},
        lambda r: r["original"], "simplify",
        ("simplify", *SIMILARITIES, *READABILITY[:3]), system=lambda r: r["system"],
        references=lambda r: [r["original"]], recomputed={"textstat: FKGL": textstat_grade},
    )  # fmt: skip


def sentences(root: Path, n: int, seed: int) -> Iterator[Task]:
    """Levels of sentences. Of CEFR-SP only SCoRE: our rankers were trained on the other part."""
    files = {
        "CEFR-SP, SCoRE": ("cefr_sp/cefr_sp.train_dev.jsonl.gz", "level_mean"),
        "MedReadMe": ("medreadme/medreadme.train_dev.jsonl.gz", "readability"),
        "ReadMe++ English": ("readmepp/readmepp.train_dev.jsonl.gz", "level"),
    }
    for title, (file, label) in files.items():
        rows = read(root, file)
        if title.startswith("CEFR"):
            rows = [row for row in rows if row["source"] == "SCoRE"]
        if title.startswith("ReadMe"):
            rows = [row for row in rows if row["lang"] == "en"]
        yield Task(
            title, some(rows, n, seed, lambda r: r["id"]), lambda r: r["text"],
            {"level": at(label)}, lambda r: r["id"], "readability_features", READABILITY,
            "difficulty",
            recomputed={
                "textstat: FKGL": textstat_grade, "textstat: Flesch": lambda t: -textstat_ease(t),
            },
        )  # fmt: skip


def excerpts(root: Path, n: int, seed: int) -> Iterator[Task]:
    """CLEAR: excerpts by how easy teachers found them; an author's title is drawn whole."""
    rows = some(read(root, "clear/clear.dev.jsonl.gz"), n, seed, lambda r: r["group"])
    # Ease formulas rise with it, all others fall.
    stored = {
        "Flesch": ("fre", 1), "FKGL": ("fkgl", -1), "ARI": ("ari", -1), "SMOG": ("smog", -1),
        "new Dale-Chall": ("new_dale_chall", -1), "CAREC": ("carec", -1),
        "CAREC-M": ("carec_m", -1), "CML2RI": ("cml2ri", 1),
    }  # fmt: skip
    yield Task(
        "CLEAR", rows, lambda r: r["text"], {"easiness": at("easiness")}, lambda r: r["group"],
        "readability_features", READABILITY, "ease",
        peers={f"stored: {k}": at(*v) for k, v in stored.items()},
        recomputed={"textstat: FKGL": lambda t: -textstat_grade(t)},
    )  # fmt: skip


def writing(root: Path, n: int, seed: int) -> Iterator[Task]:
    """LAMP: creative paragraphs, scored by writers."""
    rows = some(read(root, "lamp_writing/lamp_reward.train.jsonl.gz"), n, seed, lambda r: r["id"])
    yield Task(
        "LAMP", rows, lambda r: r["text"], {"score": at("score")}, lambda r: r["id"],
        "readability_features", (*READABILITY, *FEATURES),
    )  # fmt: skip


SETS: Mapping[str, Callable[[Path, int, int], Iterator[Task]]] = {
    "wmt15_da": translation,
    "summ_human": summaries,
    "topical_chat": dialogue,
    "simplification_human": simplification,
    "sentences": sentences,
    "clear": excerpts,
    "lamp_writing": writing,
}


# -- the run --------------------------------------------------------------------------------------


def scorer_of(name: str) -> Scorer:
    """Return a scorer or a preset; a row without a value stays without one."""
    preset = name in registry.reward_names()
    return registry.get(name, undefined=None) if preset else registry.get(name)


def values_of(task: Task) -> dict[str, Values]:
    """Return what each of our scorers says, turned where ease meets difficulty."""
    texts = [task.text(row) for row in task.rows]
    references = None if task.references is None else [task.references(r) for r in task.rows]
    columns = {name: [take(row) for row in task.rows] for name, take in task.columns.items()}
    made = [
        registry.get(name, undefined=None)
        if name in registry.reward_names()
        else registry.get(name)
        for name in task.scorers
    ]
    found = {}
    for name, scores in qm.score(texts, made, references, columns=columns or None).items():
        ways = {scores.spec.increases_with, task.increases_with}
        found[name] = -scores.primary if ways == {"ease", "difficulty"} else scores.primary
    for name, count in task.recomputed.items():
        found[name] = np.array([count(text) for text in texts])
    return found


def measured(task: Task, draws: int, seed: int) -> dict[str, Agreement]:
    """Return the agreement with every aspect."""
    ours = values_of(task)
    found = {}
    for aspect, rating in task.human.items():
        peers = {
            name: np.array([take(row) for row in task.rows])
            for name, take in task.peers.items()
            if task.only.get(name, aspect) == aspect
        }
        found[aspect] = agreement(
            {**ours, **peers},
            [rating(row) for row in task.rows],
            [task.text(row) for row in task.rows],
            None if task.references is None else [task.references(row) for row in task.rows],
            item=[task.item(row) for row in task.rows],
            system=None if task.system is None else [task.system(row) for row in task.rows],
            increases_with=task.increases_with,
            draws=draws,
            seed=seed,
        )
    return found


def table(found: Agreement) -> list[str]:
    """Return the rows of one aspect: three measures over rows, and Spearman at the other levels."""
    levels = found.levels
    heads = ["Pearson, rows", "Spearman, rows", "pairs, rows"]
    cells = [("item", "pearson"), ("item", "spearman"), ("item", "pairs")]
    if "system" in levels:  # without systems, rows of one item are no rivals
        heads.append("Spearman, within items")
        cells.append(("within", "spearman"))
        heads.append("Spearman, systems")
        cells.append(("system", "spearman"))
    lines = [f"| scorer | {' | '.join(heads)} | left out |", "|---|" + "---:|" * (len(heads) + 1)]
    for name in found.values:
        label = f"*{name}*" if name in found.trivial else name
        numbers = [cell(found.get(name, *where)) for where in cells]
        left = found.get(name).n_undefined
        lines.append(f"| {label} | {' | '.join(numbers)} | {left} |")
    return lines


def first_row(task: Task, aspect: str, found: Agreement) -> str:
    """Return one row of the first table, by Spearman: ours, the best trivial row, the best peer."""
    level = "item" if task.system is None else "within"
    ours = found.get(task.ours, level)
    # A trivial row counts in its better direction: length may repel.
    trivial = max(found.trivial, key=lambda name: abs(found.get(name, level).value))
    beside = found.get(trivial, level)
    others = [n for n in found.values if n in task.peers or n in task.recomputed]
    best = max(others, key=lambda name: found.get(name, level).value, default=None)
    sign = -1 if beside.value < 0 else 1
    turned = replace(found, values={**found.values, trivial: sign * found.values[trivial]})
    test = turned.compare(task.ours, trivial, level=level, kind="spearman")[-1]
    gap = estimate(
        ours.value - sign * beside.value, ours.resamples - sign * beside.resamples, ours.n
    )
    cells = [task.title, aspect, level, f"{task.ours} {cell(ours)}", f"{trivial} {cell(beside)}"]
    p = "< .001" if test.p < 0.001 else f"{test.p:.3f}"
    cells.append(f"{cell(gap)}, p {p}" + (" (turned)" if sign < 0 else ""))
    cells.append("–" if best is None else f"{best} {cell(found.get(best, level))}")
    return f"| {' | '.join(cells)} |"


HEAD = (
    "| set | rating | Spearman over | ours, named beforehand | best of the trivial rows | "
    "ours less that | best of the others, with hindsight |"
)


def report(root: Path, asked: argparse.Namespace) -> str:
    """Run everything and return the measured part of the page."""
    start, cpu = time.monotonic(), time.process_time()
    first: list[str] = [HEAD, "|---|---|---|---|---|---|---|"]
    rest: list[str] = []
    signatures: dict[str, str] = {}
    for name in asked.sets or SETS:
        for task in SETS[name](root, asked.items, asked.seed):
            found = measured(task, asked.draws, asked.seed)
            one = next(iter(found.values()))
            told = ", ".join(f"{k.replace('_', ' ')} {v:,}" for k, v in one.counts.items())
            rest += [f"## {task.title}", "", f"{told[:1].upper()}{told[1:]}.", ""]
            for aspect, agreed in found.items():
                first.append(first_row(task, aspect, agreed))
                rest += [f"### {task.title}: {aspect}", "", *table(agreed), ""]
            for scorer in task.scorers:
                signatures[scorer] = scorer_of(scorer).signature
            print(f"{task.title}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    spent = f"{time.monotonic() - start:.0f} s, {(time.process_time() - cpu) / 60:.1f} CPU minutes"
    command = f"python benchmarks/agreement.py --items {asked.items} --draws {asked.draws}"
    lines = ["```", command, "```", ""]
    lines += [
        (
            f"About {asked.items} rows of each set in whole items, {asked.draws} resamples, seed "
            f"{asked.seed}; {spent}; Python {platform.python_version()}, numpy {np.__version__}."
        ),
        "",
    ]
    lines += ["## All sets", "", *first, "", *rest, "## Signatures", ""]
    lines += [f"- {name}: `{signature}`" for name, signature in signatures.items()]
    return "\n".join(lines).rstrip() + "\n"


def write(text: str, target: Path) -> None:
    """Put the measured part between the marks of the page."""
    page = target.read_text(encoding="utf-8") if target.exists() else f"{BEGIN}\n{END}\n"
    inside = re.compile(re.escape(BEGIN) + r".*" + re.escape(END), re.DOTALL)
    if not inside.search(page):
        raise SystemExit(f"{target} lacks the marks {BEGIN} and {END}")
    page = inside.sub(lambda _: f"{BEGIN}\n\n{text}\n{END}", page)
    target.write_text(page, encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=600, help="rows of each set, whole items")
    parser.add_argument("--sets", nargs="+", default=[], choices=list(SETS))
    parser.add_argument("--draws", type=int, default=200, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=TARGET)
    asked = parser.parse_args(argv)
    root = Path(os.environ.get("QUALMETRICS_DATA", "../shared/data"))
    with tempfile.TemporaryDirectory() as folder:
        offline_dictionary(root, folder)
        text = report(root, asked)
    write(text, asked.out)
    print(text)


if __name__ == "__main__":
    main()
